/**
 * `npm run bench`: how fast the engine is natively and as wasm, beside the real kernel.
 *
 * The native rates are those of `mm bench --json`; the wasm ones come from the page's own wasm, run by this
 * Node (the same compiler as Chromium's). The kernel's figures were measured once, on another machine: see
 * linux-figures.json. Ratios are ours to the kernel's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mustMeet } from './bootstrap.mjs';
import { BINDINGS, LOCKED, REST_FILE, WASM_FILE, buildEngine } from './engine.mjs';
import { ROOT, mustRun } from './process.mjs';
import { Refusal, dim, main, say, step, table } from './terminal.mjs';

const linux = JSON.parse(readFileSync(join(ROOT, 'tools', 'linux-figures.json'), 'utf8'));

/** Pages that each wasm benchmark works on: 256 MiB, as the kernel did. */
const PAGES = 65_536;
/** Runs of each wasm benchmark; the median counts. */
const RUNS = 5;
/** How long each runs before: until then the compiler is still making the code that a page has after a second. */
const WARM_UP_MS = 500;

main(async () => {
  await mustMeet(['npm', 'rust']);
  await buildEngine();
  const native = await step('native', 'cargo run --release -p mm-cli -- bench --json', measureNative);
  const wasm = await step('wasm', `the page's engine in Node ${process.version}`, () => measureWasm(native));
  say();
  say(report(native, wasm));
  say(dim(`\n${linux.kernel}: ${linux.machine}; ${linux.method}.`));
});

async function measureNative(progress) {
  const args = ['run', '--release', '-p', 'mm-cli', ...LOCKED, '--', 'bench', '--json'];
  const { stdout } = await mustRun('cargo', args, { onLine: progress });
  const rates = JSON.parse(stdout);
  if (!rates.length) throw new Refusal('mm bench --json printed no rates.');
  return rates;
}

/** Map from a benchmark's name to its median rate. */
async function measureWasm(native) {
  const bindings = await import(pathToFileURL(join(BINDINGS, 'mm_wasm.js')));
  globalThis.mmEngineRest = (first) => void new WebAssembly.Instance(new WebAssembly.Module(readFileSync(REST_FILE)), { first });
  bindings.initSync({ module: readFileSync(WASM_FILE) });
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const rate = (name) => {
    for (const start = performance.now(); performance.now() - start < WARM_UP_MS; ) bindings.bench(name, PAGES);
    return median(Array.from({ length: RUNS }, () => bindings.bench(name, PAGES)));
  };
  return new Map(native.map(({ name }) => [name, rate(name)]));
}

function report(native, wasm) {
  const figures = new Map(linux.rates.map((figure) => [figure.name, figure]));
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
