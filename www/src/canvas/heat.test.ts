import { expect, test } from 'vitest';
import type { HeatRows, ProcessView } from '../engine/protocol.ts';
import { cellOf, columnsUntil, heatPixels, lanesOfHeat, pageOfRow, toneOf } from './heat.ts';

const region = (name: string, startPage: number, pages: number): ProcessView['regions'][number] =>
  ({ name, startPage, pages, perm: '', flags: '', rssKb: 0, anonHugeKb: 0, ksmKb: 0, swapKb: 0, top: 0, height: 0 });
const processes: ProcessView[] = [{ name: 'p', pid: 100, rssKb: 0, swapKb: 0, regions: [region('a', 1024, 1024), region('b', 4096 + 7, 512)] }];
const heat: HeatRows = {
  ranges: Float64Array.from([100, 1024, 100, 1536, 100, 2560, 100, 4096, 101, 0]),
  rangePages: 512, bucketNs: 10, columns: 2, untilNs: 20,
  cells: Uint16Array.from({ length: 5 * 2 * 4 }, (_, i) => (i === 0 ? 512 : i === 2 ? 1 : i === 13 ? 1 : 0)),
};

test('rows belong to the regions that are mapped there, others to memory that is gone', () => {
  const lanes = lanesOfHeat(heat, processes);
  expect(lanes.map(({ process, region: name, from, to }) => [process, name, from, to])).toEqual([['p', 'a', 0, 2], ['p', null, 2, 3], ['p', 'b', 3, 4], ['pid 101', null, 4, 5]]);
  const [a, gone, b] = lanes as [typeof lanes[0], typeof lanes[0], typeof lanes[0]];
  expect([pageOfRow(heat, a, 1), pageOfRow(heat, gone, 2), pageOfRow(heat, b, 3)]).toEqual([{ process: 'p', region: 'a', index: 512 }, null, { process: 'p', region: 'b', index: 0 }]);
});

test('a cell shows the rarest kind that is shown', () => {
  const all = new Set(['accessed', 'faulted', 'collapsed', 'merged'] as const);
  expect(cellOf(heat, 0, 0)).toEqual({ accessed: 512, faulted: 0, collapsed: 1, merged: 0 });
  expect(toneOf(heat, 0, 0, all)).toEqual({ kind: 'collapsed', strength: 1 });
  expect(toneOf(heat, 0, 0, new Set(['accessed']))).toEqual({ kind: 'accessed', strength: 1 });
  expect(toneOf(heat, 1, 1, all)?.kind).toBe('faulted');
  expect(toneOf(heat, 1, 1, all)?.strength).toBeCloseTo(0.45);
  expect(toneOf(heat, 0, 1, all)).toBeNull();
});

test('the picture says what the cells say', () => {
  const pixels = heatPixels(heat, [[1, 2, 3], [4, 5, 6], [7, 8, 9], null]);
  expect([...pixels.subarray(0, 4)]).toEqual([7, 8, 9, 255]);
  expect([...pixels.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  expect([...pixels.subarray(12, 16)]).toEqual([4, 5, 6, 115]);
});

test('time that has not come has no columns', () => {
  expect([0, 10, 11, 1000].map((ns) => columnsUntil(heat, ns))).toEqual([1, 1, 2, 2]);
});
