/** What leaves the page: links, snippets and files; and stories as they are opened. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentOf, elsewhere } from './elsewhere.mjs';
import { pageTest } from './page.mjs';
import { clockOf, emptyMachine, laneFacts, playing, type, until } from './screen.mjs';

async function textOf(download) {
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function take(page, kind) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-export="${kind}"]`).click()]);
  return { name: download.suggestedFilename(), text: await textOf(download) };
}

pageTest('a run is taken away as script, C program, traces and observation', {}, async ({ page, picture }) => {
  await emptyMachine(page);
  for (const line of ['echo always > /sys/kernel/mm/transparent_hugepage/enabled', 'proc app', 'app mmap heap 8M', 'app madvise heap nohugepage', 'app write heap', 'app madvise heap hugepage', 'run 20s']) await type(page, line);
  await page.locator('.event', { hasText: 'collapse' }).first().waitFor();
  await page.locator('#share').click();
  await page.getByRole('dialog').waitFor();
  await picture('share');
  const script = await take(page, 'script');
  assert.match(script.text, /^machine mem=4G\n[^]*app write heap\n[^]*run 20s/);
  const ftrace = await take(page, 'ftrace');
  assert.match(ftrace.text, /^# tracer: nop\n[^]*khugepaged-\d+ +\[000\] \.{5} +[\d.]+: mm_collapse_huge_page: mm=\w+, isolated=1, status=succeeded/);
  const perfetto = JSON.parse((await take(page, 'perfetto')).text);
  const named = (name) => perfetto.traceEvents.filter((event) => event.name === name);
  assert.equal(named('mm_collapse_huge_page').length, 4);
  assert.equal(named('app write heap')[0].ph, 'X');
  assert.ok(named('rss').some(({ ph, args }) => ph === 'C' && args.value === 8192));
  const observation = JSON.parse((await take(page, 'observation')).text);
  assert.equal(observation.obs.regions['app.heap'].classes, 'T*2048');
  // Looking has changed nothing: a second look sees the same.
  assert.deepEqual(JSON.parse((await take(page, 'observation')).text), observation);
  const program = await take(page, 'c');
  assert.match(program.text, /STEP\(p_app, "app write heap"\)/);
  if (spawnSync('cc', ['--version']).status === 0) {
    const folder = mkdtempSync(join(tmpdir(), 'mm-export-'));
    writeFileSync(join(folder, program.name), program.text);
    const { status, stderr } = spawnSync('cc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', join(folder, program.name)], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    assert.equal(status, 0, stderr);
  }
});

/** Presses a button of the dialog that copies; what it copied. */
async function copied(page, button) {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button.click();
  await page.getByRole('dialog').getByText(/^(?:Copied|已复制)$/).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Opens the dialog; the link is there when it is. */
async function share(page) {
  await page.locator('#share').click();
  await page.locator('.share-dialog').waitFor();
}

pageTest('copies a link and Markdown, which open the run where it stands', {}, async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await emptyMachine(page);
  for (const line of ['proc shared', 'shared mmap heap 4M', 'shared write heap[0..7]']) await type(page, line);
  await page.locator('#map').focus();
  await page.keyboard.press('s');
  const link = await copied(page, page.getByRole('button', { name: 'Copy the link' }));
  assert.equal(await copied(page, page.getByRole('button', { name: 'Copy as Markdown' })), `[scenario.mm](${link})`);
  await page.goto('about:blank');
  await page.goto(link);
  await page.locator('.tree .row', { hasText: 'heap' }).waitFor();
  await until(async () => /28/.test(await page.locator('.tree .row', { hasText: 'heap' }).textContent()), 'the seven pages');
});

/** The site with the page on one origin, and an author's documents on another; `paste` makes one of these and opens it. */
async function besideAuthor(documents) {
  const site = await elsewhere(documents);
  return { ...site, address: site.cdn, author: site.address };
}

