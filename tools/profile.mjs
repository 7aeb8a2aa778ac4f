/**
 * Which functions of the engine a page's start runs: a copy of the module marks what is called, and plays the shipped
 * scenarios that a page opens on. The benchmarks are not among them: what only they call is called once a line, and
 * they are as fast with it in the other file.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './process.mjs';
import { binaryen, ownFunctions, read } from './split.mjs';

/** What is played: the scenarios that the page opens on and offers first. */
export const PLAYED = ['rss-climb', 'vm-fleet'].map((name) => `www/src/scenarios/${name}.mm`);

/** A turn plays a line or so much virtual time. So many turns go beyond the last line of both scenarios. */
const TURN_NS = 2e9;
const TURNS = 200;
const MAX_UNITS = 50_000;

/** What is in view: near enough for letters, and as a page opens. */
const VIEW = { width: 800, height: 600, dpr: 1, scrollY: 0, theme: 'dark', colouring: 'state', flash: true, selected: null, hovered: null };
const VIEWS = [
  { ...VIEW, view: 'memory', cell: 4, letters: false },
  { ...VIEW, view: 'spaces', cell: 24, letters: true },
  { ...VIEW, view: 'spaces', cell: 8, letters: false },
];

/** A canvas that shows nothing: Node has none, and the painter only asks for these. */
class BlankCanvas {
  constructor(width, height) {
    Object.assign(this, { width, height });
  }

  getContext() {
    const blank = (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) });
    return { fillText() {}, putImageData() {}, getImageData: (x, y, width, height) => blank(width, height) };
  }
}

class BlankImage {}

/** One colour is as good as another; the letters of some are not ASCII. */
const COLOURS = ['T', '\u00b4'].map((letter) => ({ letter, light: '#000000', dark: '#ffffff', lightInk: '#ffffff', darkInk: '#000000' }));

/** The module with an exported global for each of its functions, 1 once it was called. Returns bytes and names. */
function marked(bytes) {
  const module = read(bytes);
  const names = [];
  for (const { name, params, results, vars, body } of ownFunctions(module)) {
    const mark = `ran${names.length}`;
    module.addGlobal(mark, binaryen.i32, true, module.i32.const(0));
    module.addGlobalExport(mark, mark);
    module.removeFunction(name);
    const called = module.global.set(mark, module.i32.const(1));
    module.addFunction(name, params, results, vars, module.block(null, [called, body], results));
    names.push(name);
  }
  const instrumented = module.emitBinary();
  module.dispose();
  return { instrumented, names };
}

/** What the page's worker asks of the engine for a frame and a snapshot: these, by being read or called. */
const READ = ['position', 'length', 'nowNs', 'version', 'eventSeq'];
const CALLED = ['totals', 'processRows', 'regionRows', 'namesVersion', 'names', 'zoneNames', 'zoneRows', 'khugepaged', 'ksmd']
  .concat(['changedValues', 'contentHeight', 'letters', 'takeLog', 'pendingLines', 'nextCommand', 'cut', 'checkpoints']);

function look(playground, canvas) {
  canvas.paint(playground, performance.now());
  playground.measure();
  playground.events(1000);
  // What was touched is read before the ring of events forgets it, also while nobody looks at the heatmap.
  playground.touched(0);
  playground.words(0);
  for (const name of READ) assert.equal(typeof playground[name], 'number');
  for (const name of CALLED) playground[name]();
}

function play({ Canvas, Playground }, script) {
  const playground = new Playground();
  const canvas = new Canvas(new BlankCanvas(1, 1), COLOURS);
  playground.tunables();
  const errors = playground.load(script);
  if (errors.length) throw new Error(`a shipped scenario does not load: ${JSON.stringify(errors[0])}`);
  for (let turn = 0; turn < TURNS; turn += 1) {
    playground.setViewport(VIEWS[Math.min(turn, VIEWS.length - 1)]);
    look(playground, canvas);
    const upcoming = playground.upcoming();
    if (upcoming < 0) {
      if (playground.playLine() === undefined) break;
    } else {
      playground.beginningRun();
      playground.playTime(upcoming === 0 ? TURN_NS : Math.min(upcoming, TURN_NS), MAX_UNITS);
    }
  }
  canvas.free();
  playground.free();
}

/** What brings the rest cannot be in it, nor what tells that it did not come. */
function callLoadRest({ loadRest }) {
  const before = globalThis.mmEngineRest;
  globalThis.mmEngineRest = () => {};
  loadRest();
  globalThis.mmEngineRest = () => {
    throw new Error('no rest');
  };
  assert.throws(loadRest, /no rest/);
  globalThis.mmEngineRest = before;
}

/** Names of the functions that run. `bytes` is the module, with names; `glue` the file of its JavaScript. */
export async function functionsThatRun(bytes, glue) {
  const { instrumented, names } = marked(bytes);
  // A copy of the bindings of its own: others in this process may load the real engine with theirs.
  const bindings = await import(`${pathToFileURL(glue)}?profile`);
  Object.assign(globalThis, { OffscreenCanvas: BlankCanvas, ImageData: BlankImage });
  const exports = bindings.initSync({ module: instrumented });
  callLoadRest(bindings);
  bindings.version();
  for (const script of PLAYED) play(bindings, readFileSync(join(ROOT, script), 'utf8'));
  return new Set(names.filter((_, at) => exports[`ran${at}`].value === 1));
}
