import { expect, test } from 'vitest';
import { readPools, tileLetter } from './pools.ts';

test('pools follow each other, each with its tiles', () => {
  const pools = readPools(Float64Array.from([9, 0, 3, 2, 1, 1, 3, 512, 2, 1024, 5, 2048, 0, 18, 1, 0, 0, 0, 0, 0]));
  expect(pools.map(({ order, nid, tiles }) => [order, nid, tiles.length])).toEqual([[9, 0, 3], [18, 1, 0]]);
  expect(pools[0]?.counts).toEqual([3, 2, 1, 1]);
  expect(pools[0]?.tiles).toEqual([{ frame: 512, state: 'inUse', surplus: false }, { frame: 1024, state: 'reserved', surplus: true }, { frame: 2048, state: 'free', surplus: false }]);
  expect(pools[0]?.tiles.map(tileLetter).join('')).toBe('URF');
});
