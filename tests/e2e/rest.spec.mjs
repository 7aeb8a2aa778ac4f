/** The engine comes in two files: the page plays with the first alone, and says what to do when the second cannot be had. */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';
import { clockOf, playing, type, until } from './screen.mjs';

const REST = '**/mm_wasm_rest*.wasm';

let release;
const held = new Promise((resolve) => {
  release = resolve;
});

const hold = (context) =>
  context.route(REST, async (route) => {
    await held;
    await route.continue();
  });

pageTest('the first scenario plays while the second file is under way', { prepare: hold }, async ({ page }) => {
  const before = await clockOf(page);
  await until(async () => (await clockOf(page)) !== before, 'virtual time to pass');
  const played = page.locator('.console .command');
  await until(async () => (await played.count()) > 3, 'lines to be played');
  release();
  await playing(page, false);
  await type(page, 'cat /proc/meminfo');
  await page.locator('.console').getByText('AnonHugePages:').first().waitFor();
});

let refuse = true;
const refused = (context) => context.route(REST, (route) => (refuse ? route.abort() : route.continue()));

pageTest('without the second file the page says so, and a reload goes on', { prepare: refused }, async ({ page, problems }) => {
  const before = await clockOf(page);
  await until(async () => (await clockOf(page)) !== before, 'virtual time to pass');
  await playing(page, false);
  await page.locator('#console-input').fill('cat /proc/meminfo');
  await page.locator('#console-input').press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  assert.match(await dialog.getByLabel('Report').inputValue(), /second part of the engine could not be loaded.*Check the connection/);
  refuse = false;
  await dialog.getByRole('button', { name: 'Reload' }).click();
  await page.locator('.lane').first().waitFor();
  await playing(page, false);
  await type(page, 'cat /proc/meminfo');
  await page.locator('.console').getByText('AnonHugePages:').first().waitFor();
  const expected = /mm_wasm_rest|ERR_FAILED|second part of the engine/;
  problems.splice(0, problems.length, ...problems.filter((problem) => !expected.test(problem)));
});
