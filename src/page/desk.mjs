/*
 * desk.mjs - the desk's face: the new incident on the left, the board in the middle, the chosen incident on the right, which is a sheet over the
 * board where the window is narrower than 1180 px.
 *
 * Invariant: events change what is drawn, but neither the focus nor the selection nor a word that is typed.
 */
import { html, classes, style, useEffect, useState } from './h.mjs';
import { notice, redraw, state } from './store.mjs';
import { get, pauseAfter } from './net.mjs';
import { liveFrom, liveHeard, liveStart } from './live.mjs';
import { board, arrange, boardCatchUp, boardForget, boardNames, boardRead, boardSecond, boardTake, GROUPS } from './board.mjs';
import { BoardList } from './board_list.mjs';
import { ReportForm, formJoin, formLoad, formPriority, formRenew, formSend } from './report_form.mjs';
import { Incident, actKey, incidentTouched, open, stepKey } from './incident.mjs';
import { Callbacks, Find, Handover, Returns, mine } from './desk_lists.mjs';
import { undoLast } from './incident_forms.mjs';
import { Bar } from './bar.mjs';
import { Dialog } from './dialog.mjs';
import { Empty } from './parts.mjs';
import { keysSet, lettersOff } from './keys.mjs';
import { sound } from './sound.mjs';
import { go, goInstead } from './route.mjs';
import { onSecond } from './time.mjs';
import { plain, say } from './say.mjs';
import { w } from './words.mjs';
import './words_desk.mjs';

export const wide = true;

const desk = { selected: null, requests: { value: undefined }, keys: false, opened: new Set(), alarmed: 0, said: '' };
let unkeys = null, unsecond = null, requestTimer = 0;

/* -- reading ---------------------------------------------------------------------------------------- */

async function readRequests() {
  try {
    const answer = await get('/v1/requests', { state: 'pending', limit: 100 });
    const before = new Set((desk.requests.value || []).map((one) => one.request));
    if (desk.requests.value && answer.requests.some((one) => one.kind === 'return' && !before.has(one.request))) sound(1);
    desk.requests = { value: answer.requests, again: readRequests };
  } catch (problem) {
    desk.requests = { ...desk.requests, problem, again: readRequests };
  }
  redraw();
}

function onEvents(events) {
  boardCatchUp();
  incidentTouched(new Set(events.map((event) => event.incident)));
  if (events.some((event) => event.type.startsWith('request.'))) {
    clearTimeout(requestTimer);
    requestTimer = setTimeout(readRequests, 150);
  }
  if (events.some((event) => event.type === 'incident.reported')) formRenew();
  if (events.some((event) => event.type === 'config.activated')) boardNames().catch(() => {});
}

function onMessage(data) {
  if (data.type === 'board') boardTake(data);
  if (data.type === 'presence') incidentTouched(new Set([data.incident]));
}

async function readAll(failures = 0) {
  try {
    const seq = await boardRead();
    liveHeard();
    return seq;
  } catch (problem) {
    if (problem.status === 401) return state.seq;
    await new Promise((done) => setTimeout(done, pauseAfter(failures + 1)));
    return state.me ? readAll(failures + 1) : 0;
  }
}

async function onReset() {
  notice(w('restored'), 'done', { stays: true });
  boardForget();
  liveFrom(await readAll());
  readRequests();
  if (open.number) open.again();
}

/* -- sound, and what is said to who cannot see ---------------------------------------------------------- */

/* Critical ones that wait and that were not opened here: two tones a minute. */
function alarm(at) {
  const waiting = [...board.rows.values()].filter((row) => row.priority === 'P1' && row.lead && (row.lead.step === 'issued' || row.lead.step === 'delivered') && !desk.opened.has(row.number));
  if (!waiting.length || at - desk.alarmed < 60000) return;
  desk.alarmed = at;
  sound(2);
  desk.said = w('p1Waiting', plain(waiting[0].place || waiting[0].number));
  redraw();
}

function onSecondNow(at) {
  boardSecond(at);
  alarm(at);
}

/* -- choosing --------------------------------------------------------------------------------------------- */

function choose(number) {
  desk.selected = number;
  desk.opened.add(number);
  if (state.route.name === 'i') goInstead('i', number);
  else go('i', number);
}

function move(by) {
  const list = board.list;
  if (!list.length) return;
  const at = list.findIndex((row) => row.number === desk.selected);
  const row = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, at + by))];
  board.keepSight = row.number;
  choose(row.number);
}

