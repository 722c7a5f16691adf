/*
 * admin_calendar.mjs - a year of days: office days, weekends, holidays and make-up days. A day that is pressed is changed in calendar.yaml's text, as one
 * of the changes that are checked and brought into force under the rules; what the city's calendar does not know is said in red.
 */
import { html, classes, useState } from './h.mjs';
import { get } from './net.mjs';
import { notice } from './store.mjs';
import { Read, useRead } from './parts.mjs';
import { now, rfc } from './time.mjs';
import { go } from './route.mjs';
import { plain } from './say.mjs';
import { Form } from './office_parts.mjs';
import { draft, edit, textOf } from './admin_draft.mjs';
import { w } from './words.mjs';

const FILE = 'calendar.yaml';
const KINDS = { holidays: 'a.holiday', make_up_days: 'a.makeUp' };

const two = (n) => String(n).padStart(2, '0');

/* holidays and make-up days of a year's block in the text: 'YYYY-MM-DD' -> {kind, name}. */
export function daysIn(text, year) {
  const days = new Map();
  let inYear = false, kind = '';
  for (const line of text.split('\n')) {
    const heading = /^ {2}(\d{4}):/.exec(line), part = /^ {4}(holidays|make_up_days):/.exec(line), day = /^ {6}"(\d{4}-\d\d-\d\d)": *(.*)$/.exec(line);
    if (heading) { inYear = heading[1] === String(year); kind = ''; } else if (inYear && part) kind = part[1];
    else if (inYear && day && kind) days.set(day[1], { kind, name: day[2].trim() });
  }
  return days;
}

/* The text with a day of another kind: 'holidays', 'make_up_days' or '' (as its weekday). A year that is not there yet is added at the end. */
export function withDay(text, day, kind, name) {
  const year = day.slice(0, 4);
  const lines = text.replace(/\n$/, '').split('\n').filter((line) => !line.startsWith(`      "${day}":`));
  if (!kind) return lines.join('\n') + '\n';
  let at = lines.findIndex((line) => line.startsWith(`  ${year}:`));
  if (at < 0) { lines.push(`  ${year}:`); at = lines.length - 1; }
  const ends = lines.findIndex((line, i) => i > at && /^( {2}\d{4}:|\S)/.test(line)), end = ends < 0 ? lines.length : ends;
  let part = lines.findIndex((line, i) => i > at && i < end && line.startsWith(`    ${kind}:`));
  if (part < 0) { lines.splice(end, 0, `    ${kind}:`); part = end; }
  let place = part + 1;
  while (place < lines.length && /^ {6}"/.test(lines[place]) && lines[place].slice(7, 17) < day) place++;
  lines.splice(place, 0, `      "${day}": ${name}`);
  return lines.join('\n') + '\n';
}

/* The weeks of a month, Monday first: each seven days of the month or 0. */
export function weeks(year, month) {
  const first = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7, n = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: Math.ceil((first + n) / 7) }, (_, i) => Array.from({ length: 7 }, (_x, k) => { const d = i * 7 + k - first + 1; return d > 0 && d <= n ? d : 0; }));
}

export function Calendar({ rest, version }) {
  const year = Number(rest[0]) || Number(rfc(now()).slice(0, 4));
  const text = useRead(() => textOf(FILE), [draft.revision, draft.edited[FILE]]);
  const told = useRead(() => get('/v1/calendar', { year }), [year, version]);
  const [day, setDay] = useState(null);
  return html`<div class="office-tools"><button type="button" onClick=${() => go('calendar', String(year - 1))}>‹ ${w('a.yearBefore')}</button><h2>${year}</h2><button type="button" onClick=${() => go('calendar', String(year + 1))}>${w('a.yearAfter')} ›</button>
      <span class="legend"><i class="holiday"></i>${w('a.holiday')} <i class="make-up"></i>${w('a.makeUp')} <i class="weekend"></i>${w('a.weekend')} · ${w('a.legend')}</span></div>
    <${Read} got=${text}>${(value) => html`<${Year} year=${year} days=${daysIn(value, year)} press=${setDay}/>`}<//>
    <${Read} got=${told}>${(value) => html`<p class="soft-text">${w('a.officeHours')}:${(value.hours || []).map((one) => `${one.from ? `${one.from}–${one.to} ` : ''}${one.open.map((o) => `${o.from}–${o.to}`).join('、')}`).join(';')}</p>`}<//>
    ${day && html`<${DayForm} day=${day} now=${daysIn(text.value, year).get(day)} close=${() => setDay(null)}/>`}`;
}

function Year({ year, days, press }) {
  return html`${!days.size && html`<p class="strip wrong" role="alert">${w('a.noYear', year)}</p>`}<div class="year">${Array.from({ length: 12 }, (_, i) => html`<${Month} year=${year} month=${i + 1} days=${days} press=${press}/>`)}</div>`;
}

function Month({ year, month, days, press }) {
  const today = rfc(now()).slice(0, 10);
  return html`<section class="month"><h3>${w('a.month', month)}</h3><table><thead><tr>${[...w('a.weekShort')].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${weeks(year, month).map((week) => html`<tr>${week.map((d, k) => {
    if (!d) return html`<td></td>`;
    const day = `${year}-${two(month)}-${two(d)}`, one = days.get(day);
    const kind = one ? (one.kind === 'holidays' ? 'holiday' : 'make-up') : k > 4 ? 'weekend' : '';
    const said = one ? `${day} ${w(KINDS[one.kind])} ${plain(one.name)}` : `${day} ${w(k > 4 ? 'a.weekend' : 'a.workday')}`;
    return html`<td><button type="button" class=${classes('day', kind, day === today && 'today')} title=${said} onClick=${() => press(day)}>${d}<span class="unseen"> ${said}</span></button></td>`;
  })}</tr>`)}</tbody></table></section>`;
}

function DayForm({ day, now: was, close }) {
  const fields = [{ name: 'kind', label: w('a.dayIs'), kind: 'choice', rows: [...Object.entries(KINDS).map(([kind, name]) => [kind, w(name)])], value: was ? was.kind : '', hint: w('a.dayPlain') }, { name: 'name', label: w('a.dayName'), value: was ? was.name : '', most: 20 }];
  const send = async ({ kind, name }) => {
    edit(FILE, withDay(await textOf(FILE), day, kind || '', name || w(KINDS[kind] || 'a.holiday')));
    notice(w('a.inRules'));
  };
  return html`<${Form} title=${w('a.dayTitle', day)} fields=${fields} close=${close} send=${send}/>`;
}
