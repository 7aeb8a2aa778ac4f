import { describe, expect, test } from 'vitest';
import { SERIES } from '../engine/protocol.ts';
import { EMPTY_SERIES, MAX_ROWS, appendSeries } from './series.ts';

const rows = (from: number, n: number): Float64Array =>
  Float64Array.from({ length: n * SERIES.length }, (_, i) => (i % SERIES.length === 0 ? from + Math.floor(i / SERIES.length) : i % SERIES.length));

describe('appendSeries', () => {
  test('rows become columns, one after the other', () => {
    const columns = appendSeries(appendSeries(EMPTY_SERIES, rows(0, 2), false), rows(2, 1), false);
    expect(columns[0]).toEqual([0, 1, 2]);
    expect(columns[4]).toEqual([4, 4, 4]);
  });

  test('a reset drops what was there', () => {
    const before = appendSeries(EMPTY_SERIES, rows(0, 3), false);
    expect(appendSeries(before, rows(7, 1), true)[0]).toEqual([7]);
    expect(appendSeries(before, new Float64Array(), true)).toBe(EMPTY_SERIES);
  });

  test('too many rows are thinned; order and the newest stay', () => {
    const [times = []] = appendSeries(EMPTY_SERIES, rows(0, MAX_ROWS + 1), false);
    expect(times.length).toBeLessThanOrEqual(MAX_ROWS / 2 + 1);
    expect(times.at(-1)).toBe(MAX_ROWS);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
