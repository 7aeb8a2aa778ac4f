/**
 * What a first visit downloads: the page, its styles and scripts, the charts, the worker, the engine's first file, one language and the
 * scenario that it opens on. The rest is fetched when it is used.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The most that a first load may weigh, gzipped, and the part of it that is not the engine. */
export const FIRST_LOAD_LIMIT_GZ_KB = 350;
export const PAGE_LIMIT_GZ_KB = 110;

/** The most that the custom element's script may weigh, with all that it imports at once. */
export const ELEMENT_LIMIT_GZ_KB = 6;

const weigh = (file) => gzipSync(readFileSync(file), { level: 9 }).length / 1000;

/** `[{ name, gz_kb }]` of the files of a first load of the built site. */
export function firstLoad(site) {
  const assets = readdirSync(join(site, 'assets'));
  const html = readFileSync(join(site, 'index.html'), 'utf8');
  const entry = [...html.matchAll(/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name]) => name);
  const begins = (prefix) => assets.filter((name) => name.startsWith(prefix) && !entry.includes(name));
  const names = [...new Set([...entry, ...begins('worker-'), ...begins('mm_wasm_bg'), ...begins('plot-'), ...begins('en-'), ...begins('rss-climb-')])];
  return [{ name: 'index.html', gz_kb: weigh(join(site, 'index.html')) }, ...names.map((name) => ({ name, gz_kb: weigh(join(site, 'assets', name)) }))];
}

/** The part that is not the engine, and the whole, in kB gzipped. */
export function firstLoadSums(files) {
  const sum = (some) => some.reduce((total, { gz_kb }) => total + gz_kb, 0);
  return { page: sum(files.filter(({ name }) => !name.endsWith('.wasm'))), all: sum(files) };
}

/** kB gzipped of the element's script and of what it imports at once. */
export function elementLoader(site) {
  const names = new Set(['mm-playground.js']);
  for (const name of names) {
    const text = readFileSync(join(site, name), 'utf8');
    const imported = [...text.matchAll(/(?:^|[;}\s])import\s*(?:[\w$*{}\s,]+\s*from\s*)?["']([^"']+)["']/g)];
    for (const [, address] of imported) names.add(posix.join(posix.dirname(name), address));
  }
  return [...names].reduce((sum, name) => sum + weigh(join(site, name)), 0);
}
