/** `<mm-playground>` in somebody else's page. */
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
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

pageTest('a script stands inside of the element, and a program drives it', {
  site: () => elsewhere({ 'index.html': page(`<mm-playground id="own" controls="play,timeline,why" lang="en" theme="light" autoplay="paused">
      machine mem=512M
      proc app
      app mmap heap 8M
      # Nobody has asked for huge pages yet.
      app write heap
    </mm-playground>`) }),
}, async ({ page, picture }) => {
  await page.locator('#own #play').waitFor();
  const own = page.locator('#own');
  const call = (name, ...args) => own.evaluate((figure, [method, given]) => figure[method](...given), [name, args]);
  const refused = async (pattern, name, ...args) => assert.match(await own.evaluate((figure, [method, given]) => figure[method](...given).then(() => 'taken', (error) => error.message), [name, args]), pattern);
  assert.equal(await own.evaluate((figure) => figure.state.playing), false);
  await call('seek', { seconds: 1 });
  const before = await own.evaluate((figure) => figure.state);
  assert.deepEqual([before.seconds, before.rssKb, before.anonHugeKb, before.pendingLines], [1, 8192, 0, 0]);
  // A moment that is no whole number of nanoseconds is come to as well.
  await call('seek', { seconds: 28 * 0.4 });
  const answer = await call('run', 'app madvise heap hugepage\napp madvise heap collapse');
  assert.deepEqual([answer.ok, answer.steps.length, answer.errors], [true, 2, []]);
  assert.equal(await own.evaluate((figure) => figure.state.anonHugeKb), 8192);
  const seen = await call('observe');
  assert.equal(seen.regions['app.heap'].classes, 'T*2048');
  assert.match(seen.hash, /^[0-9a-f]{16}$/);
  const lists = await call('why', 'app.heap[3]');
  assert.deepEqual(lists.map(({ who }) => who).sort(), ['fault', 'khugepaged', 'ksmd']);
  assert.equal((await call('observe')).hash, seen.hash);
  await call('select', 'app.heap[700]');
  await own.locator('.inspector .why').first().waitFor();
  assert.equal((await call('why')).length, 3);
  await picture('element-why');
  assert.equal(await call('tunable', 'max_ptes_none'), '511');
  assert.equal(await call('tunable', 'khugepaged/max_ptes_none', 64), '64');
  assert.equal(await call('tunable', 'ksm/run', '1'), '1');
  await call('play');
  await until(() => own.evaluate((figure) => figure.state.playing && figure.state.seconds > 12), 'it to play');
  await call('pause');
  await call('seek', 0);
  assert.equal(await own.evaluate((figure) => figure.state.rssKb), 0);
  // What is wrong is said: which, where and what would be right.
  const wrong = await call('run', 'app madvice heap hugepage');
  assert.match(wrong.errors[0].message, /Did you mean `madvise`/);
  await refused(/process\.region\[index\]/, 'why', 'nonsense');
  await refused(/no page app\.heap\[99999\]/, 'why', 'app.heap[99999]');
  await refused(/no setting "no_such"/, 'tunable', 'no_such');
  await refused(/does not take 9999999: EINVAL/, 'tunable', 'max_ptes_none', 9999999);
  await refused(/no value of a setting/, 'tunable', 'max_ptes_none', '1 > /proc/x');
  await refused(/place on the timeline/, 'seek', 'later');
  await refused(/no link of a run/, 'open', '#1nonsense');
});

pageTest('attributes and content are followed as they change', {
  site: () => elsewhere({ 'index.html': page('<mm-playground id="f" scenario="fault-lab" controls="play" lang="en" autoplay="paused" theme="dark"></mm-playground>') }),
}, async ({ page, picture }) => {
  const f = page.locator('#f');
  const set = (name, value) => f.evaluate((figure, [key, text]) => (text === null ? figure.removeAttribute(key) : figure.setAttribute(key, text)), [name, value]);
  await f.locator('#play').waitFor();
  assert.equal(await f.locator('.page').getAttribute('data-theme'), 'dark');
  await set('theme', 'light');
  await f.locator('.page[data-theme="light"]').waitFor();
  assert.equal(await f.locator('.inspector, .timeline, .views').count(), 0);
  await set('controls', 'play,step,timeline,views,zoom,legend,why,speed');
  for (const part of ['.inspector', '.timeline', '.views', '.legend', '.controls .size', '.speed']) await f.locator(part).waitFor();
  await set('view', 'memory');
  await f.locator('.lane', { hasText: 'DMA' }).first().waitFor();
  for (const view of ['walk', 'heat', 'trees', 'hugetlb', 'address-space']) await set('view', view);
  await set('lang', 'zh-CN');
  await f.getByRole('button', { name: '地址空间' }).waitFor();
  await set('height', '500');
  await until(() => f.evaluate((figure) => figure.getBoundingClientRect().height === 500), 'the height');
  await set('height', 'a typo');
  await until(() => f.evaluate((figure) => figure.getBoundingClientRect().height === 360), 'the usual height');
  await f.evaluate((figure) => { figure.textContent = 'machine mem=256M\nproc other\nother mmap stack 64K\nother write stack\n'; });
  await until(() => f.evaluate((figure) => figure.state.pendingLines === 3), 'the script inside');
  await f.evaluate((figure) => figure.play());
  await f.locator('.lane', { hasText: 'other' }).waitFor();
  // A mistake is shown inside of the figure and told; the machine before it stays.
  await f.evaluate((figure) => { figure.textContent = 'proc p\np mmmap a 4M\n'; });
  await f.locator('.problem', { hasText: '2:3' }).waitFor();
  await picture('element-problem');
  assert.equal(await f.locator('.lane', { hasText: 'other' }).count(), 1);
  assert.match((await page.evaluate(() => told.filter(({ name }) => name === 'error'))).at(-1).detail.errors[0].message, /Did you mean `mmap`/);
  await f.evaluate((figure) => figure.replaceChildren());
  await set('scenario', 'no-such-story');
  await f.locator('.problem', { hasText: 'rss-climb' }).waitFor();
  // Out of the document it stops; back in it, it begins anew.
  await page.evaluate(() => { window.kept = document.querySelector('#f'); kept.remove(); });
  await page.evaluate(() => { kept.setAttribute('scenario', 'fault-lab'); document.body.append(kept); });
  await f.locator('#play').waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  pageTest(`axe finds nothing in a figure, before and after it runs, ${colorScheme}`, {
    colorScheme,
    site: () => elsewhere({ 'index.html': page('<main><h1>Memory</h1><mm-playground scenario="fault-lab" controls="all" lang="en"></mm-playground></main>', '<style>@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }</style>') }),
  }, async ({ page, picture }) => {
    await page.getByRole('button', { name: 'Run the figure' }).waitFor();
    await page.evaluate(() => document.querySelector('mm-playground').pause());
    await page.evaluate(() => document.querySelector('mm-playground').seek({ seconds: 1 }));
    await page.evaluate(() => document.querySelector('mm-playground').select('lab.array[3]'));
    await page.locator('mm-playground .why').first().waitFor();
    await audit(page, 'the figure');
    await picture(`element-all-${colorScheme}`);
    await page.setViewportSize({ width: 420, height: 900 });
    await page.locator('mm-playground .page[data-layout="narrow"]').waitFor();
    await audit(page, 'the figure, narrow');
    await picture(`element-narrow-${colorScheme}`);
  });
}
