import { expect, test } from 'vitest';
import { FIRST } from '../scenarios/index.ts';
import { encodeWork } from '../state/share.ts';
import type { Work } from '../state/share.ts';
import { readParams } from './params.ts';
import { embedSnippets } from './snippets.ts';

const PAGE = 'https://mm.example/below/index.html?from=a&to=b';
const fresh: Work = { id: FIRST.id, name: `${FIRST.id}.mm`, script: '', lines: 0, ns: 0, view: 'spaces', cell: FIRST.cell, speed: FIRST.speed, selected: null };
const snippets = async (work: Work, title = 'RSS climbs back') => embedSnippets(`${PAGE}#${await encodeWork(work)}`, title, 'zh-CN');

test('a scenario that has not begun is written by its name', async () => {
  expect(await snippets(fresh)).toEqual({
    frame: `<iframe src="https://mm.example/below/embed.html#scenario=${FIRST.id}&amp;view=address-space&amp;lang=zh-CN" title="RSS climbs back" width="100%" height="480" loading="lazy"></iframe>`,
    element: `<script type="module" src="https://mm.example/below/mm-playground.js"></script>\n<mm-playground height="480" scenario="${FIRST.id}" view="address-space" lang="zh-CN"></mm-playground>`,
  });
});

test('a run is at its place in both, and read as it was written', async () => {
  const work: Work = { ...fresh, id: null, script: 'proc p\n', lines: 1, ns: 5e9, view: 'heat', selected: { process: 'p', region: 'a', index: 3 } };
  const run = await encodeWork(work);
  const { frame, element } = await snippets(work, '"<b>" & co');
  const [, address = ''] = /src="([^"]*)"/.exec(frame) ?? [];
  expect(readParams(new URL(address.replaceAll('&amp;', '&')).hash.slice(1))).toMatchObject({ attributes: { view: 'heatmap', lang: 'zh-CN', autoplay: 'paused' }, run });
  expect(frame).toContain('title="&quot;&lt;b&gt;&quot; &amp; co"');
  expect(element).toContain(` view="heatmap" lang="zh-CN" autoplay="paused" run="${run}">`);
  expect(element).not.toContain('scenario');
});

test('another speed, place or page is told by the run alone', async () => {
  for (const other of [{ speed: 1 }, { cell: 1 }, { ns: 1 }, { selected: { process: 'p', region: 'a', index: 0 } }]) {
    const { frame, element } = await snippets({ ...fresh, ...other });
    expect([frame, element].every((text) => text.includes(FIRST.id) && /run=/.test(text))).toBe(true);
  }
});
