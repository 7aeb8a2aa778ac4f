/** A region as rows of its 2 MiB ranges: how many pages of each state, for those who do not see the map. */

const RANGE = 512;

export interface RangeRow {
  /** First page, from the region's start. */
  first: number;
  pages: number;
  /** Class letters and how many pages have them, most first. */
  states: readonly (readonly [letter: string, count: number])[];
}

/**
 * @param letters one class letter a page
 * @param first page of the region that the letters begin with, @param start page number of the region's first page
 */
export function rangeRows(letters: Uint8Array, first: number, start: number): RangeRow[] {
  const rows: RangeRow[] = [];
  for (let at = 0; at < letters.length;) {
    const length = Math.min(letters.length - at, RANGE - ((start + first + at) % RANGE));
    const counts = new Map<string, number>();
    for (const byte of letters.subarray(at, at + length)) {
      const letter = String.fromCharCode(byte);
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    rows.push({ first: first + at, pages: length, states: [...counts].sort((a, b) => b[1] - a[1]) });
    at += length;
  }
  return rows;
}
