/** Going back: a step, an action of a daemon, a moment, backwards; and doing something else there. */
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
import { pageTest } from './page.mjs';
import { answered, clockOf, emptyMachine, laneFacts, playedTo, playing, type, until } from './screen.mjs';

const rss = async (page) => (await laneFacts(page, 'p').textContent()).match(/RSS ([\d.]+\s\w)/)?.[1];

async function prepared(page, time) {
  await emptyMachine(page);
  for (const line of ['proc p', 'p mmap a 8M', 'p write a[0..2048:64]', 'p madvise a hugepage', 'sys transparent_hugepage/khugepaged/scan_sleep_millisecs 100', `run ${time}`]) await type(page, line);
}

pageTest('one action of a daemon at a time, by keyboard and by mouse', {}, async ({ page }) => {
  await prepared(page, '20ms');
  await until(async () => (await rss(page)) === '8\u202fM', 'four collapses');
  await page.locator('#map').focus();
  const all = ['8\u202fM'];
  for (let i = 0; i < 40 && all.at(-1) !== '128\u202fK'; i += 1) {
    if (i % 2 === 0) await page.keyboard.press(',');
    else await page.locator('#actionBack').click();
    await answered(page);
    const now = await rss(page);
    if (now !== all.at(-1)) all.push(now);
  }
  // Each collapse is a point of its own.
  assert.equal(all.length, 5, all.join(' '));
  await page.keyboard.press('.');
  await until(async () => (await rss(page)) !== '128\u202fK', 'the first collapse again');
});

pageTest('playing backwards, and a branch that is named', {}, async ({ page, picture }) => {
  await prepared(page, '1s');
  await until(async () => (await rss(page)) === '8\u202fM', 'four collapses');
  await page.locator('#map').focus();
  await page.locator('#reverse').click();
  await until(async () => (await clockOf(page)) === '00:00:00.000', 'the beginning');
  await until(async () => (await page.locator('#reverse').getAttribute('aria-pressed')) === 'false', 'rest');
  assert.equal(await page.locator('#timeline').getAttribute('aria-valuenow'), '0');
  await page.keyboard.press('r');
  await page.waitForTimeout(300);
  assert.equal(await page.locator('#reverse').getAttribute('aria-pressed'), 'false', 'nothing lies before the beginning');

  // Some lines on, and then something else: what was is put aside, under a name.
  await until(async () => {
    await page.keyboard.press(']');
    return (await page.locator('.lane', { hasText: 'p' }).count()) > 0 && (await rss(page)) === '128\u202fK';
  }, 'the pages that were written');
  await type(page, 'p madvise a nohugepage');
  await type(page, 'run 1s');
  await until(async () => (await rss(page)) === '128\u202fK', 'no collapse');
  await page.locator('#scenario').click();
  const kept = page.locator('.kept-run');
  await kept.first().waitFor();
  await kept.getByRole('menuitem', { name: /^Rename/ }).click();
  await page.locator('#run-name').fill('with huge pages');
  await audit(page, 'the name of a branch');
  await page.keyboard.press('Enter');
  await page.locator('#scenario').click();
  await kept.getByRole('menuitem', { name: 'with huge pages', exact: true }).waitFor();
  await picture('branches');
  await kept.getByRole('menuitem', { name: 'with huge pages', exact: true }).click();
  // It stands where it was left, with what came then still to be played.
  await page.locator('.clock', { hasText: /lines? to go/ }).waitFor();
  await playing(page, true);
  await until(async () => (await rss(page)) === '8\u202fM', 'the other branch');
});

pageTest('any moment is reached, and what that rests on is told', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  await playedTo(page, '00:03:00');
  await playing(page, false);
  const end = await clockOf(page);
  assert.match(await page.locator('.checkpoints').textContent(), /^\d+ checkpoints, [\d.]+\s[KM]$/);
  const timeline = await page.locator('#timeline').boundingBox();
  for (const part of [0.2, 0.9, 0.5]) {
    await page.mouse.click(timeline.x + timeline.width * part, timeline.y + 30);
    await until(async () => (await clockOf(page)) < end, 'an earlier time');
  }
});
