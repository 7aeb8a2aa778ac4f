/** What the other specs do by mouse, by keyboard alone. */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';
import { emptyMachine, focused, playedTo, playing, tabInto, type, until } from './screen.mjs';

/** Goes round the panels until one is reached. */
async function panelTo(page, pattern) {
  for (let presses = 0; presses < 20; presses += 1) {
    if (pattern.test(await focused(page))) return;
    await page.keyboard.press('F6');
    await page.waitForTimeout(50);
  }
  assert.fail(`F6 never reached ${pattern}; now at: ${await focused(page)}`);
}

pageTest('why, of a page and of a refusal, by keyboard only', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 2M', 'p1 write a[0..256]', 'p1 madvise a hugepage', 'echo 100 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none', 'step khugepaged']) await type(page, line);
  await page.keyboard.press('Escape');
  await panelTo(page, /^map /);
  await page.keyboard.press('Home');
  await page.locator('.inspector .check.fail', { hasText: 'max_ptes_none' }).waitFor();
  await page.keyboard.press('w');
  await page.locator('.console .command', { hasText: 'why p1.a[0]' }).waitFor();
  await panelTo(page, /list/);
  await page.keyboard.press('Home');
  const refusal = page.locator('.event[aria-selected="true"]', { hasText: 'exceed_none_pte' });
  for (let i = 0; i < 30 && (await refusal.count()) === 0; i += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.moment', { hasText: 'As it was at' }).waitFor();
  await tabInto(page, page.getByRole('button', { name: 'Show max_ptes_none among the tunables' }).first(), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await until(async () => /value max_ptes_none/.test(await focused(page)), 'the setting to have the focus');
});

pageTest('each view, and what is in it, by keyboard only', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 4M', 'p1 write a[0..600] fill=1', 'p1 madvise a mergeable', 'echo 1 > /sys/kernel/mm/ksm/run', 'ksmd scan 2', 'echo 4 > /proc/sys/vm/nr_hugepages']) await type(page, line);
  await page.keyboard.press('Escape');
  await panelTo(page, /^map /);
  await page.keyboard.press('Home');
  for (const [key, id] of [['2', 'map'], ['3', 'ksm-trees'], ['5', 'heat'], ['6', 'pool'], ['1', 'map']]) {
    await page.keyboard.press(key);
    await page.locator(`#${id}`).waitFor();
    await panelTo(page, new RegExp(`^${id} `));
    // A view whose contents are still on their way has nothing to go to.
    await until(async () => {
      await page.keyboard.press('Home');
      const words = page.locator(`#${id.replace('-trees', '')}-spoken`, { hasText: /\S/ });
      return words.waitFor({ state: 'attached', timeout: 2000 }).then(() => true, () => false);
    }, `the view ${id} to speak`);
  }
  await page.keyboard.press('4');
  await panelTo(page, /walk/);
  const entries = page.locator('#walk-pte');
  await entries.waitFor();
  await tabInto(page, entries);
  const before = Number(await entries.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await until(async () => Number(await entries.getAttribute('aria-valuenow')) === before + 1, 'the next entry');
});

pageTest('charts by keyboard only', {}, async ({ page }) => {
  await page.locator('.plot canvas').waitFor();
  await playedTo(page, '00:03:00');
  await playing(page, false);
  await panelTo(page, /^key/);
  await tabInto(page, page.locator('.charts .add'));
  await page.keyboard.type('pgfault');
  await page.keyboard.press('Enter');
  await page.locator('.charts .key', { hasText: 'pgfault' }).waitFor();
  await tabInto(page, page.locator('.charts').getByRole('button', { name: 'Save as CSV' }));
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.equal(download.suggestedFilename(), 'rss-climb.csv');
});

pageTest('settings compared and side by side, by keyboard only', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 2M', 'p1 write a[0..256]', 'p1 madvise a hugepage', 'run 10s']) await type(page, line);
  await page.keyboard.press('Escape');
  await panelTo(page, /^map /);
  await page.keyboard.press('c');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await tabInto(page, dialog.getByLabel('Values'));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('0, 511');
  await page.keyboard.press('Enter');
  await dialog.getByText('2 of 2 done').waitFor();
  await tabInto(page, page.locator('#side-by-side'));
  await page.keyboard.press('Enter');
  await page.locator('.split-table .how').waitFor();
  await tabInto(page, page.locator('#split-close'));
  await page.keyboard.press('Enter');
  await page.locator('.split-place').waitFor({ state: 'detached' });
});
