/*
 * office_report.mjs - the report of a quarter, a month or a year: every rate with its denominator, every number of findings opens its rows. The
 * same facts as paper, XLSX and CSV come from the server, which makes all four from one.
 */
import { html, classes, useState } from './h.mjs';
import { get, post } from './net.mjs';
import { Read, useRead } from './parts.mjs';
import { now, rfc, when, ms } from './time.mjs';
import { go, link } from './route.mjs';
import { plain, say } from './say.mjs';
import { Form, lasted, monthName, months, thisMonth, unitName, units } from './office_parts.mjs';
import { w } from './words.mjs';

const RANKED_FROM = 5; // dispatches: below it a rate says little

/* 2026Q3 of an instant, and the periods before it, newest first. */
export function quarters(n, at = now()) {
  const [year, month] = rfc(at).slice(0, 7).split('-').map(Number);
  const first = year * 4 + Math.floor((month - 1) / 3);
  return Array.from({ length: n }, (_, i) => `${Math.floor((first - i) / 4)}Q${((first - i) % 4) + 1}`);
}

export function periodName(period) {
  const quarter = /^(\d{4})Q(\d)$/.exec(period);
  return quarter ? w('o.quarterOf', quarter[1], quarter[2]) : kindOf(period) === 'month' ? monthName(period) : w('o.yearOf', period);
}

export const kindOf = (period) => (/Q/.test(period) ? 'quarter' : /-/.test(period) ? 'month' : 'year');
export const reportPath = (period, ext) => `/v1/reports/${kindOf(period)}/${encodeURIComponent(period)}.${ext}`;

function periods() {
  const year = Number(thisMonth().slice(0, 4));
  return [...quarters(6), ...months(6).map(([month]) => month), String(year), String(year - 1)];
}

export const tableOf = (report, id) => report.tables.find((table) => table.id === id) || { rows: [], columns: [] };

export const rateText = (rate) => (rate === null || rate === undefined ? '—' : `${(rate / 10).toFixed(1)}%`);

/* 97.1%(388/400); without a denominator there is no rate. */
export function Rate({ rate, met, due }) {
  if (!due) return html`<span class="soft-text">${w('o.noneDue')}</span>`;
  return html`<span><b class="num">${rateText(rate)}</b> <small class="num">${met}/${due}</small></span>`;
}

/* A cell of any of the report's columns. */
export function cell(kind, value) {
  if (value === null || value === undefined) return '—';
  if (kind === 'rate') return rateText(value);
  if (kind === 'score') return (value / 100).toFixed(2);
  if (kind === 'duration') return lasted(value);
  if (kind === 'instant') return when(ms(value));
  return plain(value);
}

export function Report({ rest, version }) {
  const period = rest[0] || quarters(1)[0];
  const [form, setForm] = useState(null);
  const got = useRead(() => get(reportPath(period, 'json'), null, { patience: 60000 }), [period, version]);
  const closed = useRead(() => get('/v1/periods', { limit: 100 }), [period, version]);
  const close = (done) => { setForm(null); if (done) { got.again(); closed.again(); } };
  return html`<div class="office-tools"><label class="choice"><span>${w('o.period')}</span><select value=${period} onChange=${(e) => go('report', e.target.value)}>${periods().map((one) => html`<option key=${one} value=${one} selected=${one === period}>${periodName(one)}</option>`)}</select></label>
      <a class="button" href=${reportPath(period, 'html')} target="_blank" rel="noopener">${w('print')}</a><a class="button" href=${reportPath(period, 'xlsx')} download>XLSX</a><a class="button" href=${reportPath(period, 'csv')} download>CSV</a>
      ${got.value && html`<${State} report=${got.value.report} ask=${setForm}/>`}</div>
    <${Read} got=${got}>${(value) => html`<${Whole} report=${value} period=${period}/>`}<//>
    ${form && html`<${PeriodForm} period=${period} what=${form} close=${close}/>`}`;
}

function State({ report, ask }) {
  const over = report.state !== 'closed' && `${report.to}T24:00:00` < rfc(now()).slice(0, 19);
  return html`<span class="tag">${report.state === 'closed' ? w('o.closedState', report.edition || 1) : w('o.draftState')}</span>
    ${over && html`<button type="button" onClick=${() => ask('close')}>${w('o.closePeriod')}</button>`}${report.state === 'closed' && html`<button type="button" onClick=${() => ask('reopen')}>${w('o.reopenPeriod')}</button>`}`;
}

function PeriodForm({ period, what, close }) {
  const closing = what === 'close';
  return html`<${Form} title=${w(closing ? 'o.closeTitle' : 'o.reopenTitle', periodName(period))} note=${w(closing ? 'o.closeNote' : 'o.reopenNote')} fields=${closing ? [] : [{ name: 'reason', label: w('o.reason'), kind: 'text', needed: true }]}
    word=${w(closing ? 'o.closePeriod' : 'o.reopenPeriod')} said=${w(closing ? 'o.closedNow' : 'o.reopened')} close=${close} send=${(body, key) => post(`/v1/periods/${encodeURIComponent(period)}/${what}`, body, { key })}/>`;
}

