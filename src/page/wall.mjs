/*
 * wall.mjs - the screen in the hall (#/wall): what is most urgent, how much of what, where, and how old that is. It has no controls and shows
 * nothing personal; its own role is not told of it, either.
 *
 * It is followed by asking /v1/board for what has changed, each question held open for some seconds: a hall's account has no events. It runs
 * for weeks: every second it is drawn from the same tables, no timer or listener is added after the start, and a newer page is taken by
 * itself when nothing presses.
 */
import { html, classes, style, themeNow, themeSet } from './h.mjs';
import { redraw, state } from './store.mjs';
import { get, pauseAfter, session } from './net.mjs';
import { takePulse } from './live.mjs';
import { board, arrange, boardForget, boardNames, boardRead, boardSecond, boardTake, areaName, categoryName, partLimit, unitName } from './board.mjs';
import { Clock, Due, Priority } from './pieces.mjs';
import { about, limitNow, now, onSecond, secondText, weekday } from './time.mjs';
import { goInstead } from './route.mjs';
import { say } from './say.mjs';
import { w } from './words.mjs';
import './words_wall.mjs';

const WAIT_S = 5; // a question is held open so long
const STALE_MS = 25000;
const EACH_MS = 60000; // the time, the build, the office
const COUNT_MS = 10000; // what waits for decisions
const NAMES_MS = 600000;
const QUIET_MS = 60000; // without a change: a newer page may be taken
const ANYWAY_MS = 3600000;
const ROWS = 12;

export const wide = true;

const wall = { running: 0, begun: 0, heard: 0, told: 0, changed: 0, failures: 0, queues: [], due: {}, newSince: 0 };
let unsecond = null;

const lost = () => navigator.onLine === false || performance.now() - wall.heard > STALE_MS;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function heard() {
  wall.heard = performance.now();
  wall.told = now();
  wall.failures = 0;
}

/* -- following ---------------------------------------------------------------------------------------- */

async function ask() {
  const answer = await get('/v1/board', { after: board.seq, wait: WAIT_S });
  if (answer.incidents.length || answer.gone.length || answer.reset) wall.changed = performance.now();
  boardTake(answer);
  heard();
}

/* Until stop(): one question after the other. Where the session has ended, the sign-in stands over the page, and nothing is asked. */
async function follow(mine) {
  while (wall.running === mine) {
    try {
      if (state.signing) await pause(1000);
      else if (!board.read) { await boardRead(); heard(); }
      else await ask();
    } catch (problem) {
      await pause(pauseAfter(++wall.failures));
    }
  }
}

/* Is it time for what is done once in `ms`? */
function dueNow(what, ms) {
  const at = performance.now();
  if (at < (wall.due[what] || 0)) return false;
  wall.due[what] = at + ms;
  return true;
}

const quietly = (promise) => promise.catch(() => {});

function readQueues() {
  quietly(get('/v1/queues').then((answer) => { wall.queues = answer.queues; }));
}

/* A newer page is taken when the line is good and nothing presses; after an hour in any case. */
function takeNewPage() {
  const at = performance.now();
  if (!state.newBuild) return;
  wall.newSince = wall.newSince || at;
  const quiet = at - wall.changed > QUIET_MS && !board.list.some((row) => row.priority === 'P1' && row.group === 'act');
  if (!lost() && (quiet || at - wall.newSince > ANYWAY_MS)) location.reload();
}

function onSecondNow(at) {
  boardSecond(at);
  if (!state.signing) {
    if (dueNow('session', EACH_MS)) quietly(session().then(takePulse));
    if (dueNow('queues', COUNT_MS)) readQueues();
    if (dueNow('names', NAMES_MS)) boardNames().catch(() => { wall.due.names = performance.now() + 3000; });
  }
  takeNewPage();
  redraw();
}

/* -- life ----------------------------------------------------------------------------------------------- */

export async function prepare() {
  await style('./wall.css');
  document.documentElement.dataset.theme = 'dark';
}

export function start() {
  goInstead('wall');
  wall.due = {};
  wall.changed = wall.heard = performance.now();
  wall.told = now();
  unsecond = onSecond(onSecondNow);
  onSecondNow(now());
  wall.running = ++wall.begun;
  follow(wall.running);
}

export function stop() {
  wall.running = 0;
  if (unsecond) unsecond();
  boardForget();
  themeSet(themeNow());
}

export function signedAgain() {
  wall.due = {};
}

/* -- what is shown ----------------------------------------------------------------------------------------- */

/* The part whose lateness, or whose limit, comes first; of two the lead's. */
function partOf(row, at) {
  if (!row.lead) return null;
  const late = (part) => part.due && part.kind !== 'unlimited' && part.due < at && part.step !== 'completed';
  return late(row.lead) ? row.lead : (row.assists || []).find(late) || (row.lead.step === 'completed' && row.worst) || row.lead;
}

const RANK = { over: 2, soon: 1 };

