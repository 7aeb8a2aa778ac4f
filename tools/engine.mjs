/**
 * Builds the engine to WebAssembly for the page, when its sources have changed.
 *
 * "Changed" is a hash over the contents of everything the wasm is made from, kept beside the output: neither
 * dates nor branches fool it, and an unchanged engine costs a few milliseconds and needs no Rust at all.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ENGINE_NEEDS, mustMeet } from './bootstrap.mjs';
import { ROOT, mustRun, packageScript } from './process.mjs';
import { Refusal, step } from './terminal.mjs';

/** Where the page imports the bindings from. */
export const BINDINGS = join(ROOT, 'www', 'src', 'wasm');
export const WASM_FILE = join(BINDINGS, 'mm_wasm_bg.wasm');
export const REST_FILE = join(BINDINGS, 'mm_wasm_rest.wasm');
const STAMP = join(BINDINGS, '.made-from');

/** What the wasm is made from. The native command line and all tests are not part of it. */
const SOURCES = [
  'Cargo.toml',
  'Cargo.lock',
  'package.json',
  'tools/engine.mjs',
  'tools/profile.mjs',
  'tools/split.mjs',
  'www/src/scenarios/rss-climb.mm',
  'www/src/scenarios/vm-fleet.mm',
  ...['engine', 'script', 'wasm'].flatMap((crate) => [`crate/${crate}/Cargo.toml`, `crate/${crate}/src`]),
];

/** Adds to Cargo's commands where a lock file that is out of date must be an error. */
export const LOCKED = process.env.CI ? ['--locked'] : [];

function filesUnder(path) {
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name);
    return entry.isDirectory() ? filesUnder(inner) : [inner];
  });
}

/** SHA-256 over names and contents of the files and folders given, those that exist, relative to `root`. */
export function fingerprint(paths, root = ROOT) {
  const hash = createHash('sha256');
  for (const path of paths.map((name) => join(root, name)).filter(existsSync)) {
    const files = path.endsWith('src') ? filesUnder(path) : [path];
    for (const file of files) {
      const contents = readFileSync(file);
      hash.update(`${relative(root, file)}\0${contents.length}\0`).update(contents);
    }
  }
  return hash.digest('hex');
}

/**
 * Only the engine and its checksum need speed (Cargo.toml's opt-level 3). The parser, the facade and the
 * libraries run once for each thing a person does: for size, which makes the wasm 7 % lighter on the wire.
 */
const CODEGEN = ['profile.release.opt-level="z"']
  .concat(['mm-engine', 'xxhash-rust'].map((crate) => `profile.release.package.${crate}.opt-level=3`))
  .flatMap((setting) => ['--config', setting]);

/** The features that Rust's output uses and every browser has. */
const FEATURES = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];

/** Shrinks a wasm file where it costs no speed. */
const optimize = (file) =>
  mustRun(process.execPath, [packageScript('binaryen', 'bin', 'wasm-opt'), '-O3', ...FEATURES.map((f) => `--enable-${f}`), file, '-o', file]);

/**
 * Cuts the module in two, so that a page starts with half of it: what the first scenarios run, and the rest. Both are
 * optimized after that: what is seldom needed must not be inlined into what is needed at once.
 */
async function cutInTwo() {
  // Loaded here: npm may only just have installed what they need.
  const [{ functionsThatRun }, { split }] = await Promise.all([import('./profile.mjs'), import('./split.mjs')]);
  const whole = readFileSync(WASM_FILE);
  const needed = await functionsThatRun(whole, join(BINDINGS, 'mm_wasm.js'));
  const { first, rest } = split(whole, (name) => !needed.has(name));
  writeFileSync(WASM_FILE, first);
  writeFileSync(REST_FILE, rest);
  await Promise.all([WASM_FILE, REST_FILE].map(optimize));
}

const isCurrent = (sources) =>
  [WASM_FILE, REST_FILE, STAMP].every(existsSync) && readFileSync(STAMP, 'utf8').trim() === sources;

/** Makes sure that the page's bindings are those of the sources as they are now. */
export async function buildEngine() {
  // Taken before the build: what is edited while it runs will be built next time.
  const sources = fingerprint(SOURCES);
  if (isCurrent(sources)) return;
  if (!existsSync(join(ROOT, 'crate', 'wasm', 'Cargo.toml'))) throw new Refusal('crate/wasm is missing.');
  await mustMeet(ENGINE_NEEDS);
  const why = existsSync(WASM_FILE) ? 'its sources changed' : 'not built yet';
  await step('engine → wasm', `${why}: wasm-pack build --release`, async (progress) => {
    // no-install: everything wasm-pack could download has been installed above, from the registries.
    await mustRun(
      'wasm-pack',
      [
        ...['--log-level', 'warn', 'build', 'crate/wasm', '--release', '--target', 'web'],
        ...['--mode', 'no-install', '--no-pack', '--out-dir', BINDINGS, '--', ...CODEGEN, ...LOCKED],
      ],
      { onLine: progress },
    );
    progress('cutting it in two: what a page starts with, and the rest');
    await cutInTwo();
    writeFileSync(STAMP, `${sources}\n`);
  });
}

