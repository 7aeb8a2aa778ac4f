/** axe over the page as it stands, inside of the element too. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function audit(page, where) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations, passes, inside } = await page.evaluate(async () => {
    // A colour on its way to another is neither.
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
    const moving = roots.flatMap((root) => root.getAnimations()).filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
    await Promise.all(moving.map(({ finished }) => finished.catch(() => {})));
    const found = await globalThis.axe.run();
    const tell = ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.flat().join(' ')).join(', ')}`;
    return {
      violations: found.violations.map(tell),
      passes: found.passes.length,
      inside: found.passes.some(({ nodes }) => nodes.some(({ target }) => Array.isArray(target[0]) && target[0][0].includes('mm-playground'))),
    };
  });
  assert.deepEqual(violations, [], where);
  assert.ok(passes > 15 && inside, `axe looked inside the element: ${where}`);
}
