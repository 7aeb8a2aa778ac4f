/**
 * A run as Chrome's JSON trace events, which ui.perfetto.dev and chrome://tracing open: tracepoints on the thread that
 * made them, the lines of the script as slices, and the charts as counters. Time is virtual, in microseconds.
 */
import { SERIES } from '../engine/protocol.ts';
import type { TimelineMark } from '../engine/protocol.ts';
import type { Columns } from '../state/series.ts';

export interface TraceEvent {
  name: string;
  ph: 'M' | 'X' | 'i' | 'C';
  ts: number;
  pid: number;
  tid: number;
  dur?: number;
  s?: 't';
  args?: Record<string, string | number>;
}

/** Groups of tracks. Pids of the machine begin at 100, those of its threads below that are khugepaged's and ksmd's. */
const KERNEL = 2;
const SCRIPT = 1;
const COUNTERS = 3;

const LINE = /^\s*(.+)-(\d+)\s+\[(\d+)\] \S+\s+([\d.]+): (\w+): ?(.*)$/;

/** One line of ftrace; null for what is none. */
export function traceEvent(line: string): TraceEvent & { task: string } | null {
  const [, task, tid, cpu, seconds, name, fields] = LINE.exec(line) ?? [];
  if (task === undefined || tid === undefined || seconds === undefined || name === undefined) return null;
  const args: Record<string, string | number> = { cpu: Number(cpu) };
  for (const [, key = '', value = ''] of (fields ?? '').matchAll(/(\w+)[= ](\S+?)(?:,|$| )/g)) args[key] = /^-?\d+$/.test(value) ? Number(value) : value;
  return { task, name, ph: 'i', s: 't', ts: Math.round(Number(seconds) * 1e6), pid: KERNEL, tid: Number(tid), args };
}

const meta = (name: 'process_name' | 'thread_name', pid: number, tid: number, value: string): TraceEvent => ({ name, ph: 'M', ts: 0, pid, tid, args: { name: value } });

/** Lines of the trace that are converted before the page may draw again. */
const PART = 2000;

/** @param trace lines of ftrace, oldest first */
export async function perfetto(trace: string, marks: readonly TimelineMark[], series: Columns, nowNs: number): Promise<string> {
  const events: TraceEvent[] = [
    meta('process_name', SCRIPT, 0, 'script'), meta('process_name', KERNEL, 0, 'machine'), meta('process_name', COUNTERS, 0, 'counters'), meta('thread_name', SCRIPT, 1, 'lines'),
  ];
  marks.forEach(({ timeNs, label }, i) => {
    const end = marks[i + 1]?.timeNs ?? nowNs;
    if (label !== '') events.push({ name: label, ph: 'X', ts: timeNs / 1000, dur: Math.max(0, end - timeNs) / 1000, pid: SCRIPT, tid: 1 });
  });
  const [times = [], ...columns] = series;
  columns.forEach((column, c) => {
    const name = SERIES[c + 1] ?? '';
    let last = NaN;
    column.forEach((value, row) => {
      if (value === last) return;
      last = value;
      events.push({ name, ph: 'C', ts: (times[row] ?? 0) / 1000, pid: COUNTERS, tid: 0, args: { value } });
    });
  });
  const parts = events.map((event) => JSON.stringify(event));
  const tasks = new Set<string>();
  const lines = trace.split('\n');
  for (let from = 0; from < lines.length; from += PART) {
    for (const line of lines.slice(from, from + PART)) {
      const event = traceEvent(line);
      if (event === null) continue;
      const { task, ...rest } = event;
      if (!tasks.has(`${event.tid} ${task}`)) {
        tasks.add(`${event.tid} ${task}`);
        parts.push(JSON.stringify(meta('thread_name', KERNEL, event.tid, task)));
      }
      parts.push(JSON.stringify(rest));
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  return `{"displayTimeUnit":"ms","otherData":{"source":"mm-playground","clock":"virtual"},"traceEvents":[\n${parts.join(',\n')}\n]}\n`;
}
