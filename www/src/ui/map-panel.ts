/** The map's panel: which view, how large, the stage itself, the daemons' state and the legend. */
import type { DaemonName, DaemonView, ViewName } from '../engine/protocol.ts';
import { duration, kib, pageName } from '../format.ts';
import { stateWords } from '../locales/index.ts';
import type { State } from '../state/state.ts';
import { CELL_SIZES } from '../state/state.ts';
import { PALETTE, stateColour } from '../theme/palette.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, setAttribute, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { MapCanvas } from './map-canvas.ts';
import css from './map-panel.css?inline';
import { ksmTrees } from './ksm-trees.ts';
import { mapStage } from './map-stage.ts';
import { reasonWord } from './reason.ts';
import { style } from './styles.ts';

style(css);

/** Always in the legend, so that it does not jump while the stories run; what else occurs joins them. */
const LEGEND: Readonly<Record<ViewName, string>> = { spaces: 'aTtkzs.', memory: 'aTtkpbr', trees: '' };

/** The letters of a legend, in the order of the palette; folios of all sizes between are one. */
export function legendLetters(view: ViewName, occurring: string): string[] {
  const shown = LEGEND[view] + occurring.replace(/[1-8]/g, '4') + (view === 'memory' && occurring.includes('Z') ? 'Z' : '');
  const letters = PALETTE.map(({ letter }) => letter).filter((letter) => shown.includes(letter) && (view === 'spaces' || !'.sg'.includes(letter)));
  return [...letters.filter((letter) => letter !== '.'), ...letters.filter((letter) => letter === '.')];
}

export function mapPanel(context: Context, canvas: MapCanvas): HTMLElement {
  const { t } = context;
  return h('section', { class: 'panel map', 'data-panel': 'map', 'aria-label': t.panels.map },
    h('div', { class: 'map-bar' }, viewTabs(context), caption(context), mapControls(context)),
    mapStage(context, canvas),
    ksmTrees(context),
    h('div', { class: 'map-foot' }, h('div', { class: 'daemons' }, daemonChip(context, 'khugepaged'), daemonChip(context, 'ksmd')), legend(context)),
  );
}

function viewTabs(context: Context): HTMLElement {
  const { session, t } = context;
  const tab = (view: ViewName): HTMLElement => {
    const element = button({ label: t.map[view], text: t.map[view], className: 'btn bare' }, () => session.setView(view));
    watch(context, (s) => s.view, (now) => setAttribute(element, 'aria-pressed', String(now === view)));
    return element;
  };
  return h('div', { class: 'views', role: 'group', 'aria-label': t.map.views }, tab('spaces'), tab('memory'), tab('trees'));
}

/** What the scenario is about, in a sentence. */
function caption(context: Context): HTMLElement {
  const element = h('p', { class: 'caption muted' });
  watch(context, (s) => s.scenario, (scenario) => {
    const words = scenario?.id == null ? '' : context.t.scenarios[scenario.id].blurb;
    setText(element, words);
    element.title = words;
  });
  return element;
}

function mapControls(context: Context): HTMLElement {
  const { session, t } = context;
  const follow = button({ label: t.map.follow, icon: icon('target'), className: 'btn bare small square' }, () => session.store.set({ follow: !session.state.follow }));
  watch(context, (s) => s.follow, (on) => setAttribute(follow, 'aria-pressed', String(on)));
  const out = button({ label: t.map.zoomOut, icon: icon('minus'), className: 'btn bare small square' }, () => session.zoom(-1));
  const size = h('span', { class: 'mono muted size' });
  const into = button({ label: t.map.zoomIn, icon: icon('plus'), className: 'btn bare small square' }, () => session.zoom(1));
  watch(context, (s) => s.cell, (cell) => {
    setText(size, t.map.zoom(cell));
    setAttribute(out, 'aria-disabled', String(cell === CELL_SIZES[0]));
    setAttribute(into, 'aria-disabled', String(cell === CELL_SIZES.at(-1)));
  });
  const table = button({ label: t.table.title, icon: icon('table'), className: 'btn bare small square' }, () => session.store.set({ dialog: { kind: 'table' } }));
  return h('div', { class: 'controls' }, table, follow, out, size, into);
}

/** Where a daemon is and what it said last; a press goes there. */
function daemonChip(context: Context, daemon: DaemonName): HTMLElement {
  const { session, t } = context;
  const where = h('span');
  const reason = h('span');
  const next = h('span', { class: 'muted' });
  const element = button({ label: t.map.goTo(daemon), className: 'chip' }, () => {
    const at = session.state.machine?.[daemon].at ?? null;
    if (at !== null) session.store.set({ view: 'spaces', reveal: { page: at } });
    session.store.set({ follow: true });
  });
  element.removeAttribute('aria-label');
  element.append(h('b', {}, daemon), where, reason, next);
  watch(context, (s) => s.machine?.[daemon], (view) => {
    if (view === undefined) return;
    setText(where, view.at === null ? '' : `▸ ${view.at.process} ${placeText(daemon, view)}`);
    reason.replaceChildren(...(view.last === '' ? [] : [reasonWord(context, view.last), ` ${view.lastDetail}`]));
  });
  watch(context, (s) => nextText(context, s, daemon), (text) => setText(next, text));
  return element;
}

/** khugepaged goes by ranges, ksmd by pages. */
export function placeText(daemon: DaemonName, { at }: DaemonView): string {
  if (at === null) return '';
  return daemon === 'khugepaged' ? `${at.region} +${kib(at.index * 4)}` : pageName(at);
}

function nextText({ t }: Context, { machine }: State, daemon: DaemonName): string {
  const view = machine?.[daemon];
  if (machine == null || view === undefined) return '';
  if (!view.running) return t.map.off;
  const wakes = view.nextNs === null ? t.map.idle : t.map.wakesIn(duration(view.nextNs - machine.nowNs));
  return `${t.map.scans(view.fullScans)} · ${wakes}`;
}

function legend(context: Context): HTMLElement {
  const { t } = context;
  const list = h('ul', { class: 'legend', 'aria-label': t.map.legend });
  watch(context, (s) => [s.view, s.theme, legendLetters(s.view, s.machine?.letters ?? '').join('')], ([view, , letters]) => {
    const { theme } = context.session.state;
    if (view === 'trees') list.replaceChildren(h('li', {}, t.ksm.legend));
    else list.replaceChildren(...[...letters as string].map((letter) => {
      const swatch = h('i', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.background = stateColour(letter, theme);
      return h('li', {}, swatch, h('b', {}, letter === '4' ? '1–8' : letter), stateWords(t, letter).short);
    }));
  });
  return list;
}
