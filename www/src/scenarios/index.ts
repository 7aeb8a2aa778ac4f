/**
 * The scenarios that come with the page. Each is a script NAME.mm and its words NAME.ts, fetched when it is opened;
 * titles and one-line descriptions for the menu are in the locale files, under the same names.
 */
import type { Story } from './story.ts';

export type ScenarioId =
  | 'rss-climb' | 'khugepaged-reach' | 'misaligned-heap' | 'fault-lab' | 'redis-fork' | 'partial-free' | 'mthp-sizes' | 'defrag-modes'
  | 'vm-fleet' | 'smart-scan' | 'ksm-nothing' | 'zero-pages'
  | 'hugetlb-sigbus' | 'tmpfs-huge';

/** What a scenario is about, as the menu groups them. */
export type Subject = 'khugepaged' | 'thp' | 'ksm' | 'other';

export interface Shipped {
  id: ScenarioId;
  subject: Subject;
  /** Virtual seconds a real second at which it is best watched. */
  speed: number;
  /** CSS pixels a cell, so that most of it is in view. */
  cell: number;
  /** The group of tunables that it is about. */
  tunables: string;
  /** What to compare at first, and how long to run it. */
  sweep: { path: string; values: string; seconds: number };
  load(): Promise<{ default: string }>;
  story(): Promise<{ story: Story }>;
}

const KHUGEPAGED = '/sys/kernel/mm/transparent_hugepage/khugepaged';
const ENABLED = { path: '/sys/kernel/mm/transparent_hugepage/enabled', values: 'never, madvise, always' };
const KSM = '/sys/kernel/mm/ksm';

/** In the order of the menu. */
export const SCENARIOS: readonly Shipped[] = [
  {
    id: 'rss-climb', subject: 'khugepaged', speed: 100, cell: 2, tunables: 'khugepaged',
    sweep: { path: `${KHUGEPAGED}/max_ptes_none`, values: '0, 255, 496, 511', seconds: 900 },
    load: () => import('./rss-climb.mm?raw'), story: () => import('./rss-climb.ts'),
  },
  {
    id: 'khugepaged-reach', subject: 'khugepaged', speed: 60, cell: 2, tunables: 'khugepaged',
    sweep: { path: `${KHUGEPAGED}/pages_to_scan`, values: '512, 4096, 16384, 65536', seconds: 300 },
    load: () => import('./khugepaged-reach.mm?raw'), story: () => import('./khugepaged-reach.ts'),
  },
  {
    id: 'fault-lab', subject: 'thp', speed: 1, cell: 4, tunables: 'transparent_hugepage',
    sweep: { ...ENABLED, seconds: 12 },
    load: () => import('./fault-lab.mm?raw'), story: () => import('./fault-lab.ts'),
  },
  {
    id: 'misaligned-heap', subject: 'thp', speed: 5, cell: 4, tunables: 'transparent_hugepage',
    sweep: { ...ENABLED, seconds: 60 },
    load: () => import('./misaligned-heap.mm?raw'), story: () => import('./misaligned-heap.ts'),
  },
  {
    id: 'redis-fork', subject: 'thp', speed: 2, cell: 2, tunables: 'transparent_hugepage',
    sweep: { ...ENABLED, seconds: 14 },
    load: () => import('./redis-fork.mm?raw'), story: () => import('./redis-fork.ts'),
  },
  {
    id: 'partial-free', subject: 'thp', speed: 3, cell: 3, tunables: 'transparent_hugepage',
    sweep: { ...ENABLED, seconds: 27 },
    load: () => import('./partial-free.mm?raw'), story: () => import('./partial-free.ts'),
  },
  {
    id: 'mthp-sizes', subject: 'thp', speed: 1, cell: 6, tunables: 'transparent_hugepage',
    sweep: { ...ENABLED, seconds: 20 },
    load: () => import('./mthp-sizes.mm?raw'), story: () => import('./mthp-sizes.ts'),
  },
  {
    id: 'defrag-modes', subject: 'thp', speed: 2, cell: 3, tunables: 'transparent_hugepage',
    sweep: { path: '/sys/kernel/mm/transparent_hugepage/defrag', values: 'always, defer, defer+madvise, madvise, never', seconds: 20 },
    load: () => import('./defrag-modes.mm?raw'), story: () => import('./defrag-modes.ts'),
  },
  {
    id: 'vm-fleet', subject: 'ksm', speed: 1, cell: 2, tunables: 'ksm',
    sweep: { path: `${KSM}/pages_to_scan`, values: '100, 400, 1000, 4000', seconds: 12 },
    load: () => import('./vm-fleet.mm?raw'), story: () => import('./vm-fleet.ts'),
  },
  {
    id: 'ksm-nothing', subject: 'ksm', speed: 1, cell: 3, tunables: 'ksm',
    sweep: { path: `${KSM}/pages_to_scan`, values: '100, 500, 2000', seconds: 10 },
    load: () => import('./ksm-nothing.mm?raw'), story: () => import('./ksm-nothing.ts'),
  },
  {
    id: 'smart-scan', subject: 'ksm', speed: 1, cell: 2, tunables: 'ksm',
    sweep: { path: `${KSM}/smart_scan`, values: '0, 1', seconds: 10 },
    load: () => import('./smart-scan.mm?raw'), story: () => import('./smart-scan.ts'),
  },
  {
    id: 'zero-pages', subject: 'ksm', speed: 1, cell: 4, tunables: 'ksm',
    sweep: { path: `${KHUGEPAGED}/max_ptes_none`, values: '0, 256, 511', seconds: 30 },
    load: () => import('./zero-pages.mm?raw'), story: () => import('./zero-pages.ts'),
  },
  {
    id: 'hugetlb-sigbus', subject: 'other', speed: 1, cell: 4, tunables: 'vm',
    sweep: { path: '/proc/sys/vm/nr_overcommit_hugepages', values: '0, 4', seconds: 10 },
    load: () => import('./hugetlb-sigbus.mm?raw'), story: () => import('./hugetlb-sigbus.ts'),
  },
  {
    id: 'tmpfs-huge', subject: 'other', speed: 4, cell: 3, tunables: 'transparent_hugepage',
    sweep: { path: '/sys/kernel/mm/transparent_hugepage/shmem_enabled', values: 'never, advise, within_size, always', seconds: 9 },
    load: () => import('./tmpfs-huge.mm?raw'), story: () => import('./tmpfs-huge.ts'),
  },
];

/** What the page opens on. */
export const FIRST: Shipped = SCENARIOS[0] as Shipped;

export function shippedById(id: string | null): Shipped | undefined {
  return SCENARIOS.find((shipped) => shipped.id === id);
}
