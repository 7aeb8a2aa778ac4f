import { describe, expect, test } from 'vitest';
import type { Work } from './share.ts';
import { MAX_KEPT, NO_WORKS, keepRun, loadWorks, saveWorks } from './works.ts';

const work = (n: number, script = `proc p${n}`): Work =>
  ({ id: null, name: 'a.mm', script, lines: n, ns: 0, view: 'spaces', cell: 4, speed: Infinity, selected: null });

function memory(initial: string | null = null): Storage {
  let value = initial;
  return { getItem: () => value, setItem: (_: string, v: string) => { value = v; }, removeItem: () => undefined, clear: () => undefined, key: () => null, length: 1 };
}

describe('runs put aside', () => {
  test('the newest comes first, and there are never too many', () => {
    let works = NO_WORKS;
    for (let n = 0; n < MAX_KEPT + 3; n += 1) works = keepRun(works, `run ${n}`, work(n));
    expect(works.kept.length).toBe(MAX_KEPT);
    expect(works.kept[0]?.label).toBe(`run ${MAX_KEPT + 2}`);
    expect(new Set(works.kept.map(({ serial }) => serial)).size).toBe(MAX_KEPT);
  });

  test('the same run is kept once; long ones leave less room', () => {
    expect(keepRun(keepRun(NO_WORKS, 'a', work(1)), 'b', work(1)).kept.map(({ label }) => label)).toEqual(['b']);
    const long = 'x'.repeat(1_500_000);
    expect(keepRun(keepRun(NO_WORKS, 'old', work(1, long)), 'new', work(2, long)).kept.map(({ label }) => label)).toEqual(['new']);
  });
});

describe('storage', () => {
  test('gives back what was saved', () => {
    const store = memory();
    const works = { current: work(3), kept: keepRun(NO_WORKS, 'a', work(1)).kept };
    saveWorks(works, store);
    expect(loadWorks(store)).toEqual(works);
  });

  test.each([null, '', '{', '[]', '{"current":7,"kept":[]}', '{"current":null,"kept":[{"label":1,"work":{}}]}'])('%j is no work', (text) => {
    expect(loadWorks(memory(text))).toEqual(NO_WORKS);
  });

  test('that is forbidden is no error', () => {
    const forbidden: Storage = { ...memory(), getItem: () => { throw new DOMException('', 'SecurityError'); }, setItem: () => { throw new DOMException('', 'QuotaExceededError'); } };
    expect(loadWorks(forbidden)).toEqual(NO_WORKS);
    expect(() => saveWorks(NO_WORKS, forbidden)).not.toThrow();
  });
});
