/** embed.html in a frame: the handshake, what may be asked and by whom, and 20 000 attempts to do something else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { documentOf, elsewhere } from './elsewhere.mjs';
import { pageTest } from './page.mjs';
import { until } from './screen.mjs';

const HOSTILE = readFileSync(new URL('../fuzz/hostile.mjs', import.meta.url), 'utf8');

/** What an author writes around a frame: asks, and what the frame says. */
const HOST = `
  window.heard = [];
  window.frame = document.querySelector('iframe');
  let nextId = 1;
  const open = new Map();
  addEventListener('message', ({ data, source }) => {
    if (source !== frame.contentWindow) return;
    if (data?.id !== undefined && open.has(data.id)) {
      open.get(data.id)(data);
      open.delete(data.id);
    } else heard.push(data);
  });
  window.post = (data) => frame.contentWindow.postMessage(data, '*');
  window.ask = (message) => new Promise((resolve) => {
    const id = nextId++;
    open.set(id, resolve);
    post({ mm: 1, id, ...message });
  });
  window.shake = async () => {
    const before = heard.filter((data) => data === 'PONG').length;
    while (heard.filter((data) => data === 'PONG').length === before) {
      post('PING');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  window.pong = () => new Promise((resolve) => {
    const listen = ({ data }) => { if (data === 'PONG') { removeEventListener('message', listen); resolve(true); } };
    addEventListener('message', listen);
    post('PING');
  });
`;

/** A document with a frame of the page on another origin, which names this document's origin. */
const around = (fragment, { origins = '%SELF%', attributes = 'width="900" height="420"' } = {}) => async () => {
  const documents = { 'host.js': HOST, 'hostile.mjs': HOSTILE };
  const site = await elsewhere(documents);
  const named = origins.replace('%SELF%', site.address.slice(0, -1));
  const src = `%CDN%embed.html#${fragment}&origins=${encodeURIComponent(named)}`;
  documents['index.html'] = documentOf(`<iframe title="figure" src="${src.replaceAll('&', '&amp;')}" ${attributes}></iframe><script src="host.js"></script>`);
  return site;
};

pageTest('a frame shakes hands, does what it is asked, and tells its size', { site: around('scenario=fault-lab&controls=play,why&lang=en&autoplay=paused&height=300') }, async ({ page, picture }) => {
  await page.evaluate(() => shake());
  const frame = page.frameLocator('iframe');
  await frame.locator('.lane, .empty').first().waitFor({ state: 'attached' });
  const ask = (message) => page.evaluate((one) => window.ask(one), message);
  assert.equal((await ask({ do: 'run', lines: 'proc app\napp mmap heap 4M\napp write heap[0..9]' })).value.ok, true);
  const seen = (await ask({ do: 'observe' })).value;
  assert.match(seen.regions['app.heap'].classes, /^a\*9 \.\*1015$/);
  assert.equal((await ask({ do: 'why', page: 'app.heap[3]' })).value.length, 3);
  assert.equal((await ask({ do: 'tunable', name: 'max_ptes_none', value: 5 })).value, '5');
  const refused = await ask({ do: 'why', page: 'nonsense' });
  assert.deepEqual([refused.ok, /process\.region/.test(refused.error.message)], [false, true]);
  assert.equal((await ask({ do: 'seek', to: 0 })).ok, true);
  await ask({ do: 'play' });
  await until(async () => (await ask({ do: 'state' })).value.machine.seconds > 0.3, 'it to play');
  await ask({ do: 'pause' });
  await ask({ do: 'set', attributes: { lang: 'zh', theme: 'dark', view: 'memory' } });
  await frame.getByText('检查器').first().waitFor();
  const heard = await page.evaluate(() => heard);
  for (const event of ['ready', 'step', 'change', 'size']) assert.ok(heard.some((data) => data.mm === 1 && data.event === event), event);
  assert.deepEqual(heard.find(({ event }) => event === 'size').detail, { width: 900, height: 300, fills: false });
  await picture('frame');
  // The fragment is followed as it changes, by whoever embeds.
  await page.evaluate(() => { frame.src = `${frame.src.replace('fault-lab', 'vm-fleet')}`; });
  await until(() => page.evaluate(() => window.ask({ do: 'observe' }).then(({ value }) => value?.regions && Object.keys(value.regions).length === 0)), 'the other scenario');
});

pageTest('a frame of the same origin makes itself as high as its figure, narrow or wide', {
  site: () => elsewhere({ 'index.html': documentOf('<iframe title="figure" src="%SITE%embed.html#scenario=fault-lab&amp;lang=en&amp;autoplay=paused&amp;height=300" style="border: 0; width: 900px; height: 150px"></iframe>') }),
}, async ({ page }) => {
  const height = () => page.locator('iframe').evaluate((frame) => frame.getBoundingClientRect().height);
  await page.frameLocator('iframe').locator('#play').waitFor();
  await until(async () => (await height()) === 300, 'the height of the figure');
  await page.locator('iframe').evaluate((frame) => { frame.style.width = '400px'; });
  await until(async () => (await height()) > 400, 'the answers below the map');
  const { clientHeight, scrollHeight } = await page.frames()[1].evaluate(() => document.documentElement);
  assert.equal(clientHeight, scrollHeight);
});

