import { describe, expect, test } from 'vitest';
import type { Tunable } from '../engine/protocol.ts';
import {
  LOG_STEPS, adviseLine, echoLine, freeProcessName, freeRegionName, logSliderMax, logStep, logValue, mapLine, rangeText, tunableChoices, tunableControl, whyLine, writeLine,
} from './commands.ts';

const tunable = (part: Partial<Tunable>): Tunable => ({ path: '/x', group: 'ksm', name: 'x', default: '0', choices: null, min: null, max: null, help: '', ...part });

describe('lines', () => {
  test('of the language, as a person would type them', () => {
    const map = { name: 'a', size: '4M', prot: 'rw', shared: false, populate: false } as const;
    expect(mapLine('p1', map)).toBe('p1 mmap a 4M');
    expect(mapLine('p1', { ...map, shared: true, populate: true, prot: 'none' })).toBe('p1 mmap a 4M shared populate prot=none');
    expect(writeLine('p1', 'a', 'byte=1')).toBe('p1 write a');
    expect(writeLine('p1', 'a[3]', 'seed=1')).toBe('p1 write a[3] seed=1');
    expect(adviseLine('p1', 'a', 'collapse')).toBe('p1 madvise a collapse');
    expect(echoLine('/sys/kernel/mm/ksm/run', '1')).toBe('echo 1 > /sys/kernel/mm/ksm/run');
    expect(whyLine({ process: 'redis', region: 'heap', index: 3107 })).toBe('why redis.heap[3107]');
  });

  test('ranges are as short as they can be', () => {
    const region = { name: 'a', pages: 1024 };
    expect(rangeText(region, { start: 0, end: 1024 })).toBe('a');
    expect(rangeText(region, { start: 5, end: 6 })).toBe('a[5]');
    expect(rangeText(region, { start: 0, end: 512 })).toBe('a[0..512]');
    expect(rangeText({ name: 'b', pages: 1 }, { start: 0, end: 1 })).toBe('b');
  });
});

describe('free names', () => {
  const process = (name: string): { name: string; pid: number; rssKb: number; swapKb: number; regions: [] } => ({ name, pid: 1, rssKb: 0, swapKb: 0, regions: [] });
  const region = (name: string): Parameters<typeof freeRegionName>[0][number] =>
    ({ name, startPage: 0, pages: 1, perm: '', flags: '', rssKb: 0, anonHugeKb: 0, ksmKb: 0, swapKb: 0, top: 0, height: 0 });

  test('the first that is not taken', () => {
    expect(freeProcessName([])).toBe('p1');
    expect(freeProcessName([process('p1'), process('p3')])).toBe('p2');
    expect(freeRegionName([region('a'), region('b')])).toBe('c');
    expect(freeRegionName([...'abcdefghijklmnopqrstuvwxyz'].map(region))).toBe('a1');
  });
});

describe('tunable controls', () => {
  test('fit the values', () => {
    expect(tunableControl(tunable({ choices: ['always', 'never'] }))).toBe('choice');
    expect(tunableControl(tunable({ min: 0, max: 1 }))).toBe('toggle');
    expect(tunableControl(tunable({ min: 0, max: 2 }))).toBe('choice');
    expect(tunableChoices(tunable({ min: 0, max: 2 }))).toEqual(['0', '1', '2']);
    expect(tunableChoices(tunable({ min: 0, max: 511 }))).toBeNull();
    expect(tunableControl(tunable({ min: 0, max: 511, default: '511' }))).toBe('slider');
    expect(tunableControl(tunable({ min: 1, max: 4294967295, default: '4096' }))).toBe('log-slider');
    expect(tunableControl(tunable({ default: '256\t256\t32' }))).toBe('text');
  });

  test('the logarithmic scale goes both ways and reaches its ends', () => {
    const max = logSliderMax(tunable({ default: '4096', max: 4294967295 }));
    expect(max).toBe(409600);
    expect(logValue(0, max)).toBe(0);
    expect(logValue(LOG_STEPS, max)).toBe(max);
    expect(logStep(0, max)).toBe(0);
    expect(logStep(max * 10, max)).toBe(LOG_STEPS);
    for (const value of [1, 20, 100, 4096, 10000]) {
      expect(Math.abs(logValue(logStep(value, max), max) - value) / value).toBeLessThan(0.08);
    }
  });
});
