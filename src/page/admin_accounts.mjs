/*
 * admin_accounts.mjs - accounts: made with a token that is shown once, login codes to read out or scan, sessions, revoking. The token is made in this
 * browser; only its SHA-256 crosses the network.
 */
import { html, useState } from './h.mjs';
import { ask, get, newKey, post } from './net.mjs';
import { notice } from './store.mjs';
import { Dialog } from './dialog.mjs';
import { Act, At, Empty, Read, tried, useRead, useUntold } from './parts.mjs';
import { ms, when } from './time.mjs';
import { plain, say } from './say.mjs';
import { Form, unitName, unitRows } from './office_parts.mjs';
import { Qr } from './qr.mjs';
import { w } from './words.mjs';

const ROLES = ['desk', 'shift-leader', 'liaison', 'office', 'admin', 'wall'];
const NAME = /^[a-z0-9][a-z0-9.-]{0,31}$/;

const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');

async function newToken() {
  const token = `ldt_${hex(crypto.getRandomValues(new Uint8Array(32)))}`;
  return { token, digest: hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))) };
}

/* One row an account, live ones first: name -> {name, role, unit, tokens[]}. */
export function byName(rows) {
  const all = new Map();
  for (const row of rows) {
    const one = all.get(row.name) || { name: row.name, role: row.role, unit: row.unit, tokens: [] };
    if (!row.revoked_at) { one.tokens.push(row); one.role = row.role; one.unit = row.unit; }
    all.set(row.name, one);
  }
  return [...all.values()].sort((a, b) => (b.tokens.length > 0) - (a.tokens.length > 0) || (a.name < b.name ? -1 : 1));
}

export function Accounts({ version }) {
  const got = useRead(() => get('/v1/accounts'), [version]);
  const [over, setOver] = useState(null);
  const close = (done) => { setOver(null); if (done) got.again(); };
  return html`<div class="office-tools"><button type="button" class="main" onClick=${() => setOver({ kind: 'new' })}>${w('a.newAccount')}</button></div>
    <${Read} got=${got}>${(value) => html`<ul class="rows">${byName(value.accounts).map((one) => html`<${Row} key=${one.name} one=${one} open=${(kind) => setOver({ kind, one })}/>`)}</ul>`}<//>
    <${Over} over=${over} close=${close} shown=${(secret) => { got.again(); setOver(secret); }}/>`;
}

function Row({ one, open }) {
  const live = one.tokens.length > 0;
  return html`<li><div class="row-head"><b>${say(one.name)}</b><span>${w(`role-${one.role}`)}</span>${one.unit && html`<span>${unitName(one.unit)}</span>`}<span class="tag">${w(live ? 'a.live' : 'a.revoked')}</span></div>
    <p class="soft-text">${one.tokens.map((token) => html`<span key=${token.token_id || token.certificate}>${token.certificate ? w('a.certificateOf', plain(token.certificate)) : html`<span class="num">${plain(token.token_id)}</span>`} <${At} at=${ms(token.made_at)}/> </span>`)}</p>
    ${live && html`<div class="row-buttons">${one.role !== 'integration' && html`<button type="button" onClick=${() => open('code')}>${w('a.code')}</button><button type="button" onClick=${() => open('sessions')}>${w('a.sessions')}</button>`}
      ${one.tokens.length < 2 && one.role !== 'integration' && html`<button type="button" onClick=${() => open('token')}>${w('a.anotherToken')}</button>`}<button type="button" class="danger" onClick=${() => open('revoke')}>${w('a.revoke')}</button></div>`}</li>`;
}

async function addAccount({ name, role, unit }, key) {
  const { token, digest } = await newToken();
  await post('/v1/accounts', { name, role, unit: role === 'liaison' ? unit : undefined, token_sha256: digest }, { key });
  return { kind: 'secret', name, token };
}

