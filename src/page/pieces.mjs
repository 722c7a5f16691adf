/*
 * pieces.mjs - what the first picture of every face is made of; parts.mjs has it, too, and what comes later. What they show of others' texts
 * goes through say().
 */
import { html, classes, useLayoutEffect, useRef, useState, useEffect } from './h.mjs';
import { drawTimes, about, when } from './time.mjs';
import { state, unnotice } from './store.mjs';
import { say } from './say.mjs';
import { w } from './words.mjs';

/* -- priority: a shape, a word and a colour, so that none of them has to be seen alone ------------ */

const shapes = {
  P1: html`<path d="M8 0 16 8 8 16 0 8z"/>`,
  P2: html`<path d="M8 1 16 15H0z"/>`,
  P3: html`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2.6"/>`,
  P4: html`<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="2.4"/>`,
};

export function Priority({ p, bare }) {
  if (!p) return null;
  return html`<span class="priority" data-p=${p}><svg viewBox="0 0 16 16" aria-hidden="true">${shapes[p]}</svg>${bare
    ? html`<span class="unseen">${w(p)}</span>` : html`<span>${w(p)}</span>`}</span>`;
}

/* -- limits: their text is written by the timer of time.mjs ----------------------------------------- */

export function Due({ limit, box }) {
  const ref = useRef(null);
  const key = limit ? `${limit.clock} ${limit.due} ${limit.kind} ${limit.read}` : '';
  useLayoutEffect(() => { if (ref.current) drawTimes(ref.current); }, [key]);
  if (!limit) return null;
  return html`<span class=${classes('due', box && `box-${box}`)} ref=${ref} aria-live="off" data-due=${limit.due || limit.start} data-start=${limit.start || 0}
    data-clock=${limit.clock} data-counts=${limit.kind || 'counted'} data-left=${Number.isFinite(limit.left) ? limit.left : ''} data-read=${limit.read || 0}></span>`;
}

/* The limit of a dispatch that runs out first, of its clocks[]; of two at once the step that the unit takes first. null: none runs. */
export function limitOf(dispatch) {
  let first = null;
  for (const clock of dispatch.clocks || []) {
    const limit = { clock: clock.clock, start: Date.parse(clock.start), due: clock.due ? Date.parse(clock.due) : undefined, kind: clock.kind,
      left: clock.left_seconds === undefined ? NaN : clock.left_seconds * 1000, read: dispatch.read || 0 };
    const due = limit.due || Infinity, least = first && (first.due || Infinity);
    if (!first || due < least || (due === least && first.clock === 'delivery')) first = limit;
  }
  return first;
}

export function Clock() {
  const ref = useRef(null);
  useLayoutEffect(() => drawTimes(ref.current.parentNode), []);
  return html`<span class="clock num" ref=${ref} data-now="1"></span>`;
}

/* -- steps ------------------------------------------------------------------------------------- */

export const STEPS = ['delivered', 'acknowledged', 'departed', 'arrived', 'completed'];

/* How many of the five are done: those before the last one that has an instant count, too. */
export function stepsDone(dispatch) {
  let n = 0;
  STEPS.forEach((step, i) => { if (dispatch[`${step}_at`]) n = i + 1; });
  return n;
}

/* The five steps with their instants. waiting: step -> instant of what is not sent yet. */
export function Steps({ dispatch, waiting }) {
  const done = stepsDone(dispatch), queued = waiting || {};
  return html`<ol class="steps">${STEPS.map((step, i) => {
    const at = dispatch[`${step}_at`], mine = queued[step];
    const implied = (dispatch.implied || []).includes(step);
    return html`<li class=${classes(i < done && 'done', i === done - 1 && 'last', mine && !at && 'waiting')}>
      <span>${w(`step-${step}`)}</span><b class="num">${at ? when(Date.parse(at)) : mine ? when(mine) : '—'}</b>
      ${mine && !at ? html`<em>${w('waiting')}</em>` : implied ? html`<em>${w('implied')}</em>` : null}</li>`;
  })}</ol>`;
}

/* -- states ------------------------------------------------------------------------------------ */

export function Empty({ children }) {
  return html`<p class="empty">${children}</p>`;
}

/* Nothing for 300 ms, then grey bars: what comes quickly does not flicker. */
export function Skeleton({ rows = 4 }) {
  const [late, setLate] = useState(false);
  useEffect(() => { const t = setTimeout(() => setLate(true), 300); return () => clearTimeout(t); }, []);
  return html`<div class="skeleton" role="status" aria-label=${w('loading')}>${late && Array.from({ length: rows }, () => html`<i></i>`)}</div>`;
}

const AGAIN_MS = 3000;

/* A component of a module that is loaded when it is first drawn: load, and its name `of`. Without a network it is tried again. */
export function Later({ load, of, ...more }) {
  const [found, set] = useState(null);
  useEffect(() => {
    let timer = 0;
    const go = () => load().then((module) => set(() => module[of]), () => { set(() => Unloaded); timer = setTimeout(go, AGAIN_MS); });
    go();
    return () => clearTimeout(timer);
  }, [of]);
  return found ? html`<${found} ...${more}/>` : html`<${Skeleton}/>`;
}

function Unloaded() {
  return html`<${Empty}>${w('noAnswer')}<//>`;
}

/* -- the bar, and the foot ------------------------------------------------------- */

export function Live() {
  const word = state.face && state.face.liveWord || 'live';
  if (state.live === 'live') return html`<span class="live on"><i aria-hidden="true"></i>${w(word)}</span>`;
  if (state.live === 'starting') return html`<span class="live"><i aria-hidden="true"></i>${w('starting')}</span>`;
  if (state.live === 'offline') return html`<span class="live off" role="alert"><i aria-hidden="true"></i>${w('offline')}</span>`;
  return html`<span class="live off" role="alert"><i aria-hidden="true"></i>${state.face && state.face.wide ? w('staleLong') : w('stale', about(performance.now() - state.heard))}</span>`;
}

/* Strips under the bar: a clock that is wrong, a newer page, what the server warns of. */
export function Strips() {
  const warnings = ((state.me && state.me.warnings) || []).filter((one) => one.detail).slice(0, 2);
  if (!state.skew && !state.newBuild && !warnings.length) return null;
  return html`<section aria-label=${w('troubles')}>${state.skew ? html`<p class="strip soft">${w(state.skew > 0 ? 'skewAhead' : 'skewBehind', about(state.skew))}</p>` : null}
    ${state.newBuild && html`<p class="strip soft">${w('newBuild')} <button type="button" onClick=${() => location.reload()}>${w('refresh')}</button></p>`}
    ${warnings.map((one) => html`<p class="strip soft" key=${one.code}>${say(one.detail)}</p>`)}</section>`;
}

export function Notices() {
  return html`<div class="notices" role="status" aria-live="polite">${state.notices.map((one) => html`
    <div class=${classes('notice', one.kind)} key=${one.id} role=${one.kind === 'wrong' ? 'alert' : undefined}><span>${one.text}</span>
      ${one.act && html`<button type="button" onClick=${() => { unnotice(one.id); one.act(); }}>${one.actName}</button>`}
      <button type="button" class="quiet" aria-label=${w('close')} onClick=${() => unnotice(one.id)}>✕</button></div>`)}</div>`;
}
