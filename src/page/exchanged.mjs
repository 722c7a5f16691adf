/*
 * exchanged.mjs - what is open on one side alone, here or at a partner (the 12345 centre), and what it has not taken yet. What is asked is
 * another process's matter: where it is away, this is missing and nothing else.
 */
import { html } from './h.mjs';
import { get, post } from './net.mjs';
import { Act, useUntold } from './parts.mjs';
import { ms, when } from './time.mjs';
import { say } from './say.mjs';
import { known, w } from './words.mjs';

function Difference({ one }) {
  const name = one.dispatch || one.ticket;
  const state = one.state ? (known(`x.is-${one.state}`) ? w(`x.is-${one.state}`) : one.state) : w('x.unknown');
  return html`<li><b>${w(`x.${one.side}`)}</b> ${say(name)} <span class="soft-text">${one.dispatch && one.ticket ? html`${say(one.ticket)} · ` : null}${state}</span></li>`;
}

function Partner({ one, again }) {
  const compare = async () => {
    await post(`/v1/exchange/${encodeURIComponent(one.partner)}/compare`, {});
    again();
  };
  return html`<section class="part exchanged"><h2>${w('x.title', one.unit_name || one.partner)}</h2>
    <p class="soft-text">${one.compared_at ? w('x.at', when(ms(one.compared_at)), one.ours, one.theirs) : w('x.never')}</p>
    ${one.failed_at && html`<p class="strip wrong" role="alert">${w('x.failed', when(ms(one.failed_at)), one.outcome || '')}</p>`}
    ${one.waiting > 0 && html`<p class="strip wrong">${w('x.waiting', one.waiting)}</p>`}
    ${one.differences.length ? html`<ul class="fixed">${one.differences.map((d) => html`<${Difference} key=${`${d.side}${d.dispatch || d.ticket}`} one=${d}/>`)}</ul>` : one.compared_at && html`<p>${w('x.same')}</p>`}
    ${one.more && html`<p class="soft-text">${w('x.more')}</p>`}
    ${one.next_at && html`<${Act} act=${compare}>${w('x.now')}<//>`}</section>`;
}

export function Exchanged({ version }) {
  const got = useUntold(() => get('/v1/exchange/differences', {}, { quiet: true }), [version]);
  return got.value ? got.value.partners.map((one) => html`<${Partner} key=${one.partner} one=${one} again=${got.again}/>`) : null;
}
