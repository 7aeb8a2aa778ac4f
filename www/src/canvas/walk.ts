/** A page walk as the engine tells it, and what the TLB would have to hold. */

export const TABLE_ENTRIES = 512;
/** Numbers before the letters of a step. */
const HEAD = 5;

const PRESENT = 1;
const HUGE = 1 << 7;
/** Bits of an entry that are flags, as the inspector names them. */
const FLAGS = [[1, 'rw'], [5, 'young'], [6, 'dirty'], [7, 'PS'], [8, 'protnone'], [9, 'special'], [10, 'uffd_wp']] as const;
/** Entries that are not present, by their kind. */
const KINDS = ['', 'swap', 'guard', 'migration', 'poison', 'uffd_wp'];

export interface WalkStep {
  /** 3 the PGD, 2 PUD, 1 PMD, 0 the page table. */
  level: number;
  /** Frame of the table. */
  table: number;
  index: number;
  present: boolean;
  huge: boolean;
  /** Frame that the entry names; of one that is not present its value. */
  frame: number;
  /** `rw`, `young`, ...; of one that is not present its kind, or nothing. */
  flags: string[];
  /** The 64 bits as hex digits. */
  raw: string;
  /** Class letters of all entries: `.` empty, `p` a lower table. */
  letters: string;
}

export interface WalkView {
  /** Present translations of the process, of 4 KiB and of 2 MiB. */
  small: number;
  huge: number;
  /** Number of the page. */
  page: number;
  steps: WalkStep[];
}

export function readWalk(rows: Float64Array): WalkView | null {
  const [small = 0, huge = 0, page] = rows;
  if (page === undefined) return null;
  const steps: WalkStep[] = [];
  for (let at = 3; at + HEAD <= rows.length; at += HEAD + TABLE_ENTRIES) {
    const [level = 0, table = 0, index = 0, low = 0, high = 0] = rows.subarray(at, at + HEAD);
    const letters = String.fromCharCode(...rows.subarray(at + HEAD, at + HEAD + TABLE_ENTRIES));
    const present = (low & PRESENT) !== 0;
    steps.push({
      level, table, index, letters, present,
      huge: present && (low & HUGE) !== 0,
      frame: (high & 0xff) * 2 ** 20 + Math.floor(low / 4096),
      flags: present ? FLAGS.filter(([bit]) => (low >> bit & 1) === 1).map(([, word]) => word) : [KINDS[low >> 1 & 7] ?? ''].filter((word) => word !== ''),
      raw: high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0'),
    });
  }
  return { small, huge, page, steps };
}

/** Pages that an entry of a level covers. */
export function pagesOf(level: number): number {
  return TABLE_ENTRIES ** level;
}

/** First page that entry `index` covers in the table that the walk for `page` reads at a level. */
export function firstPage(page: number, level: number, index: number): number {
  const table = pagesOf(level + 1);
  return Math.floor(page / table) * table + index * pagesOf(level);
}

/** Pages that `entries` translations reach when the largest come first. */
export function reach(small: number, huge: number, entries: number): number {
  const large = Math.min(huge, entries);
  return large * TABLE_ENTRIES + Math.min(small, entries - large);
}
