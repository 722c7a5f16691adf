/*
 * main.mjs - where the page begins: who is signed in, the role's face, and what stands over every face (signing in again, notices).
 *
 * A face is a module that exports
 *   Face({route})   what it draws; called anew whenever something changed
 *   prepare()       optional: what must be there before it is drawn, and needs no answer of the server: its style, its drafts
 *   start()         once after signing in: reads what it needs, starts the line (live.mjs)
 *   stop()          at the end of the session: forgets everything
 *   unsent()        optional: how many acts the browser still holds
 *   liveWord, wide  optional: the word for a good line; are the sentences long?
 * It is loaded by its role, so that a phone never loads the office.
 */
import { html, render, themeNow, themeSet } from './h.mjs';
import { change, notice, onDraw, redraw, state } from './store.mjs';
import { ask, session, whenOut } from './net.mjs';
import { liveAgain, liveStop, takePulse, whenBack } from './live.mjs';
import { goInstead, routeOf, routeStart } from './route.mjs';
import { Later, Notices, Skeleton, Strips } from './pieces.mjs';
import './sound.mjs'; // travels with the core: a phone waits for each file
import { lastMe, keepMe, wipe, wipeSeen } from './keep.mjs';
import { tick } from './time.mjs';
import { plain } from './say.mjs';
import { w } from './words.mjs';

const faces = {
  desk: () => import('./desk.mjs'),
  'shift-leader': () => import('./desk.mjs'),
  liaison: () => import('./phone.mjs'),
  office: () => import('./office.mjs'),
  admin: () => import('./admin.mjs'),
  wall: () => import('./wall.mjs'),
};

/* Pages of their own, beside a face, for the roles that may see them: name -> {roles, load}. */
const screens = { wall: { load: faces.wall, roles: ['desk', 'shift-leader', 'office'] } };

const ROLE = 'role'; // of the last one here: its face is loaded while the session is asked for
const ALL_MS = 20000; // until what a face loads for later (a lift) is there
const sign = () => import('./sign.mjs');

let booted = false;
let linkCode = ''; // of a log-in link that was opened while the sign-in stood over the page
let entered; // such a screen, if it was

/* The screen of its own that the route names and this role may see. */
function screenOf(me) {
  const screen = screens[state.route.name];
  return screen && screen.roles.includes(me.role) ? screen : undefined;
}

async function enter(me) {
  change({ me, signing: null });
  takePulse({ ...me, time: null });
  entered = screenOf(me);
  const load = entered ? entered.load : faces[me.role];
  if (!load) return;
  try {
    const face = await load();
    if (face.prepare) await face.prepare();
    change({ face });
    await face.start();
  } catch (error) {
    console.error(error);
    change({ broken: true });
  }
}

/* Ends what is shown and kept of this session, whoever ended it. */
async function forget() {
  liveStop();
  if (state.face && state.face.stop) state.face.stop();
  change({ me: null, face: null, signing: null, seq: 0, live: 'starting', broken: false });
  localStorage.removeItem(ROLE);
  await wipe();
}

async function leave() {
  await ask('DELETE', '/v1/session', { quiet: true }).catch((problem) => { if (problem.status === 0) throw problem; });
  await forget();
  goInstead('in');
}

/* Signed in again over the page: the same account goes on, another one begins anew. */
function signedAgain(me) {
  if (me.account !== state.me.account || me.store !== state.me.store) {
    (me.store === state.me.store ? wipeSeen : wipe)().then(() => location.reload());
    notice(w('signedOther'));
    return;
  }
  change({ me, signing: null });
  linkCode = '';
  keepMe(me);
  liveAgain();
  if (state.face && state.face.signedAgain) state.face.signedAgain();
}

/* The session has ended somewhere: the page is kept, so that nothing typed is lost, and hidden until the person has signed in again. */
whenOut((problem) => {
  if (!state.me || state.signing) return;
  if (problem.status === 401) wipe('cards');
  change({ signing: problem.status === 401 ? 'over' : 'fresh' });
});

/* Another tab of this browser may have signed in. */
whenBack(() => {
  if (state.signing === 'over') session({ quiet: true }).then((me) => { if (state.signing === 'over') signedAgain(me); }, () => {});
});

