/**
 * The scenarios that come with the page, each loaded when it is opened. Their titles and stories are in the locale
 * files, under the same names.
 */
export type ScenarioId = 'rss-climb' | 'vm-fleet';

export interface Shipped {
  id: ScenarioId;
  /** Virtual seconds a real second at which it is best watched. */
  speed: number;
  /** CSS pixels a cell, so that most of it is in view. */
  cell: number;
  /** The group of tunables that it is about. */
  tunables: 'khugepaged' | 'ksm';
  /** Lines to try while it runs, with words of the locale in the same order. */
  tries: readonly string[];
  /** What to compare at first, and how long to run it. */
  sweep: { path: string; values: string; seconds: number };
  load(): Promise<{ default: string }>;
}

const KHUGEPAGED = '/sys/kernel/mm/transparent_hugepage/khugepaged';

export const SCENARIOS: readonly Shipped[] = [
  {
    id: 'rss-climb', speed: 100, cell: 2, tunables: 'khugepaged',
    tries: [`echo 0 > ${KHUGEPAGED}/max_ptes_none`, `echo 100 > ${KHUGEPAGED}/scan_sleep_millisecs`, 'redis madvise heap nohugepage'],
    sweep: { path: `${KHUGEPAGED}/max_ptes_none`, values: '0, 255, 496, 511', seconds: 900 },
    load: () => import('./rss-climb.mm?raw'),
  },
  {
    id: 'vm-fleet', speed: 1, cell: 2, tunables: 'ksm',
    tries: ['echo 4000 > /sys/kernel/mm/ksm/pages_to_scan', 'echo 2 > /sys/kernel/mm/ksm/run', 'guest1 fork guest9'],
    sweep: { path: '/sys/kernel/mm/ksm/pages_to_scan', values: '100, 400, 1000, 4000', seconds: 12 },
    load: () => import('./vm-fleet.mm?raw'),
  },
];

/** What the page opens on. */
export const FIRST: Shipped = SCENARIOS[0] as Shipped;

export function shippedById(id: string | null): Shipped | undefined {
  return SCENARIOS.find((shipped) => shipped.id === id);
}
