/*
 * office_parts.mjs - what the office's screens share: their units by name, a choice, a form over the page, a list beside its evidence.
 */
import { html, useState } from './h.mjs';
import { get, newKey } from './net.mjs';
import { Dialog } from './dialog.mjs';
import { Act, Field, tried } from './parts.mjs';
import { plain } from './say.mjs';
import { about, nearest, now, rfc } from './time.mjs';
import { known, w } from './words.mjs';

/* Read once a session: unit -> its row. */
export const units = new Map();
export async function readUnits() {
  for (const unit of (await get('/v1/units')).units) units.set(unit.unit, unit);
}
export const unitName = (id) => { const unit = units.get(id); return plain(unit ? unit.short_name || unit.name : id || ''); };

/* A row of the table of words where there is one, else the server's own word. */
export const wordOf = (prefix, key, said) => (known(`${prefix}-${key}`) ? w(`${prefix}-${key}`) : plain(said || key));

/* rows: [[value, name]]; '' is all. */
export function Choice({ label, value, rows, set, noAll }) {
  return html`<label class="choice"><span>${label}</span><select value=${value} onChange=${(e) => set(e.target.value)}>
    ${!noAll && html`<option value="">${w('o.all')}</option>`}${rows.map(([key, name]) => html`<option key=${key} value=${key} selected=${key === value}>${name}</option>`)}</select></label>`;
}

export const unitRows = () => [...units.values()].map((unit) => [unit.unit, unitName(unit.unit)]);

/* The pages of a list, one after another, as long as they are taken. */
export async function* pages(path, params) {
  let cursor;
  do {
    const page = await get(path, { ...params, cursor });
    yield page;
    cursor = page.next;
  } while (cursor);
}

/* 2026-08-07T17:30 of a field, as an instant of the city's clock. */
export function instantOf(text) {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return Date.parse(`${text}:00+08:00`);
  return nearest(text);
}
export const fieldOf = (instant) => rfc(instant).slice(0, 16);

/* A form over the page. fields: [{name, label, kind, rows, value, needed, hint, changed, fits, wrong}]; send(values, key) does it; it closes when that was done. */
export function Form({ title, note, fields, send, close, said, word, danger }) {
  const [values, set] = useState(() => Object.fromEntries(fields.map((f) => [f.name, f.value === undefined ? (f.kind === 'many' ? [] : '') : f.value])));
  const [wrong, setWrong] = useState({});
  const [key] = useState(newKey);
  const put = (f, value) => { set({ ...values, [f.name]: value }); setWrong({ ...wrong, [f.name]: undefined }); if (f.changed) f.changed(value); };
  const submit = async () => {
    const lacking = fields.filter((f) => f.needed && (f.kind === 'many' ? !values[f.name].length : !String(values[f.name]).trim()));
    const bad = fields.filter((f) => f.kind === 'instant' && values[f.name] && !Number.isFinite(instantOf(values[f.name])));
    const unfit = fields.filter((f) => f.fits && String(values[f.name]).trim() && !f.fits(String(values[f.name]).trim()));
    if (lacking.length || bad.length || unfit.length) { setWrong(Object.fromEntries([...unfit.map((f) => [f.name, f.wrong || f.hint]), ...[...lacking, ...bad].map((f) => [f.name, w('needed')])])); return; }
    if (await tried(() => send(bodyOf(fields, values), key), said)) close(true);
  };
  return html`<${Dialog} title=${title} close=${() => close(false)}>${note && html`<p class="soft-text form-note">${note}</p>`}
    ${fields.map((f) => html`<${Field} key=${f.name} label=${f.label} hint=${f.hint} error=${wrong[f.name]}>${(more) => control(f, values[f.name], (value) => put(f, value), more)}<//>`)}
    <div class="row-buttons"><${Act} class=${danger ? 'danger' : 'main'} act=${submit}>${word || w('confirm')}<//><button type="button" onClick=${() => close(false)}>${w('cancel')}</button></div><//>`;
}

function control(f, value, put, more) {
  const on = (e) => put(e.target.value);
  if (f.kind === 'text') return html`<textarea ...${more} rows="4" maxlength=${f.most || 500} value=${value} onInput=${on}></textarea>`;
  if (f.kind === 'choice') return html`<select ...${more} value=${value} onChange=${on}>${!f.needed || !value ? html`<option value="">—</option>` : null}${f.rows.map(([key, name]) => html`<option value=${key} selected=${key === value}>${name}</option>`)}</select>`;
  if (f.kind === 'many') return html`<select ...${more} multiple size=${Math.min(6, Math.max(2, f.rows.length))} onChange=${(e) => put([...e.target.selectedOptions].map((o) => o.value))}>${f.rows.map(([key, name]) => html`<option value=${key} selected=${value.includes(key)}>${name}</option>`)}</select>`;
  if (f.kind === 'instant') return html`<input ...${more} type="datetime-local" value=${value} onInput=${on}/>`;
  if (f.kind === 'number') return html`<input ...${more} type="number" min="0" inputmode="numeric" value=${value} onInput=${on}/>`;
  return html`<input ...${more} type="text" maxlength=${f.most || 100} value=${value} onInput=${on}/>`;
}

/* What was filled in, as the interface takes it. */
export function bodyOf(fields, values) {
  const body = {};
  for (const f of fields) {
    const value = values[f.name];
    if (f.kind === 'many' ? !value.length : !String(value).trim()) continue;
    body[f.name] = f.kind === 'instant' ? rfc(instantOf(value)) : f.kind === 'number' ? Number(value) : f.kind === 'many' ? value : String(value).trim();
  }
  return body;
}

/* Months are texts, 2026-07. */
export const thisMonth = () => rfc(now()).slice(0, 7);
export const monthName = (month) => w('o.monthIs', month.slice(0, 4), Number(month.slice(5)));

export function monthPlus(month, n) {
  const [year, number] = month.split('-').map(Number), at = year * 12 + number - 1 + n;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}

/* This month and those before it, newest first: ['2026-07', '2026年7月']. */
export function months(n) {
  return Array.from({ length: n }, (_, i) => {
    const month = monthPlus(thisMonth(), -i);
    return [month, monthName(month)];
  });
}

/* A length of time that is evidence, to the minute that is full: 2小时30分钟. */
export function lasted(length) {
  const minutes = Math.floor(length / 60000);
  return minutes < 60 ? about(minutes ? minutes * 60000 : length) : w('o.hoursMinutes', Math.floor(minutes / 60), minutes % 60);
}
