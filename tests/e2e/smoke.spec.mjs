/** The built page loads, in both themes and both languages, and has nothing to complain of. */
import assert from 'node:assert/strict';
import { pageTest } from './page.mjs';

for (const colorScheme of ['light', 'dark']) {
  for (const locale of ['en-US', 'zh-CN']) {
    pageTest(`loads without complaint, ${colorScheme}, ${locale}`, { colorScheme, locale }, async ({ page }) => {
      assert.match(await page.title(), /mm-playground/i);
      await page.locator('canvas').first().waitFor();
      await page.waitForLoadState('networkidle');
    });
  }
}
