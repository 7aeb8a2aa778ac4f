/** The views beside the maps, by keyboard and by mouse: page walk, heatmap, pools of huge pages, memory by owner. */
import assert from 'node:assert/strict';
import { audit } from './audit.mjs';
import { pageTest } from './page.mjs';
import { clockOf, emptyMachine, playedTo, playing, type, until } from './screen.mjs';

const spoken = (page, id, pattern) => until(async () => pattern.test(await page.locator(id).textContent()), `the words ${pattern}`);

for (const colorScheme of ['light', 'dark']) {
  pageTest(`page walk, ${colorScheme}`, { colorScheme }, async ({ page, picture }) => {
    await emptyMachine(page);
    for (const line of ['proc p', 'p mmap a 4M', 'p madvise a[0..512] hugepage', 'p madvise a[512..1024] nohugepage', 'p write a[0..600]']) await type(page, line);
    await page.locator('#map').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('4');
    const end = page.locator('.walk .end');
    await end.getByText('2 MiB page: mapped by the PMD entry').waitFor();
    await page.getByText('Not needed: the huge page is mapped above').waitFor();

    // By keyboard to the neighbouring range, which is mapped by a page table.
    await page.locator('#walk-pmd').focus();
    await page.keyboard.press('ArrowRight');
    await end.getByText('4 KiB page: mapped by the page table').waitFor();
    assert.equal(await page.locator('#walk-pte').getAttribute('aria-valuenow'), '0');
    await page.locator('#walk-pte').focus();
    await page.keyboard.press('ArrowDown');
    await until(async () => (await page.locator('#walk-pte').getAttribute('aria-valuenow')) === '32', 'entry 32');
    await page.locator('.inspector', { hasText: 'a[544]' }).waitFor();
    // By mouse to an entry that is empty.
    await page.locator('#walk-pte').click({ position: { x: 5 * 8 + 2, y: 5 * 10 + 2 } });
    await end.getByText('Page fault').waitFor();

    assert.match(await page.locator('.tlb > p').textContent(), /2\.34\sM are mapped now\. Translations: 1 of 2 MiB, 88 of 4 KiB/);
    await page.locator('#tlb-entries').selectOption('64');
    await page.locator('.reach-row', { hasText: 'as mapped now' }).getByText(/2\.25\sM/).waitFor();
    await audit(page, 'the page walk');
    await picture(`view-walk-${colorScheme}`);
  });

  pageTest(`heatmap, ${colorScheme}`, { colorScheme }, async ({ page, picture }) => {
    await emptyMachine(page);
    for (const line of ['proc p', 'p mmap a 8M', 'run 10s', 'p write a', 'run 10s', 'p read a[0..512]', 'run 10s']) await type(page, line);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Heatmap' }).click();
    const heat = page.locator('#heat');
    await until(async () => /: 4 ranges of 2/.test(await heat.getAttribute('aria-label')), 'four ranges');

    await heat.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Home');
    await spoken(page, '#heat-spoken', /^p a \+0\sK · 00:00:00\.000 · not touched$/);
    for (let column = 0; column < 256 && !/faulted/.test(await page.locator('#heat-spoken').textContent()); column += 1) await page.keyboard.press('ArrowRight');
    await spoken(page, '#heat-spoken', /· accessed 512, faulted 512$/);
    await page.keyboard.press('ArrowDown');
    await spoken(page, '#heat-spoken', /^p a \+2\sM · .*accessed 512, faulted 512$/);
    await page.keyboard.press('Home');
    // The moment shows on the timeline.
    await page.locator('#timeline .hair:not([hidden])').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await until(async () => (await clockOf(page)) === '00:00:00.000', 'the beginning');

    const box = await heat.boundingBox();
    await page.mouse.move(box.x + box.width - 60, box.y + 60);
    await page.locator('.heat .tip:not([hidden])').waitFor();
    await page.mouse.click(box.x + box.width - 60, box.y + 30);
    await until(async () => (await clockOf(page)) > '00:00:15', 'the time pointed at');
    await page.getByRole('button', { name: 'accessed' }).click();
    assert.equal(await page.getByRole('button', { name: 'accessed' }).getAttribute('aria-pressed'), 'false');
    await audit(page, 'the heatmap');
    await picture(`view-heat-${colorScheme}`);
  });

  pageTest(`pools of huge pages, ${colorScheme}`, { colorScheme }, async ({ page, picture }) => {
    await emptyMachine(page);
    await page.locator('#map').focus();
    await page.keyboard.press('6');
    await page.getByRole('button', { name: 'Put 16 pages into it' }).click();
    const title = page.locator('.pool-title').first();
    await title.getByText(/HugePages_Total 16\s+HugePages_Free 16\s+HugePages_Rsvd 0\s+HugePages_Surp 0/).waitFor();
    for (const line of ['proc p', 'echo 4 > /proc/sys/vm/nr_overcommit_hugepages', 'p mmap h 36M hugetlb', 'p write h[0..1024:512]']) await type(page, line);
    await title.getByText(/HugePages_Total 18\s+HugePages_Free 16\s+HugePages_Rsvd 16\s+HugePages_Surp 2/).waitFor();
    assert.equal(await title.locator('.mono').first().textContent(), '0 F + 16 R + 2 U');
    const meminfo = await (async () => {
      await type(page, 'cat /proc/meminfo');
      return page.locator('.console').textContent();
    })();
    assert.match(meminfo, /HugePages_Total:\s+18\s+HugePages_Free:\s+16\s+HugePages_Rsvd:\s+16\s+HugePages_Surp:\s+2/);

    await page.locator('#pool').focus();
    await page.keyboard.press('Home');
    await spoken(page, '#pool-spoken', /frame 0x/);
    await page.keyboard.press('ArrowRight');
    await spoken(page, '#pool-spoken', /(in use|reserved)/);
    const box = await page.locator('#pool').boundingBox();
    await page.mouse.click(box.x + 20, box.y + 70);
    await page.locator('.inspector', { hasText: /[Ff]rame 0x|Page/ }).waitFor();
    await audit(page, 'the pools');
    await picture(`view-pool-${colorScheme}`);
  });

  pageTest(`physical memory by order, owner and pageblock, ${colorScheme}`, { colorScheme }, async ({ page, picture }) => {
    await page.locator('.lane').first().waitFor();
    await playedTo(page, '00:03:00');
    await playing(page, false);
    await page.locator('#map').focus();
    await page.keyboard.press('2');
    for (const [colouring, word] of [['order', '4 M'], ['pageblock', 'Unmovable'], ['owner', 'redis']]) {
      await page.locator('#colouring').selectOption(colouring);
      await page.locator('.legend', { hasText: new RegExp(word.replace(' ', '\\s')) }).waitFor();
      await audit(page, `memory by ${colouring}`);
      await picture(`view-memory-${colouring}-${colorScheme}`);
    }
  });
}

