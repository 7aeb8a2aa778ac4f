/**
 * `npm run build`: the static site in www/dist, and its sizes. It works from any path of any static file server.
 *
 * Fails if the engine is heavier than it may be.
 */
import { mustMeet } from './bootstrap.mjs';
import { buildEngine } from './engine.mjs';
import { WASM_GOAL_GZ_KB, WASM_LIMIT_GZ_KB, buildSite, weigh, weightTable } from './site.mjs';
import { Refusal, main, say } from './terminal.mjs';

main(async () => {
  await mustMeet(['npm']);
  await buildEngine();
  await buildSite();
  const weights = weigh();
  say();
  say(weightTable(weights));
  // No CSS is right: the components' styles are inside the JavaScript.
  for (const { kind, raw } of weights) {
    if (raw === 0 && kind !== 'css') throw new Refusal(`www/dist has no ${kind} file.`);
  }
  const wasm_gz_kb = weights.find(({ kind }) => kind === 'wasm').gz / 1000;
  if (wasm_gz_kb > WASM_LIMIT_GZ_KB) {
    throw new Refusal(`The wasm is ${wasm_gz_kb.toFixed(1)} kB gzipped; it may be ${WASM_LIMIT_GZ_KB} kB.`);
  }
  if (wasm_gz_kb > WASM_GOAL_GZ_KB) {
    say(`The wasm is ${wasm_gz_kb.toFixed(1)} kB gzipped, above its goal of ${WASM_GOAL_GZ_KB} kB.`);
  }
});
