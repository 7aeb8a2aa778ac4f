import { describe, expect, test } from 'vitest';
import type { Playground } from '../wasm/mm_wasm.js';
import { EventReader, filledIn, whereText } from './worker-events.ts';

const page = (index: number) => ({ process: 'redis', region: 'heap', index });

describe('whereText', () => {
  test.each([
    [412, 1, 'heap[412]'],
    [412, 88, 'heap[412..500]'],
    [6144, 512, 'heap +24M'],
    [0, 512, 'heap +0M'],
    [262144, 512, 'heap +1G'],
    [0, 0, 'heap'],
  ])('page %i, %i pages', (index, pages, text) => {
    expect(whereText(page(index), pages)).toBe(text);
  });
});

test('details are filled in', () => {
  expect(filledIn('{x} > {y}', 256, 255)).toBe('256 > 255');
  expect(filledIn('frame {hex}, order {y}', 0x1a2f3, 9)).toBe('frame 0x1a2f3, order 9');
  expect(filledIn('', 1, 2)).toBe('');
});

test('rows become events, and words cross once', () => {
  const asked: number[] = [];
  const batches = [
    { rows: [7, 41, 5e9, 0, 1, 2, 3, 512, 512, 4, 0, 5, 256, 255], words: ['khugepaged', 'scan', 'redis', 'heap', 'exceed_none_pte', '{x} > {y}'] },
    { rows: [0, 42, 6e9, 6, 7, -1, -1, 0, 0, 8, 1, 8, 0, 0], words: ['script', 'proc', ''] },
  ];
  const playground = {
    events: () => Float64Array.from(batches[0]?.rows ?? [0]),
    words: (from: number) => {
      asked.push(from);
      return batches.shift()?.words ?? [];
    },
  } as unknown as Playground;
  const reader = new EventReader();
  expect(reader.take(playground)).toEqual({
    dropped: 7,
    events: [{
      seq: 41, timeNs: 5e9, who: 'khugepaged', kind: 'scan', where: 'heap +2M', page: page(512),
      reason: 'exceed_none_pte', ok: false, detail: '256 > 255',
    }],
  });
  expect(reader.take(playground).events).toMatchObject([{ who: 'script', kind: 'proc', where: '', page: null, ok: true, detail: '' }]);
  expect(asked).toEqual([0, 6]);
});
