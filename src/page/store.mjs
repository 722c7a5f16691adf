/*
 * store.mjs - one store: what the page knows. A change is drawn with the next frame, all changes of a frame at once.
 * Invariant: what is in it came from the server or from the person; what can be computed from it is computed where it is drawn.
 */
export const state = {
  me: null, // the answer of GET /v1/session; null: not signed in
  face: null, // the module of the role's face
  route: { name: '', rest: [], visit: 0 }, // visit: how often a place was opened
  live: 'starting', // 'live', 'stale' (nothing came for 25 s), 'offline' (the browser says so)
  heard: 0, // when something came last, by performance.now(), which no set clock moves
  seq: 0,
  office: null, // {open, until}
  signing: null, // why the sign-in stands over the page
  newBuild: false,
  notices: [], // {id, kind, text}: short words at the bottom
  skew: 0, // ms that this machine's clock is ahead
};

const drawers = new Set();
let due = false;

function draw() {
  due = false;
  for (const one of drawers) one();
}

export function redraw() {
  if (due) return;
  due = true;
  if (document.hidden) setTimeout(draw, 50);
  else requestAnimationFrame(draw);
}

/* The functions that draw; gives the one that takes it back. */
export function onDraw(fn) {
  drawers.add(fn);
  return () => drawers.delete(fn);
}

export function change(patch) {
  Object.assign(state, patch);
  redraw();
}

let noticed = 0;

/* A word at the bottom of the page, also for screen readers; it goes after some seconds, an error stays until it is closed. */
export function notice(text, kind = 'done', more = {}) {
  const id = ++noticed;
  change({ notices: [...state.notices.filter((one) => one.text !== text).slice(-3), { id, text, kind, ...more }] });
  if (kind !== 'wrong' && !more.stays) setTimeout(() => unnotice(id), 6000);
  return id;
}

export function unnotice(id) {
  change({ notices: state.notices.filter((one) => one.id !== id) });
}
