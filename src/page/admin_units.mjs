/*
 * admin_units.mjs - the units and their phones. What is edited here is written into units.yaml's text, with its comments, as one of the changes
 * that are checked and brought into force under the rules.
 */
import { html, useState } from './h.mjs';
import { notice } from './store.mjs';
import { Empty, Phone } from './parts.mjs';
import { plain, say } from './say.mjs';
import { Form, unitName, units } from './office_parts.mjs';
import { edit, textOf } from './admin_draft.mjs';
import { WHO } from './contacts.mjs';
import { w } from './words.mjs';

const FILE = 'units.yaml';
const PHONE = /^[0-9+-]{3,20}$/;

/* The lines of a unit's block in the text: [first, after]; null: it is not there. */
export function blockOf(text, unit) {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() === `- id: ${unit}`);
  if (first < 0) return null;
  const next = lines.findIndex((line, i) => i > first && /^ {2}- id: /.test(line));
  return [first, next < 0 ? lines.length : next];
}

/* The text with another phone of `who` in that unit's block; a real phone is no placeholder. null: the line is written otherwise than expected. */
export function withPhone(text, unit, who, phone) {
  const block = blockOf(text, unit);
  if (!block) return null;
  const lines = text.split('\n');
  for (let i = block[0]; i < block[1]; i++) {
    const match = new RegExp(`^(\\s*${who}: \\{.*?phone: )"[^"]*"(.*)$`).exec(lines[i]);
    if (!match) continue;
    lines[i] = `${match[1]}"${phone}"${match[2].replace(/, placeholder: true/, '')}`;
    return lines.join('\n');
  }
  return null;
}

export function Units() {
  const [find, setFind] = useState('');
  const [editing, setEditing] = useState(null);
  const shown = [...units.values()].filter((unit) => `${unit.unit} ${unit.name} ${unit.short_name || ''}`.includes(find.trim()));
  return html`<div class="office-tools"><label class="choice"><span>${w('a.findUnit')}</span><input type="search" value=${find} onInput=${(e) => setFind(e.target.value)}/></label></div>
    ${shown.length ? html`<ul class="rows">${shown.map((unit) => html`<li key=${unit.unit}><div class="row-head"><b>${say(unit.name)}</b><span class="num">${plain(unit.unit)}</span><span>${w('a.tier', unit.tier)}</span>
      <a href=${`#/rules/${FILE}`} onClick=${(e) => { e.preventDefault(); showIn(unit.unit); }}>${FILE}</a></div>
      <p class="phones">${WHO.map((who) => unit[who] && html`<span>${w(`a.${who}`)} <${Phone} phone=${unit[who].phone} name=${unit[who].name}/>${unit[who].placeholder ? html` <small>${w('a.placeholder')}</small>` : null}</span>`)}</p>
      <div class="row-buttons"><button type="button" onClick=${() => setEditing(unit)}>${w('a.editPhones')}</button></div></li>`)}</ul>` : html`<${Empty}>${w('o.noneHere')}<//>`}
    ${editing && html`<${Phones} unit=${editing} close=${() => setEditing(null)}/>`}`;
}

async function showIn(unit) {
  const block = blockOf(await textOf(FILE), unit);
  location.hash = `#/rules/${FILE}/${block ? block[0] + 1 : 1}`;
}

function Phones({ unit, close }) {
  const fields = WHO.filter((who) => unit[who]).map((who) => ({ name: who, label: w(`a.${who}`), value: unit[who].phone, needed: true, fits: (text) => PHONE.test(text), wrong: w('a.badPhone'), most: 20 }));
  const send = async (body) => {
    let text = await textOf(FILE);
    for (const [who, phone] of Object.entries(body)) {
      if (phone === unit[who].phone) continue;
      const next = withPhone(text, unit.unit, who, phone);
      if (next === null) { showIn(unit.unit); return; }
      text = next;
    }
    edit(FILE, text);
    notice(w('a.inRules'));
  };
  return html`<${Form} title=${w('a.editPhonesTitle', unitName(unit.unit))} fields=${fields} close=${close} send=${send}/>`;
}
