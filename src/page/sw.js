/*
 * sw.js - the service worker: keeps the shell (the page's own files), so that a phone without a network opens its cards.
 * Of the interface under /v1 it keeps nothing. `/` is asked of the network first; a file that is named by its bytes is kept from
 * its first use on. A page says what it has loaded (`keep`); when it has all it needs (`all`), what it does not use goes.
 */
const SHELL = 'shell';
const PATIENCE_MS = 4000; // that a slow network has before the kept shell opens

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function keep(paths, all) {
  const cache = await caches.open(SHELL);
  const wanted = new Set(paths.map((path) => new URL(path, self.location.origin).href));
  const kept = new Set((await cache.keys()).map((request) => request.url));
  if (all) await Promise.all([...kept].filter((url) => !wanted.has(url)).map((url) => cache.delete(url)));
  await Promise.all([...wanted].filter((url) => !kept.has(url) || url.endsWith('/')).map((url) => cache.add(url)));
}

self.addEventListener('message', (event) => {
  if (event.data.keep) event.waitUntil(keep(event.data.keep, event.data.all));
});

async function networkFirst() {
  const kept = await caches.match('/');
  const stop = new AbortController();
  const timer = kept && setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const answer = await fetch('/', { signal: stop.signal, cache: 'no-cache' });
    if (answer.ok) (await caches.open(SHELL)).put('/', answer.clone());
    return answer.status >= 500 && kept ? kept : answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function keptFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(SHELL)).put(request, answer.clone());
  return answer;
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname === '/') event.respondWith(networkFirst());
  else if (url.pathname.startsWith('/page/')) event.respondWith(keptFirst(event.request));
});
