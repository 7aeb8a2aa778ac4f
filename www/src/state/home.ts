/** Where a session lives: in the page of its own, or in a figure of somebody else's page. */
import type { Notice, StepText } from '../engine/protocol.ts';

export interface Home {
  /** What a link holds of a run, '' for none. */
  link?: string;
  /** Of a figure in somebody else's page: it begins with nothing, keeps nothing in the browser, and tells what happens. */
  figure?: { told(notice: Notice): void; ran(steps: readonly StepText[]): void };
}
