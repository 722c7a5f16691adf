/*
 * phone_lists.mjs - what the unit has done in the last thirty days, and its own findings, which it confirms or appeals against.
 */
import { html, useState } from './h.mjs';
import { get, post, newKey } from './net.mjs';
import { newest } from './live.mjs';
import { Dialog } from './dialog.mjs';
import { Act, At, Empty, Field, Priority, Read, Steps, tried, useDraft, useRead } from './parts.mjs';
import { ms, now, rfc, when } from './time.mjs';
import { say } from './say.mjs';
import { w } from './words.mjs';

const DONE_MS = 30 * 86400000;

export function Done() {
  const got = useRead(() => get('/v1/dispatches', { state: 'completed', from: rfc(now() - DONE_MS) }), [newest('dispatch')]);
  return html`<h1 class="list-title">${w('doneList')}</h1><${Read} got=${got}>${(value) => (value.dispatches.length ? html`<ul class="cards">${value.dispatches.map((one) => {
    const m = one.matter || {};
    return html`<li class="card card-body" key=${one.dispatch}><h2>${say(m.address || m.area_name || one.dispatch)}</h2>
      <p class="card-kind"><${Priority} p=${m.priority}/> ${w(one.role)} · ${say(m.category_name || '')} · <${At} at=${ms(one.completed_at)}/></p>
      <${Steps} dispatch=${one}/>${one.result && html`<p class="card-words">${say(one.result)}</p>`}</li>`;
  })}</ul>` : html`<${Empty}>${w('noneDone')}<//>`)}<//>`;
}

/* -- findings ------------------------------------------------------------------------------------ */

function AppealForm({ finding, close, done }) {
  const [text, setText, forget] = useDraft(`appeal-${finding.finding}`);
  const [wrong, setWrong] = useState('');
  const [key] = useState(newKey);
  const submit = () => (text.trim() ? tried(async () => {
    await post(`/v1/findings/${encodeURIComponent(finding.finding)}/appeal`, { text: text.trim() }, { key });
    forget();
    done();
  }, w('appealed')) : setWrong(w('reasonNeeded')));
  return html`<${Dialog} title=${w('appeal')} close=${close} kind="sheet">
    <${Field} label=${w('whyReturn')} error=${wrong}>${(more) => html`<textarea ...${more} rows="4" maxlength="4000" value=${text} onInput=${(e) => { setText(e.target.value); setWrong(''); }}></textarea>`}<//>
    <${Act} class="main big" act=${submit}>${w('appeal')}<//><//>`;
}

function Finding({ one, appeal }) {
  return html`<li class="card card-body"><h2>${say(one.name)}</h2>
    <p class="card-kind">${say(one.state_name)} · ${w('dispatchNo')} <span class="num">${one.dispatch}</span></p>
    ${one.sentence && html`<p class="card-words">${say(one.sentence)}</p>`}
    ${one.state === 'open' && ms(one.appeal_until) > now() && html`<div class="row-buttons"><button type="button" onClick=${appeal}>${w('appeal')}</button><span class="soft-text">${w('appealUntil', when(ms(one.appeal_until)))}</span></div>`}</li>`;
}

/* Months that are over and have findings without an answer: [month, how many], the oldest first. */
async function readMonths() {
  const open = (await get('/v1/findings', { state: 'open', limit: 500 })).findings;
  const said = (await get('/v1/statements', { limit: 12 })).statements;
  const months = new Map();
  for (const one of open) {
    const month = one.day.slice(0, 7);
    if (month < rfc(now()).slice(0, 7)) months.set(month, (months.get(month) || 0) + 1);
  }
  return { open: [...months].sort(), said };
}

/* All of a month; what one request leaves over is confirmed by the next. */
async function confirmMonth(month) {
  for (let left = true; left;) left = (await post('/v1/statements', { month }, { key: newKey() })).entry.more;
}

function ConfirmForm({ month, n, close, done }) {
  const submit = () => tried(async () => { await confirmMonth(month); done(); }, w('monthDone', month));
  return html`<${Dialog} title=${w('confirmMonth', month)} close=${close} kind="sheet"><p class="strip soft">${w('confirmNote', n)}</p>
    <${Act} class="main big" act=${submit}>${w('confirmAll', n)}<//><//>`;
}

/* 月度确认: what is to be confirmed, and what was. */
function Months({ version, done }) {
  const [asked, ask] = useState(null);
  const got = useRead(readMonths, [version, newest('finding', 'statement')]);
  if (!got.value) return null;
  return html`${got.value.open.map(([month, n]) => html`<section class="card card-body" key=${month}><h2>${w('monthOpen', month, n)}</h2>
      <div class="row-buttons"><button type="button" onClick=${() => ask([month, n])}>${w('confirmMonth', month)}</button></div></section>`)}
    ${got.value.said.map((one) => html`<p class="card-kind" key=${one.entry}>${w('monthSaid', one.name, one.confirmed || 0)} · <${At} at=${ms(one.at)}/></p>`)}
    ${asked && html`<${ConfirmForm} month=${asked[0]} n=${asked[1]} close=${() => ask(null)} done=${() => { ask(null); got.again(); done(); }}/>`}`;
}

export function Findings() {
  const [asked, ask] = useState(null);
  const [version, setVersion] = useState(0);
  const got = useRead(() => get('/v1/findings', { explain: 'true', limit: 50 }), [newest('finding')]);
  const done = () => { ask(null); got.again(); setVersion(version + 1); };
  return html`<h1 class="list-title">${w('findings')}</h1><${Months} version=${version} done=${got.again}/><${Read} got=${got}>${(value) => (value.findings.length ? html`<ul class="cards">${value.findings.map((one) => html`
    <${Finding} key=${one.finding} one=${one} appeal=${() => ask(one)}/>`)}</ul>` : html`<${Empty}>${w('noFindings')}<//>`)}<//>
    ${asked && html`<${AppealForm} finding=${asked} close=${() => ask(null)} done=${done}/>`}`;
}
