/*
 * office_trends.mjs - where it goes: months, categories, townships, and each unit against the period before.
 */
import { html, classes } from './h.mjs';
import { get } from './net.mjs';
import { Read, useRead } from './parts.mjs';
import { plain } from './say.mjs';
import { thisMonth } from './office_parts.mjs';
import { BarList, LineChart } from './chart.mjs';
import { quarters, rateText, reportPath, tableOf } from './office_report.mjs';
import { w } from './words.mjs';

const CLOCKS = ['acknowledge', 'arrive', 'first_report'];
const MOST_BARS = 12;

const shortMonth = (month) => w('o.monthShort', +month.slice(5));

export function Trends({ rest, version }) {
  const period = rest[0] || quarters(1)[0];
  const got = useRead(() => get(reportPath(period, 'json'), null, { patience: 60000 }), [period, version]);
  return html`<${Read} got=${got}>${(report) => html`<div class="trend-charts"><${Months} rows=${tableOf(report, 'months').rows}/>
    <${Counted} title=${w('o.byCategory')} rows=${tableOf(report, 'category').rows}/><${Counted} title=${w('o.byTownship')} rows=${tableOf(report, 'township').rows}/></div><${Against} rows=${tableOf(report, 'trend').rows}/>`}<//>`;
}

/* A month that has not begun has no value yet. */
function Months({ rows: all }) {
  const rows = all.filter((row) => row.month <= thisMonth());
  const names = rows.map((row) => shortMonth(row.month));
  return html`<${LineChart} title=${w('o.trendRates')} names=${names} top=${1000} text=${rateText} lines=${CLOCKS.map((clock) => ({ name: w(`clock-${clock}`), values: rows.map((row) => (row[`${clock}_due`] ? row[`${clock}_rate`] : null)) }))}/>
    <${LineChart} title=${w('o.trendIncidents')} names=${names} text=${(n) => String(Math.round(n))} lines=${[{ name: w('o.incidentsN'), values: rows.map((row) => row.incidents) }]}/>`;
}

function Counted({ title, rows }) {
  const shown = rows.filter((row) => row.incidents).sort((a, b) => b.incidents - a.incidents).slice(0, MOST_BARS);
  return html`<figure class="chart"><figcaption>${title}</figcaption>${shown.length ? html`<${BarList} rows=${shown.map((row) => ({ name: row.name, value: row.incidents }))}/>` : html`<p class="empty">${w('o.noneHere')}</p>`}</figure>`;
}

function Against({ rows }) {
  const shown = rows.filter((row) => row.dispatches || row.dispatches_before).sort((a, b) => b.dispatches - a.dispatches);
  if (!shown.length) return null;
  return html`<section class="part"><h2>${w('o.against')}</h2><div class="scroll" tabindex="0" role="region" aria-label=${w('o.against')}><table class="figures numbers"><thead><tr><th scope="col">${w('o.unitOf')}</th><th scope="col">${w('e-dispatch.issued')}</th><th scope="col">${w('o.before')}</th>
      ${CLOCKS.map((clock) => html`<th scope="col">${w(`clock-${clock}`)}</th><th scope="col">${w('o.change')}</th>`)}</tr></thead>
    <tbody>${shown.map((row) => html`<tr key=${row.unit}><th scope="row">${plain(row.name)}</th><td class="n">${row.dispatches}</td><td class="n">${row.dispatches_before}</td>${CLOCKS.map((clock) => html`<td class="n">${rateText(row[`${clock}_rate`])}</td><${Change} value=${row[`${clock}_change`]}/>`)}</tr>`)}</tbody></table></div></section>`;
}

/* A change is a sign and a number; its colour says the same again. */
function Change({ value }) {
  if (value === null || value === undefined) return html`<td class="n">—</td>`;
  return html`<td class=${classes('n', value > 0 && 'better', value < 0 && 'worse')}>${value > 0 ? '+' : value < 0 ? '−' : ''}${(Math.abs(value) / 10).toFixed(1)}</td>`;
}