/* How each township stands: its worst limit. */
function worstByArea(at) {
  const worst = new Map();
  for (const row of board.rows.values()) {
    if (row.group === 'call') continue;
    const parts = row.lead ? [row.lead, ...(row.assists || [])] : [{ clock: 'lead-missing', due: row.lead_due }];
    for (const part of parts) {
      const limit = part.due && part.step !== 'completed' && limitNow({ ...part, read: 0 }, at);
      const area = board.parents.get(row.area) || row.area;
      if (limit && (RANK[limit.kind] || 0) > (RANK[worst.get(area)] || 0)) worst.set(area, limit.kind);
    }
  }
  return worst;
}

function Row({ row, at }) {
  const part = partOf(row, at), lead = part === row.lead;
  return html`<tr class=${classes(row.priority === 'P1' && 'p1')}><td><${Priority} p=${row.priority}/></td>
    <td>${say(areaName(row.area) || '—')}${row.drill ? html` <em class="flag">${w('wl.drill')}</em>` : null}</td><td>${say(categoryName(row.category) || '—')}</td>
    <td>${part ? html`${say(unitName(part.unit))}${lead ? null : html` <small>${w('assist')}</small>`}` : html`<b class="missing">${w('wl.noLead')}</b>`}</td>
    <td class="limit"><${Due} limit=${part ? partLimit(part) : row.lead_due && { clock: 'lead-missing', due: row.lead_due }} box=${lead || !part ? 'lead' : 'assist'}/></td></tr>`;
}

function Urgent({ at }) {
  const open = board.list.filter((row) => row.group !== 'call');
  const shown = open.slice(0, ROWS);
  return html`<section class="wall-list" aria-labelledby="wall-urgent"><h2 id="wall-urgent">${w('wl.urgent')}${open.length > ROWS ? html` <small>${w('wl.more', open.length - ROWS)}</small>` : null}</h2>
    ${shown.length ? html`<table><colgroup>${[1, 2, 3, 4, 5].map(() => html`<col/>`)}</colgroup><thead class="unseen"><tr>${['priority', 'area', 'category', 'unit', 'limit'].map((one) => html`<th scope="col">${w(`wl.${one}`)}</th>`)}</tr></thead>
      <tbody>${shown.map((row) => html`<${Row} key=${row.number} row=${row} at=${at}/>`)}</tbody></table>` : board.read && html`<p class="wall-none">${w('wl.none')}</p>`}</section>`;
}

function Count({ name, n, hot }) {
  return html`<div class=${classes('count', hot && n > 0 && 'hot')}><dt>${w(`wl.${name}`)}</dt><dd class="num">${n || 0}</dd></div>`;
}

const REQUESTS = ['desk', 'shift-leader', 'office'];
const UNASKED = ['callback', 'unrouted']; // counted from the board

function Counts() {
  const { counts } = board;
  const decide = wall.queues.filter((one) => REQUESTS.includes(one.owed_by) && !UNASKED.includes(one.queue)).reduce((sum, one) => sum + one.n, 0);
  const overdue = [...board.rows.values()].filter((row) => row.over).length;
  return html`<dl class="counts"><${Count} name="open" n=${(counts.all || 0) - (counts.call || 0)}/><${Count} name="overdue" n=${overdue} hot/><${Count} name="act" n=${counts.act}/>
    ${['ack', 'way', 'work', 'call'].map((name) => html`<${Count} key=${name} name=${name} n=${counts[name]}/>`)}<${Count} name="decide" n=${decide}/></dl>`;
}

function Tile({ area, worst }) {
  const tile = board.tiles.get(area.area), kind = tile && worst.get(area.area);
  return html`<li class=${classes('wall-tile', tile && 'some', kind)}><span>${say(area.name.replace(/(街道|镇|乡)$/, ''))}</span><b class="num">${tile ? tile.n : ''}</b>
    ${kind === 'over' ? html`<i>▲ ${w('wl.tileOver')}</i>` : kind === 'soon' ? html`<i>◔ ${w('wl.tileSoon')}</i>` : null}</li>`;
}

function Tiles({ at }) {
  const tiled = board.areas.filter((area) => area.tile).sort((a, b) => a.tile[1] - b.tile[1] || a.tile[0] - b.tile[0]);
  const worst = worstByArea(at);
  return html`<section class="wall-tiles" aria-labelledby="wall-areas"><h2 id="wall-areas">${w('wl.areas')} <small>${w('wl.schematic')}</small></h2>
    <ul>${tiled.map((area) => html`<${Tile} key=${area.area} area=${area} worst=${worst}/>`)}</ul></section>`;
}

function Age() {
  const silent = performance.now() - wall.heard;
  return lost() ? html`<p class="wall-age off">${w('wl.stale', about(silent), secondText(wall.told))}</p>` : html`<p class="wall-age">${w('wl.age', Math.floor(silent / 1000))}</p>`;
}

export function Face() {
  const at = now();
  if (board.dirty || board.filter !== '') arrange('');
  return html`<main class=${classes('wall', lost() && 'stale')} data-seq=${board.seq}><header><h1>${w('title')}</h1><${Age}/><p class="wall-clock"><span>${weekday(at)}</span> <${Clock}/></p></header>
    <${Counts}/><div class="wall-columns"><${Urgent} at=${at}/><${Tiles} at=${at}/></div><footer>${w('wl.note')}</footer></main>`;
}
