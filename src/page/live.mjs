/*
 * live.mjs - events as they happen. One tab of a browser leads: it holds the stream and tells the others (BroadcastChannel); when it
 * goes, the lock goes to the next, which goes on from the last event that it has heard of. A browser without locks has a stream a tab.
 *
 * A stream that fails is opened again after a pause (pauseAfter); after two failures events are polled, until a stream may be tried anew.
 * Where the session has ended nothing is asked until somebody has signed in again, here or in another tab.
 * The line is dead if nothing has come for 25 s, whatever the socket says: the server sends a pulse every 10 s.
 *
 * Invariant: onEvents gets every event after state.seq at least once, or onReset is called and all is to be read anew.
 */
import { change, redraw, state } from './store.mjs';
import { get, pauseAfter, session } from './net.mjs';
import { ms, runsAhead } from './time.mjs';

const DEAD_MS = 25000;
const POLL_S = 20;
const STREAM_AGAIN_MS = 5 * 60000;

let hooks = null; // {onEvents, onReset, onMessage, query}
let source = null, failures = 0, leading = false, polling = null, watch = 0, again = 0, streamAt = -STREAM_AGAIN_MS;
let channel = null, release = null, stopLock = null;

function liveness(live) {
  if (state.live !== live) change({ live });
}

function heard() {
  state.heard = performance.now();
  liveness('live');
}

/* The face has just read what there is. */
export function liveHeard() {
  if (state.live === 'starting' || state.live === 'offline') heard();
}

const officeOf = (office) => office && { open: office.open, until: ms(office.until) };

/* What a session or a pulse says besides. */
export function takePulse(pulse) {
  if (pulse.office) change({ office: officeOf(pulse.office) });
  if (state.me && pulse.store && pulse.store !== state.me.store) reset();
  if (state.me && pulse.build && pulse.build !== state.me.build && !state.newBuild) change({ newBuild: true });
  if (state.me && pulse.revision && pulse.revision !== state.me.revision) remeasure();
  if (pulse.time && runsAhead(ms(pulse.time))) remeasure();
}

let measuring = false;
async function remeasure() {
  if (measuring || state.signing === 'over') return;
  measuring = true;
  try {
    const me = await session();
    change({ me: { ...me, store: state.me.store, build: state.me.build } }); // what these were when the page was loaded is compared
    takePulse(me);
  } catch (problem) {
    // the next pulse asks again
  }
  measuring = false;
}

const last = new Map(); // kind of events (what stands before the point of their type) -> the newest one's seq
let resets = 0;

/* Changes when an event of one of these kinds has come, or all is to be read anew: what useRead depends on. */
export const newest = (...kinds) => [resets, ...kinds.map((kind) => last.get(kind) || 0)].join();

function reset() {
  resets++;
  if (hooks) hooks.onReset();
  redraw();
}

function hear(events) {
  for (const event of events) last.set(event.type.split('.')[0], event.seq);
  hooks.onEvents(events);
  redraw();
}

function takeEvents(events) {
  const fresh = events.filter((event) => event.seq > state.seq);
  if (!fresh.length) return;
  state.seq = fresh[fresh.length - 1].seq;
  if (fresh.some((event) => runsAhead(ms(event.at)))) remeasure();
  hear(fresh);
}

/* From the stream, or from the tab that leads. */
function take(message) {
  heard();
  if (message.events) takeEvents(message.events);
  if (message.pulse) takePulse(message.pulse);
  if (message.data && hooks.onMessage) hooks.onMessage(message.data);
  if (message.reset) reset();
}

function tell(message) {
  take(message);
  if (channel) channel.postMessage(message);
}

/* -- the stream -------------------------------------------------------------------------------- */

function closeSource() {
  if (source) source.close();
  source = null;
}

function onMessage(message) {
  failures = 0;
  const data = JSON.parse(message.data);
  if (data.type === 'pulse') tell({ pulse: data });
  else if (data.seq && data.at) tell({ events: [data] });
  else tell({ data });
}

function openStream() {
  closeSource();
  streamAt = performance.now();
  const also = Object.entries(hooks.query || {}).map(([k, v]) => `&${k}=${v}`).join('');
  source = new EventSource(`/v1/stream?plain=1&pulse=1&after=${state.seq}${also}`);
  source.onopen = heard;
  source.onmessage = onMessage;
  source.onerror = () => {
    closeSource();
    failures++;
    if (failures === 1) remeasure(); // a session that has ended says so
    if (leading) lead(pauseAfter(failures));
  };
}

/* -- polling ----------------------------------------------------------------------------------- */

