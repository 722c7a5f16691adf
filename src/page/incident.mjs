/*
 * incident.mjs - one incident, whole: who called, what is said, each unit's five steps, what may be done, and what happened. Read anew when an event
 * touches it; an act that meets another's change (409, 412) says so, keeps the words, and shows what is there now.
 */
import { html, useEffect, useState } from './h.mjs';
import { unitName } from './board.mjs';
import { ask, get } from './net.mjs';
import { redraw, state } from './store.mjs';
import { Act, Due, Phone, Priority, Read, Steps, limitOf, useRead, useUntold } from './parts.mjs';
import { FORMS } from './incident_forms.mjs';
import { Told, toldOf } from './told.mjs';
import { link } from './route.mjs';
import { ms, now, secondText, when } from './time.mjs';
import { plain, say } from './say.mjs';
import { known, w } from './words.mjs';
import { Photos } from './photos.mjs';
import './words_events.mjs';

/* What is open: its number, what was read of it, and the form over it: {kind, dispatch}. */
const TOLD_MS = 2000; // the notifier hears of an event when we do: what it makes of it is asked for once more after that
export const open = { number: null, value: null, form: null, again: () => {}, timer: 0 };

/* An event has touched it. */
export function incidentTouched(numbers) {
  if (!open.number || !numbers.has(open.number)) return;
  clearTimeout(open.timer);
  open.timer = setTimeout(() => open.again(), 150);
}

/* What may be done now, by the incident's state and the role. */
export function actsOf(value) {
  if (!value) return [];
  const running = value.state === 'open' || value.state === 'completed' || value.state === 'called-back';
  const out = running ? ['a', 'u', 'm', 'e'] : ['m'];
  if (value.state !== 'open' && value.state !== 'cancelled' && !value.confidential && !value.drill) out.push('b');
  if (running) out.push('c', 'x');
  return out;
}

export function openForm(kind, dispatch) {
  open.form = { kind, dispatch };
  redraw();
}

export function shutForm() {
  open.form = null;
  redraw();
}

const active = (dispatch) => dispatch.state !== 'withdrawn' && dispatch.role !== 'inform';

/* The keys 1–5: a step of the lead, or of the only one that is not done. */
export function stepKey(n) {
  const dispatches = ((open.value && open.value.dispatches) || []).filter((one) => active(one) && one.state !== 'completed');
  const dispatch = dispatches.find((one) => one.role === 'lead') || dispatches[0];
  if (dispatch) openForm('step', { ...dispatch, step: ['acknowledge', 'depart', 'arrive', 'progress', 'complete'][n - 1] });
}

export function actKey(letter) {
  if (actsOf(open.value).includes(letter)) openForm(letter);
}

/* -- the parts ------------------------------------------------------------------------------------- */

function Calls({ dispatch }) {
  return (dispatch.call || []).slice(0, 2).map((one) => html`<span class="call" key=${one.phone}>${w('callUnit')} ${say(one.name || one.title)}${' '}<${Phone} phone=${one.phone}/>${one.placeholder ? html` <em class="flag">${w('placeholderPhone')}</em>` : null}</span>`);
}

function Unit({ dispatch, notices }) {
  const limit = limitOf({ ...dispatch, read: open.read });
  return html`<article class="unit"><header><b>${say(dispatch.unit_name)}</b> <small>${w(dispatch.role)} · ${say(dispatch.state_name)}</small><${Due} limit=${limit} box=${dispatch.role}/></header>
    <${Steps} dispatch=${dispatch}/>
    ${dispatch.to_phone && html`<p><em class="flag">${w('toPhone')}</em> <span class="soft-text">${w('toPhoneSince', when(ms(dispatch.to_phone)))}</span></p>`}
    ${dispatch.eta && !dispatch.arrived_at ? html`<p class="soft-text">${w('etaIs', when(ms(dispatch.eta)))}</p>` : null}
    ${dispatch.ticket && html`<p class="soft-text">${w('ticketIs')} <span class="num">${say(dispatch.ticket)}</span></p>`}
    ${dispatch.result && html`<p>${say(dispatch.result)}</p>`}
    ${dispatch.photos && html`<${Photos} dispatch=${dispatch}/>`}
    <${Told} notices=${notices} dispatch=${dispatch.dispatch}/>
    <footer><div><${Calls} dispatch=${dispatch}/></div>${active(dispatch) && html`<span class="beside"><button type="button" onClick=${() => openForm('step', dispatch)} aria-label=${`${w('stepBy')} ${plain(dispatch.unit_name)}`}>${w('stepBy')}</button>
      <button type="button" class="quiet" onClick=${() => openForm('w', dispatch)} aria-label=${`${w('act-w')} ${plain(dispatch.unit_name)}`}>${w('act-w')}</button></span>`}</footer></article>`;
}

/* Why the desk was told says more than that it was. */
const wordOf = ({ type, data }) => [`e-${type}-${data && data.why}`, `e-${type}`].filter(known).map((key) => w(key))[0] || type;

/* What an amendment replaced: whoever sees a slip can put it right from here. */
function Former({ was }) {
  const { reporter = {}, location: at } = was;
  const parts = [['description', was.description], ['address', was.address], ['name', reporter.name], ['phone', reporter.phone], ['place', at && `${at.lon}, ${at.lat}`]];
  return parts.filter(([, text]) => text).map(([part, text]) => html` <span class="was" key=${part}>${w(`was-${part}`)} ${say(text)}</span>`);
}

