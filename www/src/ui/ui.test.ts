import { describe, expect, test } from 'vitest';
import type { CheckListView, CheckView, DaemonView, Tunable } from '../engine/protocol.ts';
import { en } from '../locales/en.ts';
import { shortLine } from '../state/commands.ts';
import { initialState } from '../state/state.ts';
import { csvOf, fitsBeside, usualCurves } from './curves.ts';
import { gather, inOrder, question, tunableOf } from './check-list.ts';
import { moveFor } from './map-keys.ts';
import { legendLetters, placeText } from './map-panel.ts';
import { toneOf } from './reason.ts';
import { rangeAround } from './range-fields.ts';
import { markdownLink } from './share-dialog.ts';
import { offsetOf } from './script-dialog.ts';
import { labelsThatFit } from './timeline.ts';
import { steppedValue } from './tunable-row.ts';
import { activity } from './transport.ts';

const key = (name: string, ctrlKey = false, shiftKey = false): Parameters<typeof moveFor>[0] => ({ key: name, ctrlKey, shiftKey, altKey: false, metaKey: false });

test('keys of the map', () => {
  expect(moveFor(key('ArrowLeft'))).toBe('left');
  expect(moveFor(key('ArrowLeft', true))).toBe('block-left');
  expect(moveFor(key('ArrowDown', false, true))).toBe('block-down');
  expect(moveFor(key('End', true))).toBe('last');
  expect(moveFor(key('x'))).toBeNull();
  expect(moveFor({ ...key('ArrowLeft'), altKey: true })).toBeNull();
});

test('the 2 MiB around a page stay inside the region', () => {
  expect(rangeAround({ startPage: 0, pages: 2048 }, 700)).toEqual({ start: 512, end: 1024 });
  expect(rangeAround({ startPage: 256, pages: 2048 }, 10)).toEqual({ start: 0, end: 256 });
  expect(rangeAround({ startPage: 0, pages: 600 }, 599)).toEqual({ start: 512, end: 600 });
});

test('keys change a number as its slider would', () => {
  const linear = { min: 0, max: 511, toStep: (v: number) => v, toValue: (s: number) => s };
  expect(steppedValue('ArrowUp', 255, linear)).toBe(256);
  expect(steppedValue('PageDown', 511, linear)).toBe(459);
  expect(steppedValue('PageDown', 10, linear)).toBe(0);
  expect(steppedValue('Home', 255, linear)).toBeNull();
});

test('line and column as an offset, never beyond the line', () => {
  const text = 'proc p1\np1 madvice a\n';
  expect(text.slice(offsetOf(text, 2, 4))).toBe('madvice a\n');
  expect(offsetOf(text, 1, 99)).toBe(7);
  expect(offsetOf(text, 9, 1)).toBe(text.length);
});

test('timeline labels do not touch, and stay inside', () => {
  const marks = [{ x: 0, width: 40 }, { x: 20, width: 40 }, { x: 60, width: 40 }, { x: 190, width: 40 }];
  expect(labelsThatFit(marks, 0, 200)).toEqual([0, 2, 3]);
  expect(labelsThatFit([{ x: 0, width: 300 }], 0, 200)).toEqual([]);
  expect(shortLine('echo 255 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none')).toBe('max_ptes_none 255');
  expect(shortLine('proc p1')).toBe('proc p1');
});

test('a curve that would flatten the others is left out', () => {
  expect(fitsBeside([400], [10, 100])).toBe(true);
  expect(fitsBeside([401], [10, 100])).toBe(false);
});

test('the usual curves; others only when they are chosen', () => {
  const columns = (free: number, sharing: number): number[][] => [[0], [100], [50], [free], [sharing], ...Array.from({ length: 7 }, () => [9])];
  expect(usualCurves(columns(100, 0))).toEqual(['rss', 'anonHuge', 'free']);
  expect(usualCurves(columns(900, 4))).toEqual(['rss', 'anonHuge', 'pagesSharing']);
  expect(csvOf(columns(1, 2).map((column) => [...column, 0]))).toMatch(/^time_s,rss_kb,anonHuge_kb,free_kb,pagesSharing,.*\n0,100,50,1,2,9,.*\n0,0,/);
});

test('the legend has what may occur, and what does', () => {
  expect(legendLetters('spaces', '').join('')).toBe('aTtkzs.');
  expect(legendLetters('spaces', 'a14Z.H').join('')).toBe('aTtkzZs4H.');
  expect(legendLetters('memory', 'as.Mg').join('')).toBe('aTtkMbpr');
  expect(legendLetters('memory', 'ao').join('')).toBe('aTtkbpro');
  expect(legendLetters('spaces', 'ao').join('')).toBe('aTtkzs.');
});