async function pollOnce(signal) {
  const answer = await get('/v1/events', { after: state.seq, wait: POLL_S, limit: 200 }, { signal, patience: (POLL_S + 15) * 1000 });
  failures = 0;
  tell({ events: answer.events, pulse: {} });
}

/* 422 on `after`: there is no such event, so a backup was restored. */
const refusedAfter = (problem) => problem.status === 422 && problem.field === 'after';

async function poll() {
  if (polling) return;
  const stop = new AbortController();
  polling = stop;
  while (leading && polling === stop) {
    try {
      await pollOnce(stop.signal);
    } catch (problem) {
      if (stop.signal.aborted || problem.status === 401) break;
      if (refusedAfter(problem)) tell({ reset: true });
      failures++;
      await new Promise((done) => setTimeout(done, pauseAfter(failures)));
    }
    if (performance.now() - streamAt > STREAM_AGAIN_MS) break;
  }
  if (polling === stop) polling = null;
  if (leading && !stop.signal.aborted && state.me) lead(0);
}

/* A stream that is refused does not say why to a script: polling does. After a 401 the line stands still until liveAgain(). */
function lead(pause) {
  clearTimeout(again);
  again = setTimeout(() => {
    if (!leading || !state.me || state.signing === 'over') return;
    if (failures >= 2 && performance.now() - streamAt < STREAM_AGAIN_MS) poll();
    else openStream();
  }, pause);
}

/* -- who leads --------------------------------------------------------------------------------- */

function begin() {
  leading = true;
  failures = 0;
  lead(0);
}

function look() {
  const silent = performance.now() - state.heard;
  if (navigator.onLine === false) liveness('offline');
  else if (silent > DEAD_MS) {
    liveness('stale');
    if (leading && source && silent > DEAD_MS * 1.5) {
      closeSource();
      lead(0);
    }
  }
}

/* A tab that does not lead may have missed what was told before it listened, or while it was frozen. */
async function catchUp() {
  if (leading || !hooks || state.signing === 'over') return;
  try {
    const answer = await get('/v1/events', { after: state.seq, limit: 500 });
    if (!hooks) return;
    if (answer.events.length) hear(answer.events);
    state.seq = Math.max(state.seq, answer.seq);
    heard();
  } catch (problem) {
    if (hooks && refusedAfter(problem)) reset();
  }
}

function onShown() {
  if (document.hidden) return;
  if (state.signing === 'over') { onBack(); return; }
  remeasure();
  catchUp();
  if (leading && !source && !polling) lead(0);
}

function onOnline() {
  failures = 0;
  if (leading) lead(0);
  remeasure();
}

/* hooks: onEvents(events), onReset(), onMessage(data) for what is no event, query (what the stream is to bring besides). Goes on from state.seq. */
export function liveStart(given) {
  hooks = given;
  state.heard = performance.now();
  const name = `liandong-${state.me.store}-${state.me.account}`;
  if (window.BroadcastChannel) {
    channel = new BroadcastChannel(name);
    channel.onmessage = (message) => {
      if (message.data.signed) onBack();
      else if (hooks && !leading) take(message.data);
    };
  }
  if (navigator.locks && channel) {
    stopLock = new AbortController();
    navigator.locks.request(name, { signal: stopLock.signal }, () => { begin(); return new Promise((done) => { release = done; }); })
      .catch(() => {});
    setTimeout(catchUp, 300);
  } else begin();
  watch = setInterval(look, 1000);
  document.addEventListener('visibilitychange', onShown);
  window.addEventListener('online', onOnline);
  window.addEventListener('offline', look);
}

let onBack = () => {};
/* fn is called where an ended session may be there again: another tab has signed in, or the person looks at this one anew. */
export function whenBack(fn) {
  onBack = fn;
}

/* Somebody has signed in again over the page: the line goes on, and the other tabs hear that they may. */
export function liveAgain() {
  failures = 0;
  if (leading) lead(0);
  else catchUp();
  if (channel) channel.postMessage({ signed: true });
}

/* At the end of the session. */
export function liveStop() {
  hooks = null;
  leading = false;
  clearInterval(watch);
  clearTimeout(again);
  closeSource();
  if (polling) polling.abort();
  polling = null;
  if (stopLock) stopLock.abort();
  if (release) release();
  if (channel) channel.close();
  channel = stopLock = release = null;
  document.removeEventListener('visibilitychange', onShown);
  window.removeEventListener('online', onOnline);
  window.removeEventListener('offline', look);
}

/* Is this the tab that holds the stream? */
export const leads = () => leading;

/* After all was read anew: the line goes on from there. */
export function liveFrom(seq) {
  state.seq = seq;
  if (leading && hooks) {
    closeSource();
    if (polling) polling.abort();
    polling = null;
    lead(0);
  }
}
