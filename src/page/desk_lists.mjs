/*
 * desk_lists.mjs - beside the board: requests to decide, call-backs, the handover of a shift, finding an incident.
 */
import { html, useState } from './h.mjs';
import { board, areaName, categoryName, unitName } from './board.mjs';
import { get, post, newKey } from './net.mjs';
import { newest } from './live.mjs';
import { state } from './store.mjs';
import { Act, At, Due, Empty, Field, Priority, Read, tried, useDraft, useRead } from './parts.mjs';
import { Callback, Decide, Units } from './incident_forms.mjs';
import { clockText, ms, when } from './time.mjs';
import { go, link } from './route.mjs';
import { plain, say } from './say.mjs';
import { w } from './words.mjs';

const DECIDERS = { desk: ['desk'], 'shift-leader': ['desk', 'shift-leader'] };
export const mine = (request) => (DECIDERS[state.me.role] || []).includes(request.decider) || (request.decider === 'account' && request.account === state.me.account);

/* -- requests ------------------------------------------------------------------------------------------ */

function Request({ one, decide }) {
  const row = board.rows.get(one.incident);
  return html`<li class="line"><div class="line-text"><p>${row && html`<${Priority} p=${row.priority}/> `}<b>${say(one.kind_name)}</b> · ${say(one.unit_name || one.account || '')} · <${At} at=${ms(one.asked_at)}/></p>
      <p>${one.incident && html`<a href=${link('i', one.incident)}>${say(row ? row.place : one.incident)}</a> `}${say(one.reason_name || one.reason || '')} ${one.suggested && html`<em class="flag">${w('suggests', plain(unitName(one.suggested)))}</em>`}
        ${one.until && html`<em class="flag">${w('untilAsked', when(ms(one.until)))}</em>`}</p></div>
    <${Due} limit=${one.due && { clock: 'decide', start: ms(one.asked_at), due: ms(one.due) }} box="lead"/>
    ${mine(one) ? html`<button type="button" class="main" onClick=${decide}>${w('decideGrant')} / ${w('decideReject')}</button>` : html`<span class="soft-text">${w('notYours', plain(one.decider_name || ''))}</span>`}</li>`;
}

