// One edition of the buyer's pages, kept whole. Written by `cargo xtask build`; see xtask/src/service_worker.rs.
'use strict';
const PREFIX = 'kontor-app-';
const EDITION = PREFIX + '{{EDITION}}';
const PAGES = {{PAGES}};
const FIRST = {{FIRST}};
const AFTER = {{AFTER}};
const FILES = new Set([...FIRST, ...AFTER]);

// A server updated between two questions answers with another edition's page: then this one is not installed, and the
// browser tries again.
const fetchShell = async (page) => {
  const answer = await fetch(`/shell/${page}`, { cache: 'no-store' });
  if (!answer.ok || !(await answer.clone().text()).includes(PAGES[page])) throw new Error(`/shell/${page} is of another edition`);
  return answer;
};

self.addEventListener('install', (event) => event.waitUntil((async () => {
  // Another worker of this edition may be at work: what it has is not this one's to delete.
  const had = await caches.has(EDITION);
  const cache = await caches.open(EDITION);
  try {
    await cache.addAll(FIRST);
    for (const page of Object.keys(PAGES)) await cache.put(`/shell/${page}`, await fetchShell(page));
    await cache.addAll(AFTER);
  } catch (error) {
    if (!had) await caches.delete(EDITION);
    throw error;
  }
})()));

// Where other tabs are open they may use an edition before: it stays until one is taken over by a tab alone.
self.addEventListener('activate', (event) => event.waitUntil((async () => {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (tabs.length < 2) {
    const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== EDITION);
    await Promise.all(others.map((name) => caches.delete(name)));
  }
  await self.clients.claim();
})()));

// Only the reader says when; see app/src/edition.rs.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});

const NOT_OURS = ['/api/', '/admin/', '/assets/', '/shell/', '/u/', '/preferences/'];
const isPage = (path) =>
  path !== '/admin' && path !== '/healthz' && !/\.[a-z]+$/.test(path) && !NOT_OURS.some((prefix) => path.startsWith(prefix));

const openPage = async (request, path) => {
  const shell = `/shell/${path === '/' ? '{{HOME}}' : '{{REST}}'}`;
  // One that did not start has let its pages go (app/boot.js): then the server's, and without it whichever are kept.
  return (await caches.match(shell, { cacheName: EDITION, ignoreVary: true }))
    ?? fetch(request).catch(async (error) => (await caches.match(shell, { ignoreVary: true })) ?? Promise.reject(error));
};

// Names hold the hash of the content, so whichever edition kept a file, it is the one asked for.
const openFile = async (request) => (await caches.match(request, { ignoreVary: true })) ?? fetch(request);

// A picture's address always shows the same. Those seen stay, the latest ones, so that they are there without a network, and
// are shown without asking. After a day the server is asked beside that: one that was withdrawn goes.
const PICTURES = 'kontor-pictures';
const MOST_PICTURES = 600;
const ASK_AGAIN_MS = 24 * 3600 * 1000;
const keepPicture = async (cache, request, answer) => {
  if (answer.ok) {
    await cache.put(request, answer);
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_PICTURES)).map((key) => cache.delete(key)));
  } else if (answer.status < 500) {
    await cache.delete(request, { ignoreVary: true });
  }
};
const openPicture = async (event) => {
  const { request } = event;
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) {
    // Whichever of the two clocks is wrong.
    const age = Math.abs(Date.now() - Date.parse(kept.headers.get('date')));
    if (!(age < ASK_AGAIN_MS)) event.waitUntil(fetch(request).then((answer) => keepPicture(cache, request, answer)).catch(() => {}));
    return kept;
  }
  const answer = await fetch(request);
  event.waitUntil(keepPicture(cache, request, answer.clone()).catch(() => {}));
  return answer;
};

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Who signs in or out here is another reader: what the one before has seen is not theirs.
  if (url.origin === self.location.origin && url.pathname === '/api/session' && request.method !== 'GET') event.waitUntil(caches.delete(PICTURES));
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (isPage(url.pathname)) event.respondWith(openPage(request, url.pathname));
  } else if (/^\/api\/pictures\/[^/]+\/\d+\/(small|large)$/.test(url.pathname)) {
    event.respondWith(openPicture(event));
  } else if (url.pathname.startsWith('/assets/') || FILES.has(url.pathname)) {
    event.respondWith(openFile(request));
  }
});
