import { expect, test } from 'vitest';
import { histogram, latencyText } from './latency.ts';

test('faults fall into buckets of powers of two, with the empty ones between', () => {
  expect(histogram(Float64Array.from([500, 2, 630, 3, 1500, 10, 1547, 1, 12000, 0, 7380, 4]))).toEqual([
    { upTo: 512, faults: 2 }, { upTo: 1024, faults: 3 }, { upTo: 2048, faults: 11 }, { upTo: 4096, faults: 0 }, { upTo: 8192, faults: 4 },
  ]);
  expect(histogram(new Float64Array())).toEqual([]);
});

test('times are written short', () => {
  expect([512, 2048, 262144, 2 ** 21].map(latencyText)).toEqual(['512 ns', '2 µs', '260 µs', '2.1 ms']);
});
