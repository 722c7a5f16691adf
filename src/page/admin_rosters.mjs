/*
 * admin_rosters.mjs - a month of the rosters: a person is dragged over days, or days are chosen and the person's digit is typed or the button pressed.
 * What is decided is written into rosters.yaml's text as overrides, with its comments, as one of the changes that are checked and brought into force
 * under the rules. Nothing here needs dragging, and each step can be undone.
 */
import { html, classes, useRef, useState } from './h.mjs';
import { get } from './net.mjs';
import { notice } from './store.mjs';
import { Empty, Read, useRead } from './parts.mjs';
import { ms, now, rfc } from './time.mjs';
import { go } from './route.mjs';
import { plain } from './say.mjs';
import { monthName, monthPlus, thisMonth, unitName } from './office_parts.mjs';
import { daysOf, onDay } from './office_duty.mjs';
import { draft, edit, textOf } from './admin_draft.mjs';
import { w } from './words.mjs';

const FILE = 'rosters.yaml';
const DAY_MS = 86400000;
const OVERRIDE = /^ {6}- \{from: "([^"]+)", to: "([^"]+)", people: \[([^\]]*)\](?:, because: (.*))?\}\s*$/;

/* -- the text -------------------------------------------------------------------------------------------- */

const unquoted = (text) => text.trim().replace(/^"(.*)"$/, '$1');

/* The rosters of the text: [{unit, people: Map id -> name, at: '08:00', first, after, head, overrides}]; lines are numbers, head that of
 * `overrides:` or -1. An override that is written otherwise makes its roster `odd`: it is edited under the rules. */
