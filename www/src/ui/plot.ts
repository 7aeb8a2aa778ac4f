/** The chart itself, drawn by uPlot; loaded late. */
import uPlot from 'uplot';
import uplotCss from 'uplot/dist/uPlot.min.css?inline';
import { axisClock, count, kib } from '../format.ts';
import type { Columns } from '../state/series.ts';
import { CURVES } from './curves.ts';
import { style } from './styles.ts';

style(uplotCss);

const NS = 1e9;
const FONT = '11px ui-monospace, "DejaVu Sans Mono", Menlo, monospace';
const LEFT_AXIS_PX = 54;
const RIGHT_AXIS_PX = 52;
/** A press that moves less is a click. */
const CLICK_PX = 4;

/** Steps that read well in powers of 1024: 1, 2, 4 ... KiB. */
const KIB_STEPS = Array.from({ length: 34 }, (_, i) => 2 ** i);
const TIME_STEPS = [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map((s) => s * NS);

export interface PlotEvents {
  /** The time of the sample under the pointer, null when it left. */
  pointed(ns: number | null): void;
  clicked(ns: number): void;
}

/** From 0 up; null if no curve of the scale is shown, so that its axis goes. */
function fromZero(least: number): uPlot.Scale.Range {
  return (_, __, max) => (max === null ? [null, null] : [0, Math.max(least, max * 1.06)]);
}

export class Plot {
  readonly #plot: uPlot;
  readonly #place: HTMLElement;
  /** Read when the theme changes: asking the browser for every line makes it compute the styles of the page. */
  #colours = new Map<string, string>();
  /** The cursor stands where somebody else points. */
  #guest = false;
  /** Another machine's curves are there. */
  #compared = false;

  constructor(place: HTMLElement, width: number, height: number, { pointed, clicked }: PlotEvents) {
    this.#place = place;
    const muted = (): string => this.#colour('--muted');
    const grid: uPlot.Axis.Grid = { stroke: () => this.#colour('--line'), width: 1 };
    const axis = { font: FONT, stroke: muted, grid, ticks: { show: false } };
    this.#plot = new uPlot({
      width,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { setScale: false } },
      padding: [8, 16, 0, 0],
      scales: { x: { time: false }, kib: { range: fromZero(1024) }, count: { range: fromZero(8) }, percent: { range: fromZero(1) } },
      axes: [
        { ...axis, grid: { show: false }, size: 22, incrs: TIME_STEPS, space: 70, values: (_, splits) => splits.map((ns) => axisClock(ns / NS)) },
        { ...axis, scale: 'kib', size: LEFT_AXIS_PX, incrs: KIB_STEPS, space: 34, values: (_, splits) => splits.map((v) => (v === 0 ? '0' : kib(v))) },
        { ...axis, scale: 'count', side: 1, size: RIGHT_AXIS_PX, grid: { show: false }, space: 34, values: (_, splits) => splits.map(short) },
        { ...axis, scale: 'percent', side: 1, size: 44, grid: { show: false }, space: 34, values: (_, splits) => splits.map((v) => `${+v.toFixed(2)} %`) },
      ],
      series: [
        {},
        ...[false, true].flatMap((compared) => CURVES.map(({ name, colour, unit }) => ({
          scale: unit,
          show: false,
          stroke: () => this.#colour(colour),
          width: compared ? 1.5 : 2,
          points: { show: false },
          spanGaps: true,
          ...(compared ? { dash: [2, 3] } : name === 'free' ? { dash: [4, 3] } : {}),
        }))),
      ],
      hooks: {
        setCursor: [({ cursor }) => {
          if (!this.#guest) pointed((cursor.left ?? -1) < 0 || cursor.idx == null ? null : (this.#plot.data[0][cursor.idx] ?? null));
        }],
      },
    }, [[], ...CURVES.map(() => []), ...CURVES.map(() => [])], place);
    let pressedX = 0;
    this.#plot.over.addEventListener('pointerdown', ({ clientX }) => { pressedX = clientX; });
    this.#plot.over.addEventListener('click', ({ clientX }) => {
      const { left = -1 } = this.#plot.cursor;
      if (Math.abs(clientX - pressedX) < CLICK_PX && left >= 0) clicked(this.#plot.posToVal(left, 'x'));
    });
  }

  /**
   * @param columns as in SERIES: time in ns first
   * @param other those of the machine that is compared with, drawn over them in dashes
   */
  data(columns: Columns, other: Columns | null): void {
    const none = CURVES.map(() => []);
    const compared = other !== null && (other[0]?.length ?? 0) > 0;
    const tables = compared ? uPlot.join([columns, other] as unknown as uPlot.AlignedData[]) : [...columns, ...none];
    this.#compared = compared;
    this.#plot.setData(tables as uPlot.AlignedData);
    for (let curve = 0; curve < CURVES.length; curve += 1) this.show(curve, this.#plot.series[curve + 1]?.show === true);
  }

  show(curve: number, shown: boolean): void {
    const places = [[curve + 1, shown], [curve + 1 + CURVES.length, shown && this.#compared]] as const;
    for (const [at, show] of places) if (this.#plot.series[at]?.show !== show) this.#plot.setSeries(at, { show });
  }

  /** Puts the cursor at a time that is pointed at elsewhere; null takes it away. */
  point(ns: number | null): void {
    this.#guest = true;
    const left = ns === null || this.#plot.data[0].length === 0 ? -10 : this.#plot.valToPos(ns, 'x');
    this.#plot.setCursor({ left, top: left < 0 ? -10 : 0 });
    this.#guest = false;
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** The theme's colours are read anew. */
  recolour(): void {
    this.#colours.clear();
    this.#plot.redraw(false, true);
  }

  /** The chart as PNG, with its legend, on the panel's ground. */
  picture(legend: readonly { text: string; colour: string }[]): Promise<Blob | null> {
    const source = this.#plot.ctx.canvas;
    const scale = devicePixelRatio;
    const band = 26 * scale;
    const canvas = document.createElement('canvas');
    canvas.width = source.width;
    canvas.height = source.height + band;
    const pen = canvas.getContext('2d');
    if (pen === null) return Promise.resolve(null);
    pen.fillStyle = this.#colour('--panel');
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(source, 0, band);
    pen.font = FONT.replace('11px', `${11 * scale}px`);
    pen.textBaseline = 'middle';
    let x = 12 * scale;
    for (const { text, colour } of legend) {
      pen.fillStyle = this.#colour(colour);
      pen.fillRect(x, band / 2 - 1.5 * scale, 12 * scale, 3 * scale);
      pen.fillStyle = this.#colour('--ink');
      pen.fillText(text, x + 18 * scale, band / 2);
      x += pen.measureText(text).width + 36 * scale;
    }
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
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

/** `12 000`, but `1.2 M` where the digits would not fit. */
function short(value: number): string {
  return value >= 1e6 ? `${+(value / 1e6).toPrecision(3)} M` : count(value);
}
