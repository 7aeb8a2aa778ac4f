/*
 * Keeps one version of the page, whole, and answers from it: the page works without a network, from any path, and
 * never as a mixture of versions. VERSION and FILES are filled in when the site is built.
 *
 * A new version is fetched beside the old one, each file checked against its hash. It takes over when no page of
 * the old one is open any more, or when the only open page is loaded again.
 */
const VERSION = '%VERSION%';
/** Addresses relative to this file, each with its integrity. */
const FILES = { '%FILES%': '' };

const PREFIX = `mm-playground ${registration.scope} `;
const CACHE = PREFIX + VERSION;

addEventListener('install', (event) => {
  const requests = Object.entries(FILES).map(([url, integrity]) => new Request(url, { integrity, cache: url.startsWith('assets/') ? 'default' : 'no-cache' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith(PREFIX) && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

addEventListener('message', ({ data }) => {
  if (data === 'take over') skipWaiting();
});

/** Whether no other page is open. The one that is loaded again may still be on its way out. */
async function isAlone() {
  for (let looks = 0; looks < 5; looks += 1) {
    if ((await clients.matchAll()).length < 2) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function answer({ request }) {
  const cache = await caches.open(CACHE);
  if (request.mode === 'navigate') {
    if (registration.waiting && (await isAlone())) {
      registration.waiting.postMessage('take over');
      // Without an icon of its own the browser would look for one at the root of the server.
      return new Response('<link rel="icon" href="data:,">', { headers: { 'Refresh': '0', 'Content-Type': 'text/html' } });
    }
    const url = new URL(request.url);
    const name = url.pathname.slice(new URL(registration.scope).pathname.length);
    if (name === '' || name === 'index.html') return (await cache.match('./')) ?? fetch(request);
  }
  return (await cache.match(request)) ?? fetch(request);
}

addEventListener('fetch', (event) => {
  if (event.request.method === 'GET' && event.request.url.startsWith(registration.scope)) event.respondWith(answer(event));
});
