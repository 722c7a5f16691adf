/*
 * incident_forms.mjs - what the desk does to an incident: forms over it, by their letter. What is typed is kept for the session until it
 * was sent. An act that has an opposite may be taken back for 30 s (Z).
 */
import { html, useRef, useState } from './h.mjs';
import { board } from './board.mjs';
import { ask, get, newKey, patiently } from './net.mjs';
import { notice } from './store.mjs';
import { Act, Field, Priority, problemText, STEPS, useDraft } from './parts.mjs';
import { Dialog } from './dialog.mjs';
import { ms, nearest, now, rfc, when } from './time.mjs';
import { plain } from './say.mjs';
import { known, w } from './words.mjs';
import './words_events.mjs';

/* -- taking back ------------------------------------------------------------------------------------- */

export const last = { undo: null };

export async function undoLast() {
  const undo = last.undo;
  last.undo = null;
  if (!undo || ms(undo.until) < now()) { notice(w('nothingToUndo')); return; }
  try {
    await ask(undo.method, undo.path, { body: undo.params, key: newKey() });
    notice(w('undone'));
  } catch (problem) {
    notice(plain(problemText(problem)), 'wrong');
  }
}

/* Who changed this incident last, and what they did; an empty text where that cannot be read. */
async function changedBy(number) {
  try {
    const { events } = await get(`/v1/incidents/${encodeURIComponent(number)}`);
    const one = events[events.length - 1];
    return w('changedBy', plain(one.by), when(ms(one.at)), known(`e-${one.type}`) ? w(`e-${one.type}`) : one.type);
  } catch (problem) {
    return '';
  }
}

/* Sends it until there is an answer; says what went wrong in the form, whose words stay. True where it was done. number: of the incident, of
 * which is said who has changed it where it was changed meanwhile. */
async function act(path, body, said, setWrong, key, number) {
  try {
    const answer = await patiently('POST', path, { body, key }, () => { setWrong({ all: w('noAnswer') }); return true; });
    last.undo = answer.undo || null;
    notice([said, ...(answer.warnings || []).map((one) => one.detail).filter(Boolean)].map(plain).join(';'), 'done', answer.undo ? { act: undoLast, actName: w('undo') } : {});
    return true;
  } catch (problem) {
    const met = problem.status === 409 && number ? await changedBy(number) : '';
    const text = met ? `${met}。${problem.detail}` : problemText(problem);
    if (problem.status !== 401) setWrong({ [problem.field || 'all']: text, all: problem.field ? '' : text });
    return false;
  }
}

/* A form of the desk: its fields, and the button that sends. send(setWrong, key) gives true where it was done. */
function Form({ title, close, done, send, name, children, wrong, setWrong, note }) {
  const key = useRef(newKey()).current;
  const submit = async () => {
    setWrong({});
    if (await send(key)) done();
  };
  const enter = (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.target.tagName === 'INPUT') && !event.isComposing) { event.preventDefault(); submit(); } };
  return html`<${Dialog} title=${title} close=${close}><div onKeyDown=${enter}>${note && html`<p class="soft-text note">${note}</p>`}${children}
    ${wrong.all && html`<p class="error" role="alert">${plain(wrong.all)}</p>`}
    <div class="row-buttons"><${Act} class="main" act=${submit}>${name || title}<//><button type="button" onClick=${close}>${w('cancel')}</button></div></div><//>`;
}

const path = (value, verb) => `/v1/incidents/${encodeURIComponent(value.number)}/${verb}`;

function Area({ label, value, set, error, most = 4000, rows = 3 }) {
  return html`<${Field} label=${label} error=${error}>${(more) => html`<textarea ...${more} rows=${rows} maxlength=${most} value=${value} onInput=${(e) => set(e.target.value)}></textarea>`}<//>`;
}

export function Units({ label, value, set, error, none }) {
  return html`<${Field} label=${label} error=${error}>${(more) => html`<select ...${more} value=${value} onChange=${(e) => set(e.target.value)}><option value="">${none}</option>
    ${[...board.units.values()].map((unit) => html`<option key=${unit.unit} value=${unit.unit}>${unit.short_name || unit.name}</option>`)}</select>`}<//>`;
}

function Choose({ label, value, set, options }) {
  return html`<fieldset class="chips"><legend>${label}</legend>${options.map(([key, name]) => html`<button type="button" key=${key} aria-pressed=${value === key} onClick=${() => set(key)}>${name}</button>`)}</fieldset>`;
}

/* -- each act ---------------------------------------------------------------------------------------- */

