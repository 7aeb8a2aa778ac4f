/**
 * Builds the static site into www/dist, and weighs what a visitor downloads.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT, mustRun, packageScript } from './process.mjs';
import { Refusal, step, table } from './terminal.mjs';

export const SITE = join(ROOT, 'www', 'dist');

/** The most that the engine's two files may weigh on the wire: what a page starts with, and what comes while it runs. */
export const WASM_LIMITS_GZ_KB = { wasm: 220, 'wasm, rest': 275 };

/** The same for single files, of the site and of the package: the engine, and the script that other people's pages load at once. */
export const FILE_LIMITS_GZ_KB = [
  [/_rest[^/]*\.wasm$/, WASM_LIMITS_GZ_KB['wasm, rest']],
  [/\.wasm$/, WASM_LIMITS_GZ_KB.wasm],
  [/^(?:.*element\/)?mm-playground\.js$/, 6],
];

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

/** Bytes of every file below a folder: `[{ name, raw, gz, br }]`, in the order of names. */
export function weighFiles(folder) {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/')).sort();
  return paths.map((name) => {
    const bytes = readFileSync(join(folder, name));
    const gz = gzipSync(bytes, { level: 9 }).length;
    const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
    return { name, raw: bytes.length, gz, br };
  });
}

/** Bytes of the site's files by kind: `[{ kind, raw, gz, br }]`. */
export function weigh(folder = SITE) {
  const kinds = new Map(KINDS.map(([kind]) => [kind, { kind, raw: 0, gz: 0, br: 0 }]));
  for (const { name, ...bytes } of weighFiles(folder)) {
    const [kind] = KINDS.find(([, names]) => names.test(name)) ?? [];
    if (kind === undefined) continue;
    const weight = kinds.get(kind);
    for (const packed of ['raw', 'gz', 'br']) weight[packed] += bytes[packed];
  }
  return [...kinds.values()];
}

const kb = (bytes) => (bytes / 1000).toFixed(1);

/** The weights as a table in kB (1000 bytes). */
export function weightTable(weights) {
  return table(
    [['kB', 'raw', 'gz', 'br'], ...weights.map(({ kind, name = kind, raw, gz, br }) => [name, kb(raw), kb(gz), kb(br)])],
    [1, 2, 3],
  );
}

/** Refuses files that are heavier than they may be: `limits` are patterns of names with kB gzipped, the first that fits counts. */
export function mustBeLight(files, limits) {
  for (const { name, gz } of files) {
    const limit = limits.find(([names]) => names.test(name))?.[1] ?? Infinity;
    if (gz > limit * 1000) throw new Refusal(`${name} is ${kb(gz)} kB gzipped; it may be ${limit} kB.`);
  }
}
