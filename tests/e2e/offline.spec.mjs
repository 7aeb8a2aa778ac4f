/** Once loaded, the page works without a network; a new version replaces the old one as a whole. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * The site as another version: the scripts of the page and of one language under other names, with all that names them,
 * and the list of the service worker to match. The files of the old names are gone from the server.
 */
function nextVersion(folder) {
  const assets = join(folder, 'assets');
  const nameOf = (pattern) => readdirSync(assets).find((name) => pattern.test(name));
  const [, main] = /assets\/([\w.-]+\.js)/.exec(readFileSync(join(folder, 'index.html'), 'utf8'));
  const renamed = [main, nameOf(/^zh-[\w-]+\.js$/)].map((name) => [name, name.replace('-', '-next-')]);
  const next = (text) => renamed.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  const rewrite = (file, change) => writeFileSync(file, change(readFileSync(file, 'utf8')));
  for (const [from, to] of renamed) renameSync(join(assets, from), join(assets, to));
  for (const name of readdirSync(assets).filter((each) => each.endsWith('.js'))) rewrite(join(assets, name), next);
  rewrite(join(assets, next(main)), (text) => `globalThis.isNext = true;\n${text}`);
  rewrite(join(folder, 'index.html'), next);
  const hash = (bytes) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
  const fileOf = (name) => join(folder, name === './' ? 'index.html' : name);
  rewrite(join(folder, 'sw.js'), (text) =>
    next(text)
      .replace(/const VERSION = '.*'/, "const VERSION = 'next'")
      .replace(/"([^"]+)":"sha256-[^"]+"/g, (_, name) => `"${name}":"${hash(readFileSync(fileOf(name)))}"`),
  );
}

pageTest('a new version is taken as a whole, when the page is loaded again', {}, async ({ page, problems }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mm-site-'));
  cpSync(DIST, folder, { recursive: true });
  const server = await serve(folder);
  const isNext = () => page.evaluate(() => globalThis.isNext === true);
  /** Which of the service worker's stages has a script. */
  const stages = () => page.evaluate(async () => {
    const { installing, waiting, active } = await navigator.serviceWorker.getRegistration();
    return { installing, waiting, active: active?.state };
  });
  try {
    // Leaving a page that is complete breaks off no request.
    await page.waitForLoadState('networkidle');
    await kept(page);
    await page.goto(server.address);
    await page.waitForLoadState('networkidle');
    assert.equal(await kept(page), 1);
    await page.reload();
    await page.locator('.lane').first().waitFor();
    nextVersion(folder);
    // The browser looks for updates by itself, but not at once. It fetches them with its lowest priority: most of a minute
    // on a busy machine.
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration()).update()));
    await until(async () => (await kept(page)) === 2, 'the new version beside the old one', 120);
    await until(async () => {
      const { installing, waiting, active } = await stages();
      return installing === null && waiting === null && active === 'activated';
    }, 'the new version to answer');
    // The page that is open goes on with its own files, which nobody else has any more.
    assert.equal(await isNext(), false);
    await page.locator('#language').click();
    await page.getByRole('button', { name: '地址空间' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: '地址空间' }).waitFor();
    assert.equal(await isNext(), true);
    // That address was none of the site's.
    problems.splice(0, problems.length, ...problems.filter((problem) => !problem.includes('left the site')));
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