function Event({ event }) {
  const who = event.unit ? unitName(event.unit) : '';
  const what = event.data && (event.data.clock || event.data.step);
  return html`<li><span class="num" title=${when(ms(event.at))}>${secondText(ms(event.at))}</span><span>${wordOf(event)}${(event.type === 'escalation.raised' && event.data.units || []).map((unit) => html` · ${say(unitName(unit))}`)}${who ? html` · ${say(who)}` : null}${what && known(`clock-${what}`) ? ` · ${w(`clock-${what}`)}` : ''}
    ${event.text ? html` · ${say(event.text)}` : null}${event.was ? html`<${Former} was=${event.was}/>` : null}${event.by && event.by !== 'system' && !who ? html` <small>${say(event.by)}</small>` : null}</span></li>`;
}

function Timeline({ value }) {
  const [older, setOlder] = useState([]);
  const [next, setNext] = useState(value.events_next);
  useEffect(() => { setOlder([]); setNext(value.events_next); }, [value.number]);
  const events = [...older, ...value.events];
  const more = async () => {
    const page = await get(`/v1/incidents/${encodeURIComponent(value.number)}`, { cursor: next });
    setOlder([...page.events, ...older]);
    setNext(page.events_next);
  };
  return html`<section class="timeline"><h3>${w('timeline')}</h3><ol>${events.slice().reverse().map((event) => html`<${Event} key=${event.seq} event=${event}/>`)}</ol>
    ${next && html`<${Act} act=${more}>${w('earlier')}<//>`}</section>`;
}

function Caller({ value }) {
  const r = value.reporter || {};
  if (!r.name && !r.phone) return null;
  return html`<p class="caller">${r.name && html`<span>${say(r.name)}</span>`} ${r.phone && html`<${Phone} phone=${r.phone}/>`} <span class="soft-text">${say(value.area_name || '')}</span>
    ${value.secret_reporter && html`<em class="flag">${w('secretReporter')}</em>`}</p>
    ${value.history && html`<p class="soft-text">${w('history', value.history.count)}${value.history.calls.slice(0, 3).map((one) => html` · <a key=${one.number} href=${link('i', one.number)}>${when(ms(one.received_at))} ${say(one.category_name || one.state_name)}</a>`)}</p>`}`;
}

function Whole({ value, notices }) {
  const acts = actsOf(value);
  const dispatches = value.dispatches.filter(active), informed = value.dispatches.filter((one) => one.role === 'inform' && one.state !== 'withdrawn');
  const writing = (value.writing || []).filter((one) => one.account !== state.me.account && ms(one.until) > now());
  return html`<header class="detail-head"><p><${Priority} p=${value.priority}/> <span class="soft-text">${say(value.category_name || '')}</span>${['drill', 'confidential', 'unmatched'].filter((flag) => value[flag]).map((flag) => html` <em class="flag" key=${flag}>${w(flag)}</em>`)}</p>
      <h2>${say(value.address || value.area_name || value.number)}</h2><p class="soft-text"><span class="num">${say(value.number)}</span> · ${w('receivedAt', when(ms(value.received_at)))} · ${say(value.state_name)}</p></header>
    ${writing.map((one) => html`<p class="strip soft" key=${one.account}>${w('writing', plain(one.account))}</p>`)}
    <${Caller} value=${value}/>
    <p class="detail-words">${say(value.description || '')}</p>
    <div class="acts">${acts.map((kind) => html`<button type="button" key=${kind} onClick=${() => openForm(kind)}>${kind !== 'x' && html`<kbd>${kind.toUpperCase()}</kbd> `}${w(`act-${kind}`)}</button>`)}</div>
    ${dispatches.map((dispatch) => html`<${Unit} key=${dispatch.dispatch} dispatch=${dispatch} notices=${notices}/>`)}
    ${informed.length ? html`<p class="soft-text">${w('informed', '')}${informed.map((one, i) => html`${i ? '、' : ''}${say(one.unit_name)}`)}</p>` : null}
    <${Told} notices=${notices}/>
    ${value.route && value.route.because && html`<p class="soft-text">${w('basis')}:${say(value.route.because)}</p>`}
    <${Timeline} key=${value.number} value=${value}/>`;
}

/* Tells the others at the desk that somebody writes here, every 20 s while a form is open. */
function usePresence(number, writes) {
  useEffect(() => {
    if (!writes) return undefined;
    const say20 = () => state.signing === 'over' || ask('POST', `/v1/incidents/${encodeURIComponent(number)}/presence`, { quiet: true }).catch(() => {});
    say20();
    const timer = setInterval(say20, 20000);
    return () => clearInterval(timer);
  }, [number, writes]);
}

export function Incident({ number }) {
  const got = useRead(async () => {
    const value = await get(`/v1/incidents/${encodeURIComponent(number)}`);
    open.read = now();
    return value;
  }, [number]);
  const told = useUntold(() => toldOf(number), [number]);
  open.number = number;
  open.again = () => {
    clearTimeout(open.later);
    open.later = setTimeout(told.again, TOLD_MS);
    return Promise.all([got.again(), told.again()]);
  };
  const value = got.value && got.value.number === number ? got.value : undefined;
  open.value = value || null;
  usePresence(number, Boolean(open.form));
  useEffect(() => () => { clearTimeout(open.later); open.number = open.value = open.form = null; }, []);
  const Form = open.form && FORMS[open.form.kind];
  return html`<div class="detail"><${Read} got=${{ ...got, value }}>${(one) => html`<${Whole} value=${one} notices=${told.value}/>`}<//>
    ${Form && value && html`<${Form} value=${value} dispatch=${open.form.dispatch} kind=${open.form.kind} close=${shutForm} done=${() => { shutForm(); open.again(); }}/>`}</div>`;
}
