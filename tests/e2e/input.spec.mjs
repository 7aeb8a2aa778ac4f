/** Wrong lines, wrong files, impossible requests: a message at the place, and nothing is lost. */
import assert from 'node:assert/strict';
import { exposeWorker, pageTest } from './page.mjs';
import { emptyMachine, laneFacts, type, until } from './screen.mjs';

const input = (page) => page.locator('#console-input');
const rows = (page) => page.locator('.tree .row').count();
async function openFile(page, name, text) {
  await page.locator('#scenario').click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('menuitem', { name: 'Open a script…' }).click()]);
  await chooser.setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
}

pageTest('a wrong line is shown at its column and comes back to be mended', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc p1');
  await type(page, 'p1 mmap a 4M');
  await input(page).fill('p1 madvice a hugepage');
  await input(page).press('Enter');
  const error = page.locator('.console .error');
  await error.waitFor();
  assert.match(await error.textContent(), /column 4/);
  assert.match(await error.textContent(), /Did you mean.*madvise/);
  await until(async () => (await input(page).inputValue()) === 'p1 madvice a hugepage', 'the line to come back');
  assert.equal(await input(page).evaluate((element) => element.selectionStart), 3);
  assert.equal(await rows(page), 2);
});

pageTest('what the kernel refuses is refused with its errno, and the machine is as before', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc p1');
  await type(page, 'p1 mmap a 4M');
  const failed = page.locator('.console .failed, .console .error');
  await type(page, 'p1 mmap b 1T');
  await until(async () => (await failed.count()) === 1, '1 TiB to be refused');
  await type(page, 'echo 512 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none');
  await until(async () => (await failed.count()) === 2, '512 to be refused');
  assert.match(await failed.last().textContent(), /EINVAL/);
  assert.equal(await rows(page), 2);
  const field = page.locator('[data-path$="khugepaged/max_ptes_none"] .value');
  await field.fill('nonsense');
  await field.press('Enter');
  await until(async () => (await field.inputValue()) === '511', 'the field to show what the file holds');
});

pageTest('a script with errors opens in the editor with all of them; mended, it loads', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc keeper');
  await openFile(page, 'mine.mm', 'proc p1\np1 madvice a hugepage\np1 mmap\n');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  assert.equal(await dialog.locator('.script-errors button').count(), 2);
  assert.equal(await page.locator('.tree .row', { hasText: 'keeper' }).count(), 1);
  await dialog.getByRole('textbox').fill('proc p1\np1 mmap a 8M\np1 write a[0..10]\n');
  await dialog.getByRole('button', { name: 'Load' }).click();
  await laneFacts(page, 'p1 a').waitFor();
  await page.getByText('mine.mm loaded').waitFor();
});

pageTest('a dropped file is loaded', {}, async ({ page }) => {
  await page.locator('#play').waitFor();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['proc dropped\ndropped mmap a 2M\n'], 'dropped.mm', { type: 'text/plain' }));
    return transfer;
  });
  await page.locator('.page').dispatchEvent('drop', { dataTransfer: data });
  await laneFacts(page, 'dropped a').waitFor();
});

pageTest('undo, redo, the timeline and the saved script', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc p1');
  await type(page, 'p1 mmap a 4M');
  await until(async () => (await rows(page)) === 2, 'the region');
  await page.locator('#map').focus();
  await page.keyboard.press('Control+z');
  await until(async () => (await rows(page)) === 1, 'undo');
  await page.keyboard.press('Control+Shift+Z');
  await until(async () => (await rows(page)) === 2, 'redo');

  const timeline = page.locator('#timeline');
  await timeline.focus();
  await page.keyboard.press('Home');
  await until(async () => (await timeline.getAttribute('aria-valuenow')) === '0', 'the start');
  await until(async () => (await rows(page)) === 0, 'the empty machine');
  const { width, height } = await timeline.boundingBox();
  await timeline.click({ position: { x: width - 17, y: height / 2 } });
  await until(async () => (await rows(page)) === 2, 'the end');

  await page.locator('#scenario').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Save the script' }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  assert.match(Buffer.concat(chunks).toString(), /proc p1\np1 mmap a 4M/);
});

pageTest('Tab completes, and leaves an empty line', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc p1');
  await input(page).focus();
  await page.keyboard.type('p1 mun');
  await page.keyboard.press('Tab');
  await until(async () => /^p1 munm?/.test(await input(page).inputValue()), 'a completion');
  await input(page).fill('');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.querySelector('mm-playground').shadowRoot.activeElement.id === 'console-input'), false);
  await input(page).focus();
  await page.keyboard.press('ArrowUp');
  assert.equal(await input(page).inputValue(), 'proc p1');
});

pageTest('a crash of the engine is reported and survived', {}, async ({ page, problems }) => {
  await exposeWorker(page);
  // A reload before the page is complete would break off its requests.
  await page.locator('.lane').first().waitFor();
  await page.locator('.plot canvas').waitFor();
  await page.reload();
  await emptyMachine(page);
  await type(page, 'proc keeper');
  await type(page, 'keeper mmap a 4M');
  await until(async () => (await rows(page)) === 2, 'the region');
  await page.evaluate(() => globalThis.engineWorker.postMessage({ op: 'panic' }));
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  assert.match(await dialog.getByLabel('Report').inputValue(), /panicked[^]*engine \d/);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  assert.equal(await rows(page), 2);
  await type(page, 'keeper write a[0..10]');
  await page.locator('.console .output', { hasText: '10 faults' }).waitFor();
  // The panic's own words on the browser's console are the one complaint that belongs here.
  problems.splice(0, problems.length, ...problems.filter((problem) => !/panicked|unreachable/.test(problem)));
});
