/*
 * office_findings.mjs - findings and their evidence: what the system counted and how, the incident's events, the unit's appeal, and the decision.
 * A finding of the office's own house is decided elsewhere; the interface refuses it, and its sentence is shown.
 */
import { html, classes, useState } from './h.mjs';
import { get, post } from './net.mjs';
import { At, Empty, Read, useRead } from './parts.mjs';
import { ms, when } from './time.mjs';
import { go, link } from './route.mjs';
import { plain, say } from './say.mjs';
import { Choice, Form, lasted, months, pages, unitName, unitRows, wordOf } from './office_parts.mjs';
import { Photos } from './photos.mjs';
import { w } from './words.mjs';

const STATES = ['appealed', 'open', 'confirmed', 'upheld', 'void', 'lapsed'];
const CLASSES = ['acknowledge', 'arrive', 'report', 'return', 'refused', 'false-report', 'dissatisfied', 'duty'];
const OPENED_BY_HAND = ['refused', 'false-report', 'dissatisfied'];
const PAGE = 100;

const asRows = (prefix, keys) => keys.map((key) => [key, w(`${prefix}-${key}`)]);

/* The filter that is chosen, kept while the person goes to other tabs. */
const chosen = { state: '', unit: '', class: '', month: '', period: '' };

/* A number of the report was pressed: those of one unit that its period counts. */
export function findingsOfUnit(unit, period) {
  Object.assign(chosen, { state: 'counted', unit: unit || '', class: '', month: '', period: period || '' });
}

export function Findings({ rest, version }) {
  const [filter, setFilter] = useState({ ...chosen });
  const [more, setMore] = useState(1);
  const [opening, setOpening] = useState(false);
  const got = useRead(() => readPages(filter, more), [JSON.stringify(filter), more, version]);
  const put = (name) => (value) => { Object.assign(chosen, filter, { [name]: value, period: name === 'month' ? '' : filter.period }); setFilter({ ...chosen }); setMore(1); };
  return html`<div class="office-tools"><${Choice} label=${w('o.stateOf')} value=${filter.state} rows=${asRows('f', ['counted', ...STATES])} set=${put('state')}/>
      <${Choice} label=${w('o.unitOf')} value=${filter.unit} rows=${unitRows()} set=${put('unit')}/>
      <${Choice} label=${w('o.classOf')} value=${filter.class} rows=${asRows('c', CLASSES)} set=${put('class')}/>
      <${Choice} label=${w('o.monthOf')} value=${filter.month} rows=${months(15)} set=${put('month')}/>
      ${filter.period && html`<span class="tag">${filter.period} <button type="button" class="quiet" aria-label=${w('close')} onClick=${() => put('month')('')}>✕</button></span>`}
      <button type="button" onClick=${() => setOpening(true)}>${w('o.openFinding')}</button></div>
    <div class=${classes('two', rest[0] && 'picked')}><section class="list-side" aria-label=${w('o.tabFindings')}><${Read} got=${got}>${(value) => html`<${List} value=${value} picked=${rest[0]} more=${() => setMore(more + 1)}/>`}<//></section>
      <section class="evidence" aria-label=${w('o.evidence')}>${rest[0] ? html`<${Evidence} key=${rest[0]} id=${rest[0]} list=${got.value} version=${version} again=${got.again}/>` : html`<${Empty}>${w('o.pickOne')}<//>`}</section></div>
    ${opening && html`<${OpenForm} close=${(done) => { setOpening(false); if (done) got.again(); }}/>`}`;
}

/* Is this day, 2026-07-10T…, in 2026Q3, 2026-07 or 2026? '' has every day. */
export function inPeriod(day, period) {
  const quarter = /^(\d{4})Q(\d)$/.exec(period);
  if (!quarter) return String(day).startsWith(period);
  return day.slice(0, 4) === quarter[1] && Math.floor((Number(day.slice(5, 7)) - 1) / 3) + 1 === Number(quarter[2]);
}

async function readPages(filter, n) {
  const { period, ...asked } = { ...filter, state: filter.state === 'counted' ? '' : filter.state };
  const rows = [];
  let left = n;
  for await (const page of pages('/v1/findings', { ...asked, explain: 'true', limit: PAGE })) {
    rows.push(...page.findings.filter((one) => (filter.state !== 'counted' || one.state !== 'void') && inPeriod(one.day, period)));
    if (--left === 0) return { rows, next: page.next };
  }
  return { rows };
}

function List({ value, picked, more }) {
  if (!value.rows.length) return html`<${Empty}>${w('o.noneHere')}<//>`;
  return html`<ul class="pick-list">${value.rows.map((one) => html`<li key=${one.finding}><a href=${link('findings', one.finding)} aria-current=${one.finding === picked ? 'true' : undefined}>
    <span class="pick-first"><b>${wordOf('c', one.class, one.name)}</b><span class=${`tag f-${one.state}`}>${wordOf('f', one.state, one.state_name)}</span></span>
    <span class="pick-second"><span>${unitName(one.unit)}</span><span class="num">${one.dispatch || one.finding}</span>
      <span>${one.late_ms ? `${w('o.lateBy')} ${lasted(one.late_ms)}` : one.never ? w('o.neverDone') : ''}</span><${At} at=${ms(one.opened_at)}/></span></a></li>`)}</ul>
    ${value.next && html`<p class="more-line"><button type="button" onClick=${more}>${w('more')}</button></p>`}`;
}

/* -- one, with what it rests on ------------------------------------------------------------------------ */

