/*
 * replies.mjs - replies by short message that were not taken, and why: a person has sent each and believes that it was heard. Where the notifier is
 * away, this is missing and nothing else.
 */
import { html } from './h.mjs';
import { get } from './net.mjs';
import { useUntold } from './parts.mjs';
import { ms, when } from './time.mjs';
import { say } from './say.mjs';
import { unitName } from './office_parts.mjs';
import { named } from './told.mjs';
import { w } from './words.mjs';

export function Replies({ version }) {
  const got = useUntold(() => get('/v1/notices/replies', { limit: 20 }, { quiet: true }), [version]);
  const rows = got.value ? got.value.replies : [];
  if (!rows.length) return null;
  return html`<section class="part replies"><h2>${w('notTaken')}</h2><ul class="fixed">${rows.map((one, i) => html`<li key=${i}><b>${one.unit ? unitName(one.unit) : say(one.phone || '')}</b> ${say(one.text || '')} <span class="soft-text">${named('reply-', one.reason)}${one.dispatch ? html` · ${say(one.dispatch)}` : null} · ${when(ms(one.at))}</span></li>`)}</ul></section>`;
}
