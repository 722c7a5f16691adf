/*
 * phone_lists.mjs - what the unit has done in the last thirty days, and its own findings, which it confirms or appeals against.
 */
import { html, useState } from './h.mjs';
import { get, post, newKey } from './net.mjs';
import { Dialog } from './dialog.mjs';
import { Act, At, Empty, Field, Priority, Read, Steps, tried, useDraft, useRead } from './parts.mjs';
import { ms, now, rfc, when } from './time.mjs';
import { say } from './say.mjs';
import { w } from './words.mjs';

const DONE_MS = 30 * 86400000;

export function Done() {
  const got = useRead(() => get('/v1/dispatches', { state: 'completed', from: rfc(now() - DONE_MS) }));
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

export function Findings() {
  const [asked, ask] = useState(null);
  const got = useRead(() => get('/v1/findings', { explain: 'true', limit: 50 }));
  const done = () => { ask(null); got.again(); };
  return html`<h1 class="list-title">${w('findings')}</h1><${Read} got=${got}>${(value) => (value.findings.length ? html`<ul class="cards">${value.findings.map((one) => html`
    <${Finding} key=${one.finding} one=${one} appeal=${() => ask(one)}/>`)}</ul>` : html`<${Empty}>${w('noFindings')}<//>`)}<//>
    ${asked && html`<${AppealForm} finding=${asked} close=${() => ask(null)} done=${done}/>`}`;
}
