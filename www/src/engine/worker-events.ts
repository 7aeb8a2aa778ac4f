/** The engine's event rows as what the log shows. Words cross once, rows are numbers. */
import type { Playground } from '../wasm/mm_wasm.js';
import type { EventView, PageRef } from './protocol.ts';

/** Numbers of a row; see `Playground.events`. */
const ROW = 13;

/** Events told in one snapshot, the newest. */
const MAX_EVENTS = 200;

const KIB = 1024;

export class EventReader {
  readonly #words: string[] = [];

  /** What happened since the call before, and how many older events are left out. */
  take(playground: Playground): { events: EventView[]; dropped: number } {
    const rows = playground.events(MAX_EVENTS);
    this.#words.push(...playground.words(this.#words.length));
    const events: EventView[] = [];
    for (let at = 1; at + ROW <= rows.length; at += ROW) events.push(this.#view(rows, at));
    return { events, dropped: rows[0] ?? 0 };
  }

  #view(rows: Float64Array, at: number): EventView {
    const number = (column: number): number => rows[at + column] as number;
    const word = (column: number): string => this.#words[number(column)] ?? '';
    const page = number(4) < 0 ? null : { process: word(4), region: word(5), index: number(6) };
    return {
      seq: number(0),
      timeNs: number(1),
      who: word(2),
      kind: word(3),
      where: page === null ? '' : whereText(page, number(7)),
      page,
      reason: word(8),
      ok: number(9) === 1,
      detail: filledIn(word(10), number(11), number(12)),
    };
  }
}

/** `ram[412]`, `ram[412..500]`, or `heap +12M` for whole 2 MiB ranges. */
export function whereText({ region, index }: PageRef, pages: number): string {
  if (pages === 0) return region;
  if (pages === 512) return `${region} +${size(index * 4)}`;
  return pages === 1 ? `${region}[${index}]` : `${region}[${index}..${index + pages}]`;
}

/** A whole number of K, M or G, the largest that says it without a fraction. */
function size(kib: number): string {
  if (kib !== 0 && kib % (KIB * KIB) === 0) return `${kib / KIB / KIB}G`;
  return kib % KIB === 0 ? `${kib / KIB}M` : `${kib}K`;
}

/** The numbers of a detail in their places. */
export function filledIn(detail: string, x: number, y: number): string {
  return detail.replace('{hex}', `0x${x.toString(16)}`).replace('{x}', String(x)).replace('{y}', String(y));
}