async function signedIn(me) {
  keepMe(me);
  localStorage.setItem(ROLE, me.role);
  if (state.route.name === 'in') goInstead();
  await enter(me);
}

function Over() {
  if (!state.signing) return null;
  const fresh = state.signing === 'fresh';
  return html`<${Later} load=${sign} of="SignOver" code=${linkCode} fresh=${fresh} close=${fresh ? () => change({ signing: null }) : undefined} done=${signedAgain}/>`;
}

function Page() {
  if (!booted) return html`<main class="page-narrow"><h1 class="boot">${w('title')}</h1></main>`; // as index.html has it already
  if (!state.me) return html`<main class="page-narrow"><${Later} load=${sign} of="SignIn" key=${state.route.rest[0] || ''} code=${state.route.name === 'in' ? state.route.rest[0] : ''} done=${signedIn}/></main>`;
  if (state.broken) return html`<main class="page-narrow"><p class="strip wrong" role="alert">${w('pageBroken')}</p><button type="button" onClick=${() => location.reload()}>${w('refresh')}</button></main>`;
  if (state.route.name === 'me') return html`<${Later} load=${() => import('./me.mjs')} of="Me" leave=${leave}/>`;
  if (!state.face) return html`<main class="page-narrow">${faces[state.me.role] ? html`<${Skeleton}/>` : html`<p>${w('noFace')}</p><a href="#/me">${w('me')}</a>`}</main>`;
  const Face = state.face.Face;
  return html`<${Face} route=${state.route}/>`;
}

function All() {
  const hidden = state.signing === 'over';
  return html`<div class="all" inert=${hidden ? true : undefined} aria-hidden=${hidden ? 'true' : undefined}>
    ${state.me && html`<${Strips}/>`}<${Page}/></div><${Over}/><${Notices}/>`;
}

/* -- the worker that keeps the shell ------------------------------------------------------------- */

function workerAddress() {
  if (!window.trustedTypes) return '/sw.js';
  const policy = trustedTypes.createPolicy('liandong', {
    createScriptURL(url) {
      if (url !== '/sw.js') throw new TypeError(url);
      return url;
    },
  });
  return policy.createScriptURL('/sw.js');
}

async function startWorker() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(workerAddress());
    const worker = await navigator.serviceWorker.ready;
    const loaded = () => performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname).filter((path) => path.startsWith('/page/'));
    const keep = (all) => worker.active.postMessage({ keep: ['/', ...new Set(loaded())], all });
    keep(false);
    setTimeout(() => keep(true), ALL_MS);
  } catch (error) {
    console.warn('no service worker', error);
  }
}

/* -- the beginning ------------------------------------------------------------------------------ */

async function boot() {
  let me = null;
  const early = faces[localStorage.getItem(ROLE)];
  if (early) early().catch(() => {}); // asked for again by who needs it
  lastMe().then((known) => setTimeout(() => sign().catch(() => {}), known ? 4000 : 0)); // at once where it will be shown
  try {
    me = await session({ quiet: true, patience: 8000 });
    keepMe(me);
  } catch (problem) {
    if (problem.status === 401) await wipeSeen();
    else me = await lastMe();
    if (me) change({ live: 'offline' });
    else if (problem.status !== 401) notice(plain(w('signInNoNet')), 'wrong');
  }
  booted = true;
  if (me) await signedIn(me);
  redraw();
}

themeSet(themeNow());
routeStart();
window.addEventListener('hashchange', (event) => {
  if (state.signing && state.route.name === 'in') { // the page beneath stays where it was
    [linkCode] = state.route.rest;
    const { name, rest } = routeOf(new URL(event.oldURL).hash);
    goInstead(name, ...rest);
    return;
  }
  // from a face to a screen of its own, or back
  if (state.face && state.route.name !== 'me' && screenOf(state.me) !== entered) location.reload();
});
document.getElementById('page').textContent = '';
onDraw(() => render(html`<${All}/>`, document.getElementById('page')));
redraw();
tick();
boot();
window.addEventListener('load', () => setTimeout(startWorker, 1000));
