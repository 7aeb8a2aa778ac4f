/**
 * What was touched where and when: ranges of memory against virtual time, and how long faults took.
 *
 * Fed from the engine's event ring when somebody looks, or before the ring forgets; so it costs next to nothing while
 * it is not shown. Bounded: time is cut into COLUMNS, twice as long each time they are used up, and ranges grow from
 * 2 MiB when there are more than MAX_RANGES.
 */
import { HEAT_KINDS } from './protocol.ts';
import type { HeatRows } from './protocol.ts';

/** What is asked of the engine; tests give it less. */
export interface Touched {
  readonly position: number;
  readonly length: number;
  readonly nowNs: number;
  readonly eventSeq: number;
  touched(from: number): Float64Array;
}

export const COLUMNS = 256;
export const MAX_RANGES = 2048;
/** Numbers of a row of `Playground.touched`. */
const ROW = 7;
const KINDS = HEAT_KINDS.length;
const FAULTED = HEAT_KINDS.indexOf('faulted');
const FIRST_BUCKET_NS = 2 ** 24;
/** Events that may wait: half of the engine's ring. */
const MAX_WAITING = 1 << 15;
/** Pages of a range at first: 2 MiB. */
const RANGE_PAGES = 512;
/** Above all page numbers of user space. */
const PID = 2 ** 36;
const MOST = 0xffff;

export class Heat {
  #cells = new Map<number, Uint16Array>();
  /** By ns that a fault takes: how many in each column. */
  #latency = new Map<number, Float64Array>();
  #bucketNs = FIRST_BUCKET_NS;
  #rangePages = RANGE_PAGES;
  /** Events up to here are counted. */
  #seq = 0;
  #untilNs = 0;

  startOver(): void {
    this.#cells.clear();
    this.#latency.clear();
    this.#bucketNs = FIRST_BUCKET_NS;
    this.#rangePages = RANGE_PAGES;
    this.#seq = 0;
    this.#untilNs = 0;
  }

  /** Reads what has happened. The log played again has been counted already. */
  follow(playground: Touched, shown: boolean): void {
    const { position, length, eventSeq, nowNs } = playground;
    if (position < length || !(shown || eventSeq - this.#seq > MAX_WAITING)) return;
    this.#fit(nowNs);
    this.#untilNs = nowNs;
    const rows = playground.touched(this.#seq);
    this.#seq = eventSeq;
    for (let at = 0; at + ROW <= rows.length; at += ROW) {
      const [ns = 0, pid = 0, page = 0, pages = 1, kind = 0, count = 1, cost = 0] = rows.subarray(at, at + ROW);
      this.#add(ns, pid, page, pages, kind, count);
      if (kind !== FAULTED) continue;
      let counts = this.#latency.get(cost);
      if (counts === undefined) this.#latency.set(cost, counts = new Float64Array(COLUMNS));
      const column = this.#column(ns);
      counts[column] = (counts[column] ?? 0) + count;
    }
  }

  /** The machine went back and does something else: event `seq` was the first of it. */
  branched({ nowNs }: Touched, seq: number): void {
    this.#seq = seq;
    const from = this.#column(nowNs) + 1;
    for (const row of this.#cells.values()) row.fill(0, from * KINDS);
    for (const row of this.#latency.values()) row.fill(0, from);
  }

  view(): HeatRows {
    const keys = [...this.#cells.keys()].sort((a, b) => a - b);
    const ranges = new Float64Array(keys.length * 2);
    const cells = new Uint16Array(keys.length * COLUMNS * KINDS);
    keys.forEach((key, i) => {
      ranges.set([Math.floor(key / PID), key % PID], i * 2);
      cells.set(this.#cells.get(key) ?? [], i * COLUMNS * KINDS);
    });
    return { ranges, cells, rangePages: this.#rangePages, bucketNs: this.#bucketNs, columns: COLUMNS, untilNs: this.#untilNs };
  }

  /** Pairs of ns and faults, up to a time. */
  latency(nowNs: number): Float64Array {
    const end = this.#column(nowNs) + 1;
    const costs = [...this.#latency].sort(([a], [b]) => a - b);
    return Float64Array.from(costs.flatMap(([cost, counts]) => [cost, counts.subarray(0, end).reduce((a, b) => a + b, 0)]));
  }

  #column(ns: number): number {
    return Math.min(COLUMNS - 1, Math.floor(ns / this.#bucketNs));
  }

  #add(ns: number, pid: number, page: number, pages: number, kind: number, count: number): void {
    const first = Math.floor(page / this.#rangePages);
    const last = Math.floor((page + pages - 1) / this.#rangePages);
    const each = Math.max(1, Math.round(count / (last - first + 1)));
    const at = this.#column(ns) * KINDS + kind;
    for (let range = first; range <= last; range += 1) {
      const key = pid * PID + range * this.#rangePages;
      let row = this.#cells.get(key);
      if (row === undefined) {
        if (this.#cells.size === MAX_RANGES) {
          const start = Math.max(page, range * this.#rangePages);
          this.#coarsen();
          return this.#add(ns, pid, start, page + pages - start, kind, each * (last - range + 1));
        }
        row = new Uint16Array(COLUMNS * KINDS);
        this.#cells.set(key, row);
      }
      row[at] = Math.min(MOST, (row[at] ?? 0) + each);
    }
  }

  /** Makes room for a time: two columns become one until it fits. */
  #fit(ns: number): void {
    while (ns >= this.#bucketNs * COLUMNS) {
      this.#bucketNs *= 2;
      for (const row of this.#cells.values()) halve(row, KINDS);
      for (const row of this.#latency.values()) halve(row, 1);
    }
  }

  /** Two neighbouring ranges become one. */
  #coarsen(): void {
    this.#rangePages *= 2;
    const cells = new Map<number, Uint16Array>();
    for (const [key, row] of this.#cells) {
      const pid = Math.floor(key / PID);
      const merged = pid * PID + Math.floor((key % PID) / this.#rangePages) * this.#rangePages;
      const other = cells.get(merged);
      if (other === undefined) cells.set(merged, row);
      else row.forEach((n, i) => { other[i] = Math.min(MOST, (other[i] ?? 0) + n); });
    }
    this.#cells = cells;
  }
}

function halve(row: Uint16Array | Float64Array, width: number): void {
  const most = row instanceof Uint16Array ? MOST : Infinity;
  for (let column = 0; column < COLUMNS; column += 1) {
    for (let i = 0; i < width; i += 1) {
      const [a = 0, b = 0] = [row[2 * column * width + i], row[(2 * column + 1) * width + i]];
      row[column * width + i] = column * 2 < COLUMNS ? Math.min(most, a + b) : 0;
    }
  }
}
