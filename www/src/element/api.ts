/** What a program can do with `<mm-playground>`, and what it is told. Types only. */
import type { CheckListView, PageRef, ScriptError, StepText } from '../engine/protocol.ts';

export type { CheckListView, CheckView, PageRef, ScriptError, StepText } from '../engine/protocol.ts';

/** What lines gave, in their order; with `errors` nothing was executed. */
export interface RunAnswer {
  /** Every line was read, and every call succeeded. */
  ok: boolean;
  steps: readonly StepText[];
  errors: readonly ScriptError[];
}

/** A place on the timeline (0 the empty machine), or a moment of virtual time. */
export type SeekTo = number | { position: number } | { seconds: number };

/** The machine in a few numbers. */
export interface MachineState {
  /** Virtual time. */
  seconds: number;
  playing: boolean;
  /** Place on the timeline, and its length. */
  position: number;
  length: number;
  /** Lines of the script still to be played. */
  pendingLines: number;
  /** Sums over all processes, KiB; counts of KSM and khugepaged. */
  rssKb: number;
  anonHugeKb: number;
  memFreeKb: number;
  pagesShared: number;
  pagesSharing: number;
  pagesCollapsed: number;
}

/** Everything that can be seen: the JSON of the command `observe`, with the hash of the machine's state. */
export interface Observation {
  hash: string;
  regions: Readonly<Record<string, unknown>>;
  [group: string]: unknown;
}

/** What went wrong, in words and, for a script, by line. */
export interface Problem {
  message: string;
  errors: readonly ScriptError[];
}

/** Where a guided figure is. */
export interface GuideState {
  /** From 1. */
  step: number;
  steps: number;
  /** The task of this step is done; true for a step without a task. */
  done: boolean;
}

/** Details of the events, by name. They do not bubble. */
export interface FigureEvents {
  /** The machine of the scenario is there. */
  ready: { version: string };
  /** A line was executed, by the scenario, the reader or a program. */
  step: StepText;
  /** The machine, or whether it plays, is another than before. At most 20 a second. */
  change: MachineState;
  error: Problem;
  guide: GuideState;
}

/** The methods of the element. Each loads the figure if it is not there yet, and rejects with an Error that says what is wrong. */
export interface FigureApi {
  /** One or more lines of the scenario language, executed at once. */
  run(lines: string): Promise<RunAnswer>;
  seek(to: SeekTo): Promise<void>;
  play(): Promise<void>;
  pause(): Promise<void>;
  /** The machine stays as it is. */
  observe(): Promise<Observation>;
  /** Check lists of the fault handler and the daemons for a page: `app.heap[3]`, or the one that is selected. */
  why(page?: string | PageRef): Promise<readonly CheckListView[]>;
  /** Selects a page and brings it into view; null lets go. */
  select(page: string | PageRef | null): Promise<void>;
  /** Reads a setting, or writes it first; by its file's name, or as much of its path as makes it the only one. */
  tunable(name: string, value?: string | number): Promise<string>;
  /** Opens a run as a link of the page holds it: what follows its `#`. */
  open(link: string): Promise<void>;
}
