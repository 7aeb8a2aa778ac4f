/**
 * `npm run bench`: how fast the engine is natively and as wasm, beside the real kernel.
 *
 * The native rates are those of `mm bench --json`; the wasm ones come from the page's own wasm, run by this
 * Node (the same compiler as Chromium's). Both are those of the fastest round, since whatever else the computer does
 * can only slow a round down. The kernel's figures were measured once, on another machine, for which is also said what
 * we must reach at least: see linux-figures.json. With `-- --linux FILE`, a bench.json that the oracle's `bench` wrote on
 * this very machine, both are this machine's: that kernel, and as many times its rate. Ratios are ours to the kernel's.
 * Last comes how long it takes to go to any moment of a run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { mustMeet } from './bootstrap.mjs';
import { BINDINGS, LOCKED, REST_FILE, WASM_FILE, buildEngine } from './engine.mjs';
import { ROOT, mustRun } from './process.mjs';
import { measureRewind } from './rewind.mjs';
import { Refusal, dim, main, say, step, table } from './terminal.mjs';

const linux = JSON.parse(readFileSync(join(ROOT, 'tools', 'linux-figures.json'), 'utf8'));

/** Pages that each wasm benchmark works on: 256 MiB, as the kernel did. */
const PAGES = 65_536;
/** Most rounds of each wasm benchmark; the first are slow, the compiler is still making the code that a page has after a second. */
const ROUNDS = 25;
/** No new round begins so long after the first. */
const ROUNDS_MS = 5000;

main(async () => {
  const { linux: file } = parseArgs({ options: { linux: { type: 'string' } } }).values;
  const here = file === undefined ? null : JSON.parse(readFileSync(file, 'utf8'));
  await mustMeet(['npm', 'rust']);
  await buildEngine();
  const native = await step('native', 'cargo run --release -p mm-cli -- bench --json', measureNative);
  const bindings = await loadWasm();
  const wasm = await step('wasm', `the page's engine in Node ${process.version}`, () => measureWasm(bindings, native));
  const rewind = await step('rewind', 'any moment of a long run', () => measureRewind(bindings));
  say();
  say(report(native, wasm, here));
  say(rewindLine(rewind));
  say(dim(`\n${here === null ? `${linux.kernel}: ${linux.machine}` : `Linux ${here.kernel}: this machine, fastest round`}; ${linux.method}.`));
});

async function measureNative(progress) {
  const args = ['run', '--release', '-p', 'mm-cli', ...LOCKED, '--', 'bench', '--json'];
  const { stdout } = await mustRun('cargo', args, { onLine: progress });
  const rates = JSON.parse(stdout);
  if (!rates.length) throw new Refusal('mm bench --json printed no rates.');
  return rates;
}

async function loadWasm() {
  const bindings = await import(pathToFileURL(join(BINDINGS, 'mm_wasm.js')));
  globalThis.mmEngineRest = (first) => void new WebAssembly.Instance(new WebAssembly.Module(readFileSync(REST_FILE)), { first });
  bindings.initSync({ module: readFileSync(WASM_FILE) });
  return bindings;
}

/** Map from a benchmark's name to its rate. */
function measureWasm(bindings, native) {
  const rate = (name) => {
    let best = 0;
    const start = performance.now();
    for (let round = 0; round < ROUNDS && performance.now() - start < ROUNDS_MS; round += 1) best = Math.max(best, bindings.bench(name, PAGES));
    return best;
  };
  return new Map(native.map(({ name }) => [name, rate(name)]));
}

/** What a seek may take at most, ms. */
const SEEK_MS = 100;

function rewindLine({ actions, seeks, slowest_ms, mean_ms, checkpoints, checkpoint_bytes }) {
  const reached = `slowest of ${seeks} moments ${slowest_ms.toFixed(1)} ms (${slowest_ms <= SEEK_MS ? '<=' : '> '} ${SEEK_MS}), mean ${mean_ms.toFixed(1)} ms`;
  return `\nrewind, wasm: ${actions.toLocaleString('en')} actions of the daemons on 1 GiB: ${reached}; ${checkpoints} checkpoints of ${(checkpoint_bytes / 1e6).toFixed(0)} MB`;
}

/** Figures of the kernel, and what must be reached beside it; both as on this machine if its figures are there. */
function figuresOf(here) {
  return linux.rates.map((figure) => {
    const own = here?.rates[figure.recorder]?.max;
    if (own === undefined) return figure;
    const scale = own / figure.rate;
    return { ...figure, rate: own, native: figure.native && figure.native * scale, wasm: figure.wasm && figure.wasm * scale };
  });
}

function report(native, wasm, here) {
  const figures = new Map(figuresOf(here).map((figure) => [figure.name, figure]));
  const count = (rate) => (rate === undefined ? '-' : Math.round(rate).toLocaleString('en'));
  const ratio = (ours, theirs) => {
    if (!theirs) return '-';
    const times = ours / theirs;
    return `${times < 10 ? times.toPrecision(2) : Math.round(times)}x`;
  };
  // What a rate must be at least, and whether it is.
  const floor = (rate, least) => (least === undefined ? '' : `${rate >= least ? '>=' : '< '} ${count(least)}`);
  const rows = native.map(({ name, unit, rate }) => {
    const figure = figures.get(name);
    const ours = wasm.get(name);
    return [
      name,
      count(figure?.rate),
      count(rate),
      floor(rate, figure?.native),
      count(ours),
      floor(ours, figure?.wasm),
      ratio(rate, figure?.rate),
      ratio(ours, figure?.rate),
      `${unit}${figure ? `: ${figure.what}` : ''}`,
    ];
  });
  const head = ['', 'Linux', 'native', 'at least', 'wasm', 'at least', 'native/Linux', 'wasm/Linux', 'unit'];
  return table([head, ...rows], [1, 2, 3, 4, 5, 6, 7]);
}
