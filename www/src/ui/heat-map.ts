/**
 * What was touched where and when: addresses downward, virtual time to the right, a cell for 2 MiB.
 *
 * The pointer's moment is the one that the charts and the timeline show; a press goes there and selects the range.
 */
import { cellOf, columnsUntil, lanesOfHeat, pageOfRow } from '../canvas/heat.ts';
import { HEAT_KINDS } from '../engine/protocol.ts';
import type { HeatKind, HeatRows } from '../engine/protocol.ts';
import { clock, count, kib } from '../format.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setAttribute, setText } from './dom.ts';
import { AXIS, COLOURS, HEAT_LETTERS, HeatDrawing, LABELS } from './heat-draw.ts';
import type { HeatCell, Placed } from './heat-draw.ts';
import css from './heat-map.css?inline';
import { followStage } from './scrolled-canvas.ts';
import { style } from './styles.ts';

style(css);

const LANE_GAP = 8;
const MARGIN = 12;
/** A row is never thinner than a hair, nor a lone one higher than a hand. */
const ROW_MIN = 0.15;
const ROW_MAX = 26;
/** Cell size at which all of it is in view. */
const FIT_CELL = 4;

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
  const drawing = new HeatDrawing();
  let lanes: Placed[] = [];
  let rowHeight = 1;
  let columns = 1;
  let columnWidth = 1;
  /** The cell that the keys stand on. */
  let current: HeatCell | null = null;
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

  const draw = (): void => {
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    if (!shown() || width === 0) return;
    view.style.height = `${height}px`;
    view.style.width = `${width}px`;
    if (heat === null) return;
    const { theme, pointedNs } = session.state;
    drawing.draw(canvas, { heat, lanes, rowHeight, columns, columnWidth, width, height, left: stage.scrollLeft, top: stage.scrollTop, nowNs: now(), pointedNs, current, chosen, theme, gone: t.heat.gone });
    setAttribute(view, 'aria-label', `${t.heat.label}: ${t.heat.size(heat.ranges.length / 2, kib(heat.rangePages * 4))}`);
  };
  const laneOfRow = (row: number): Placed | undefined => lanes.find(({ from, to }) => row >= from && row < to);

  const stale = asking(shown, async () => {
    ({ heat } = await session.client.heat());
    layout();
    draw();
  }, signal);

  // --- what a person does ---

  const at = (event: MouseEvent): HeatCell | null => {
    const box = view.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - LABELS + stage.scrollLeft, event.clientY - box.top + stage.scrollTop];
    const lane = lanes.find((one) => y >= one.y && y < one.y + (one.to - one.from) * rowHeight);
    const column = Math.floor(x / columnWidth);
    if (lane === undefined || event.clientX - box.left < LABELS || column < 0 || column >= columns) return null;
    return { row: Math.min(lane.to - 1, lane.from + Math.floor((y - lane.y) / rowHeight)), column };
  };
  const words = ({ row, column }: HeatCell): string => {
    const lane = laneOfRow(row);
    if (heat === null || lane === undefined) return '';
    const offset = Math.max(0, (heat.ranges[row * 2 + 1] ?? 0) - lane.startPage);
    const numbers = cellOf(heat, row, column);
    const said = HEAT_KINDS.filter((kind) => numbers[kind] > 0).map((kind) => `${t.heat[kind]} ${count(numbers[kind])}`);
    return [`${lane.process} ${lane.region ?? t.heat.gone} +${kib(offset * 4)}`, clock(column * heat.bucketNs), said.join(', ') || t.heat.untouched].join(' · ');
  };
  const pick = (cell: HeatCell): void => {
    current = cell;
    const lane = laneOfRow(cell.row);
    if (heat === null || lane === undefined) return;
    const page = pageOfRow(heat, lane, cell.row);
    if (page !== null) session.select(page);
    void session.seekTime(cell.column * heat.bucketNs);
    draw();
  };
  const move = (cell: HeatCell): void => {
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
  followStage(context, stage, layout, draw);
  watch(context, (s) => [s.view === 'heat', s.machine], () => {
    frame.hidden = !shown();
    if (shown()) stale();
  });
  watch(context, (s) => s.pointedNs, draw);
  return frame;
}
