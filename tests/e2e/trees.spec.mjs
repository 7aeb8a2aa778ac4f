/** The trees of KSM: read, folded and followed, by keyboard and by mouse. */
import { pageTest } from './page.mjs';
import { emptyMachine, type, until } from './screen.mjs';

pageTest('the trees of KSM', {}, async ({ page, picture }) => {
  await emptyMachine(page);
  const lines = ['p mmap a 128K', 'p write a[0..10] fill=0x41', 'p write a[10..32] seed=1', 'p write a[30..32] zero', 'p madvise a mergeable', 'sys ksm/run 1', 'ksmd scan 2'];
  for (const line of ['proc p', ...lines]) await type(page, line);
  await page.getByRole('button', { name: 'KSM trees' }).click();
  const trees = page.locator('#ksm-trees');
  const says = (pattern) => until(async () => pattern.test(await page.locator('#ksm-spoken').textContent()), `the words ${pattern}`);

  await trees.focus();
  await until(async () => {
    await page.keyboard.press('Home');
    return /contents 00000000, 2 pages share it/.test(await page.locator('#ksm-spoken').textContent());
  }, 'the zeros on top');
  await page.keyboard.press('ArrowDown');
  await says(/contents 41414141, 10 pages share it/);
  await page.keyboard.press('Enter');
  await page.locator('.inspector', { hasText: 'a[' }).waitFor();

  // Twenty pages wait in the other tree; folding one hides what hangs below it.
  await page.keyboard.press('End');
  await says(/waits/);
  const box = await trees.boundingBox();
  await page.mouse.click(box.x + box.width * 0.75, box.y + 80);
  await says(/contents [0-9a-f]{8}, waits/);
  await picture('ksm-trees');
});
