/** The scenarios that come with the page. Their titles are in the locale files, under the same names. */
import rssClimb from './rss-climb.mm?raw';
import vmFleet from './vm-fleet.mm?raw';

export type ScenarioId = 'rss-climb' | 'vm-fleet';

export interface Shipped {
  id: ScenarioId;
  script: string;
  /** Virtual seconds a real second at which it is best watched. */
  speed: number;
  /** CSS pixels a cell, so that most of it is in view. */
  cell: number;
  /** The group of tunables that it is about. */
  tunables: 'khugepaged' | 'ksm';
}

export const SCENARIOS: readonly Shipped[] = [
  { id: 'rss-climb', script: rssClimb, speed: 100, cell: 2, tunables: 'khugepaged' },
  { id: 'vm-fleet', script: vmFleet, speed: 1, cell: 2, tunables: 'ksm' },
];

/** What the page opens on. */
export const FIRST: Shipped = SCENARIOS[0] as Shipped;
