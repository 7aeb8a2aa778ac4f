/** What a fresh clone relies on: exact versions, no private addresses, and a stamp that sees every change. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprint } from './engine.mjs';
import { ROOT } from './process.mjs';
import { FILE_LIMITS_GZ_KB, mustBeLight, weigh, weighFiles } from './site.mjs';
import { table } from './terminal.mjs';

const read = (name) => readFileSync(join(ROOT, name), 'utf8');

test('the lock file names packages and hashes, no addresses', () => {
  const packages = Object.entries(JSON.parse(read('package-lock.json')).packages);
  const installed = packages.filter(([path, entry]) => path.startsWith('node_modules/') && !entry.link);
  assert.ok(installed.length > 10);
  for (const [path, entry] of installed) {
    assert.equal(entry.resolved, undefined, path);
    assert.match(entry.integrity, /^sha512-/, path);
  }
});

test('every npm dependency is an exact version', () => {
  for (const file of ['package.json', 'www/package.json', 'tools/publish/package.json']) {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/, `${name} in ${file}`);
    }
  }
});

test('the stamp of the engine follows contents, names and nothing else', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'mm-stamp-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'a', 'src', 'deep'), { recursive: true });
  const write = (name, text) => writeFileSync(join(root, name), text);
  const stamp = () => fingerprint(['Cargo.toml', 'a/src', 'missing'], root);
  write('Cargo.toml', 'x');
  write('a/src/lib.rs', 'one');
  write('a/src/deep/b.rs', 'two');
  const first = stamp();
  write('a/notes.md', 'not part of it');
  write('a/src/lib.rs', 'one');
  assert.equal(stamp(), first);
  write('a/src/deep/b.rs', 'two!');
  const second = stamp();
  assert.notEqual(second, first);
  write('a/src/deep/c.rs', '');
  assert.notEqual(stamp(), second);
});

test('the site is weighed by kind', (t) => {
  const site = mkdtempSync(join(tmpdir(), 'mm-site-'));
  t.after(() => rmSync(site, { recursive: true }));
  mkdirSync(join(site, 'assets'));
  writeFileSync(join(site, 'assets', 'a.wasm'), Buffer.alloc(10_000));
  writeFileSync(join(site, 'assets', 'a_rest.wasm'), Buffer.alloc(300));
  writeFileSync(join(site, 'assets', 'b.js'), '0123456789');
  writeFileSync(join(site, 'index.html'), 'not weighed');
  const [wasm, rest, js, css] = weigh(site);
  assert.equal(wasm.raw, 10_000);
  assert.ok(wasm.gz < 200 && wasm.br < 200);
  assert.deepEqual([rest.kind, rest.raw], ['wasm, rest', 300]);
  assert.deepEqual([js.kind, js.raw], ['js', 10]);
  assert.deepEqual(css, { kind: 'css', raw: 0, gz: 0, br: 0 });
  assert.deepEqual(weighFiles(site).map(({ name, raw: bytes }) => [name, bytes]), [
    ['assets/a.wasm', 10_000], ['assets/a_rest.wasm', 300], ['assets/b.js', 10], ['index.html', 11],
  ]);
});

test('a file that is too heavy ends the build', () => {
  const files = (name, gz) => [{ name: 'index.html', gz: 1e9 }, { name, gz }];
  for (const [name, kb] of [['assets/mm_wasm_bg-x.wasm', 220], ['assets/mm_wasm_rest-x.wasm', 275], ['mm-playground.js', 6], ['dist/element/mm-playground.js', 6]]) {
    mustBeLight(files(name, kb * 1000), FILE_LIMITS_GZ_KB);
    assert.throws(() => mustBeLight(files(name, kb * 1000 + 1), FILE_LIMITS_GZ_KB), new RegExp(`${kb} kB`));
  }
});

test('tables align', () => {
  assert.equal(table([['kB', 'raw'], ['wasm', '1.0'], ['js', '12.5']], [1]), 'kB     raw\nwasm   1.0\njs    12.5');
});
