/*
 * bar.mjs - the bar over the faces of wide screens: name, tabs, the line, the clock, who is signed in.
 */
import { html, classes } from './h.mjs';
import { state } from './store.mjs';
import { Clock, Live } from './parts.mjs';
import { now, weekday, when } from './time.mjs';
import { link } from './route.mjs';
import { plain } from './say.mjs';
import { w } from './words.mjs';
import './words_wide.mjs';

/* The bar of wide screens: name, tabs, live, clock, who. tabs: [{to: ['board'], name, count, hot}] */
export function Bar({ tabs, where }) {
  const me = state.me;
  return html`<header class="bar"><b class="bar-name">${w('title')}<small>${w(`role-${me.role}`)}</small></b>
    <nav class="tabs" aria-label=${w(`role-${me.role}`)}>${tabs.map((tab) => html`
      <a href=${link(...tab.to)} class=${classes(tab.hot && 'hot')} aria-current=${where === tab.to.join('/') ? 'page' : undefined}>${tab.name}${tab.count !== undefined ? html` <b class="num">${tab.count}</b>` : null}</a>`)}</nav>
    <${Live}/><${Clock}/><a class="bar-me" href=${link('me')}><span>${officeText()}</span><span>${plain(me.account)}</span></a></header>`;
}

export function officeText() {
  if (!state.office) return '';
  return `${weekday(now())} · ${state.office.open ? w('officeOpen', when(state.office.until)) : w('officeShut', when(state.office.until))}`;
}
