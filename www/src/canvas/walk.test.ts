import { expect, test } from 'vitest';
import { firstPage, pagesOf, reach, readWalk } from './walk.ts';

const step = (level: number, index: number, low: number, high: number, letter: string): number[] =>
  [level, 0x100 + level, index, low, high, ...Array.from({ length: 512 }, (_, i) => (i === index ? letter : '.').charCodeAt(0))];

test('a walk is read step by step, and a huge page ends it', () => {
  const rows = Float64Array.from([7, 2, 0x10_0000_0000, ...step(3, 2, 0x101023, 0, 'p'), ...step(2, 0, 0x102023, 0, 'p'), ...step(1, 5, 0x4008_00e3, 1, 'T')]);
  const walk = readWalk(rows);
  expect(walk).toMatchObject({ small: 7, huge: 2, page: 0x10_0000_0000 });
  expect(walk?.steps.map(({ level, huge }) => [level, huge])).toEqual([[3, false], [2, false], [1, true]]);
  expect(walk?.steps[2]).toMatchObject({ index: 5, frame: 0x140080, flags: ['rw', 'young', 'dirty', 'PS'], raw: '00000001400800e3' });
  expect(walk?.steps[2]?.letters.indexOf('T')).toBe(5);
  expect(readWalk(new Float64Array())).toBeNull();
});

test('an entry that is not present says what it stands for', () => {
  const [guard, nothing] = [readWalk(Float64Array.from([0, 0, 1, ...step(0, 1, 4, 0, 'g')])), readWalk(Float64Array.from([0, 0, 1, ...step(0, 1, 0, 0, '.')]))];
  expect(guard?.steps[0]).toMatchObject({ present: false, flags: ['guard'] });
  expect(nothing?.steps[0]?.flags).toEqual([]);
});

test('entries cover what lies below them', () => {
  const page = 0x7f3000c23;
  expect([0, 1, 2].map(pagesOf)).toEqual([1, 512, 262144]);
  expect(firstPage(page, 0, page % 512)).toBe(page);
  expect(firstPage(page, 1, Math.floor(page / 512) % 512)).toBe(page - (page % 512));
});

test('a TLB reaches furthest with the largest pages first', () => {
  expect(reach(1000, 3, 64)).toBe(3 * 512 + 61);
  expect(reach(10, 3, 64)).toBe(3 * 512 + 10);
  expect(reach(0, 100, 64)).toBe(64 * 512);
});
