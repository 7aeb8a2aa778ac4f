/*
 * Keeps the page, whole, and answers from what is kept: it works without a network, from any path, and never as a
 * mixture of versions. VERSION and FILES are filled in when the site is built.
 *
 * A version is fetched beside the one before it, each file checked against its hash, and answers as soon as it is
 * complete. A page that is open then goes on with the version it was loaded from: its files have their hashes in
 * their names, and the version before the newest stays kept for it.
 */
const VERSION = '%VERSION%';
/** Addresses relative to this file, each with its integrity. */
const FILES = { '%FILES%': '' };

const PREFIX = `mm-playground ${registration.scope} `;
const CACHE = PREFIX + VERSION;

async function install() {
  const requests = Object.entries(FILES).map(([url, integrity]) => new Request(url, { integrity, cache: url.startsWith('assets/') ? 'default' : 'no-cache' }));
  try {
    await (await caches.open(CACHE)).addAll(requests);
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
  await skipWaiting();
}

/** The versions kept, in the order in which they were fetched. */
const versions = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX));

async function activate() {
  const others = (await versions()).filter((name) => name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

async function answer({ request }) {
  const newest = await caches.open(CACHE);
  if (request.mode === 'navigate') {
    const url = new URL(request.url);
    const name = url.pathname.slice(new URL(registration.scope).pathname.length);
    if (name === '' || name === 'index.html') return (await newest.match('./')) ?? fetch(request);
  }
  for (const cache of [newest, ...(await versions()).map((name) => caches.open(name))]) {
    const kept = await (await cache).match(request);
    if (kept !== undefined) return kept;
  }
  return fetch(request);
}

addEventListener('install', (event) => event.waitUntil(install()));
addEventListener('activate', (event) => event.waitUntil(activate()));
addEventListener('fetch', (event) => {
  if (event.request.method === 'GET' && event.request.url.startsWith(registration.scope)) event.respondWith(answer(event));
});
