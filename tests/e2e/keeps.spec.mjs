/** Work is never lost: a crash, a reload, a closed tab, a broken link, a broken storage. */
import assert from 'node:assert/strict';
import { exposeWorker, pageTest, SITE } from './page.mjs';
import { emptyMachine, laneFacts, playing, type, until } from './screen.mjs';

const LINES = ['proc keeper', 'keeper mmap heap 4M', 'keeper write heap[0..9]'];
const ROW = (page) => page.locator('.tree .row', { hasText: 'heap' });
/** Nothing is on its way any more: a reload breaks nothing off. */
async function complete(page) {
  await page.locator('.lane').first().waitFor();
  await page.locator('.plot canvas').waitFor();
}

const place = async (page) => [await page.locator('#timeline').getAttribute('aria-valuenow'), await page.locator('#timeline').getAttribute('aria-valuemax')];

async function work(page) {
  await emptyMachine(page);
  for (const line of LINES) await type(page, line);
  await until(async () => /36/.test(await ROW(page).textContent()), 'the nine pages');
}

async function isBack(page) {
  await ROW(page).waitFor();
  await until(async () => /36/.test(await ROW(page).textContent()), 'the nine pages to be back');
}

pageTest('a reload at once after a line', {}, async ({ page, problems }) => {
  await complete(page);
  await work(page);
  await page.reload();
  await isBack(page);
  await page.getByText('Your run of last time is back').waitFor();
  assert.deepEqual(problems, []);
});

pageTest('a tab that was closed at once after a line', {}, async ({ page }) => {
  await complete(page);
  await work(page);
  const context = page.context();
  await page.close();
  const again = await context.newPage();
  await again.goto(SITE);
  await isBack(again);
});

pageTest('a script that was changed and not run yet', {}, async ({ page }) => {
  await complete(page);
  await playing(page, false);
  await page.locator('.to-script').click();
  const content = page.locator('.cm-content');
  await content.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# half a thought\n');
  await page.getByText('changed', { exact: true }).waitFor();
  await page.reload();
  await page.locator('.lane').first().waitFor();
  await page.locator('.to-script').click();
  await page.locator('.cm-line', { hasText: '# half a thought' }).waitFor();
});

pageTest('a crash of the engine: script and position are as before', {}, async ({ page, problems }) => {
  await exposeWorker(page);
  await complete(page);
  await page.reload();
  await work(page);
  await page.locator('#map').focus();
  const [, length] = await place(page);
  await page.keyboard.press('[');
  await until(async () => (await place(page))[0] === String(length - 1), 'the step back');
  await page.evaluate(() => globalThis.engineWorker.postMessage({ op: 'panic' }));
  await page.getByRole('dialog').waitFor();
  assert.match(await page.getByRole('dialog').textContent(), /Nothing before that is lost/);
  await page.getByRole('button', { name: 'Go on' }).click();
  // The whole log is there again; what was typed last can be gone to.
  await page.locator('#map').focus();
  await until(async () => (await place(page))[1] === length, 'the whole log');
  await page.keyboard.press(']');
  await isBack(page);
  problems.splice(0, problems.length, ...problems.filter((problem) => !/panicked|unreachable/.test(problem)));
});

for (const [what, hash] of [['cut off', '#1XVDBbt'], ['of another version', '#9abcdef'], ['no link at all', '#%E0%A4%A'], ['empty', '#1']]) {
  pageTest(`a link that is ${what}: it says so, and the work of last time is here`, {}, async ({ page }) => {
    await complete(page);
    await work(page);
    await page.goto('about:blank');
    await page.goto(`${SITE}${hash}`);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    assert.match(await dialog.textContent(), /could not be read[^]*before is here instead/);
    await page.keyboard.press('Escape');
    await isBack(page);
  });
}

pageTest('a storage full of nonsense: the page opens as for the first time', {}, async ({ page, problems }) => {
  await complete(page);
  await page.evaluate(() => {
    for (const key of ['mm-playground', 'mm-playground.works', 'mm-playground.lines', 'mm-playground.draft']) localStorage.setItem(key, '{"current":{"script":7},"kept":[{}');
  });
  await page.reload();
  await page.locator('.lane', { hasText: 'heap' }).waitFor();
  await playing(page, false);
  await type(page, 'proc p1');
  await laneFacts(page, 'redis').waitFor();
  assert.deepEqual(problems, []);
});
