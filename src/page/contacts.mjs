/*
 * contacts.mjs - the four contacts of a unit, and a change of them that it proposes: the present ones beside the new ones.
 */
import { html } from './h.mjs';
import { say } from './say.mjs';
import { w } from './words.mjs';
import './words_contacts.mjs';

export const WHO = ['duty', 'liaison', 'person_in_charge', 'leader'];
export const MEMBERS = ['phone', 'name', 'title'];

/* As people write it, and as contacts.propose takes it: 0597-7530000、0597-7530001转801. */
export const phonesText = (contact) => ((contact && contact.phones) || []).map((one) => one.phone + (one.extension ? `转${one.extension}` : '')).join('、');

/* What a contact says now. */
export const said = (unit, who, member) => (member === 'phone' ? phonesText(unit[who]) : (unit[who] && unit[who][member]) || '');

export const memberName = (who, member) => w('c.of', w(`c.${who}`), w(`c.${member}`));

/* Line by line; unit: as it is now, which is what a decided one has become. */
export function Changes({ one, unit }) {
  const open = one.state === 'proposed';
  return html`<ul class="lines changes">${WHO.map((who) => MEMBERS.map((member) => {
    const to = one.contacts && one.contacts[who] && one.contacts[who][member];
    return to && html`<li key=${who + member}><span><small>${memberName(who, member)}</small> ${open && unit ? html`${said(unit, who, member) ? html`<del>${say(said(unit, who, member))}</del>` : w('c.none')} → ` : null}<ins>${say(to)}</ins></span></li>`;
  }))}</ul>${one.contacts ? null : html`<p class="soft-text">${w('c.erased')}</p>`}${one.why ? html`<p class="soft-text">${w('c.whyIs')} ${say(one.why)}</p>` : null}`;
}
