/*
 * net.mjs - requests to the interface under /v1. Each either gives its answer or throws a Problem; what has no answer may be asked again
 * with the same key and is then done once.
 *
 * Invariant: after a 401 nothing is asked until the person has signed in again (`quiet`, which signing in uses, alone goes out), so that a
 * page that lies open with an ended session costs nobody anything.
 */
import { state } from './store.mjs';
import { measure } from './time.mjs';

const PATIENCE_MS = 20000;
const PAUSE_MS = 1000, PAUSE_MOST_MS = 30000;

/* How long to wait before the next try after n failures: 1, 2, 4 … 30 s, less up to half of it by chance, so that pages that lost one server
 * do not come back to it all in one moment. */
export const pauseAfter = (n) => Math.min(PAUSE_MS * 2 ** Math.max(0, n - 1), PAUSE_MOST_MS) * (1 - Math.random() / 2);

/* status 0: there was no answer at all. code, field and detail as the interface says them. */
export class Problem extends Error {
  constructor(status, body) {
    super((body && body.detail) || (body && body.title) || String(status));
    this.status = status;
    this.code = (body && body.code) || (status ? String(status) : 'no-answer');
    this.field = body && body.field;
    this.detail = body && body.detail;
    this.body = body;
  }
  /* It may have been done, or could not be tried: again later. */
  get passing() {
    return this.status === 0 || this.status === 503 || this.status === 429 || this.status === 502 || this.status === 504;
  }
}

export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('');

let onOut = () => {};
/* Called with the Problem where a request is refused because the session has ended (401) or the token is to be shown again. */
export function whenOut(fn) {
  onOut = fn;
}

function headers(method, more) {
  const out = { 'Liandong-Page': '1' };
  if (method !== 'GET') out['Content-Type'] = 'application/json';
  if (more.key) out['Idempotency-Key'] = more.key;
  if (more.match) out['If-Match'] = `"${more.match}"`;
  return out;
}

function query(path, params) {
  const pairs = Object.entries(params || {}).filter(([, v]) => v !== undefined && v !== null && v !== '');
  return pairs.length ? path + '?' + pairs.map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&') : path;
}

async function parsed(answer) {
  const type = answer.headers.get('Content-Type') || '';
  return type.includes('json') ? answer.json() : answer.text();
}

/* more: body, query, key (Idempotency-Key), match (If-Match), keepalive, quiet (a 401 is the caller's own business), patience (ms). */
export async function ask(method, path, more = {}) {
  if (state.signing === 'over' && !more.quiet) throw new Problem(401, null);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), more.patience || PATIENCE_MS);
  const give = () => stop.abort();
  if (more.signal) more.signal.addEventListener('abort', give);
  let answer, body;
  try {
    answer = await fetch(query(path, more.query), { method, headers: headers(method, more), signal: stop.signal,
      cache: 'no-store', redirect: 'error', keepalive: Boolean(more.keepalive),
      body: method === 'GET' ? undefined : JSON.stringify(more.body || {}) });
    body = await parsed(answer);
  } catch (error) {
    throw new Problem(0, { detail: error.message });
  } finally {
    clearTimeout(timer);
    if (more.signal) more.signal.removeEventListener('abort', give); // one signal may see thousands of requests
  }
  if (answer.ok) return body;
  const problem = new Problem(answer.status, typeof body === 'object' ? body : null);
  if (!more.quiet && (problem.status === 401 || problem.code === 'token-again')) onOut(problem);
  throw problem;
}

export const get = (path, params, more) => ask('GET', path, { query: params, ...more });
export const post = (path, body, more) => ask('POST', path, { body, ...more });

/* The session, whose answer says the time. */
export async function session(more) {
  const sent = Date.now();
  const me = await get('/v1/session', null, more);
  measure(sent, Date.now(), me.time_ms);
  return me;
}

/* Reads until there is an answer: while a process is replaced, what a face begins with comes a moment later. */
export async function untilRead(read, wanted = () => true) {
  for (let failures = 1; ; failures++) {
    try {
      return await read();
    } catch (problem) {
      if (!problem.passing || !wanted()) throw problem;
      await wait(pauseAfter(failures));
    }
  }
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/* Asks until there is an answer, each time with the same key. onWait is told of each failure; it returns false to give up. */
export async function patiently(method, path, more = {}, onWait = () => true) {
  const key = more.key || newKey();
  for (let failures = 1; ; failures++) {
    try {
      return await ask(method, path, { ...more, key });
    } catch (problem) {
      if (!problem.passing || !onWait(problem)) throw problem;
      await wait(pauseAfter(failures));
    }
  }
}
