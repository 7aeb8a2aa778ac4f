/** Runs that are shared, saved, left for another, and looked at as they were. */
import assert from 'node:assert/strict';
import { SITE, pageTest } from './page.mjs';
import { clockOf, emptyMachine, focused, laneFacts, playedTo, playing, tabTo, type, until } from './screen.mjs';

const MAX_PTES_NONE = '/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none';
const valueOf = (page, path) => page.locator(`[data-path="${path}"] .value`).inputValue();
const menuItem = async (page, name) => {
  await page.locator('#scenario').click();
  return page.getByRole('menuitem', { name });
};

/** A region of 2 MiB, half of it written, that khugepaged may make huge. */
async function halfWritten(page) {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 2M', 'p1 write a[0..256]', 'p1 madvise a hugepage']) await type(page, line);
  await laneFacts(page, 'p1 a').waitFor();
}

pageTest('a link opens the run where it stood', {}, async ({ page, picture }) => {
  await halfWritten(page);
  await type(page, 'run 5s');
  await type(page, `echo 77 > ${MAX_PTES_NONE}`);
  await until(async () => (await valueOf(page, MAX_PTES_NONE)) === '77', 'the write');
  const before = await clockOf(page);
  await page.keyboard.press('Escape');
  await page.locator('#share').click();
  const link = await page.getByLabel('Link').inputValue();
  await picture('share');
  assert.ok(link.startsWith(`${SITE}#1`), link);
  await page.goto('about:blank');
  await page.goto(link);
  await laneFacts(page, 'p1 a').waitFor();
  await until(async () => (await clockOf(page)) === before, 'the time of the link');
  await until(async () => (await valueOf(page, MAX_PTES_NONE)) === '77', 'the setting of the link');
  assert.match(await page.locator('#play').getAttribute('aria-label'), /Play/);
  // What is done from here is the reader's own: the address no longer stands for it.
  await type(page, 'p1 mmap b 1M');
  await until(async () => !page.url().includes('#'), 'the address without the link');
});

pageTest('a link by keyboard only', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  await tabTo(page, /^share /);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.match(await focused(page), /link/);
  assert.match(await page.getByLabel('Link').inputValue(), /#1[\w-]+$/);
  await page.keyboard.press('Escape');
  await until(async () => (await page.getByRole('dialog').count()) === 0, 'the dialog to close');
});

pageTest('a link that was cut off says so, and the page works', { hash: '#1zZZ' }, async ({ page }) => {
  await page.getByRole('dialog').getByText('The link could not be read').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.locator('.lane', { hasText: 'heap' }).waitFor();
});

pageTest('a reload loses nothing; another scenario puts the run aside', {}, async ({ page }) => {
  await halfWritten(page);
  await type(page, 'p1 mmap keepme 1M');
  await until(() => page.evaluate(() => localStorage.getItem('mm-playground.works')?.includes('keepme') ?? false), 'the work to be saved');
  await page.reload();
  await laneFacts(page, 'p1 keepme').waitFor();
  await page.locator('.console .note', { hasText: 'Your run of last time is back' }).waitFor();

  await (await menuItem(page, 'Eight guests of one image')).click();
  await page.locator('.lane', { hasText: 'guest1' }).waitFor();
  await playing(page, false);
  const kept = await menuItem(page, /^scenario\.mm · /);
  await kept.first().waitFor();
  await page.getByRole('menuitem', { name: /Forget/ }).first().waitFor();
  await kept.first().click();
  await laneFacts(page, 'p1 keepme').waitFor();
});

pageTest('a future that is left for another is kept until it is deleted', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap old 4M']) await type(page, line);
  await laneFacts(page, 'p1 old').waitFor();
  await page.locator('#map').focus();
  await page.keyboard.press('Control+z');
  await until(async () => (await page.locator('.tree .row').count()) === 1, 'undo');
  await type(page, 'p1 mmap new 2M');
  await laneFacts(page, 'p1 new').waitFor();
  const item = await menuItem(page, /^scenario\.mm · .*p1 mmap old 4M/);
  await item.click();
  await until(async () => (await page.locator('.tree .row').count()) === 1, 'the place where the two part');
  await playing(page, true);
  await laneFacts(page, 'p1 old').waitFor();
  await playing(page, false);
  await page.locator('#scenario').click();
  const drops = page.getByRole('menuitem', { name: /^Forget/ });
  await until(async () => (await drops.count()) === 2, 'the other run to be kept as well');
  await drops.first().click();
  await page.locator('#scenario').click();
  await until(async () => (await drops.count()) === 1, 'one run to be forgotten');
});

