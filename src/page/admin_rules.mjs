/*
 * admin_rules.mjs - the rules as text: edited, checked with errors at their line, compared with what has happened, explained, brought into force
 * and rolled back. Activating is shut until check, cases and comparison have run on these very bytes.
 */
import { html, classes, useEffect, useRef, useState } from './h.mjs';
import { get, post } from './net.mjs';
import { notice } from './store.mjs';
import { Dialog } from './dialog.mjs';
import { Act, At, Field, Read, tried, useRead } from './parts.mjs';
import { ms } from './time.mjs';
import { plain, say } from './say.mjs';
import { Form } from './office_parts.mjs';
import { activate, changedNames, check, compare, draft, dropAll, edit, mayActivate, seal, textOf, theirs, uponNew } from './admin_draft.mjs';
import { w } from './words.mjs';

const LINE_PX = 20;

export function Rules({ rest, version }) {
  const name = rest[0] || 'routing.yaml';
  const [at, setAt] = useState(Number(rest[1]) || 0);
  const [open, setOpen] = useState(null);
  useEffect(() => setAt(Number(rest[1]) || 0), [rest[0], rest[1]]);
  const jump = (problem) => { location.hash = `#/rules/${encodeURIComponent(problem.file)}/${problem.line || 1}`; setAt(problem.line || 1); };
  return html`<div class="office-tools"><label class="choice"><span>${w('a.file')}</span><select value=${name} onChange=${(e) => { location.hash = `#/rules/${encodeURIComponent(e.target.value)}`; }}>
      ${[...new Set([...draft.names, 'routing-tests.yaml', 'notices.yaml', 'exchange.yaml'])].map((one) => html`<option value=${one} selected=${one === name}>${one}${draft.edited[one] === undefined ? '' : ` · ${w('a.edited')}`}</option>`)}</select></label>
      <${Act} act=${() => tried(check)}>${w('a.check')}<//><${Act} act=${() => tried(compare)}>${w('a.compare')}<//><button type="button" onClick=${() => setOpen('explain')}>${w('a.explain')}</button>
      <button type="button" class="main" disabled=${!mayActivate()} aria-describedby="why-shut" onClick=${() => setOpen('activate')}>${w('a.activate')}</button>
      ${changedNames().length ? html`<button type="button" onClick=${() => setOpen('drop')}>${w('a.drop')}</button>` : null}<button type="button" onClick=${() => setOpen('revisions')}>${w('a.revisions')}</button>
      <span class="tag num">${w('a.inForce', draft.inForce || '')}</span></div>
    <p id="why-shut" class="soft-text">${!changedNames().length || mayActivate() ? '' : w('a.mustCheck')} ${draft.check && draft.checkedOf === seal() && draft.check.revision ? w('a.checked', draft.check.revision) : ''}</p>
    <div class=${classes('rules', !draft.check && !draft.diff && 'alone')}><${Editor} key=${name} name=${name} at=${at}/><div class="results"><${Problems} jump=${jump}/><${Comparison}/></div></div>
    <${Over} open=${open} close=${() => setOpen(null)} version=${version}/>`;
}

/* -- the text ---------------------------------------------------------------------------------------- */

function Editor({ name, at }) {
  const got = useRead(() => textOf(name), [name, draft.revision]);
  return html`<${Read} got=${got.problem && got.problem.status === 404 ? { value: '' } : got}>${(text) => html`<${TextArea} name=${name} first=${draft.edited[name] === undefined ? text : draft.edited[name]} at=${at}/>`}<//>`;
}

/* Line numbers, with what is wrong there, beside a text area that scrolls with them. */
function TextArea({ name, first, at }) {
  const area = useRef(null), gutter = useRef(null);
  const text = draft.edited[name] === undefined ? first : draft.edited[name];
  const lines = text.split('\n').length;
  const problems = draft.check && draft.checkedOf === seal() ? draft.check.problems.filter((one) => one.file === name && one.line) : [];
  const wrong = new Map(problems.map((one) => [one.line, one]));
  useEffect(() => { if (at && area.current) select(area.current, text, at); }, [at, name]);
  const scroll = () => { gutter.current.scrollTop = area.current.scrollTop; };
  return html`<div class="editor"><div class="gutter num" ref=${gutter} aria-hidden="true">${Array.from({ length: lines }, (_, i) => html`<i class=${wrong.has(i + 1) ? wrong.get(i + 1).kind : ''}>${i + 1}</i>`)}</div>
    <textarea ref=${area} aria-label=${w('a.text', name)} spellcheck=${false} wrap="off" value=${text} onScroll=${scroll} onInput=${(e) => edit(name, e.target.value)}></textarea></div>`;
}