export function Returns({ pending, again }) {
  const [deciding, decide] = useState(null);
  return html`<section class="lists"><h1>${w('returns')}</h1><${Read} got=${pending}>${(list) => (list.length ? html`<ul>${list.map((one) => html`
    <${Request} key=${one.request} one=${one} decide=${() => decide(one)}/>`)}</ul>` : html`<${Empty}>${w('noRequests')}<//>`)}<//>
    ${deciding && html`<${Decide} request=${deciding} close=${() => decide(null)} done=${() => { decide(null); again(); }}/>`}</section>`;
}

/* -- call-backs ------------------------------------------------------------------------------------------ */

export function Callbacks() {
  const [calling, call] = useState(null);
  const rows = [...board.rows.values()].filter((row) => row.group === 'call').sort((a, b) => a.first - b.first);
  const begin = (number) => tried(async () => call(await get(`/v1/incidents/${encodeURIComponent(number)}`)));
  return html`<section class="lists"><h1>${w('callbacks')}</h1><p class="soft-text">${w('callbackHours')}</p>
    ${rows.length ? html`<ul>${rows.map((row) => html`<li class="line" key=${row.number}><div class="line-text"><p><${Priority} p=${row.priority}/> <b>${say(row.place || row.number)}</b></p>
      <p><a href=${link('i', row.number)}>${say(categoryName(row.category))}</a> ${row.lead && say(unitName(row.lead.unit))} · ${clockText(row.at)}</p></div>
      <${Due} limit=${row.callback_due && { clock: 'callback', due: row.callback_due }} box="lead"/><${Act} class="main" act=${() => begin(row.number)}>${w('act-b')}<//></li>`)}</ul>` : html`<${Empty}>${w('noCallbacks')}<//>`}
    ${calling && html`<${Callback} value=${calling} close=${() => call(null)} done=${() => call(null)}/>`}</section>`;
}

/* -- handover ---------------------------------------------------------------------------------------------- */

function HandForm({ done }) {
  const [account, setAccount] = useState('');
  const [text, setText, forget] = useDraft('handover');
  const [wrong, setWrong] = useState('');
  const [key, setKey] = useState(newKey);
  const send = () => (account.trim() ? tried(async () => {
    await post('/v1/handovers', { account: account.trim(), ...(text.trim() && { text: text.trim() }) }, { key });
    forget();
    setKey(newKey());
    done();
  }, w('handed')) : setWrong(w('needed')));
  return html`<div class="panel"><div class="two"><${Field} label=${w('handTo')} error=${wrong}>${(more) => html`<input ...${more} autocapitalize="none" maxlength="64" value=${account} onInput=${(e) => { setAccount(e.target.value); setWrong(''); }}/>`}<//></div>
    <${Field} label=${`${w('handNote')}(${w('optional')})`}>${(more) => html`<textarea ...${more} rows="3" maxlength="4000" value=${text} onInput=${(e) => setText(e.target.value)}></textarea>`}<//>
    <${Act} class="main" act=${send}>${w('handOver')}<//></div>`;
}

const STATES = { asked: 'askedState', signed: 'signed', rejected: 'rejected', unsigned: 'unsigned' };

/* The handover that a request asks to be signed: both name who hands over to whom, and when. */
const requestOf = (requests, hand) => requests.find((one) => one.account === hand.to && ms(one.asked_at) === ms(hand.at));

function Hand({ one, request, again }) {
  const decide = (grant, reason) => tried(async () => {
    await post(`/v1/requests/${encodeURIComponent(request.request)}/decide`, { grant, ...(reason && { reason }) }, { key: newKey() });
    again();
  }, w('decided'));
  const waits = (one.state === 'asked' || one.state === 'unsigned') && one.to === state.me.account && request;
  return html`<li class="line"><div class="line-text"><p><b>${say(one.by || '')} → ${say(one.to || '')}</b> · <${At} at=${ms(one.at)}/> · ${w(STATES[one.state] || 'askedState')}</p>
    <p>${w('handList', one.open)} ${one.text && say(one.text)}</p></div>
    ${waits && html`<${Act} class="main" act=${() => decide(true)}>${w('signHand')}<//><${Act} act=${() => decide(false, w('refuseHand'))}>${w('refuseHand')}<//>`}</li>`;
}

/* On paper: what is open, and a line for each of the two to sign. */
function HandPaper() {
  const rows = [...board.rows.values()].sort((a, b) => a.at - b.at);
  return html`<div class="print-only"><table class="hand-paper"><thead><tr>${['handNumber', 'address', 'words', 'unit'].map((name) => html`<th scope="col" key=${name}>${w(name)}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.number}><td class="num">${say(row.number)}</td><td>${say(row.place || '')}</td><td>${w(row.priority)} ${say(categoryName(row.category))} ${say(row.words || '')}</td>
      <td>${row.lead ? html`${say(unitName(row.lead.unit))} ${w(`is-${row.lead.step}`)}` : w('noLead')}</td></tr>`)}</tbody></table>
    <p class="sign-lines"><span>${w('handGives')}</span><span>${w('handTakes')}</span></p></div>`;
}

export function Handover() {
  const got = useRead(async () => {
    const [hands, asked] = await Promise.all([get('/v1/handovers', { limit: 20 }), get('/v1/requests', { kind: 'handover', limit: 50 })]);
    return { hands: hands.handovers, requests: asked.requests };
  }, [newest('shift', 'request')]);
  return html`<section class="lists"><h1>${w('handover')}</h1><p>${w('handList', board.rows.size)} <button type="button" onClick=${() => window.print()}>${w('print')}</button></p><${HandForm} done=${got.again}/><${HandPaper}/>
    <h2>${w('handPast')}</h2><${Read} got=${got}>${(value) => html`<ul>${value.hands.map((one) => html`<${Hand} key=${one.entry} one=${one} request=${requestOf(value.requests, one)} again=${got.again}/>`)}</ul>`}<//></section>`;
}