pageTest('a page that is pointed at tells its frame and who shares it', {}, async ({ page }) => {
  await emptyMachine(page);
  for (const line of ['proc p', 'p mmap a 128K', 'p write a fill=7', 'p madvise a mergeable', 'sys ksm/run 1', 'ksmd scan 3']) await type(page, line);
  const box = await page.locator('#map').boundingBox();
  await page.mouse.move(box.x + 18, box.y + 33);
  await page.locator('.stage .tip', { hasText: /frame 0x[0-9a-f]+ · Shared with 31 pages · Stable tree/ }).waitFor();
  await until(async () => (await page.locator('.sharer').count()) === 31, '31 marks');
  // Its node is marked in the tree, and a node that is pointed at tells its page.
  await page.getByRole('button', { name: 'KSM trees' }).click();
  await page.locator('#ksm-trees').waitFor();
  const tree = await page.locator('#ksm-trees').boundingBox();
  await until(async () => {
    await page.mouse.move(tree.x + 24, tree.y + 38 + Math.random() * 4);
    return /a\[/.test(await page.locator('.inspector .heading .title').textContent());
  }, 'the page of the node');
});

pageTest('the views in Chinese', { locale: 'zh-CN' }, async ({ page, picture }) => {
  await page.locator('.lane').first().waitFor();
  for (const [name, title] of [['walk', '页表遍历'], ['heat', '热图'], ['pool', 'hugetlb']]) {
    await page.getByRole('button', { name: title, exact: true }).click();
    await page.waitForTimeout(600);
    await audit(page, title);
    await picture(`view-${name}-zh`);
  }
});

pageTest('the views in a narrow window', { viewport: { width: 390, height: 844 } }, async ({ page, picture }) => {
  await page.locator('.lane').first().waitFor();
  for (const key of ['4', '5', '6']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(600);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `no horizontal scroll in view ${key}`);
    await audit(page, `view ${key}`);
    await picture(`view-${key}-390`);
  }
});
