/*
 * dialog.mjs - a dialog over the page: it holds the focus, Escape closes it, and the focus goes back to where it was.
 */
import { html, useLayoutEffect, useRef } from './h.mjs';
import { w } from './words.mjs';

/* Those that are open, the topmost last. */
export const dialogs = [];

const CAN_FOCUS = 'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),[tabindex="0"]';

function onKey(event, el, close) {
  if (dialogs[dialogs.length - 1] !== el) return;
  if (event.key === 'Escape' && !event.isComposing && close) {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
  if (event.key !== 'Tab') return;
  const all = [...el.querySelectorAll(CAN_FOCUS)].filter((one) => one.offsetParent !== null);
  const first = all[0], last = all[all.length - 1];
  if (!first) event.preventDefault();
  else if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
  else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
}

/* close: called at Escape and by the cross; without it the dialog cannot be left. */
export function Dialog({ title, close, kind, children }) {
  const ref = useRef(null);
  const now = useRef(close);
  now.current = close;
  useLayoutEffect(() => {
    const el = ref.current, before = document.activeElement;
    const key = (event) => onKey(event, el, now.current);
    dialogs.push(el);
    document.addEventListener('keydown', key, true);
    (el.querySelector('[autofocus]') || el.querySelector('.dialog-body ' + CAN_FOCUS.split(',').join(',.dialog-body ')) || el).focus();
    return () => {
      dialogs.splice(dialogs.indexOf(el), 1);
      document.removeEventListener('keydown', key, true);
      if (before && before.isConnected) before.focus();
    };
  }, []);
  return html`<div class=${'veil veil-' + (kind || 'plain')} onMouseDown=${(event) => { if (event.target === event.currentTarget && close) close(); }}>
    <div class=${'dialog ' + (kind || '')} role="dialog" aria-modal="true" aria-label=${title} tabindex="-1" ref=${ref}>
      <div class="dialog-head"><h2>${title}</h2>${close && html`<button type="button" class="quiet" aria-label=${w('close')} onClick=${close}>✕</button>`}</div>
      <div class="dialog-body">${children}</div>
    </div></div>`;
}
