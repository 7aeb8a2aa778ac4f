/** The chart as SVG: curves over virtual time, each unit with a scale of its own, and the legend. */
import { axisClock, kib } from '../format.ts';
import type { Columns } from '../state/series.ts';
import { CURVES, curveText } from './curves.ts';

const [WIDTH, HEIGHT] = [860, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 64, 40, 32];
const TICKS = 4;

export interface Shown {
  name: (typeof CURVES)[number]['name'];
  text: string;
  colour: string;
}

/** @param ink colours of lines and words, and of the ground */
export function chartSvg([times = [], ...columns]: Columns, curves: readonly Shown[], ink: { ground: string; line: string; words: string }): string {
  const end = Math.max(1, times.at(-1) ?? 1);
  const [wide, high] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
  const unitOf = (name: Shown['name']): string => CURVES.find((curve) => curve.name === name)?.unit ?? 'count';
  const column = (name: Shown['name']): readonly number[] => columns[CURVES.findIndex((curve) => curve.name === name)] ?? [];
  const top = (unit: string): number => curves.filter(({ name }) => unitOf(name) === unit)
    .reduce((most, { name }) => column(name).reduce((a, b) => Math.max(a, b), most), 1) * 1.06;
  const units = [...new Set(curves.map(({ name }) => unitOf(name)))].map((unit) => ({ unit, top: top(unit) }));
  const x = (ns: number): number => LEFT + (wide * ns) / end;
  const y = (value: number, most: number): number => TOP + high * (1 - value / most);
  const text = (at: number, down: number, words: string, more = ''): string => `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" ${more}>${escaped(words)}</text>`;
  const parts: string[] = [];
  for (let i = 0; i <= TICKS; i += 1) {
    const down = TOP + (high * (TICKS - i)) / TICKS;
    parts.push(`<path d="M${LEFT} ${down}h${wide}" stroke="${ink.line}"/>`);
    units.slice(0, 2).forEach(({ unit, top: most }, side) => {
      const value = (most * i) / TICKS;
      const words = unit === 'kib' ? kib(value) : unit === 'percent' ? `${value.toFixed(1)} %` : curveText('pgfault', value);
      parts.push(side === 0 ? text(LEFT - 8, down + 4, words, 'text-anchor="end"') : text(WIDTH - RIGHT + 8, down + 4, words));
    });
    parts.push(text(x((end * i) / TICKS), HEIGHT - 10, axisClock((end * i) / TICKS / 1e9), 'text-anchor="middle"'));
  }
  let at = LEFT;
  for (const { name, text: words, colour } of curves) {
    const most = units.find(({ unit }) => unit === unitOf(name))?.top ?? 1;
    const values = column(name);
    const points = times.map((ns, i) => `${x(ns).toFixed(1)},${y(values[i] ?? 0, most).toFixed(1)}`).join(' ');
    parts.push(`<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    parts.push(`<path d="M${at} 20h14" stroke="${colour}" stroke-width="3"/>`, text(at + 20, 24, words));
    at += 36 + words.length * 7;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="${ink.words}">`
    + `<rect width="100%" height="100%" fill="${ink.ground}"/>${parts.join('')}</svg>\n`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
