/**
 * What was touched where and when: addresses downward, virtual time to the right, a cell for 2 MiB.
 *
 * The pointer's moment is the one that the charts and the timeline show; a press goes there and selects the range.
 */
import { cellOf, columnsUntil, heatPixels, lanesOfHeat, pageOfRow, toneOf } from '../canvas/heat.ts';
import type { HeatLane } from '../canvas/heat.ts';
import { HEAT_KINDS } from '../engine/protocol.ts';
import type { HeatKind, HeatRows } from '../engine/protocol.ts';
import { axisClock, clock, count, kib } from '../format.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setAttribute, setText } from './dom.ts';
import css from './heat-map.css?inline';
import { style } from './styles.ts';

style(css);

const LABELS = 118;
const AXIS = 22;
const LANE_GAP = 8;
const MARGIN = 12;
/** A row is never thinner than a hair, nor a lone one higher than a hand. */
const ROW_MIN = 0.15;
const ROW_MAX = 26;
/** Cells of this size stand apart from each other; smaller ones are drawn as one picture. */
const APART = 6;
/** Cells of this size have letters. */
const LETTERS_FROM = 13;
/** Cell size at which all of it is in view. */
const FIT_CELL = 4;

/** Colours by kind, as custom properties. */
const COLOURS: Readonly<Record<HeatKind, string>> = { accessed: '--anon', faulted: '--curve-2', collapsed: '--thp', merged: '--ksm' };
export const HEAT_LETTERS: Readonly<Record<HeatKind, string>> = { accessed: 'A', faulted: 'F', collapsed: 'C', merged: 'M' };

/** A lane with its place. */
interface Placed extends HeatLane {
  y: number;
}

