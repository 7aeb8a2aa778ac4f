import { expect, test } from 'vitest';
import { COLUMNS, Heat, MAX_RANGES } from './worker-heat.ts';
import type { Touched } from './worker-heat.ts';

const BUCKET = 2 ** 24;

/** A machine that has had these rows: ns, pid, page, pages, kind, count, cost. */
function machine(rows: number[][], nowNs: number, seq = rows.length): Touched & { asked: number } {
  return { position: 1, length: 1, nowNs, eventSeq: seq, asked: 0, touched(from) { this.asked += 1; return Float64Array.from(rows.slice(from).flat()); } };
}
const kinds = (heat: Heat, column: number, row = 0): number[] => [...heat.view().cells.subarray((row * COLUMNS + column) * 4, (row * COLUMNS + column) * 4 + 4)];

test('what is touched is counted by range and time, each event once', () => {
  const heat = new Heat();
  const m = machine([[0, 100, 512, 512, 0, 512, 0], [BUCKET, 100, 512, 1024, 1, 1024, 1500], [BUCKET, 100, 1024, 1, 2, 1, 0]], BUCKET * 2);
  heat.follow(m, true);
  heat.follow(m, true);
  expect([...heat.view().ranges]).toEqual([100, 512, 100, 1024]);
  expect([kinds(heat, 0), kinds(heat, 1), kinds(heat, 1, 1)]).toEqual([[512, 0, 0, 0], [0, 512, 0, 0], [0, 512, 1, 0]]);
  expect([...heat.latency(BUCKET * 2)]).toEqual([1500, 1024]);
  expect([...heat.latency(0)]).toEqual([1500, 0]);
});

test('nothing is asked while nobody looks, until the ring fills', () => {
  const heat = new Heat();
  const m = machine([[0, 1, 0, 1, 0, 1, 0]], 0);
  heat.follow(m, false);
  expect(m.asked).toBe(0);
  heat.follow({ ...m, eventSeq: 40_000, touched: (from) => m.touched(from) }, false);
  expect(m.asked).toBe(1);
});

test('time that goes on makes columns longer, and a branch forgets what came after', () => {
  const heat = new Heat();
  const rows = [[0, 1, 0, 1, 0, 3, 0], [BUCKET * 5, 1, 0, 1, 0, 4, 0]];
  heat.follow(machine(rows, BUCKET * 6), true);
  heat.branched(machine([], BUCKET * 2), 1);
  expect([kinds(heat, 0)[0], kinds(heat, 5)[0]]).toEqual([3, 0]);
  heat.follow(machine([rows[0] as number[], [BUCKET * (COLUMNS + 4), 1, 0, 1, 3, 9, 0]], BUCKET * (COLUMNS + 4)), true);
  expect(heat.view().bucketNs).toBe(BUCKET * 2);
  expect([kinds(heat, 0)[0], kinds(heat, (COLUMNS + 4) / 2)[3]]).toEqual([3, 9]);
});

test('too many ranges become fewer and larger, and nothing is lost', () => {
  const heat = new Heat();
  heat.follow(machine([[0, 1, 0, 512 * MAX_RANGES * 3, 0, MAX_RANGES * 3, 0]], 0), true);
  const { ranges, rangePages, cells } = heat.view();
  expect(ranges.length / 2).toBeLessThanOrEqual(MAX_RANGES);
  expect(rangePages).toBe(2048);
  expect(cells.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(MAX_RANGES * 3);
});