test('a check points at the file that decides it', () => {
  const file = (path: string): Tunable => ({ path, group: '', name: path.split('/').at(-1) ?? '', default: '0', choices: null, min: 0, max: 1, help: '' });
  const none = file('/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none');
  const enabled = file('/sys/kernel/mm/transparent_hugepage/enabled');
  const run = file('/sys/kernel/mm/ksm/run');
  const files = [none, enabled, run];
  const check = (rule: string, remedyLine = ''): CheckView => ({ rule, remedyLine, title: '', detail: '', outcome: 'fail', remedy: '' });
  expect(tunableOf(check('max_ptes_none'), 'khugepaged', files)).toBe(none);
  expect(tunableOf(check('enabled'), 'fault', files)).toBe(enabled);
  expect(tunableOf(check('whatever', 'echo 1 > /sys/kernel/mm/ksm/run'), 'ksmd', files)).toBe(run);
  expect(tunableOf(check('mapped', 'p1 madvise a hugepage'), 'fault', files)).toBeUndefined();
  expect(tunableOf(check('registered'), 'khugepaged', files)).toBe(enabled);
  expect(tunableOf(check('registered'), 'ksmd', files)).toBeUndefined();
});

test('a link in Markdown keeps its brackets', () => {
  expect(markdownLink('a [b]', 'http://x/#1')).toBe('[a \\[b\\]](http://x/#1)');
});

test('the question fits the answer', () => {
  const list = (who: string, ok: boolean): CheckListView => ({ who, ok, verdict: '', checks: [] });
  expect(question(en, list('khugepaged', false), 'a')).toBe(en.inspector.why.khugepaged);
  expect(question(en, list('khugepaged', false), 'T')).toBe(en.inspector.why.khugepagedOk);
  expect(question(en, list('ksmd', false), 'a')).toBe(en.inspector.why.ksmd);
  expect(question(en, list('shrinker', true), 'a')).toBe('shrinker');
});

describe('check lists', () => {
  const check = (rule: string, outcome: CheckView['outcome']): CheckView => ({ rule, outcome, title: '', detail: '', remedy: '', remedyLine: '' });
  const shape = (outcomes: CheckView['outcome'][]): string =>
    gather(outcomes.map((outcome, i) => check(String(i), outcome))).map((line) => ('check' in line ? line.check.outcome : `${line.gathered.length}x`)).join(' ');

  test('much of the same is gathered, refusals never', () => {
    expect(shape(['pass', 'pass', 'pass', 'fail', 'not_reached_pass', 'not_reached_fail', 'not_reached_pass'])).toBe('3x fail 3x');
    expect(shape(['pass', 'pass', 'fail', 'not_reached_pass'])).toBe('pass pass fail not_reached_pass');
    expect(shape(['fail', 'fail', 'fail'])).toBe('fail fail fail');
    expect(shape([])).toBe('');
  });

  test('what a fault would do comes first only where nothing is yet', () => {
    const lists = ['fault', 'khugepaged', 'ksmd'].map((who) => ({ who, ok: true, verdict: '', checks: [] }));
    expect(inOrder(lists, '.').map((l) => l.who)).toEqual(['fault', 'khugepaged', 'ksmd']);
    expect(inOrder(lists, 'a').map((l) => l.who)).toEqual(['khugepaged', 'ksmd', 'fault']);
  });
});

test('khugepaged is told by range, ksmd by page', () => {
  const at: DaemonView = { running: true, at: { process: 'redis', region: 'heap', index: 3072 }, last: '', lastDetail: '', fullScans: 0, nextNs: null };
  expect(placeText('khugepaged', at)).toBe('heap +12\u202fM');
  expect(placeText('ksmd', at)).toBe('heap[3072]');
  expect(placeText('ksmd', { ...at, at: null })).toBe('');
});

test('a reason is good, bad or neither', () => {
  expect(toneOf('succeeded')).toBe('ok');
  expect(toneOf('exceed_none_pte')).toBe('bad');
  expect(toneOf('checksum changed', false)).toBe('usual');
  expect(toneOf('page_pmd_mapped', false)).toBe('ok');
  expect(toneOf('zero page', true)).toBe('ok');
});

describe('activity', () => {
  const state = initialState({ theme: 'system', locale: 'en', singleKeys: true }, 'dark');
  test('progress before anything else', () => {
    expect(activity({ t: en }, { ...state, busy: 1, progress: { done: 1, total: 4 } })).toBe('25 %');
    expect(activity({ t: en }, { ...state, busy: 1 })).toBe(en.transport.working);
    expect(activity({ t: en }, state)).toBe('');
  });
});
