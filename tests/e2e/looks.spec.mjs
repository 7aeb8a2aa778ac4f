/** The page at work in both themes and both languages, and in windows of every width. */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';
import { clockOf, playedTo, playing, until } from './screen.mjs';

for (const colorScheme of ['light', 'dark']) {
  for (const locale of ['en-US', 'zh-CN']) {
    pageTest(`opens on a running scenario, ${colorScheme}, ${locale}`, { colorScheme, locale }, async ({ page, picture }) => {
      await page.locator('.lane', { hasText: 'heap' }).waitFor();
      const before = await clockOf(page);
      await until(async () => (await clockOf(page)) !== before, 'virtual time to pass');
      await until(async () => (await page.locator('.event').count()) > 0, 'events');
      await page.locator('.plot canvas').waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), locale === 'zh-CN' ? 'zh-Hans' : 'en');
      await playedTo(page, '00:03:00');
      await playing(page, false);
      await page.locator('#map').focus();
      await page.keyboard.press('ArrowRight');
      await page.locator('.inspector .why').first().waitFor();
      await picture(`page-${colorScheme}-${locale}`);
    });
  }
}

for (const [width, height] of [[1120, 720], [900, 800], [740, 900], [390, 844], [360, 640]]) {
  pageTest(`fits ${width} px`, { viewport: { width, height } }, async ({ page, picture }) => {
    await page.locator('#play').waitFor();
    const tabs = await page.locator('.panel.tabs .btn').all();
    for (const tab of [null, ...tabs]) {
      await tab?.click();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `no horizontal scroll at ${await tab?.textContent()}`);
      const outside = await page.evaluate(() => {
        const root = document.querySelector('mm-playground').shadowRoot;
        return [...root.querySelectorAll('.panel:not([data-away])')].filter((panel) => panel.getBoundingClientRect().right > innerWidth + 1).map((panel) => panel.className);
      });
      assert.deepEqual(outside, []);
    }
    await tabs[0]?.click();
    await page.waitForTimeout(1500);
    await picture(`page-${width}`);
  });
}

pageTest('remembers theme and language', {}, async ({ page }) => {
  const theme = () => page.locator('.page').getAttribute('data-theme');
  await page.locator('#theme').click();
  await page.locator('#theme').click();
  assert.equal(await theme(), 'dark');
  await page.locator('#language').click();
  await page.getByRole('button', { name: '地址空间' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '地址空间' }).waitFor();
  assert.equal(await theme(), 'dark');
});

pageTest('moves nothing for those who asked for that', { reducedMotion: 'reduce' }, async ({ page }) => {
  const moving = await page.evaluate(() => {
    const root = document.querySelector('mm-playground').shadowRoot;
    return [...root.querySelectorAll('*')].filter((element) => getComputedStyle(element).transitionDuration !== '0s').length;
  });
  assert.equal(moving, 0);
});