{
  const documents = {};
  let site;
  const paste = async (page, snippet, policy) => {
    documents['author.html'] = { html: documentOf(`<h1>Mine</h1>${snippet}`), headers: { 'content-security-policy': policy.replaceAll('%CDN%', new URL(site.cdn).origin) } };
    await page.goto('about:blank');
    await page.goto(`${site.author}author.html`);
  };
  /** What a figure says of its machine, once it is at that time. */
  const atPlace = async (figure, time) => {
    await figure.locator('.lane', { hasText: 'DMA' }).first().waitFor();
    let state;
    await until(async () => {
      state = await figure.evaluate((element) => element.state);
      return state?.seconds.toFixed(3) === time;
    }, 'the place of the run');
    const { rssKb, playing } = state;
    return { rssKb, playing, classes: await figure.evaluate((element) => element.observe().then(({ regions }) => regions['shared.heap'].classes)) };
  };

  pageTest('copies a frame and an element, which are at the same place in a page of another origin, in both languages', {
    site: async () => { site = await besideAuthor(documents); return site; },
  }, async ({ page, picture }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await emptyMachine(page);
    for (const line of ['proc shared', 'shared mmap heap 4M', 'shared write heap[0..7]', 'run 5s', 'shared write heap[7..100]']) await type(page, line);
    // Back to before the last line, in another view.
    await page.getByRole('button', { name: 'One step back', exact: true }).click();
    await page.locator('.tree .row', { hasText: '28 K / 4 M' }).waitFor();
    const [, minutes, seconds] = /:(\d\d):([\d.]+)/.exec(await page.locator('.clock span').first().textContent());
    await page.locator('.views').getByRole('button', { name: 'Physical memory' }).click();
    await page.locator('.lane', { hasText: 'DMA' }).first().waitFor();
    await share(page);
    const frame = await copied(page, page.locator('[data-embed="frame"]'));
    await picture('share-embed');
    await page.keyboard.press('Escape');
    await page.locator('#language').click();
    await share(page);
    const element = await copied(page, page.locator('[data-embed="element"]'));
    assert.equal(await page.locator('.snippet').inputValue(), element);
    const time = (60 * Number(minutes) + Number(seconds)).toFixed(3);
    const place = { rssKb: 28, playing: false, classes: 'a*7 .*1017' };

    // No script may run in the one author's page; the other's allows those of the site.
    await paste(page, frame, "default-src 'none'; frame-src %CDN%; img-src data:");
    const framed = page.frameLocator('iframe').locator('mm-playground');
    assert.deepEqual(await atPlace(framed, time), place);
    await framed.getByRole('group', { name: 'Controls of the figure' }).waitFor();
    await paste(page, element, "default-src 'none'; script-src %CDN% 'wasm-unsafe-eval'; worker-src blob: %CDN%; connect-src %CDN%; img-src %CDN% data:");
    const own = page.locator('mm-playground');
    assert.deepEqual(await atPlace(own, time), place);
    await own.getByRole('group', { name: '此图的控件' }).waitFor();
    await picture('share-embedded');
    // Another run is followed; what is none is as if it were not there.
    await own.evaluate((figure) => { figure.setAttribute('scenario', 'fault-lab'); figure.setAttribute('run', '1nonsense'); });
    await until(() => own.evaluate((figure) => figure.state.seconds === 0 && figure.state.rssKb === 0), 'the scenario of the attribute');
  });
}

pageTest('a script too long for a link can still be saved', {}, async ({ page }) => {
  await page.locator('.lane').first().waitFor();
  const lines = Array.from({ length: 1700 }, (_, i) => `p1 write a[${i % 1000}] seed=${1e15 + i * 7919} index=${1e15 + i * 104_729}`);
  await page.locator('#scenario').click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('menuitem', { name: 'Open a script…' }).click()]);
  await chooser.setFiles({ name: 'long.mm', mimeType: 'text/plain', buffer: Buffer.from(['machine mem=512M', 'proc p1', 'p1 mmap a 4M', ...lines].join('\n')) });
  await laneFacts(page, 'p1 a').waitFor();
  await page.locator('#share').click();
  await page.getByRole('dialog').getByText('too long for a link').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Copy the link' }).count(), 0);
  assert.ok((await take(page, 'script')).text.length > 100_000);
});

pageTest('every story of the menu opens, tells itself in two languages and plays', {}, async ({ page }) => {
  const opener = page.locator('#scenario');
  await page.locator('.lane').first().waitFor();
  await opener.click();
  const n = await page.locator('.menu .shipped').count();
  await page.keyboard.press('Escape');
  assert.ok(n >= 12);
  for (let i = 0; i < n; i += 1) {
    await opener.click();
    const item = page.locator('.menu .shipped').nth(i);
    const title = await item.locator('span').textContent();
    await item.click();
    await page.locator('.story h3', { hasText: title }).waitFor();
    assert.equal(await page.locator('.story > p:not(.muted)').count(), 2, title);
    assert.ok(await page.locator('.tries .btn').count() >= 2, title);
    await until(async () => !/^00:00:00\.000/.test(await clockOf(page)), `${title} to play`);
    assert.deepEqual(await page.locator('.console .failed').filter({ hasText: 'FAIL' }).allTextContents(), [], title);
  }
  await page.locator('#language').click();
  await page.locator('.story p', { hasText: '看' }).first().waitFor();
  await playing(page, false);
});
