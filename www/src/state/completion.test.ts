import { describe, expect, test } from 'vitest';
import type { Tunable } from '../engine/protocol.ts';
import { settingAt, valuesOf } from './completion.ts';

const tunable = (path: string, more: Partial<Tunable>): Tunable => ({ path, group: '', name: path.split('/').at(-1) ?? '', default: '0', choices: null, min: null, max: null, help: '', ...more });
const TABLE = [
  tunable('/sys/kernel/mm/ksm/run', { min: 0, max: 2 }),
  tunable('/sys/kernel/mm/transparent_hugepage/enabled', { default: 'madvise', choices: ['always', 'madvise', 'never'] }),
  tunable('/proc/sys/vm/nr_hugepages', { min: 0, max: 512 }),
];

describe('values of settings', () => {
  test('are its words, or default and bounds', () => {
    expect(TABLE.map(valuesOf)).toEqual([['0', '2'], ['always', 'madvise', 'never'], ['0', '512']]);
  });

  const cases: [string, string | null, number][] = [
    ['sys ksm/run |', 'run', 12],
    ['vm nr_hugepages 5|', 'nr_hugepages', 16],
    ['echo al| > /sys/kernel/mm/transparent_hugepage/enabled', 'enabled', 5],
    ['echo al|', null, 0],
    ['sys ksm/r|', null, 0],
    ['p1 madvise a |', null, 0],
  ];
  test.each(cases)('%s', (text, name, from) => {
    const found = settingAt(text.replace('|', ''), text.indexOf('|'), TABLE);
    expect(found?.tunable.name ?? null).toBe(name);
    if (found !== null) expect(found.from).toBe(from);
  });
});
