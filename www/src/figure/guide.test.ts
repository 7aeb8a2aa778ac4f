import { expect, test } from 'vitest';
import { holds, readCheck, valueIn, valueOf } from './check.ts';
import type { Sources } from './check.ts';
import { readGuide, readSpan } from './read.ts';

const LESSON = `---
title: Make a heap huge
---
What this is about.

\`\`\`mm
machine mem=1G
proc app
app mmap heap 8M
\`\`\`

## Write to it

Every write *faults*.

\`\`\`mm
app write heap
\`\`\`

Highlight: app.heap[0..512]

## Your turn

Task: Make AnonHugePages reach
4096 kB.
Check: app AnonHugePages >= 4096 kB
Hint: \`app madvise heap collapse\`
`;

test('a lesson in Markdown', () => {
  const guide = readGuide(LESSON, 'markdown', 'en');
  expect(guide).toMatchObject({ title: 'Make a heap huge', scenario: null, script: 'machine mem=1G\nproc app\napp mmap heap 8M' });
  const [first, second] = guide.steps;
  expect(first).toMatchObject({ title: 'Write to it', lines: 'app write heap', highlight: { process: 'app', region: 'heap', start: 0, end: 512 }, task: null });
  expect(first?.caption).toMatch(/What this is about\.[^]*Every write \*faults\*\./);
  expect(second).toMatchObject({ title: 'Your turn', lines: '', highlight: null });
  expect(second?.task).toMatchObject({ text: 'Make AnonHugePages reach 4096 kB.', hint: '`app madvise heap collapse`' });
});

test('the same in JSON, in two languages', () => {
  const json = JSON.stringify({
    title: { en: 'Huge', zh: '大页' }, scenario: 'fault-lab',
    steps: [{ title: 'One', caption: { en: 'words' }, lines: ['proc p', 'p mmap a 4M'], highlight: 'p.a[3]', task: { text: 'Do it', check: '/proc/vmstat thp_fault_alloc >= 1' } }],
  });
  expect(readGuide(json, 'json', 'zh')).toMatchObject({ title: '大页', scenario: 'fault-lab', steps: [{ caption: 'words', lines: 'proc p\np mmap a 4M', highlight: { start: 3, end: 4 } }] });
});

test('mistakes are named with their place', () => {
  const wrong = (text: string, kind: 'json' | 'markdown', pattern: RegExp): void => expect(() => readGuide(text, kind, 'en')).toThrow(pattern);
  wrong('', 'markdown', /no steps/);
  wrong('## One\n\nTask: do\n', 'markdown', /step 1: a task needs a check/);
  wrong('## One\n\n## Two\n\nHighlight: everything\n', 'markdown', /step 2: "everything" is no highlight/);
  wrong('## One\n\nCheck: app Rss\n', 'markdown', /step 1: the check "app Rss" is not of the form/);
  wrong('{', 'json', /no JSON/);
  wrong('{"steps": 1}', 'json', /no list of steps/);
  wrong('{"steps": [[]]}', 'json', /step 1 is no object/);
  wrong('{"steps": [{"title": 5}]}', 'json', /title is neither/);
  wrong(`{"steps": [${'{},'.repeat(101)}{}]}`, 'json', /at most 100 steps/);
  wrong('x'.repeat(200_001), 'markdown', /at most 200000 characters/);
});

test('checks read files, regions and choices', async () => {
  const files: Record<string, string> = {
    '/proc/app/smaps_rollup': '1000-2000 ---p 00000000 00:00 0    [rollup]\nRss:                8192 kB\nAnonHugePages:      4096 kB\n',
    '/proc/vmstat': 'nr_free_pages 1\nthp_fault_alloc 4\nthp_fault_alloc_x 9\n',
    '/sys/x/run': '1\n', '/sys/x/enabled': 'always [madvise] never\n',
  };
  const sources: Sources = { read: async (path) => files[path] ?? null, region: async (name, key) => (name === 'app.heap' && key === 'Rss' ? 8192 : null) };
  const passes = async (text: string): Promise<boolean> => {
    const check = readCheck(text);
    return holds(check, await valueOf(check, sources));
  };
  for (const yes of ['app AnonHugePages >= 4096 kB', 'app AnonHugePages >= 4 MB', 'app Rss == 8192', 'app.heap Rss > 4MB', '/proc/vmstat thp_fault_alloc == 4', '/sys/x/run == 1', '/sys/x/enabled == madvise', '/sys/x/enabled != always', 'app Rss<=8192kB']) expect(await passes(yes), yes).toBe(true);
  for (const no of ['app AnonHugePages > 4096 kB', 'app.heap Pss >= 0', '/proc/none x >= 0', '/proc/vmstat thp_fault > 0', '/sys/x/enabled == always']) expect(await passes(no), no).toBe(false);
  for (const bad of ['', 'app >= 1', 'app Rss 5', 'app Rss >= 5 lightyears', 'app Rss >= much', 'a/b Rss >= 1']) expect(() => readCheck(bad), bad).toThrow();
  expect(valueIn('a 1\nb: 2 kB', 'b')).toBe(2);
});

test('spans', () => {
  expect(readSpan('a.b')).toEqual({ process: 'a', region: 'b', start: 0, end: 2 ** 32 });
  expect(() => readSpan('a')).toThrow(/process\.region/);
});
