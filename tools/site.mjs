/**
 * Builds the static site into www/dist, and weighs what a visitor downloads.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT, mustRun, packageScript } from './process.mjs';
import { step, table } from './terminal.mjs';

export const SITE = join(ROOT, 'www', 'dist');

/** What the engine should weigh on the wire, and the most it may: it must not grow while it is above the goal. */
export const WASM_GOAL_GZ_KB = 250;
export const WASM_LIMIT_GZ_KB = 430;

/** Bundles the page. The engine's bindings must be there. */
export function buildSite() {
  return step('page → www/dist', 'vite build', (progress) =>
    mustRun(process.execPath, [packageScript('vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
      cwd: join(ROOT, 'www'),
      onLine: progress,
    }),
  );
}

/** Bytes of the site's files by kind: `[{ kind, raw, gz, br }]`, largest kind first. */
export function weigh(folder = SITE) {
  const kinds = new Map(['wasm', 'js', 'css'].map((kind) => [kind, { kind, raw: 0, gz: 0, br: 0 }]));
  for (const name of readdirSync(folder, { recursive: true })) {
    const weight = kinds.get(name.split('.').pop());
    if (!weight) continue;
    const bytes = readFileSync(join(folder, name));
    weight.raw += bytes.length;
    weight.gz += gzipSync(bytes, { level: 9 }).length;
    weight.br += brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
  }
  return [...kinds.values()];
}

/** The weights as a table in kB (1000 bytes). */
export function weightTable(weights) {
  const kb = (bytes) => (bytes / 1000).toFixed(1);
  return table(
    [['kB', 'raw', 'gz', 'br'], ...weights.map(({ kind, raw, gz, br }) => [kind, kb(raw), kb(gz), kb(br)])],
    [1, 2, 3],
  );
}
