/** The engine's events as objects, for those who wait for them. */
import type { Playground } from '../wasm/mm_wasm.js';
import type { MachineEvent } from './answers.ts';

/** Numbers of a row; see `Playground.events`. */
const ROW = 13;
/** Events told at a time, the newest: as many as the engine remembers. */
const MAX_EVENTS = 65_536;

/** Reads what happened. Words cross once, rows are numbers. */
export class EventReader {
  readonly #words: string[] = [];

  /** What happened since the call before. */
  take(playground: Playground): MachineEvent[] {
    const rows = playground.events(MAX_EVENTS);
    for (const word of playground.words(this.#words.length)) this.#words.push(word);
    const events: MachineEvent[] = [];
    for (let at = 1; at + ROW <= rows.length; at += ROW) events.push(this.#event(rows.subarray(at, at + ROW)));
    return events;
  }

  #event(row: Float64Array): MachineEvent {
    const [seq = 0, timeNs = 0, who = 0, kind = 0, process = -1, region = -1, page = 0, pages = 0, reason = 0, ok = 0, detail = 0, x = 0, y = 0] = row;
    const word = (at: number): string => this.#words[at] ?? '';
    const name = (at: number): string | null => (at < 0 ? null : word(at));
    const text = word(detail).replace('{hex}', `0x${x.toString(16)}`).replace('{x}', String(x)).replace('{y}', String(y));
    return { seq, timeNs, who: word(who), kind: word(kind), process: name(process), region: name(region), page, pages, reason: word(reason), ok: ok === 1, detail: text };
  }
}

/** Events of one reader who has not asked for them yet, at most: older ones are dropped. */
const MAX_WAITING = 65_536;

/** One reader's events: an async iterator that waits for more until it is closed. */
export class EventQueue implements AsyncIterableIterator<MachineEvent> {
  readonly #waiting: MachineEvent[] = [];
  readonly #asked: ((result: IteratorResult<MachineEvent>) => void)[] = [];
  readonly #left: (queue: EventQueue) => void;
  #closed = false;
  /** Events that this reader was too slow for. */
  dropped = 0;

  /** @param left told when the reader goes */
  constructor(left: (queue: EventQueue) => void) {
    this.#left = left;
  }

  /** Adds events, for those who wait first. */
  push(events: readonly MachineEvent[]): void {
    for (const value of events) {
      const asked = this.#asked.shift();
      if (asked === undefined) this.#waiting.push(value);
      else asked({ done: false, value });
    }
    const over = this.#waiting.length - MAX_WAITING;
    if (over > 0) this.dropped += this.#waiting.splice(0, over).length;
  }

  /** No more will come; what is there can still be read. */
  close(): void {
    this.#closed = true;
    for (const asked of this.#asked.splice(0)) asked({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<MachineEvent>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  return(): Promise<IteratorResult<MachineEvent>> {
    this.#waiting.length = 0;
    this.close();
    this.#left(this);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
