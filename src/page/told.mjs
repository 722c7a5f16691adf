/*
 * told.mjs - who of a unit was told how and when, and what came of it (/v1/notices). What is sent is another process's matter: where it
 * is away, this is missing and nothing else.
 */
import { html, classes } from './h.mjs';
import { get } from './net.mjs';
import { ms, now, when } from './time.mjs';
import { say } from './say.mjs';
import { known, w } from './words.mjs';
import './words_told.mjs';

const DAY_MS = 86400000;

/* The notices of one incident; null: they cannot be had now. */
export async function toldOf(number) {
  try {
    return (await get('/v1/notices', { number }, { quiet: true })).notices;
  } catch (problem) {
    return null;
  }
}

export const named = (prefix, word) => (known(prefix + word) ? w(prefix + word) : word);
/* When what the attempt's state says came to be so. */
const since = (attempt) => attempt.ended_at || attempt.accepted_at || attempt.sent_at;

/* Of what failed, waits to be tried again, or is given up after it failed. */
const reasonOf = (attempt) => (['failed', 'waiting', 'ended'].includes(attempt.state) ? attempt.reason : null);
export const whyOf = (reason) => (known(`why-${reason}`) ? w(`why-${reason}`) : say(reason));

/* What it waits for, and until when, where that is known. */
export function heldOf(one) {
  if (!one.held_by) return null;
  const why = named('held-', one.held_by);
  return one.held_until ? w('heldUntil', why, when(ms(one.held_until))) : why;
}

function Attempt({ one }) {
  const at = since(one), why = reasonOf(one) && whyOf(one.reason), held = heldOf(one);
  return html`<span class=${classes('told-way', one.state === 'failed' && 'late')} title=${one.channel}>${named('kind-', one.kind || '')}${at ? html` <span class="num">${when(ms(at))}</span>` : null} ${named('way-', one.state)}${why || held ? html` <small>${why}${why && held ? w('andThen') : null}${held}</small>` : null}</span>`;
}

/* Each channel that it went by, and how it went there. */
export function Ways({ one }) {
  return (one.attempts || []).map((attempt) => html` · <${Attempt} key=${attempt.channel} one=${attempt}/>`);
}

/* What was sent about one dispatch, or (dispatch undefined) about the incident itself. */
export function Told({ notices, dispatch }) {
  const mine = (notices || []).filter((one) => one.dispatch === dispatch);
  if (!mine.length) return null;
  return html`<ul class="told" aria-label=${w('told')}>${mine.map((one) => html`<li key=${one.notice}>${w('toldTo', named('told-', one.class), named('who-', one.role))}<b class=${classes(one.state === 'dead' && 'late')}>${named('is-told-', one.state)}</b><${Ways} one=${one}/></li>`)}</ul>`;
}

/* [unit, how often, when last], the worst first. A drill counts for nobody. */
function byUnit(list) {
  const units = new Map();
  for (const one of list) {
    if (!one.unit || one.drill) continue;
    const row = units.get(one.unit) || { unit: one.unit, n: 0, last: 0 };
    row.n++;
    row.last = Math.max(row.last, ms(one.ends_at || one.at));
    units.set(one.unit, row);
  }
  return [...units.values()].sort((a, b) => b.n - a.n || b.last - a.last);
}

/* Units to whom nothing got through within a week; units without a channel that have not fetched an instruction yet. */
export const silentUnits = (notices, at = now()) => byUnit(notices.filter((one) => one.state === 'dead' && ms(one.at) >= at - 7 * DAY_MS));
export const unitsWithout = byUnit;
