import { describe, expect, test } from 'vitest';
import { axisClock, clock, count, duration, hex, kib, pageAddress, pageName, shortClock } from './format.ts';

/** The narrow no-break space, so that the tables below can be read. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('numbers', () => {
  test.each([[0, '0 K'], [64, '64 K'], [1023, '1023 K'], [1024, '1 M'], [1536, '1.5 M'], [12.34 * 1024, '12.3 M'], [612 * 1024, '612 M'], [2 ** 21, '2 G'], [2 ** 31, '2 T'], [100 * 1024, '100 M']])('%d KiB is %s', (value, text) => {
    expect(plain(kib(value))).toBe(text);
  });
  test.each([[0, '0'], [999, '999'], [3412, '3 412'], [1234567, '1 234 567']])('count %d', (value, text) => {
    expect(plain(count(value))).toBe(text);
  });
  test('addresses', () => {
    expect(pageAddress(0x7f3000c23)).toBe('0x7f3000c23000');
    expect(hex(0x1a2f3)).toBe('0x1a2f3');
    expect(pageName({ region: 'heap', index: 3107 })).toBe('heap[3107]');
  });
});

describe('times', () => {
  test.each([[0, '00:00:00.000', '0:00.000'], [260e9, '00:04:20.000', '4:20.000'], [3_861_002e6, '01:04:21.002', '1:04:21.002'], [100 * 3600e9, '100:00:00.000', '100:00:00.000']])('%d ns', (ns, long, short) => {
    expect(clock(ns)).toBe(long);
    expect(shortClock(ns)).toBe(short);
  });
  test.each([[0, '0:00'], [260, '4:20'], [3860, '1:04:20']])('%d s on an axis', (s, text) => {
    expect(axisClock(s)).toBe(text);
  });
  test.each([[-5, '0 ms'], [20e6, '20 ms'], [4.2e9, '4.2 s'], [720e9, '12 min']])('%d ns to come', (ns, text) => {
    expect(duration(ns)).toBe(text);
  });
});