export function rostersIn(text) {
  const all = [];
  let part = '';
  text.split('\n').forEach((line, i) => {
    const unit = /^ {2}- unit: *([a-z0-9-]+)/.exec(line), one = all[all.length - 1];
    if (unit) { all.push({ unit: unit[1], people: new Map(), at: '08:00', first: i, after: i + 1, head: -1, overrides: [] }); part = ''; return; }
    if (!one || !/^ {4}/.test(line)) return;
    one.after = i + 1;
    const heading = /^ {4}([a-z]+):/.exec(line);
    if (heading) { part = heading[1]; if (part === 'overrides') one.head = i; return; }
    const person = part === 'people' && /^ {6}([a-z0-9-]+): \{name: *("[^"]*"|[^,}]+)/.exec(line), item = part === 'overrides' && OVERRIDE.exec(line);
    const shift = part === 'shifts' && !one.shift && /\bfrom: *"(\d\d:\d\d)"/.exec(line);
    if (person) one.people.set(person[1], unquoted(person[2]));
    if (shift) { one.at = shift[1]; one.shift = true; }
    if (item) one.overrides.push({ line: i, from: item[1], to: item[2], people: item[3].split(',').map((p) => p.trim()).filter(Boolean), because: item[4] || '' });
    else if (part === 'overrides' && /^ {6}- /.test(line)) one.odd = true;
  });
  return all;
}

const written = (o) => `      - {from: "${o.from}", to: "${o.to}", people: [${o.people.join(', ')}]${o.because ? `, because: ${o.because}` : ''}}`;

/* What is left of an override where [from, to) is taken out of it. Instants are texts, which sort as they come. */
function without(o, from, to) {
  if (o.to <= from || o.from >= to) return [o];
  return [o.from < from && { ...o, to: from }, o.to > to && { ...o, from: to }].filter(Boolean);
}

/* The text in which these people serve in that unit from one instant to another ('2026-07-03T08:00'); no people: as the shifts say. null: the
 * roster is not there or written otherwise than expected. */
export function withPeople(text, unit, from, to, people, because) {
  const one = rostersIn(text).find((roster) => roster.unit === unit);
  if (!one || one.odd || !(from < to)) return null;
  const lines = text.split('\n');
  const next = one.overrides.flatMap((o) => without(o, from, to));
  if (people.length) next.push({ from, to, people, because });
  next.sort((a, b) => (a.from < b.from ? -1 : 1));
  const old = new Set(one.overrides.map((o) => o.line));
  const at = one.head >= 0 ? one.head : one.after;
  const block = next.length ? ['    overrides:', ...next.map(written)] : [];
  return lines.flatMap((line, i) => [...(i === at ? block : []), ...(i === one.head || old.has(i) ? [] : [line])]).concat(at >= lines.length ? block : []).join('\n');
}

/* -- the month --------------------------------------------------------------------------------------------- */

const dateOf = (day) => rfc(day).slice(0, 10);
const undone = []; // texts before each step, of this tab

/* Who serves on a day that begins at the roster's hour: {names, gap, edited}. By the text where it has an override, else as it is in force. */
export function cellOf(roster, base, stretches, day) {
  const from = `${dateOf(day)}T${roster.at}`, to = `${dateOf(day + DAY_MS)}T${roster.at}`;
  const of = (one) => one && one.overrides.find((o) => o.from < to && o.to > from);
  const mine = of(roster), was = of(base);
  const edited = JSON.stringify(mine && mine.people) !== JSON.stringify(was && was.people);
  if (mine) return { names: mine.people.map((id) => roster.people.get(id) || id), edited, override: true };
  if (was) return { names: [w('a.byShifts')], edited };
  const told = onDay(stretches, ms(`${from}:00+08:00`));
  return { names: told.names, gap: told.gap || !told.names.length, edited };
}

export function Rosters({ rest, version }) {
  const month = /^\d{4}-\d\d$/.test(rest[0] || '') ? rest[0] : thisMonth();
  const texts = useRead(async () => ({ text: await textOf(FILE), base: draft.base[FILE] }), [draft.revision, draft.edited[FILE]]);
  const duty = useRead(() => get('/v1/duty', { month }), [month, version]);
  if (draft.edited[FILE] === undefined) undone.length = 0; // dropped, or in force
  if (!draft.names.includes(FILE)) return html`<${Empty}>${w('a.noRosters')}<//>`;
  return html`<div class="office-tools"><button type="button" onClick=${() => go('rosters', monthPlus(month, -1))}>‹ ${w('o.earlier')}</button><h2>${w('o.dutyMonth', monthName(month))}</h2><button type="button" onClick=${() => go('rosters', monthPlus(month, 1))}>${w('o.laterOn')} ›</button>
      <button type="button" disabled=${!undone.length} onClick=${undo}>${w('a.undoStep')}</button>${draft.edited[FILE] !== undefined && html`<span class="tag">${w('a.edited')}</span>`}</div>
    <p class="soft-text form-note">${w('a.rosterHow')}</p>
    <${Read} got=${texts}>${(value) => html`<${Read} got=${duty}>${(told) => html`<${Month} month=${month} value=${value} told=${told}/>`}<//>`}<//>`;
}

function undo() {
  if (undone.length) edit(FILE, undone.pop());
}

/* Writes it; what cannot be written is opened under the rules. */
function decide(value, unit, from, to, people, because) {
  const next = withPeople(value.text, unit, from, to, people, because);
  if (next === null) { location.hash = `#/rules/${FILE}`; return; }
  if (next === value.text) return;
  if (draft.edited[FILE] === undefined) notice(w('a.inRules'));
  undone.push(value.text);
  edit(FILE, next);
}

function Month({ month, value, told }) {
  const days = daysOf(month), rosters = rostersIn(value.text), bases = new Map(rostersIn(value.base).map((one) => [one.unit, one]));
  const [picked, pick] = useState(null); // {row, a, b}: days a to b of a row, a where it began
  const drag = useRef(null); // {row, person, moved}
  const today = dateOf(now());
  if (!rosters.length) return html`<${Empty}>${w('a.noRosters')}<//>`;
  const span = (p) => [Math.min(p.a, p.b), Math.max(p.a, p.b)];
  const put = (p, people) => {
    const [a, b] = span(p), roster = rosters[p.row];
    decide(value, roster.unit, `${dateOf(days[a])}T${roster.at}`, `${dateOf(days[b] + DAY_MS)}T${roster.at}`, people, w('a.swapped'));
  };
  const cell = (event) => { const td = event.target.closest('td[data-day]'); return td && { row: +td.dataset.row, day: +td.dataset.day, td }; };
  const down = (event) => {
    const at = cell(event);
    if (!at || event.button) return;
    const name = event.target.closest('[data-person]');
    drag.current = { row: at.row, person: name && name.dataset.person, moved: false };
    pick(event.shiftKey && picked && picked.row === at.row ? { ...picked, b: at.day } : { row: at.row, a: at.day, b: at.day });
  };
  const over = (event) => {
    const at = cell(event), d = drag.current;
    if (!d || !at || at.row !== d.row || !picked || at.day === picked.b) return;
    d.moved = true;
    pick({ ...picked, b: at.day });
  };
  const up = () => {
    const d = drag.current;
    drag.current = null;
    if (d && d.moved && d.person && picked) put(picked, [d.person]);
  };
  const moveTo = (row, day, extend) => {
    pick(extend && picked && picked.row === row ? { ...picked, b: day } : { row, a: day, b: day });
    requestAnimationFrame(() => { const td = document.querySelector(`td[data-row="${row}"][data-day="${day}"]`); if (td) td.focus(); });
  };
  const key = (event) => {
    const at = cell(event), steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!at) return;
    const people = [...rosters[at.row].people.keys()], here = picked && picked.row === at.row ? picked : { row: at.row, a: at.day, b: at.day };
    if (steps) moveTo(Math.max(0, Math.min(rosters.length - 1, at.row + steps[0])), Math.max(0, Math.min(days.length - 1, at.day + steps[1])), event.shiftKey);
    else if (event.key === 'Home' || event.key === 'End') moveTo(at.row, event.key === 'Home' ? 0 : days.length - 1, event.shiftKey);
    else if (/^[1-9]$/.test(event.key) && people[event.key - 1] && !event.ctrlKey && !event.altKey) put(here, [people[event.key - 1]]);
    else if (event.key === '0' || event.key === 'Delete' || event.key === 'Backspace') put(here, []);
    else if (event.key === 'z' && event.ctrlKey) undo();
    else return;
    event.preventDefault();
  };
  const inside = (row, day) => picked && picked.row === row && day >= span(picked)[0] && day <= span(picked)[1];
  const gaps = rosters.flatMap((one, row) => days.map((day) => ({ row, day, ...cellOf(one, bases.get(one.unit), stretchesOf(told, one.unit), day) })).filter((c) => c.gap));
  return html`${gaps.length ? html`<div class="strip wrong" role="alert">${w('o.gapsAre', gaps.length)}:${gaps.slice(0, 6).map((gap) => html`<span> ${unitName(rosters[gap.row].unit)} ${dateOf(gap.day).slice(5)}</span>`)}</div>` : html`<p class="soft-text">${w('o.noGaps')}</p>`}
    <div class="scroll"><table class="duty roster" role="grid" aria-multiselectable="true" aria-label=${w('o.dutyMonth', monthName(month))} onPointerDown=${down} onPointerOver=${over} onPointerUp=${up} onPointerLeave=${up} onKeyDown=${key}>
      <thead><tr role="row"><th scope="col" role="columnheader">${w('o.unitOf')}</th>${days.map((day) => html`<th scope="col" role="columnheader" class=${classes(dateOf(day) === today && 'today')}>${+dateOf(day).slice(8)}</th>`)}</tr></thead>
      <tbody>${rosters.map((one, row) => html`<tr key=${one.unit} role="row"><th scope="row" role="rowheader">${unitName(one.unit)}</th>${days.map((day, n) => {
    const shown = cellOf(one, bases.get(one.unit), stretchesOf(told, one.unit), day);
    const first = picked ? picked.row === row && picked.b === n : row === 0 && n === 0;
    return html`<td key=${n} role="gridcell" tabindex=${first ? 0 : -1} data-row=${row} data-day=${n} aria-selected=${inside(row, n) ? 'true' : 'false'} class=${classes(shown.gap && 'gap', shown.edited && 'edited', shown.override && 'swapped')}
      aria-label=${`${unitName(one.unit)} ${dateOf(day).slice(5)} ${shown.names.map(plain).join(' ') || w('o.nobodyOnDuty')}${shown.edited ? ` ${w('a.edited')}` : ''}`}>
      ${shown.names.map((name) => html`<span data-person=${personOf(one, name)}>${plain(name)}</span>`)}${shown.gap && html`<b>${w('o.nobodyOnDuty')}</b>`}</td>`;
  })}</tr>`)}</tbody></table></div>
    ${picked && html`<${Chosen} key=${`${picked.row} ${span(picked)}`} roster=${rosters[picked.row]} days=${span(picked).map((n) => days[n])} put=${(from, to, people) => decide(value, rosters[picked.row].unit, from, to, people, w('a.swapped'))}/>`}`;
}