function Add({ value, close, done }) {
  const [unit, setUnit] = useState('');
  const missing = !value.dispatches.some((one) => one.role === 'lead' && one.state !== 'withdrawn');
  const [role, setRole] = useState(missing ? 'lead' : 'assist');
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState({});
  const send = (key) => (unit ? act(path(value, 'dispatches'), { unit, role, ...(reason.trim() && { reason: reason.trim() }) }, w('added'), setWrong, key, value.number) : (setWrong({ unit: w('chooseUnit') }), false));
  return html`<${Form} title=${w('act-a')} ...${{ close, done, send, wrong, setWrong }}><${Units} label=${w('unit')} value=${unit} set=${setUnit} error=${wrong.unit} none=""/>
    <${Choose} label=${w('role')} value=${role} set=${setRole} options=${['lead', 'assist', 'inform'].map((one) => [one, w(one)])}/>
    <${Area} label=${`${w('reason')}(${w('optional')})`} value=${reason} set=${setReason} error=${wrong.reason} most=${500} rows=${2}/><//>`;
}

/* Urging, noting: a text; closing and cancelling, too. */
function Texting({ value, kind, close, done }) {
  const how = { u: ['urge', 'urgedDone', false], m: ['annotate', 'noted', true], c: ['close', 'closed', false], x: ['cancel', 'cancelled', false] }[kind];
  const [text, setText, forget] = useDraft(`${how[0]}-${value.number}`);
  const [same, setSame] = useState('');
  const [wrong, setWrong] = useState({});
  const send = async (key) => {
    if (how[2] && !text.trim()) { setWrong({ text: w('noteNeeded') }); return false; }
    const fine = await act(path(value, how[0]), { ...(text.trim() && { text: text.trim() }), ...(same.trim() && { same_as: same.trim() }) }, w(how[1]), setWrong, key, value.number);
    if (fine) forget();
    return fine;
  };
  return html`<${Form} title=${w(`act-${kind}`)} note=${kind === 'c' ? w('sure') : ''} ...${{ close, done, send, wrong, setWrong }}>
    <${Area} label=${how[2] ? w('note') : `${w('note')}(${w('optional')})`} value=${text} set=${setText} error=${wrong.text}/>
    ${kind === 'x' && html`<${Field} label=${`${w('sameAs')}(${w('optional')})`} error=${wrong.same_as}>${(more) => html`<input ...${more} value=${same} maxlength="64" onInput=${(e) => setSame(e.target.value)}/>`}<//>`}<//>`;
}

const FIELDS = ['address', 'description', 'category', 'area', 'priority'];

/* What of an incident is amended here. */
const amendable = (value) => ({ address: value.address || '', description: value.description || '', category: value.category || '', area: value.area || '', priority: value.priority, name: (value.reporter || {}).name || '', phone: (value.reporter || {}).phone || '' });

/* What another officer has changed meanwhile is said at its field; of a field that was left alone here, theirs stays. */
function Amend({ value, close, done }) {
  const theirs = amendable(value);
  const [now1, set] = useState(theirs);
  const was = useRef(now1).current;
  const [wrong, setWrong] = useState({});
  const other = (name) => (theirs[name] !== was[name] && theirs[name] !== now1[name] ? w('changedTo', plain(theirs[name]) || '—') : undefined);
  const put = (name) => (event) => set({ ...now1, [name]: event.target.value });
  const send = async (key) => {
    const body = {};
    for (const name of FIELDS) if (now1[name] !== was[name]) body[name] = now1[name];
    if (now1.name !== was.name || now1.phone !== was.phone) body.reporter = { name: now1.name, phone: now1.phone };
    return Object.keys(body).length ? act(path(value, 'amend'), body, w('amended'), setWrong, key, value.number) : (close(), false);
  };
  const areas = board.areas.filter((area) => area.tile || area.area === was.area);
  return html`<${Form} title=${w('act-e')} ...${{ close, done, send, wrong, setWrong }}>
    <${Field} label=${w('address')} error=${wrong.address || other('address')}>${(more) => html`<input ...${more} maxlength="500" value=${now1.address} onInput=${put('address')}/>`}<//>
    <${Field} label=${w('words')} error=${wrong.description || other('description')}>${(more) => html`<textarea ...${more} rows="3" maxlength="4000" value=${now1.description} onInput=${put('description')}></textarea>`}<//>
    <div class="two"><${Field} label=${w('category')} error=${wrong.category || other('category')}>${(more) => html`<select ...${more} value=${now1.category} onChange=${put('category')}>${!was.category && html`<option value=""></option>`}${board.categories.map((one) => html`<option key=${one.category} value=${one.category}>${one.name}</option>`)}</select>`}<//>
    <${Field} label=${w('area')} error=${wrong.area || other('area')}>${(more) => html`<select ...${more} value=${now1.area} onChange=${put('area')}><option value="">${w('noAreaTile')}</option>${areas.map((one) => html`<option key=${one.area} value=${one.area}>${one.name}</option>`)}</select>`}<//></div>
    <div class="two"><${Field} label=${w('reporter')} error=${wrong['reporter.name'] || other('name')}>${(more) => html`<input ...${more} maxlength="100" value=${now1.name} onInput=${put('name')}/>`}<//>
    <${Field} label=${w('phone')} error=${wrong['reporter.phone'] || other('phone')}>${(more) => html`<input ...${more} maxlength="100" inputmode="tel" value=${now1.phone} onInput=${put('phone')}/>`}<//></div>
    <div class="priorities" role="group" aria-label=${w('priority')}>${['P1', 'P2', 'P3', 'P4'].map((p) => html`<button type="button" key=${p} aria-pressed=${now1.priority === p} onClick=${() => set({ ...now1, priority: p })}><${Priority} p=${p}/></button>`)}</div>
    ${(wrong.priority || other('priority')) && html`<p class="error">${wrong.priority || other('priority')}</p>`}<//>`;
}

