/** Notices of the worker become changes of the state. Pure, so that they can be tested without a worker. */
import type { Notice, PageRef, ProcessView, Snapshot } from '../engine/protocol.ts';
import { playedTexts, print } from './console.ts';
import type { ConsoleText } from './console.ts';
import { appendEvents } from './events.ts';
import { appendSeries } from './series.ts';
import type { Crash, State } from './state.ts';

/** @param skipped words for lines that were played but are not shown, given their number */
export function applyNotice(state: State, notice: Notice, skipped: (n: number) => string): Partial<State> {
  switch (notice.op) {
    case 'ready':
      return { tunables: notice.tunables, tunableValues: notice.tunables.map((t) => t.default), engineVersion: notice.version };
    case 'snapshot':
      return applySnapshot(state, notice.snapshot, skipped);
    case 'progress':
      return { progress: notice.done < notice.total ? { done: notice.done, total: notice.total } : null };
    case 'crash': {
      const crash: Crash = { report: notice.report, lostLines: notice.lostLines, fatal: false };
      return { dialog: { kind: 'crash', crash }, progress: null };
    }
  }
}

function applySnapshot(state: State, snapshot: Snapshot, skipped: (n: number) => string): Partial<State> {
  const { marks, events, eventsReset, played, droppedPlayed, series, seriesReset, tunables, ...machine } = snapshot;
  const texts: ConsoleText[] = played.flatMap(playedTexts);
  if (droppedPlayed > 0) texts.unshift({ kind: 'note', text: skipped(droppedPlayed) });
  return {
    machine,
    speed: snapshot.speed,
    marks: marks ?? state.marks,
    events: appendEvents(state.events, events, snapshot.droppedEvents, eventsReset),
    series: appendSeries(state.series, series, seriesReset),
    tunableValues: tunables ?? state.tunableValues,
    console: print(state.console, texts),
    ...dropGone(state, snapshot.processes),
  };
}

/** A selection whose region is gone goes too. */
function dropGone(state: State, processes: readonly ProcessView[]): Partial<State> {
  const change: Partial<State> = {};
  if (state.selected !== null && !exists(processes, state.selected)) {
    change.selected = null;
    change.frame = null;
    change.inspected = null;
  }
  if (state.hovered !== null && !exists(processes, state.hovered)) change.hovered = null;
  const item = state.treeItem;
  const process = processes.find((p) => p.name === item?.process);
  if (item !== null && (process === undefined || (item.region !== null && !process.regions.some((r) => r.name === item.region)))) {
    change.treeItem = process === undefined ? null : { process: process.name, region: null };
  }
  return change;
}

export function exists(processes: readonly ProcessView[], page: PageRef): boolean {
  const region = processes.find((p) => p.name === page.process)?.regions.find((r) => r.name === page.region);
  return region !== undefined && page.index < region.pages;
}

/** How a page looks at a machine that is new to it. */
export const NOTHING_LOOKED_AT: Partial<State> = { selected: null, frame: null, hovered: null, inspected: null, past: null, follow: true };

export function samePage(a: PageRef | null, b: PageRef | null): boolean {
  if (a === null || b === null) return a === b;
  return a.index === b.index && a.region === b.region && a.process === b.process;
}