/* -- finding ------------------------------------------------------------------------------------------------ */

const NUMBER = /^[A-Za-z0-9-]{1,64}$/;
const PAGES_MOST = 5;

export function Find() {
  const [asked, set] = useState({ words: '', from: '', to: '', state: '', area: '', unit: '' });
  const [found, setFound] = useState(null);
  const put = (name) => (event) => set({ ...asked, [name]: event.target.value });
  const day = (text, add) => (text ? new Date(Date.parse(`${text}T00:00:00+08:00`) + add).toISOString().replace('Z', '+00:00') : undefined);
  /* One answer looks through a thousand incidents at most: further ones are asked for until there is something to show. */
  const read = async (before, cursor) => {
    const body = { find: asked.words.trim() || undefined, from: day(asked.from, 0), to: day(asked.to, 86400000), state: asked.state || undefined, area: asked.area || undefined, unit: asked.unit || undefined, limit: 50 };
    let list = before, next = cursor;
    for (let i = 0; i < PAGES_MOST && list.length === before.length && (next || !i); i++) {
      const page = await post('/v1/incidents/find', { ...body, cursor: next });
      list = [...list, ...page.incidents];
      next = page.next;
    }
    setFound({ list, next });
  };
  /* A number that is known is opened, however old it is. */
  const search = (event) => {
    event.preventDefault();
    const words = asked.words.trim();
    tried(async () => {
      if (NUMBER.test(words) && await get(`/v1/incidents/${encodeURIComponent(words)}`).then(() => true, (problem) => { if (problem.status !== 404) throw problem; })) go('i', words);
      else await read([]);
    });
  };
  return html`<section class="lists"><h1>${w('find')}</h1><form class="panel" onSubmit=${search}>
    <div class="three"><${Field} label=${w('findWords')}>${(more) => html`<input ...${more} type="search" name="words" maxlength="100" value=${asked.words} onInput=${put('words')} autocomplete="off"/>`}<//>
    <${Field} label=${w('findFrom')}>${(more) => html`<input ...${more} type="date" value=${asked.from} onInput=${put('from')}/>`}<//><${Field} label=${w('findTo')}>${(more) => html`<input ...${more} type="date" value=${asked.to} onInput=${put('to')}/>`}<//></div>
    <div class="three"><${Field} label=${w('findState')}>${(more) => html`<select ...${more} value=${asked.state} onChange=${put('state')}><option value="">${w('anyOne')}</option>${['open', 'completed', 'called-back', 'closed', 'cancelled'].map((one) => html`<option key=${one} value=${one}>${w(`st-${one}`)}</option>`)}</select>`}<//>
    <${Field} label=${w('area')}>${(more) => html`<select ...${more} value=${asked.area} onChange=${put('area')}><option value="">${w('anyOne')}</option>${board.areas.filter((one) => one.tile).map((one) => html`<option key=${one.area} value=${one.area}>${one.name}</option>`)}</select>`}<//>
    <${Units} label=${w('unit')} value=${asked.unit} set=${(unit) => set({ ...asked, unit })} none=${w('anyOne')}/></div>
    <button type="submit" class="main">${w('findGo')}</button></form>
    ${found && (found.list.length ? html`<p role="status">${w('found', found.list.length)}</p><ul>${found.list.map((one) => html`<li class="line" key=${one.number}><div class="line-text"><p><${Priority} p=${one.priority}/> <a href=${link('i', one.number)}><b>${say(one.address || one.area_name || one.number)}</b></a></p>
      <p>${say(one.category_name || '')} · <${At} at=${ms(one.received_at)}/> · ${say(one.state_name)} · ${say(areaName(one.area))} <span class="cut">${say(one.description || '')}</span></p></div></li>`)}</ul>
      ` : html`<${Empty}>${w(found.next ? 'noneYet' : 'noneFound')}<//>`)}${found && found.next && html`<${Act} act=${() => tried(() => read(found.list, found.next))}>${w('more')}<//>`}</section>`;
}
