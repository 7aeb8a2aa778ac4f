/** Keeps the reader's work in the browser: a moment after each change, and when the page is left. */
import type { State } from './state.ts';
import type { Store } from './store.ts';
import type { Work } from './share.ts';
import { saveWorks } from './works.ts';

/** The work is saved so long after a change, less often while the machine plays. */
const SAVE_MS = 1500;
const SAVE_PLAYING_MS = 5000;

export class Autosave {
  readonly #store: Store<State>;
  readonly #work: () => Promise<Work | null>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param work the run as it is; null if the engine crashed instead of answering */
  constructor(store: Store<State>, work: () => Promise<Work | null>, signal: AbortSignal) {
    this.#store = store;
    this.#work = work;
    store.watch((s) => [s.machine?.version, s.touched], () => this.soon(), signal);
    globalThis.document?.addEventListener('visibilitychange', () => void this.now(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  soon(): void {
    const { machine } = this.#store.state;
    if (this.#timer !== undefined || machine === null) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.now();
    }, machine.playing ? SAVE_PLAYING_MS : SAVE_MS);
  }

  async now(): Promise<void> {
    const { touched, busy, progress, machine } = this.#store.state;
    if (machine === null) return;
    // Half of a long job is no state to come back to.
    if (busy > 0 || progress !== null) return this.soon();
    this.save(touched ? await this.#work() : null);
  }

  /** @param current the run, null while it is an untouched scenario */
  save(current: Work | null): void {
    saveWorks({ current, kept: this.#store.state.kept });
  }
}
