/*
 * board.mjs - the open incidents as the desk works them off: a queue of work, not a log. Rows come from GET /v1/board and the stream.
 *
 * A row is sorted into a group by what is to be done about it, and within the group P1 stands first, then what has the least time left. Both
 * are computed when the row comes, and again at the instant at which one of its limits passes (`turn`), so that a redraw sorts nothing.
 */
import { get, pauseAfter } from './net.mjs';
import { redraw, state } from './store.mjs';
import { now } from './time.mjs';

export const GROUPS = ['act', 'ack', 'way', 'work', 'call'];

export const board = { rows: new Map(), seq: 0, read: false, area: null, list: [], counts: {}, tiles: new Map(), turn: Infinity, units: new Map(), areas: [], categories: [],
  parents: new Map() };

/* When it should have been fetched, of what was not; a row leaves it out where it is the limit of the acknowledgement. */
const fetchBy = (part) => (part.step === 'issued' ? part.delivery || (part.clock === 'acknowledge' ? part.due : 0) : 0);

/* Did this part's limit pass? Of what has no fixed limit never. */
const late = (part, at) => Boolean(part.due && part.kind !== 'unlimited' && part.due < at && part.step !== 'completed');
/* Nor has a notice of it reached its unit. */
const lost = (part) => Boolean(part.step === 'issued' && part.to_phone);
const unfetched = (part, at) => Boolean(lost(part) || (fetchBy(part) && fetchBy(part) < at));

/* The assist that is worst: late first, then the least time left. */
function worstOf(row) {
  let worst = null;
  for (const part of row.assists || []) {
    if (part.step === 'completed' && worst) continue;
    if (!worst || (part.due || Infinity) < (worst.due || Infinity) || worst.step === 'completed') worst = part;
  }
  return worst;
}

function groupOf(row, at) {
  if (row.state === 'completed' || row.state === 'called-back') return row.left_to_office ? 'work' : 'call';
  const parts = [row.lead, ...(row.assists || [])].filter(Boolean);
  const urgent = !row.lead || row.unmatched || row.asked || parts.some((part) => late(part, at) || unfetched(part, at) || part.step === 'returning');
  if (urgent) return 'act';
  const step = row.lead.step;
  if (step === 'issued' || step === 'delivered') return 'ack';
  return step === 'acknowledged' || step === 'departed' ? 'way' : 'work';
}

/* Its group, its place in it, and when either changes by itself. */
function place(row, at) {
  const parts = [row.lead, ...(row.assists || [])].filter((part) => part && part.step !== 'completed');
  const dues = parts.flatMap((part) => [part.kind === 'unlimited' ? 0 : part.due, fetchBy(part)]).concat(row.lead_due || 0).filter(Boolean);
  row.group = groupOf(row, at);
  row.worst = worstOf(row);
  row.over = parts.some((part) => late(part, at));
  row.first = row.group === 'call' ? row.callback_due || Infinity : Math.min(Infinity, ...dues);
  row.turn = Math.min(Infinity, ...dues.filter((due) => due >= at)) + 1;
}

function before(a, b) {
  if (a.group !== b.group) return GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group);
  if ((a.priority === 'P1') !== (b.priority === 'P1')) return a.priority === 'P1' ? -1 : 1;
  return a.first - b.first || a.at - b.at || (a.number < b.number ? -1 : 1);
}

const areaOf = (row) => board.parents.get(row.area) || row.area;

/* The list that is shown, the counters and the tiles. filter: a group, or '' for all. */
export function arrange(filter) {
  const rows = [...board.rows.values()];
  const counts = { all: rows.length, act: 0, ack: 0, way: 0, work: 0, call: 0 };
  const tiles = new Map();
  for (const row of rows) {
    counts[row.group]++;
    const tile = tiles.get(areaOf(row)) || { n: 0, over: false };
    tile.n++;
    tile.over = tile.over || row.over;
    tiles.set(areaOf(row), tile);
  }
  const shown = rows.filter((row) => (!filter || row.group === filter) && (!board.area || areaOf(row) === board.area)).sort(before);
  Object.assign(board, { list: shown, counts, tiles, turn: rows.reduce((first, row) => Math.min(first, row.turn), Infinity), dirty: false, filter });
}

const changed = () => { board.dirty = true; redraw(); };

/* An answer of /v1/board, or what the stream embeds: the rows that changed, as they are now. */
export function boardTake(answer, whole) {
  const at = now();
  if (whole || answer.reset) board.rows.clear();
  for (const row of answer.incidents) {
    place(row, at);
    board.rows.set(row.number, row);
  }
  for (const number of answer.gone || []) board.rows.delete(number);
  board.seq = Math.max(answer.reset || whole ? 0 : board.seq, answer.seq);
  board.read = true;
  changed();
}

/* Each second: has a limit passed that moves a row? */
export function boardSecond(at) {
  if (at < board.turn) return;
  for (const row of board.rows.values()) if (row.turn <= at) place(row, at);
  changed();
}

export async function boardRead() {
  boardTake(await get('/v1/board'), true);
  return board.seq;
}

let reading = null, timer = 0, failures = 0;

/* Reads what changed since, unless the stream has brought it meanwhile; once for all events of 150 ms. */
export function boardCatchUp() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (reading || board.seq >= state.seq) return;
    reading = get('/v1/board', { after: board.seq });
    try {
      boardTake(await reading);
      failures = 0;
    } catch (problem) {
      if (problem.status !== 401) setTimeout(boardCatchUp, pauseAfter(++failures));
    }
    reading = null;
  }, 150);
}

/* Names: of units, categories, areas; once, they change with the mechanism. */
export async function boardNames() {
  const [units, areas, categories] = await Promise.all([get('/v1/units'), get('/v1/areas'), get('/v1/categories')]);
  board.units = new Map(units.units.map((unit) => [unit.unit, unit]));
  board.areas = areas.areas;
  board.parents = new Map(areas.areas.filter((area) => area.parent).map((area) => [area.area, area.parent]));
  board.areaNames = new Map(areas.areas.map((area) => [area.area, area.name]));
  board.categories = categories.categories.filter((category) => !category.heir);
  board.categoryNames = new Map(categories.categories.map((category) => [category.category, category.name]));
  changed();
}

export const unitName = (code) => { const unit = board.units.get(code); return unit ? unit.short_name || unit.name : code; };
export const areaName = (code) => (board.areaNames && board.areaNames.get(board.parents.get(code) || code)) || '';
export const categoryName = (code) => (board.categoryNames && board.categoryNames.get(code)) || code || '';

export function boardForget() {
  clearTimeout(timer);
  Object.assign(board, { rows: new Map(), seq: 0, read: false, area: null, list: [], counts: {}, tiles: new Map(), turn: Infinity });
}

/* The limit of one part of a row, as parts.mjs draws it. */
export function partLimit(part) {
  if (!part || !part.clock || part.step === 'completed') return null;
  return { clock: part.clock, due: part.due, start: part.start, kind: part.kind, read: 0 };
}
