import { describe, expect, test } from 'vitest';
import { GEOMETRY } from '../engine/protocol.ts';
import { BLOCK_CELLS, Grid } from './geometry.ts';
import type { Lane, Move, Place } from './geometry.ts';

const { titleBand, marginX } = GEOMETRY;
/** Room for exactly three blocks of 4 px cells: 16 + 3 * 128 + 2 * 10 + 16. */
const WIDTH = 436;
const heap: Lane = { start: 0, length: 2048, top: 0, height: 200 };
/** Begins in the middle of a 2 MiB range. */
const arena: Lane = { start: 256, length: 600, top: 200, height: 200 };
const grid = new Grid([heap, arena], 'spaces', WIDTH, 4);

describe('layout', () => {
  test('as many blocks a row as fit, at least one', () => {
    expect(grid.perRow).toBe(3);
    expect(new Grid([heap], 'spaces', WIDTH - 1, 4).perRow).toBe(2);
    expect(new Grid([heap], 'spaces', 50, 24).perRow).toBe(1);
    expect(new Grid([heap], 'memory', WIDTH, 4).perRow).toBe(3);
  });

  test('blocks and cells lie where the painter puts them', () => {
    expect(grid.blockRect({ lane: 0, index: 0 })).toEqual({ x: marginX, y: titleBand, width: 128, height: 64 });
    expect(grid.blockRect({ lane: 0, index: 3 * BLOCK_CELLS })).toEqual({ x: marginX, y: titleBand + 64 + 12, width: 128, height: 64 });
    expect(grid.cellRect({ lane: 0, index: 33 })).toEqual({ x: marginX + 4, y: titleBand + 4, width: 4, height: 4 });
  });

  test('a region that starts inside a range leaves the cells before it blank', () => {
    expect(grid.cellRect({ lane: 1, index: 0 })).toMatchObject({ x: marginX, y: 200 + titleBand + 8 * 4 });
    expect(grid.blockRect({ lane: 1, index: 256 }).x).toBe(marginX + 138);
    expect(grid.placeAt(marginX + 1, 200 + titleBand + 1)).toBeNull();
  });

  test('a point in a cell finds the cell, between cells and outside it finds none', () => {
    for (const place of [{ lane: 0, index: 0 }, { lane: 0, index: 2047 }, { lane: 1, index: 0 }, { lane: 1, index: 599 }]) {
      const { x, y } = grid.cellRect(place);
      expect(grid.placeAt(x + 2, y + 2)).toEqual(place);
    }
    expect(grid.placeAt(marginX + 130, titleBand + 5)).toBeNull();
    expect(grid.placeAt(marginX + 5, 5)).toBeNull();
    expect(grid.placeAt(2, titleBand + 5)).toBeNull();
    expect(new Grid([], 'spaces', WIDTH, 4).placeAt(20, 40)).toBeNull();
  });
});

describe('keys', () => {
  const cases: [Move, Place, Place][] = [
    ['right', { lane: 0, index: 5 }, { lane: 0, index: 6 }],
    ['left', { lane: 0, index: 0 }, { lane: 0, index: 0 }],
    ['down', { lane: 0, index: 5 }, { lane: 0, index: 37 }],
    ['up', { lane: 0, index: 37 }, { lane: 0, index: 5 }],
    // From a block's last line to the first line of the block below it, three blocks on.
    ['down', { lane: 0, index: 485 }, { lane: 0, index: 3 * BLOCK_CELLS + 5 }],
    ['up', { lane: 0, index: 3 * BLOCK_CELLS + 5 }, { lane: 0, index: 485 }],
    ['block-right', { lane: 0, index: 7 }, { lane: 0, index: 519 }],
    ['block-down', { lane: 0, index: 7 }, { lane: 0, index: 1543 }],
    ['block-left', { lane: 1, index: 10 }, { lane: 0, index: 2047 }],
    ['right', { lane: 0, index: 2047 }, { lane: 1, index: 0 }],
    ['left', { lane: 1, index: 0 }, { lane: 0, index: 2047 }],
    ['right', { lane: 1, index: 599 }, { lane: 1, index: 599 }],
    ['lane-next', { lane: 0, index: 900 }, { lane: 1, index: 0 }],
    ['lane-next', { lane: 1, index: 9 }, { lane: 1, index: 9 }],
    ['lane-previous', { lane: 1, index: 9 }, { lane: 1, index: 0 }],
    ['lane-previous', { lane: 1, index: 0 }, { lane: 0, index: 0 }],
    ['lane-start', { lane: 1, index: 9 }, { lane: 1, index: 0 }],
    ['lane-end', { lane: 1, index: 9 }, { lane: 1, index: 599 }],
    ['first', { lane: 1, index: 9 }, { lane: 0, index: 0 }],
    ['last', { lane: 0, index: 9 }, { lane: 1, index: 599 }],
  ];
  test.each(cases)('%s from %o', (move, from, to) => {
    expect(grid.move(from, move)).toEqual(to);
  });

  test('no walk leaves the map', () => {
    const moves: Move[] = ['down', 'block-right', 'right', 'block-down', 'up', 'left', 'block-left', 'block-up', 'lane-next', 'lane-previous'];
    let place: Place = { lane: 0, index: 0 };
    for (let i = 0; i < 5000; i += 1) {
      place = grid.move(place, moves[(i * 7 + (i >> 3)) % moves.length] as Move);
      const lane = grid.lanes[place.lane] as Lane;
      expect(place.index >= 0 && place.index < lane.length).toBe(true);
    }
  });
});
