/**
 * The test layers: what each needs on the machine, what it runs, and how its output is counted.
 *
 * Cheap checks come first. Layers share Cargo's dev profile and one choice of packages, so that nothing is
 * compiled twice: the same features give the same artifacts.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { firefoxEnvironment, firefoxLack, webdriverEnvironment } from './browser.mjs';
import * as counts from './counts.mjs';
import { LOCKED, buildEngine } from './engine.mjs';
import { buildDocs, buildPackage } from './package.mjs';
import { ROOT, firstLine, mustRun, packageScript, run } from './process.mjs';
import { buildSite } from './site.mjs';

const WASM = ['--target', 'wasm32-unknown-unknown'];
/** All that runs natively. The facade is linted and tested as wasm. */
const NATIVE = ['--workspace', '--exclude', 'mm-wasm', ...LOCKED];
/** Recorded answers of Linux: a test program of its own, and a layer of its own. */
const CONFORMANCE = 'conformance';

const VITEST_REPORT = join(ROOT, 'test-results', 'vitest.json');

async function clippy(packages, onLine) {
  const format = ['--keep-going', '--message-format=json'];
  const args = ['clippy', ...packages, '--all-targets', ...format, '--', '-D', 'warnings'];
  const { code, output, stdout } = await run('cargo', args, { onLine: (line) => line.startsWith('{') || onLine(line) });
  const { rendered, ...count } = counts.cargoMessages(stdout);
  return { code, ...count, output: rendered || output.replace(/^\{.*\n/gm, '') };
}

const hasNextest = () => firstLine('cargo', ['nextest', '--version']) !== null;

/** Test programs in crate folders `tests/`, but for the conformance one: files, and folders with a `main.rs`. */
function integrationTests() {
  const folders = ['engine', 'script', 'cli'].map((crate) => join(ROOT, 'crate', crate, 'tests')).filter(existsSync);
  const names = folders.flatMap((folder) =>
    readdirSync(folder).flatMap((entry) => {
      if (entry.endsWith('.rs')) return [entry.slice(0, -3)];
      return existsSync(join(folder, entry, 'main.rs')) ? [entry] : [];
    }),
  );
  return names.filter((name) => name !== CONFORMANCE).flatMap((name) => ['--test', name]);
}

async function counted(count, command, args, options) {
  const result = await run(command, args, options);
  return { ...result, ...count(result.output) };
}

/** Progress of what prints TAP: the tests as they end, without what is told of them. */
const byTest = (onLine) => (line) => /^(?:not )?ok \d+ - /.test(line) && onLine(line);

/** `node --test` over files of the repository. */
const nodeTests = (files, onLine) =>
  counted(counts.nodeTest, process.execPath, ['--test', '--test-reporter=tap', ...files], { onLine: byTest(onLine) });

/** Two runs as one. */
const both = (one, two) => ({
  code: one.code || two.code,
  passed: one.passed + two.passed,
  failed: one.failed + two.failed,
  output: `${one.output}\n${two.output}`,
});

/** A command as one check. */
async function check(command, args, options) {
  const { code, output } = await run(command, args, options);
  return { code, output, passed: Number(code === 0), failed: Number(code !== 0) };
}

/** The libraries that others use. */
const LIBRARIES = ['--package', 'mm-engine', '--package', 'mm-script', ...LOCKED];

/** In the order in which they run. `run` resolves to `{ code, passed, failed, output }`, `lines` to be shown and, where they can be told, `failures`. */
export const LAYERS = [
  {
    name: 'format',
    what: 'rustfmt',
    needs: ['rust', 'rustfmt'],
    async run(onLine) {
      const args = ['fmt', '--all', '--', '--check', '--verbose', '-l'];
      const result = await counted(counts.rustfmt, 'cargo', args, { onLine });
      const output = result.output.replace(/^(?:Formatting|Spent|Using rustfmt config file) .*\n/gm, '');
      return { ...result, output: output && `${output}(cargo fmt --all formats them)` };
    },
  },
  {
    name: 'tools',
    what: 'the commands themselves',
    needs: [],
    run: (onLine) =>
      nodeTests(
        readdirSync(join(ROOT, 'tools'))
          .filter((name) => name.endsWith('.test.mjs'))
          .map((name) => join('tools', name)),
        onLine,
      ),
  },
  {
    name: 'clippy',
    what: 'clippy, native',
    needs: ['rust', 'clippy'],
    run: (onLine) => clippy(NATIVE, onLine),
  },
  {
    name: 'clippy-wasm',
    what: 'clippy, wasm32',
    needs: ['rust', 'clippy', 'wasmTarget'],
    run: (onLine) => clippy([...WASM, '--package', 'mm-wasm', ...LOCKED], onLine),
  },
  {
    name: 'unit',
    what: 'Rust unit and integration tests',
    needs: ['rust'],
    run(onLine) {
      if (hasNextest()) {
        const args = ['nextest', 'run', ...NATIVE, '-E', `not binary(${CONFORMANCE})`];
        return counted(counts.nextest, 'cargo', args, { onLine });
      }
      const args = ['test', ...NATIVE, '--no-fail-fast', '--lib', '--bins', ...integrationTests()];
      return counted(counts.libtest, 'cargo', args, { onLine });
    },
  },
  {
    name: 'doctest',
    what: 'examples in the documentation',
    needs: ['rust'],
    run: (onLine) => counted(counts.libtest, 'cargo', ['test', ...NATIVE, '--doc', '--no-fail-fast'], { onLine }),
  },
  {
    name: 'crates',
    what: 'documentation without warnings, packages that build',
    needs: ['rust'],
    async run(onLine) {
      const docs = await check('cargo', ['doc', '--no-deps', ...LIBRARIES], { onLine, env: { RUSTDOCFLAGS: '-D warnings' } });
      return both(docs, await check('cargo', ['package', '--allow-dirty', ...LIBRARIES], { onLine }));
    },
  },
  {
    name: 'conformance',
    what: 'recorded answers of Linux 6.18',
    needs: ['rust'],
    run: (onLine) =>
      counted(counts.conformance, 'cargo', ['test', ...NATIVE, '--test', CONFORMANCE, '--', '--nocapture'], { onLine }),
  },
  {
    name: 'wasm',
    what: 'wasm-pack test, headless Chromium and Firefox',
    needs: ['npm', 'rust', 'wasmTarget', 'wasmBindgen', 'wasmPack', 'browser'],
    async run(onLine) {
      const inBrowser = (browser, env) =>
        counted(counts.libtest, 'wasm-pack', ['test', '--headless', `--${browser}`, '--mode', 'no-install', 'crate/wasm', ...LOCKED], { onLine, env });
      const chromium = await inBrowser('chrome', webdriverEnvironment());
      const lack = firefoxLack();
      if (lack !== null) return { ...chromium, lines: [`Chromium alone: ${lack}`] };
      const firefox = await inBrowser('firefox', firefoxEnvironment());
      return {
        ...both(chromium, firefox),
        lines: [`Chromium: ${chromium.passed} passed, ${chromium.failed} failed; Firefox: ${firefox.passed} passed, ${firefox.failed} failed`],
      };
    },
  },
  {
    name: 'types',
    what: 'TypeScript, strict',
    needs: ['npm'],
    prepare: [buildEngine],
    run: (onLine) =>
      counted(
        (text) => counts.tsc(text, join(ROOT, 'www')),
        process.execPath,
        [packageScript('typescript', 'bin', 'tsc'), '--project', 'www', '--noEmit', '--listFiles', '--pretty', 'false'],
        { onLine },
      ),
  },
  {
    name: 'web-unit',
    what: 'unit tests of the page, vitest',
    needs: ['npm'],
    prepare: [buildEngine],
    async run(onLine) {
      rmSync(VITEST_REPORT, { force: true });
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`];
      const args = [packageScript('vitest', 'vitest.mjs'), 'run', ...reporters];
      const result = await run(process.execPath, args, { cwd: join(ROOT, 'www'), onLine });
      const report = existsSync(VITEST_REPORT) ? readFileSync(VITEST_REPORT, 'utf8') : '';
      return { ...result, ...counts.vitest(report) };
    },
  },
  {
    name: 'package',
    what: 'the npm package in a fresh project: Node, a plain page, Vite',
    needs: ['npm', 'rust', 'browser'],
    prepare: [buildEngine, buildPackage, buildDocs],
    async run(onLine) {
      await mustRun('cargo', ['build', ...NATIVE], { onLine });
      const folder = join('tests', 'package');
      return nodeTests(readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.test.mjs')).map((name) => join(folder, name)), onLine);
    },
  },
  {
    name: 'e2e',
    what: 'the built page in headless Chromium',
    needs: ['npm', 'browser'],
    prepare: [buildEngine, buildSite],
    run: (onLine) =>
      counted(counts.nodeTest, process.execPath, [join('tests', 'e2e', 'run.mjs'), '--tap'], { onLine: byTest(onLine) }),
  },
];
