/** Heat as a picture: which rows belong to which region, and what a cell says. */
import { HEAT_KINDS } from '../engine/protocol.ts';
import type { HeatKind, HeatRows, PageRef, ProcessView } from '../engine/protocol.ts';

const KINDS = HEAT_KINDS.length;
/** Pages of 2 MiB touched whole: the strongest colour. */
const STRONGEST = 512;
const FAINTEST = 0.45;

/** The rows of one region; or of addresses of a process that were touched and have been unmapped since. */
export interface HeatLane {
  /** `redis heap`, or `pid 100` for what is gone. */
  process: string;
  region: string | null;
  /** First page of the region; of gone memory the first that was touched. */
  startPage: number;
  /** Rows of HeatRows, half open. */
  from: number;
  to: number;
}

export function lanesOfHeat({ ranges, rangePages }: HeatRows, processes: readonly ProcessView[]): HeatLane[] {
  const lanes: HeatLane[] = [];
  for (let row = 0; row * 2 < ranges.length; row += 1) {
    const [pid = 0, page = 0] = [ranges[row * 2], ranges[row * 2 + 1]];
    const process = processes.find((p) => p.pid === pid);
    const region = process?.regions.find(({ startPage, pages }) => startPage < page + rangePages && page < startPage + pages);
    const last = lanes.at(-1);
    const name = process?.name ?? `pid ${pid}`;
    if (last !== undefined && last.process === name && last.region === (region?.name ?? null)) last.to = row + 1;
    else lanes.push({ process: name, region: region?.name ?? null, startPage: region?.startPage ?? page, from: row, to: row + 1 });
  }
  return lanes;
}

/** The page that a row begins with, null if nothing is mapped there now. */
export function pageOfRow({ ranges }: HeatRows, lane: HeatLane, row: number): PageRef | null {
  if (lane.region === null) return null;
  return { process: lane.process, region: lane.region, index: Math.max(0, (ranges[row * 2 + 1] ?? 0) - lane.startPage) };
}

/** The numbers of a cell. */
export function cellOf({ cells, columns }: HeatRows, row: number, column: number): Record<HeatKind, number> {
  const at = (row * columns + column) * KINDS;
  return Object.fromEntries(HEAT_KINDS.map((kind, i) => [kind, cells[at + i] ?? 0])) as Record<HeatKind, number>;
}

/** What a cell shows: the rarest of the kinds that are shown and happened, and how strong, 0..1. */
export function toneOf({ cells, columns }: HeatRows, row: number, column: number, shown: ReadonlySet<HeatKind>): { kind: HeatKind; strength: number } | null {
  const at = (row * columns + column) * KINDS;
  for (let i = KINDS - 1; i >= 0; i -= 1) {
    const [kind, n] = [HEAT_KINDS[i] as HeatKind, cells[at + i] ?? 0];
    if (n === 0 || !shown.has(kind)) continue;
    // A collapse is one of its range, the others are counts of pages.
    const strength = kind === 'collapsed' ? 1 : (STRENGTH[Math.min(STRONGEST, n)] as number);
    return { kind, strength };
  }
  return null;
}

/** Strength by count: a table, because a picture asks half a million times. */
const STRENGTH = Float32Array.from({ length: STRONGEST + 1 }, (_, n) => (n === 0 ? 0 : FAINTEST + (1 - FAINTEST) * Math.log(n) / Math.log(STRONGEST)));

/**
 * All cells as pixels, RGBA, `columns` a line, row by row; what `toneOf` says of each.
 *
 * @param colours red, green and blue of each kind, in the order of HEAT_KINDS; null for one that is not shown
 */
export function heatPixels({ cells, columns }: HeatRows, colours: readonly ((readonly [number, number, number]) | null)[]): Uint8ClampedArray<ArrayBuffer> {
  const n = cells.length / KINDS;
  const pixels = new Uint8ClampedArray(n * 4);
  const collapsed = HEAT_KINDS.indexOf('collapsed');
  if (columns === 0) return pixels;
  for (let cell = 0; cell < n; cell += 1) {
    for (let kind = KINDS - 1; kind >= 0; kind -= 1) {
      const colour = colours[kind];
      const many = cells[cell * KINDS + kind] as number;
      if (many === 0 || colour == null) continue;
      pixels[cell * 4] = colour[0];
      pixels[cell * 4 + 1] = colour[1];
      pixels[cell * 4 + 2] = colour[2];
      pixels[cell * 4 + 3] = 255 * (kind === collapsed ? 1 : (STRENGTH[Math.min(STRONGEST, many)] as number));
      break;
    }
  }
  return pixels;
}

/** Columns that have happened, at least one. */
export function columnsUntil({ bucketNs, columns }: HeatRows, ns: number): number {
  return Math.min(columns, Math.max(1, Math.ceil(ns / bucketNs)));
}
