/*
 * office_duty.mjs - who is on duty in a month, where nobody is, swaps and checks. The rosters themselves are rules, which the administrator edits.
 */
import { html, classes, useState } from './h.mjs';
import { get, post } from './net.mjs';
import { Phone, Read, useRead, useUntold } from './parts.mjs';
import { Exchanged } from './exchanged.mjs';
import { Replies } from './replies.mjs';
import { silentUnits, unitsWithout } from './told.mjs';
import { ms, now, rfc, when } from './time.mjs';
import { go } from './route.mjs';
import { plain } from './say.mjs';
import { Form, fieldOf, monthName, monthPlus, thisMonth, unitName, units } from './office_parts.mjs';
import { w } from './words.mjs';

const DAY_MS = 86400000;

/* The days of a month as instants of the city's midnight. */
export function daysOf(month) {
  const first = Date.parse(`${month}-01T00:00:00+08:00`), end = Date.parse(`${monthPlus(month, 1)}-01T00:00:00+08:00`);
  return Array.from({ length: Math.round((end - first) / DAY_MS) }, (_, i) => first + i * DAY_MS);
}

/* Who is on duty at noon and at night of a day, of a unit's stretches in order. */
export function onDay(stretches, day) {
  const names = new Set(), there = stretches.filter((one) => ms(one.from) < day + DAY_MS && (!one.to || ms(one.to) > day));
  for (const one of there) for (const person of one.people || []) names.add(person.name);
  return { names: [...names], gap: there.some((one) => one.source === 'none'), swapped: there.some((one) => one.source === 'assigned' || one.source === 'override') };
}

export function Duty({ rest, version }) {
  const month = /^\d{4}-\d\d$/.test(rest[0] || '') ? rest[0] : thisMonth();
  const [form, setForm] = useState(null);
  const got = useRead(() => get('/v1/duty', { month }), [month, version]);
  const close = (done) => { setForm(null); if (done) got.again(); };
  return html`<div class="office-tools"><button type="button" onClick=${() => go('duty', monthPlus(month, -1))}>‹ ${w('o.earlier')}</button><h2>${w('o.dutyMonth', monthName(month))}</h2><button type="button" onClick=${() => go('duty', monthPlus(month, 1))}>${w('o.laterOn')} ›</button></div>
    <${Read} got=${got}>${(value) => html`<${Gaps} gaps=${value.gaps || []}/><${Silent} version=${version}/><${Replies} version=${version}/><${Exchanged} version=${version}/><${Month} month=${month} duty=${value.duty} ask=${setForm}/><${Fixed} list=${value.without_roster || []} ask=${setForm}/>`}<//>
    ${form && form.kind === 'swap' && html`<${Swap} unit=${form.unit} people=${form.people} close=${close}/>`}${form && form.kind === 'check' && html`<${Check} unit=${form.unit} close=${close}/>`}`;
}

function Gaps({ gaps }) {
  if (!gaps.length) return html`<p class="soft-text">${w('o.noGaps')}</p>`;
  return html`<div class="strip wrong" role="alert">${w('o.gapsAre', gaps.length)}:${gaps.slice(0, 6).map((gap) => html`<span> ${unitName(gap.unit)} ${rfc(ms(gap.from)).slice(5, 16).replace('T', ' ')}</span>`)}</div>`;
}

/* Whose phones did not answer: all channels of theirs failed, or they have none and nobody looks. */
function Silent({ version }) {
  const got = useUntold(async () => ({ dead: await get('/v1/notices', { state: 'dead', limit: 200 }, { quiet: true }), open: await get('/v1/notices', { open: true, limit: 1 }, { quiet: true }) }), [version]);
  const rows = got.value ? silentUnits(got.value.dead.notices) : [], none = got.value ? unitsWithout(got.value.open.without_channel || []) : [];
  if (!rows.length && !none.length) return null;
  return html`<section class="part silent"><h2>${w('silentUnits')}</h2><ul class="fixed">${rows.map((row) => html`<li key=${row.unit}><b>${unitName(row.unit)}</b> ${w('silentTimes', row.n)} <span class="soft-text">${w('silentLast', when(row.last))}</span></li>`)}
    ${none.map((row) => html`<li key=${`none-${row.unit}`}><b>${unitName(row.unit)}</b> ${w('silentNone', row.n)} <span class="soft-text">${w('silentLast', when(row.last))}</span></li>`)}</ul></section>`;
}