export function Callback({ value, close, done }) {
  const [result, setResult] = useState('');
  const [text, setText, forget] = useDraft(`callback-${value.number}`);
  const [to, setTo] = useState('');
  const [wrong, setWrong] = useState({});
  const phone = (value.reporter || {}).phone;
  const send = async (key) => {
    if (!result) { setWrong({ result: w('chooseResult'), all: w('chooseResult') }); return false; }
    const fine = await act(path(value, 'callback'), { result, ...(text.trim() && { text: text.trim() }), ...(to.trim() && { to: to.trim() }) }, w('callbackDone'), setWrong, key, value.number);
    if (fine) forget();
    return fine;
  };
  return html`<${Form} title=${w('act-b')} note=${w('callbackHours')} ...${{ close, done, send, wrong, setWrong }}>
    ${phone ? html`<p class="caller">${plain(value.reporter.name || '')} <a href=${`tel:${phone}`} class="phone num">${plain(phone)}</a></p>` : html`<${Field} label=${w('dialed')} error=${wrong.to}>${(more) => html`<input ...${more} inputmode="tel" value=${to} onInput=${(e) => setTo(e.target.value)}/>`}<//>`}
    <${Choose} label=${w('callbackResult')} value=${result} set=${setResult} options=${['satisfied', 'basically', 'dissatisfied', 'unreached'].map((one) => [one, w(one)])}/>
    <${Area} label=${`${w('callbackText')}(${w('optional')})`} value=${text} set=${setText} error=${wrong.text}/><//>`;
}

const VERBS = [['acknowledge', 'acknowledged'], ['depart', 'departed'], ['arrive', 'arrived'], ['progress', null], ['complete', 'completed']];

/* The next step that it has not taken; what a key has named. */
const firstVerb = (dispatch) => dispatch.step || (VERBS.find(([, step]) => step && !dispatch[`${step}_at`] && STEPS.indexOf(step) > STEPS.reduce((most, one, i) => (dispatch[`${one}_at`] ? i : most), -1)) || VERBS[3])[0];
const verbName = (verb) => w(verb === 'progress' ? 'stepReport' : `step-${VERBS.find(([one]) => one === verb)[1]}`);

