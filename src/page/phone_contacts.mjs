/*
 * phone_contacts.mjs - who is called for the unit, and the change of that which it proposes to the office. What is typed is kept for the
 * session until it was sent.
 */
import { html, useState } from './h.mjs';
import { state } from './store.mjs';
import { get, newKey, post } from './net.mjs';
import { newest } from './live.mjs';
import { Dialog } from './dialog.mjs';
import { Act, Field, Phone, Read, tried, useDraft, useRead } from './parts.mjs';
import { ms, when } from './time.mjs';
import { plain, say } from './say.mjs';
import { Changes, MEMBERS, WHO, memberName, said } from './contacts.mjs';
import { w } from './words.mjs';

const own = () => (state.me.unit || '').split(',').filter(Boolean);

async function read() {
  const proposals = (await get('/v1/contacts', { limit: 50 })).proposals;
  const units = await Promise.all(own().map((unit) => get(`/v1/units/${encodeURIComponent(unit)}`)));
  return units.map((unit) => ({ unit, last: proposals.find((one) => one.unit === unit.unit) }));
}

/* The members that are another than now, as the interface takes them. */
function changed(unit, values) {
  const contacts = {};
  for (const who of WHO)
    for (const member of MEMBERS) {
      const value = values[`${who}.${member}`];
      if (value !== undefined && value.trim() && value.trim() !== said(unit, who, member)) contacts[who] = { ...contacts[who], [member]: value.trim() };
    }
  return contacts;
}

function Form({ unit, close, done }) {
  const [kept, keep, forget] = useDraft(`contacts-${unit.unit}`);
  const [wrong, setWrong] = useState({});
  const [key, setKey] = useState(newKey);
  const values = JSON.parse(kept || '{}');
  const put = (name) => (e) => { keep(JSON.stringify({ ...values, [name]: e.target.value })); setWrong({}); setKey(newKey()); };
  const submit = () => tried(async () => {
    const contacts = changed(unit, values);
    if (!Object.keys(contacts).length) { setWrong({ contacts: w('c.same') }); return; }
    try {
      await post(`/v1/units/${encodeURIComponent(unit.unit)}/contacts`, { contacts, ...(values.why && values.why.trim() && { why: values.why.trim() }) }, { key });
    } catch (problem) {
      if (problem.status !== 422 || !problem.field) throw problem;
      setWrong({ [problem.field]: plain(problem.detail) });
      return;
    }
    forget();
    done();
  });
  const field = (who, member) => html`<${Field} key=${who + member} label=${memberName(who, member)} hint=${who === 'duty' && member === 'phone' ? w('c.phoneHint') : ''} error=${wrong[`contacts.${who}.${member}`]}>${(more) => html`
    <input ...${more} value=${values[`${who}.${member}`] === undefined ? said(unit, who, member) : values[`${who}.${member}`]} maxlength="100" inputmode=${member === 'phone' ? 'tel' : undefined} autocomplete="off" onInput=${put(`${who}.${member}`)}/>`}<//>`;
  return html`<${Dialog} title=${w('c.change')} close=${close} kind="sheet"><p class="strip soft">${w('c.note')}</p>
    ${WHO.map((who) => MEMBERS.map((member) => field(who, member)))}
    <${Field} label=${w('c.why')} error=${wrong.contacts || wrong.why}>${(more) => html`<input ...${more} value=${values.why || ''} maxlength="500" onInput=${put('why')}/>`}<//>
    <${Act} class="main big" act=${submit}>${w('c.send')}<//><//>`;
}

function Last({ one, unit, again }) {
  const at = when(ms(one.at));
  const back = () => tried(async () => { await post(`/v1/requests/${encodeURIComponent(one.request)}/drop`, {}, { key: newKey() }); again(); }, w('c.tookBack'));
  if (one.state === 'proposed') {
    return html`<section class="card card-body"><h2>${w('c.waits', at)}</h2><${Changes} one=${one} unit=${unit}/>
      <div class="row-buttons"><${Act} act=${back}>${w('c.takeBack')}<//></div></section>`;
  }
  if (one.state === 'declined') return html`<section class="card card-body"><h2>${w('c.declined', at)}</h2><p class="card-words">${say(one.reason)}</p><${Changes} one=${one} unit=${unit}/></section>`;
  return one.state === 'confirmed' ? html`<p class="card-kind">${w('c.confirmed', at)}</p>` : null;
}

export function Contacts() {
  const [asked, ask] = useState(null);
  const got = useRead(read, [newest('contacts')]);
  const done = () => { ask(null); got.again(); };
  return html`<h1 class="list-title">${w('contacts')}</h1><${Read} got=${got}>${(rows) => rows.map(({ unit, last }) => html`<div class="cards" key=${unit.unit}>
    <section class="card card-body"><h2>${say(unit.name)}</h2><ul class="lines">${WHO.map((who) => unit[who] && html`<li key=${who}><span><small>${w(`c.${who}`)}${unit[who].title && unit[who].title !== w(`c.${who}`) ? html` · ${say(unit[who].title)}` : null}</small>
      <${Phone} phone=${said(unit, who, 'phone')} name=${unit[who].name}/>${unit[who].placeholder ? html` <small>${w('c.placeholder')}</small>` : null}</span></li>`)}</ul>
      ${last && last.state === 'proposed' ? null : html`<div class="row-buttons"><button type="button" onClick=${() => ask(unit)}>${w('c.change')}</button></div>`}</section>
    ${last && html`<${Last} one=${last} unit=${unit} again=${got.again}/>`}</div>`)}<//>
    ${asked && html`<${Form} unit=${asked} close=${() => ask(null)} done=${done}/>`}`;
}
