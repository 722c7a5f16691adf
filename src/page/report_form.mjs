/*
 * report_form.mjs - a new incident: typed while the caller speaks. What it would do is asked 250 ms after the typing stops, and shown; it
 * never changes what the officer has chosen. The draft is in sessionStorage at each key, under a key of its own for sending, and goes only
 * when the server has said that it is stored.
 */
import { html, classes, useLayoutEffect, useRef, useState } from './h.mjs';
import { board, areaName, unitName } from './board.mjs';
import { newKey, patiently, pauseAfter, post } from './net.mjs';
import { notice, redraw, state } from './store.mjs';
import { Field, Priority, problemText } from './parts.mjs';
import { link } from './route.mjs';
import { now, rfc, clockText, ms } from './time.mjs';
import { plain, say } from './say.mjs';
import { w } from './words.mjs';

const PAUSE_MS = 250;
const EMPTY = { description: '', address: '', area: '', category: '', name: '', phone: '', priority: '', confidential: false, secret_reporter: false, same_as: '', key: '', at: 0 };

export const form = { draft: { ...EMPTY }, proposal: null, wrong: {}, sending: false, waiting: false, turn: 0, timer: 0, failures: 0, more: false };

const slot = () => `draft-${state.me.account}-incident`;

/* An incident was reported, perhaps the same one by another officer: the proposal says so. */
export function formRenew() {
  if (hasText(form.draft)) askSoon();
}

export function formLoad() {
  try {
    form.draft = { ...EMPTY, ...JSON.parse(sessionStorage.getItem(slot()) || '{}') };
  } catch (error) {
    form.draft = { ...EMPTY };
  }
  if (hasText(form.draft)) askSoon();
}

const hasText = (draft) => Boolean(draft.description.trim() || draft.address.trim());

function save() {
  sessionStorage.setItem(slot(), JSON.stringify(form.draft));
}

/* As incident.report takes it; what says nothing is left out. */
function report(draft) {
  const out = { received_at: rfc(draft.at || now()) };
  for (const name of ['description', 'address', 'area', 'category', 'priority', 'same_as']) if (draft[name].trim()) out[name] = draft[name].trim();
  const reporter = { ...(draft.name.trim() && { name: draft.name.trim() }), ...(draft.phone.trim() && { phone: draft.phone.trim() }) };
  if (Object.keys(reporter).length) out.reporter = reporter;
  for (const name of ['confidential', 'secret_reporter']) if (draft[name]) out[name] = true;
  return out;
}

async function propose() {
  const mine = ++form.turn;
  if (!hasText(form.draft)) { form.proposal = null; redraw(); return; }
  const { same_as: ignored, ...draft } = report(form.draft);
  try {
    const answer = await post('/v1/incidents/draft', draft);
    form.failures = 0;
    if (mine === form.turn) form.proposal = answer;
  } catch (problem) {
    if (mine === form.turn && problem.passing) form.timer = setTimeout(propose, pauseAfter(++form.failures));
    else if (mine === form.turn) form.proposal = null;
  }
  redraw();
}

function askSoon() {
  clearTimeout(form.timer);
  form.timer = setTimeout(propose, PAUSE_MS);
}

function set(name, value) {
  const draft = form.draft;
  draft[name] = value;
  if (!draft.at) draft.at = now(); // the call came when its first letter was typed
  form.wrong = {};
  save();
  askSoon();
  redraw();
}

export function formClear() {
  sessionStorage.removeItem(slot());
  Object.assign(form, { draft: { ...EMPTY }, proposal: null, wrong: {}, waiting: false, turn: form.turn + 1 });
  clearTimeout(form.timer);
  redraw();
}

/* -- acts, also by key ---------------------------------------------------------------------------- */

const lead = (answer) => (answer.dispatches || []).find((one) => one.role === 'lead');

function sent(answer) {
  const unit = lead(answer);
  notice(answer.main ? w('reportedJoined') : w('reported', plain(unit ? unit.unit_name : w('noLead'))), 'done', { act: () => { location.hash = link('i', answer.main ? answer.main.number : answer.incident); }, actName: w('openIt') });
  formClear();
  const field = document.getElementById('new-words');
  if (field) field.focus();
}

export async function formSend() {
  if (form.sending) return;
  if (!hasText(form.draft)) { form.wrong = { description: w('needWords') }; redraw(); return; }
  form.draft.key = form.draft.key || newKey();
  save();
  form.sending = true;
  redraw();
  const key = form.draft.key;
  try {
    sent(await patiently('POST', '/v1/incidents', { body: report(form.draft), key }, () => { form.waiting = true; redraw(); return Boolean(state.me); }));
  } catch (problem) {
    if (problem.status === 422) form.wrong = { [fieldOf(problem.field)]: problemText(problem) };
    else if (problem.status !== 401) notice(plain(problemText(problem)), 'wrong');
    if (problem.status === 409) form.draft.key = ''; // the text was changed after it had been sent: it is another report
  }
  Object.assign(form, { sending: false, waiting: false });
  redraw();
}

const fieldOf = (field) => ({ 'reporter.name': 'name', 'reporter.phone': 'phone' }[field] || (field in EMPTY ? field : 'description'));

export function formPriority(p) {
  set('priority', form.draft.priority === p ? '' : p);
}

const similar = () => ((form.proposal && form.proposal.similar) || [])[0];

export function formJoin() {
  const one = similar();
  if (form.draft.same_as) set('same_as', '');
  else if (one) set('same_as', one.number);
}

/* -- drawing ---------------------------------------------------------------------------------------- */

