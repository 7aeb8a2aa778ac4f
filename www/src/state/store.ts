/**
 * One value, and who wants to know when a part of it changes.
 *
 * Parts are compared by identity (a tuple of parts by that of its members): reducers make new objects for what
 * changed and keep the rest. Watchers run
 * once in a microtask after any number of changes, so that a burst of notices draws once.
 */
export class Store<S extends object> {
  #state: S;
  #queued = false;
  readonly #watchers = new Set<() => void>();

  constructor(initial: S) {
    this.#state = initial;
  }

  get state(): S {
    return this.#state;
  }

  set(change: Partial<S>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      for (const check of [...this.#watchers]) check();
    });
  }

  /** Calls `run` now, and again whenever the selected part differs, until `signal` aborts. */
  watch<T>(select: (state: S) => T, run: (part: T) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    let last = select(this.#state);
    const check = (): void => {
      const part = select(this.#state);
      if (same(part, last)) return;
      last = part;
      run(part);
    };
    this.#watchers.add(check);
    signal.addEventListener('abort', () => this.#watchers.delete(check), { once: true });
    run(last);
  }
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => Object.is(part, b[i]));
}
