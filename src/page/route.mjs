/*
 * route.mjs - where the person is: a fragment, which stands in no log and which no scanner of links follows. A link opens; only a button acts.
 */
import { change, state } from './store.mjs';

/* #/i/NUMBER -> {name: 'i', rest: ['NUMBER']} */
export function routeOf(hash) {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map((part) => {
    try { return decodeURIComponent(part); } catch (error) { return ''; }
  });
  return { name, rest };
}

export const link = (...parts) => '#/' + parts.map(encodeURIComponent).join('/');

export function go(...parts) {
  const hash = link(...parts);
  if (location.hash !== hash) location.hash = hash;
}

/* The same, and the place that is left is not in the history. */
export function goInstead(...parts) {
  history.replaceState(null, '', link(...parts));
  arrive();
}

/* visit: a place that is left and opened again between two frames is drawn once, and was opened anew all the same. */
function arrive() {
  change({ route: { ...routeOf(location.hash), visit: state.route.visit + 1 } });
}

export function routeStart() {
  window.addEventListener('hashchange', arrive);
  state.route = { ...routeOf(location.hash), visit: 0 };
}
