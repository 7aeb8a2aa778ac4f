/** Regions or zones as lanes of the grid, and pages as places on it. */
import type { CellView, PageRef, ProcessView, RegionView, ViewName, ZoneView } from '../engine/protocol.ts';
import type { Machine } from '../state/state.ts';
import type { Lane, Place } from './geometry.ts';

export interface RegionLane extends Lane {
  kind: 'region';
  process: ProcessView;
  region: RegionView;
}

export interface ZoneLane extends Lane {
  kind: 'zone';
  zone: ZoneView;
}

/** The view of cells that is shown; the others leave the map behind them as it was. */
export function cellView(view: ViewName): CellView {
  return view === 'memory' ? 'memory' : 'spaces';
}

export function isCellView(view: ViewName): view is CellView {
  return view === 'spaces' || view === 'memory';
}

export type NamedLane = RegionLane | ZoneLane;

export function lanesOf({ processes, zones }: Pick<Machine, 'processes' | 'zones'>, view: ViewName): NamedLane[] {
  if (view === 'memory') {
    return zones.map((zone) => ({ kind: 'zone', zone, start: zone.startPfn, length: zone.frames, top: zone.top, height: zone.height }));
  }
  if (view !== 'spaces') return [];
  return processes.flatMap((process) =>
    process.regions.map((region): RegionLane => ({ kind: 'region', process, region, start: region.startPage, length: region.pages, top: region.top, height: region.height })));
}

export function placeOfPage(lanes: readonly NamedLane[], page: PageRef): Place | null {
  const lane = lanes.findIndex((l) => l.kind === 'region' && l.process.name === page.process && l.region.name === page.region);
  return lane >= 0 && page.index < (lanes[lane] as NamedLane).length ? { lane, index: page.index } : null;
}

export function placeOfFrame(lanes: readonly NamedLane[], frame: number): Place | null {
  const lane = lanes.findIndex((l) => l.kind === 'zone' && frame >= l.start && frame < l.start + l.length);
  return lane >= 0 ? { lane, index: frame - (lanes[lane] as NamedLane).start } : null;
}

/** The page at a place of the address-space view. */
export function pageAt(lanes: readonly NamedLane[], place: Place): PageRef | null {
  const lane = lanes[place.lane];
  return lane?.kind === 'region' ? { process: lane.process.name, region: lane.region.name, index: place.index } : null;
}
