/*
 * time.mjs - the server's time on this machine, dates as people write them, and one timer that counts all limits down.
 *
 * The offset is server − midpoint of the round trip that was the shortest. The timer wakes on the server's full second and writes
 * the text of every element with data-due or data-now; Preact never does. What is shown is the city's time (UTC+8)
 * wherever the machine thinks it is.
 */
import { change, state } from './store.mjs';
import { w } from './words.mjs';

const CITY_MS = 8 * 3600 * 1000;
const DAY_MS = 86400000;
const FAR_MS = 2 * DAY_MS; // from which on the instant says more than what is left
const OFFICE_SOON_MS = 600000; // of office time, whose whole is not known here
const SKEW_MS = 2000; // of the machine's clock, from which on it is said

let offset = 0, best = Infinity;

export const now = () => Date.now() + offset;

/* The server said `server` in answer to what was sent and received at these instants of Date.now(). */
export function measure(sent, received, server) {
  const trip = Math.max(1, received - sent);
  const found = server - (sent + received) / 2;
  const wrong = Math.abs(found - offset) > (trip + Math.min(best, 20000)) / 2 + 1000; // the machine's clock was set
  if (trip > best * 1.5 && !wrong) return;
  best = trip;
  offset = found;
  const skew = Math.abs(offset) > SKEW_MS ? -offset : 0;
  if (Math.abs(skew - state.skew) > 500) change({ skew });
  tick();
}

/* Does an instant that the server has just told lie in our future? Then our idea of its time is old. */
export const runsAhead = (ms) => ms > now() + 2000;

export const ms = (text) => (text ? Date.parse(text) : NaN);

const two = (n) => String(n).padStart(2, '0');

function parts(instant) {
  const d = new Date(instant + CITY_MS);
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), weekday: d.getUTCDay(),
    h: d.getUTCHours(), m: d.getUTCMinutes(), s: d.getUTCSeconds() };
}
const dayOf = (instant) => Math.floor((instant + CITY_MS) / DAY_MS);

export const clockText = (instant) => { const p = parts(instant); return `${two(p.h)}:${two(p.m)}`; };
export const secondText = (instant) => { const p = parts(instant); return `${two(p.h)}:${two(p.m)}:${two(p.s)}`; };
export const weekday = (instant) => w(`weekday${parts(instant).weekday}`);

/* 17:43 today, 昨天 17:43, 周一 08:28 within the week ahead, 7月12日 17:43, with the year where it is another one. */
export function when(instant) {
  if (!Number.isFinite(instant)) return '—';
  const days = dayOf(instant) - dayOf(now());
  const p = parts(instant);
  const clock = `${two(p.h)}:${two(p.m)}`;
  if (days === 0) return clock;
  if (days === -1) return `${w('yesterday')} ${clock}`;
  if (days === 1) return `${w('tomorrow')} ${clock}`;
  if (days > 1 && days < 7) return `${weekday(instant)} ${clock}`;
  return `${dateText(instant)} ${clock}`;
}

/* whole: with its year even where it is this one, as papers have it. */
export function dateText(instant, whole) {
  const p = parts(instant);
  return p.year === parts(now()).year && !whole ? w('monthDay', p.month, p.day) : w('yearMonthDay', p.year, p.month, p.day);
}

/* As the interface takes instants. */
export function rfc(instant) {
  const p = parts(Math.round(instant));
  const rest = Math.round(instant) % 1000;
  return `${p.year}-${two(p.month)}-${two(p.day)}T${two(p.h)}:${two(p.m)}:${two(p.s)}${rest ? '.' + String(rest).padStart(3, '0') : ''}+08:00`;
}

/* The instant of a wall-clock text HH:MM that lies nearest to now. */
export function nearest(text) {
  const match = /^(\d{1,2})[:：]?(\d{2})$/.exec(text.trim());
  if (!match || +match[1] > 23 || +match[2] > 59) return NaN;
  const at = dayOf(now()) * DAY_MS - CITY_MS + (+match[1] * 60 + +match[2]) * 60000;
  return [at - DAY_MS, at, at + DAY_MS].reduce((a, b) => (Math.abs(b - now()) < Math.abs(a - now()) ? b : a));
}

