/*
 * keys.mjs - keys. A face gives a table of them; a letter acts outside fields only and can be switched off (WCAG 2.1.4), and nothing
 * acts while an input method composes, or behind a dialog that is open.
 */
import { dialogs } from './dialog.mjs';

const SETTING = 'letters-off';
let table = {}, prefix = '', prefixed = 0;

export const lettersOff = () => localStorage.getItem(SETTING) === '1';
export function setLettersOff(off) {
  if (off) localStorage.setItem(SETTING, '1');
  else localStorage.removeItem(SETTING);
}

/* rows: 'j', '/', 'Ctrl+Enter', 'Alt+1', 'Escape', 'g r' (one after the other) -> function. Gives the function that takes them back. */
export function keysSet(rows) {
  table = rows;
  return () => { if (table === rows) table = {}; };
}

function nameOf(event) {
  const key = event.code && /^Digit\d$/.test(event.code) && event.altKey ? event.code.slice(5) : event.key;
  return (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + (event.altKey ? 'Alt+' : '') + (key.length === 1 ? key.toLowerCase() : key);
}

const inField = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));

function found(name) {
  const whole = prefix && Date.now() - prefixed < 1500 ? `${prefix} ${name}` : name;
  prefix = '';
  return table[whole] || (whole !== name && table[name]);
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || dialogs.length) return;
  const name = nameOf(event);
  const letter = name.length === 1;
  if (letter && (inField(event.target) || lettersOff())) return;
  if (name === 'Enter' && event.target.closest('a,button,input,select,textarea,summary')) return;
  if (letter && !prefix && Object.keys(table).some((key) => key.startsWith(name + ' '))) {
    prefix = name;
    prefixed = Date.now();
    return;
  }
  const act = found(name);
  if (!act) return;
  event.preventDefault();
  act(event);
}

document.addEventListener('keydown', onKey);
