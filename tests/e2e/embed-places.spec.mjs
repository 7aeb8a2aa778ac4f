/** Where a figure has to live: strict policies, other origins, hostile styles, beside another version of itself. */
import assert from 'node:assert/strict';
import { documentOf, elsewhere } from './elsewhere.mjs';
import { pageTest } from './page.mjs';
import { until } from './screen.mjs';

const FIGURE = '<mm-playground id="f" scenario="fault-lab" controls="play,timeline,why,legend" lang="en" autoplay="visible"></mm-playground>';

async function plays(page, id = 'f') {
  await page.locator(`#${id} .lane`).first().waitFor();
  await until(() => page.evaluate((name) => (document.getElementById(name).state?.seconds ?? 0) > 0.5, id), `${id} to play`);
}

/** All that a script could have changed outside of the figure. */
const outside = (page) => page.evaluate(() => ({
  head: document.head.innerHTML,
  body: [...document.body.children].filter(({ id }) => id !== 'f').map((element) => element.cloneNode(false).outerHTML),
  sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
  storage: [localStorage.length, sessionStorage.length],
  globals: Object.keys(window).sort(),
}));

pageTest('under a strict policy, from a folder, without cross-origin isolation', {
  site: () => elsewhere({ 'a/b/index.html': documentOf(FIGURE, '<script type="module" src="%SITE%mm-playground.js"></script>') }, {
    headers: { 'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' data:" },
  }).then((site) => ({ ...site, address: `${site.address}a/b/index.html` })),
}, async ({ page }) => {
  await plays(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), false);
  assert.match(await page.evaluate(() => document.querySelector('#f').observe().then(({ hash }) => hash)), /^[0-9a-f]{16}$/);
});

pageTest('nothing outside of the figure changes, and nothing is kept in the browser', {
  site: () => elsewhere({ 'index.html': documentOf(`<p>words</p>${FIGURE}<script type="module">
    addEventListener('go', () => import('%SITE%mm-playground.js'));
  </script>`) }),
}, async ({ page }) => {
  const before = await outside(page);
  await page.evaluate(() => void dispatchEvent(new Event('go')));
  await plays(page);
  await page.evaluate(() => document.querySelector('#f').run('proc q\nq mmap a 4M'));
  await page.evaluate(() => document.querySelector('#f').setAttribute('view', 'walk'));
  await page.waitForTimeout(1800);
  assert.deepEqual(await outside(page), before);
});

pageTest('from another origin, as from a CDN', {
  site: () => elsewhere({ 'index.html': documentOf(`${FIGURE}<script type="module" src="%CDN%mm-playground.js"></script>`) }, {
    headers: { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' http://127.0.0.1:*; worker-src blob: http://127.0.0.1:*; connect-src http://127.0.0.1:*; img-src http://127.0.0.1:* data:" },
  }),
}, async ({ page }) => {
  await plays(page);
  // A word of the second file of the engine, and another language.
  assert.match(await page.evaluate(() => document.querySelector('#f').observe().then(({ hash }) => hash)), /^[0-9a-f]{16}$/);
  await page.evaluate(() => document.querySelector('#f').setAttribute('lang', 'zh'));
  await page.locator('#f').getByText('检查器').first().waitFor();
});

pageTest('words that come last of all do not keep it from playing', {
  prepare: (context) => context.route(/\/assets\/en-[\w-]+\.js$/, (route) => setTimeout(() => void route.continue(), 1500)),
  site: () => elsewhere({ 'index.html': documentOf(`${FIGURE}<script type="module" src="%SITE%mm-playground.js"></script>`) }),
}, async ({ page }) => {
  await plays(page);
});

pageTest('a policy that forbids its worker is told by name', {
  site: () => elsewhere({ 'index.html': documentOf(`${FIGURE}<script type="module" src="%CDN%mm-playground.js"></script>`) }, {
    headers: { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' http://127.0.0.1:*; connect-src http://127.0.0.1:*; img-src http://127.0.0.1:* data:" },
  }),
}, async ({ page, problems }) => {
  await page.locator('#f').getByText('worker-src blob:').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  // The browser says it as well.
  assert.ok(problems.splice(0).every((problem) => /Content.Security.Policy|worker/i.test(problem)));
});

const HOSTILE = '* { all: unset; box-sizing: content-box; font: 40px serif } *::before, *::after { content: "x" !important; font-size: 60px } div, button, canvas, p { display: none !important; color: red !important } mm-playground { color: red; letter-spacing: 9px; direction: rtl; text-transform: uppercase; line-height: 4; --bg: red; --ink: red }';

pageTest('hostile styles of the document do not reach it', {
  site: () => elsewhere({
    'index.html': documentOf(`${FIGURE}<script type="module" src="%SITE%mm-playground.js"></script>`, `<style>${HOSTILE}</style>`),
    'plain.html': documentOf(`${FIGURE}<script type="module" src="%SITE%mm-playground.js"></script>`, '<style>body { margin: 0 }</style>'),
  }),
}, async ({ page, picture }) => {
  const looks = async () => {
    await page.locator('#f .lane').first().waitFor();
    await page.evaluate(() => document.querySelector('#f').pause());
    return page.evaluate(() => {
      const { shadowRoot } = document.querySelector('#f');
      return ['.page', '.lane b', '#play', '.inspector .heading', '.legend li', 'canvas.cells', '.clock'].map((selector) => {
        const { display, fontSize, fontFamily, color, letterSpacing, direction, textTransform, lineHeight, boxSizing, backgroundColor } = getComputedStyle(shadowRoot.querySelector(selector));
        return { selector, display, fontSize, fontFamily, color, letterSpacing, direction, textTransform, lineHeight, boxSizing, backgroundColor };
      });
    });
  };
  const hostile = await looks();
  const box = await page.locator('#f').boundingBox();
  await picture('element-hostile');
  const { address } = await page.evaluate(() => ({ address: location.href }));
  await page.goto(new URL('plain.html', address).href);
  assert.deepEqual(hostile, await looks());
  assert.deepEqual([box.width, box.height], [1440, 360]);
});

pageTest('two versions on one page: the first keeps the name, the second has its own', {
  site: () => elsewhere({ 'index.html': documentOf(`${FIGURE}
    <mm-playground-next id="g" scenario="vm-fleet" lang="en" autoplay="visible"></mm-playground-next>
    <script type="module" src="%SITE%mm-playground.js"></script>
    <script type="module" src="%CDN%mm-playground.js"></script>
    <script type="module" src="%CDN%mm-playground.js?as=mm-playground-next"></script>`) }),
}, async ({ page }) => {
  await plays(page);
  await plays(page, 'g');
  const [f, g] = await page.evaluate(() => Promise.all(['f', 'g'].map((id) => document.getElementById(id).observe().then(({ regions }) => Object.keys(regions)))));
  assert.notDeepEqual(f, g);
  assert.notEqual(await page.evaluate(() => customElements.get('mm-playground')), null);
});
