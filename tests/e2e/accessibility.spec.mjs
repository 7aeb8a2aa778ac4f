/** axe finds nothing: in both themes, at every size, with forms, answers and dialogs open. */
import { audit } from './audit.mjs';
import { pageTest } from './page.mjs';
import { emptyMachine, type } from './screen.mjs';

const dialog = (page) => page.getByRole('dialog');

for (const colorScheme of ['light', 'dark']) {
  for (const locale of ['en-US', 'zh-CN']) {
    pageTest(`axe, ${colorScheme}, ${locale}`, { colorScheme, locale }, async ({ page }) => {
      await page.locator('.lane').first().waitFor();
      await page.locator('.story h3').first().waitFor();
      await audit(page, 'the opening scenario');
      await page.locator('.to-script').click();
      await page.locator('.cm-content').waitFor();
      await audit(page, 'the script beside the map');
      await page.locator('.panel.script .heading .btn').last().click();
      await emptyMachine(page);
      await audit(page, 'the empty machine');
      for (const line of ['proc p1', 'p1 mmap a 4M', 'p1 write a[0..256]', 'p1 madvise a hugepage']) await type(page, line);
      await page.locator('.tree .row', { hasText: 'a' }).last().click();
      await page.locator('[data-action="advise"]').click();
      await page.locator('.stage-view').click({ position: { x: 18, y: 33 } });
      await page.locator('.inspector .why').first().waitFor();
      await page.locator('.tunable .name').first().click();
      await audit(page, 'a form, the inspector and a help');
      const input = page.locator('#console-input');
      await input.fill('p1 madvice a hugepage');
      await input.press('Enter');
      await page.locator('.console .error').waitFor();
      await audit(page, 'a wrong line');
      await input.fill('p1 m');
      await input.press('Tab');
      await page.locator('#console-choices li').first().waitFor();
      await input.press('ArrowDown');
      await audit(page, 'completions');
      await input.press('Escape');
      await page.locator('#scenario').click();
      await audit(page, 'the menu');
      await page.keyboard.press('Escape');
      await page.locator('#map').focus();
      for (const key of ['?', 's', 'c', 't']) {
        await page.keyboard.press(key);
        await dialog(page).waitFor();
        await audit(page, `the dialog of ${key}`);
        await page.keyboard.press('Escape');
        await page.locator('#map').focus();
      }
      await page.locator('.event[data-page]', { hasText: /fault|缺页/ }).first().click();
      await page.locator('.moment').waitFor();
      await audit(page, 'an event whose moment is looked for');
      await page.locator('.moment', { hasText: /As it was at|发生前的样子/ }).waitFor();
      await audit(page, 'an event as it was');
      await page.locator('#map').focus();
      for (const view of ['2', '3']) {
        await page.keyboard.press(view);
        await audit(page, `view ${view}`);
      }
    });
  }

  for (const [width, height, locale] of [[900, 800, 'en-US'], [390, 844, 'en-US'], [390, 844, 'zh-CN']]) {
    pageTest(`axe, ${colorScheme}, ${locale}, ${width} px wide`, { colorScheme, locale, viewport: { width, height } }, async ({ page }) => {
      const tabs = page.locator('.panel.tabs .btn');
      await tabs.first().waitFor();
      for (const tab of await tabs.all()) {
        await tab.click();
        await audit(page, await tab.textContent());
      }
    });
  }

  pageTest(`axe, ${colorScheme}, high contrast`, { colorScheme, contrast: 'more', locale: colorScheme === 'dark' ? 'zh-CN' : 'en-US' }, async ({ page }) => {
    await page.locator('.lane').first().waitFor();
    await audit(page, 'the system asks for contrast');
    for (let presses = 0; presses < 3; presses += 1) await page.locator('#theme').click();
    await page.locator('.page[data-contrast]').waitFor();
    await audit(page, 'the theme of high contrast');
  });
}