/* 00:42, 12:07, from an hour on 1:12:07, from two days on 13 天 23:59. */
export function span(length) {
  const all = Math.floor(Math.abs(length) / 1000), h = Math.floor(all / 3600);
  if (h >= 48) return `${w('days', Math.floor(h / 24))} ${two(h % 24)}:${two(Math.floor(all / 60) % 60)}`;
  const rest = `${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return h ? `${h}:${rest}` : rest;
}

/* 3 分钟, 2 小时: of what need not be exact. */
export function about(length) {
  const minutes = Math.round(Math.abs(length) / 60000);
  if (minutes < 1) return w('seconds', Math.max(1, Math.round(Math.abs(length) / 1000)));
  if (minutes < 120) return w('minutes', minutes);
  return minutes < 2880 ? w('hours', Math.round(minutes / 60)) : w('days', Math.round(minutes / 1440));
}

/* -- one limit -------------------------------------------------------------------------------- */

/* Its state and words. limit: {clock, start, due, kind, left, read} in ms. kind: 'counted' by the wall clock; 'office' in office hours, which
 * count now; 'standing' in office hours, which do not; 'unlimited' has no due. left: what was still to be counted at `read`. Office time is
 * counted down by `left`, or where it falls due before the office shuts; else only the instant says the truth. */
export function limitNow(limit, at = now()) {
  const name = w(`clock-${limit.clock}`);
  if (limit.kind === 'unlimited') return { kind: 'free', name: w('noLimit', name), text: span(at - limit.start) };
  const shut = state.office && (!state.office.open || at >= state.office.until);
  const counts = limit.kind === 'office' && !shut && (Number.isFinite(limit.left) || (state.office && limit.due <= state.office.until));
  const left = counts && Number.isFinite(limit.left) ? limit.left - (at - limit.read) : limit.due - at;
  const also = !limit.kind || limit.kind === 'counted' ? '' : w('officeTime');
  if (limit.due < at) return { kind: 'over', name: w('over', name), text: span(at - limit.due), also };
  if (also && !counts) return { kind: 'standing', name: w('until', name), text: when(limit.due), also };
  if (left >= FAR_MS) return { kind: 'plain', name: w('until', name), text: when(limit.due), also };
  const soon = left < 60000 || (counts ? left < OFFICE_SOON_MS : limit.start && left < 0.3 * (limit.due - limit.start));
  return { kind: soon ? 'soon' : 'plain', name: w('left', name), text: span(Math.max(0, left)), also };
}

const marks = { over: '▲', soon: '◔', plain: '', standing: '', free: '' };

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function drawLimit(el, at) {
  const d = el.dataset;
  const shown = limitNow({ clock: d.clock, start: +d.start, due: +d.due, kind: d.counts, left: d.left ? +d.left : NaN, read: +d.read }, at);
  if (el.childNodes.length !== 4) {
    el.textContent = '';
    for (const name of ['mark', 'name', 'left', 'also']) el.appendChild(document.createElement('span')).className = name;
    el.childNodes[0].setAttribute('aria-hidden', 'true');
  }
  const [mark, name, left, also] = el.childNodes;
  setText(mark, marks[shown.kind]);
  setText(name, shown.name);
  setText(left, shown.text);
  setText(also, shown.also || '');
  const was = d.kind;
  if (was !== shown.kind) {
    d.kind = shown.kind;
    const host = el.closest('[data-worst]');
    if (host) host.dataset.worst = shown.kind;
    if (was && shown.kind === 'over') el.dispatchEvent(new CustomEvent('ranover', { bubbles: true }));
  }
}

/* The element is there or has another limit: writes it at once. */
export function drawTimes(root, at = Math.floor(now() / 1000) * 1000) {
  if (root.dataset && root.dataset.due) drawLimit(root, at);
  for (const el of root.querySelectorAll('[data-due]')) drawLimit(el, at);
  for (const el of root.querySelectorAll('[data-now]')) setText(el, secondText(at));
}

const listeners = new Set();
let timer = 0;

/* Called each second of the server's; gives the function that ends it. */
export function onSecond(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

export function tick() {
  clearTimeout(timer);
  drawTimes(document);
  for (const fn of listeners) fn(now());
  timer = setTimeout(tick, 1000 - (((now() % 1000) + 1000) % 1000) + 5);
}
