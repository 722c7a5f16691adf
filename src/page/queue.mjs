/*
 * queue.mjs - a unit's acts on their way: kept in IndexedDB until the server has them, each with the instant of the tap and a key of its own, so
 * that it is done once however often it is sent. Those of one dispatch go in order; what is refused (4xx) stops the dispatch's later
 * ones and says why, until the person decides. Nothing is dropped silently.
 */
import { keepAll, keepDelete, keepPut } from './keep.mjs';
import { newKey, pauseAfter, post } from './net.mjs';
import { redraw, state } from './store.mjs';
import { rfc } from './time.mjs';
import { w } from './words.mjs';

const PICTURE_MS = 120000;

/* late: sending has failed since it last worked. */
export const queue = { rows: [], sending: false, again: false, late: false };
let onDone = () => {}, timer = 0, order = 0, failures = 0;

/* Those that wait for their undo: until when, by performance.now(). A page that is opened anew sends them at once. One that was taken back
 * is no row any more, whichever list it still stands in. */
const held = new Map();
export const waits = (row) => (held.get(row) || 0) > performance.now() || !queue.rows.includes(row);

/* The dispatch as an act that was not sent yet leaves it. */
export const STEP_OF = { acknowledge: 'acknowledged', depart: 'departed', arrive: 'arrived', complete: 'completed' };

export const queued = (dispatch) => queue.rows.filter((row) => row.dispatch === dispatch);

/* step -> instant of what is not sent yet. */
export function waitingSteps(dispatch) {
  const out = {};
  for (const row of queued(dispatch)) if (STEP_OF[row.verb] && !row.problem) out[STEP_OF[row.verb]] = row.at;
  return out;
}

export async function queueLoad(done) {
  onDone = done;
  const rows = await keepAll('queue').catch(() => []);
  queue.rows = rows.filter((row) => row.account === state.me.account).sort((a, b) => a.order - b.order);
  order = queue.rows.reduce((most, row) => Math.max(most, row.order), 0);
  flush();
}

/* Keeps it and sends it; gives the row at once. hold: ms that it waits for its undo. */
export function queueAdd(dispatch, verb, at, body, hold = 0) {
  const row = { key: newKey(), order: Math.max(++order, Date.now()), account: state.me.account, dispatch, verb, at, body };
  order = row.order;
  if (hold) held.set(row, performance.now() + hold);
  queue.rows.push(row);
  redraw();
  keepPut('queue', row.key, row).then(() => (hold ? setTimeout(flush, hold + 10) : flush()));
  return row;
}

export async function queueDrop(row) {
  queue.rows = queue.rows.filter((one) => one !== row);
  held.delete(row);
  redraw();
  await keepDelete('queue', row.key);
}

/* It was refused, and the person wants to try once more. */
export function queueRetry(row) {
  delete row.problem;
  keepPut('queue', row.key, row);
  flush();
}

async function refused(row, problem) {
  row.problem = problem.detail || problem.message || w('wrongAnswer', problem.status);
  await keepPut('queue', row.key, row);
  redraw();
}

/* True where the dispatch's next one may go. */
async function sendOne(row, keepalive) {
  try {
    const answer = await post(`/v1/dispatches/${encodeURIComponent(row.dispatch)}/${row.verb}`,
      { ...row.body, ...(row.verb === 'return' ? {} : { at: rfc(row.at) }) }, { key: row.key, ...(row.verb === 'photos' ? { patience: PICTURE_MS } : { keepalive }) });
    queue.late = false;
    await queueDrop(row);
    onDone(answer, row);
    return true;
  } catch (problem) {
    if (problem.status && !problem.passing && problem.status !== 401) await refused(row, problem);
    else { queue.late = true; later(); }
    return false;
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(flush, pauseAfter(failures));
}

async function sendAll(ready, keepalive) {
  const byDispatch = new Map();
  for (const row of queue.rows) byDispatch.set(row.dispatch, [...(byDispatch.get(row.dispatch) || []), row]);
  await Promise.all([...byDispatch.values()].map(async (rows) => {
    for (const row of rows) {
      if (row.problem || !ready(row) || !(await sendOne(row, keepalive))) return;
    }
  }));
}

/* Sends what may go. One at a time in a browser: another tab with the same rows finds them gone. */
export async function flush() {
  queue.again = queue.sending;
  if (queue.sending || !queue.rows.length || !state.me || state.signing === 'over') return;
  queue.sending = true;
  const send = () => sendAll((row) => !waits(row), false);
  try {
    if (navigator.locks) await navigator.locks.request('liandong-queue', send);
    else await send();
  } finally {
    queue.sending = false;
  }
  failures = queue.late ? failures + 1 : 0;
  if (queue.again) flush();
  else if (queue.rows.some((row) => !row.problem)) later();
  redraw();
}

/* The page is being hidden: what waits for its undo goes now, by a request that outlives the page. */
function onHide() {
  if (!document.hidden) { flush(); return; }
  const any = held.size > 0;
  held.clear();
  if (any && !queue.sending) sendAll(() => true, true);
}

export function queueWatch() {
  document.addEventListener('visibilitychange', onHide);
  window.addEventListener('online', flush);
  return () => {
    document.removeEventListener('visibilitychange', onHide);
    window.removeEventListener('online', flush);
    clearTimeout(timer);
  };
}
