/*
 * office_measures.mjs - orders, circulated criticism and referrals that were proposed, taken and settled, and what joint meetings left to do.
 */
import { html, useState } from './h.mjs';
import { get, post } from './net.mjs';
import { At, Empty, Read, useRead } from './parts.mjs';
import { ms } from './time.mjs';
import { link } from './route.mjs';
import { say } from './say.mjs';
import { Form, unitName, unitRows, wordOf } from './office_parts.mjs';
import { w } from './words.mjs';

const KINDS = ['order', 'circulated-criticism', 'referral'];

/* The interface gives them as a text with commas, or as an array. */
export const findingsOf = (one) => (Array.isArray(one.findings) ? one.findings : String(one.findings || '').split(',').filter(Boolean));

export function Measures({ version }) {
  const [form, setForm] = useState(null);
  const got = useRead(() => get('/v1/measures', { limit: 500 }), [version]);
  const close = (done) => { setForm(null); if (done) got.again(); };
  return html`<div class="office-tools"><button type="button" class="main" onClick=${() => setForm({ kind: 'record' })}>${w('o.recordMeasure')}</button></div>
    <${Read} got=${got}>${(value) => (value.measures.length ? html`<ul class="rows">${value.measures.map((one) => html`<${Row} key=${one.entry} one=${one} settle=${() => setForm({ kind: 'settle', one })}/>`)}</ul>` : html`<${Empty}>${w('o.noneHere')}<//>`)}<//>
    <${Meetings} version=${version}/>
    ${form && form.kind === 'record' && html`<${Record} close=${close}/>`}${form && form.kind === 'settle' && html`<${Settle} one=${form.one} close=${close}/>`}`;
}

function Row({ one, settle }) {
  const taken = one.state === 'recorded' || one.state === 'settled', findings = findingsOf(one);
  return html`<li><div class="row-head"><b>${wordOf('m', one.measure)}</b><span>${unitName(one.unit)}</span><span class="num">${say(one.document || '')}</span><span class=${`tag m-${one.state}`}>${wordOf('m', one.state)}</span></div>
    <p>${say(one.text || '')}<span class="soft-text"> <${At} at=${ms(one.at)}/>${one.until ? html` · ${w('o.rectifyBy')} <${At} at=${ms(one.until)}/>` : null} · ${w('o.onItself', one.count || findings.length)}
      ${findings.slice(0, 8).map((id) => html` <a class="num" href=${link('findings', id)}>${id}</a>`)}${findings.length > 8 ? ' …' : ''}</span></p>
    ${one.reply && html`<p>${say(one.reply)}</p>`}
    ${one.state === 'proposed' && html`<p><a href=${link('returns2')}>${w('o.tabRequests')} ›</a></p>`}
    ${taken && html`<div class="row-buttons">${one.measure !== 'referral' && html`<a class="button" href=${link(one.measure === 'order' ? 'order' : 'circular', one.document)}>${w(one.measure === 'order' ? 'o.printOrder' : 'o.printCircular')}</a>`}
      ${one.state === 'recorded' && html`<button type="button" onClick=${settle}>${w('o.settle')}</button>`}</div>`}</li>`;
}

function Record({ close }) {
  const [unit, setUnit] = useState('');
  const got = useRead(() => (unit ? get('/v1/findings', { unit, limit: 200 }) : Promise.resolve({ findings: [] })), [unit]);
  const open = ((got.value && got.value.findings) || []).filter((one) => one.state !== 'void');
  const fields = [{ name: 'unit', label: w('o.unitOf'), kind: 'choice', rows: unitRows(), needed: true, changed: setUnit }, { name: 'measure', label: w('o.kindOf'), kind: 'choice', rows: KINDS.map((key) => [key, w(`m-${key}`)]), needed: true },
    { name: 'document', label: w('o.documentNo'), needed: true }, { name: 'text', label: w('o.contentOf'), kind: 'text', most: 4000 }, { name: 'until', label: w('o.rectifyBy'), kind: 'instant' },
    { name: 'findings', label: w('o.onFindings'), kind: 'many', rows: open.map((one) => [one.finding, `${one.finding} ${wordOf('c', one.class, one.name)} ${wordOf('f', one.state, one.state_name)}`]) }];
  return html`<${Form} title=${w('o.recordMeasure')} fields=${fields} word=${w('o.recordMeasure')} said=${w('o.recorded')} close=${close} send=${(body, key) => post('/v1/measures', body, { key })}/>`;
}

function Settle({ one, close }) {
  return html`<${Form} title=${w('o.settleTitle', one.document)} fields=${[{ name: 'text', label: w('o.settleText'), kind: 'text', most: 4000, needed: true }]} word=${w('o.settle')} said=${w('o.settled')} close=${close}
    send=${(body, key) => post('/v1/measures/settle', { ...body, document: one.document }, { key })}/>`;
}

function Meetings({ version }) {
  const got = useRead(() => get('/v1/meetings', { limit: 200 }), [version]);
  return html`<section class="part"><h2>${w('o.meetings')}</h2><${Read} got=${got}>${(value) => {
    const items = value.meetings.filter((one) => one.item !== undefined);
    return items.length ? html`<ul class="rows">${items.map((one) => html`<li key=${one.entry}><div class="row-head"><b class="num">${say(one.name)}</b><span>${unitName(one.unit)}</span><span class="tag">${w(one.state === 'done' ? 'o.itemDone' : 'o.itemOpen')}</span></div>
      <p>${say(one.text || '')}<span class="soft-text"> ${w('o.rectifyBy')} <${At} at=${ms(one.until)}/></span></p></li>`)}</ul>` : html`<${Empty}>${w('o.noMeetings')}<//>`;
  }}<//></section>`;
}
