/*
 * office.mjs - the joint action office's face: findings and their evidence, requests, measures, reports, trends, duty, and what is printed of them.
 *
 * Every screen reads anew when an event of its kind has come (version); what a person is filling in stands over it and stays.
 */
import { html, style } from './h.mjs';
import { change, redraw, state } from './store.mjs';
import { get, untilRead } from './net.mjs';
import { liveHeard, liveStart } from './live.mjs';
import { Bar } from './bar.mjs';
import { Empty } from './parts.mjs';
import { goInstead } from './route.mjs';
import { readUnits } from './office_parts.mjs';
import { Findings, findingsOfUnit } from './office_findings.mjs';
import { Requests } from './office_requests.mjs';
import { Measures } from './office_measures.mjs';
import { Report } from './office_report.mjs';
import { Trends } from './office_trends.mjs';
import { Duty } from './office_duty.mjs';
import { MeasurePaper, Proof } from './paper.mjs';
import { w } from './words.mjs';
import './words_events.mjs';
import './words_office.mjs';

export const wide = true;

const office = { waiting: 0, versions: { finding: 0, request: 0, measure: 0, duty: 0, report: 0 } };
let debounce = 0;

/* Which screens an event is of. */
const KINDS = { finding: ['finding'], notice: ['duty'], request: ['request'], measure: ['measure'], meeting: ['measure'], duty: ['duty'], config: ['duty'], period: ['report'], statement: ['finding'] };

function onEvents(events) {
  const touched = new Set(events.flatMap((event) => KINDS[event.type.split('.')[0]] || []));
  if (!touched.size) return;
  clearTimeout(debounce);
  for (const kind of touched) office.dirty = (office.dirty || new Set()).add(kind);
  debounce = setTimeout(() => {
    for (const kind of office.dirty) office.versions[kind]++;
    if (office.dirty.has('request')) count();
    office.dirty = null;
    redraw();
  }, 150);
}

/* What waits for the office, for the tab. */
async function count() {
  try {
    const { queues } = await get('/v1/queues');
    office.waiting = queues.filter((one) => one.owed_by === 'office').reduce((sum, one) => sum + one.n, 0);
    redraw();
  } catch (problem) {
    // the line says that there is no connection
  }
}

function onReset() {
  for (const kind of Object.keys(office.versions)) office.versions[kind]++;
  readUnits().then(redraw, () => {});
  count();
}

export async function start() {
  await Promise.all([style('./wide.css'), style('./office.css'), untilRead(readUnits, () => state.me), count()]);
  change({ seq: state.me.seq });
  liveStart({ onEvents, onReset, query: {} });
  liveHeard();
}

export function stop() {
  clearTimeout(debounce);
  office.dirty = null;
}

const screens = {
  findings: (rest) => html`<${Findings} rest=${rest} version=${office.versions.finding}/>`,
  returns2: () => html`<${Requests} version=${office.versions.request} done=${count}/>`,
  measures: () => html`<${Measures} version=${office.versions.measure}/>`,
  report: (rest) => html`<${Report} rest=${rest} version=${office.versions.report}/>`,
  trends: (rest) => html`<${Trends} rest=${rest} version=${office.versions.report}/>`,
  duty: (rest) => html`<${Duty} rest=${rest} version=${office.versions.duty}/>`,
};
const papers = { proof: (rest) => html`<${Proof} dispatch=${rest[0] || ''}/>`, order: (rest) => html`<${MeasurePaper} document=${rest[0] || ''}/>`, circular: (rest) => html`<${MeasurePaper} document=${rest[0] || ''} circular/>` };
papers.d = papers.proof; // a link in a notice

const tabs = () => [{ to: ['findings'], name: w('o.tabFindings') }, { to: ['returns2'], name: w('o.tabRequests'), count: office.waiting, hot: office.waiting > 0 }, { to: ['measures'], name: w('o.tabMeasures') },
  { to: ['report'], name: w('o.tabReport') }, { to: ['trends'], name: w('o.tabTrends') }, { to: ['duty'], name: w('o.tabDuty') }];

export function Face({ route }) {
  if (route.name === 'of') { findingsOfUnit(route.rest[0], route.rest[1]); goInstead('findings'); }
  const name = route.name === 'of' || !route.name ? 'findings' : route.name;
  const draw = screens[name] || papers[name];
  return html`<div class="office"><${Bar} tabs=${tabs()} where=${name}/><main class=${papers[name] ? 'paper-side' : 'office-main'}>${screens[name] && html`<h1 class="unseen">${(tabs().find((tab) => tab.to[0] === name) || {}).name}</h1>`}${draw ? draw(route.rest) : html`<${Empty}>${w('noPage')}<//>`}</main></div>`;
}
