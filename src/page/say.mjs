/*
 * say.mjs - text that came from outside, shown harmlessly: what cannot be seen or turns the direction of writing is written out, and the
 * text's direction ends with it.
 */
import { html } from './h.mjs';

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const code = (c) => 'U+' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');

/* For attributes, titles and spoken names. */
export function plain(text) {
  return String(text ?? '').replace(HIDDEN, (c) => `[${code(c)}]`);
}

export function say(text) {
  const all = String(text ?? '');
  if (all.search(HIDDEN) < 0) return html`<bdi class="say">${all}</bdi>`;
  const parts = [];
  let at = 0;
  for (const match of all.matchAll(HIDDEN)) {
    parts.push(all.slice(at, match.index), html`<span class="hid">${code(match[0])}</span>`);
    at = match.index + match[0].length;
  }
  return html`<bdi class="say">${parts}${all.slice(at)}</bdi>`;
}

/* The address of a phone, or null where it is none that may be called. */
export function tel(phone) {
  return /^[0-9+-]{3,20}$/.test(phone || '') ? `tel:${phone}` : null;
}