function byUnit(duty) {
  const out = new Map();
  for (const one of duty) {
    if (!out.has(one.unit)) out.set(one.unit, []);
    out.get(one.unit).push(one);
  }
  return out;
}

function Month({ month, duty, ask }) {
  const days = daysOf(month), rows = [...byUnit(duty)];
  const today = rfc(now()).slice(0, 10);
  if (!rows.length) return null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${w('o.dutyMonth', monthName(month))}><table class="duty"><thead><tr><th scope="col">${w('o.unitOf')}</th>${days.map((day) => html`<th scope="col" class=${classes(rfc(day).slice(0, 10) === today && 'today')}>${+rfc(day).slice(8, 10)}</th>`)}</tr></thead>
    <tbody>${rows.map(([unit, stretches]) => html`<tr key=${unit}><th scope="row"><${UnitCell} unit=${unit} stretches=${stretches} ask=${ask}/></th>${days.map((day) => html`<${Day} one=${onDay(stretches, day)}/>`)}</tr>`)}</tbody></table></div>`;
}

function UnitCell({ unit, stretches, ask }) {
  const people = new Map(stretches.flatMap((one) => one.people || []).map((person) => [person.person, person.name]));
  return html`${unitName(unit)}<span class="row-buttons"><button type="button" onClick=${() => ask({ kind: 'swap', unit, people: [...people] })}>${w('o.swap')}</button><button type="button" onClick=${() => ask({ kind: 'check', unit })}>${w('o.checkCalls')}</button></span>`;
}

function Day({ one }) {
  const none = one.gap || !one.names.length;
  return html`<td class=${classes(none && 'gap', one.swapped && 'swapped')}>${one.names.map((name) => html`<span>${plain(name)}</span>`)}${none && html`<b>${w('o.nobodyOnDuty')}</b>`}</td>`;
}

/* Units that have a phone on which somebody always answers, and no roster. */
function Fixed({ list, ask }) {
  const ids = list.map((one) => one.unit || one);
  return html`<section class="part"><h2>${w('o.noRoster')} <span class="num">${ids.length}</span></h2><ul class="fixed">${ids.map((id) => {
    const unit = units.get(id) || {};
    return html`<li key=${id}><b>${unitName(id)}</b> ${unit.duty && html`<${Phone} phone=${unit.duty.phone}/>`}<button type="button" onClick=${() => ask({ kind: 'check', unit: id })}>${w('o.checkCalls')}</button></li>`;
  })}</ul></section>`;
}

function Swap({ unit, people, close }) {
  const from = Math.ceil(now() / 3600000) * 3600000;
  const fields = [{ name: 'from', label: w('o.fromWhen'), kind: 'instant', needed: true, value: fieldOf(from) }, { name: 'to', label: w('o.toWhen'), kind: 'instant', needed: true, value: fieldOf(from + 12 * 3600000) },
    { name: 'people', label: w('o.whoIs'), kind: 'many', needed: true, rows: people }, { name: 'why', label: `${w('o.whyOf')}(${w('optional')})` }];
  return html`<${Form} title=${w('o.swapTitle', unitName(unit))} fields=${fields} word=${w('o.swap')} said=${w('o.swapped')} close=${close} send=${(body, key) => post(`/v1/units/${encodeURIComponent(unit)}/duty`, body, { key })}/>`;
}

function Check({ unit, close }) {
  const fields = [{ name: 'result', label: w('o.resultOf'), kind: 'choice', rows: [['answered', w('o.answered')], ['unanswered', w('o.unanswered')]], needed: true }, { name: 'seconds', label: w('o.secondsTaken'), kind: 'number' }, { name: 'person', label: w('o.whoAnswered') }];
  return html`<${Form} title=${w('o.checkTitle', unitName(unit))} fields=${fields} word=${w('o.checkCalls')} said=${w('o.checkedNow')} close=${close} send=${(body, key) => post(`/v1/units/${encodeURIComponent(unit)}/checks`, body, { key })}/>`;
}