const focusOn = (id) => { const el = document.getElementById(id); if (el) { el.focus(); el.scrollIntoView({ block: 'nearest' }); } };

function toList() {
  if (desk.keys) { desk.keys = false; redraw(); return; }
  if (document.activeElement && document.activeElement !== document.body) document.activeElement.blur();
  const list = document.querySelector('.list');
  if (list) list.focus();
  else go('board');
}

function toNew() {
  if (window.innerWidth < 760) { desk.form = true; redraw(); }
  requestAnimationFrame(() => focusOn('new-words'));
}

const keys = {
  n: toNew, j: () => move(1), k: () => move(-1), '/': () => { go('find'); setTimeout(() => { const el = document.querySelector('[name=words]'); if (el) el.focus(); }, 60); },
  'Ctrl+Enter': formSend, 'Alt+j': formJoin, 'Alt+1': () => formPriority('P1'), 'Alt+2': () => formPriority('P2'), 'Alt+3': () => formPriority('P3'), 'Alt+4': () => formPriority('P4'),
  1: () => stepKey(1), 2: () => stepKey(2), 3: () => stepKey(3), 4: () => stepKey(4), 5: () => stepKey(5),
  a: () => actKey('a'), u: () => actKey('u'), m: () => actKey('m'), e: () => actKey('e'), b: () => actKey('b'), c: () => actKey('c'),
  'g r': () => go('returns'), 'g c': () => go('callbacks'), 'g h': () => go('handover'), 'g w': () => go('board'), z: undoLast, '?': () => { desk.keys = !desk.keys; redraw(); }, Escape: toList,
};

/* -- life ---------------------------------------------------------------------------------------------------- */

const styled = Promise.all([style('./wide.css'), style('./desk.css')]); // on their way while the session is asked for

export async function prepare() {
  await styled;
  formLoad();
}

/* A link in a notice names a dispatch, or an incident: the desk opens the incident. */
function fromNotice(id) {
  goInstead('i', board.rows.has(id) ? id : id.replace(/-\d\d$/, ''));
}

export async function start() {
  unkeys = keysSet(keys);
  unsecond = onSecond(onSecondNow);
  if (!state.route.name) goInstead('board');
  if (state.route.name === 'i') desk.selected = state.route.rest[0];
  boardNames().catch(() => setTimeout(() => boardNames().catch(() => {}), 3000));
  readRequests();
  state.seq = await readAll();
  liveStart({ onEvents, onReset, onMessage, query: { embed: 'board' } });
}

export function stop() {
  if (unkeys) unkeys();
  if (unsecond) unsecond();
  clearTimeout(requestTimer);
  boardForget();
  Object.assign(desk, { selected: null, requests: { value: undefined }, keys: false, opened: new Set() });
}

export function signedAgain() {
  readAll();
  readRequests();
  if (open.number) open.again();
}

/* -- drawing -------------------------------------------------------------------------------------------------- */

function tabs() {
  const counts = board.counts;
  const waiting = desk.requests.value && desk.requests.value.filter(mine).length;
  return [{ to: ['board'], name: w('all'), count: counts.all || 0 },
    ...GROUPS.map((group) => ({ to: ['board', group], name: w(`tab-${group}`), count: counts[group] || 0, hot: group === 'act' && counts.act > 0 })),
    { to: ['returns'], name: w('returns'), count: waiting || undefined, hot: waiting > 0 }, { to: ['callbacks'], name: w('callbacks') }, { to: ['handover'], name: w('handover') }, { to: ['find'], name: w('find') }];
}

/* Schematic: no outline, no scale. The squares come from areas.yaml. */
function Tiles() {
  const tiled = board.areas.filter((area) => area.tile);
  if (!tiled.length) return null;
  const columns = Math.max(...tiled.map((area) => area.tile[0])) + 1;
  const rows = Math.max(...tiled.map((area) => area.tile[1])) + 1;
  const pick = (area) => { board.area = board.area === area ? null : area; board.dirty = true; redraw(); };
  return html`<section class="tiles" aria-label=${w('tilesTitle')}><h2>${w('tilesTitle')} <small>${w('tilesNote')}</small></h2>
    <div class="grid">${Array.from({ length: rows }, (_, y) => html`<div class="grid-row" key=${y}>${Array.from({ length: columns }, (__, x) => {
    const area = tiled.find((one) => one.tile[0] === x && one.tile[1] === y);
    const tile = area && board.tiles.get(area.area);
    return area ? html`<button type="button" key=${x} class=${classes('tile', tile && 'some', tile && tile.over && 'over')} aria-pressed=${board.area === area.area} onClick=${() => pick(area.area)}>
      <span>${say(area.name.replace(/(街道|镇|乡)$/, ''))}</span><b class="num">${tile ? tile.n : ' '}</b>${tile && tile.over ? html`<span class="unseen">${w('over', '')}</span>` : null}</button>` : html`<span class="tile none" key=${x}></span>`;
  })}</div>`)}</div></section>`;
}