export function heatMap(context: Context): HTMLElement {
  const { session, t, signal } = context;
  const canvas = h('canvas', { class: 'cells', 'aria-hidden': 'true' });
  const tip = h('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });
  const keys = h('p', { class: 'hidden-text', id: 'heat-keys' }, t.heat.keys);
  const spoken = h('p', { class: 'hidden-text', 'aria-live': 'polite', id: 'heat-spoken' });
  const empty = h('p', { class: 'empty', hidden: true }, t.heat.nothing);
  const view = h('div', { class: 'heat-view', id: 'heat', role: 'application', tabindex: 0, 'aria-label': t.heat.label, 'aria-roledescription': t.heat.role, 'aria-describedby': keys.id }, canvas, tip, empty);
  const content = h('div', { class: 'stage-content' }, view);
  const stage = h('div', { class: 'stage scroll' }, content);
  const chosen = new Set<HeatKind>(HEAT_KINDS);
  const kinds = h('div', { class: 'heat-kinds', role: 'group', 'aria-label': t.heat.kinds }, ...HEAT_KINDS.map((kind) => {
    const swatch = h('i', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.background = `var(${COLOURS[kind]})`;
    const element = button({ label: t.heat[kind], className: 'btn small bare' }, () => {
      if (!chosen.delete(kind)) chosen.add(kind);
      setAttribute(element, 'aria-pressed', String(chosen.has(kind)));
      draw();
    });
    element.removeAttribute('aria-label');
    element.append(swatch, h('b', {}, HEAT_LETTERS[kind]), t.heat[kind]);
    setAttribute(element, 'aria-pressed', 'true');
    return element;
  }));
  const frame = h('div', { class: 'stage-frame heat', hidden: true }, kinds, h('div', { class: 'heat-place' }, stage), keys, spoken);

  let heat: HeatRows | null = null;
  /** All cells, a pixel each; made when the heat or the choice of kinds is another. */
  const picture = h('canvas');
  let pictureOf: { heat: HeatRows | null; key: string } = { heat: null, key: '' };
  let lanes: Placed[] = [];
  let rowHeight = 1;
  let columns = 1;
  let columnWidth = 1;
  /** The cell that the keys stand on. */
  let current: { row: number; column: number } | null = null;
  const shown = (): boolean => session.state.view === 'heat';
  const now = (): number => session.state.machine?.nowNs ?? 0;

  const layout = (): void => {
    if (heat === null) return;
    const zoom = Math.max(1, session.state.cell / FIT_CELL);
    const rows = heat.ranges.length / 2;
    const placed = lanesOfHeat(heat, session.state.machine?.processes ?? []);
    const room = stage.clientHeight - AXIS - MARGIN - placed.length * LANE_GAP;
    rowHeight = Math.max(ROW_MIN, Math.min(ROW_MAX, (room / Math.max(1, rows)))) * zoom;
    columns = columnsUntil(heat, Math.max(now(), heat.untilNs));
    columnWidth = Math.max(1, (stage.clientWidth - LABELS - MARGIN) / columns) * zoom;
    let y = MARGIN;
    lanes = placed.map((lane) => {
      const at = y;
      y += (lane.to - lane.from) * rowHeight + LANE_GAP;
      return { ...lane, y: at };
    });
    content.style.height = `${Math.max(stage.clientHeight, y + AXIS)}px`;
    content.style.width = `${Math.max(stage.clientWidth, LABELS + columns * columnWidth + MARGIN)}px`;
    empty.hidden = rows > 0;
  };

  const xOf = (ns: number): number => LABELS + (ns / (heat?.bucketNs ?? 1)) * columnWidth - stage.scrollLeft;
  const draw = (): void => {
    const [width, height, dpr] = [stage.clientWidth, stage.clientHeight, Math.min(3, devicePixelRatio)];
    if (!shown() || width === 0) return;
    view.style.height = `${height}px`;
    view.style.width = `${width}px`;
    canvas.width = width * dpr;
    canvas.height = height * dpr;
    const g = canvas.getContext('2d');
    if (g === null || heat === null) return;
    const theme = getComputedStyle(frame);
    const colour = (name: string): string => theme.getPropertyValue(name);
    g.scale(dpr, dpr);
    g.font = `11px ${colour('--mono')}`;
    g.textBaseline = 'middle';
    const inks = Object.fromEntries(HEAT_KINDS.map((kind) => [kind, colour(COLOURS[kind])])) as Record<HeatKind, string>;
    const ink = colour('--ink');
    if (pictureOf.heat !== heat || pictureOf.key !== [...chosen, session.state.theme].join()) {
      pictureOf = { heat, key: [...chosen, session.state.theme].join() };
      const rows = heat.ranges.length / 2;
      picture.width = heat.columns;
      picture.height = Math.max(1, rows);
      const pixels = heatPixels(heat, HEAT_KINDS.map((kind) => (chosen.has(kind) ? rgbOf(inks[kind]) : null)));
      if (rows > 0) picture.getContext('2d')?.putImageData(new ImageData(pixels, heat.columns, rows), 0, 0);
    }
    const firstColumn = Math.max(0, Math.floor(stage.scrollLeft / columnWidth));
    const lastColumn = Math.min(columns, Math.ceil((stage.scrollLeft + width - LABELS) / columnWidth));
    for (const lane of lanes) {
      const top = lane.y - stage.scrollTop;
      const bottom = top + (lane.to - lane.from) * rowHeight;
      if (bottom < 0 || top > height) continue;
      g.fillStyle = colour('--track');
      g.globalAlpha = 0.45;
      g.fillRect(xOf(0) + stage.scrollLeft, top, Math.min(columns * columnWidth, width - LABELS), bottom - top);
      const firstRow = lane.from + Math.max(0, Math.floor(-top / rowHeight));
      const lastRow = Math.min(lane.to, lane.from + Math.ceil((height - top) / rowHeight));
      if (columnWidth < APART || rowHeight < APART) {
        g.globalAlpha = 1;
        g.imageSmoothingEnabled = rowHeight < 1;
        const from = stage.scrollLeft / columnWidth;
        const wide = Math.min(columns - from, (width - LABELS) / columnWidth);
        if (lastRow > firstRow && wide > 0) {
          g.drawImage(picture, from, firstRow, wide, lastRow - firstRow, LABELS, top + (firstRow - lane.from) * rowHeight, wide * columnWidth, (lastRow - firstRow) * rowHeight);
        }
        continue;
      }
      for (let row = firstRow; row < lastRow; row += 1) {
        const y = top + (row - lane.from) * rowHeight;
        for (let column = firstColumn; column < lastColumn; column += 1) {
          const tone = toneOf(heat, row, column, chosen);
          if (tone === null) continue;
          const x = LABELS + column * columnWidth - stage.scrollLeft;
          g.globalAlpha = tone.strength;
          g.fillStyle = inks[tone.kind];
          g.fillRect(x, y, columnWidth - 1, rowHeight - 1);
          if (columnWidth < LETTERS_FROM || rowHeight < LETTERS_FROM) continue;
          g.globalAlpha = 1;
          g.fillStyle = ink;
          g.fillText(HEAT_LETTERS[tone.kind], x + columnWidth / 2 - 4, y + rowHeight / 2);
        }
      }
      g.globalAlpha = 1;
    }
    // What scrolls under the labels and the axis is covered.
    g.fillStyle = colour('--panel');
    g.fillRect(0, 0, LABELS - 4, height);
    g.fillRect(0, height - AXIS, width, AXIS);
    g.fillStyle = colour('--muted');
    for (const lane of lanes) {
      const [top, high] = [lane.y - stage.scrollTop, (lane.to - lane.from) * rowHeight];
      if (top + high < 0 || top > height - AXIS) continue;
      const words = lane.region === null ? `${lane.process} · ${t.heat.gone}` : `${lane.process} ${lane.region}`;
      const y = Math.max(8, Math.min(top + high / 2, height - AXIS - 8));
      if (high + LANE_GAP >= 11) g.fillText(words.length > 16 ? `${words.slice(0, 15)}…` : words, 8, y);
    }
    const step = niceSeconds((90 / columnWidth) * heat.bucketNs / 1e9);
    for (let at = 0; at * 1e9 <= columns * heat.bucketNs; at += step) {
      const x = xOf(at * 1e9);
      if (x >= LABELS - 1 && x < width - 30) g.fillText(step < 1 ? at.toFixed(2) : axisClock(at), x, height - AXIS / 2);
    }
    const line = (ns: number, name: string): void => {
      const x = xOf(ns);
      if (x < LABELS - 1 || x > width) return;
      g.fillStyle = colour(name);
      g.fillRect(x, 0, 1.5, height - AXIS);
    };
    line(now(), '--accent');
    if (session.state.pointedNs !== null) line(session.state.pointedNs, '--ink');
    if (current !== null) {
      const lane = laneOfRow(current.row);
      if (lane !== undefined) {
        g.strokeStyle = colour('--ink');
        g.lineWidth = 2;
        g.strokeRect(LABELS + current.column * columnWidth - stage.scrollLeft - 2, lane.y + (current.row - lane.from) * rowHeight - stage.scrollTop - 2, Math.max(6, columnWidth) + 3, Math.max(6, rowHeight) + 3);
      }
    }
    setAttribute(view, 'aria-label', `${t.heat.label}: ${t.heat.size(heat.ranges.length / 2, kib(heat.rangePages * 4))}`);
  };
  const laneOfRow = (row: number): Placed | undefined => lanes.find(({ from, to }) => row >= from && row < to);

  const stale = asking(shown, async () => {
    ({ heat } = await session.client.heat());
    layout();
    draw();
  }, signal);

  // --- what a person does ---

  const at = (event: MouseEvent): { row: number; column: number } | null => {
    const box = view.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - LABELS + stage.scrollLeft, event.clientY - box.top + stage.scrollTop];
    const lane = lanes.find((one) => y >= one.y && y < one.y + (one.to - one.from) * rowHeight);
    const column = Math.floor(x / columnWidth);
    if (lane === undefined || event.clientX - box.left < LABELS || column < 0 || column >= columns) return null;
    return { row: Math.min(lane.to - 1, lane.from + Math.floor((y - lane.y) / rowHeight)), column };
  };
  const words = ({ row, column }: { row: number; column: number }): string => {
    const lane = laneOfRow(row);
    if (heat === null || lane === undefined) return '';
    const offset = Math.max(0, (heat.ranges[row * 2 + 1] ?? 0) - lane.startPage);
    const numbers = cellOf(heat, row, column);
    const said = HEAT_KINDS.filter((kind) => numbers[kind] > 0).map((kind) => `${t.heat[kind]} ${count(numbers[kind])}`);
    return [`${lane.process} ${lane.region ?? t.heat.gone} +${kib(offset * 4)}`, clock(column * heat.bucketNs), said.join(', ') || t.heat.untouched].join(' · ');
  };
  const pick = (cell: { row: number; column: number }): void => {
    current = cell;
    const lane = laneOfRow(cell.row);
    if (heat === null || lane === undefined) return;
    const page = pageOfRow(heat, lane, cell.row);
    if (page !== null) session.select(page);
    void session.seekTime(cell.column * heat.bucketNs);
    draw();
  };
  const move = (cell: { row: number; column: number }): void => {
    current = cell;
    const lane = laneOfRow(cell.row);
    if (heat === null || lane === undefined) return;
    setText(spoken, words(cell));
    const y = lane.y + (cell.row - lane.from) * rowHeight;
    const x = cell.column * columnWidth;
    if (y < stage.scrollTop || y + rowHeight > stage.scrollTop + stage.clientHeight - AXIS) stage.scrollTop = y - stage.clientHeight / 2;
    if (x < stage.scrollLeft || x + columnWidth > stage.scrollLeft + stage.clientWidth - LABELS) stage.scrollLeft = x - stage.clientWidth / 2;
    session.store.set({ pointedNs: (cell.column + 0.5) * heat.bucketNs });
    draw();
  };
  on(view, {
    pointermove: (event) => {
      const cell = at(event);
      tip.hidden = cell === null;
      session.store.set({ pointedNs: cell === null || heat === null ? null : (cell.column + 0.5) * heat.bucketNs });
      const lane = cell === null ? undefined : laneOfRow(cell.row);
      session.hover(cell === null || heat === null || lane === undefined ? null : pageOfRow(heat, lane, cell.row));
      if (cell === null) return;
      setText(tip, words(cell));
      const box = view.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      tip.style.transform = `translate(${Math.max(4, Math.min(x + 14, stage.clientWidth - tip.offsetWidth - 6))}px, ${y + 44 < stage.clientHeight ? y + 18 : y - 30}px)`;
    },
    pointerleave: () => {
      tip.hidden = true;
      session.hover(null);
      session.store.set({ pointedNs: null });
    },
    click: (event) => {
      const cell = at(event);
      if (cell !== null) pick(cell);
    },
    keydown: (event) => {
      const rows = (heat?.ranges.length ?? 0) / 2;
      if (rows === 0 || event.ctrlKey || event.altKey) return;
      const { row, column } = current ?? { row: 0, column: columns - 1 };
      const steps: Readonly<Record<string, readonly [number, number]>> = {
        ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-16, 0], PageDown: [16, 0], Home: [0, -columns], End: [0, columns],
      };
      const step = steps[event.key];
      if (step === undefined && event.key !== 'Enter') return;
      event.preventDefault();
      event.stopPropagation();
      if (step === undefined) return pick({ row, column });
      move(current === null ? { row, column } : { row: Math.max(0, Math.min(rows - 1, row + step[0])), column: Math.max(0, Math.min(columns - 1, column + step[1])) });
    },
    blur: () => session.store.set({ pointedNs: null }),
  });
  stage.addEventListener('scroll', draw, { signal, passive: true });
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    session.zoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false, signal });
  const size = new ResizeObserver(() => {
    layout();
    draw();
  });
  size.observe(stage);
  signal.addEventListener('abort', () => size.disconnect(), { once: true });
  watch(context, (s) => [s.view === 'heat', s.machine], () => {
    frame.hidden = !shown();
    if (shown()) stale();
  });
  watch(context, (s) => [s.cell, s.theme], () => {
    layout();
    draw();
  });
  watch(context, (s) => s.pointedNs, draw);
  return frame;
}

/** The next larger step that reads well on a clock. */
function niceSeconds(least: number): number {
  return [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find((step) => step >= least) ?? 86400 * 7;
}

/** `#5aa9e6` as numbers. */
function rgbOf(colour: string): readonly [number, number, number] {
  const value = parseInt(colour.trim().slice(1), 16);
  return [value >> 16 & 255, value >> 8 & 255, value & 255];
}
