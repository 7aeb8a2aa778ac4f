import { expect, test } from 'vitest';
import { SERIES } from '../engine/protocol.ts';
import { perfetto, traceEvent } from './perfetto.ts';
import type { TraceEvent } from './perfetto.ts';

const LINES = [
  '      khugepaged-40      [000] .....    10.000001: mm_khugepaged_scan_pmd: mm=000000007b1dcdaf, scan_pfn=0x1dbf, referenced=512, none_or_zero=0, status=succeeded, unmapped=0',
  '             app-100     [001] .....     0.000000: ksm_enter: mm 000000007b1dcdaf',
];

test('a line of ftrace becomes an instant on its thread', () => {
  expect(traceEvent(LINES[0] ?? '')).toEqual({
    task: 'khugepaged', name: 'mm_khugepaged_scan_pmd', ph: 'i', s: 't', ts: 10_000_001, pid: 2, tid: 40,
    args: { cpu: 0, mm: '000000007b1dcdaf', scan_pfn: '0x1dbf', referenced: 512, none_or_zero: 0, status: 'succeeded', unmapped: 0 },
  });
  expect(traceEvent(LINES[1] ?? '')).toMatchObject({ task: 'app', tid: 100, args: { cpu: 1, mm: '000000007b1dcdaf' } });
  expect(traceEvent('# tracer: nop')).toBeNull();
});

test('script, threads and counters are in one file of trace events', async () => {
  const series = SERIES.map((_, c) => (c === 0 ? [0, 1e9, 2e9] : [c, c, c + 1]));
  const marks = [{ position: 1, timeNs: 0, label: 'proc app' }, { position: 2, timeNs: 5e6, label: '' }];
  const { traceEvents } = JSON.parse(await perfetto(LINES.join('\n'), marks, series, 9e9)) as { traceEvents: TraceEvent[] };
  const of = (ph: string): TraceEvent[] => traceEvents.filter((event) => event.ph === ph);
  expect(of('X')).toEqual([{ name: 'proc app', ph: 'X', ts: 0, dur: 5000, pid: 1, tid: 1 }]);
  // A counter that stays is told once.
  expect(of('C').filter(({ name }) => name === 'rss').map(({ ts, args }) => [ts, args?.['value']])).toEqual([[0, 1], [2e6, 2]]);
  expect(of('i').length).toBe(2);
  expect(of('M').map(({ args }) => args?.['name'])).toEqual(['script', 'machine', 'counters', 'lines', 'khugepaged', 'app']);
});
