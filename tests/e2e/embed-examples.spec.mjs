/** The examples in www/examples, built with the real tools, opened and played. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EXAMPLE_NAMES, buildExample } from '../../tools/examples.mjs';
import { SITE as DIST } from '../../tools/site.mjs';
import { Refusal } from '../../tools/terminal.mjs';
import { elsewhere } from './elsewhere.mjs';
import { openPage } from './page.mjs';
import { until } from './screen.mjs';

const folder = mkdtempSync(join(tmpdir(), 'mm-examples-'));
/** Folder of each built site, or why it cannot be built here. */
const built = new Map();

/** A tool may have to be installed first. */
const SET_UP_MS = 900_000;

before(async () => {
  for (const name of EXAMPLE_NAMES) {
    built.set(name, await buildExample(name, join(folder, name), DIST).catch((error) => error));
  }
}, { timeout: SET_UP_MS });

after(() => rmSync(folder, { recursive: true, force: true }));

for (const name of EXAMPLE_NAMES) {
  test(`the example for ${name} is built, opened and played`, { timeout: 120_000 }, async (t) => {
    const site = built.get(name);
    if (site instanceof Refusal && /not here$/.test(site.message)) return t.skip(`${name}: ${site.message}`);
    assert.equal(typeof site, 'string', String(site?.message ?? site));
    await openPage(`example-${name}`, { site: () => elsewhere({}, { folder: site }) }, async ({ page, picture }) => {
      const figure = page.locator('mm-playground').first();
      await figure.locator('.lane', { hasText: 'heap' }).waitFor();
      await until(() => figure.evaluate((element) => (element.state?.seconds ?? 0) > 1), 'the figure to play');
      const own = page.locator('#own');
      await own.scrollIntoViewIfNeeded();
      await own.locator('button').click();
      await until(() => own.evaluate((element) => element.state?.anonHugeKb === 8192), 'the script inside of the element');
      await picture(`example-${name}`);
      if (name !== 'plain') return;
      await page.locator('#lesson button').click();
      await page.locator('#lesson').getByRole('heading', { name: 'A heap of small pages' }).waitFor();
      await page.locator('iframe').scrollIntoViewIfNeeded();
      const frame = page.frameLocator('iframe');
      await frame.locator('.poster button').click();
      await frame.locator('.lane').first().waitFor();
    });
  });
}
