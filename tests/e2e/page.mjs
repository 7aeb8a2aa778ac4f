/**
 * A browser page for a test: `pageTest(name, options, body)`.
 *
 * Each test has a page of its own with the built site loaded. Whatever the page complains of (console errors,
 * uncaught exceptions, requests that failed or left the site) fails the test. A failed test leaves a picture
 * in test-results/.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { BROWSER_SWITCHES, findBrowser } from '../../tools/browser.mjs';
import { ROOT } from '../../tools/process.mjs';

/** Address of the site, given by run.mjs. */
export const SITE = process.env.MM_SITE ?? '';

/** The longest that one test may take. */
const TEST_LIMIT_MS = 180_000;
/** The longest that a page may take to do what a test waits for, on two busy cores. */
const WAIT_LIMIT_MS = 30_000;

let browser;
after(() => browser?.close());

/** Where a test leaves a picture. */
export const pictureFile = (name) => join(ROOT, 'test-results', `${name.replace(/[^\w.-]+/g, '-')}.png`);

/**
 * Defines a test that has the page open.
 *
 * `options`: `colorScheme` ('light' | 'dark'), `locale` ('en-US' | 'zh-CN'), `viewport`, `hash` (with its '#'),
 * `prepare`, called with the context before the page is opened, and `site`, which resolves to somebody else's page to
 * open instead: `{ address, origins, close }`, with the addresses that it may ask things of.
 * `body` receives `{ page, problems, picture }`: Playwright's page, the complaints so far, and a function that
 * saves a picture by name.
 */
export function pageTest(name, options, body) {
  test(name, { timeout: TEST_LIMIT_MS }, () => openPage(name, options, body));
}

/** The body of `pageTest`, for tests that have to do something before. */
export async function openPage(name, options, body) {
  const { hash = '', prepare, site, ...context_options } = options;
  assert.ok(SITE, 'start with: node tests/e2e/run.mjs');
  browser ??= await chromium.launch({ executablePath: findBrowser(), args: BROWSER_SWITCHES });
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    ...context_options,
  });
  if (process.env.MM_SLOW_MS) await context.addInitScript(slowWorkers, Number(process.env.MM_SLOW_MS));
  await prepare?.(context);
  const other = await site?.();
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_LIMIT_MS);
  const problems = watch(page, other?.origins ?? [SITE]);
  const picture = (title) => page.screenshot({ path: pictureFile(title) });
  try {
    await page.goto((other?.address ?? SITE) + hash, { waitUntil: 'load' });
    await body({ page, problems, picture });
    assert.deepEqual(problems, []);
  } catch (error) {
    await picture(`failed-${name}`).catch(() => {});
    if (problems.length && error.code !== 'ERR_ASSERTION') {
      error.message += `\nThe page complained:\n${problems.join('\n')}`;
    }
    throw error;
  } finally {
    await context.close();
    await other?.close();
  }
}

/**
 * Runs in the page: what its workers tell arrives late, now more and now less, but in order. Whatever a test takes
 * for granted then shows, as on a machine that is busy with something else.
 */
function slowWorkers(most_ms) {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      const waiting = [];
      this.addEventListener('message', (event) => {
        if (!event.isTrusted) return;
        event.stopImmediatePropagation();
        waiting.push(event);
        setTimeout(() => {
          const { data, ports } = waiting.shift();
          this.dispatchEvent(new MessageEvent('message', { data, ports }));
        }, Math.random() * most_ms);
      });
    }
  };
}

/** Makes the engine's worker of the pages to come known to a test, as `engineWorker`. */
export function exposeWorker(page) {
  return page.addInitScript(() => {
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        globalThis.engineWorker = this;
      }
    };
  });
}

/** A list that grows with everything the page complains of. */
function watch(page, origins) {
  const problems = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()} ${message.location().url}`.trim());
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A page that is left breaks off what it asked for; what cannot be had fails by another name.
    if (reason !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!origins.some((origin) => url.startsWith(origin)) && !/^(?:blob|data):/.test(url)) problems.push(`left the site: ${url}`);
  });
  return problems;
}
