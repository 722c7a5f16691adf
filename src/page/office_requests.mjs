/*
 * office_requests.mjs - requests: those that the office decides first (second returns, holds, appeals, proposed measures), then what others decide.
 */
import { html, useState } from './h.mjs';
import { get, post } from './net.mjs';
import { At, Due, Empty, Read, useRead } from './parts.mjs';
import { ms } from './time.mjs';
import { link } from './route.mjs';
import { plain, say } from './say.mjs';
import { Choice, Form, pages, readUnits, unitName, unitRows, units, wordOf } from './office_parts.mjs';
import { Changes } from './contacts.mjs';
import { w } from './words.mjs';

const STATES = ['pending', 'granted', 'rejected', 'lapsed', 'dropped'];

const chosen = { state: 'pending', unit: '' };

async function readRequests(filter) {
  const rows = [];
  for await (const page of pages('/v1/requests', { ...filter, limit: 500 })) {
    rows.push(...page.requests);
    if (rows.length >= 300) break;
  }
  if (rows.some((one) => one.kind === 'contacts')) await readProposals(rows);
  return rows;
}

/* What units propose of their contacts, beside the requests about it. */
async function readProposals(rows) {
  const proposals = (await get('/v1/contacts', { limit: 200 })).proposals;
  await readUnits();
  for (const row of rows) row.proposal = proposals.find((one) => one.request === row.request);
}

/* May the office decide it now? What lapsed may still be decided. */
const forOffice = (one) => one.decider === 'office' && (one.state === 'pending' || one.state === 'lapsed');

export function Requests({ version, done }) {
  const [filter, setFilter] = useState({ ...chosen });
  const [deciding, setDeciding] = useState(null);
  const got = useRead(() => readRequests(filter), [JSON.stringify(filter), version]);
  const put = (name) => (value) => { Object.assign(chosen, filter, { [name]: value }); setFilter({ ...chosen }); };
  const close = (was) => { setDeciding(null); if (was) { got.again(); done(); } };
  return html`<div class="office-tools"><${Choice} label=${w('o.stateOf')} value=${filter.state} rows=${STATES.map((key) => [key, w(`r-${key}`)])} set=${put('state')}/>
      <${Choice} label=${w('o.unitOf')} value=${filter.unit} rows=${unitRows()} set=${put('unit')}/></div>
    <${Read} got=${got}>${(rows) => html`<${Part} title=${w('o.mine')} rows=${rows.filter(forOffice)} none=${w('o.noneMine')} decide=${setDeciding}/>
      <${Part} title=${w('o.others')} rows=${rows.filter((one) => !forOffice(one))} none=${w('o.noneHere')}/>`}<//>
    ${deciding && html`<${Decide} one=${deciding.one} grant=${deciding.grant} close=${close}/>`}`;
}

function Part({ title, rows, none, decide }) {
  return html`<section class="part"><h2>${title} <span class="num">${rows.length}</span></h2>${rows.length ? html`<ul class="rows">${rows.map((one) => html`<${Row} key=${one.request} one=${one} decide=${decide}/>`)}</ul>` : html`<${Empty}>${none}<//>`}</section>`;
}

function Row({ one, decide }) {
  const limit = one.state === 'pending' && one.due ? { clock: 'decide', due: ms(one.due), start: ms(one.asked_at) } : null;
  return html`<li><div class="row-head"><b>${say(one.kind_name)}</b><span>${unitName(one.unit)}</span>
      ${one.finding ? html`<a class="num" href=${link('findings', one.finding)}>${one.finding}</a>` : html`<span class="num">${one.dispatch || one.incident || one.request}</span>`}
      ${one.state === 'pending' ? html`<${Due} limit=${limit}/>` : html`<span class=${`tag r-${one.state}`}>${wordOf('r', one.state, one.state_name)}</span>`}</div>
    <p>${[one.reason_name || one.reason ? say(one.reason_name || one.reason) : null, one.suggested ? w('o.suggestedIs', unitName(one.suggested)) : null, one.text ? say(one.text) : null].filter(Boolean).map((part) => html`${part} · `)}
      <span class="soft-text">${w('o.askedBy', plain(one.by))} <${At} at=${ms(one.asked_at)}/>${one.decided_by ? html` → ${plain(one.decided_by)} <${At} at=${ms(one.decided_at)}/>` : null}${!decide && one.state === 'pending' ? ` · ${plain(one.decider_name)}` : ''}</span></p>
    ${one.proposal ? html`<${Changes} one=${one.proposal} unit=${units.get(one.unit)}/>` : null}
    ${decide && html`<div class="row-buttons"><button type="button" class="main" onClick=${() => decide({ one, grant: true })}>${w('o.grant')}</button><button type="button" onClick=${() => decide({ one, grant: false })}>${w('o.reject')}</button></div>`}</li>`;
}

/* What the decision has to say depends on the kind. */
function fieldsOf(one, grant) {
  const reason = { name: 'reason', label: w('o.reason'), kind: 'text', needed: !grant };
  const document = { name: 'document', label: w('o.documentNo'), needed: grant && one.kind === 'measure' };
  if (!grant) return [reason, document];
  if (one.kind === 'return') return [{ name: 'unit', label: w('o.takeOver'), kind: 'choice', rows: unitRows(), value: one.suggested || '' }, reason, document];
  if (one.kind === 'extend' || one.kind === 'measure') return [document, { name: 'until', label: one.kind === 'measure' ? w('o.rectifyBy') : w('o.untilWhen'), kind: 'instant' }, reason];
  return [reason, document];
}

function Decide({ one, grant, close }) {
  const title = w(grant ? 'o.grantTitle' : 'o.rejectTitle', `${plain(one.kind_name)} ${unitName(one.unit)}`);
  return html`<${Form} title=${title} note=${one.kind === 'return' ? w('o.stillTheirs') : ''} fields=${fieldsOf(one, grant)} word=${w(grant ? 'o.grant' : 'o.reject')} said=${w('o.decided')} close=${close}
    send=${(body, key) => post(`/v1/requests/${encodeURIComponent(one.request)}/decide`, { ...body, grant }, { key })}/>`;
}
