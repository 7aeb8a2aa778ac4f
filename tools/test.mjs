/**
 * `npm test`: every layer, or `npm test -- LAYER...` for some.
 *
 * A layer that fails, or for which something is missing on the machine, does not stop the others. The whole
 * output of each lies in test-results/LAYER.log. Ends with one line a layer and the totals.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { meet } from './bootstrap.mjs';
import { verdict } from './counts.mjs';
import { LAYERS } from './layers.mjs';
import { ROOT } from './process.mjs';
import { Refusal, bold, dim, green, main, red, say, since, step, table } from './terminal.mjs';

const RESULTS = join(ROOT, 'test-results');
/** Lines of a failed layer's output that are shown; the log has all. */
const SHOWN_LINES = 120;

main(async () => {
  const start_ms = performance.now();
  const layers = chosen(process.argv.slice(2));
  mkdirSync(RESULTS, { recursive: true });
  const unmet = await meet(layers.flatMap((layer) => layer.needs));
  const prepared = new Map();
  const outcomes = [];
  for (const layer of layers) outcomes.push(await runLayer(layer, unmet, prepared));
  return summary(outcomes, start_ms);
});

function chosen(names) {
  const known = LAYERS.map((layer) => layer.name);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length) throw new Refusal(`No such layer: ${wrong.join(' ')}\nLayers: ${known.join(' ')}`);
  return names.length ? LAYERS.filter((layer) => names.includes(layer.name)) : LAYERS;
}

/** Runs one layer and shows its output if it failed. Never throws. */
async function runLayer(layer, unmet, prepared) {
  const start_ms = performance.now();
  let outcome;
  let output;
  let lines = [];
  let failures = [];
  try {
    for (const need of layer.needs) if (unmet.has(need)) throw unmet.get(need);
    for (const preparation of layer.prepare ?? []) await once(preparation, prepared);
    await step(
      layer.name,
      layer.what,
      async (progress) => {
        const result = await layer.run(progress);
        ({ output, lines = [], failures = [] } = result);
        outcome = verdict(result, result.code);
        return outcome;
      },
      ({ passed, failed, note }) =>
        failed
          ? { failed: `${passed} passed, ${failed} failed${note && `: ${note}`}` }
          : `${passed} passed${note && `; ${note}`}`,
    );
    for (const line of lines) say(dim(`    ${line}`));
  } catch (error) {
    say(`${red('✗')} ${bold(layer.name)}  could not run`);
    output = error instanceof Refusal ? error.message : String(error?.stack ?? error);
    outcome = { passed: 0, failed: 1, note: 'could not run' };
  }
  const log = join('test-results', `${layer.name}.log`);
  writeFileSync(join(ROOT, log), `${output}\n`);
  if (outcome.failed) {
    say(`    … the whole output is in ${log}:`);
    for (const line of shown(output, failures)) say(`    ${line}`);
  }
  return { layer, ...outcome, seconds: (performance.now() - start_ms) / 1000 };
}

/** What is told of a layer that failed: the beginning of each failure, where they can be told from the rest; else the end. */
function shown(output, failures) {
  if (!failures.length) return output.trimEnd().split('\n').slice(-SHOWN_LINES);
  const each = Math.max(12, Math.floor(SHOWN_LINES / failures.length));
  return failures.flatMap((failure) => failure.split('\n').slice(0, each));
}

/** Runs a preparation that several layers share; its failure is each one's failure. */
async function once(preparation, prepared) {
  if (!prepared.has(preparation)) {
    prepared.set(preparation, await preparation().then(() => null, (error) => error));
  }
  if (prepared.get(preparation)) throw prepared.get(preparation);
}

/** Prints the closing lines; returns the exit code. */
function summary(outcomes, start_ms) {
  const total = (field) => outcomes.reduce((sum, outcome) => sum + outcome[field], 0);
  const rows = outcomes.map(({ layer, passed, failed, seconds, note }) => [
    layer.name,
    String(passed),
    String(failed),
    seconds.toFixed(1),
    `${layer.what}${note && ` (${note})`}`,
  ]);
  say();
  say(table([['layer', 'passed', 'failed', 'seconds', ''], ...rows], [1, 2, 3]));
  say();
  const failed = total('failed');
  say((failed ? red : green)(`${failed ? 'Not all passed' : 'All passed'} in ${since(start_ms)}`));
  say(`${total('passed')} passed, ${failed} failed`);
  return failed ? 1 : 0;
}
