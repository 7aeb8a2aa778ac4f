/** Pools of huge pages as the engine tells them, and where their tiles stand. */

/** Numbers before the pages of a pool. */
const HEAD = 7;
const SURPLUS = 4;

export type TileState = 'free' | 'reserved' | 'inUse';
const STATES: readonly TileState[] = ['free', 'reserved', 'inUse'];

export interface Tile {
  /** First frame. */
  frame: number;
  state: TileState;
  surplus: boolean;
}

export interface Pool {
  /** 9 for 2 MiB, 18 for 1 GiB. */
  order: number;
  nid: number;
  /** HugePages_Total, _Free, _Rsvd, _Surp, counted from the tiles. */
  counts: readonly [number, number, number, number];
  tiles: Tile[];
}

export function readPools(rows: Float64Array): Pool[] {
  const pools: Pool[] = [];
  for (let at = 0; at + HEAD <= rows.length;) {
    const [order = 0, nid = 0, total = 0, free = 0, reserved = 0, surplus = 0, n = 0] = rows.subarray(at, at + HEAD);
    at += HEAD;
    const tiles = Array.from({ length: n }, (_, i): Tile => {
      const [frame = 0, state = 0] = rows.subarray(at + i * 2, at + i * 2 + 2);
      return { frame, state: STATES[state % SURPLUS] ?? 'free', surplus: state >= SURPLUS };
    });
    at += n * 2;
    pools.push({ order, nid, counts: [total, free, reserved, surplus], tiles });
  }
  return pools;
}

/** The letter of a tile: in use, reserved, free. */
export function tileLetter({ state }: Tile): string {
  return { free: 'F', reserved: 'R', inUse: 'U' }[state];
}
