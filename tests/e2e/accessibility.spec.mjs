/** axe finds nothing: in both themes, at every size, with forms, answers and dialogs open. */
import { audit } from './audit.mjs';
import { pageTest } from './page.mjs';
import { emptyMachine, type } from './screen.mjs';

for (const colorScheme of ['light', 'dark']) {
  pageTest(`axe, ${colorScheme}`, { colorScheme }, async ({ page }) => {
    await page.locator('.lane').first().waitFor();
    await audit(page, 'the opening scenario');
    await emptyMachine(page);
    await audit(page, 'the empty machine');
    for (const line of ['proc p1', 'p1 mmap a 4M', 'p1 write a[0..256]', 'p1 madvise a hugepage']) await type(page, line);
    await page.locator('.tree .row', { hasText: 'a' }).last().click();
    await page.locator('[data-action="advise"]').click();
    await page.locator('.stage-view').click({ position: { x: 18, y: 33 } });
    await page.locator('.inspector .why').first().waitFor();
    await page.locator('.tunable .name').first().click();
    await audit(page, 'a form, the inspector and a help');
    await page.locator('#console-input').fill('p1 madvice a hugepage');
    await page.locator('#console-input').press('Enter');
    await page.locator('.console .error').waitFor();
    await audit(page, 'a wrong line');
    await page.locator('#scenario').click();
    await audit(page, 'the menu');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog').waitFor();
    await audit(page, 'the shortcuts');
    await page.keyboard.press('Escape');
    for (const id of ['share', 'compare']) {
      await page.locator(`#${id}`).click();
      await page.getByRole('dialog').waitFor();
      await audit(page, id);
      await page.keyboard.press('Escape');
    }
    await page.locator('.event[data-page]', { hasText: 'fault' }).first().click();
    await page.locator('.moment').waitFor();
    await audit(page, 'an event as it was');
    await page.getByRole('button', { name: 'Physical memory' }).click();
    await audit(page, 'physical memory');
    await page.getByRole('button', { name: 'KSM trees' }).click();
    await audit(page, 'the trees of KSM');
  });

  for (const [width, height] of [[900, 800], [390, 844]]) {
    pageTest(`axe, ${colorScheme}, ${width} px wide`, { colorScheme, viewport: { width, height } }, async ({ page }) => {
      const tabs = page.locator('.panel.tabs .btn');
      await tabs.first().waitFor();
      for (const tab of await tabs.all()) {
        await tab.click();
        await audit(page, await tab.textContent());
      }
    });
  }
}
