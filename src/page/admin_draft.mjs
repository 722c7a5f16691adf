/*
 * admin_draft.mjs - the changes of rules that the administrator is making: one set over all files, upon one revision, kept in this tab until
 * it comes into force or is dropped.
 *
 * Invariant: what is activated are the very bytes that were checked and compared (sealed), upon the revision that was in force then.
 */
import { ask, get, newKey, post } from './net.mjs';
import { redraw, state } from './store.mjs';
import { pages } from './office_parts.mjs';

export const draft = { revision: '', names: [], base: {}, edited: {}, check: null, diff: null, checkedOf: '', comparedOf: '' };

const keptAs = () => `rules-${state.me.account}`;

function keep() {
  sessionStorage.setItem(keptAs(), JSON.stringify({ revision: draft.revision, edited: draft.edited }));
}

/* A text that is the same only for the same revision and the same edited files: what was checked was checked of these. */
export const seal = () => JSON.stringify([draft.revision, Object.entries(draft.edited).sort()]);
export const changedNames = () => Object.keys(draft.edited);
export const mayActivate = () => changedNames().length > 0 && draft.check && draft.check.ok && draft.checkedOf === seal() && draft.comparedOf === seal();

/* A file in pieces, all of one revision. */
async function readText(name, revision) {
  let text = '';
  for await (const page of pages('/v1/routing', { file: name, revision })) text += page.files[0].text;
  return text;
}

/* Reads which files there are, and what this tab had changed of them. */
export async function draftRead() {
  const now = await get('/v1/routing');
  const kept = JSON.parse(sessionStorage.getItem(keptAs()) || 'null');
  draft.names = now.files.map((file) => file.name);
  draft.base = {};
  for (const file of now.files) if (file.text !== undefined && !file.next) draft.base[file.name] = file.text;
  draft.revision = kept && Object.keys(kept.edited).length ? kept.revision : now.revision;
  draft.edited = kept ? kept.edited : {};
  draft.inForce = now.revision;
  redraw();
}

export async function textOf(name) {
  if (draft.edited[name] !== undefined) return draft.edited[name];
  if (draft.base[name] === undefined) draft.base[name] = await readText(name, draft.revision);
  return draft.base[name];
}

export function edit(name, text) {
  if (text === draft.base[name]) delete draft.edited[name];
  else draft.edited[name] = text;
  keep();
  redraw();
}

export function dropAll() {
  draft.edited = {};
  draft.check = draft.diff = null;
  keep();
  return draftRead();
}

export async function check() {
  const of = seal();
  draft.check = await post('/v1/routing/check', changedNames().length ? { files: draft.edited } : {}, { patience: 60000 });
  draft.checkedOf = of;
  redraw();
}

export async function compare() {
  const of = seal();
  draft.diff = await post('/v1/routing/diff', changedNames().length ? { files: draft.edited } : {}, { patience: 120000 });
  draft.comparedOf = of;
  redraw();
}

/* Throws a Problem with status 412 where another revision is in force. Gives true where a second administrator has to approve. */
export async function activate(why) {
  const answer = await ask('PUT', '/v1/routing', { body: { files: draft.edited, why }, match: draft.revision, key: newKey(), patience: 60000 });
  draft.edited = {};
  draft.check = draft.diff = null;
  keep();
  await draftRead();
  return answer;
}

/* What is in force now, of the files that are changed here: for the person to compare. */
export async function theirs() {
  const now = await get('/v1/routing');
  const files = {};
  for (const name of changedNames()) files[name] = await readText(name, now.revision);
  return { revision: now.revision, files };
}

/* The changes stay, upon the revision that is in force now; they have to be checked anew. */
export async function uponNew(revision) {
  draft.revision = revision;
  draft.check = draft.diff = null;
  const edited = draft.edited;
  keep();
  await draftRead();
  draft.edited = edited;
  keep();
  redraw();
}
