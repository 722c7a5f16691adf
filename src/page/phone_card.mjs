/*
 * phone_card.mjs - one dispatch on the phone: its state, its texts, its five steps, and the buttons that act.
 */
import { html, useRef, useState, Fragment } from './h.mjs';
import { notice, redraw, state } from './store.mjs';
import { Due, Later, Priority, Steps, limitOf } from './pieces.mjs';
import { queueAdd, queued, queueDrop, queueRetry, waitingSteps, waits } from './queue.mjs';
import { say, plain, tel } from './say.mjs';
import { clockText, ms, now, when } from './time.mjs';
import { w } from './words.mjs';

const GUARD_MS = 700, UNDO_MS = 3000;
const NEXT = { issued: 'acknowledge', delivered: 'acknowledge', acknowledged: 'depart', departed: 'arrive', arrived: 'complete' };
const ORDER = ['issued', 'delivered', 'acknowledged', 'departed', 'arrived', 'completed'];

/* Its state when what was tapped has arrived. */
export function stateOf(card) {
  const reached = Object.keys(waitingSteps(card.dispatch)).concat(card.state === 'returning' ? returningFrom(card) : card.state);
  return reached.reduce((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a));
}

const returningFrom = (card) => ['arrived', 'departed', 'acknowledged'].find((step) => card[`${step}_at`]) || 'issued';

/* The limit that is shown: one whose step waits to be sent is met, as far as the person is concerned. */
function shownLimit(card) {
  const waiting = waitingSteps(card.dispatch);
  const met = [waiting.acknowledged && 'acknowledge', waiting.acknowledged && 'delivery', waiting.arrived && 'arrive'];
  return limitOf({ ...card, clocks: (card.clocks || []).filter((clock) => !met.includes(clock.clock)) });
}

export function place(matter) {
  return (matter && (matter.address || matter.area_name)) || '';
}

export function OtherCard({ card, choose, fresh }) {
  const m = card.matter || {};
  return html`<a class="other" href=${`#/d/${encodeURIComponent(card.dispatch)}`} onClick=${choose}>
    <span class="other-text"><b>${say(place(m))}</b><span>${fresh && html`<em class="new">${w('newOne')}</em>`}<${Priority} p=${m.priority}/> ${say(m.category_name || '')}</span></span>
    <${Due} limit=${shownLimit(card)} box=${card.role}/></a>`;
}

/* -- acting ------------------------------------------------------------------------------------- */

function tap(card, verb) {
  queueAdd(card.dispatch, verb, now(), {}, verb === 'arrive' ? UNDO_MS : 0);
  if (verb === 'arrive') setTimeout(redraw, UNDO_MS + 20);
}

/* The main button. A tap that meets another meaning than the one the finger aimed at is not taken. */
function MainButton({ card, verb, also, openForm }) {
  const since = useRef({ verb, at: 0 });
  if (since.current.verb !== verb) since.current = { verb, at: performance.now() };
  const press = () => {
    if (performance.now() - since.current.at < GUARD_MS) return;
    if (verb === 'complete') openForm('complete');
    else tap(card, verb);
  };
  const limit = verb === 'acknowledge' && limitOf(card);
  const sub = verb === 'acknowledge' ? (limit && limit.due ? w('sub-acknowledge', when(limit.due)) : w('sub-acknowledge-none')) : w(`sub-${verb}`);
  return html`<button type="button" class="main act-main" data-verb=${verb} onClick=${press}><b>${w(`do-${verb}`)}</b><small>${sub}</small></button>
    ${also && html`<button type="button" class="act-also" data-verb=${also} onClick=${() => { if (performance.now() - since.current.at >= GUARD_MS) tap(card, also); }}><b>${w(`do-${also}`)}</b></button>`}`;
}

function Undo({ card }) {
  const row = queued(card.dispatch).find(waits);
  if (!row) return null;
  return html`<div class="undo" role="status"><span>${w('arrivedUndo', clockText(row.at))}</span><button type="button" onClick=${() => queueDrop(row)}>${w('undo')}</button></div>`;
}

function Problems({ card }) {
  return queued(card.dispatch).filter((row) => row.problem).map((row) => html`<div class="strip wrong refused" role="alert" key=${row.key}>
    <span>${w('refusedStep', w(`do-${row.verb}`), plain(row.problem))}</span>
    <button type="button" onClick=${() => queueRetry(row)}>${w('retry')}</button><button type="button" onClick=${() => queueDrop(row)}>${w('discard')}</button></div>`);
}

const FORMS = { progress: 'ProgressForm', complete: 'CompleteForm', return: 'ReturnForm', photos: 'PhotoForm' };
export const forms = () => import('./phone_forms.mjs');

function Buttons({ card, next, open }) {
  const [form, setForm] = useState(null);
  const at = stateOf(card);
  const verb = open ? NEXT[at] : null;
  const shut = () => setForm(null);
  const send = async (kind, body, photos = []) => {
    if (body) await queueAdd(card.dispatch, kind, now(), body);
    photos.forEach((photo) => queueAdd(card.dispatch, 'photos', now(), photo));
    setForm(null);
    notice(w(state.live === 'live' ? 'sent' : 'waiting'));
  };
  return html`<${Fragment}>${form && html`<${Later} key=${form} load=${forms} of=${FORMS[form]} card=${card} close=${shut} send=${(body, photos) => send(form, body, photos)}/>`}
    <div class="thumb"><${Undo} card=${card}/>
      <div class="thumb-main">${verb ? html`<${MainButton} card=${card} verb=${verb} also=${verb === 'depart' ? 'arrive' : null} openForm=${setForm}/>`
    : html`<button type="button" class="main act-main" onClick=${next}><b>${w('next')}</b><small>${w(card.state === 'withdrawn' ? 'withdrawn' : 'finished')}</small></button>`}</div>
      ${verb && html`<div class="thumb-more">${['progress', verb === 'complete' ? 'photos' : 'complete', 'return'].map((kind) => html`
        <button type="button" key=${kind} disabled=${kind === 'return' && card.state === 'returning'} onClick=${() => setForm(kind)}>${w(`do-${kind}`)}</button>`)}</div>`}</div><//>`;
}

