import { expect, test } from 'vitest';
import { rangeRows } from './ranges.ts';

const letters = (text: string): Uint8Array => new TextEncoder().encode(text);

test('ranges end at 2 MiB of the address, not of the region', () => {
  const rows = rangeRows(letters('a'.repeat(256) + 'T'.repeat(512) + '.'.repeat(10)), 0, 256);
  expect(rows.map(({ first, pages }) => [first, pages])).toEqual([[0, 256], [256, 512], [768, 10]]);
  expect(rows.map(({ states }) => states)).toEqual([[['a', 256]], [['T', 512]], [['.', 10]]]);
});

test('states are counted, the most frequent first', () => {
  expect(rangeRows(letters('a..k.'), 512, 0)).toEqual([{ first: 512, pages: 5, states: [['.', 3], ['a', 1], ['k', 1]] }]);
  expect(rangeRows(letters(''), 0, 0)).toEqual([]);
});
