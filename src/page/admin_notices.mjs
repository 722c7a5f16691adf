/*
 * admin_notices.mjs - what went out and what did not: sent again, let go, and a channel tried. The channels themselves are notices.yaml, a file of
 * the rules; what a channel answers to a test is shown as it came, secrets masked by the server.
 */
import { html, classes, useState } from './h.mjs';
import { get, newKey, post } from './net.mjs';
import { notice } from './store.mjs';
import { Dialog } from './dialog.mjs';
import { Act, At, Empty, Field, Read, tried, useUntold } from './parts.mjs';
import { ms, when } from './time.mjs';
import { plain, say } from './say.mjs';
import { Choice, Form, unitName } from './office_parts.mjs';
import { Replies } from './replies.mjs';
import { Ways, heldOf, named, whyOf } from './told.mjs';
import { w } from './words.mjs';

/* `open`: what still needs a person, who phones. */
const STATES = ['open', 'dead', 'unknown', 'stale', 'queued', 'accepted', 'delivered', 'opened', 'acted', 'cancelled'];
const AGAIN = ['dead', 'unknown', 'stale'], WAITS = ['queued', 'accepted'];
const OVER = ['ended', 'withdrawn', 'restored', 'nothing-open']; // what it is about is over; else a person dropped it, and may think better of it
const mayGoAgain = (one) => AGAIN.includes(one.state) || (one.state === 'cancelled' && !OVER.includes(one.outcome));
const waitsToTry = (one) => one.state === 'queued' && one.attempts.some((attempt) => attempt.state === 'waiting');

/* One command takes some hundreds. How many were sent again. */
async function allAgain() {
  let n = 0, cursor;
  do {
    const answer = await post('/v1/notices/retry', { all: true, ...(cursor && { cursor }) }, { key: newKey() });
    n += answer.notices;
    cursor = answer.next;
  } while (cursor);
  return n;
}

export function Notices({ rest, version }) {
  const state = STATES.includes(rest[0]) ? rest[0] : 'open';
  const [tries, setTries] = useState(false);
  const [drops, setDrops] = useState(null);
  const got = useUntold(() => get('/v1/notices', { ...(state === 'open' ? { open: true } : { state }), limit: 100 }), [state, version]);
  const dropped = (done) => { setDrops(null); if (done) got.again(); };
  const all = () => tried(async () => { notice(w('a.sentAgain', await allAgain())); got.again(); });
  return html`<div class="office-tools"><${Choice} label=${w('a.noticeState')} value=${state} noAll rows=${STATES.map((one) => [one, w(`is-told-${one}`)])} set=${(one) => { location.hash = `#/notices/${one}`; }}/>
      <${Act} act=${all}>${w('a.allAgain')}<//><button type="button" class="main" onClick=${() => setTries(true)}>${w('a.tryChannel')}</button></div>
    <p class="soft-text form-note">${w('a.noticesNote')} <a href="#/rules/notices.yaml">notices.yaml</a></p>
    <${Read} got=${got}>${(value) => html`<${Channels} list=${value.channels || []}/><${List} value=${value} again=${got.again} drop=${setDrops}/>`}<//>
    <${Replies} version=${version}/>
    ${drops && html`<${Drop} one=${drops} close=${dropped}/>`}${tries && html`<${Trial} close=${() => setTries(false)}/>`}`;
}

/* Those that take nothing now. */
function Channels({ list }) {
  if (!list.length) return null;
  return html`<ul class="held-channels" aria-label=${w('a.heldChannels')}>${list.map((one) => html`<li class="strip soft" key=${one.channel}><b>${say(one.channel)}</b> ${w('a.channelHeld', named('kind-', one.kind), heldOf(one))}</li>`)}</ul>`;
}

function List({ value, again, drop }) {
  const without = value.without_channel || [];
  if (!value.notices.length && !without.length) return html`<${Empty}>${w('a.noNotices')}<//>`;
  return html`<ul class="rows">${value.notices.map((one) => html`<${Row} key=${one.notice} one=${one} again=${again} drop=${drop}/>`)}${without.map((one) => html`<${Without} key=${one.dispatch} one=${one}/>`)}</ul>`;
}

function Head({ one, unit, kind, role }) {
  return html`<div class="row-head"><b>${unit}</b><span>${kind}${role ? ` · ${role}` : ''}</span><${At} at=${ms(one.at)}/><span class="num">${say(one.dispatch || one.incident || '')}</span>${one.drill && html`<span class="tag">${w('drill')}</span>`}</div>`;
}

