/** Same script, same bytes, same hash: natively, in Node, and in Chromium from a plain page and from Vite's builds. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { build, createServer, preview } from 'vite';
import { BROWSER_SWITCHES, findBrowser } from '../../tools/browser.mjs';
import { ROOT } from '../../tools/process.mjs';
import { serve } from '../e2e/static_server.mjs';
import { MM, freshProject, manyScripts, someScripts } from './project.mjs';

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

const pageProgram = (from, more = '') => `
import { Machine } from '${from}';
${more}
import { runAll } from './run-all.js';
const scripts = await (await fetch(new URL('scripts.json', document.baseURI))).json();
window.answered = runAll(Machine, scripts).catch((error) => String(error));
window.ready = true;
`;

/** Shows a figure: what its loader looks like before it is wanted, then what it answers. */
const FIGURE = `
  const figure = document.createElement('mm-playground');
  figure.setAttribute('scenario', 'rss-climb');
  document.body.append(figure);
  const poster = figure.shadowRoot.querySelector('img');
  await poster.decode();
  const answer = await figure.run('proc me\\nme mmap own 64K\\nme write own');
  await figure.play();
  while (!(figure.state?.seconds > 0.1)) await new Promise((resolve) => figure.addEventListener('change', resolve, { once: true }));
  // Its other parts are found as well: a view that is loaded when it is shown, and the engine's second file.
  figure.setAttribute('view', 'page-walk');
  return { ok: answer.ok, faults: (await figure.observe()).regions['me.own'] !== undefined, why: (await figure.why('me.own')).length };
`;
const ANSWER = { ok: true, faults: true, why: 3 };

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

/** Opens a page and asks it; whatever it complains of fails. */
async function inPage(address, ask = (page) => page.evaluate('window.answered')) {
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
    const answers = await ask(page);
    assert.deepEqual(problems, []);
    return answers;
  } finally {
    await page.close();
  }
}

async function served(folder, ask) {
  const server = await serve(folder);
  try {
    return await inPage(`${server.address}index.html`, ask);
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

/** A project's own program, with the engine and the element out of the package; to be bundled. */
function bundledProgram() {
  project.write('main.js', `${pageProgram('mm-playground', "import 'mm-playground/element';")}\nwindow.figure = async () => {${FIGURE}};`);
  project.write('index.html', html('main.js'));
}
const engineAndElement = async (page) => [await page.evaluate('window.answered'), await page.evaluate('window.figure()')];

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:";

test('in Chromium, bundled by Vite: the engine and the element, under a strict policy, and from another origin', async () => {
  bundledProgram();
  const quiet = { root: project.folder, base: './', configFile: false, logLevel: 'error' };
  await build({ ...quiet, build: { target: 'es2022', emptyOutDir: true } });
  project.write('dist/scripts.json', JSON.stringify(scripts));
  const server = await preview({ ...quiet, base: '/', preview: { port: 0, host: '127.0.0.1', headers: { 'content-security-policy': POLICY } } });
  try {
    const { port } = server.httpServer.address();
    const [answers, figure] = await inPage(`http://127.0.0.1:${port}/index.html`, engineAndElement);
    same(answers, 'bundled by Vite');
    assert.deepEqual(figure, ANSWER);
  } finally {
    await server.close();
  }
  // On a CDN, from which another origin's page has them; there the worker must be a module.
  await build({ ...quiet, build: { target: 'es2022', emptyOutDir: true }, worker: { format: 'es' } });
  const cdn = await serve(join(project.folder, 'dist'), { 'access-control-allow-origin': '*' });
  try {
    const [, entry] = /src="\.\/(assets\/[^"]+)"/.exec(readFileSync(join(project.folder, 'dist', 'index.html'), 'utf8'));
    mkdirSync(join(project.folder, 'other'));
    project.write('other/index.html', html(entry).replace('./', cdn.address));
    project.write('other/scripts.json', '[]');
    assert.deepEqual(await served(join(project.folder, 'other'), (page) => page.evaluate('window.figure()')), ANSWER);
  } finally {
    await cdn.close();
  }
});

test("in Chromium, from Vite's development server: the engine and the element", async () => {
  bundledProgram();
  const server = await createServer({ root: project.folder, configFile: false, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    const [answers, figure] = await inPage(`http://127.0.0.1:${port}/index.html`, engineAndElement);
    same(answers, 'from the development server');
    assert.deepEqual(figure, ANSWER);
  } finally {
    await server.close();
  }
});

test('the element plays in a plain page', async () => {
  project.write('element.js', `
    import './node_modules/mm-playground/dist/element/mm-playground.js';
    window.figure = async () => {${FIGURE}};
    window.ready = true;
  `);
  project.write('index.html', html('element.js'));
  assert.deepEqual(await served(project.folder, (page) => page.evaluate('window.figure()')), ANSWER);
});

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
