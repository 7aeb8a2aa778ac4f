/** The console as a shell and the script beside the map, by keyboard and by mouse. */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';
import { emptyMachine, focused, laneFacts, playing, type, until } from './screen.mjs';

const input = (page) => page.locator('#console-input');
const choices = (page) => page.locator('#console-choices li');
const chosen = (page) => page.locator('#console-choices li[aria-selected="true"]');

pageTest('completes commands, names, paths and values, by keyboard and by mouse', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc redis');
  await type(page, 'redis mmap heap 4M');
  await input(page).focus();
  await page.keyboard.type('redis m');
  await page.keyboard.press('Tab');
  await choices(page).first().waitFor();
  assert.ok((await choices(page).allTextContents()).includes('madvise'));
  // Arrows choose, typing narrows the list to what is chosen still, Enter takes it, and nothing is run by it.
  await page.keyboard.press('ArrowDown');
  assert.equal(await chosen(page).textContent(), 'madvise');
  await page.keyboard.type('ad');
  await until(async () => (await choices(page).count()) === 1, 'the list to narrow');
  assert.equal(await input(page).getAttribute('aria-activedescendant'), await chosen(page).getAttribute('id'));
  await page.keyboard.press('Enter');
  await until(async () => (await input(page).inputValue()) === 'redis madvise ', 'the word');
  await page.keyboard.type('he');
  await page.keyboard.press('Tab');
  await until(async () => /heap/.test(await input(page).inputValue()), 'the region');
  await input(page).fill('vm nr_h');
  await page.keyboard.press('Tab');
  await until(async () => /nr_hugepages/.test(await input(page).inputValue()), 'the file');
  await input(page).fill('sys transparent_hugepage/enabled ');
  await page.keyboard.press('Tab');
  await choices(page).filter({ hasText: 'always' }).click();
  await until(async () => (await input(page).inputValue()) === 'sys transparent_hugepage/enabled always ', 'the value');
  await page.keyboard.press('Enter');
  await page.locator('.console .output', { hasText: 'always' }).waitFor();
  await input(page).fill('cat /proc/re');
  await page.keyboard.press('Tab');
  await until(async () => (await input(page).inputValue()) === 'cat /proc/redis/', 'the process');
});

pageTest('searches what was typed before, also after a reload', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p1', 'p1 mmap a 4M', 'p1 write a[0..10]', 'cat /proc/vmstat']) await type(page, line);
  await page.locator('.plot canvas').waitFor();
  await page.reload();
  await page.locator('.lane').first().waitFor();
  await input(page).focus();
  await page.keyboard.press('Control+r');
  await page.keyboard.type('a');
  await page.keyboard.type('[0');
  await until(async () => (await chosen(page).textContent()) === 'p1 write a[0..10]', 'the line');
  await page.keyboard.press('Enter');
  assert.equal(await input(page).inputValue(), 'p1 write a[0..10]');
  await page.keyboard.press('Control+r');
  await page.keyboard.press('Escape');
  await until(async () => (await choices(page).count()) === 0 || !(await choices(page).first().isVisible()), 'the list to go');
});

pageTest('pasted lines run in their order, a loop as one', {}, async ({ page }) => {
  await emptyMachine(page);
  await input(page).fill('proc p1\nfor i in 0..3\n  p1 mmap r$i 2M\nend\np1 write r2');
  await input(page).press('Enter');
  await laneFacts(page, 'p1 r2').waitFor();
  await page.locator('.console .output', { hasText: '512 faults' }).waitFor();
});

pageTest('help explains every command and every file', {}, async ({ page }) => {
  await emptyMachine(page);
  await type(page, 'proc p1');
  await type(page, 'help max_ptes_none');
  await page.locator('.console .output', { hasText: 'default 511' }).waitFor();
  await type(page, 'help /proc/p1/smaps');
  await page.locator('.console .output', { hasText: 'AnonHugePages' }).waitFor();
  await type(page, 'help');
  const overview = await page.locator('.console .output').last().textContent();
  const commands = [...overview.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, word]) => word);
  assert.ok(commands.length > 40, overview);
  for (const word of commands.filter((each) => each.length > 2)) {
    await type(page, `help ${word}`);
    await page.locator('.console .output', { hasText: `${word}:` }).last().waitFor();
  }
  // All files of the machine, found by walking the tree.
  await page.locator('#console-input').press('Control+l');
  const files = [];
  const walk = async (path, depth) => {
    await type(page, `ls ${path}`);
    const row = page.locator('.console .command.person').filter({ hasText: new RegExp(`ls ${path}$`) }).last();
    const names = (await row.locator('xpath=following-sibling::*[1]').textContent()).trim().split(/\s+/);
    for (const name of names) {
      if (!name.endsWith('/')) files.push(`${path}/${name}`);
      else if (depth > 0 && !/^hugepages-(?!64kB|2048kB)/.test(name)) await walk(`${path}/${name.slice(0, -1)}`, depth - 1);
    }
  };
  for (const path of ['/proc', '/proc/sys/vm', '/proc/p1', '/sys/kernel/mm', '/sys/devices/system/node/node0', '/sys/kernel/tracing/events/huge_memory/mm_collapse_huge_page', '/sys/kernel/debug/extfrag']) await walk(path, path === '/sys/kernel/mm' ? 3 : 0);
  assert.ok(files.length > 100, `${files.length} files`);
  await page.locator('#console-input').press('Control+l');
  const names = [...new Map(files.map((file) => [file.split('/').at(-1), file])).values()];
  for (const file of names) await type(page, `help ${file}`);
  await page.waitForTimeout(500);
  assert.deepEqual(await page.locator('.console .error').allTextContents(), []);
});

pageTest('the script is read and changed beside the map, and run from the changed line', {}, async ({ page, picture }) => {
  await page.locator('.lane').first().waitFor();
  // The key for it: E.
  await page.locator('#map').focus();
  await page.keyboard.press('e');
  const content = page.locator('.cm-content');
  await content.waitFor();
  await page.locator('.cm-played').waitFor();
  await picture('script-beside-the-map');
  await emptyMachine(page);
  await content.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('proc p1\np1 mm');
  await page.keyboard.press('Control+Space');
  await page.locator('.cm-tooltip-autocomplete li', { hasText: 'mmap' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type(' a 4M\nrun 1s\np1 wriet a\n');
  const said = page.locator('.panel.script .said');
  await until(async () => /column 4.*write/s.test(await said.textContent()), 'the error in words');
  await page.locator('.cm-lintRange-error').waitFor();
  const start = page.getByRole('button', { name: 'Run from the start' });
  assert.ok(await start.isDisabled());
  for (const _ of 'wriet a\n') await page.keyboard.press('Backspace');
  await page.keyboard.type('write a[0..100]\n');
  await until(async () => !(await start.isDisabled()), 'the script to be right');
  await page.keyboard.press('Control+Enter');
  await page.locator('.console .output', { hasText: '100 faults' }).waitFor();
  await laneFacts(page, 'p1 a').waitFor();
  // A change of the last line: what comes before it is there at once.
  await content.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('p1 write a[100..300]\n');
  const change = page.getByRole('button', { name: 'Run from the changed line' });
  await until(async () => !(await change.isDisabled()), 'the change to be seen');
  await change.click();
  await page.locator('.console .output', { hasText: '200 faults' }).waitFor();
  await playing(page, false);
  await page.getByRole('button', { name: 'Back to the inspector' }).click();
  await page.locator('.inspector').waitFor();
  assert.match(await focused(page), /map/);
});
