/** Keyboard, screen reader, fingers, the system's colours. */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';
import { emptyMachine, focused, playing, tabTo, type, until } from './screen.mjs';

pageTest('the sheet of keys lists every key that works, and they do', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  await playing(page, false);
  const map = page.locator('#map');
  await map.focus();
  await page.keyboard.press('?');
  const listed = (await page.getByRole('dialog').locator('kbd').allTextContents()).join(' ').toLowerCase();
  for (const key of ['space', '[', ']', '1', '2', '3', '+', '-', 'h', 'k', 'w', 'c', 's', 'e', 't', '/', 'f6', '?', 'ctrl z', 'ctrl r', 'ctrl l', 'ctrl enter', 'esc', 'home', 'pgup']) assert.ok(listed.includes(key), key);
  await page.keyboard.press('Escape');
  await map.focus();
  await page.keyboard.press('2');
  await page.locator('.lane', { hasText: 'DMA' }).first().waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('ArrowRight');
  await page.locator('.inspector .why').first().waitFor();
  await page.keyboard.press('/');
  assert.match(await focused(page), /console-input/);
  // Round all panels and back, by one key.
  const seen = new Set();
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press('F6');
    await page.waitForTimeout(50);
    seen.add(await focused(page));
  }
  assert.ok(seen.size >= 8, [...seen].join(' | '));
});

pageTest('without eyes: cells are spoken, the map is a table, and the table leads to the page', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 6M', 'p1 madvise a hugepage', 'p1 write a[0..600]', 'p1 madvise a[512..600] nohugepage']) await type(page, line);
  await page.locator('#map').focus();
  const spoken = page.locator('#map-spoken');
  await page.keyboard.press('Home');
  await until(async () => /p1 a page 0, huge page/.test(await spoken.textContent()), 'the first page to be spoken');
  await page.keyboard.press('Shift+ArrowRight');
  await until(async () => /page 512/.test(await spoken.textContent()), 'the next range');
  await page.keyboard.press('t');
  const rows = page.getByRole('dialog').locator('tbody tr');
  await until(async () => (await rows.count()) === 3, 'three ranges');
  assert.match(await rows.nth(0).textContent(), /\+0.*512.*huge page/);
  assert.match(await rows.nth(2).textContent(), /not there/);
  await rows.nth(2).getByRole('button').press('Enter');
  await until(async () => /page 1024, not there/.test(await spoken.textContent()), 'the page that the table led to');
});

pageTest('everything at the top is reached and used by Tab alone', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  await tabTo(page, /scenario/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.story h3', { hasText: 'How long until' }).waitFor();
  await tabTo(page, /share/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
});

pageTest('two fingers zoom, one scrolls, a tap selects', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, async ({ page, picture }) => {
  const tab = page.locator('.panel.tabs .btn').first();
  await tab.waitFor();
  await tab.tap();
  await page.locator('.lane').first().waitFor();
  await playing(page, false);
  const view = page.locator('.stage-view');
  const box = await view.boundingBox();
  const session = await page.context().newCDPSession(page);
  const touch = (kind, ...points) => session.send('Input.dispatchTouchEvent', { type: kind, touchPoints: points.map(([x, y], id) => ({ x: box.x + x, y: box.y + y, id })) });
  const size = () => page.evaluate(() => document.querySelector('mm-playground').shadowRoot.querySelector('.controls .size').textContent);
  const before = await size();
  await touch('touchStart', [160, 200], [180, 200]);
  for (let spread = 10; spread <= 120; spread += 10) await touch('touchMove', [160 - spread / 2, 200], [180 + spread / 2, 200]);
  await touch('touchEnd');
  await until(async () => (await size()) !== before, 'the zoom');
  assert.ok(parseInt(await size(), 10) > parseInt(before, 10), `${before} → ${await size()}`);
  const top = () => page.evaluate(() => document.querySelector('mm-playground').shadowRoot.querySelector('.stage').scrollTop);
  const from = await top();
  await session.send('Input.synthesizeScrollGesture', { x: box.x + 150, y: box.y + 300, yDistance: -200, gestureSourceType: 'touch' });
  await until(async () => (await top()) !== from, 'the scroll');
  await view.tap({ position: { x: 60, y: 120 } });
  await picture('touch');
  await page.locator('.panel.tabs .btn', { hasText: 'Inspector' }).tap();
  await page.locator('.inspector .facts').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

for (const colorScheme of ['light', 'dark']) {
  pageTest(`the system's own colours, ${colorScheme}: what is chosen shows by its line`, { colorScheme, forcedColors: 'active' }, async ({ page, picture }) => {
    await page.locator('.lane').first().waitFor();
    const chosen = page.locator('.views .btn[aria-pressed="true"]');
    assert.equal(await chosen.evaluate((element) => getComputedStyle(element).borderTopWidth), '2px');
    const swatch = page.locator('.legend .swatch').first();
    const colours = await page.locator('.legend .swatch').evaluateAll((all) => all.map((element) => getComputedStyle(element).backgroundColor));
    assert.ok(new Set(colours).size > 1, 'the legend keeps its colours');
    await swatch.waitFor();
    await picture(`forced-colours-${colorScheme}`);
  });
}