function Step({ dispatch, close, done }) {
  const [verb, setVerb] = useState(firstVerb(dispatch));
  const known1 = (dispatch.call || [])[0] || {};
  const [person, setPerson] = useDraft(`person-${dispatch.unit}`);
  const [phone, setPhone] = useState((!known1.placeholder && known1.phone) || '');
  const [at, setAt] = useState('');
  const [text, setText, forget] = useDraft(`step-${dispatch.dispatch}`);
  const [wrong, setWrong] = useState({});
  const send = async (key) => {
    const instant = at.trim() ? nearest(at) : now();
    const faults = { ...(!person.trim() && { person: w('personNeeded') }), ...(!Number.isFinite(instant) && { at: w('badTime') }), ...(verb === 'complete' && !text.trim() && { text: w('resultNeeded') }) };
    if (Object.keys(faults).length) { setWrong(faults); return false; }
    const body = { at: rfc(instant), on_behalf: { person: person.trim(), ...(phone.trim() && { phone: phone.trim() }) }, ...(text.trim() && { [verb === 'complete' ? 'result' : 'text']: text.trim() }) };
    const fine = await act(`/v1/dispatches/${encodeURIComponent(dispatch.dispatch)}/${verb}`, body, w('stepTaken', verbName(verb)), setWrong, key, dispatch.incident);
    if (fine) forget();
    return fine;
  };
  return html`<${Form} title=${`${w('stepBy')} · ${plain(dispatch.unit_name)}`} name=${w('stepBy')} ...${{ close, done, send, wrong, setWrong }}>
    <${Choose} label=${w('stepWhich')} value=${verb} set=${setVerb} options=${VERBS.map(([one]) => [one, verbName(one)])}/>
    <div class="two"><${Field} label=${w('behalfPerson')} error=${wrong.person || wrong['on_behalf.person']}>${(more) => html`<input ...${more} maxlength="100" value=${person} onInput=${(e) => setPerson(e.target.value)}/>`}<//>
    <${Field} label=${`${w('behalfPhone')}(${w('optional')})`} error=${wrong['on_behalf.phone']}>${(more) => html`<input ...${more} maxlength="100" inputmode="tel" value=${phone} onInput=${(e) => setPhone(e.target.value)}/>`}<//></div>
    <${Field} label=${w('behalfAt')} hint=${w('behalfAtHint')} error=${wrong.at}>${(more) => html`<input ...${more} inputmode="numeric" maxlength="5" placeholder="17:40" value=${at} onInput=${(e) => setAt(e.target.value)}/>`}<//>
    <${Area} label=${verb === 'complete' ? w('resultIs') : `${w('whatSaid')}(${w('optional')})`} value=${text} set=${setText} error=${wrong.text || wrong.result}/><//>`;
}

function Withdraw({ dispatch, close, done }) {
  const [reason, setReason] = useState('');
  const [wrongly, setWrongly] = useState(false);
  const [wrong, setWrong] = useState({});
  const send = (key) => (reason.trim() ? act(`/v1/dispatches/${encodeURIComponent(dispatch.dispatch)}/withdraw`, { reason: reason.trim(), ...(wrongly && { void: true }) }, w('withdrawnDone'), setWrong, key, dispatch.incident)
    : (setWrong({ reason: w('reasonNeeded') }), false));
  return html`<${Form} title=${`${w('act-w')} · ${plain(dispatch.unit_name)}`} name=${w('act-w')} ...${{ close, done, send, wrong, setWrong }}><${Area} label=${w('reason')} value=${reason} set=${setReason} error=${wrong.reason} most=${500}/>
    <label class="check"><input type="checkbox" checked=${wrongly} onChange=${(e) => setWrongly(e.target.checked)}/> ${w('voidToo')}</label><//>`;
}

/* A request of a unit: a return, an extension, a late step; granted or not. */
export function Decide({ request, close, done }) {
  const [grant, setGrant] = useState(null);
  const [unit, setUnit] = useState(request.suggested || '');
  const [reason, setReason, forget] = useDraft(`decide-${request.request}`);
  const [wrong, setWrong] = useState({});
  const send = async (key) => {
    if (grant === null) { setWrong({ all: w('chooseResult') }); return false; }
    if (!grant && !reason.trim()) { setWrong({ reason: w('reasonNeeded') }); return false; }
    const fine = await act(`/v1/requests/${encodeURIComponent(request.request)}/decide`, { grant, ...(reason.trim() && { reason: reason.trim() }), ...(grant && request.kind === 'return' && unit && { unit }) }, w('decided'), setWrong, key, request.incident);
    if (fine) forget();
    return fine;
  };
  return html`<${Form} title=${`${plain(request.kind_name)} · ${plain(request.unit_name || '')}`} name=${w('confirm')} ...${{ close, done, send, wrong, setWrong }}>
    <${Choose} label=${plain(request.reason_name || request.reason || request.kind_name)} value=${grant} set=${setGrant} options=${[[true, w('decideGrant')], [false, w('decideReject')]]}/>
    ${grant && request.kind === 'return' && html`<${Units} label=${w('grantUnit')} value=${unit} set=${setUnit} error=${wrong.unit} none=""/>`}
    <${Area} label=${grant ? `${w('reason')}(${w('optional')})` : w('reason')} value=${reason} set=${setReason} error=${wrong.reason} most=${500}/><//>`;
}

export const FORMS = { a: Add, u: Texting, m: Texting, c: Texting, x: Texting, e: Amend, b: Callback, w: Withdraw, step: Step };
