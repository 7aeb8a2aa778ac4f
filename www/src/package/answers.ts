/** What machines answer, and what is thrown. */
import type { LineError } from './facts.ts';

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What one line gave. Fields are there exactly when the call has something to say. */
export interface Step {
  /** Line of the source, from 1. */
  line: number;
  /** The line, loops expanded. */
  cmd: string;
  /** Name of the errno the call failed with. */
  errno?: string;
  /** Name of the signal the access ended in. */
  signal?: string;
  /** Page of the signal. */
  at?: number;
  /** Minor faults the call took. */
  faults?: number;
  /** Major faults, if any. */
  majfaults?: number;
  /** `check`: pages that differ. */
  differ?: number;
  /** `check`: the first page that differs. */
  first?: number;
  /** `mremap`: the region is elsewhere now. */
  moved?: boolean;
  /** The kernel's place is 2 MiB-aligned. */
  aligned_2M?: boolean;
  /** Whether the daemon to be woken exists. */
  running?: boolean;
  /** Value of a file after a store. */
  value?: string;
  /** `observe`. */
  obs?: Observation;
  /** `expect`. */
  expect?: 'pass' | 'FAIL';
  /** `expect`: what was found instead. */
  got?: Json;
  /** `cat`, `ls`, `help`. */
  text?: string;
  /** `why`. */
  why?: CheckList[];
  /** `run`: virtual time afterwards, in ns. */
  now_ns?: number;
  /** The line could not be run. */
  error?: string;
}

/** Checks of the fault handler, khugepaged or ksmd, in their order. */
export interface CheckList {
  who: string;
  /** Reason code, null if all checks pass. */
  refused: string | null;
  checks: { rule: string; detail: string; passed: boolean; reached: boolean; remedy: string }[];
}

/** Everything that can be seen, counters since the observation before: see `mm run --json`. */
export interface Observation {
  label: string;
  /** By `process.region`: classes of pages, sharing, areas as in smaps. */
  regions: Record<string, Record<string, Json>>;
  procs: Record<string, Record<string, Json>>;
  vmstat: Record<string, number>;
  mthp: Record<string, number>;
  khugepaged: Record<string, number>;
  ksm: Record<string, number>;
  ksm_delta: Record<string, number>;
  hugetlb: Json;
  trace: Json;
  [more: string]: Json | Record<string, unknown>;
}

/** What a script or some lines gave: the object that `mm run --json` prints. */
export interface Outcome {
  script: string;
  kernel: string;
  /** Why it ended early: a line that asks for what does not exist. Errors of calls are in their steps. */
  error: LineError | null;
  /** `expect` lines that failed, of all that this machine has run. */
  expect_failed: string[];
  steps: Step[];
}

/** Sums over the machine. Sizes in kB, times in ns, counters since boot. */
export interface Totals {
  memTotalKb: number;
  memFreeKb: number;
  rssKb: number;
  anonHugeKb: number;
  swapKb: number;
  pagesShared: number;
  pagesSharing: number;
  pagesUnshared: number;
  pagesScanned: number;
  pagesCollapsed: number;
  pgfault: number;
  thpFaultAlloc: number;
  khugepagedCpuNs: number;
  ksmdCpuNs: number;
}

/** Something that happened in the machine. */
export interface MachineEvent {
  /** Grows by one for each event; gaps are events that tell nothing. */
  seq: number;
  /** Virtual time. */
  timeNs: number;
  /** A process, `khugepaged`, `ksmd`, `kcompactd` or `script`. */
  who: string;
  kind: string;
  process: string | null;
  region: string | null;
  /** First page in the region, and how many. */
  page: number;
  pages: number;
  /** Reason code of the kernel, or empty. */
  reason: string;
  /** Whether it went well. */
  ok: boolean;
  detail: string;
}

/** Totals in the order in which the engine tells them. */
export const TOTALS: readonly (keyof Totals)[] = [
  'memTotalKb', 'memFreeKb', 'rssKb', 'anonHugeKb', 'pagesShared', 'pagesSharing', 'pagesCollapsed', 'swapKb', 'pagesUnshared', 'pagesScanned',
  'pgfault', 'thpFaultAlloc', 'khugepagedCpuNs', 'ksmdCpuNs',
];

/** A text that is no script: nothing of it has run. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';

  constructor(
    /** All mistakes, in the order of lines. */
    readonly errors: readonly LineError[],
  ) {
    super(errors.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`).join('\n'));
  }
}

/** A call that Linux refuses too. */
export class ErrnoError extends Error {
  override readonly name = 'ErrnoError';

  constructor(
    /** Its name, as `ENOENT`. */
    readonly errno: string,
    what: string,
  ) {
    super(`${what}: ${errno}`);
  }
}

/** The engine crashed, and every machine is lost. Please report it with the script that led here. */
export class EngineCrash extends Error {
  override readonly name = 'EngineCrash';
}
