import { expect, test } from 'vitest';
import { SCENARIOS } from '../scenarios/index.ts';
import { CONTROLS, dedent, readSettings } from './attributes.ts';
import { parsePage } from './live-api.ts';

const read = (attributes: Record<string, string>, languages: string[] = []): ReturnType<typeof readSettings> =>
  readSettings((name) => attributes[name] ?? null, languages);

test('attributes as authors write them', () => {
  expect(read({ scenario: 'rss-climb', view: 'address-space', controls: 'play,step,why', height: '360', theme: 'auto', autoplay: 'visible' }, ['zh-CN'])).toEqual({
    scenario: 'rss-climb', guide: null, run: null, view: 'spaces', controls: ['play', 'step', 'why'], height: '360px', locale: 'zh', theme: 'system', autoplay: 'visible', poster: null, speed: null, cell: null,
  });
  expect(read({ controls: 'all' }).controls).toEqual(CONTROLS);
  expect(read({ controls: '' }).controls).toEqual([]);
  expect(read({}).controls).toEqual(['play', 'step', 'timeline', 'why']);
  expect(read({ autoplay: '' }).autoplay).toBe('visible');
  expect(read({ speed: 'max', cell: '6', height: '24em' })).toMatchObject({ speed: Infinity, cell: 6, height: '24em' });
  expect(read({}, ['', 'en-GB']).locale).toBe('en');
  expect(read({ run: ' 1abc\n' }).run).toBe('1abc');
});

test('what is not understood is the default', () => {
  const odd = read({ view: '__proto__', controls: 'play;constructor', height: '1px;color:red', theme: 'toString', autoplay: 'never mind', speed: '-1', cell: '1e9' }, ['xx']);
  expect(odd).toMatchObject({ view: null, controls: [], height: '360px', theme: 'system', speed: null, cell: null, locale: 'en' });
});

test('a script loses the indentation of its document, not its own', () => {
  expect(dedent('\n    machine mem=1G\n    for i in 0..3\n      p write a[$i]\n    end\n  ')).toBe('machine mem=1G\nfor i in 0..3\n  p write a[$i]\nend\n');
  expect(dedent(' \n\t\n')).toBe('');
});

test('pages by name', () => {
  expect(parsePage('app.heap[3]')).toEqual({ process: 'app', region: 'heap', index: 3 });
  expect(parsePage('app.heap')).toEqual({ process: 'app', region: 'heap', index: 0 });
  for (const wrong of ['', 'app', 'app.heap[-1]', 'app.heap[3', 'a b.c', '../x']) expect(() => parsePage(wrong)).toThrow(/process\.region\[index\]/);
});

test('every scenario has its still picture, of shapes and words alone', () => {
  const pictures = import.meta.glob<string>('../../public/posters/*.svg', { query: '?raw', import: 'default', eager: true });
  expect(Object.keys(pictures).map((path) => path.replace(/.*\/|\.svg/g, '')).sort()).toEqual(SCENARIOS.map(({ id }) => id as string).sort());
  for (const svg of Object.values(pictures)) expect(svg.replace(/<\/?(?:svg|style|defs|g|use|text|path)\b[^<>]*>/g, '')).not.toMatch(/</);
});
