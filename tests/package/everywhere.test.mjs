/** Same script, same bytes, same hash: natively, in Node, and in Chromium from a plain page and from Vite's builds. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { build, createServer } from 'vite';
import { BROWSER_SWITCHES, findBrowser } from '../../tools/browser.mjs';
import { ROOT } from '../../tools/process.mjs';
import { serve } from '../e2e/static_server.mjs';
import { MM, PACKAGE, freshProject, manyScripts, someScripts } from './project.mjs';

const WAIT_MS = 120_000;

/** Runs all scripts: `[[answers, hash]]`. The same program everywhere but for where it finds the package. */
const RUNNER = `
export function runAll(Machine, scripts) {
  return Promise.all(scripts.map(async ({ name, text }) => {
    const machine = await Machine.create({ script: text });
    const answers = JSON.stringify(machine.run(undefined, name));
    const { stateHash } = machine;
    machine.free();
    return [answers, stateHash];
  }));
}
`;

const pageProgram = (from) => `
import { Machine } from '${from}';
import { runAll } from './run-all.js';
const scripts = await (await fetch(new URL('scripts.json', document.baseURI))).json();
window.answered = runAll(Machine, scripts).catch((error) => String(error));
window.ready = true;
`;
const html = (script) => `<!doctype html><html lang="en"><title>fresh</title><link rel="icon" href="data:,"><body><script type="module" src="./${script}"></script></html>`;

let project;
let native;
let browser;
const scripts = someScripts();
before(async () => {
  project = await freshProject();
  project.write('run-all.js', RUNNER);
  project.write('scripts.json', JSON.stringify(scripts));
  native = nativeAnswers();
  browser = await chromium.launch({ executablePath: findBrowser(), args: BROWSER_SWITCHES });
});
after(async () => {
  await browser?.close();
  project.end();
});

function mm(...args) {
  const { status, stdout, stderr } = spawnSync(MM, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  assert.ok(status === 0 || status === 1, stderr);
  return stdout;
}

function nativeAnswers() {
  const hashes = JSON.parse(mm('sweep', '--quiet', '--format', 'json', ...scripts.map(({ path }) => path)));
  return scripts.map(({ path }, at) => [JSON.stringify(JSON.parse(mm('run', '--json', path))), hashes[at].state_hash]);
}

function same(answers, where) {
  assert.ok(Array.isArray(answers), `${where}: ${answers}`);
  for (const [at, { name }] of scripts.entries()) {
    assert.equal(answers[at][1], native[at][1], `state hash of ${name} ${where}`);
    assert.equal(answers[at][0], native[at][0], `answers of ${name} ${where}`);
  }
}

async function inPage(address) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('response', (response) => response.status() >= 400 && problems.push(`${response.status()} ${response.url()}`));
  try {
    await page.goto(address);
    await page.waitForFunction('window.ready', null, { timeout: WAIT_MS }).catch((error) => {
      throw new Error(`${error.message}\n${problems.join('\n')}`);
    });
    const answers = await page.evaluate('window.answered');
    assert.deepEqual(problems, []);
    return answers;
  } finally {
    await page.close();
  }
}

async function served(folder) {
  const server = await serve(folder);
  try {
    return await inPage(`${server.address}index.html`);
  } finally {
    await server.close();
  }
}

test('in Node', () => {
  project.write('in-node.mjs', `
    import { readFileSync } from 'node:fs';
    import { Machine } from 'mm-playground';
    import { runAll } from './run-all.js';
    console.log(JSON.stringify(await runAll(Machine, JSON.parse(readFileSync('scripts.json', 'utf8')))));
  `);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['in-node.mjs'], { cwd: project.folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  assert.equal(status, 0, stderr);
  same(JSON.parse(stdout), 'in Node');
});

test('in Chromium, from a plain page', async () => {
  project.write('plain.js', pageProgram('./node_modules/mm-playground/dist/package/browser.js'));
  project.write('index.html', html('plain.js'));
  same(await served(project.folder), 'in a plain page');
});

test('in Chromium, bundled by Vite', async () => {
  project.write('main.js', pageProgram('mm-playground'));
  project.write('index.html', html('main.js'));
  const quiet = { root: project.folder, base: './', configFile: false, logLevel: 'error' };
  await build({ ...quiet, build: { target: 'es2022', emptyOutDir: true } });
  project.write('dist/scripts.json', JSON.stringify(scripts));
  same(await served(join(project.folder, 'dist')), 'bundled by Vite');
});

test("in Chromium, from Vite's development server", async () => {
  project.write('main.js', pageProgram('mm-playground'));
  project.write('index.html', html('main.js'));
  const server = await createServer({ root: project.folder, configFile: false, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    same(await inPage(`http://127.0.0.1:${port}/index.html`), 'from the development server');
  } finally {
    await server.close();
  }
});

/** The element, when the package has it. Its files stay as they are: a bundler would part its worker from the engine. */
const { exports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
if (exports['./element'] !== undefined) {
  test('the element plays in a plain page', async () => {
    project.write('element.js', `
      const figure = document.createElement('mm-playground');
      figure.setAttribute('scenario', 'fault-lab');
      document.body.append(figure);
      await import('./node_modules/mm-playground/dist/element/mm-playground.js');
      window.answered = figure.run('proc me');
      window.ready = true;
    `);
    project.write('index.html', html('element.js'));
    assert.equal((await served(project.folder)).ok, true);
  });
}

test('a scenario is the same C program from the command line and from the page', async () => {
  const server = await createServer({ root: join(ROOT, 'www'), logLevel: 'error', server: { middlewareMode: true } });
  try {
    const { cProgram } = await server.ssrLoadModule('/src/export/c-program.ts');
    const runtime = readFileSync(join(ROOT, 'crate', 'cli', 'src', 'export', 'c', 'runtime.c'), 'utf8');
    for (const path of manyScripts()) {
      const name = path.slice(path.lastIndexOf('/') + 1, -3);
      assert.equal(mm('export', '--c', path), cProgram(name, readFileSync(path, 'utf8'), runtime), name);
    }
  } finally {
    await server.close();
  }
});