function select(area, text, line) {
  const before = text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  const end = text.indexOf('\n', before);
  area.focus();
  area.setSelectionRange(before, end < 0 ? text.length : end);
  area.scrollTop = Math.max(0, (line - 5) * LINE_PX);
}

function Problems({ jump }) {
  if (!draft.check) return null;
  const c = draft.check, old = draft.checkedOf !== seal();
  return html`<section class=${classes('problems', old && 'old')} aria-label=${w('a.check')}><h2>${c.errors ? w('a.errors', c.errors) : w('a.fine')} · ${w('a.warnings', c.warnings)}${c.tests ? ` · ${w('a.testsRun', c.tests)}` : ''}</h2>
    <ul class="rows">${c.problems.slice(0, 200).map((one) => html`<li class=${one.kind} key=${`${one.file}:${one.line}:${one.code}:${one.text}`}><button type="button" class="quiet link" onClick=${() => jump(one)}>${plain(one.file)}${one.line ? ` ${w('a.goLine', one.line)}` : ''}</button>
      <p>${say(one.text)}</p>${one.do && html`<p class="soft-text">${say(one.do)}</p>`}</li>`)}</ul></section>`;
}

function Comparison() {
  const d = draft.diff;
  if (!d) return null;
  return html`<section class=${classes('comparison', draft.comparedOf !== seal() && 'old')} aria-label=${w('a.compare')}><h2>${w('a.moved', d.moved, d.incidents)}</h2><p>${w('a.leadMoved', d.lead)}${d.contacts_only ? ` · ${w('a.contactsOnly')}` : ''}</p>
    ${d.approval && d.approval.needed && html`<p class="strip soft">${w('a.second', plain((d.approval.why || []).join(';')))}</p>`}
    ${d.p1.length ? html`<h3>${w('a.p1')}</h3><ul class="lines">${d.p1.map((one) => html`<li>${say(one.name)} ${say(one.zone || '')} <span>${say(one.before || '—')} → ${say(one.after || '—')}</span></li>`)}</ul>` : null}
    ${d.rules.length ? html`<h3>${w('a.byRule')}</h3><ul class="lines">${d.rules.slice(0, 20).map((one) => html`<li><span>${say(one.from)} → ${say(one.to)}<small>${w('a.examples')} ${plain((one.examples || []).slice(0, 3).join(' '))}</small></span><b class="num">${one.moved}</b></li>`)}</ul>` : null}
    ${d.units.length ? html`<h3>${w('a.byUnit')}</h3><ul class="lines">${d.units.slice(0, 20).map((one) => html`<li><span>${say(one.name)}</span><span class="num">${w('a.lost')} ${one.lost} · ${w('a.gained')} ${one.gained}</span></li>`)}</ul>` : null}</section>`;
}

/* -- what stands over it ------------------------------------------------------------------------------- */

function Over({ open, close, version }) {
  const [conflict, setConflict] = useState(null);
  if (conflict) return html`<${Conflict} theirs=${conflict} close=${() => { setConflict(null); close(); }}/>`;
  if (open === 'activate') return html`<${Activate} close=${close} conflict=${setConflict}/>`;
  if (open === 'explain') return html`<${Explain} close=${close}/>`;
  if (open === 'revisions') return html`<${Revisions} close=${close} version=${version}/>`;
  if (open === 'drop') return html`<${Dialog} title=${w('a.dropSure')} close=${close}><div class="row-buttons"><${Act} class="danger" act=${() => tried(async () => { await dropAll(); close(); })}>${w('a.drop')}<//><button type="button" onClick=${close}>${w('cancel')}</button></div><//>`;
  return null;
}

function Activate({ close, conflict }) {
  const send = async ({ why }) => {
    try {
      const answer = await activate(why);
      notice(w(answer.approval || answer.waiting ? 'a.proposed' : 'a.activated'));
    } catch (problem) {
      if (problem.status !== 412) throw problem;
      conflict(await theirs());
    }
  };
  return html`<${Form} title=${w('a.activate')} fields=${[{ name: 'why', label: w('a.why'), kind: 'text', needed: true }]} word=${w('a.activate')} close=${close} send=${send}/>`;
}

/* Another revision came into force: both texts, and nothing is overwritten. */
function Conflict({ theirs: now, close }) {
  return html`<${Dialog} title=${w('a.changedTitle')} close=${close} kind="wide-dialog"><p>${w('a.changedNote')}</p>${changedNames().map((name) => html`<div class="both" key=${name}><h3>${name}</h3>
      <${Field} label=${w('a.theirs')}>${(more) => html`<textarea ...${more} readonly rows="10" wrap="off" value=${now.files[name]}></textarea>`}<//><${Field} label=${w('a.yours')}>${(more) => html`<textarea ...${more} readonly rows="10" wrap="off" value=${draft.edited[name]}></textarea>`}<//></div>`)}
    <div class="row-buttons"><${Act} class="main" act=${async () => { await uponNew(now.revision); close(); }}>${w('a.onTop')}<//><${Act} act=${async () => { await dropAll(); close(); }}>${w('a.takeTheirs')}<//></div><//>`;
}

