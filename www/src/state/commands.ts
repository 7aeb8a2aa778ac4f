/**
 * Clicks as lines of the scenario language: what a button does is what a person could have typed.
 */
import type { PageRef, ProcessView, RegionView, Tunable } from '../engine/protocol.ts';

/** What `madvise` offers in the page, in the order of the menu. */
export const ADVICE = [
  'hugepage', 'nohugepage', 'mergeable', 'unmergeable', 'dontneed', 'free', 'cold', 'pageout', 'collapse',
] as const;
export type Advice = (typeof ADVICE)[number];

/** Contents that `write` can give; each with the option it becomes. */
export const CONTENTS = ['byte=1', 'seed=1', 'fill=0x41', 'idx', 'zero'] as const;

/** Pages from a region's start, half open. */
export interface PageRange {
  start: number;
  end: number;
}

/** `heap`, `heap[3107]` or `heap[0..512]`, the shortest that says it. */
export function rangeText(region: { name: string; pages: number }, range: PageRange): string {
  if (range.start <= 0 && range.end >= region.pages) return region.name;
  if (range.end === range.start + 1) return `${region.name}[${range.start}]`;
  return `${region.name}[${range.start}..${range.end}]`;
}

/** A write as `max_ptes_none 255`: the path would fill the line. */
export function shortLine(line: string): string {
  return line.replace(/^echo (.+) > .*\/([^/]+)$/, '$2 $1');
}

/** Whether a line leaves the machine as it is. */
export function looksOnly(line: string): boolean {
  return /^\s*(?:(?:cat|ls|why|help)\b|#|$)/.test(line);
}

export function procLine(name: string): string {
  return `proc ${name}`;
}

export interface MapOptions {
  name: string;
  size: string;
  prot: 'rw' | 'r' | 'none';
  shared: boolean;
  populate: boolean;
}

export function mapLine(process: string, { name, size, prot, shared, populate }: MapOptions): string {
  const words = [process, 'mmap', name, size];
  if (shared) words.push('shared');
  if (populate) words.push('populate');
  if (prot !== 'rw') words.push(`prot=${prot}`);
  return words.join(' ');
}

export function writeLine(process: string, target: string, contents: string): string {
  return contents === 'byte=1' ? `${process} write ${target}` : `${process} write ${target} ${contents}`;
}

export function readLine(process: string, target: string): string {
  return `${process} read ${target}`;
}

export function adviseLine(process: string, target: string, advice: Advice): string {
  return `${process} madvise ${target} ${advice}`;
}

export function unmapLine(process: string, target: string): string {
  return `${process} munmap ${target}`;
}

export function forkLine(process: string, child: string): string {
  return `${process} fork ${child}`;
}

export function exitLine(process: string): string {
  return `${process} exit`;
}

export function echoLine(path: string, value: string): string {
  return `echo ${value} > ${path}`;
}

export function whyLine(page: PageRef): string {
  return `why ${page.process}.${page.region}[${page.index}]`;
}

/** `p1`, `p2`, ...: the first that no process has. */
export function freeProcessName(processes: readonly ProcessView[]): string {
  const taken = new Set(processes.map((p) => p.name));
  for (let i = 1; ; i += 1) if (!taken.has(`p${i}`)) return `p${i}`;
}

/** `a`, `b`, ... `z`, `a1`, ...: the first that the process has not mapped. */
export function freeRegionName(regions: readonly RegionView[]): string {
  const taken = new Set(regions.map((r) => r.name));
  for (let round = 0; ; round += 1) {
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      const name = round === 0 ? letter : `${letter}${round}`;
      if (!taken.has(name)) return name;
    }
  }
}

/** The control that fits a tunable's values. */
export type TunableControl = 'choice' | 'toggle' | 'slider' | 'log-slider' | 'text';

/** Above this many values a linear slider cannot be aimed, and the scale is logarithmic. */
const LINEAR_VALUES = 1024;

/** Up to this many values are offered by name. */
const FEW_VALUES = 4;

/** The values of a tunable that has few of them, else null. */
export function tunableChoices({ choices, min, max }: Tunable): readonly string[] | null {
  if (choices !== null || min === null || max === null || max - min >= FEW_VALUES) return choices;
  return Array.from({ length: max - min + 1 }, (_, i) => String(min + i));
}

export function tunableControl(tunable: Tunable): TunableControl {
  const { choices, min, max, default: initial } = tunable;
  if (choices !== null) return 'choice';
  if (min === 0 && max === 1) return 'toggle';
  if (!/^\d+$/.test(initial)) return 'text';
  if (tunableChoices(tunable) !== null) return 'choice';
  if (max !== null && max - (min ?? 0) <= LINEAR_VALUES) return 'slider';
  return 'log-slider';
}

/** Largest value of a logarithmic slider; the number beside it goes on to the file's own limit. */
export function logSliderMax({ max, default: initial }: Tunable): number {
  const reach = Math.max(Number(initial) * 100, 10_000);
  return max === null ? reach : Math.min(reach, max);
}

/** Slider steps of a logarithmic scale. */
export const LOG_STEPS = 200;

/** Value at a slider step, with two significant digits so that it reads as chosen. */
export function logValue(step: number, max: number): number {
  if (step <= 0) return 0;
  const raw = Math.exp((Math.log(max) * step) / LOG_STEPS);
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(raw)) - 1);
  return Math.min(max, Math.round(raw / scale) * scale);
}

export function logStep(value: number, max: number): number {
  if (value <= 0) return 0;
  return Math.max(1, Math.min(LOG_STEPS, Math.round((Math.log(value) / Math.log(max)) * LOG_STEPS)));
}
