/**
 * Where a page lies on the canvas, and which page the arrow keys reach from it.
 *
 * Lanes are regions in the address-space view and zones in the memory view; both are rows of 2 MiB blocks as
 * GEOMETRY in the protocol says. All lengths are CSS pixels of the content, before scrolling.
 */
import { GEOMETRY } from '../engine/protocol.ts';
import type { CellView } from '../engine/protocol.ts';

const { blockColumns, blockRows, marginX, titleBand } = GEOMETRY;
export const BLOCK_CELLS = blockColumns * blockRows;

export interface Lane {
  /** Page or frame number of cell 0. */
  start: number;
  /** Cells that exist. */
  length: number;
  top: number;
  height: number;
}

/** A cell of the map: lane by number, cell by index from the lane's start. */
export interface Place {
  lane: number;
  index: number;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Move =
  | 'left' | 'right' | 'up' | 'down'
  | 'block-left' | 'block-right' | 'block-up' | 'block-down'
  | 'lane-next' | 'lane-previous' | 'lane-start' | 'lane-end' | 'first' | 'last';

export class Grid {
  readonly lanes: readonly Lane[];
  readonly cell: number;
  readonly perRow: number;
  readonly #gapX: number;
  readonly #gapY: number;

  /** @param width of the canvas */
  constructor(lanes: readonly Lane[], view: CellView, width: number, cell: number) {
    const { gapX, gapY } = GEOMETRY[view];
    this.lanes = lanes;
    this.cell = cell;
    this.#gapX = gapX;
    this.#gapY = gapY;
    this.perRow = Math.max(1, Math.floor((width - 2 * marginX + gapX) / (blockColumns * cell + gapX)));
  }

  /** The block that holds the place. */
  blockRect({ lane, index }: Place): Rect {
    const { start, top } = this.lanes[lane] as Lane;
    const block = Math.floor(((start % BLOCK_CELLS) + index) / BLOCK_CELLS);
    const width = blockColumns * this.cell;
    const height = blockRows * this.cell;
    return {
      x: marginX + (block % this.perRow) * (width + this.#gapX),
      y: top + titleBand + Math.floor(block / this.perRow) * (height + this.#gapY),
      width,
      height,
    };
  }

  cellRect(place: Place): Rect {
    const block = this.blockRect(place);
    const { start } = this.lanes[place.lane] as Lane;
    const inBlock = (start + place.index) % BLOCK_CELLS;
    return {
      x: block.x + (inBlock % blockColumns) * this.cell,
      y: block.y + Math.floor(inBlock / blockColumns) * this.cell,
      width: this.cell,
      height: this.cell,
    };
  }

  /** The place under a point of the content, or null between cells. */
  placeAt(x: number, y: number): Place | null {
    const lane = this.lanes.findLastIndex((l) => l.top <= y);
    const found = this.lanes[lane];
    if (found === undefined) return null;
    const width = blockColumns * this.cell + this.#gapX;
    const height = blockRows * this.cell + this.#gapY;
    const blockX = Math.floor((x - marginX) / width);
    const blockY = Math.floor((y - found.top - titleBand) / height);
    if (blockX < 0 || blockX >= this.perRow || blockY < 0) return null;
    const column = Math.floor((x - marginX - blockX * width) / this.cell);
    const row = Math.floor((y - found.top - titleBand - blockY * height) / this.cell);
    if (column >= blockColumns || row >= blockRows) return null;
    const index = (blockY * this.perRow + blockX) * BLOCK_CELLS + row * blockColumns + column - (found.start % BLOCK_CELLS);
    return index >= 0 && index < found.length ? { lane, index } : null;
  }

  /** Where a key leads; the same place at the map's ends. Lanes are never empty. */
  move(from: Place, move: Move): Place {
    const { index } = from;
    const lane = this.lanes[from.lane] as Lane;
    const inBlock = (lane.start + index) % BLOCK_CELLS;
    const row = Math.floor(inBlock / blockColumns);
    const blocksDown = (this.perRow - 1) * BLOCK_CELLS + blockColumns;
    switch (move) {
      case 'left': return this.#goTo(from, index - 1);
      case 'right': return this.#goTo(from, index + 1);
      case 'up': return this.#goTo(from, index - (row > 0 ? blockColumns : blocksDown));
      case 'down': return this.#goTo(from, index + (row < blockRows - 1 ? blockColumns : blocksDown));
      case 'block-left': return this.#goTo(from, index - BLOCK_CELLS);
      case 'block-right': return this.#goTo(from, index + BLOCK_CELLS);
      case 'block-up': return this.#goTo(from, index - BLOCK_CELLS * this.perRow);
      case 'block-down': return this.#goTo(from, index + BLOCK_CELLS * this.perRow);
      case 'lane-next': return from.lane + 1 < this.lanes.length ? { lane: from.lane + 1, index: 0 } : from;
      case 'lane-previous': return { lane: Math.max(0, index > 0 ? from.lane : from.lane - 1), index: 0 };
      case 'lane-start': return { lane: from.lane, index: 0 };
      case 'lane-end': return { lane: from.lane, index: lane.length - 1 };
      case 'first': return { lane: 0, index: 0 };
      case 'last': return { lane: this.lanes.length - 1, index: (this.lanes.at(-1) as Lane).length - 1 };
    }
  }

  /** An index before the lane's start is the end of the lane before; one past its end the start of the next. */
  #goTo(from: Place, index: number): Place {
    const { length } = this.lanes[from.lane] as Lane;
    if (index < 0) {
      if (from.lane === 0) return from;
      return { lane: from.lane - 1, index: (this.lanes[from.lane - 1] as Lane).length - 1 };
    }
    if (index >= length) {
      if (from.lane + 1 >= this.lanes.length) return from;
      return { lane: from.lane + 1, index: 0 };
    }
    return { lane: from.lane, index };
  }
}
