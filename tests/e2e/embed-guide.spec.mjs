/** Guided figures: a lesson is a small file, its steps are clicked through, its tasks check themselves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { documentOf, elsewhere } from './elsewhere.mjs';
import { pageTest } from './page.mjs';
import { until } from './screen.mjs';

const LESSON = readFileSync(new URL('../../www/examples/plain/lesson.md', import.meta.url), 'utf8');
const SCRIPT = '<script type="module" src="%SITE%mm-playground.js"></script>';

pageTest('a lesson in Markdown is clicked through, back and forth, and its task checks itself', {
  site: () => elsewhere({ 'lesson.md': LESSON, 'index.html': documentOf(`<mm-playground id="f" guide="lesson.md" controls="play" height="420" lang="en" autoplay="paused"></mm-playground>
    <script type="module">window.told = []; document.querySelector('#f').addEventListener('guide', ({ detail }) => told.push(detail));</script>${SCRIPT}`) }),
}, async ({ page, picture }) => {
  const guide = page.locator('#f .guide');
  const next = guide.getByRole('button', { name: 'Next' });
  const state = guide.locator('.task-state');
  const hash = () => page.evaluate(() => document.querySelector('#f').observe().then((seen) => seen.hash));
  await guide.getByRole('heading', { name: 'A heap of small pages' }).waitFor();
  await until(() => page.evaluate(() => document.querySelector('#f').state.rssKb === 8192), 'the lines of the first step');
  await until(async () => (await page.locator('#f .pointed').count()) === 4, 'what it points at');
  const first = await hash();
  await picture('guide-first');
  await next.click();
  await state.filter({ hasText: 'Not yet' }).waitFor();
  assert.equal(await hash(), first);
  await page.evaluate(() => document.querySelector('#f').run('app madvise heap[0..512] collapse'));
  await page.waitForTimeout(500);
  assert.match(await state.textContent(), /Not yet/);
  await page.evaluate(() => document.querySelector('#f').run('app madvise heap collapse'));
  await state.filter({ hasText: 'Done' }).waitFor();
  await picture('guide-done');
  await next.click();
  await guide.getByText('That was the last step.').waitFor();
  // Back undoes what the steps, and the reader, did.
  await guide.getByRole('button', { name: 'Back' }).click();
  await state.filter({ hasText: 'Not yet' }).waitFor();
  assert.equal(await hash(), first);
  // The words change, the place in the lesson does not.
  await page.evaluate(() => document.querySelector('#f').setAttribute('lang', 'zh'));
  await guide.getByRole('button', { name: '下一步' }).waitFor();
  await guide.getByText('第 2 步，共 3 步').waitFor();
  assert.equal(await hash(), first);
  assert.deepEqual((await page.evaluate(() => told)).map(({ step, done }) => `${step}${done ? ' done' : ''}`).filter((word, i, all) => word !== all[i - 1]), ['1 done', '2', '2 done', '3 done', '2']);
});

pageTest('a lesson inside of the element, in JSON and two languages; markup in it stays text', {
  site: () => elsewhere({ 'index.html': documentOf(`<mm-playground id="f" controls="" height="400" lang="zh-CN" autoplay="paused"><script type="application/json">${JSON.stringify({
    title: { en: 'Faults', zh: '缺页' },
    script: 'machine mem=256M\nproc p\np mmap a 64K',
    steps: [{ title: 'x', caption: '<img src=x onerror="globalThis.pwned=1"> **bold** [link](javascript:alert(1)) [web](https://kernel.example/)', lines: 'p write a[0]', highlight: 'p.a[0]', task: { text: { en: 'Touch all', zh: '全部写一遍' }, check: 'p Rss >= 64 kB' } }],
  })}</script></mm-playground>${SCRIPT}`) }),
}, async ({ page }) => {
  const guide = page.locator('#f .guide');
  await guide.getByText('全部写一遍').waitFor();
  await guide.getByText('<img src=x onerror="globalThis.pwned=1">').waitFor();
  assert.deepEqual(await guide.locator('a').evaluateAll((links) => links.map(({ href }) => href)), ['https://kernel.example/']);
  assert.equal(await guide.locator('b', { hasText: 'bold' }).count(), 1);
  await page.evaluate(() => document.querySelector('#f').run('p write a'));
  await guide.getByText('✓ 完成').waitFor();
  assert.equal(await page.evaluate(() => globalThis.pwned ?? null), null);
});

pageTest('a mistake in a lesson is said by its step', {
  site: () => elsewhere({ 'index.html': documentOf(`<mm-playground id="f" lang="en" autoplay="paused"><script type="text/markdown">
    ## One

    Check: nothing at all
  </script></mm-playground>${SCRIPT}`) }),
}, async ({ page }) => {
  await page.locator('#f').getByText('step 1: the check "nothing at all" is not of the form').waitFor();
});
