/**
 * Still pictures of the shipped scenarios, for figures that are not loaded yet: www/public/posters/NAME.svg
 *
 * node tools/posters.mjs        after `npm run build`; plays each scenario some way in headless Chromium
 *
 * The pictures are part of the repository: drawn anew when a scenario has changed, not with every build.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSER_SWITCHES, findBrowser } from './browser.mjs';
import { ROOT } from './process.mjs';
import { SITE } from './site.mjs';
import { main, say } from './terminal.mjs';
import { serve } from '../tests/e2e/static_server.mjs';

const FOLDER = join(ROOT, 'www', 'public', 'posters');
/** How far a scenario is played: where most has happened and something still will. */
const PART = 0.4;

const [WIDTH, HEIGHT, CELL, GAP, MARGIN, TITLE] = [1100, 300, 4, 10, 16, 30];
const [COLUMNS, ROWS] = [32, 16];
const BLOCK = COLUMNS * ROWS;

/** Letters of `T*2048 .*3`. */
const lettersOf = (classes) => classes.split(' ').flatMap((run) => {
  const [letter, count = '1'] = run.split('*');
  return [letter.repeat(Number(count))];
}).join('');

/** The paths of a block, one for each letter; equal cells side by side are one piece. */
function drawing(block, classOf) {
  const paths = new Map();
  const add = (letter, x, y, w, h) => paths.set(letter, `${paths.get(letter) ?? ''}M${x} ${y}h${w}v${h}h-${w}z`);
  if (block.length === BLOCK && new Set(block).size === 1) add(block[0], 0, 0, COLUMNS * CELL, ROWS * CELL);
  else {
    for (let row = 0; row * COLUMNS < block.length; row += 1) {
      for (const { 0: run, index } of block.slice(row * COLUMNS, (row + 1) * COLUMNS).matchAll(/(.)\1*/g)) add(run[0], index * CELL, row * CELL, run.length * CELL, CELL);
    }
  }
  return [...paths].map(([letter, d]) => `<path class="${classOf(letter)}" d="${d}"/>`).join('');
}

/** Blocks that look the same are drawn once. */
function picture(regions, palette) {
  const letters = [];
  const classOf = (letter) => `c${letters.includes(letter) ? letters.indexOf(letter) : letters.push(letter) - 1}`;
  const blocks = new Map();
  const placed = [];
  const titles = [];
  const perRow = Math.floor((WIDTH - 2 * MARGIN + GAP) / (COLUMNS * CELL + GAP));
  let top = 0;
  for (const [name, { classes }] of Object.entries(regions)) {
    if (top > HEIGHT) break;
    titles.push(`<text x="${MARGIN}" y="${top + 20}">${name.replace('.', '  ')}</text>`);
    top += TITLE;
    const pages = lettersOf(classes);
    for (let at = 0; at < pages.length; at += BLOCK) {
      const nth = at / BLOCK;
      const [x, y] = [MARGIN + (nth % perRow) * (COLUMNS * CELL + GAP), top + Math.floor(nth / perRow) * (ROWS * CELL + 12)];
      if (y > HEIGHT) break;
      const block = pages.slice(at, at + BLOCK);
      if (!blocks.has(block)) blocks.set(block, `<g id="b${blocks.size}">${drawing(block, classOf)}</g>`);
      placed.push(`<use href="#b${[...blocks.keys()].indexOf(block)}" x="${x}" y="${y}"/>`);
    }
    top += Math.ceil(Math.ceil(pages.length / BLOCK) / perRow) * (ROWS * CELL + 12) + 18;
  }
  const colour = (letter, theme) => palette.find((one) => one.letter === letter)?.[theme] ?? '#808080';
  const rules = (theme) => letters.map((letter, i) => `.c${i}{fill:${colour(letter, theme)}}`).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" preserveAspectRatio="xMinYMin slice">`,
    `<style>svg{background:#fff}text{font:600 13px system-ui,sans-serif;fill:#1d232b}${rules('light')}@media (prefers-color-scheme:dark){svg{background:#161a20}text{fill:#e6e9ee}${rules('dark')}}</style>`,
    `<defs>${[...blocks.values()].join('\n')}</defs>`,
    ...titles,
    ...placed,
    '</svg>\n',
  ].join('\n');
}

/** Virtual seconds that a script runs. */
function secondsOf(script) {
  const turns = [1];
  let seconds = 0;
  for (const line of script.split('\n').map((text) => text.trim())) {
    const loop = /^for \w+ in (\d+)\.\.(\d+)/.exec(line);
    const run = /^run ([\d.]+)(ms|s|m)/.exec(line);
    if (loop) turns.push(turns.at(-1) * (loop[2] - loop[1]));
    else if (line === 'end') turns.pop();
    else if (run) seconds += turns.at(-1) * run[1] * { ms: 0.001, s: 1, m: 60 }[run[2]];
  }
  return seconds;
}

main(async () => {
  const { chromium } = await import('playwright-core');
  const palette = [...readFileSync(join(ROOT, 'www/src/theme/palette.ts'), 'utf8').matchAll(/entry\('(.)', '(#\w+)', '(#\w+)'/g)].map(([, letter, light, dark]) => ({ letter, light, dark }));
  const scenarios = readdirSync(join(ROOT, 'www/src/scenarios')).filter((name) => name.endsWith('.mm'));
  mkdirSync(FOLDER, { recursive: true });
  const server = await serve(SITE, { 'access-control-allow-origin': '*' });
  const browser = await chromium.launch({ executablePath: findBrowser(), args: BROWSER_SWITCHES });
  try {
    for (const name of scenarios) {
      const id = name.replace('.mm', '');
      const seconds = secondsOf(readFileSync(join(ROOT, 'www/src/scenarios', name), 'utf8'));
      const page = await browser.newPage({ viewport: { width: 1200, height: 500 } });
      await page.goto(`${server.address}embed.html#scenario=${id}`);
      const regions = await page.locator('mm-playground').evaluate(async (figure, to) => {
        await figure.seek({ seconds: to });
        return (await figure.observe()).regions;
      }, seconds * PART);
      await page.close();
      const svg = picture(regions, palette);
      writeFileSync(join(FOLDER, `${id}.svg`), svg);
      say(`${id}.svg  ${(svg.length / 1000).toFixed(1)} kB`);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
