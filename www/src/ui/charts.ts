/** Memory over virtual time. The plotting library is loaded when the panel is first seen. */
import { count, kib } from '../format.ts';
import css from './charts.css?inline';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, setAttribute, setText } from './dom.ts';
import type { Plot } from './plot.ts';
import { adopt, style } from './styles.ts';

style(css);

/** Columns of the series after the time; the colour is that of the page state where there is one. */
export const CURVES = [
  { name: 'rss', colour: '--anon' },
  { name: 'anonHuge', colour: '--thp' },
  { name: 'free', colour: '--muted' },
  { name: 'pagesSharing', colour: '--ksm' },
] as const;
type CurveName = (typeof CURVES)[number]['name'];

const REDRAW_MS = 100;

/** More than this times the other curve would flatten it to a line on the floor. */
const SCALE_RATIO = 4;

export function fitsBeside(curve: readonly number[], other: readonly number[]): boolean {
  const top = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  return top(curve) <= SCALE_RATIO * top(other);
}

export function chartsPanel(context: Context, root: ShadowRoot): HTMLElement {
  const { session, t, signal } = context;
  const place = h('div', { class: 'plot', role: 'img' }, h('p', { class: 'muted' }, t.charts.loading));
  /** What the reader chose; else everything is shown that fits the others' scale. */
  const chosen = new Map<CurveName, boolean>();
  let freeFits = true;
  const shown = (name: CurveName): boolean => chosen.get(name) ?? (name !== 'free' || freeFits);
  let plot: Plot | null = null;

  const values = CURVES.map(() => h('span', { class: 'value' }));
  const keys = CURVES.map(({ name, colour }, i) => {
    const element = button({ label: t.charts.show(t.charts[name]), className: 'key' }, () => {
      chosen.set(name, !shown(name));
      showCurves();
    });
    element.removeAttribute('aria-label');
    const swatch = h('i', { class: 'line', 'aria-hidden': 'true' });
    swatch.style.background = `var(${colour})`;
    element.append(swatch, t.charts[name], values[i] ?? '');
    return element;
  });
  const showCurves = (): void => CURVES.forEach(({ name }, i) => {
    setAttribute(keys[i] as HTMLElement, 'aria-pressed', String(shown(name)));
    plot?.show(i, shown(name));
  });
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
    plot?.data(session.state.series);
  };
  watch(context, (s) => s.series, (columns) => {
    const [, rss = [], , free = []] = columns;
    const fits = fitsBeside(free, rss);
    if (fits !== freeFits) {
      freeFits = fits;
      showCurves();
    }
    const last = columns.slice(1).map((column) => column.at(-1) ?? 0);
    const texts = last.map((value, i) => (CURVES[i]?.name === 'pagesSharing' ? count(value) : kib(value)));
    texts.forEach((text, i) => setText(values[i] as HTMLElement, text));
    setAttribute(place, 'aria-label', t.charts.summary(texts[0] ?? '', texts[1] ?? '', texts[2] ?? '', texts[3] ?? ''));
    draw();
  });

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
    plot = new Plot(place, width, height);
    showCurves();
    draw();
  };
  size.observe(place);
  watch(context, (s) => s.theme, () => plot?.recolour());
  signal.addEventListener('abort', () => {
    size.disconnect();
    clearTimeout(timer);
    plot?.destroy();
  }, { once: true });
  return h('section', { class: 'panel charts', 'data-panel': 'charts', 'aria-label': t.charts.label },
    h('h2', { class: 'heading' }, t.panels.charts), h('div', { class: 'keys' }, ...keys), place);
}
