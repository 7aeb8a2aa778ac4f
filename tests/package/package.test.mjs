/** The packed package: what tools say of it, and what a fresh project does with it in Node. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { ROOT, packageScript } from '../../tools/process.mjs';
import { PACKAGE, freshProject } from './project.mjs';

let project;
before(async () => {
  project = await freshProject();
});
after(() => project.end());

/** Runs Node in the project; what it printed. */
function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project.folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr + stdout);
  return stdout;
}

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pkgDir: PACKAGE, strict: true });
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  assert.deepEqual(messages.map((message) => formatMessage(message, manifest)), []);
});

test('the types are not wrong', () => {
  // It is an ES module: what only CommonJS would resolve is not asked.
  const said = node(packageScript('@arethetypeswrong', 'cli', 'dist', 'index.js'), project.archive, '--profile', 'esm-only', '--no-color', '--exclude-entrypoints', '*.wasm');
  assert.equal(said.match(/^(?:node16 \(from ESM\)|bundler): 🟢/gm).length, 2 * 6, said);
});

test('licences, types and entries are in the archive', () => {
  const inside = join(project.folder, 'node_modules', 'mm-playground');
  const { exports, sideEffects, license } = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
  // The element's scripts register a name and styles; nothing else does anything by being imported.
  assert.deepEqual([sideEffects, license], [['./dist/element/**/*.js'], 'MIT OR Apache-2.0']);
  for (const file of ['LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'examples/rss-climb.mjs']) assert.ok(existsSync(join(inside, file)), file);
  const targets = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(targets));
  for (const [name, entry] of Object.entries(exports)) {
    if (entry.types !== undefined) assert.equal(Object.keys(entry)[0], 'types', name);
    if (!name.includes('*')) for (const target of targets(entry)) assert.ok(existsSync(join(inside, target)), target);
  }
});

test('thirty lines make the chart of the RSS climb as CSV', () => {
  const example = join('examples', 'rss-climb.mjs');
  assert.ok(readFileSync(join(project.folder, example), 'utf8').trimEnd().split('\n').length <= 30);
  const [head, ...lines] = node(example).trimEnd().split('\n');
  assert.equal(head, 'seconds,rss_kb,anon_huge_kb,pages_collapsed');
  const rows = lines.map((line) => line.split(',').map(Number));
  const rssAt = (seconds) => rows.find(([at]) => at === seconds)[1];
  assert.equal(rssAt(10), 2 ** 21, 'the heap is full');
  assert.ok(rssAt(20) < 90_000, 'it was freed');
  assert.equal(rssAt(1330), 2 ** 21, 'khugepaged has filled it again');
  assert.ok(rows.at(-1)[1] < 90_000, 'with max_ptes_none=0 it stays freed');
});

test('a machine answers, refuses and tells', () => {
  project.write('machine.mjs', `
    import assert from 'node:assert/strict';
    import { EngineCrash, ErrnoError, Machine, ScriptError } from 'mm-playground';

    const machine = await Machine.create();
    const events = machine.events();
    const { error, steps } = machine.run('proc p\\np mmap a 4M\\np madvise a hugepage\\np write a\\np read a[5000]\\n');
    assert.equal(error, null);
    assert.equal(steps[3].faults, 2);
    assert.deepEqual([steps[4].signal, steps[4].at], ['SIGSEGV', 5000]);
    assert.equal(machine.totals().anonHugeKb, 4096);
    assert.match(machine.read('/proc/p/smaps_rollup'), /^AnonHugePages: +4096 kB$/m);
    assert.match(machine.cells('p', 'a', 0, 3), /^TTT$/);
    assert.equal(machine.inspect('p', 'a', 3).why.length, 3);
    assert.deepEqual(Object.keys(machine.observe().regions), ['p.a']);
    assert.ok(machine.list('/sys/kernel/mm/').includes('ksm/'));

    machine.write('/sys/kernel/mm/ksm/run', 1);
    assert.equal(machine.read('/sys/kernel/mm/ksm/run'), '1\\n');
    const refused = (call, errno) => assert.throws(call, (e) => e instanceof ErrnoError && e.errno === errno);
    refused(() => machine.write('/sys/kernel/mm/ksm/run', 7), 'EINVAL');
    refused(() => machine.read('/nowhere'), 'ENOENT');
    assert.throws(() => machine.run('p mmpa a'), (e) => e instanceof ScriptError && e.errors[0].column === 3 && /mmap/.test(e.message));
    assert.throws(() => machine.load('machine mem=1'), ScriptError);
    assert.match(machine.run('q read a').error.message, /no process/);
    await assert.rejects(Machine.create({ script: 'nonsense' }), ScriptError);
    await assert.rejects(machine.play({ every: '0s' }).next(), TypeError);

    const seen = [];
    for await (const event of events) {
      seen.push(event);
      if (event.kind === 'fault') break;
    }
    const { who, process, region, pages } = seen.at(-1);
    assert.deepEqual([who, process, region, pages], ['p', 'p', 'a', 512]);

    const here = machine.stateHash;
    const { of } = machine.position;
    machine.seek(2);
    assert.equal(machine.totals().rssKb, 0);
    machine.seek(of);
    assert.equal(machine.stateHash, here);
    const again = await Machine.create({ script: machine.script });
    assert.equal(again.run().error, null);
    assert.equal(again.stateHash, here);

    const late = machine.events();
    const waits = late.next();
    machine.free();
    machine.free();
    assert.deepEqual(await waits, { done: true, value: undefined });
    assert.throws(() => machine.run('p read a'), /freed/);
    assert.deepEqual(Object.keys(globalThis).filter((name) => name.startsWith('mm')), []);

    // A crash ends all machines, and nothing else.
    const { crash } = await import('mm-playground/bindings');
    const { guarded, engineInstance } = await import('./node_modules/mm-playground/dist/package/engine.js');
    console.error = () => {};
    assert.throws(() => guarded(engineInstance(), crash), (e) => e instanceof EngineCrash && /crash on demand/.test(e.message));
    assert.throws(() => again.run('p read a'), EngineCrash);
    again.free();
    const next = await Machine.create({ script: 'proc p\\np mmap a 4K\\np write a' });
    assert.deepEqual(next.run().steps.map(({ faults }) => faults), [undefined, 0, 1]);
    assert.match(next.read('/proc/meminfo'), /^MemTotal/);
    console.log('all held');
  `);
  assert.match(node('machine.mjs'), /all held/);
});

test('programs without a DOM type-check, with Node and without', () => {
  project.write('use.ts', `
    import { Machine, type Outcome } from 'mm-playground';
    import { Machine as Here } from 'mm-playground/node';
    const machine: Here = await Machine.create({ script: 'proc p' });
    const outcome: Outcome = machine.run();
    const faults: number | undefined = outcome.steps[0]?.faults;
    for await (const { nowNs, totals } of machine.play({ every: '1s' })) if (nowNs + totals.rssKb + (faults ?? 0) > 0) break;
    for await (const { kind } of machine.events()) if (kind === 'fault') break;
    // @ts-expect-error options have types
    await Machine.create({ scripts: 1 });
  `);
  const tsc = packageScript('typescript', 'bin', 'tsc');
  const common = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--types', '', '--skipLibCheck', 'false'];
  node(tsc, ...common, '--module', 'nodenext', 'use.ts');
  node(tsc, ...common, '--module', 'esnext', '--moduleResolution', 'bundler', 'use.ts');
});

test('the documentation has the words of the Rust comments', () => {
  const page = join(ROOT, 'www', 'package-docs', 'classes', 'wasm_mm_wasm.Playground.html');
  if (!existsSync(page)) return assert.ok(!process.env.CI, 'npm run package makes it');
  assert.match(readFileSync(page, 'utf8'), /Hash of the machine/);
});