function KeyBar() {
  const row = (key, name) => html`<span>${key.split(' ').map((one) => html`<kbd>${one}</kbd>`)}${w(name)}</span>`;
  return html`<footer class="keybar"><div>${lettersOff() ? null : html`${row('N', 'keyNew')}${row('Ctrl Enter', 'dispatch')}${row('J K', 'keyMove')}${row('/', 'keyFind')}${row('1–5', 'keyStep')}${row('A', 'act-a')}${row('U', 'act-u')}${row('?', 'keyAll')}`}</div>
    <small class="num">${w('revision', state.me.revision, state.seq)}</small></footer>`;
}

function KeyList() {
  const rows = [['N', 'keyNew'], ['Ctrl+Enter', 'dispatch'], ['Alt+1…4', 'keyPriority'], ['Alt+J', 'keyJoin'], ['J K', 'keyMove'], ['/', 'keyFind'], ['1–5', 'keyStep'], ['A U M E B C', 'keyActs'], ['G R/C/H/W', 'keyGo'], ['Z', 'keyUndo'], ['Esc', 'keyEsc'], ['?', 'keyAll']];
  return html`<${Dialog} title=${w('keysTitle')} close=${() => { desk.keys = false; redraw(); }}><dl class="keys">${rows.map(([key, name]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${w(name)}</dd></div>`)}</dl><//>`;
}

/* Is the window narrower than this? Drawn anew when it changes. */
function useNarrow(width) {
  const query = `(max-width: ${width - 0.02}px)`;
  const [is, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const on = () => set(list.matches);
    list.addListener(on);
    return () => list.removeListener(on);
  }, [query]);
  return is;
}

function Right({ number, narrow }) {
  if (!number) return narrow ? null : html`<aside class="col-one"><${Empty}>${w('chooseOne')}<//></aside>`;
  return html`<aside class=${classes('col-one', narrow && 'over-board')} aria-label=${w('openIncidents')}>${narrow && html`<button type="button" class="back-list" onClick=${() => go('board')}>‹ ${w('back')}</button>`}
    <${Incident} key=${number} number=${number}/></aside>`;
}

function Left({ small }) {
  if (small && !desk.form) return html`<button type="button" class="main new-open" onClick=${toNew}>＋ ${w('newIncident')}</button>`;
  return html`<div class="col-new">${small && html`<button type="button" class="quiet" onClick=${() => { desk.form = false; redraw(); }}>‹ ${w('boardName')}</button>`}<${ReportForm}/>${!small && html`<${Tiles}/>`}</div>`;
}

const PAGES = { returns: Returns, callbacks: Callbacks, handover: Handover, find: Find };

export function Face({ route }) {
  if (route.name === 'd') fromNotice(route.rest[0] || '');
  const narrow = useNarrow(1180), small = useNarrow(760);
  const filter = route.name === 'board' && GROUPS.includes(route.rest[0]) ? route.rest[0] : route.name === 'i' ? board.filter || '' : '';
  if (board.dirty || board.filter !== filter) arrange(filter);
  const number = route.name === 'i' ? route.rest[0] : null;
  if (number) desk.selected = number;
  const Page = PAGES[route.name];
  return html`<div class="desk"><${Bar} tabs=${tabs()} where=${[route.name === 'i' ? 'board' : route.name, filter].filter(Boolean).join('/')}/>
    <div class=${classes('columns', number && 'with-one')}><${Left} small=${small}/>
      <main class="col-list">${Page ? html`<${Page} pending=${desk.requests} again=${readRequests}/>` : html`<h1 class="unseen">${w('boardName')}</h1><${BoardList} selected=${desk.selected} choose=${choose} open=${choose}/>`}</main>
      <${Right} number=${number} narrow=${narrow}/></div>
    <${KeyBar}/>${desk.keys && html`<${KeyList}/>`}<div class="unseen" aria-live="assertive">${desk.said}</div></div>`;
}
