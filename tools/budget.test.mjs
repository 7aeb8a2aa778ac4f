import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstLoad, firstLoadSums } from './budget.mjs';

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