function Explain({ close }) {
  const [text, setText] = useState('');
  const [area, setArea] = useState('');
  const [got, setGot] = useState(null);
  const areas = useRead(() => get('/v1/areas'));
  const go = () => tried(async () => setGot(await post('/v1/routing/explain', { description: text.trim(), area: area || undefined })));
  return html`<${Dialog} title=${w('a.explain')} close=${close} kind="wide-dialog"><p class="soft-text">${w('a.explainNote')}</p>
    <${Field} label=${w('a.explainText')}>${(more) => html`<textarea ...${more} rows="3" maxlength="2000" value=${text} onInput=${(e) => setText(e.target.value)}></textarea>`}<//>
    <${Field} label=${w('a.explainArea')}>${(more) => html`<select ...${more} value=${area} onChange=${(e) => setArea(e.target.value)}><option value="">—</option>${((areas.value || {}).areas || []).map((one) => html`<option value=${one.area}>${plain(one.name)}</option>`)}</select>`}<//>
    <${Act} class="main" disabled=${!text.trim()} act=${go}>${w('a.explainGo')}<//>${got && html`<${Answer} got=${got}/>`}<//>`;
}

function Answer({ got }) {
  const matched = (got.rules || []).filter((rule) => rule.matched);
  const names = (list) => (list || []).map((one) => plain(one.unit_name || one.name || one.unit || one)).join('、');
  return html`<div class="answer"><p><b>${say(got.category_name || got.category || '')}</b> · ${w(got.priority || 'P3')} · ${w('lead')} <b>${say(got.lead_name || names(got.lead ? [got.lead] : []) || '—')}</b>${got.assist && got.assist.length ? html` · ${w('assist')} ${names(got.assist)}` : null}</p>
    ${got.because && html`<p>${say(got.because)}</p>`}<h3>${w('a.matched')}</h3>${matched.length ? html`<ul class="lines">${matched.map((rule) => html`<li><a href=${`#/rules/routing.yaml/${rule.line}`}>${say(rule.rule)}</a><span class="num">${rule.line}</span></li>`)}</ul>` : html`<p>${w('a.noMatch')}</p>`}</div>`;
}

function Revisions({ close, version }) {
  const got = useRead(() => get('/v1/routing/revisions', { limit: 50 }), [version]);
  const [form, setForm] = useState(null);
  const done = (was) => { setForm(null); if (was) { got.again(); dropAll(); } };
  if (form && form.back) return html`<${Form} title=${w('a.rollbackTitle', form.back)} danger fields=${[{ name: 'why', label: w('a.why'), kind: 'text', needed: true }]} word=${w('a.rollback')} said=${(answer) => w(answer.pending ? 'a.waiting' : 'a.rolledBack')} close=${done} send=${(body, key) => post('/v1/routing/rollback', { ...body, revision: form.back }, { key })}/>`;
  if (form) return html`<${Form} title=${w('a.approveTitle', form.approve)} fields=${[{ name: 'why', label: w('a.why'), kind: 'text' }]} word=${w('a.approve')} said=${w('a.approved')} close=${done} send=${(body, key) => post('/v1/routing/approve', { ...body, revision: form.approve }, { key })}/>`;
  return html`<${Dialog} title=${w('a.revisions')} close=${close} kind="wide-dialog"><${Read} got=${got}>${(value) => html`
    ${value.waiting.length ? html`<h3>${w('a.waiting')}</h3><ul class="lines">${value.waiting.map((one) => html`<li><span><b class="num">${one.name}</b> ${say(one.why || '')}<small>${w('a.proposedBy', plain(one.by))}${one.of === undefined ? null : html` · ${w('a.moved', one.moved, one.of)}`}</small></span><button type="button" onClick=${() => setForm({ approve: one.name })}>${w('a.approve')}</button></li>`)}</ul>` : null}
    <ul class="lines">${value.revisions.map((one) => html`<li key=${`${one.revision} ${one.at}`}><span><b class="num">${one.revision}</b> ${say(one.why || '')}<small>${plain(one.by)} · <${At} at=${ms(one.at)}/></small></span>
      ${one.revision === value.in_force ? html`<span class="tag">${w('a.activated')}</span>` : html`<button type="button" onClick=${() => setForm({ back: one.revision })}>${w('a.rollback')}</button>`}</li>`)}</ul>`}<//><//>`;
}
