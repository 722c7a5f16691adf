/*
 * keep.mjs - what the browser keeps: who was signed in, the open cards, the acts that are not sent yet (IndexedDB), and no word of it
 * longer than it must. Where IndexedDB is missing or refuses, it is kept in memory, and the page says how many acts would be lost.
 */
const NAME = 'liandong', DAY_MS = 86400000;
const TABLES = ['cards', 'queue', 'me'];
let opening = null;
const memory = { cards: new Map(), queue: new Map(), me: new Map() };

function openNow() {
  return new Promise((done) => {
    if (!window.indexedDB) { done(null); return; }
    let request;
    try { request = indexedDB.open(NAME, 1); } catch (error) { done(null); return; }
    request.onupgradeneeded = () => {
      for (const table of TABLES) request.result.createObjectStore(table);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      done(request.result);
    };
    request.onerror = request.onblocked = () => done(null);
  });
}

const base = () => (opening = opening || openNow());

const settled = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function run(table, mode, fn, inMemory) {
  const db = await base();
  if (!db) return inMemory(memory[table]);
  try {
    return await settled(fn(db.transaction(table, mode).objectStore(table)));
  } catch (error) {
    return inMemory(memory[table]);
  }
}

export const keepPut = (table, key, value) => run(table, 'readwrite', (s) => s.put(value, key), (m) => { m.set(key, value); });
export const keepDelete = (table, key) => run(table, 'readwrite', (s) => s.delete(key), (m) => { m.delete(key); });
export const keepAll = (table) => run(table, 'readonly', (s) => s.getAll(), (m) => [...m.values()]);
const keepGet = (table, key) => run(table, 'readonly', (s) => s.get(key), (m) => m.get(key));
const keepClear = (table) => run(table, 'readwrite', (s) => s.clear(), (m) => m.clear());

/* Who was signed in, so that a phone without a network opens its cards; no secret is in it. */
export function keepMe(me) {
  return keepPut('me', 'me', { at: Date.now(), me });
}

export async function lastMe() {
  const kept = await keepGet('me', 'me').catch(() => null);
  return kept && Date.now() - kept.at < DAY_MS ? kept.me : null;
}

/* Forgets these tables, or all of them. The shell in the caches has nothing of anybody. */
export async function wipe(...tables) {
  await Promise.all((tables.length ? tables : TABLES).map((one) => keepClear(one).catch(() => {})));
  if (!tables.length) sessionStorage.clear();
}

/* What was seen and typed. Acts that are not sent yet stay for the account that tapped them: nothing of that is dropped silently. */
export async function wipeSeen() {
  await wipe('cards', 'me');
  sessionStorage.clear();
}
