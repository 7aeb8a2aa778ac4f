/** Questions to the worker that go on while a view is shown and the machine changes. */

/** Between two questions, ms. */
const ASK_MS = 200;

/**
 * Returns what says that the answer is stale: it is asked again, one question at a time and not more often than the
 * eye can follow.
 *
 * @param wanted whether anybody looks
 * @param ask rejects when the engine crashed meanwhile, which says so itself
 */
export function asking(wanted: () => boolean, ask: () => Promise<void>, signal: AbortSignal, everyMs = ASK_MS): () => void {
  let stale = false;
  let busy = false;
  let askedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  const next = (): void => {
    timer = undefined;
    if (busy || !stale || !wanted() || signal.aborted) return;
    const wait = askedAt + everyMs - performance.now();
    if (wait > 0) {
      timer = setTimeout(next, wait);
      return;
    }
    busy = true;
    stale = false;
    askedAt = performance.now();
    ask().catch(() => undefined).finally(() => {
      busy = false;
      next();
    });
  };
  return () => {
    stale = true;
    if (timer === undefined) next();
  };
}
