/**
 * How soon the page is there, and that it never stands still.
 *
 * What is asked is what the page can do: of several tries the best counts, because other work on the machine makes
 * single ones slower, and nothing makes them faster.
 */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { pageTest, SITE } from './page.mjs';

const TRIES = 6;
const PAINT_MS = 500;
const RUNNING_MS = 1000;
const TASK_MS = 50;
/** The page without its engine, whose weight the build limits. */
const PAGE_GZ_KB = 105;

pageTest('the first picture within half a second, a running scenario within one', {}, async ({ page }) => {
  await page.addInitScript(() => {
    const look = () => {
      const root = document.querySelector('mm-playground')?.shadowRoot;
      const clock = root?.querySelector('.clock span')?.textContent ?? '';
      if (root?.querySelector('.lane') && /[1-9]/.test(clock)) globalThis.runningAt = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const paints = [];
  const runs = [];
  for (let i = 0; i < TRIES; i += 1) {
    await page.locator('.plot canvas').waitFor();
    await page.goto(SITE);
    await page.waitForFunction(() => globalThis.runningAt !== undefined);
    const { paint, running } = await page.evaluate(() => ({ paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity, running: globalThis.runningAt }));
    paints.push(Math.round(paint));
    runs.push(Math.round(running));
  }
  console.log(`first contentful paint ${paints.join(' ')} ms, running scenario ${runs.join(' ')} ms`);
  assert.ok(Math.min(...paints) < PAINT_MS, `first contentful paint ${paints} ms`);
  assert.ok(Math.min(...runs) < RUNNING_MS, `running scenario ${runs} ms`);
});

for (const story of [0, 8]) {
  pageTest(`no task of the page over ${TASK_MS} ms at top speed, story ${story}`, {}, async ({ page }) => {
    await page.locator('.plot canvas').waitFor();
    await page.locator('#scenario').click();
    await page.locator('.menu .shipped').nth(story).click();
    await page.locator('.speed').selectOption({ label: 'max' });
    const windows = [];
    for (let i = 0; i < TRIES && !windows.some((tasks) => tasks.length === 0); i += 1) {
      windows.push(await page.evaluate(async () => {
        const tasks = [];
        const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration))));
        observer.observe({ type: 'longtask' });
        await new Promise((resolve) => setTimeout(resolve, 4000));
        observer.disconnect();
        return tasks;
      }));
    }
    console.log(`tasks over 50 ms in windows of 4 s: ${windows.map((tasks) => `[${tasks}]`).join(' ')}`);
    assert.ok(windows.some((tasks) => tasks.length === 0), JSON.stringify(windows));
  });
}

pageTest('what a first visit downloads', {}, async ({ page }) => {
  const context = page.context();
  const fresh = await context.browser().newContext();
  const visit = await fresh.newPage();
  const sizes = [];
  visit.on('response', async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0));
    sizes.push([response.url().split('/').at(-1) || 'index.html', gzipSync(body, { level: 9 }).length / 1000]);
  });
  await visit.goto(SITE);
  await visit.locator('.plot canvas').waitFor();
  await visit.waitForTimeout(300);
  await fresh.close();
  const sum = (some) => some.reduce((total, [, kb]) => total + kb, 0);
  const own = sizes.filter(([name]) => !/\.wasm$|^sw\.js$|\.svg$|manifest/.test(name));
  console.log(`first visit: ${sum(own).toFixed(1)} kB gzipped without the engine, in ${own.length} files`);
  assert.ok(sum(own) < PAGE_GZ_KB, JSON.stringify(own));
  // Neither the editor, nor another language or story.
  assert.deepEqual(own.filter(([name]) => /^(?:editor|zh|vm-fleet|c-program|runtime|perfetto|files)-/.test(name)), []);
});