function Whole({ report, period }) {
  const meta = report.report;
  return html`<${Sums} rows=${tableOf(report, 'summary').rows}/><${Units} report=${report} period=${period}/>
    <section class="part"><h2>${w('o.otherTables')}</h2>${report.tables.filter((table) => table.id !== 'summary' && table.id !== 'units').map((table) => html`<${Folded} key=${table.id} table=${table}/>`)}</section>
    <p class="soft-text foot">${!meta.official_rubric && html`${w('o.notPublic')} · `}${w('o.asOf', meta.seq)} · <span class="num">${w('o.chainHead', String(meta.chain).slice(0, 16))}</span></p>`;
}

/* The sums as cards: those with a rate first. */
function Sums({ rows }) {
  const shown = [...rows.filter((row) => row.whole), ...rows.filter((row) => !row.whole && row.part)].slice(0, 10);
  return html`<ul class="sums">${shown.map((row) => html`<li key=${row.item}><span>${plain(row.title)}</span>
    ${row.whole ? html`<b class="num">${rateText(row.rate)}</b><small class="num">${row.part}/${row.whole}${row.change ? ` · ${row.change > 0 ? '+' : '−'}${(Math.abs(row.change) / 10).toFixed(1)}` : ''}</small>` : html`<b class="num">${row.part}</b><small class="num">${row.part_before === null ? '' : `${w('o.before')} ${row.part_before}`}</small>`}</li>`)}</ul>`;
}

/* -- units: what is sorted by a column stays so while the person looks at other periods ------------------- */

const SORTS = { name: (row) => row.name, dispatches: (row) => -row.dispatches, acknowledge: (row) => rateSort(row, 'acknowledge'), arrive: (row) => rateSort(row, 'arrive'), first_report: (row) => rateSort(row, 'first_report'),
  satisfaction: (row) => (row.reached ? row.satisfaction : 9999), findings: (row) => -row.findings, score: (row) => (row.score === null ? 99999 : row.score) };
const rateSort = (row, clock) => (row[`${clock}_due`] ? row[`${clock}_rate`] : 9999);
let sortedBy = 'dispatches';

function Units({ report, period }) {
  const [by, setBy] = useState(sortedBy);
  const rows = tableOf(report, 'units').rows.filter((row) => row.dispatches || row.findings);
  const key = SORTS[by];
  const sorted = rows.slice().sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  const sort = (name) => { sortedBy = name; setBy(name); };
  const head = (name, text) => html`<th scope="col" aria-sort=${by === name ? 'ascending' : 'none'}><button type="button" class="quiet sort" onClick=${() => sort(name)}>${text}${by === name ? ' ▾' : ''}</button></th>`;
  return html`<section class="part"><div class="scroll" tabindex="0" role="region" aria-label=${w('o.tabReport')}><table class="figures numbers"><thead><tr>${head('name', w('o.unitOf'))}${head('dispatches', w('e-dispatch.issued'))}${head('acknowledge', w('clock-acknowledge'))}${head('arrive', w('clock-arrive'))}
    ${head('first_report', w('clock-first_report'))}${head('satisfaction', w('o.satisfiedOf'))}${head('findings', w('o.tabFindings'))}${head('score', w('o.score'))}<th scope="col">${w('o.rank')}</th></tr></thead>
    <tbody>${sorted.map((row) => html`<${UnitRow} key=${row.unit} row=${row} period=${period}/>`)}</tbody></table></div></section>`;
}

function UnitRow({ row, period }) {
  const rate = (clock) => html`<td class="n"><${Rate} rate=${row[`${clock}_rate`]} met=${row[`${clock}_met`]} due=${row[`${clock}_due`]}/></td>`;
  return html`<tr><th scope="row">${units.has(row.unit) ? unitName(row.unit) : plain(row.name)}</th><td class="n">${row.dispatches}</td>${rate('acknowledge')}${rate('arrive')}${rate('first_report')}
    <td class="n"><${Rate} rate=${row.satisfaction} met=${row.satisfied} due=${row.reached}/></td>
    <td class="n">${row.findings ? html`<a class="num" href=${link('of', row.unit, period)}>${row.findings}<span class="unseen"> ${w('o.openRows')}</span></a>` : '0'}</td>
    <td class="n">${row.score === null ? '—' : (row.score / 100).toFixed(2)}</td><td class=${classes('n', row.counted < RANKED_FROM && 'soft-text')}>${row.rank || (row.counted < RANKED_FROM ? w('o.notRanked') : '—')}</td></tr>`;
}

/* Another table, as it came. */
function Folded({ table }) {
  const columns = table.columns.filter((column) => table.rows.some((row) => row[column.id] !== null && row[column.id] !== 0));
  return html`<details class="folded"><summary>${plain(table.title)} <span class="num soft-text">${table.rows.length}</span></summary>${table.note && html`<p class="soft-text">${say(table.note)}</p>`}
    ${table.rows.length ? html`<div class="scroll" tabindex="0" role="region" aria-label=${plain(table.title)}><table class="figures"><thead><tr>${columns.map((column) => html`<th scope="col">${plain(column.title)}</th>`)}</tr></thead>
    <tbody>${table.rows.slice(0, 500).map((row) => html`<tr>${columns.map((column) => html`<td class=${column.kind === 'text' ? '' : 'n'}>${cell(column.kind, row[column.id])}</td>`)}</tr>`)}</tbody></table></div>` : null}</details>`;
}
