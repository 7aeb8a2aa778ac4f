/** The heatmap as pixels: lanes of ranges over time, their names, the axis, the moments that are pointed at. */
import { heatPixels, toneOf } from '../canvas/heat.ts';
import type { HeatLane } from '../canvas/heat.ts';
import { HEAT_KINDS } from '../engine/protocol.ts';
import type { HeatKind, HeatRows } from '../engine/protocol.ts';
import { axisClock } from '../format.ts';
import { sized } from './scrolled-canvas.ts';

/** CSS pixels for the names on the left, and for the axis below. */
export const LABELS = 118;
export const AXIS = 22;
/** Cells of this size stand apart from each other; smaller ones are drawn as one picture. */
const APART = 6;
/** Cells of this size have letters. */
const LETTERS_FROM = 13;
const LINE = 11;
const LABEL_LETTERS = 16;
/** Between two times on the axis. */
const TICK_PX = 90;

/** Colours by kind, as custom properties. */
export const COLOURS: Readonly<Record<HeatKind, string>> = { accessed: '--anon', faulted: '--curve-2', collapsed: '--thp', merged: '--ksm' };
export const HEAT_LETTERS: Readonly<Record<HeatKind, string>> = { accessed: 'A', faulted: 'F', collapsed: 'C', merged: 'M' };

export interface HeatCell {
  row: number;
  column: number;
}

/** A lane with its place, in CSS pixels of the content. */
export interface Placed extends HeatLane {
  y: number;
}

export interface HeatLook {
  heat: HeatRows;
  lanes: readonly Placed[];
  rowHeight: number;
  columns: number;
  columnWidth: number;
  /** Of the visible part, and how far it is scrolled. */
  width: number;
  height: number;
  left: number;
  top: number;
  nowNs: number;
  pointedNs: number | null;
  current: HeatCell | null;
  chosen: ReadonlySet<HeatKind>;
  theme: 'light' | 'dark';
  /** Word for memory that is unmapped. */
  gone: string;
}

export class HeatDrawing {
  /** All cells, a pixel each; made when the heat, the theme or the choice of kinds is another. */
  readonly #picture = document.createElement('canvas');
  #of: { heat: HeatRows | null; key: string } = { heat: null, key: '' };

  draw(canvas: HTMLCanvasElement, look: HeatLook): void {
    const { lanes, width, height } = look;
    const g = sized(canvas, width, height);
    if (g === null) return;
    const theme = getComputedStyle(canvas);
    const colour = (name: string): string => theme.getPropertyValue(name).trim();
    g.font = `${LINE}px ${colour('--mono')}`;
    g.textBaseline = 'middle';
    const inks = Object.fromEntries(HEAT_KINDS.map((kind) => [kind, colour(COLOURS[kind])])) as Record<HeatKind, string>;
    this.#remake(look, inks);
    for (const lane of lanes) this.#lane(g, look, lane, { inks, ink: colour('--ink'), track: colour('--track') });
    // What scrolls under the labels and the axis is covered.
    g.fillStyle = colour('--panel');
    g.fillRect(0, 0, LABELS - 4, height);
    g.fillRect(0, height - AXIS, width, AXIS);
    g.fillStyle = colour('--muted');
    names(g, look);
    axis(g, look);
    moment(g, look, look.nowNs, colour('--accent'));
    if (look.pointedNs !== null) moment(g, look, look.pointedNs, colour('--ink'));
    outline(g, look, colour('--ink'));
  }

  #remake({ heat, chosen, theme }: HeatLook, inks: Record<HeatKind, string>): void {
    const key = [...chosen, theme].join();
    if (this.#of.heat === heat && this.#of.key === key) return;
    this.#of = { heat, key };
    const rows = heat.ranges.length / 2;
    this.#picture.width = heat.columns;
    this.#picture.height = Math.max(1, rows);
    if (rows === 0) return;
    const pixels = heatPixels(heat, HEAT_KINDS.map((kind) => (chosen.has(kind) ? rgbOf(inks[kind]) : null)));
    this.#picture.getContext('2d')?.putImageData(new ImageData(pixels, heat.columns, rows), 0, 0);
  }

