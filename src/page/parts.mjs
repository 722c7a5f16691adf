/*
 * parts.mjs - what several screens are made of. None of them knows a face; what they show of others' texts goes through say(). The phone's first
 * picture needs pieces.mjs alone.
 */
import { html, classes, useState, useEffect, useRef } from './h.mjs';
import { secondText, when } from './time.mjs';
import { pauseAfter } from './net.mjs';
import { notice, state } from './store.mjs';
import { plain, say, tel } from './say.mjs';
import { Clock, Due, Empty, Later, Live, Priority, Skeleton, STEPS, Steps, limitOf, stepsDone } from './pieces.mjs';
import { w } from './words.mjs';

export { Clock, Due, Empty, Later, Live, Priority, Skeleton, STEPS, Steps, limitOf };

export function At({ at }) {
  return html`<time class="num" title=${Number.isFinite(at) ? secondText(at) : ''}>${when(at)}</time>`;
}

/* Five small bars, for a row of a list; said as one picture. */
export function Bars({ dispatch }) {
  const done = stepsDone(dispatch);
  const name = done ? w(`step-${STEPS[done - 1]}`) : w('notDelivered');
  return html`<span class="bars" role="img" aria-label=${name}>${STEPS.map((step, i) => html`<i class=${i < done ? (i === done - 1 ? 'last' : 'done') : ''}></i>`)}</span>`;
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
    const answer = await act();
    const words = typeof done === 'function' ? done(answer) : done;
    if (words) notice(words);
    return true;
  } catch (problem) {
    if (problem.status !== 401) notice(plain(problemText(problem)), 'wrong');
    if (problem.status === undefined) console.error(problem);
    return false;
  }
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Reads once and again when `what` changes: {value, problem, again}. */
export function useRead(read, what = []) {
  const [got, set] = useState({});
  const turn = useRef(0), later = useRef(0);
  const stop = () => { clearTimeout(later.current); return ++turn.current; };
  const look = async (failures) => {
    const mine = stop();
    try {
      const value = await read();
      if (mine === turn.current) set({ value });
    } catch (problem) {
      if (mine !== turn.current) return;
      set((old) => ({ value: old.value, problem }));
      if (problem.passing) later.current = setTimeout(() => look(failures + 1), pauseAfter(failures + 1)); // it may come in a moment
    }
  };
  const again = () => look(0);
  useEffect(() => { again(); return stop; }, what);
  return { ...got, again };
}

const UNTOLD_MS = 15000;

/* The same for what changes and no event tells: it is also read when a place is opened, when the page is looked at again, and every 15 s. */
export function useUntold(read, what = []) {
  const got = useRead(read, [...what, state.route.visit]);
  const again = useRef(null);
  again.current = got.again;
  useEffect(() => {
    const look = () => { if (!document.hidden && !state.signing) again.current(); };
    const timer = setInterval(look, UNTOLD_MS);
    document.addEventListener('visibilitychange', look);
    return () => { clearInterval(timer); document.removeEventListener('visibilitychange', look); };
  }, []);
  return got;
}

/* What useRead gave: a skeleton, the problem, or what fn makes of the value. */
export function Read({ got, children }) {
  if (got.problem && !got.value) return html`<div class="empty"><p>${say(problemText(got.problem))}</p><button type="button" onClick=${got.again}>${w('retry')}</button></div>`;
  if (got.value === undefined) return html`<${Skeleton}/>`;
  return children(got.value);
}
