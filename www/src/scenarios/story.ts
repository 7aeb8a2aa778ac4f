/** What a scenario tells, in every language of the page. */
import type { LocaleName } from '../state/preferences.ts';

export interface StoryWords {
  /** What happens and why; what to look at and what to change. */
  paragraphs: readonly [string, string];
  /** Names of `tries`, in their order. */
  tries: readonly string[];
}

export type Story = Readonly<Record<LocaleName, StoryWords>> & {
  /** Lines to run while it plays. */
  readonly tries: readonly string[];
};
