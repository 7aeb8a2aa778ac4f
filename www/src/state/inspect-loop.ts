/**
 * Keeps `state.inspected` true: asks again when the page changes or the machine does, one question at a time.
 */
import type { EngineClient } from '../engine/client.ts';
import { samePage } from './apply.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';

/** A running machine changes every frame; a reader cannot read that fast. */
const REFRESH_MS = 150;

export class InspectLoop {
  readonly #store: Store<State>;
  readonly #client: EngineClient;
  readonly #stopped = new AbortController();
  #asking = false;
  #lastAsked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store<State>, client: EngineClient) {
    this.#store = store;
    this.#client = client;
    const { signal } = this.#stopped;
    store.watch((s) => s.selected ?? s.hovered, () => this.#tick(), signal);
    store.watch((s) => s.machine?.version, () => this.#tick(), signal);
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  #tick(): void {
    if (this.#asking || this.#stopped.signal.aborted) return;
    const { selected, hovered, inspected, machine } = this.#store.state;
    const page = selected ?? hovered;
    if (page === null || machine === null) return;
    const other = !samePage(page, inspected?.view.ref ?? null);
    if (!other && inspected?.version === machine.version) return;
    const wait = this.#lastAsked + REFRESH_MS - performance.now();
    clearTimeout(this.#timer);
    if (!other && wait > 0) {
      this.#timer = setTimeout(() => this.#tick(), wait);
      return;
    }
    this.#asking = true;
    this.#lastAsked = performance.now();
    const { version } = machine;
    this.#client.inspect(page).then(
      ({ page: view }) => {
        const now = this.#store.state.selected ?? this.#store.state.hovered;
        if (view !== null && samePage(now, view.ref)) {
          const pinned = this.#store.state.selected !== null;
          const frame = view.frame === null ? null : { number: view.frame, letter: view.letter };
          this.#store.set({ inspected: { view, version }, ...(pinned ? { frame } : {}) });
        }
        this.#done(view !== null);
      },
      () => this.#done(false),
    );
  }

  #done(answered: boolean): void {
    this.#asking = false;
    if (answered) this.#tick();
  }
}
