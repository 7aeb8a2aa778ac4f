import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../engine/protocol.ts';
import { applyNotice, samePage } from './apply.ts';
import { initialState } from './state.ts';
import type { State } from './state.ts';

const skipped = (n: number): string => `${n} skipped`;
const state = (part: Partial<State> = {}): State => ({ ...initialState({ theme: 'system', locale: 'en', singleKeys: true }, 'dark'), ...part });
const daemon = { running: true, at: null, last: '', lastDetail: '', fullScans: 0, nextNs: null };
const heap = { name: 'heap', startPage: 0, pages: 512, perm: 'rw-p', flags: 'hg', rssKb: 4, anonHugeKb: 0, ksmKb: 0, swapKb: 0, top: 0, height: 100 };
const snapshot = (part: Partial<Snapshot> = {}): Snapshot => ({
  version: 1, nowNs: 0, reverse: false, checkpoints: { count: 1, bytes: 0, mostCount: 1, mostBytes: 0 }, playing: false, speed: 10, pendingLines: 0, position: 0, length: 0, marks: null,
  processes: [{ name: 'redis', pid: 1, rssKb: 4, swapKb: 0, regions: [heap] }], zones: [],
  khugepaged: daemon, ksmd: daemon, events: [], droppedEvents: 0, eventsReset: false, played: [], droppedPlayed: 0,
  series: new Float64Array(), seriesReset: false, tunables: null, contentHeight: 0, letters: '',
  totals: { memTotalKb: 0, memFreeKb: 0, rssKb: 0, anonHugeKb: 0, pagesShared: 0, pagesSharing: 0, pagesCollapsed: 0 },
  ...part,
});
const apply = (before: State, part: Partial<Snapshot>): State => ({ ...before, ...applyNotice(before, { op: 'snapshot', snapshot: snapshot(part) }, skipped) });

describe('snapshots', () => {
  test('what is null is as before', () => {
    const before = state({ tunableValues: ['511'], marks: [{ position: 1, timeNs: 0, label: 'proc' }] });
    const after = apply(before, {});
    expect(after.tunableValues).toBe(before.tunableValues);
    expect(after.marks).toBe(before.marks);
    expect(after.events).toBe(before.events);
  });

  test('played lines go to the console, after a word on those left out', () => {
    const after = apply(state(), { played: [{ cmd: 'proc redis', text: '', failed: null }], droppedPlayed: 9 });
    expect(after.console.entries.map((e) => ('text' in e ? e.text : ''))).toEqual(['9 skipped', 'proc redis']);
  });

  test('a selection lasts as long as its page', () => {
    const selected = { process: 'redis', region: 'heap', index: 511 };
    const before = state({ selected, hovered: selected, treeItem: { process: 'redis', region: 'heap' } });
    expect(apply(before, {}).selected).toBe(selected);
    const gone = apply(before, { processes: [{ name: 'redis', pid: 1, rssKb: 0, swapKb: 0, regions: [] }] });
    expect(gone.selected).toBeNull();
    expect(gone.hovered).toBeNull();
    expect(gone.treeItem).toEqual({ process: 'redis', region: null });
    expect(apply(before, { processes: [] }).treeItem).toBeNull();
  });
});

describe('other notices', () => {
  test('ready: the tunables stand at their defaults until a snapshot tells otherwise', () => {
    const tunable = { path: '/sys/kernel/mm/ksm/run', group: 'ksm', name: 'run', default: '0', choices: null, min: 0, max: 2, help: '' };
    expect(applyNotice(state(), { op: 'ready', tunables: [tunable], version: '1' }, skipped)).toMatchObject({ tunableValues: ['0'], engineVersion: '1' });
  });

  test('a crash opens its dialog', () => {
    const change = applyNotice(state(), { op: 'crash', report: 'panicked', lostLines: ['p1 write a'] }, skipped);
    expect(change.dialog).toEqual({ kind: 'crash', crash: { report: 'panicked', lostLines: ['p1 write a'], fatal: false } });
  });

  test('progress goes when done', () => {
    expect(applyNotice(state(), { op: 'progress', done: 1, total: 4 }, skipped).progress).toEqual({ done: 1, total: 4 });
    expect(applyNotice(state(), { op: 'progress', done: 4, total: 4 }, skipped).progress).toBeNull();
  });
});

test('samePage', () => {
  const page = { process: 'p1', region: 'a', index: 1 };
  expect(samePage(page, { ...page })).toBe(true);
  expect(samePage(page, { ...page, index: 2 })).toBe(false);
  expect(samePage(page, null)).toBe(false);
  expect(samePage(null, null)).toBe(true);
});
