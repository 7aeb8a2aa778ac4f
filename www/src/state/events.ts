/** The event log the page keeps, and its filter. */
import type { EventView } from '../engine/protocol.ts';

/** Events kept for scrolling back; the engine's own ring is larger. */
export const MAX_EVENTS = 5000;

export interface EventLog {
  events: readonly EventView[];
  /** Older events that are no longer here. */
  dropped: number;
}

export const EMPTY_EVENTS: EventLog = { events: [], dropped: 0 };

export function appendEvents(log: EventLog, added: readonly EventView[], droppedByEngine: number, reset: boolean): EventLog {
  if (!reset && added.length === 0 && droppedByEngine === 0) return log;
  const all = reset ? [...added] : [...log.events, ...added];
  const over = Math.max(0, all.length - MAX_EVENTS);
  return { events: over > 0 ? all.slice(over) : all, dropped: (reset ? 0 : log.dropped) + droppedByEngine + over };
}

/** '' lets everything through. */
export interface EventFilter {
  who: string;
  kind: string;
  reason: string;
}

export const NO_FILTER: EventFilter = { who: '', kind: '', reason: '' };

export function passes(event: EventView, filter: EventFilter): boolean {
  return (
    (filter.who === '' || event.who === filter.who) &&
    (filter.kind === '' || event.kind === filter.kind) &&
    (filter.reason === '' || event.reason === filter.reason)
  );
}

/** Values that occur, sorted, for the filter's menus. */
export function filterChoices(events: readonly EventView[], key: keyof EventFilter): string[] {
  const values = new Set<string>();
  for (const event of events) if (event[key] !== '') values.add(event[key]);
  return [...values].sort();
}
