/**
 * One setting over several values: the same script in machines of their own, side by side.
 *
 * Every run has a worker to itself, so that the machine on the screen stays as it is, and the runs end at the same
 * virtual time: what differs is what the setting did.
 */
import { EngineClient } from '../engine/client.ts';
import type { EnginePort } from '../engine/client.ts';
import type { Notice, Snapshot, Totals } from '../engine/protocol.ts';
import { EMPTY_SERIES, appendSeries } from './series.ts';
import type { Columns } from './series.ts';

/** Runs of one sweep. */
export const MAX_VALUES = 12;
/** More lines than a script can have: all that come before the end are played. */
const ALL_LINES = 1e6;

export interface Swept {
  value: string;
  /** null while it runs. */
  totals: Totals | null;
  series: Columns;
  /** 0 to 1. */
  done: number;
  /** What went wrong, or ''. */
  error: string;
}

/** Values as a reader lists them: by commas or blanks, each once. */
export function valuesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;，、]+/).filter((value) => value !== ''))];
}

/** The script with the setting made at its beginning, and every other write to the file left out. */
export function withSetting(script: string, path: string, value: string): string {
  const lines = script.split('\n').filter((line) => !(/^\s*echo\s/.test(line) && line.trimEnd().endsWith(`> ${path}`)));
  const machine = lines.findIndex((line) => /^\s*machine\b/.test(line));
  return lines.toSpliced(machine + 1, 0, `echo ${value} > ${path}`).join('\n');
}

export interface Sweep {
  script: string;
  path: string;
  values: readonly string[];
  /** Virtual time at which the runs end. */
  ns: number;
}

/**
 * Runs all values, at most `parallel` at a time.
 *
 * @param tell called with all rows whenever one changed
 * @param start makes a worker
 */
export async function runSweep({ script, path, values, ns }: Sweep, tell: (rows: readonly Swept[]) => void, signal: AbortSignal, start: () => EnginePort, parallel: number): Promise<void> {
  const rows = values.map((value): Swept => ({ value, totals: null, series: EMPTY_SERIES, done: 0, error: '' }));
  const change = (i: number, part: Partial<Swept>): void => {
    if (signal.aborted) return;
    rows[i] = { ...(rows[i] as Swept), ...part };
    tell([...rows]);
  };
  tell([...rows]);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < values.length && !signal.aborted) {
      const i = next++;
      await runOne(withSetting(script, path, values[i] as string), ns, (part) => change(i, part), signal, start())
        .catch((error: unknown) => change(i, { error: error instanceof Error ? error.message : String(error), done: 1 }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, values.length) }, lane));
}

async function runOne(script: string, ns: number, change: (part: Partial<Swept>) => void, signal: AbortSignal, port: EnginePort): Promise<void> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });
  let series = EMPTY_SERIES;
  let last: Snapshot | null = null;
  let told: (() => void) | null = null;
  let ready: () => void = () => undefined;
  const started = new Promise<void>((resolve) => { ready = resolve; });
  const onNotice = (notice: Notice): void => {
    if (notice.op === 'ready') ready();
    if (notice.op === 'progress') change({ done: notice.done / notice.total });
    if (notice.op !== 'snapshot') return;
    last = notice.snapshot;
    series = appendSeries(series, last.series, last.seriesReset);
    told?.();
  };
  let failed: (report: string) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => { failed = (report) => reject(new Error(report)); });
  // Whichever comes first counts; the other two may then reject unheard.
  failure.catch(() => undefined);
  stopped.catch(() => undefined);
  const client = new EngineClient(port, onNotice, (report) => failed(report));
  const end = <T>(step: Promise<T>): Promise<T> => Promise.race([step, failure, stopped]);
  try {
    await end(started);
    const { errors } = await end(client.load(script, 'sweep.mm'));
    const [first] = errors;
    if (first !== undefined) throw new Error(first.message);
    await end(client.skip(ALL_LINES, ns));
    // The snapshot of the end comes a frame after the answer.
    await end(new Promise<void>((resolve) => {
      told = () => { if (last !== null && (last.nowNs >= ns || last.pendingLines === 0)) resolve(); };
      told();
    }));
    change({ totals: (last as Snapshot | null)?.totals ?? null, series, done: 1 });
  } finally {
    client.close();
  }
}
