/** A guided figure: steps that a reader goes through, each with words, lines that are run, what to look at, and a task that checks itself. */
import type { PageSpan } from '../state/state.ts';
import type { Check } from './check.ts';

export interface Task {
  /** Markdown. */
  text: string;
  check: Check;
  /** Markdown; '' for none. */
  hint: string;
}

export interface GuideStep {
  title: string;
  /** Markdown. */
  caption: string;
  /** Run when the step begins; '' for none. */
  lines: string;
  highlight: PageSpan | null;
  task: Task | null;
}

export interface Guide {
  title: string;
  /** A shipped scenario to begin from, or null for `script`. */
  scenario: string | null;
  /** Played to its end before the first step. */
  script: string;
  steps: readonly GuideStep[];
}

/** How far a reader is in a guide; outlives the views. */
export interface GuideRun {
  /** The step that is shown, -1 before the first. */
  at: number;
  /** Where the timeline stood when each step began: going back goes there. */
  begins: number[];
  /** Steps whose task is done. */
  done: Set<number>;
}

export function newRun(): GuideRun {
  return { at: -1, begins: [], done: new Set() };
}

/** Bounds of a guide. */
export const MAX_GUIDE_CHARACTERS = 200_000;
export const MAX_STEPS = 100;
