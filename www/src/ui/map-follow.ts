/** Which daemon's place the map scrolls to while it plays. */
import type { Place } from '../canvas/geometry.ts';
import { placeOfPage } from '../canvas/lanes.ts';
import { samePage } from '../state/apply.ts';
import type { DaemonName, PageRef } from '../engine/protocol.ts';
import type { Context } from './context.ts';
import type { Drawn } from './map-stage.ts';

const DAEMONS: readonly DaemonName[] = ['khugepaged', 'ksmd'];
/** While the followed daemon moves, the other one is not followed; two would make the map jump. */
const STAY_MS = 1500;

export class DaemonFollower {
  readonly #context: Context;
  readonly #last: Record<DaemonName, PageRef | null> = { khugepaged: null, ksmd: null };
  #followed: DaemonName | null = null;
  #movedAt = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** A place to bring into view, or null. */
  next({ lanes }: Drawn): Place | null {
    const { machine, follow, view } = this.#context.session.state;
    if (machine === null) return null;
    const moved = DAEMONS.filter((daemon) => {
      const { at } = machine[daemon];
      const differs = !samePage(at, this.#last[daemon]);
      this.#last[daemon] = at;
      return differs && at !== null;
    });
    if (!follow || view !== 'spaces' || !machine.playing || moved.length === 0) return null;
    const now = performance.now();
    const keep = this.#followed !== null && (moved.includes(this.#followed) || now - this.#movedAt < STAY_MS);
    if (!keep) this.#followed = moved[0] ?? null;
    if (this.#followed === null || !moved.includes(this.#followed)) return null;
    this.#movedAt = now;
    const { at } = machine[this.#followed];
    return at === null ? null : placeOfPage(lanes, at);
  }
}
