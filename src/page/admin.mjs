/*
 * admin.mjs - the administrator's face: rules, units, calendar, rosters, accounts, notices. Units, calendar and rosters are files of the rules, too: what is
 * changed there goes into the same set of changes (admin_draft.mjs), which is checked and brought into force in one place.
 */
import { html, style } from './h.mjs';
import { change, redraw, state } from './store.mjs';
import { untilRead } from './net.mjs';
import { liveHeard, liveStart } from './live.mjs';
import { Bar } from './bar.mjs';
import { Empty } from './parts.mjs';
import { readUnits } from './office_parts.mjs';
import { Rosters } from './admin_rosters.mjs';
import { Rules } from './admin_rules.mjs';
import { Units } from './admin_units.mjs';
import { Calendar } from './admin_calendar.mjs';
import { Accounts } from './admin_accounts.mjs';
import { Notices } from './admin_notices.mjs';
import { changedNames, draftRead } from './admin_draft.mjs';
import { w } from './words.mjs';
import './words_office.mjs';
import './words_admin.mjs';
import './words_me.mjs';

export const wide = true;

const admin = { rules: 0, accounts: 0, notices: 0 };

function onEvents(events) {
  if (events.some((event) => event.type.startsWith('config.') || event.type.startsWith('duty.'))) {
    admin.rules++;
    if (!changedNames().length) draftRead().catch(() => {});
    readUnits().then(redraw, () => {});
  }
  if (events.some((event) => event.type.startsWith('account.'))) admin.accounts++;
  if (events.some((event) => event.type.startsWith('notice.'))) admin.notices++;
  redraw();
}

function onReset() {
  admin.rules++;
  admin.accounts++;
  admin.notices++;
  draftRead().catch(() => {});
}

export async function start() {
  await Promise.all([style('./wide.css'), style('./office.css'), style('./admin.css'), untilRead(readUnits, () => state.me), untilRead(draftRead, () => state.me)]);
  change({ seq: state.me.seq });
  liveStart({ onEvents, onReset, query: {} });
  liveHeard();
}

export function stop() {}

/* What is changed and not in force yet stays in this tab only: the person is asked before they leave. */
export const unsent = async () => changedNames().length;

const screens = {
  rules: (rest) => html`<${Rules} rest=${rest} version=${admin.rules}/>`,
  units: () => html`<${Units}/>`,
  calendar: (rest) => html`<${Calendar} rest=${rest} version=${admin.rules}/>`,
  rosters: (rest) => html`<${Rosters} rest=${rest} version=${admin.rules}/>`,
  accounts: () => html`<${Accounts} version=${admin.accounts}/>`,
  notices: (rest) => html`<${Notices} rest=${rest} version=${admin.notices}/>`,
};

const tabs = () => [{ to: ['rules'], name: w('a.rules'), count: changedNames().length || undefined }, { to: ['units'], name: w('a.units') }, { to: ['calendar'], name: w('a.calendar') }, { to: ['rosters'], name: w('a.rosters') }, { to: ['accounts'], name: w('a.accounts') }, { to: ['notices'], name: w('a.notices') }];

export function Face({ route }) {
  const name = route.name || 'rules', draw = screens[name];
  return html`<div class="office"><${Bar} tabs=${tabs()} where=${name}/><main class="office-main">${draw ? html`<h1 class="unseen">${(tabs().find((tab) => tab.to[0] === name) || {}).name}</h1>${draw(route.rest)}` : html`<${Empty}>${w('noPage')}<//>`}</main></div>`;
}
