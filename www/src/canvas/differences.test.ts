import { expect, test } from 'vitest';
import { differingRuns, pagesOfRuns, runsWithin } from './differences.ts';

const letters = (text: string): Uint8Array => new TextEncoder().encode(text);

test('pages that differ are told as runs', () => {
  const runs = differingRuns(letters('aaTTk.'), letters('abTTz.s'));
  expect(runs).toEqual([[1, 2], [4, 5], [6, 7]]);
  expect(pagesOfRuns(runs)).toBe(3);
  expect(differingRuns(letters('aaa'), letters(''))).toEqual([[0, 3]]);
  expect(differingRuns(letters('a'), letters('a'))).toEqual([]);
});

test('runs are cut to what is in view', () => {
  expect(runsWithin([[0, 10], [20, 30], [40, 50]], 5, 25)).toEqual([[5, 10], [20, 25]]);
});
