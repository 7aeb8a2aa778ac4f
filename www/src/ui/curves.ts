/** What the charts can show: columns of the series after the time, and how they look. */
import { count, kib } from '../format.ts';
import type { Columns } from '../state/series.ts';

/** The colour is that of the page state where there is one. `unit` names the scale. */
export const CURVES = [
  { name: 'rss', colour: '--anon', unit: 'kib' },
  { name: 'anonHuge', colour: '--thp', unit: 'kib' },
  { name: 'free', colour: '--muted', unit: 'kib' },
  { name: 'pagesSharing', colour: '--ksm', unit: 'count' },
  { name: 'pagesShared', colour: '--curve-1', unit: 'count' },
  { name: 'pagesUnshared', colour: '--curve-2', unit: 'count' },
  { name: 'pagesScanned', colour: '--curve-3', unit: 'count' },
  { name: 'pagesCollapsed', colour: '--curve-4', unit: 'count' },
  { name: 'swap', colour: '--swap', unit: 'kib' },
  { name: 'pgfault', colour: '--curve-5', unit: 'count' },
  { name: 'thpFaultAlloc', colour: '--curve-1', unit: 'count' },
  { name: 'khugepagedCpu', colour: '--curve-2', unit: 'percent' },
  { name: 'ksmdCpu', colour: '--curve-3', unit: 'percent' },
] as const;

export type CurveName = (typeof CURVES)[number]['name'];

/** These always have their key; the others get one when they are chosen. */
export const USUAL: readonly CurveName[] = ['rss', 'anonHuge', 'free', 'pagesSharing'];

/** More than this times the other curve would flatten it to a line on the floor. */
const SCALE_RATIO = 4;

const top = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

export function fitsBeside(curve: readonly number[], other: readonly number[]): boolean {
  return top(curve) <= SCALE_RATIO * top(other);
}

/** Curves worth a reader's eye before they choose: free memory must not flatten RSS, and nothing merged is no curve. */
export function usualCurves([, rss = [], , free = [], sharing = []]: Columns): CurveName[] {
  return USUAL.filter((name) => (name === 'free' ? fitsBeside(free, rss) : name !== 'pagesSharing' || top(sharing) > 0));
}

/** `12 %`, `0.3 %` */
export function percent(value: number): string {
  return `${value > 0 && value < 10 ? +value.toFixed(1) : Math.round(value)} %`;
}

export function curveText(name: CurveName, value: number): string {
  const unit = CURVES.find((curve) => curve.name === name)?.unit;
  return unit === 'kib' ? kib(value) : unit === 'percent' ? percent(value) : count(value);
}

/** The whole series as a table: seconds, then KiB or counts. */
export function csvOf(columns: Columns): string {
  const head = ['time_s', ...CURVES.map(({ name, unit }) => (unit === 'kib' ? `${name}_kb` : unit === 'percent' ? `${name}_percent` : name))];
  const [times = [], ...rest] = columns;
  return [head.join(','), ...times.map((ns, row) => [ns / 1e9, ...rest.map((column) => column[row] ?? 0)].join(','))].join('\n') + '\n';
}
