/** The split screen: two settings of one run, at the same moment. */
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
import { pageTest } from './page.mjs';
import { clockOf, playedTo, playing, until } from './screen.mjs';

const otherClock = (page) => page.locator('.split-head .mono.muted').textContent();

for (const colorScheme of ['light', 'dark']) {
  pageTest(`two settings side by side, ${colorScheme}`, { colorScheme }, async ({ page, picture }) => {
    await page.locator('.lane').first().waitFor();
    await playedTo(page, '00:03:00');
    await playing(page, false);
    await page.keyboard.press('c');
    await page.locator('.sweep-form input').first().fill('0');
    await page.locator('#side-by-side').click();
    const differ = page.locator('.split-table .how', { hasText: /[1-9][\d\u202f]* pages differ/ });
    await differ.waitFor();
    await until(async () => (await otherClock(page)) === (await clockOf(page)), 'the same moment in both');
    const row = (name) => page.locator('.split-table tr', { hasText: name });
    await row('pages_collapsed').locator('.differs').waitFor();
    await audit(page, 'the split screen');
    await picture(`split-${colorScheme}`);

    // Both go back together.
    const end = await clockOf(page);
    await page.locator('#timeline').focus();
    await page.keyboard.press('PageDown');
    await until(async () => (await clockOf(page)) !== end && (await clockOf(page)) === (await otherClock(page)), 'both clocks at an earlier time');

    // With the same setting nothing differs.
    await page.locator('#split-value').fill('511');
    await page.locator('#split-value').press('Enter');
    await page.locator('.split-table .how', { hasText: /^0 pages differ/ }).waitFor();
    await page.locator('#split-close').click();
    await page.locator('.split-place').waitFor({ state: 'detached' });
  });
}

pageTest('a line that is typed is done in both', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  await playedTo(page, '00:03:00');
  await playing(page, false);
  await page.locator('#compare').click();
  await page.locator('#side-by-side').click();
  await page.locator('.split-table .how', { hasText: /pages differ/ }).waitFor();
  await page.locator('#console-input').fill('redis munmap heap');
  await page.locator('#console-input').press('Enter');
  await until(async () => (await page.locator('.split-table tr', { hasText: 'RSS' }).textContent()).endsWith('0\u202fK0\u202fK0'), 'nothing mapped in either');
});

pageTest('charts: CPU of the daemons, fault latency, files', {}, async ({ page, picture }) => {
  await page.locator('.lane').first().waitFor();
  await playedTo(page, '00:03:00');
  await playing(page, false);
  await page.locator('.charts .add').selectOption('khugepagedCpu');
  await page.locator('.charts .key', { hasText: 'khugepaged CPU' }).waitFor();
  for (const [name, kind] of [['CSV', 'csv'], ['PNG', 'png'], ['SVG', 'svg']]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.charts').getByRole('button', { name: `Save as ${name}` }).click()]);
    assert.match(download.suggestedFilename(), new RegExp(`\\.${kind}$`));
  }
  await picture('charts-cpu');
  await page.locator('#latency').focus();
  await page.keyboard.press('Enter');
  await page.locator('.latency tr', { hasText: /up to 260 µs/ }).waitFor();
  await audit(page, 'the histogram');
  await picture('charts-latency');
});