/* -- the card ------------------------------------------------------------------------------------ */

function Band({ card }) {
  const m = card.matter || {};
  const limit = shownLimit(card);
  const state1 = ORDER.indexOf(stateOf(card)) > ORDER.indexOf(card.state) ? `${w(`step-${stateOf(card)}`)} ${w('waiting')}` : card.state_name;
  return html`<div class="band" data-worst="" key=${Boolean(limit)}><${Priority} p=${m.priority}/>${limit ? html`<${Due} limit=${limit}/>` : html`<span class="band-state">${plain(state1)}</span>`}</div>`;
}

function Calls({ matter }) {
  const reporter = matter.reporter || {};
  const desk = state.me.desk_phone;
  const href = tel(reporter.phone);
  return html`<div class="calls">
    ${reporter.name || reporter.phone ? (href ? html`<a class="button" href=${href} aria-label=${`${w('callReporter')} ${plain(reporter.name || reporter.phone)}`}>☎ ${say(reporter.name || reporter.phone)}</a>`
    : html`<span class="button flat">${say([reporter.name, reporter.phone].filter(Boolean).join(' '))}</span>`) : null}
    ${tel(desk) && html`<a class="button" href=${tel(desk)}>${w('desk')}</a>`}
  </div>`;
}

export function Card({ card, next, open }) {
  const m = card.matter || {};
  return html`<article class="card" aria-label=${plain(place(m))}><${Band} card=${card}/>
    <div class="card-body">
      <p class="card-kind">${w(card.role)} · ${say(m.category_name || '')} · ${w('issuedAt', when(ms(card.issued_at)))}${m.drill ? html` · <b>${w('drill')}</b>` : null}</p>
      <h1>${say(place(m))}</h1>
      ${m.description ? html`<p class="card-words">${say(m.description)}</p>` : null}
      ${!m.description && !m.address && html`<p class="card-words">${w('hiddenTexts')}</p>`}
      ${(m.callers > 1 || m.urged > 0) && html`<p class="card-kind">${[m.callers > 1 && w('callers', m.callers), m.urged > 0 && w('urged', m.urged)].filter(Boolean).join(' · ')}</p>`}
      ${card.state === 'returning' && html`<p class="strip soft">${w('stillYours')}</p>`}
      <${Calls} matter=${m}/>
      <${Steps} dispatch=${card} waiting=${waitingSteps(card.dispatch)}/>
      ${card.eta && !card.arrived_at && html`<p class="card-kind">${w('etaIs', when(ms(card.eta)))}</p>`}
      ${card.result && html`<p class="card-words">${say(card.result)}</p>`}
      ${card.photos && html`<${Later} load=${forms} of="Photos" dispatch=${card}/>`}
    </div><${Problems} card=${card}/></article><${Buttons} card=${card} next=${next} open=${open}/>`;
}
