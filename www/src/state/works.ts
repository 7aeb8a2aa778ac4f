/**
 * What the browser keeps of a reader's work: the run as it is, saved while they work, and runs put aside.
 *
 * Bounded: the oldest run that was put aside goes when there are too many or they are too long. Storage that is
 * missing, full or forbidden keeps nothing, and says nothing.
 */
import { readWork } from './share.ts';
import type { Work } from './share.ts';

export interface KeptRun {
  /** Ever new, for lists. */
  serial: number;
  label: string;
  work: Work;
}

export interface Works {
  current: Work | null;
  kept: readonly KeptRun[];
}

export const NO_WORKS: Works = { current: null, kept: [] };
export const MAX_KEPT = 10;
/** Characters of all scripts; storages hold about 5 million. */
const MAX_CHARACTERS = 2_000_000;
const KEY = 'mm-playground.works';

/** The browser's, null where it is forbidden. */
export function storage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** With the newest run added and as many of the others as there is room for. */
export function keepRun(works: Works, label: string, work: Work): Works {
  const serial = Math.max(0, ...works.kept.map((run) => run.serial)) + 1;
  const same = ({ work: other }: KeptRun): boolean => other.script === work.script && other.id === work.id && other.lines === work.lines;
  return { ...works, kept: fitting([{ serial, label, work }, ...works.kept.filter((run) => !same(run))]) };
}

function fitting(runs: readonly KeptRun[]): KeptRun[] {
  let left = MAX_CHARACTERS;
  return runs.slice(0, MAX_KEPT).filter(({ work }) => {
    left -= work.script.length;
    return left >= 0;
  });
}

export function loadWorks(store: Storage | null = storage()): Works {
  try {
    const { current, kept } = JSON.parse(store?.getItem(KEY) ?? 'null') as { current: unknown; kept: { label: unknown; work: unknown }[] };
    const runs = kept.map(({ label, work }, i): KeptRun => ({ serial: kept.length - i, label: String(label), work: readWork(work) }));
    return { current: current === null ? null : readWork(current), kept: fitting(runs) };
  } catch {
    return NO_WORKS;
  }
}

export function saveWorks({ current, kept }: Works, store: Storage | null = storage()): void {
  try {
    // Infinity is no number of JSON; 0 stands for it, as in links.
    const plain = (work: Work): Work => ({ ...work, speed: Number.isFinite(work.speed) ? work.speed : 0 });
    const runs = kept.map(({ label, work }) => ({ label, work: plain(work) }));
    store?.setItem(KEY, JSON.stringify({ current: current === null ? null : plain(current), kept: runs }));
  } catch {
    // Full or forbidden: the work lasts as long as the tab.
  }
}
