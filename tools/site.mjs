/**
 * Builds the static site into www/dist, and weighs what a visitor downloads.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT, mustRun, packageScript } from './process.mjs';
import { step, table } from './terminal.mjs';

export const SITE = join(ROOT, 'www', 'dist');

/** The most that the engine's two files may weigh on the wire: what a page starts with, and the rest. */
export const WASM_LIMITS_GZ_KB = { wasm: 250, 'wasm, rest': 260 };

/** What is weighed together: the engine that a page starts with, the rest of it, scripts, styles. */
const KINDS = [
  ['wasm', /^(?!.*_rest).*\.wasm$/],
  ['wasm, rest', /_rest.*\.wasm$/],
  ['js', /\.js$/],
  ['css', /\.css$/],
];

/** Bundles the page. The engine's bindings must be there. */
export function buildSite() {
  return step('page → www/dist', 'vite build', (progress) =>
    mustRun(process.execPath, [packageScript('vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
      cwd: join(ROOT, 'www'),
      onLine: progress,
    }),
  );
}

/** Bytes of the site's files by kind: `[{ kind, raw, gz, br }]`. */
export function weigh(folder = SITE) {
  const kinds = new Map(KINDS.map(([kind]) => [kind, { kind, raw: 0, gz: 0, br: 0 }]));
  for (const name of readdirSync(folder, { recursive: true })) {
    const [kind] = KINDS.find(([, names]) => names.test(name)) ?? [];
    if (kind === undefined) continue;
    const weight = kinds.get(kind);
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
