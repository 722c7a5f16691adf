/*
 * parts.mjs - what several screens are made of. None of them knows a face; what they show of others' texts goes through say().
 */
import { html, classes, useLayoutEffect, useRef, useState, useEffect } from './h.mjs';
import { drawTimes, about, secondText, when } from './time.mjs';
import { notice, state, unnotice } from './store.mjs';
import { plain, say, tel } from './say.mjs';
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

/* The limit of a dispatch that runs out first, of its clocks[]; of two at once what the unit does itself. null: none runs. */
export function limitOf(dispatch) {
  let first = null;
  for (const clock of dispatch.clocks || []) {
    const limit = { clock: clock.clock, start: Date.parse(clock.start), due: clock.due ? Date.parse(clock.due) : undefined, kind: clock.kind,
      left: clock.left_seconds === undefined ? NaN : clock.left_seconds * 1000, read: dispatch.read || 0 };
    if (!first || (limit.due || Infinity) <= (first.due || Infinity)) first = limit;
  }
  return first;
}

export function Clock() {
  const ref = useRef(null);
  useLayoutEffect(() => drawTimes(ref.current.parentNode), []);
  return html`<span class="clock num" ref=${ref} data-now="1"></span>`;
}

export function At({ at }) {
  return html`<time class="num" title=${Number.isFinite(at) ? secondText(at) : ''}>${when(at)}</time>`;
}

/* -- steps ------------------------------------------------------------------------------------- */

export const STEPS = ['delivered', 'acknowledged', 'departed', 'arrived', 'completed'];

/* How many of the five are done: those before the last one that has an instant count, too. */
export function stepsDone(dispatch) {
  let n = 0;
  STEPS.forEach((step, i) => { if (dispatch[`${step}_at`]) n = i + 1; });
  return n;
}

/* Five small bars, for a row of a list; said as one picture. */
export function Bars({ dispatch }) {
  const done = stepsDone(dispatch);
  const name = done ? w(`step-${STEPS[done - 1]}`) : w('notDelivered');
  return html`<span class="bars" role="img" aria-label=${name}>${STEPS.map((step, i) => html`<i class=${i < done ? (i === done - 1 ? 'last' : 'done') : ''}></i>`)}</span>`;
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

/* -- phones ------------------------------------------------------------------------------------ */

/* A phone that can be called is a link; anything else is text. */
export function Phone({ phone, name }) {
  const href = tel(phone);
  const shown = html`${name && html`<span>${say(name)}</span> `}<span class="num">${say(phone)}</span>`;
  return href ? html`<a class="phone" href=${href}>${shown}</a>` : html`<span class="phone">${shown}</span>`;
}

/* -- forms ------------------------------------------------------------------------------------- */

let fields = 0;

/* A label, a control and what is wrong with it. children: the function that makes the control of {id, 'aria-…'}. */
export function Field({ label, hint, error, children, wide }) {
  const id = useRef(`f${++fields}`).current;
  const more = { id, 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': error || hint ? `${id}-d` : undefined };
  return html`<div class=${classes('field', wide && 'wide', error && 'wrong')}><label for=${id}>${label}</label>${children(more)}
    ${(error || hint) && html`<small id=${`${id}-d`} class=${error ? 'error' : ''}>${error || hint}</small>`}</div>`;
}

/* A text that survives a reload: [text, set, forget]. */
export function useDraft(name) {
  const key = `draft-${state.me.account}-${name}`;
  const [text, setText] = useState(sessionStorage.getItem(key) || '');
  const set = (value) => { setText(value); sessionStorage.setItem(key, value); };
  return [text, set, () => sessionStorage.removeItem(key)];
}

/* A button whose act takes time: it is shut meanwhile, so that it cannot be pressed twice. */
export function Act({ act, class: kind, disabled, children, label, ...more }) {
  const [busy, setBusy] = useState(false);
  const there = useRef(true);
  useEffect(() => () => { there.current = false; }, []);
  const press = async () => {
    setBusy(true);
    try { await act(); } finally { if (there.current) setBusy(false); }
  };
  return html`<button type="button" class=${kind} disabled=${disabled || busy} aria-busy=${busy ? 'true' : undefined} aria-label=${label} onClick=${press} ...${more}>${children}</button>`;
}

/* A problem of the interface as a sentence of ours. */
export function problemText(problem) {
  if (problem.status === 0) return w('noAnswer');
  if (problem.status === 412 || problem.status === 409) return problem.detail ? `${w('changedMeanwhile')}:${problem.detail}` : w('changedMeanwhile');
  return problem.detail || problem.message;
}

/* Does it, and says what went wrong; true where it was done. */
export async function tried(act, done) {
  try {
    await act();
    if (done) notice(done);
    return true;
  } catch (problem) {
    if (problem.status !== 401) notice(plain(problemText(problem)), 'wrong');
    if (problem.status === undefined) console.error(problem);
    return false;
  }
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

/* A component of a module that is loaded when it is first drawn: load, and its name `of`. */
export function Later({ load, of, ...more }) {
  const [found, set] = useState(null);
  useEffect(() => { load().then((module) => set(() => module[of]), () => set(() => Unloaded)); }, [of]);
  return found ? html`<${found} ...${more}/>` : html`<${Skeleton}/>`;
}

function Unloaded() {
  return html`<${Empty}>${w('noAnswer')}<//>`;
}

/* Reads once and again when `what` changes: {value, problem, again}. */
export function useRead(read, what = []) {
  const [got, set] = useState({});
  const turn = useRef(0);
  const again = async () => {
    const mine = ++turn.current;
    try {
      const value = await read();
      if (mine === turn.current) set({ value });
    } catch (problem) {
      if (mine === turn.current) set((old) => ({ value: old.value, problem }));
    }
  };
  useEffect(() => { again(); return () => { turn.current++; }; }, what);
  return { ...got, again };
}

/* What useRead gave: a skeleton, the problem, or what fn makes of the value. */
export function Read({ got, children }) {
  if (got.problem && !got.value) return html`<div class="empty"><p>${say(problemText(got.problem))}</p><button type="button" onClick=${got.again}>${w('retry')}</button></div>`;
  if (got.value === undefined) return html`<${Skeleton}/>`;
  return children(got.value);
}

/* -- the bar, and what stands at the bottom ------------------------------------------------------- */

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
