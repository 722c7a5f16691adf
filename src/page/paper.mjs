/*
 * paper.mjs - what the office prints on A4: the proof of limits, an order, a circular. On the screen it is shown as the paper will be; the browser prints it.
 */
import { html } from './h.mjs';
import { get } from './net.mjs';
import { state } from './store.mjs';
import { Empty, Read, Steps, useRead } from './parts.mjs';
import { dateText, ms, now, rfc, when } from './time.mjs';
import { link } from './route.mjs';
import { plain, say } from './say.mjs';
import { findingsOf } from './office_measures.mjs';
import { PhotoList } from './photos.mjs';
import { pages, unitName, wordOf } from './office_parts.mjs';
import { w } from './words.mjs';

function Paper({ title, back, children, revision, seq }) {
  return html`<div class="paper-tools no-print"><a class="back" href=${back}>‹ ${w('o.backToPage')}</a><button type="button" class="main" onClick=${() => window.print()}>${w('print')}</button></div>
    <article class="paper" aria-label=${title}><h1>${title}</h1>${children}
      <footer><p class="sign-line">${w('o.signOffice')}</p><p>${dateText(now(), true)}</p><p class="small">${w('o.proofFoot', plain(revision || ''), seq || state.seq, rfc(now()).slice(0, 16).replace('T', ' '))}</p></footer></article>`;
}

/* 时限凭证: a dispatch's steps, and a sentence for each limit: rule, article, kind of time, what was counted. */
export function Proof({ dispatch }) {
  const path = `/v1/dispatches/${encodeURIComponent(dispatch)}`;
  const got = useRead(async () => ({ one: await get(path), limits: await get(`${path}/deadlines`, { explain: 'true' }) }), [dispatch]);
  return html`<${Read} got=${got}>${({ one, limits }) => html`<${Paper} title=${w('o.proofTitle')} back=${link('findings')} revision=${one.revision} seq=${one.seq}>
    <p>${w('o.dispatchIs')} <b class="num">${one.dispatch}</b> · ${say(one.unit_name)} · ${w(one.role)}</p><p>${say((one.matter || {}).category_name || '')} · ${w('e-dispatch.issued')} <span class="num">${when(ms(one.issued_at))}</span></p>
    <${Steps} dispatch=${one}/>
    <ol class="sentences">${limits.clocks.map((clock) => html`<li key=${clock.clock} class=${clock.late ? 'is-late' : ''}>${say(clock.sentence)}</li>`)}</ol><${PhotoList} dispatch=${one}/><//>`}<//>`;
}

async function readMeasure(document) {
  for await (const page of pages('/v1/measures', { limit: 500 })) {
    const one = page.measures.find((measure) => measure.document === document);
    if (one) return { one, findings: await readFindings(one) };
  }
  return { one: null };
}

async function readFindings(measure) {
  const wanted = new Set(findingsOf(measure)), found = [];
  for await (const page of pages('/v1/findings', { unit: measure.unit, explain: 'true', limit: 500 })) {
    found.push(...page.findings.filter((one) => wanted.has(one.finding)));
    if (found.length === wanted.size) break;
  }
  return found;
}

/* 督办单 and 通报: to whom, what it rests on, until when it is put right. */
export function MeasurePaper({ document, circular }) {
  const got = useRead(() => readMeasure(document), [document]);
  return html`<${Read} got=${got}>${({ one, findings }) => (one ? html`<${Paper} title=${w(circular ? 'o.circularTitle' : 'o.orderTitle')} back=${link('measures')} revision=${(findings[0] || {}).revision}>
    <p class="right num">${say(one.document)}</p><p>${w('o.toUnit', plain(one.unit_name))}</p><p class="indent">${circular ? w('o.circularText') : w('o.orderText', one.until ? dateText(ms(one.until), true) : '____')}</p>
    ${one.text && html`<p class="indent">${say(one.text)}</p>`}
    <table><thead><tr><th scope="col">${w('o.onFindings')}</th><th scope="col">${w('o.classOf')}</th><th scope="col">${w('o.evidence')}</th></tr></thead><tbody>${findings.map((finding) => html`<tr key=${finding.finding}><td class="num">${finding.finding}</td><td>${wordOf('c', finding.class, finding.name)}</td><td>${say(finding.sentence || '')}</td></tr>`)}</tbody></table>
    <p>${unitName(one.unit)} · ${w('o.onItself', findings.length)}</p><//>` : html`<${Empty}>${w('o.noneHere')}<//>`)}<//>`;
}
