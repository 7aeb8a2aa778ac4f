import { describe, expect, test } from 'vitest';
import type { EventView } from '../engine/protocol.ts';
import { EMPTY_EVENTS, MAX_EVENTS, NO_FILTER, appendEvents, filterChoices, passes } from './events.ts';

const event = (seq: number, part: Partial<EventView> = {}): EventView => ({
  seq, timeNs: seq * 1e6, who: 'khugepaged', kind: 'scan', where: '', page: null, reason: '', ok: true, detail: '', ...part,
});

describe('event log', () => {
  test('the newest are kept and the rest counted, with those the engine dropped', () => {
    const many = Array.from({ length: MAX_EVENTS }, (_, i) => event(i));
    const log = appendEvents(appendEvents(EMPTY_EVENTS, many, 3, false), [event(MAX_EVENTS)], 0, false);
    expect(log.events.length).toBe(MAX_EVENTS);
    expect(log.events[0]?.seq).toBe(1);
    expect(log.dropped).toBe(4);
  });

  test('a reset begins anew', () => {
    const log = appendEvents(appendEvents(EMPTY_EVENTS, [event(1)], 5, false), [event(9)], 0, true);
    expect(log.events.map((e) => e.seq)).toEqual([9]);
    expect(log.dropped).toBe(0);
  });

  test('nothing new is the same log, so that nothing is drawn', () => {
    expect(appendEvents(EMPTY_EVENTS, [], 0, false)).toBe(EMPTY_EVENTS);
  });
});

describe('event filter', () => {
  const refused = event(1, { reason: 'exceed_none_pte', ok: false });
  const merged = event(2, { who: 'ksmd', kind: 'merge', reason: 'merged' });

  test('every part that is set must agree', () => {
    expect(passes(refused, NO_FILTER)).toBe(true);
    expect(passes(refused, { who: 'khugepaged', kind: 'scan', reason: 'exceed_none_pte' })).toBe(true);
    expect(passes(refused, { who: 'khugepaged', kind: 'merge', reason: '' })).toBe(false);
    expect(passes(merged, { who: 'ksmd', kind: '', reason: 'succeeded' })).toBe(false);
  });

  test('offers what occurs, sorted, without the empty', () => {
    expect(filterChoices([merged, refused, event(3)], 'who')).toEqual(['khugepaged', 'ksmd']);
    expect(filterChoices([merged, refused, event(3)], 'reason')).toEqual(['exceed_none_pte', 'merged']);
  });
});