/* An instruction of which no notice was made: there is nothing to be sent again. */
function Without({ one }) {
  return html`<li><${Head} one=${one} unit=${unitName(one.unit)} kind=${named('told-', 'instruction')}/><p class="told"><b class="late">${whyOf('no-channel')}</b>${one.to_phone ? html` <small>${w('a.toPhone', when(ms(one.to_phone)))}</small>` : null}</p></li>`;
}

const pathOf = (one, what) => `/v1/notices/${encodeURIComponent(one.notice)}/${what}`;

/* What one that was sent again waits for all the same. */
const waitsFor = (answer) => (answer.waits || []).map((one) => `${plain(one.channel)} ${heldOf(one)}`);

function Row({ one, again, drop }) {
  const retry = () => tried(async () => { notice([w('a.sentAgain', 1), ...waitsFor(await post(pathOf(one, 'retry'), {}, { key: newKey() }))].join(w('andThen'))); again(); });
  const buttons = [mayGoAgain(one) && html`<${Act} act=${retry}>${w('a.again')}<//>`, waitsToTry(one) && html`<${Act} act=${retry}>${w('a.sendNow')}<//>`,
    WAITS.includes(one.state) && html`<button type="button" class="danger" onClick=${() => drop(one)}>${w('a.let')}…</button>`].filter(Boolean);
  return html`<li><${Head} one=${one} unit=${one.unit ? unitName(one.unit) : named('who-', one.role)} kind=${named('told-', one.class)} role=${one.unit && named('who-', one.role)}/>
    <p class="told"><b class=${classes(one.state === 'dead' && 'late')}>${named('is-told-', one.state)}</b>${one.outcome ? html` <small>${whyOf(one.outcome)}</small>` : null}<${Ways} one=${one}/></p>
    ${buttons.length ? html`<div class="row-buttons">${buttons}</div>` : null}</li>`;
}

/* Of an instruction the desk is told by whom and why, and phones. */
function Drop({ one, close }) {
  const fields = [{ name: 'why', label: w('a.letWhy'), kind: 'text', needed: true }];
  return html`<${Form} title=${w('a.letTitle', one.unit ? unitName(one.unit) : named('who-', one.role), one.dispatch || one.incident || '')} note=${w('a.letNote')} fields=${fields} word=${w('a.let')} said=${w('a.letGo')} danger close=${close} send=${(body, key) => post(pathOf(one, 'drop'), body, { key })}/>`;
}

/* One message that is marked as a test, by one channel, and what the provider made of it. */
function Trial({ close }) {
  const [channel, setChannel] = useState('');
  const [recipient, setRecipient] = useState('');
  const [got, setGot] = useState(null);
  const go = () => tried(async () => { setGot(null); setGot(await post('/v1/notices/test', { channel: channel.trim(), recipient: recipient.trim() }, { key: newKey(), patience: 30000 })); });
  return html`<${Dialog} title=${w('a.tryTitle')} close=${close} kind="wide-dialog"><p class="soft-text form-note">${w('a.tryNote')}</p>
    <${Field} label=${w('a.channel')} hint=${w('a.channelHint')}>${(more) => html`<input ...${more} type="text" maxlength="64" value=${channel} onInput=${(e) => setChannel(e.target.value)}/>`}<//>
    <${Field} label=${w('a.recipient')} hint=${w('a.recipientHint')}>${(more) => html`<input ...${more} type="text" maxlength="100" value=${recipient} onInput=${(e) => setRecipient(e.target.value)}/>`}<//>
    <div class="row-buttons"><${Act} class="main" disabled=${!channel.trim() || !recipient.trim()} act=${go}>${w('a.try')}<//><button type="button" onClick=${close}>${w('close')}</button></div>
    ${got && html`<${Outcome} got=${got}/>`}<//>`;
}

function Outcome({ got }) {
  const good = got.verdict === 'accepted';
  return html`<section class="trial" role="status"><p class=${classes('strip', good ? 'good' : 'wrong')}><b>${w(`verdict-${got.verdict}`)}</b> ${say(got.code || '')} · <span class="num">${got.took_ms} ms</span>${got.to ? html` · ${say(got.to)}` : null}</p>
    ${got.receipts && good ? html`<p>${w('a.receipt')}:${got.receipt ? named('receipt-', got.receipt) : w('a.noReceipt')} ${say(got.receipt_code || '')}</p>` : null}
    ${got.request && html`<h3>${w('a.request')}</h3><pre tabindex="0">${plain(got.request)}</pre>`}${got.answer && html`<h3>${w('a.answered')}</h3><pre tabindex="0">${plain(got.answer)}</pre>`}</section>`;
}