function Similar() {
  const one = similar();
  if (form.draft.same_as) return html`<p class="same on"><b>${w('joined', '')}</b> <span class="num">${say(form.draft.same_as)}</span> <button type="button" onClick=${formJoin}>${w('unjoin')} <kbd>Alt J</kbd></button></p>`;
  if (!one) return null;
  const row = board.rows.get(one.number);
  return html`<p class="same"><b>${w('maybeSame')}</b> <a href=${link('i', one.number)}><span class="num">${clockText(ms(one.received_at))}</span> ${say(row ? row.place : one.number)}</a>
    <button type="button" onClick=${formJoin}>${w('joinIt')} <kbd>Alt J</kbd></button></p>`;
}

const names = (units) => (units || []).map((unit) => unitName(unit.unit || unit)).join('、');

function Proposal() {
  const p = form.proposal;
  if (!p) return null;
  return html`<div class="proposal" aria-live="off">
    ${p.lead ? html`<p><b>${say(unitName(p.lead.unit || p.lead))}</b> ${w('lead')}${p.assist && p.assist.length ? html` · ${w('assist')} ${say(names(p.assist))}` : null}</p>` : html`<p><b>${w('doubt')}</b></p>`}
    <p><${Priority} p=${p.priority}/> ${say(p.category_name || '')} ${p.area ? say(areaName(p.area)) : ''}</p>
    ${p.because && html`<p class="soft-text">${say(p.because)}</p>`}
    ${p.asked && html`<p class="flag-line"><em class="flag">${w('categoryAsked')}</em></p>`}${p.danger && html`<p class="flag-line"><em class="flag">${w('danger')}</em></p>`}
    ${p.police && html`<p class="flag-line"><em class="flag">${w('policeToo')}</em></p>`}</div>`;
}

function Text({ name, label, rows, ...more }) {
  const control = (ids) => (rows ? html`<textarea ...${ids} ...${more} rows=${rows} value=${form.draft[name]} onInput=${(e) => set(name, e.target.value)}></textarea>`
    : html`<input ...${ids} ...${more} value=${form.draft[name]} autocomplete="off" onInput=${(e) => set(name, e.target.value)}/>`);
  return html`<${Field} label=${label} error=${form.wrong[name]}>${(ids) => control(ids)}<//>`;
}

function Choice({ name, label, options, none }) {
  return html`<${Field} label=${label} error=${form.wrong[name]}>${(ids) => html`<select ...${ids} value=${form.draft[name]} onChange=${(e) => set(name, e.target.value)}>
    <option value="">${none}</option>${options.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}</select>`}<//>`;
}

function Check({ name, label }) {
  return html`<label class="check"><input type="checkbox" checked=${form.draft[name]} onChange=${(e) => set(name, e.target.checked)}/> ${label}</label>`;
}

function Words() {
  const ref = useRef(null);
  useLayoutEffect(() => { if (!ref.current.value) ref.current.focus({ preventScroll: true }); }, []);
  const wrong = form.wrong.description;
  return html`<div class=${classes('field', wrong && 'wrong')}><label for="new-words">${w('words')}</label>
    <textarea id="new-words" ref=${ref} rows="5" maxlength="4000" placeholder=${w('wordsHint')} aria-invalid=${wrong ? 'true' : undefined} aria-describedby=${wrong ? 'new-words-d' : undefined} value=${form.draft.description} onInput=${(e) => set('description', e.target.value)}></textarea>
    ${wrong && html`<small id="new-words-d" class="error">${wrong}</small>`}</div>`;
}

export function ReportForm() {
  const [more, setMore] = useState(false);
  const draft = form.draft;
  return html`<section class="new" aria-label=${w('newIncident')}><h2>${w('newIncident')} <kbd>N</kbd></h2>
    <${Words}/>
    <${Text} name="address" label=${w('address')} maxlength="500"/>
    <div class="two"><${Choice} name="area" label=${w('area')} none=${w('byItself')} options=${board.areas.filter((area) => area.tile).map((area) => [area.area, area.name])}/>
      <${Choice} name="category" label=${w('category')} none=${w('byItself')} options=${board.categories.map((category) => [category.category, category.name])}/></div>
    <div class="two"><${Text} name="name" label=${w('reporter')} maxlength="100"/><${Text} name="phone" label=${w('phone')} maxlength="100" inputmode="tel"/></div>
    <div class="priorities" role="group" aria-label=${w('priority')}>${['P1', 'P2', 'P3', 'P4'].map((p) => html`<button type="button" key=${p} aria-pressed=${draft.priority === p} onClick=${() => formPriority(p)}><${Priority} p=${p}/></button>`)}</div>
    ${more || draft.confidential || draft.secret_reporter ? html`<div class="checks"><${Check} name="secret_reporter" label=${w('secretReporter')}/><${Check} name="confidential" label=${w('keepSecret')}/></div>`
    : html`<button type="button" class="quiet" onClick=${() => setMore(true)}>${w('moreFields')}</button>`}
    <${Proposal}/><${Similar}/>
    ${form.waiting && html`<p class="strip wrong" role="alert">${w('notThere')}</p>`}
    <div class="row-buttons"><button type="button" class="main" disabled=${form.sending} aria-busy=${form.sending ? 'true' : undefined} onClick=${formSend}>${w('dispatch')} <kbd>Ctrl Enter</kbd></button>
      <button type="button" disabled=${form.sending || !hasText(draft)} onClick=${() => { if (confirm(w('dropDraft'))) formClear(); }}>${w('clear')}</button></div></section>`;
}