const stretchesOf = (told, unit) => told.duty.filter((one) => one.unit === unit);
const personOf = (roster, name) => { for (const [id, of] of roster.people) if (of === name) return id; return undefined; };

/* The days that are chosen, from an instant to another, which can be typed; and who serves in them. */
function Chosen({ roster, days, put }) {
  const [from, setFrom] = useState(`${dateOf(days[0])}T${roster.at}`);
  const [to, setTo] = useState(`${dateOf(days[1] + DAY_MS)}T${roster.at}`);
  const [both, setBoth] = useState([]);
  const toggle = (id) => setBoth(both.includes(id) ? both.filter((one) => one !== id) : [...both, id]);
  return html`<section class="panel roster-panel" aria-label=${w('a.chosen', unitName(roster.unit))}><h2>${w('a.chosen', unitName(roster.unit))}</h2>
    <div class="office-tools"><label class="choice"><span>${w('o.fromWhen')}</span><input type="datetime-local" value=${from} onInput=${(e) => setFrom(e.target.value)}/></label>
      <label class="choice"><span>${w('o.toWhen')}</span><input type="datetime-local" value=${to} onInput=${(e) => setTo(e.target.value)}/></label></div>
    <div class="row-buttons" role="group" aria-label=${w('o.whoIs')}>${[...roster.people].map(([id, name], n) => html`<button type="button" key=${id} aria-pressed=${both.includes(id)} onClick=${() => toggle(id)}>${n < 9 ? html`<kbd>${n + 1}</kbd> ` : null}${plain(name)}</button>`)}</div>
    <div class="row-buttons"><button type="button" class="main" disabled=${!both.length || !(from < to)} onClick=${() => put(from, to, both)}>${w('a.assign')}</button><button type="button" onClick=${() => put(from, to, [])}><kbd>0</kbd> ${w('a.byShifts')}</button></div></section>`;
}