pageTest('the whole menu can be seen', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  await page.locator('#scenario').click();
  for (const item of await page.getByRole('menuitem').all()) {
    const { x, y, width, height } = await item.boundingBox();
    const seen = await page.evaluate(([left, top]) => document.querySelector('mm-playground').shadowRoot.elementFromPoint(left, top)?.closest('[role="menu"]') !== null, [x + width / 2, y + height / 2]);
    assert.ok(seen, `${await item.textContent()} is covered`);
  }
});

pageTest('an event opens its checks as they were then; the deciding setting is one click away', {}, async ({ page, picture }) => {
  await halfWritten(page);
  await type(page, `echo 100 > ${MAX_PTES_NONE}`);
  await type(page, 'step khugepaged');
  const refusal = page.locator('.event', { hasText: 'exceed_none_pte' }).first();
  await refusal.waitFor();
  await type(page, `echo 511 > ${MAX_PTES_NONE}`);
  for (let i = 0; i < 3; i += 1) await type(page, 'step khugepaged');
  await until(async () => /AnonHugePages 2\sM/.test(await laneFacts(page, 'p1 a').textContent()), 'the collapse');

  await refusal.click();
  await page.locator('.moment', { hasText: 'As it was at' }).waitFor();
  const failed = page.locator('.inspector .check.fail', { hasText: 'max_ptes_none' });
  await failed.waitFor();
  assert.match(await failed.textContent(), /> 100/);
  assert.match(await laneFacts(page, 'p1 a').textContent(), /AnonHugePages 2\sM/, 'the machine that is shown stays as it is');
  await picture('event-as-it-was');
  await failed.getByRole('button', { name: 'Show max_ptes_none among the tunables' }).click();
  await until(async () => /value max_ptes_none/.test(await focused(page)), 'the setting to have the focus');

  await page.getByRole('button', { name: 'Back to now' }).click();
  await page.locator('.inspector .badge', { hasText: 'huge page' }).waitFor();
  await refusal.click();
  await page.getByRole('button', { name: 'Go to that moment' }).click();
  await until(async () => !/AnonHugePages/.test(await laneFacts(page, 'p1 a').textContent()), 'the machine of that moment');
  assert.equal(await valueOf(page, MAX_PTES_NONE), '100');
});

pageTest('charts: choose a quantity, go back by a click, take the numbers along', {}, async ({ page }) => {
  await page.locator('.plot canvas').waitFor();
  await playedTo(page, '00:03:00');
  await playing(page, false);
  const key = page.locator('.charts .key', { hasText: 'pgfault' });
  assert.equal(await key.count(), 0);
  await page.getByLabel('Show another quantity').selectOption('pgfault');
  await key.waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const [head, ...rows] = Buffer.concat(chunks).toString().trim().split('\n');
  assert.match(head, /^time_s,rss_kb,/);
  assert.ok(rows.length > 5 && rows.every((row) => row.split(',').length === head.split(',').length));
  const [picture] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as PNG' }).click()]);
  assert.equal(picture.suggestedFilename(), 'rss-climb.png');

  const before = await clockOf(page);
  const over = page.locator('.plot .u-over');
  const { width, height } = await over.boundingBox();
  await over.click({ position: { x: width / 4, y: height / 2 } });
  await until(async () => (await clockOf(page)) < before, 'an earlier time');
});

pageTest('settings are compared in machines of their own', {}, async ({ page, picture }) => {
  await halfWritten(page);
  const before = await clockOf(page);
  await page.locator('#compare').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Values').fill('0, 511, nonsense');
  await dialog.getByLabel('Until second').fill('120');
  await dialog.getByRole('button', { name: 'Run' }).click();
  await dialog.getByText('3 of 3 done').waitFor();
  const rows = await dialog.locator('tbody tr').all();
  const hugeOf = (row) => row.locator('td').nth(1).textContent();
  assert.match(await hugeOf(rows[0]), /^0\sK/);
  assert.match(await hugeOf(rows[1]), /^2\sM/);
  await picture('compare');
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.equal(await clockOf(page), before, 'the machine on the screen stays as it is');
});
