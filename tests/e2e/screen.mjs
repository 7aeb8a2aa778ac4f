/** What a person sees on the screen and does there, named once for all specs. */
import assert from 'node:assert/strict';

/** A machine with nothing in it, at rest. */
export async function emptyMachine(page) {
  await page.locator('#scenario').click();
  await page.getByRole('menuitem', { name: /^(?:Empty machine|空机器)$/ }).click();
  await page.getByText(/^(?:scenario\.mm loaded|已载入 scenario\.mm)$/).last().waitFor();
  // It rests when that is said, and is played then.
  await plays(page, true);
  await playing(page, false);
}

/** Plays or pauses, whatever it was, and waits until it is so. */
export async function playing(page, wanted) {
  if (!await isPlaying(page, wanted)) await page.locator('#play').click();
  await plays(page, wanted);
}

async function isPlaying(page, wanted) {
  const label = (await page.locator('#play').getAttribute('aria-label')) ?? '';
  return (wanted ? /^Pause|^暂停/ : /^Play|^播放/).test(label);
}

function plays(page, wanted) {
  return until(() => isPlaying(page, wanted), `the machine to be ${wanted ? 'playing' : 'at rest'}`);
}

/** The virtual time that the page shows: `00:00:12.345`. */
export function clockOf(page) {
  return page.locator('.clock span').first().textContent();
}

/** Waits until it is this virtual time or later. */
export function playedTo(page, time) {
  return until(async () => (await clockOf(page)) >= time, `the time ${time}`);
}

/** Types a line into the console and waits for its answer. */
export async function type(page, line) {
  await page.locator('#console-input').fill(line);
  await page.locator('#console-input').press('Enter');
  await page.locator('.console .command').filter({ hasText: line }).last().waitFor();
  await answered(page);
}

/** Waits until everything asked of the machine is answered. */
export function answered(page) {
  return page.locator('.console .lines[aria-busy="false"]').waitFor({ state: 'attached' });
}

/** Text of the map's title of a region: `rw-p hg   2 M at ...`. */
export function laneFacts(page, name) {
  return page.locator('.lane', { hasText: name }).locator('.facts');
}

/** Id, class, action and label of what has the focus, through shadow roots. */
export function focused(page) {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (element === null) return '';
    return [element.id, element.className, element.dataset?.action, element.getAttribute('aria-label')].filter((part) => part).join(' ');
  });
}

/** Presses Tab until something is reached; a keyboard user's patience is 60 presses. */
export async function tabTo(page, pattern, key = 'Tab') {
  for (let presses = 0; presses < 60; presses += 1) {
    if (pattern.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  assert.fail(`Tab never reached ${pattern}; now at: ${await focused(page)}`);
}

/** The same for an element that has no name of its own in `focused`. */
export async function tabInto(page, locator, key = 'Tab') {
  const reached = () => locator.evaluate((element) => element.getRootNode().activeElement === element);
  for (let presses = 0; presses < 90; presses += 1) {
    if (await reached()) return;
    await page.keyboard.press(key);
  }
  assert.fail(`Tab never reached ${locator}; now at: ${await focused(page)}`);
}

/** Waits until a question, asked every tenth of a second, is answered with yes. */
export async function until(question, what, limit_s = 30) {
  for (let tries = 0; tries < limit_s * 10; tries += 1) {
    if (await question()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited in vain for ${what}`);
}
