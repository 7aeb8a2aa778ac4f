/**
 * Runs the end-to-end tests against www/dist in headless Chromium.
 *
 * node tests/e2e/run.mjs [--tap] [--slow] [NAME...]
 *
 * NAME     start of a spec's file name; without one, all of them
 * --slow   the workers' messages arrive late, each by up to SLOW_MS, to find tests that only pass on a quiet machine
 *
 * Serves the built site on a free port and gives every tests/e2e/*.spec.mjs to Node's test runner: first those that
 * measure, one after another, then the rest, two at a time. Build first: npm run build.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../../tools/process.mjs';
import { SITE } from '../../tools/site.mjs';
import { Refusal, main } from '../../tools/terminal.mjs';
import { serve } from './static_server.mjs';

/** On average far more than what passes between two actions of a test. */
const SLOW_MS = 500;

/** Specs that look at times. */
const ALONE = ['speed', 'rewind', 'embed-frame'];

main(async () => {
  const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const reporter = process.argv.includes('--tap') ? 'tap' : 'spec';
  const folder = join('tests', 'e2e');
  const specs = readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.spec.mjs') && (!names.length || names.some((name) => file.startsWith(name))))
    .map((file) => join(folder, file));
  if (!specs.length) throw new Refusal(`No spec in ${folder} starts with: ${names.join(' ')}`);
  if (!existsSync(join(SITE, 'index.html'))) throw new Refusal('www/dist is not built: npm run build');
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  const server = await serve(SITE);
  try {
    const play = async (some, atOnce) => {
      if (!some.length) return 0;
      const args = ['--test', `--test-concurrency=${atOnce}`, `--test-reporter=${reporter}`, ...some];
      const { code } = await run(process.execPath, args, {
        env: { MM_SITE: server.address, ...(process.argv.includes('--slow') ? { MM_SLOW_MS: String(SLOW_MS) } : {}) },
        onLine: (line) => process.stdout.write(`${line}\n`),
      });
      return code;
    };
    const alone = (file) => ALONE.some((name) => file.endsWith(`${name}.spec.mjs`));
    const first = await play(specs.filter(alone), 1);
    return await play(specs.filter((file) => !alone(file)), 2) || first;
  } finally {
    await server.close();
  }
});