function Over({ over, close, shown }) {
  if (!over) return null;
  const { kind, one } = over;
  if (kind === 'new') return html`<${NewAccount} close=${close} shown=${shown}/>`;
  if (kind === 'secret') return html`<${Secret} over=${over} close=${() => close(true)}/>`;
  if (kind === 'code') return html`<${Code} one=${one} close=${() => close(false)}/>`;
  if (kind === 'sessions') return html`<${Sessions} one=${one} close=${() => close(false)}/>`;
  if (kind === 'token') return html`<${Dialog} title=${`${w('a.anotherToken')} ${plain(one.name)}`} close=${() => close(false)}><p>${w('a.tokenOnce')}</p><${Act} class="main" act=${() => tried(async () => shown(await addAccount(one, newKey())))}>${w('a.anotherToken')}<//><//>`;
  return html`<${Form} title=${w('a.revokeTitle', plain(one.name))} note=${w('a.revokeNote')} danger fields=${[]} word=${w('a.revoke')} said=${w('a.revoked')} close=${close} send=${(body, key) => ask('DELETE', `/v1/accounts/${encodeURIComponent(one.name)}`, { key })}/>`;
}

function NewAccount({ close, shown }) {
  const fields = [{ name: 'name', label: w('a.name'), hint: w('a.nameRule'), needed: true, fits: (text) => NAME.test(text), most: 32 }, { name: 'role', label: w('a.role'), kind: 'choice', rows: ROLES.map((role) => [role, w(`role-${role}`)]), needed: true },
    { name: 'unit', label: `${w('a.unit')}(${w('role-liaison')})`, kind: 'choice', rows: unitRows() }];
  return html`<${Form} title=${w('a.newAccount')} fields=${fields} word=${w('a.newAccount')} close=${(done) => { if (!done) close(false); }} send=${async (body, key) => shown(await addAccount(body, key))}/>`;
}

function Secret({ over, close }) {
  return html`<${Dialog} title=${`${w('a.token')} ${plain(over.name)}`} close=${close}><p class="strip soft">${w('a.tokenOnce')}</p><p class="secret num">${over.token}</p><${Qr} text=${over.token} name=${w('a.token')}/><div class="row-buttons"><button type="button" class="main" onClick=${close}>${w('close')}</button></div><//>`;
}

/* A code is made when the dialog opens, once. */
function Code({ one, close }) {
  const got = useRead(() => post('/v1/session/codes', { account: one.name }, { key: newKey() }), [one.name]);
  return html`<${Dialog} title=${w('a.codeTitle', plain(one.name))} close=${close}><${Read} got=${got}>${(value) => html`<p>${w('a.codeNote')} · ${when(ms(value.until))}</p><p class="secret code num">${value.code}</p>
    <${Qr} text=${`${location.origin}/#/in/${value.code}`} name=${w('a.scan')}/>`}<//><//>`;
}

function Sessions({ one, close }) {
  const got = useUntold(() => get('/v1/sessions', { account: one.name, limit: 100 }), [one.name]);
  const end = (path, query) => tried(async () => { await ask('DELETE', path, { query }); notice(w('a.ended')); got.again(); });
  return html`<${Dialog} title=${w('a.sessionsTitle', plain(one.name))} close=${close}><${Read} got=${got}>${(value) => (value.sessions.length ? html`<ul class="lines">${value.sessions.map((session) => html`<li key=${session.session}><span>${w('openedAt', when(ms(session.opened_at)))}<small>${w('seenAt', when(ms(session.seen_at)))} · ${w('endsAt', when(ms(session.until)))}</small></span>
    <${Act} act=${() => end(`/v1/sessions/${encodeURIComponent(session.session)}`)}>${w('endSession')}<//></li>`)}</ul><${Act} class="danger" act=${() => end('/v1/sessions', { account: one.name })}>${w('a.endAll')}<//>` : html`<${Empty}>${w('a.noSessions')}<//>`)}<//><//>`;
}