pageTest('a frame without a list answers nobody but its own origin', { site: around('scenario=fault-lab&autoplay=paused&lang=en', { origins: 'https://somebody.example' }) }, async ({ page }) => {
  await page.frameLocator('iframe').locator('#play').waitFor();
  const answered = await page.evaluate(async () => {
    for (let i = 0; i < 20; i += 1) {
      post('PING');
      void ask({ do: 'run', lines: 'proc evil' });
    }
    await new Promise((resolve) => setTimeout(resolve, 600));
    return heard.length;
  });
  assert.equal(answered, 0);
  assert.equal(await page.frameLocator('iframe').locator('mm-playground').evaluate((figure) => figure.observe().then(({ procs }) => 'evil' in procs)), false);
});

pageTest('a run out of a link stands where it stood, also in a sandboxed frame', { site: async () => {
  const { deflateRawSync } = await import('node:zlib');
  const work = { id: null, name: 'x', script: 'machine mem=512M\nproc linked\nlinked mmap heap 4M\nlinked write heap[0..7]\nrun 5s\n', lines: 3, ns: 2e9, view: 'spaces', cell: 4, speed: 1, selected: null };
  const link = `1${deflateRawSync(JSON.stringify(work)).toString('base64url')}`;
  return around(`run=${link}&lang=en&autoplay=paused`, { origins: '*', attributes: 'width="900" height="420" sandbox="allow-scripts allow-same-origin"' })();
} }, async ({ page }) => {
  const frame = page.frameLocator('iframe');
  await frame.locator('.lane', { hasText: 'linked' }).waitFor();
  await page.evaluate(() => shake());
  await until(() => page.evaluate(() => window.ask({ do: 'state' }).then(({ value }) => value.machine.seconds === 2 && value.machine.rssKb === 28)), 'the place of the link');
  // Another scenario takes its place.
  await page.evaluate(() => window.ask({ do: 'set', attributes: { scenario: 'fault-lab', view: 'memory' } }));
  await until(() => page.evaluate(() => window.ask({ do: 'state' }).then(({ value }) => value.machine.seconds === 0 && value.machine.rssKb === 0)), 'the other scenario');
});

pageTest('10 000 hostile messages and 10 000 hostile links: refused, nothing injected, nothing changed', { site: around('scenario=fault-lab&controls=play,why&lang=en&autoplay=paused') }, async ({ page, problems }) => {
  await page.evaluate(() => shake());
  const inside = page.frames().find((frame) => frame.url().includes('embed.html'));
  await page.frameLocator('iframe').locator('#play').waitFor();
  await page.evaluate(() => window.ask({ do: 'run', lines: 'proc keeper\nkeeper mmap heap 4M\nkeeper write heap[0..9]' }));
  const census = () => inside.evaluate(() => {
    const all = (root) => [...root.querySelectorAll('*')].flatMap((element) => [element.localName, ...(element.shadowRoot === null ? [] : all(element.shadowRoot))]);
    const names = all(document);
    return { n: names.length, risky: names.filter((name) => ['script', 'img', 'iframe', 'object', 'embed', 'style', 'link', 'base'].includes(name)).sort(), pwned: globalThis.pwned ?? null };
  });
  const hash = () => page.evaluate(() => window.ask({ do: 'observe' }).then(({ value }) => value.hash));
  const before = { hash: await hash(), census: await census(), ignored: (await page.evaluate(() => window.ask({ do: 'state' }))).value.ignored };
  const sent = await page.evaluate(async () => {
    const { hostileMessages } = await import('./hostile.mjs');
    const messages = hostileMessages(10_000);
    for (const [i, message] of messages.entries()) {
      post(message);
      // It goes on answering.
      if (i % 250 === 249) await pong();
    }
    return messages.length;
  });
  assert.equal(sent, 10_000);
  assert.equal((await page.evaluate(() => window.ask({ do: 'state' }))).value.ignored - before.ignored, 10_000);
  assert.equal(await hash(), before.hash);
  const answers = await page.evaluate(async () => {
    const { hostileLinks } = await import('./hostile.mjs');
    const links = await hostileLinks(10_000);
    const count = { refused: 0, taken: [], other: 0 };
    for (let at = 0; at < links.length; at += 50) {
      const replies = await Promise.all(links.slice(at, at + 50).map((link) => (link.length > 200_000 ? { ok: false } : window.ask({ do: 'open', link }))));
      for (const [i, { ok }] of replies.entries()) {
        if (ok) count.taken.push(links[at + i]);
        else count.refused += 1;
      }
    }
    return count;
  });
  assert.deepEqual([answers.refused, answers.taken], [10_000, []]);
  assert.equal(await hash(), before.hash);
  const after = await census();
  assert.deepEqual([after.risky, after.pwned], [before.census.risky, null]);
  assert.ok(after.n <= before.census.n + 60, `${before.census.n} → ${after.n} elements`);
  assert.equal(await page.evaluate(() => globalThis.pwned ?? null), null);
  // And as what stands behind the `#`.
  for (const fragment of ['<img src=x onerror=pwned=1>', 'scenario=__proto__', 'script=<script>pwned=1</script>', 'lesson=<img src=x onerror=pwned=1>', 'guide=javascript:pwned=1', 'poster=javascript:pwned=1', 'view=constructor&controls=__proto__', '1AAAA', '%E0%A4%A', '='.repeat(9000)]) {
    await inside.evaluate((text) => { location.hash = text; }, fragment);
    await page.waitForTimeout(30);
  }
  assert.equal(await inside.evaluate(() => globalThis.pwned ?? null), null);
  problems.splice(0);
});
