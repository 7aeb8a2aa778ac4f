/** `<mm-playground>` in somebody else's page. */
import assert from 'node:assert/strict';
import { documentOf, elsewhere } from './elsewhere.mjs';
import { pageTest } from './page.mjs';
import { until } from './screen.mjs';

const SCRIPT = '<script type="module" src="%SITE%mm-playground.js"></script>';
const heavy = (names) => names.filter((name) => /\/(?:live|worker|mm_wasm)[^/]*$/.test(name));

/** A page with figures; what it loads is noted, and what figures tell lies in `told`. */
const page = (body, head = '') => documentOf(`<script>
  window.told = [];
  for (const name of ['ready', 'step', 'change', 'error', 'guide']) document.addEventListener(name, ({ target, detail }) => told.push({ name, id: target.id, detail }), true);
</script>${body}${SCRIPT}`, head);

pageTest('one line shows a figure: nothing heavy before it is wanted, then it plays', {
  site: () => elsewhere({ 'index.html': page(`<h1>A page about memory</h1>
    <mm-playground id="first" scenario="rss-climb" view="address-space" controls="play,step,why" height="360" lang="zh-CN" theme="auto"></mm-playground>
    <div style="height: 3000px"></div>
    <mm-playground id="below" scenario="ksm-nothing" autoplay="visible" lang="en"></mm-playground>`) }),
}, async ({ page, picture }) => {
  const loaded = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.waitForLoadState('networkidle');
  await page.getByRole('button', { name: '运行此图' }).waitFor();
  await picture('element-poster');
  assert.deepEqual(heavy(await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))), []);
  await page.getByRole('button', { name: '运行此图' }).click();
  await page.locator('#first .lane', { hasText: 'heap' }).waitFor();
  await until(() => page.evaluate(() => (document.querySelector('#first').state?.seconds ?? 0) > 1), 'the first figure to play');
  await picture('element-live');
  assert.equal(await page.locator('#first').evaluate((element) => element.getBoundingClientRect().height), 360);
  // The second comes by itself when it is seen, rests when it is not, and goes on.
  assert.equal(await page.locator('#below .lane').count(), 0);
  await page.locator('#below').scrollIntoViewIfNeeded();
  await page.locator('#below .lane').first().waitFor();
  const playing = (id) => page.evaluate((name) => document.getElementById(name).state?.playing, id);
  await until(() => playing('below'), 'the second figure to play');
  await page.evaluate(() => scrollTo(0, 0));
  await until(async () => !(await playing('below')), 'the second figure to rest');
  assert.equal(await playing('first'), true);
  // It is told by events, and everything is said of each figure alone.
  const told = await page.evaluate(() => window.told);
  assert.deepEqual(told.filter(({ name }) => name === 'ready').map(({ id }) => id), ['first', 'below']);
  assert.ok(told.some(({ name, id, detail }) => name === 'step' && id === 'first' && detail.cmd === 'proc redis'));
  assert.deepEqual(told.filter(({ name }) => name === 'error'), []);
});