  #lane(g: CanvasRenderingContext2D, look: HeatLook, lane: Placed, { inks, ink, track }: { inks: Record<HeatKind, string>; ink: string; track: string }): void {
    const { heat, chosen, columns, columnWidth, rowHeight, left, width, height } = look;
    const top = lane.y - look.top;
    const bottom = top + (lane.to - lane.from) * rowHeight;
    if (bottom < 0 || top > height) return;
    g.fillStyle = track;
    g.globalAlpha = 0.45;
    g.fillRect(LABELS, top, Math.min(columns * columnWidth - left, width - LABELS), bottom - top);
    g.globalAlpha = 1;
    const firstRow = lane.from + Math.max(0, Math.floor(-top / rowHeight));
    const lastRow = Math.min(lane.to, lane.from + Math.ceil((height - top) / rowHeight));
    if (lastRow <= firstRow) return;
    if (columnWidth < APART || rowHeight < APART) {
      const from = left / columnWidth;
      const wide = Math.min(columns - from, (width - LABELS) / columnWidth);
      g.imageSmoothingEnabled = rowHeight < 1;
      if (wide > 0) g.drawImage(this.#picture, from, firstRow, wide, lastRow - firstRow, LABELS, top + (firstRow - lane.from) * rowHeight, wide * columnWidth, (lastRow - firstRow) * rowHeight);
      return;
    }
    const firstColumn = Math.max(0, Math.floor(left / columnWidth));
    const lastColumn = Math.min(columns, Math.ceil((left + width - LABELS) / columnWidth));
    for (let row = firstRow; row < lastRow; row += 1) {
      const y = top + (row - lane.from) * rowHeight;
      for (let column = firstColumn; column < lastColumn; column += 1) {
        const tone = toneOf(heat, row, column, chosen);
        if (tone === null) continue;
        const x = LABELS + column * columnWidth - left;
        g.globalAlpha = tone.strength;
        g.fillStyle = inks[tone.kind];
        g.fillRect(x, y, columnWidth - 1, rowHeight - 1);
        g.globalAlpha = 1;
        if (columnWidth < LETTERS_FROM || rowHeight < LETTERS_FROM) continue;
        g.fillStyle = ink;
        g.fillText(HEAT_LETTERS[tone.kind], x + columnWidth / 2 - 4, y + rowHeight / 2);
      }
    }
  }
}

const xOf = ({ heat, columnWidth, left }: HeatLook, ns: number): number => LABELS + (ns / heat.bucketNs) * columnWidth - left;

/** What each lane is, where there is room for it. */
function names(g: CanvasRenderingContext2D, { lanes, rowHeight, top, height, gone }: HeatLook): void {
  let last = -LINE;
  for (const lane of lanes) {
    const [y, high] = [lane.y - top, (lane.to - lane.from) * rowHeight];
    if (y + high < 0 || y > height - AXIS) continue;
    const middle = Math.max(8, Math.min(y + high / 2, height - AXIS - 8));
    if (middle - last < LINE) continue;
    last = middle;
    const words = lane.region === null ? `${lane.process} · ${gone}` : `${lane.process} ${lane.region}`;
    g.fillText(words.length > LABEL_LETTERS ? `${words.slice(0, LABEL_LETTERS - 1)}…` : words, 8, middle);
  }
}

function axis(g: CanvasRenderingContext2D, look: HeatLook): void {
  const { heat, columns, columnWidth, width, height } = look;
  const step = niceSeconds((TICK_PX / columnWidth) * heat.bucketNs / 1e9);
  for (let at = 0; at * 1e9 <= columns * heat.bucketNs; at += step) {
    const x = xOf(look, at * 1e9);
    if (x >= LABELS - 1 && x < width - 30) g.fillText(step < 1 ? at.toFixed(2) : axisClock(at), x, height - AXIS / 2);
  }
}

function moment(g: CanvasRenderingContext2D, look: HeatLook, ns: number, colour: string): void {
  const x = xOf(look, ns);
  if (x < LABELS - 1 || x > look.width) return;
  g.fillStyle = colour;
  g.fillRect(x, 0, 1.5, look.height - AXIS);
}

/** The cell that the keys stand on. */
function outline(g: CanvasRenderingContext2D, { current, lanes, rowHeight, columnWidth, left, top }: HeatLook, colour: string): void {
  const lane = current === null ? undefined : lanes.find(({ from, to }) => current.row >= from && current.row < to);
  if (current === null || lane === undefined) return;
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.strokeRect(LABELS + current.column * columnWidth - left - 2, lane.y + (current.row - lane.from) * rowHeight - top - 2, Math.max(6, columnWidth) + 3, Math.max(6, rowHeight) + 3);
}

/** The next larger step that reads well on a clock. */
function niceSeconds(least: number): number {
  return [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find((step) => step >= least) ?? 86400 * 7;
}

/** `#5aa9e6` as numbers. */
function rgbOf(colour: string): readonly [number, number, number] {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16 & 255, value >> 8 & 255, value & 255];
}
