/** Pages that differ between two machines: which, and how they are marked. */

/** Pages of one region that differ, as runs: first page and end. */
export type Runs = readonly (readonly [number, number])[];

/** Where two lists of class letters differ; the rest of the longer one does. */
export function differingRuns(a: Uint8Array, b: Uint8Array): Runs {
  const runs: [number, number][] = [];
  const most = Math.max(a.length, b.length);
  for (let page = 0; page < most; page += 1) {
    if (a[page] === b[page]) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === page) last[1] = page + 1;
    else runs.push([page, page + 1]);
  }
  return runs;
}

export function pagesOfRuns(runs: Runs): number {
  return runs.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The part of the runs that lies in [from, to). */
export function runsWithin(runs: Runs, from: number, to: number): Runs {
  return runs.flatMap(([start, end]) => (end <= from || start >= to ? [] : [[Math.max(start, from), Math.min(end, to)] as const]));
}
