/** Going to places of the run, one at a time: of many wishes while one is under way only the newest counts. */
import type { State } from './state.ts';
import type { Store } from './store.ts';

/** An entry of the timeline, or a moment of virtual time. */
export type SeekTarget = { position: number } | { ns: number };

export class SeekLoop {
  readonly #store: Store<State>;
  readonly #go: (target: SeekTarget) => Promise<boolean>;
  /** Where the newest wish leads while another is under way. */
  #next: SeekTarget | null = null;
  #running: Promise<void> | null = null;

  /** @param go goes to one place; false if nothing more can be reached */
  constructor(store: Store<State>, go: (target: SeekTarget) => Promise<boolean>) {
    this.#store = store;
    this.#go = go;
  }

  /** Ends when the place, or one wished for after it, is reached. */
  to(target: SeekTarget): Promise<void> {
    this.#next = target;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** An entry of the timeline, held to those there are. */
  toEntry(position: number): Promise<void> {
    const length = this.#store.state.machine?.length ?? 0;
    return this.to({ position: Math.max(0, Math.min(length, Math.round(position))) });
  }

  /** Entries from here, or from where a seek under way leads. */
  by(entries: number): Promise<void> {
    const { machine, marks } = this.#store.state;
    const next = this.#next;
    if (next !== null && 'position' in next) return this.toEntry(next.position + entries);
    const position = machine?.position ?? 0;
    // From inside a stretch one step back leads to its beginning.
    const inside = position < (machine?.length ?? 0) && (machine?.nowNs ?? 0) > (marks[position]?.timeNs ?? Infinity);
    return this.toEntry(position + entries + (inside && entries < 0 ? 1 : 0));
  }

  async #run(): Promise<void> {
    while (this.#next !== null) {
      const target = this.#next;
      this.#next = null;
      if (!await this.#go(target)) this.#next = null;
    }
  }
}
