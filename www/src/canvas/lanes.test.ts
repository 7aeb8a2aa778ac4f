import { describe, expect, test } from 'vitest';
import type { ProcessView, RegionView } from '../engine/protocol.ts';
import { lanesOf, pageAt, placeOfFrame, placeOfPage } from './lanes.ts';

const region = (name: string, startPage: number, pages: number): RegionView =>
  ({ name, startPage, pages, perm: 'rw-p', flags: '', rssKb: 0, anonHugeKb: 0, ksmKb: 0, swapKb: 0, top: 0, height: 0 });
const processes: ProcessView[] = [
  { name: 'redis', pid: 1, rssKb: 0, swapKb: 0, regions: [region('heap', 0, 1024), region('arena', 4096, 100)] },
  { name: 'guest1', pid: 2, rssKb: 0, swapKb: 0, regions: [region('heap', 0, 512)] },
];
const zones = [{ name: 'DMA32', startPfn: 16, frames: 100, freeKb: 0, top: 0, height: 0 }, { name: 'Normal', startPfn: 4096, frames: 50, freeKb: 0, top: 0, height: 0 }];

describe('lanes', () => {
  const spaces = lanesOf({ processes, zones }, 'spaces');
  const memory = lanesOf({ processes, zones }, 'memory');

  test('regions in the order of their processes, or zones', () => {
    expect(spaces.map((l) => l.length)).toEqual([1024, 100, 512]);
    expect(memory.map((l) => l.start)).toEqual([16, 4096]);
  });

  test('pages are found by process and region, and named back', () => {
    const page = { process: 'guest1', region: 'heap', index: 511 };
    const place = placeOfPage(spaces, page);
    expect(place).toEqual({ lane: 2, index: 511 });
    expect(pageAt(spaces, { lane: 2, index: 511 })).toEqual(page);
    expect(placeOfPage(spaces, { ...page, index: 512 })).toBeNull();
    expect(placeOfPage(spaces, { ...page, region: 'arena' })).toBeNull();
  });

  test('frames are found in their zone', () => {
    expect(placeOfFrame(memory, 4099)).toEqual({ lane: 1, index: 3 });
    expect(placeOfFrame(memory, 120)).toBeNull();
    expect(pageAt(memory, { lane: 1, index: 3 })).toBeNull();
  });
});
