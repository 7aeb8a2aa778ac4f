import { describe, expect, test } from 'vitest';
import { Store } from './store.ts';

const settled = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

describe('Store', () => {
  test('a watcher sees the state now, and later only changes of its part', async () => {
    const store = new Store({ a: 1, b: 1 });
    const seen: number[] = [];
    store.watch((s) => s.a, (a) => seen.push(a), new AbortController().signal);
    store.set({ b: 2 });
    await settled();
    store.set({ a: 2 });
    await settled();
    expect(seen).toEqual([1, 2]);
  });

  test('a burst of changes is one call with the newest state', async () => {
    const store = new Store({ a: 0 });
    const seen: number[] = [];
    store.watch((s) => s.a, (a) => seen.push(a), new AbortController().signal);
    for (let i = 1; i <= 5; i += 1) store.set({ a: i });
    await settled();
    expect(seen).toEqual([0, 5]);
  });

  test('a tuple of parts is compared member by member', async () => {
    const store = new Store({ a: 1, b: 1, c: 1 });
    let calls = 0;
    store.watch((s) => [s.a, s.b], () => { calls += 1; }, new AbortController().signal);
    store.set({ c: 2 });
    await settled();
    expect(calls).toBe(1);
    store.set({ b: 2 });
    await settled();
    expect(calls).toBe(2);
  });

  test('an aborted watcher is not called again', async () => {
    const store = new Store({ a: 1 });
    const end = new AbortController();
    const seen: number[] = [];
    store.watch((s) => s.a, (a) => seen.push(a), end.signal);
    end.abort();
    store.set({ a: 2 });
    await settled();
    expect(seen).toEqual([1]);
  });
});
