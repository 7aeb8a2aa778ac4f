/** The chart itself, drawn by uPlot; loaded late. */
import uPlot from 'uplot';
import uplotCss from 'uplot/dist/uPlot.min.css?inline';
import { axisClock, count, kib } from '../format.ts';
import type { Columns } from '../state/series.ts';
import { CURVES } from './charts.ts';
import { style } from './styles.ts';

style(uplotCss);

const NS = 1e9;
const FONT = '11px ui-monospace, "DejaVu Sans Mono", Menlo, monospace';
const LEFT_AXIS_PX = 54;
const RIGHT_AXIS_PX = 52;

/** Steps that read well in powers of 1024: 1, 2, 4 ... KiB. */
const KIB_STEPS = Array.from({ length: 34 }, (_, i) => 2 ** i);
const TIME_STEPS = [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

export class Plot {
  readonly #plot: uPlot;
  readonly #place: HTMLElement;
  /** Read when the theme changes: asking the browser for every line makes it compute the styles of the page. */
  #colours = new Map<string, string>();

  constructor(place: HTMLElement, width: number, height: number) {
    this.#place = place;
    const muted = (): string => this.#colour('--muted');
    const grid: uPlot.Axis.Grid = { stroke: () => this.#colour('--line'), width: 1 };
    const axis = { font: FONT, stroke: muted, grid, ticks: { show: false } };
    this.#plot = new uPlot({
      width,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { setScale: false } },
      padding: [8, 4, 0, 0],
      scales: { x: { time: false }, kib: { range: (_, __, max) => [0, Math.max(1024, max * 1.06)] }, pages: { range: (_, __, max) => [0, Math.max(8, max * 1.06)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 22, incrs: TIME_STEPS, space: 70, values: (_, splits) => splits.map(axisClock) },
        { ...axis, scale: 'kib', size: LEFT_AXIS_PX, incrs: KIB_STEPS, space: 34, values: (_, splits) => splits.map((v) => (v === 0 ? '0' : kib(v))) },
        { ...axis, scale: 'pages', side: 1, size: RIGHT_AXIS_PX, grid: { show: false }, space: 34, values: (_, splits) => splits.map(count) },
      ],
      series: [
        {},
        ...CURVES.map(({ name, colour }) => ({
          scale: name === 'pagesSharing' ? 'pages' : 'kib',
          stroke: () => this.#colour(colour),
          width: 2,
          points: { show: false },
          ...(name === 'free' ? { dash: [4, 3] } : {}),
        })),
      ],
    }, [[], [], [], [], []], place);
  }

  /** @param columns as in SERIES: time in ns first */
  data(columns: Columns): void {
    const [times = [], ...rest] = columns;
    this.#plot.setData([times.map((ns) => ns / NS), ...rest.map((column) => [...column])] as uPlot.AlignedData);
  }

  show(curve: number, shown: boolean): void {
    if (this.#plot.series[curve + 1]?.show !== shown) this.#plot.setSeries(curve + 1, { show: shown });
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** The theme's colours are read anew. */
  recolour(): void {
    this.#colours.clear();
    this.#plot.redraw(false, true);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #colour(property: string): string {
    const known = this.#colours.get(property);
    if (known !== undefined) return known;
    const colour = getComputedStyle(this.#place).getPropertyValue(property).trim();
    this.#colours.set(property, colour);
    return colour;
  }
}
