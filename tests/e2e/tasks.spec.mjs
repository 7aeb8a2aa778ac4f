/**
 * A person's task, by mouse and again by keyboard only: map a region, fault half of it, see khugepaged refuse it
 * with a lowered max_ptes_none and collapse it with a raised one, and ksmd merge another region.
 */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';
import { emptyMachine, focused, laneFacts, playing, tabTo, type, until } from './screen.mjs';

const MAX_PTES_NONE = '[data-path="/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none"]';
const KSM_RUN = '[data-path="/sys/kernel/mm/ksm/run"]';
const factsHave = async (page, name, pattern) => {
  await until(async () => pattern.test(await laneFacts(page, name).textContent()), `${name} to show ${pattern}`);
};

pageTest('collapse and merge, by mouse', {}, async ({ page, picture }) => {
  await emptyMachine(page);
  const action = (name) => page.locator(`[data-action="${name}"]`);
  const run = () => page.locator('.form button[type=submit]').click();

  await page.locator('#new-process').click();
  await action('map').click();
  await page.getByLabel('Size').fill('2M');
  assert.equal(await page.getByLabel('Script line').inputValue(), 'p1 mmap a 2M');
  await run();
  await action('write').click();
  await page.getByLabel('First page').fill('0');
  await page.getByLabel('End (not included)').fill('256');
  await run();
  await factsHave(page, 'p1 a', /RSS 1\sM/);
  await action('advise').click();
  await run();
  await page.locator('.console .command', { hasText: 'p1 madvise a hugepage' }).waitFor();

  // A click near the left end of the slider lowers the limit, one at its right end raises it.
  const slider = page.locator(`${MAX_PTES_NONE} .slider`);
  const { width, height } = await slider.boundingBox();
  const value = page.locator(`${MAX_PTES_NONE} .value`);
  await slider.click({ position: { x: width / 4, y: height / 2 } });
  await until(async () => Number(await value.inputValue()) < 256, 'the limit to be low');
  await page.locator('.stage-view').click({ position: { x: 18, y: 33 } });
  await page.locator('.inspector .reason', { hasText: 'exceed_none_pte' }).waitFor();
  await page.locator('.inspector .check.fail').first().waitFor();
  await picture('task-mouse-refused');

  await playing(page, true);
  await page.locator('.event', { hasText: 'exceed_none_pte' }).first().waitFor();
  await slider.click({ position: { x: width - 2, y: height / 2 } });
  await factsHave(page, 'p1 a', /AnonHugePages 2\sM/);
  await page.locator('.event', { hasText: 'succe' }).first().waitFor();
  await page.locator('.inspector .badge', { hasText: 'huge page' }).waitFor();

  await page.locator('.tree .row', { hasText: 'p1' }).first().click();
  await action('map').click();
  await page.getByLabel('Size').fill('64K');
  await run();
  await action('write').click();
  await page.getByLabel('Contents').selectOption('fill=0x41');
  await run();
  await action('advise').click();
  await page.getByLabel('Advice').selectOption('mergeable');
  await run();
  await page.locator(`${KSM_RUN} .value`).selectOption('1');
  await factsHave(page, 'p1 b', /KSM 64\sK/);
  await page.locator('.charts .key', { hasText: 'pages_sharing' }).filter({ hasText: '15' }).waitFor();
  await picture('task-mouse-merged');
});

