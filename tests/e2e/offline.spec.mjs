/** Once loaded, the page works without a network; a new version replaces the old one as a whole. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SITE as DIST } from '../../tools/site.mjs';
import { pageTest } from './page.mjs';
import { emptyMachine, type, until } from './screen.mjs';
import { serve } from './static_server.mjs';

const kept = (page) => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  return (await caches.keys()).length;
});

pageTest('works offline after the first load', {}, async ({ page, problems }) => {
  await page.locator('.lane').first().waitFor();
  assert.equal(await kept(page), 1);
  await page.context().setOffline(true);
  await page.reload();
  await page.locator('.lane', { hasText: 'heap' }).waitFor();
  // What is loaded on demand is there too: another language, another scenario, its words, the charts.
  await page.locator('#language').click();
  await page.getByRole('button', { name: '地址空间' }).waitFor();
  await page.locator('#scenario').click();
  await page.getByRole('menuitem', { name: /KSM 在运行/ }).click();
  await page.locator('.lane', { hasText: 'guest1' }).waitFor();
  await page.locator('.story p', { hasText: 'PR_SET_MEMORY_MERGE' }).waitFor();
  await page.locator('.plot canvas').waitFor();
  await page.locator('#language').click();
  await emptyMachine(page);
  await type(page, 'proc p1');
  assert.deepEqual(problems, []);
});

test('the manifest makes it an application', () => {
  const manifest = JSON.parse(readFileSync(join(DIST, 'manifest.webmanifest'), 'utf8'));
  assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ['./', './', 'standalone']);
  for (const { src } of manifest.icons) assert.ok(readFileSync(join(DIST, src)).length > 0);
});

/** The site as another version: the script of another name, the page and the list of the service worker to match. */
function nextVersion(folder) {
  const [, main] = /assets\/([\w.-]+\.js)/.exec(readFileSync(join(folder, 'index.html'), 'utf8'));
  const renamed = main.replace('index-', 'index-next-');
  const text = readFileSync(join(folder, 'assets', main), 'utf8');
  rmSync(join(folder, 'assets', main));
  writeFileSync(join(folder, 'assets', renamed), `globalThis.isNext = true;\n${text}`);
  for (const name of readdirSync(join(folder, 'assets')).filter((each) => each.endsWith('.js') && each !== renamed)) {
    const file = join(folder, 'assets', name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(main, renamed));
  }
  const html = readFileSync(join(folder, 'index.html'), 'utf8').replaceAll(main, renamed);
  writeFileSync(join(folder, 'index.html'), html);
  const worker = join(folder, 'sw.js');
  const hash = (bytes) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
  let list = readFileSync(worker, 'utf8').replaceAll(main, renamed).replace(/const VERSION = '.*'/, "const VERSION = 'next'");
  list = list.replace(/"([^"]+)":"sha256-[^"]+"/g, (_, name) => `"${name}":"${hash(readFileSync(join(folder, name === './' ? 'index.html' : name)))}"`);
  writeFileSync(worker, list);
}

pageTest('a new version is taken as a whole, when the page is loaded again', { hash: '' }, async ({ page, problems }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mm-site-'));
  cpSync(DIST, folder, { recursive: true });
  const server = await serve(folder);
  try {
    // Leaving a page that is complete breaks off no request.
    await page.waitForLoadState('networkidle');
    await kept(page);
    await page.goto(server.address);
    await page.waitForLoadState('networkidle');
    await kept(page);
    nextVersion(folder);
    // The first look finds the new version and keeps it beside the old one, which goes on answering.
    await page.reload();
    await page.locator('.lane').first().waitFor();
    assert.equal(await page.evaluate(() => globalThis.isNext), undefined);
    // The browser looks for updates by itself, but with its lowest priority: most of a minute on a busy machine.
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    const isWaiting = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting != null);
    for (let seconds = 0; seconds < 120 && !(await isWaiting()); seconds += 1) await page.waitForTimeout(1000);
    assert.ok(await isWaiting(), 'the new version beside the old one');
    await page.locator('#language').click();
    await page.getByRole('button', { name: '地址空间' }).waitFor();
    // A page that is still being taken down counts as open: on a busy machine more loads are needed.
    const isNext = () => page.evaluate(() => globalThis.isNext === true);
    for (let loads = 0; loads < 20 && !(await isNext()); loads += 1) {
      await page.waitForTimeout(500);
      await page.reload();
      await page.locator('.lane').first().waitFor();
    }
    assert.ok(await isNext(), 'the new version');
    await until(async () => (await kept(page)) === 1, 'the old version to go');
    // That address was none of the site's.
    problems.splice(0, problems.length, ...problems.filter((problem) => !problem.includes('left the site')));
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
