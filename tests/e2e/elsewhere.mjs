/**
 * Somebody else's site: its own documents with its own headers, on an origin of its own.
 *
 * The built page lies in a folder of it, and on another origin as on a CDN; documents name the two as %SITE% and %CDN%.
 */
import { createServer } from 'node:http';
import { readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { SITE as DIST } from '../../tools/site.mjs';
import { TYPES, serve } from './static_server.mjs';

/** Where the built page lies in the other site. */
const FOLDER = '/docs/vendor/mm/';

/** A document around some HTML. */
export const documentOf = (body, head = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Elsewhere</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

/**
 * `documents`: path (such as `index.html`) to HTML, or to `{ html, headers }`; `folder`: served for everything else.
 * Resolves to what `pageTest` takes as `site`.
 */
export async function elsewhere(documents, { headers = {}, folder = null } = {}) {
  const cdn = await serve(DIST, { 'access-control-allow-origin': '*' });
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const name = path.slice(1) || 'index.html';
    // A site's own business.
    if (name === 'favicon.ico') return void response.writeHead(204).end();
    const found = documents[name];
    if (found !== undefined) {
      const { html = found, headers: own = {} } = typeof found === 'string' ? {} : found;
      const text = html.replaceAll('%SITE%', FOLDER).replaceAll('%CDN%', cdn.address);
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? TYPES['.html'], ...headers, ...own }).end(text);
      return;
    }
    const file = path.startsWith(FOLDER) ? join(DIST, normalize(`/${path.slice(FOLDER.length)}`)) : folder && join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    try {
      if (!file || !statSync(file).isFile()) throw new Error('no file');
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers }).end(readFileSync(file));
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`nothing at ${path}\n`);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  return {
    address,
    cdn: cdn.address,
    origins: [address, cdn.address],
    async close() {
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      await cdn.close();
    },
  };
}
