/**
 * Memory over virtual time. The plotting library is loaded when the panel is first seen.
 *
 * The reader chooses the quantities, reads them off at the pointer, goes back by a click, and takes them away as CSV
 * or PNG.
 */
import type { SERIES } from '../engine/protocol.ts';
import type { Columns } from '../state/series.ts';
import css from './charts.css?inline';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { CURVES, USUAL, csvOf, curveText, usualCurves } from './curves.ts';
import type { CurveName } from './curves.ts';
import { button, h, keyedList, on, option, setAttribute, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { saveBlob } from './files.ts';
import { latencyPanel } from './latency.ts';
import type { Plot } from './plot.ts';
import { adopt, style } from './styles.ts';

style(css);

/** Drawing text on a canvas is the dearest thing the page does; the eye follows a curve at this rate. */
const REDRAW_MS = 250;

type Curve = (typeof CURVES)[number];

/** Each curve has its column. */
CURVES satisfies readonly { name: (typeof SERIES)[number] }[];

export function chartsPanel(context: Context, root: ShadowRoot): HTMLElement {
  const { session, t, signal } = context;
  const place = h('div', { class: 'plot', role: 'img' }, h('p', { class: 'muted' }, t.charts.loading));
  /** What the reader chose; else the usual curves. */
  const chosen = new Map<CurveName, boolean>();
  let usual: CurveName[] = usualCurves(session.state.series);
  const shown = (name: CurveName): boolean => chosen.get(name) ?? usual.includes(name);
  let plot: Plot | null = null;
  /** Row of the series that the pointer is at. */
  let pointed: number | null = null;

  const keys = h('div', { class: 'keys' });
  const showKeys = keyedList<Curve>(keys, ({ name }) => name, (curve) => keyRow(curve));
  const keyRow = ({ name, colour }: Curve): Row<Curve> => {
    const value = h('span', { class: 'value' });
    const element = button({ label: t.charts.show(t.charts[name]), className: 'key' }, () => {
      chosen.set(name, !shown(name));
      showCurves();
    });
    element.removeAttribute('aria-label');
    const swatch = h('i', { class: 'line', 'aria-hidden': 'true' });
    swatch.style.background = `var(${colour})`;
    element.append(swatch, t.charts[name], value);
    return {
      element,
      update: () => {
        const column = session.state.series[CURVES.findIndex((curve) => curve.name === name) + 1];
        setText(value, curveText(name, (pointed === null ? column?.at(-1) : column?.[pointed]) ?? 0));
        setAttribute(element, 'aria-pressed', String(shown(name)));
      },
    };
  };
  const drawKeys = (): void => showKeys(CURVES.filter(({ name }) => USUAL.includes(name) || shown(name)));
  const add = h('select', { class: 'field add', 'aria-label': t.charts.add, title: t.charts.add });
  on(add, {
    change: () => {
      chosen.set(add.value as CurveName, true);
      showCurves();
    },
  });
  const showCurves = (): void => {
    drawKeys();
    const rest = CURVES.filter(({ name }) => !USUAL.includes(name) && !shown(name));
    add.replaceChildren(option('', '+'), ...rest.map(({ name }) => option(name, t.charts[name])));
    CURVES.forEach(({ name }, i) => plot?.show(i, shown(name)));
  };
  showCurves();

  let drawnAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    const wait = drawnAt + REDRAW_MS - performance.now();
    if (wait > 0) {
      timer = setTimeout(draw, wait);
      return;
    }
    drawnAt = performance.now();
    const { series } = session.state;
    plot?.data(series, session.state.split === null ? null : (session.state.peer?.series ?? null));
    drawKeys();
    const last = (column: number): number => series[column]?.at(-1) ?? 0;
    setAttribute(place, 'aria-label', t.charts.summary(...(USUAL.map((name, i) => curveText(name, last(i + 1))) as [string, string, string, string])));
  };
  watch(context, (s) => s.series, (columns: Columns) => {
    const now = usualCurves(columns);
    if (now.join() !== usual.join()) {
      usual = now;
      showCurves();
    }
    draw();
  });

  watch(context, (s) => s.peer?.series, draw);
  const size = new ResizeObserver(([entry]) => {
    const { width, height } = entry?.contentRect ?? { width: 0, height: 0 };
    if (width === 0 || height === 0) return;
    if (plot !== null) plot.resize(width, height);
    else void load(width, height);
  });
  let loading = false;
  const load = async (width: number, height: number): Promise<void> => {
    if (loading) return;
    loading = true;
    const { Plot } = await import('./plot.ts');
    if (signal.aborted) return;
    adopt(root);
    place.replaceChildren();
    plot = new Plot(place, width, height, {
      pointed: (ns) => {
        const row = ns === null ? -1 : (session.state.series[0]?.findLastIndex((time) => time <= ns) ?? -1);
        pointed = row < 0 ? null : row;
        session.store.set({ pointedNs: ns });
        drawKeys();
      },
      clicked: (ns) => void session.seekTime(ns),
    });
    showCurves();
    draw();
  };
  size.observe(place);
  watch(context, (s) => s.theme, () => plot?.recolour());
  watch(context, (s) => s.pointedNs, (ns) => { if (pointed === null) plot?.point(ns); });
  signal.addEventListener('abort', () => {
    size.disconnect();
    clearTimeout(timer);
    plot?.destroy();
  }, { once: true });

  /** The histogram stands where the curves do. */
  let histogram = false;
  const latency = latencyPanel(context, () => histogram);
  const switchTo = button({ label: t.latency.show, text: t.latency.show, className: 'btn small bare' }, () => {
    histogram = !histogram;
    setAttribute(switchTo, 'aria-pressed', String(histogram));
    latency.element.hidden = !histogram;
    place.hidden = keys.hidden = add.hidden = png.hidden = svg.hidden = histogram;
    latency.refresh();
  });
  switchTo.id = 'latency';
  setAttribute(switchTo, 'aria-pressed', 'false');

  const fileName = (kind: string): string => `${session.state.scenario?.name.replace(/\.mm$/, '') ?? 'charts'}.${kind}`;
  const csv = button({ label: t.charts.csv, text: 'CSV', className: 'btn small bare' }, () => saveBlob(fileName('csv'), new Blob([histogram ? latency.csv() : csvOf(session.state.series)], { type: 'text/csv' })));
  const png = button({ label: t.charts.png, text: 'PNG', className: 'btn small bare' }, () => {
    const legend = CURVES.filter(({ name }) => shown(name)).map(({ name, colour }) => ({ text: t.charts[name], colour }));
    void plot?.picture(legend).then((blob) => blob !== null && saveBlob(fileName('png'), blob));
  });
  const svg = button({ label: t.charts.svg, text: 'SVG', className: 'btn small bare' }, () => void (async () => {
    const { chartSvg } = await import('./chart-svg.ts');
    const theme = getComputedStyle(place);
    const colour = (name: string): string => theme.getPropertyValue(name).trim();
    const curves = CURVES.filter(({ name }) => shown(name)).map(({ name, colour: property }) => ({ name, text: t.charts[name], colour: colour(property) }));
    const ink = { ground: colour('--panel'), line: colour('--line'), words: colour('--ink') };
    saveBlob(fileName('svg'), new Blob([chartSvg(session.state.series, curves, ink)], { type: 'image/svg+xml' }));
  })());
  return h('section', { class: 'panel charts', 'data-panel': 'charts', 'aria-label': t.charts.label },
    h('h2', { class: 'heading' }, t.panels.charts), h('div', { class: 'tools' }, add, switchTo, csv, png, svg), keys, place, latency.element);
}