pageTest('collapse and merge, by keyboard only', {}, async ({ page, picture }) => {
  const { keyboard } = page;
  const press = async (...keys) => { for (const key of keys) await keyboard.press(key); };
  /** Replaces the text of the field that has the focus. */
  const fill = async (text) => { await press('Control+a'); await keyboard.type(text); };
  const printed = (line) => page.locator('.console .command', { hasText: line }).last().waitFor();

  await tabTo(page, /^scenario /);
  await press('Enter', 'End', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp', 'Enter');
  await page.getByText('scenario.mm loaded').waitFor();
  await tabTo(page, /^play /);
  await until(async () => /Pause/.test(await focused(page)), 'the machine to play');
  await press('Space');
  await until(async () => /Play/.test(await focused(page)), 'the machine to rest');

  await tabTo(page, /^new-process /);
  await press('Enter');
  await page.locator('[data-action="map"]').waitFor();
  await tabTo(page, /small map/);
  await press('Enter', 'Tab');
  await fill('2M');
  await press('Enter');
  await printed('p1 mmap a 2M');
  await until(async () => /small write/.test(await focused(page)), 'the new region to be chosen');
  await press('Enter', 'Tab');
  await fill('256');
  await press('Enter');
  await printed('p1 write a[0..256] seed=1');
  await factsHave(page, 'p1 a', /RSS 1\sM/);
  await until(async () => /small write/.test(await focused(page)), 'the form to close');
  await tabTo(page, /small advise/);
  await press('Enter');
  await tabTo(page, /primary/);
  await press('Enter');
  await printed('p1 madvise a hugepage');
  await until(async () => /small advise/.test(await focused(page)), 'the form to close');

  await tabTo(page, /value max_ptes_none/);
  await fill('100');
  await press('Enter');
  await printed('echo 100 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none');
  await tabTo(page, /^map /);
  await press('Home', 'ArrowRight');
  await until(async () => /p1 a page 1, small anonymous page/.test(await page.locator('#map-spoken').textContent()), 'the page to be spoken');
  await page.locator('.inspector .reason', { hasText: 'exceed_none_pte' }).waitFor();
  await press('h');
  await printed('step khugepaged');
  await press('Space');
  await page.locator('.event', { hasText: 'exceed_none_pte' }).first().waitFor();

  await tabTo(page, /value max_ptes_none/, 'Shift+Tab');
  await fill('256');
  await press('Enter');
  await factsHave(page, 'p1 a', /AnonHugePages 2\sM/);
  await picture('task-keyboard-collapsed');

  await press('F6', 'F6', 'F6');
  for (const line of ['p1 mmap b 64K', 'p1 write b fill=0x41', 'p1 madvise b mergeable', 'echo 1 > /sys/kernel/mm/ksm/run']) {
    await tabTo(page, /^console-input /);
    await keyboard.type(line);
    await press('Enter');
    await printed(line);
  }
  await factsHave(page, 'p1 b', /KSM 64\sK/);
  await press('Escape', 'Shift+F6', 'Shift+F6', 'PageDown');
  await until(async () => /p1 b page 0, merged page/.test(await page.locator('#map-spoken').textContent()), 'the merged page to be spoken');
  await picture('task-keyboard-merged');
});

pageTest('touch, fork, unmap and exit by their buttons', {}, async ({ page }) => {
  await emptyMachine(page);
  const action = (name) => page.locator(`[data-action="${name}"]`);
  const run = () => page.locator('.form button[type=submit]').click();
  const rows = (text) => page.locator('.tree .row', { hasText: text });
  await page.locator('#new-process').click();
  await action('map').click();
  await page.getByLabel('Size').fill('64K');
  await run();
  await action('read').click();
  await run();
  await page.locator('.event', { hasText: 'fault' }).first().waitFor();
  await rows('p1').first().click();
  await action('fork').click();
  assert.equal(await page.getByLabel('Script line').inputValue(), 'p1 fork p2');
  await run();
  await until(async () => (await rows('p2').count()) === 1, 'the child');
  await page.locator('.tree .row').nth(1).click();
  await action('unmap').click();
  await run();
  await until(async () => (await page.locator('.tree .row').count()) === 3, 'the region of p1 to go');
  await rows('p2').click();
  await action('exit').click();
  await until(async () => (await rows('p2').count()) === 0, 'p2 to go');
});

pageTest('what the story says to try runs as a line', {}, async ({ page }) => {
  await page.locator('.story').waitFor();
  await page.getByRole('button', { name: 'Set max_ptes_none to 0 now' }).click();
  await page.locator('.console .command', { hasText: 'echo 0 > ' }).last().waitFor();
  await until(async () => (await page.locator(`${MAX_PTES_NONE} .value`).inputValue()) === '0', 'the setting');
});

pageTest('what lies under the pointer is inspected, its sharers are outlined, and its name leads to them', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 64K', 'p1 write a', 'p1 fork p2']) await type(page, line);
  await page.locator('.lane', { hasText: 'p2' }).waitFor();
  await page.locator('.stage-view').hover({ position: { x: 18, y: 33 } });
  await page.locator('.inspector .badge', { hasText: 'small anonymous page' }).waitFor();
  await page.locator('.sharer').waitFor();
  assert.equal(await page.locator('.sharer').count(), 1);
  await page.locator('.stage-view').click({ position: { x: 18, y: 33 } });
  // The button outlives what changes meanwhile: a press that has begun is not lost.
  const sharer = await page.getByRole('button', { name: 'p2.a[0]' }).elementHandle();
  await type(page, 'p1 munmap a[8..16]');
  await page.locator('.inspector .facts', { hasText: '0x100000000000-0x100000008000' }).waitFor();
  await sharer.click();
  await page.locator('.inspector .title', { hasText: 'p2.a[0]' }).waitFor();
});
