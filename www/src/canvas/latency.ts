/** Fault latencies as a histogram: buckets twice as wide as the one before. */

export interface Bucket {
  /** ns, the upper bound. */
  upTo: number;
  faults: number;
}

/** @param pairs ns that a fault takes and how many there were, as the worker tells them */
export function histogram(pairs: Float64Array): Bucket[] {
  const counts = new Map<number, number>();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const [ns = 0, faults = 0] = [pairs[at], pairs[at + 1]];
    if (faults === 0) continue;
    const power = Math.ceil(Math.log2(Math.max(1, ns)));
    counts.set(power, (counts.get(power) ?? 0) + faults);
  }
  if (counts.size === 0) return [];
  const powers = [...counts.keys()];
  const [least, most] = [Math.min(...powers), Math.max(...powers)];
  return Array.from({ length: most - least + 1 }, (_, i) => ({ upTo: 2 ** (least + i), faults: counts.get(least + i) ?? 0 }));
}

/** `512 ns`, `2 µs`, `262 µs`. */
export function latencyText(ns: number): string {
  return ns < 1000 ? `${ns} ns` : ns < 1e6 ? `${+(ns / 1000).toPrecision(2)} µs` : `${+(ns / 1e6).toPrecision(2)} ms`;
}
