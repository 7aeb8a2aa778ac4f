/** Samples for the charts: columns over virtual time, thinned when there are too many. */
import { SERIES } from '../engine/protocol.ts';

/** Rows kept; one more halves the older ones, so that the whole run stays in view. */
export const MAX_ROWS = 4000;

/** Columns in the order of SERIES, all of one length. */
export type Columns = readonly (readonly number[])[];

export const EMPTY_SERIES: Columns = SERIES.map(() => []);

/** @param rows flat, `SERIES.length` numbers a row; a rest that is not a whole row is left out */
export function appendSeries(columns: Columns, rows: Float64Array, reset: boolean): Columns {
  const width = SERIES.length;
  const added = Math.floor(rows.length / width);
  if (added === 0) return reset ? EMPTY_SERIES : columns;
  const next = (reset ? EMPTY_SERIES : columns).map((column) => [...column]);
  for (let row = 0; row < added; row += 1) {
    next.forEach((column, c) => column.push(rows[row * width + c] ?? 0));
  }
  return (next[0]?.length ?? 0) > MAX_ROWS ? next.map(thin) : next;
}

/** Every second sample, and always the newest. */
function thin(column: readonly number[]): number[] {
  return column.filter((_, i) => (column.length - 1 - i) % 2 === 0);
}
