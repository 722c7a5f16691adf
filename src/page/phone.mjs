/*
 * phone.mjs - the liaison's face: one matter at a time under one thumb, the others below. What is tapped is kept first and sent then
 * (queue.mjs), so that a lift or a cellar loses nothing.
 *
 * Invariants: the card that was acted on stays until the person leaves it, because a re-sorted list puts another matter under the
 * thumb. A button whose meaning has changed takes no tap for 700 ms. The list is read only while the page is visible: being in it
 * is the delivery (送达), which so means "on a lit screen".
 */
import { html, style } from './h.mjs';
import { change, notice, redraw, state } from './store.mjs';
import { get, pauseAfter } from './net.mjs';
import { liveFrom, liveHeard, liveStart } from './live.mjs';
import { keepAll, keepDelete, keepPut } from './keep.mjs';
import { flush, queue, queueLoad, queueWatch, waits } from './queue.mjs';
import { askToNotify, notify, sound, vibrate } from './sound.mjs';
import { Card, OtherCard, forms } from './phone_card.mjs';
import { Clock, Empty, Later, Live, Skeleton } from './pieces.mjs';
import { link } from './route.mjs';
import { now } from './time.mjs';
import { plain } from './say.mjs';
import { w } from './words.mjs';
import './words_phone.mjs';

const DAY_MS = 86400000;
const OPEN_STATES = ['issued', 'delivered', 'acknowledged', 'departed', 'arrived', 'returning'];

export const liveWord = 'online';

const phone = { cards: new Map(), focus: null, read: false, seq: 0, reading: false, failures: 0, again: false, menu: false, fresh: new Set() };
let unwatch = null, debounce = 0;

export const unsent = async () => queue.rows.length;

/* -- what is there ------------------------------------------------------------------------------ */

const isOpen = (card) => OPEN_STATES.includes(card.state);
const dueOf = (card) => Math.min(...(card.clocks || []).map((clock) => (clock.due ? Date.parse(clock.due) : Infinity)), Infinity);
const rank = (card) => [card.acknowledged_at ? 1 : 0, card.role === 'inform' ? 1 : 0, dueOf(card), card.issued_at];

