import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { elementLoader, firstLoad, firstLoadSums } from './budget.mjs';

test('a first load is the page, what it names, the worker, the engine, the charts, one language and one scenario', () => {
  const site = mkdtempSync(join(tmpdir(), 'mm-budget-'));
  mkdirSync(join(site, 'assets'));
  writeFileSync(join(site, 'index.html'), '<script type="module" src="./assets/index-a1.js"></script><link rel="stylesheet" href="./assets/index-b2.css">');
  const names = ['index-a1.js', 'index-b2.css', 'worker-c3.js', 'mm_wasm_bg-d4.wasm', 'en-e5.js', 'zh-f6.js', 'rss-climb-g7.js', 'vm-fleet-h8.js', 'editor-i9.js', 'plot-j0.js'];
  for (const name of names) writeFileSync(join(site, 'assets', name), name.repeat(100));
  const files = firstLoad(site);
  rmSync(site, { recursive: true });
  assert.deepEqual(files.map(({ name }) => name), ['index.html', 'index-a1.js', 'index-b2.css', 'worker-c3.js', 'mm_wasm_bg-d4.wasm', 'plot-j0.js', 'en-e5.js', 'rss-climb-g7.js']);
  const { page, all } = firstLoadSums(files);
  assert.ok(page > 0 && all > page);
});

test("the element's script is weighed with all that it imports at once, not with what it fetches later", () => {
  const site = mkdtempSync(join(tmpdir(), 'mm-budget-'));
  mkdirSync(join(site, 'assets'));
  const filler = (n) => Array.from({ length: n }, (_, i) => `//${i * 7919}`).join('\n');
  writeFileSync(join(site, 'mm-playground.js'), `import{t as e}from"./assets/a.js";e(()=>import("./assets/late.js"));`);
  writeFileSync(join(site, 'assets', 'a.js'), `import "./b.js";export const t=1;`);
  writeFileSync(join(site, 'assets', 'b.js'), filler(1000));
  writeFileSync(join(site, 'assets', 'late.js'), filler(50_000));
  const kb = elementLoader(site);
  rmSync(site, { recursive: true });
  assert.ok(kb > 2 && kb < 8, String(kb));
});
