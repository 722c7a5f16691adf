/*
 * chart.mjs - small charts of at most some hundred points, as SVG: they print, they zoom, and each has its table beside it for
 * a person who cannot see it. A line that has no value at a point is broken there.
 */
import { html } from './h.mjs';
import { plain } from './say.mjs';
import { w } from './words.mjs';

const WIDE = 560, HIGH = 220, LEFT = 50, RIGHT = 12, TOP = 12, LOW = 28;
const shapes = ['M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z', 'M-3-3H3V3H-3z', 'M0-4 4 3H-4z', 'M0-4 4 0 0 4-4 0z'];

/* A round number not below n: 1, 2, 5 times a power of ten. */
export function roundUp(n) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, n)));
  return [1, 2, 5, 10].map((step) => step * power).find((value) => value >= n);
}

/* The pieces of a line between missing values, as paths. */
export function pieces(values, x, y) {
  const out = [];
  let path = '';
  values.forEach((value, i) => {
    if (value === null || value === undefined) { if (path) out.push(path); path = ''; return; }
    path += `${path ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return path ? [...out, path] : out;
}

/* names: of the points; lines: [{name, values}]; top: the highest value, or by the values; text: value -> what is written. */
export function LineChart({ title, names, lines, top, text = String }) {
  const most = top || roundUp(Math.max(4, ...lines.flatMap((line) => line.values.filter((v) => v !== null))));
  const ticks = most % 4 ? [0, 0.2, 0.4, 0.6, 0.8, 1] : [0, 0.25, 0.5, 0.75, 1];
  const x = (i) => LEFT + (names.length < 2 ? 0.5 : i / (names.length - 1)) * (WIDE - LEFT - RIGHT);
  const y = (value) => HIGH - LOW - (value / most) * (HIGH - LOW - TOP);
  return html`<figure class="chart"><figcaption>${title}<span class="keys">${lines.map((line, k) => html`<span class=${`line-${k}`}><svg viewBox="-6 -6 12 12" aria-hidden="true"><path d=${shapes[k % 4]}/></svg>${plain(line.name)}</span>`)}</span></figcaption>
    <svg viewBox=${`0 0 ${WIDE} ${HIGH}`} role="img" aria-label=${title}>
      ${ticks.map((part) => html`<g class="grid"><line x1=${LEFT} x2=${WIDE - RIGHT} y1=${y(most * part)} y2=${y(most * part)}/><text x=${LEFT - 6} y=${y(most * part) + 4} text-anchor="end">${text(most * part)}</text></g>`)}
      ${names.map((name, i) => html`<text class="name" x=${x(i)} y=${HIGH - 8} text-anchor=${i === 0 ? 'start' : i === names.length - 1 ? 'end' : 'middle'}>${plain(name)}</text>`)}
      ${lines.map((line, k) => html`<g class=${`line-${k}`}>${pieces(line.values, x, y).map((d) => html`<path class="stroke" d=${d}/>`)}
        ${line.values.map((value, i) => (value === null || value === undefined ? null : html`<path class="dot" d=${shapes[k % 4]} transform=${`translate(${x(i)} ${y(value)})`}><title>${`${plain(line.name)} ${plain(names[i])}: ${text(value)}`}</title></path>`))}</g>`)}
    </svg><${ChartTable} title=${title} names=${names} lines=${lines} text=${text}/></figure>`;
}

function ChartTable({ title, names, lines, text }) {
  return html`<details class="chart-table"><summary>${w('o.asTable')}</summary><div class="scroll" tabindex="0" role="region" aria-label=${title}><table><thead><tr><th></th>${names.map((name) => html`<th scope="col">${plain(name)}</th>`)}</tr></thead>
    <tbody>${lines.map((line) => html`<tr><th scope="row">${plain(line.name)}</th>${line.values.map((value) => html`<td class="n">${value === null || value === undefined ? '—' : text(value)}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/* Bars that lie, the longest first. rows: [{name, value}] */
export function BarList({ rows, text = String }) {
  const most = Math.max(1, ...rows.map((row) => row.value));
  return html`<ul class="bar-list">${rows.map((row) => html`<li key=${row.name}><span class="bar-label">${plain(row.name)}</span>
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width=${(row.value / most) * 100} height="8"/></svg><b class="num">${text(row.value)}</b></li>`)}</ul>`;
}
