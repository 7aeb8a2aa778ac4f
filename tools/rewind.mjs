/** How long it takes to reach any point of a run in the page's engine: the run of `crate/script/examples/rewind.rs`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.mjs';

const SCRIPT = join(ROOT, 'crate', 'script', 'examples', 'rewind.mm');
/** What the daemons do, and how much of it in one call, as in the page's worker. */
const ACTIONS = 1_000_000;
const SLICE = 5000;
/** Slices between two points that one can step to. */
const CUT_EVERY = 4;
const MINUTE_NS = 60e9;
const SEEKS = 200;

/** `{ actions, seeks, slowest_ms, mean_ms, checkpoints, checkpoint_bytes }`; the moments are spread evenly, in no order. */
export function measureRewind({ Playground }) {
  const playground = new Playground();
  const [wrong] = playground.load(readFileSync(SCRIPT, 'utf8'));
  if (wrong !== undefined) throw new Error(`rewind.mm does not load: ${JSON.stringify(wrong)}`);
  while (playground.playLine() !== undefined);
  for (let slice = 0; slice < ACTIONS / SLICE; slice += 1) {
    playground.advance(MINUTE_NS, SLICE);
    if (slice % CUT_EVERY === 0) playground.cut();
  }
  const end_ns = playground.nowNs;
  const times = Array.from({ length: SEEKS }, (_, i) => {
    // A step that has no common factor with the number of moments visits each once.
    const at_ns = (((i * 77) % SEEKS) + 0.5) / SEEKS * end_ns;
    const start_ms = performance.now();
    playground.seekTime(at_ns);
    while (!playground.seekOn(SLICE));
    return performance.now() - start_ms;
  });
  const [checkpoints, checkpoint_bytes] = playground.checkpoints();
  playground.free();
  return { actions: ACTIONS, seeks: SEEKS, slowest_ms: Math.max(...times), mean_ms: times.reduce((sum, ms) => sum + ms, 0) / SEEKS, checkpoints, checkpoint_bytes };
}