async function readOne(id, list) {
  const there = list && list.rows.find((one) => one.finding === id);
  if (there) return there;
  for await (const page of pages('/v1/findings', { explain: 'true', limit: 500 })) { // a link that was opened: one cannot be asked for
    const one = page.findings.find((finding) => finding.finding === id);
    if (one) return one;
  }
  return null;
}

function Evidence({ id, list, version, again }) {
  const got = useRead(() => readOne(id, list), [version, list && list.rows.length]);
  const [deciding, setDeciding] = useState(null);
  return html`<${Read} got=${{ ...got, value: got.value === null ? false : got.value }}>${(one) => (one ? html`
    <header class="evidence-head"><a class="back narrow-only" href=${link('findings')}>‹ ${w('back')}</a><h2>${wordOf('c', one.class, one.name)} <span class=${`tag f-${one.state}`}>${wordOf('f', one.state, one.state_name)}</span></h2>
      <p>${unitName(one.unit)} · <span class="num">${one.finding}</span> · ${w('o.articleIs')}:${say(one.article)}</p></header>
    ${one.sentence && html`<p class="sentence">${say(one.sentence)}</p>`}
    <${Decide} one=${one} ask=${setDeciding}/>
    ${one.dispatch && html`<div class="row-buttons"><a class="button" href=${link('proof', one.dispatch)}>${w('o.printProof')}</a></div><${Limits} dispatch=${one.dispatch}/><${Pictures} dispatch=${one.dispatch}/><${Timeline} dispatch=${one.dispatch}/>`}
    ${deciding && html`<${DecideForm} one=${one} grant=${deciding === 'void'} close=${(done) => { setDeciding(null); if (done) { again(); go('findings', id); } }}/>`}` : html`<${Empty}>${w('o.noneHere')}<//>`)}<//>`;
}

function Decide({ one, ask }) {
  if (one.state !== 'appealed') return null;
  return html`<div class="row-buttons"><button type="button" class="main" onClick=${() => ask('uphold')}>${w('o.uphold')}</button><button type="button" onClick=${() => ask('void')}>${w('o.void')}</button></div>`;
}

function DecideForm({ one, grant, close }) {
  const fields = [{ name: 'reason', label: w('o.reason'), kind: 'text', needed: !grant }, { name: 'document', label: `${w('o.documentNo')}(${w('optional')})` }];
  return html`<${Form} title=${w(grant ? 'o.voidTitle' : 'o.upholdTitle')} note=${grant ? w('o.voidNote') : plain(one.sentence || '')} fields=${fields} word=${w(grant ? 'o.void' : 'o.uphold')} said=${w('o.decided')} close=${close}
    send=${(body, key) => post(`/v1/findings/${encodeURIComponent(one.finding)}/decide`, { ...body, grant }, { key })}/>`;
}

function OpenForm({ close }) {
  const fields = [{ name: 'dispatch', label: w('o.dispatchIs'), needed: true }, { name: 'class', label: w('o.classOf'), kind: 'choice', rows: asRows('c', OPENED_BY_HAND), needed: true },
    { name: 'text', label: w('o.whatHappened'), kind: 'text', most: 4000, needed: true }];
  return html`<${Form} title=${w('o.openFindingTitle')} fields=${fields} word=${w('o.openFinding')} said=${w('o.opened')} close=${close} send=${(body, key) => post('/v1/findings', body, { key })}/>`;
}

function Pictures({ dispatch }) {
  const got = useRead(() => get(`/v1/dispatches/${encodeURIComponent(dispatch)}`), [dispatch]);
  return got.value && got.value.photos ? html`<h3>${w('photos')}</h3><${Photos} dispatch=${got.value}/>` : null;
}

/* Every limit of the dispatch, as a sentence each. */
export function Limits({ dispatch }) {
  const got = useRead(() => get(`/v1/dispatches/${encodeURIComponent(dispatch)}/deadlines`, { explain: 'true' }), [dispatch]);
  return html`<h3>${w('o.howCounted')}</h3><${Read} got=${got}>${(value) => html`<ol class="sentences">${value.clocks.map((clock) => html`<li key=${clock.clock} class=${clock.late ? 'is-late' : ''}>${say(clock.sentence)}</li>`)}</ol>`}<//>`;
}

/* -- what happened ---------------------------------------------------------------------------------- */

const incidentOf = (dispatch) => dispatch.replace(/-\d{2,3}$/, '');

async function readEvents(dispatch) {
  const all = [];
  for (let after = 0; ;) {
    const page = await get('/v1/events', { number: incidentOf(dispatch), after, limit: 500 });
    all.push(...page.events);
    if (!page.more) return all.filter((event) => (!event.dispatch || event.dispatch === dispatch) && event.type !== 'personal.read');
    after = page.seq;
  }
}

function Timeline({ dispatch }) {
  const got = useRead(() => readEvents(dispatch), [dispatch]);
  return html`<h3>${w('o.timeline')}</h3><${Read} got=${got}>${(events) => html`<ol class="timeline">${events.map((event) => html`<li key=${event.seq}><time class="num">${when(ms(event.at))}</time>
    <span>${eventWords(event)}</span><span class="soft-text">${plain(event.by === 'system' ? '' : event.by || '')}</span></li>`)}</ol>`}<//>`;
}

/* An event as words: what it is, and of which limit. */
export function eventWords(event) {
  const data = event.data || {};
  const parts = [wordOf('e', event.type, event.type)];
  if (data.clock) parts.push(wordOf('clock', data.clock));
  if (data.recipients) parts.push(data.recipients.map((one) => plain(one.phone || wordOf('role', one.role, one.role || ''))).filter(Boolean).join(' '));
  return parts.filter(Boolean).join(' · ');
}