function before(a, b) {
  const x = rank(a), y = rank(b);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

const open = () => [...phone.cards.values()].filter(isOpen).sort(before);

/* The card in focus: what the person has chosen, or the most urgent one; once it is there only the person changes it. */
function focused(route) {
  const chosen = route.name === 'd' ? route.rest[0] : phone.focus;
  if (chosen && phone.cards.has(chosen)) phone.focus = chosen;
  else phone.focus = (open()[0] || {}).dispatch || null;
  return phone.cards.get(phone.focus);
}

function put(card) {
  const was = phone.cards.get(card.dispatch);
  const kept = { ...card, matter: card.matter || (was && was.matter), read: now() };
  if (!isOpen(card) && card.dispatch !== phone.focus) {
    phone.cards.delete(card.dispatch);
    keepDelete('cards', card.dispatch);
    return;
  }
  phone.cards.set(card.dispatch, kept);
  if (isOpen(card)) keepPut('cards', card.dispatch, { at: Date.now(), account: state.me.account, card: kept });
  else keepDelete('cards', card.dispatch);
}

/* A new one: said by tone, vibration and, on a locked screen, by words that name nothing personal. */
function announce(cards) {
  if (!cards.length) return;
  for (const card of cards) phone.fresh.add(card.dispatch);
  sound(cards.some((card) => card.matter && card.matter.priority === 'P1') ? 4 : 2);
  vibrate();
}

/* -- reading ------------------------------------------------------------------------------------ */

async function readAll() {
  const cards = [];
  let cursor, seq;
  do {
    const page = await get('/v1/dispatches', { open: 'true', cursor });
    cards.push(...page.dispatches);
    seq = seq === undefined ? page.seq : seq;
    cursor = page.next;
  } while (cursor);
  const there = new Set(cards.map((card) => card.dispatch));
  const before = new Set(phone.cards.keys());
  for (const id of before) if (!there.has(id) && id !== phone.focus) { phone.cards.delete(id); keepDelete('cards', id); }
  if (phone.focus && before.has(phone.focus) && !there.has(phone.focus)) readOne(phone.focus);
  cards.forEach(put);
  if (phone.read) announce(cards.filter((card) => !before.has(card.dispatch) && !card.acknowledged_at));
  phone.read = true;
  phone.seq = seq;
}

async function readOne(id) {
  try {
    put(await get(`/v1/dispatches/${encodeURIComponent(id)}`));
  } catch (problem) {
    if (problem.status === 404) { phone.cards.delete(id); keepDelete('cards', id); notice(w('gone')); }
  }
  redraw();
}

async function readChanges() {
  for (;;) {
    const page = await get('/v1/dispatches', { after: phone.seq });
    if (page.reset) { await readAll(); return; }
    const known = new Set(phone.cards.keys());
    page.dispatches.forEach(put);
    announce(page.dispatches.filter((card) => !known.has(card.dispatch) && isOpen(card) && !card.acknowledged_at));
    phone.seq = page.seq;
    if (!page.more) return;
  }
}

/* While the page is hidden nothing is read: it is, when the person looks. */
async function read() {
  if (document.hidden) { phone.again = true; return; }
  if (phone.reading) { phone.again = true; return; }
  phone.reading = true;
  phone.again = false;
  try {
    await (phone.read ? readChanges() : readAll());
    liveHeard();
    phone.failures = 0;
  } catch (problem) {
    if (problem.status === 422 && problem.field === 'after') { phone.read = false; phone.again = true; }
    else if (problem.status !== 401) phone.retry = setTimeout(read, pauseAfter(++phone.failures));
  }
  phone.reading = false;
  redraw();
  if (phone.again && !document.hidden) read();
}

function onEvents(events) {
  const urgent = events.filter((event) => event.type === 'dispatch.issued' || event.type === 'reminder.sent' || event.type === 'dispatch.reopened');
  if (urgent.length) {
    if (document.hidden || urgent.some((event) => event.type === 'reminder.sent')) { sound(2); vibrate(); }
    notify(w(urgent.some((event) => event.type === 'dispatch.issued') ? 'newOne' : 'do-acknowledge'), 'dispatch');
  }
  clearTimeout(debounce);
  debounce = setTimeout(read, 150);
}

function onReset() {
  if (phone.read) notice(w('restored'));
  phone.read = false;
  phone.cards.clear();
  keepAll('cards').then(() => read());
  liveFrom(0);
}

function onShown() {
  if (!document.hidden) read();
}

/* An act has arrived at the server, which answers with the whole dispatch. */
function onDone(answer, row) {
  if (answer.dispatch && answer.dispatch.dispatch) put(answer.dispatch);
  else readOne(row.dispatch);
  if (row.verb === 'acknowledge') askToNotify();
  redraw();
}

/* -- life --------------------------------------------------------------------------------------- */

async function fromKept() {
  const rows = await keepAll('cards').catch(() => []);
  for (const row of rows) {
    if (row.account !== state.me.account || Date.now() - row.at > DAY_MS) keepDelete('cards', row.card.dispatch);
    else phone.cards.set(row.card.dispatch, row.card);
  }
}

const styled = style('./phone.css'); // on its way while the session is asked for

export async function prepare() {
  await Promise.all([styled, fromKept()]);
}

export async function start() {
  await queueLoad(onDone);
  unwatch = queueWatch();
  document.addEventListener('visibilitychange', onShown);
  state.seq = state.me.seq || 0;
  liveStart({ onEvents, onReset });
  read();
  setTimeout(() => Promise.all([forms(), lists()]).catch(() => {}), 3000); // a lift has no network to load them by
}

export function stop() {
  document.removeEventListener('visibilitychange', onShown);
  if (unwatch) unwatch();
  clearTimeout(phone.retry);
  Object.assign(phone, { cards: new Map(), focus: null, read: false, seq: 0, again: false, menu: false, fresh: new Set() });
  queue.rows = [];
}

export function signedAgain() {
  read();
  flush();
}

/* -- drawing ------------------------------------------------------------------------------------ */

const unitName = () => { for (const card of phone.cards.values()) return card.unit_name; return ''; };

function Head({ where }) {
  const me = state.me;
  const toggle = () => { phone.menu = !phone.menu; redraw(); };
  return html`<header class="top"><button type="button" class="quiet menu-button" aria-expanded=${phone.menu} aria-label=${w('menu')} onClick=${toggle}>☰</button>
    <b>${plain(me.unit_name || unitName() || me.unit || me.account)}</b><${Live}/><${Clock}/></header>
    ${phone.menu && html`<nav class="menu" aria-label=${w('menu')} onClick=${toggle}>
      ${[['', 'todo'], ['done', 'doneList'], ['findings', 'findings'], ['contacts', 'ownContacts'], ['me', 'me']].map(([to, name]) => html`
        <a href=${link(...(to ? [to] : []))} aria-current=${where === to ? 'page' : undefined}>${w(name)}</a>`)}
      <a href="/plain">${w('plainList')}</a></nav>`}`;
}

function QueueStrip() {
  const n = queue.rows.filter((row) => !row.problem && !waits(row)).length;
  if (state.live === 'live' && !(n && queue.late)) return null;
  if (!n && state.live === 'starting') return null;
  return html`<p class="strip soft" role="status">${n ? w('offlineQueued', n) : w('offlineOnly')}</p>`;
}

function Todo({ route }) {
  const card = focused(route);
  const rest = open().filter((one) => one !== card);
  if (!card) return phone.read || state.live !== 'starting' ? html`<${Empty}>${w('noneOpen')}<//>` : html`<${Skeleton} rows=${3}/>`;
  const next = () => { phone.focus = null; phone.cards.forEach((one, id) => { if (!isOpen(one)) phone.cards.delete(id); }); change({}); if (state.route.name) location.hash = '#/'; };
  return html`<${Card} key=${card.dispatch} card=${card} next=${next} open=${isOpen(card)}/>
    ${rest.length ? html`<h2 class="others">${w('others', rest.length)}</h2>` : null}
    <ul class="cards">${rest.map((one) => html`<li key=${one.dispatch}><${OtherCard} card=${one} fresh=${phone.fresh.has(one.dispatch)} choose=${() => { phone.fresh.delete(one.dispatch); phone.focus = one.dispatch; window.scrollTo(0, 0); }}/></li>`)}</ul>`;
}

const lists = () => import('./phone_lists.mjs');
const LISTS = { done: ['Done', lists], findings: ['Findings', lists], contacts: ['Contacts', () => import('./phone_contacts.mjs')] };

export function Face({ route }) {
  const list = LISTS[route.name];
  return html`<div class="phone-face"><${Head} where=${route.name}/><${QueueStrip}/><main>
    ${list ? html`<${Later} load=${list[1]} of=${list[0]} key=${list[0]}/>` : html`<${Todo} route=${route}/>`}</main></div>`;
}
