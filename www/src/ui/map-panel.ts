/** The map's panel: which view, how large, the stage itself, the daemons' state and the legend. */
import { isCellView } from '../canvas/lanes.ts';
import { COLOURINGS } from '../engine/protocol.ts';
import type { CellView, Colouring, DaemonName, DaemonView, ViewName } from '../engine/protocol.ts';
import { duration, kib, pageName } from '../format.ts';
import { stateWords } from '../locales/index.ts';
import type { State } from '../state/state.ts';
import { CELL_SIZES } from '../state/state.ts';
import { PALETTE, colouringColour, stateColour } from '../theme/palette.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, option, setAttribute, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { MapCanvas } from './map-canvas.ts';
import css from './map-panel.css?inline';
import { mapStage } from './map-stage.ts';
import { reasonWord } from './reason.ts';
import { adopt, style } from './styles.ts';

style(css);

/** Always in the legend, so that it does not jump while the stories run; what else occurs joins them. */
const LEGEND: Readonly<Record<CellView, string>> = { spaces: 'aTtkzs.', memory: 'aTtkpbr' };

const VIEWS: readonly ViewName[] = ['spaces', 'memory', 'trees', 'walk', 'heat', 'hugetlb'];

/** Views of their own, loaded when they are first seen. */
const LATE: Readonly<Record<Exclude<ViewName, CellView>, () => Promise<(context: Context) => HTMLElement>>> = {
  trees: async () => (await import('./ksm-trees.ts')).ksmTrees,
  walk: async () => (await import('./page-walk.ts')).pageWalk,
  heat: async () => (await import('./heat-map.ts')).heatMap,
  hugetlb: async () => (await import('./hugetlb-pool.ts')).hugetlbPool,
};

/** Owners that the legend names. */
const MAX_OWNERS = 10;

/** The letters of a legend, in the order of the palette; folios of all sizes between are one. */
export function legendLetters(view: CellView, occurring: string): string[] {
  const shown = LEGEND[view] + occurring.replace(/[1-8]/g, '4') + (view === 'memory' && occurring.includes('Z') ? 'Z' : '');
  const letters = PALETTE.map(({ letter }) => letter).filter((letter) => shown.includes(letter) && !(view === 'spaces' ? 'o' : '.sg').includes(letter));
  return [...letters.filter((letter) => letter !== '.'), ...letters.filter((letter) => letter === '.')];
}

/** What stands around the map. */
export interface MapParts {
  views: boolean;
  caption: boolean;
  zoom: boolean;
  table: boolean;
  /** Daemons and legend. */
  foot: boolean;
}

const ALL_PARTS: MapParts = { views: true, caption: true, zoom: true, table: true, foot: true };

export function mapPanel(context: Context, canvas: MapCanvas, root: ShadowRoot, parts: MapParts = ALL_PARTS): HTMLElement {
  const { t } = context;
  const barred = parts.views || parts.caption || parts.zoom || parts.table;
  const panel = h('section', { class: 'panel map', 'data-panel': 'map', 'aria-label': t.panels.map },
    barred && h('div', { class: 'map-bar' }, parts.views && viewTabs(context), parts.caption && caption(context), mapControls(context, parts)),
    stages(context, canvas, root),
    h('div', { class: 'map-foot', hidden: !parts.foot }, h('div', { class: 'daemons' }, daemonChip(context, 'khugepaged'), daemonChip(context, 'ksmd'), checkpointChip(context)), legend(context)),
  );
  loadLate(context, root, panel);
  return panel;
}

/** The map, and beside it the other machine when the screen is split. */
function stages(context: Context, canvas: MapCanvas, root: ShadowRoot): HTMLElement {
  const { session, signal } = context;
  const first = mapStage(context, canvas);
  const element = h('div', { class: 'stages' }, first);
  let ended: AbortController | null = null;
  watch(context, (s) => !isCellView(s.view), (away) => { element.hidden = away; });
  watch(context, (s) => s.split !== null, (split) => {
    element.classList.toggle('split', split);
    ended?.abort();
    ended = null;
    element.querySelector('.split-pane')?.remove();
    if (!split) return;
    const now = ended = new AbortController();
    void import('./split-pane.ts').then(({ splitPane }) => {
      if (now.signal.aborted || signal.aborted || session.state.split === null) return;
      adopt(root);
      element.append(splitPane({ ...context, signal: AbortSignal.any([now.signal, signal]) }, canvas, first));
    });
  });
  return element;
}

/** Puts a view of its own into the panel when it is first shown. */
function loadLate(context: Context, root: ShadowRoot, panel: HTMLElement): void {
  const loaded = new Set<ViewName>();
  watch(context, (s) => s.view, (view) => {
    if (isCellView(view) || loaded.has(view)) return;
    loaded.add(view);
    const place = h('div', { class: 'stage-frame' });
    panel.insertBefore(place, panel.lastElementChild);
    watch(context, (s) => s.view === view, (shown) => { place.hidden = !shown; });
    void LATE[view]().then((make) => {
      if (context.signal.aborted) return;
      adopt(root);
      place.replaceWith(make(context));
    });
  });
}

function viewTabs(context: Context): HTMLElement {
  const { session, t } = context;
  const tab = (view: ViewName): HTMLElement => {
    const element = button({ label: t.map[view], text: t.map[view], className: 'btn bare' }, () => session.setView(view));
    watch(context, (s) => s.view, (now) => {
      setAttribute(element, 'aria-pressed', String(now === view));
      // Where there is no room for all tabs, the one that is chosen comes into view.
      const bar = element.parentElement;
      if (now === view && bar !== null && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = element.offsetLeft - bar.offsetLeft - bar.clientWidth / 3;
    });
    return element;
  };
  return h('div', { class: 'views', role: 'group', 'aria-label': t.map.views }, ...VIEWS.map(tab));
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

function mapControls(context: Context, parts: MapParts): HTMLElement {
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
  watch(context, (s) => !isCellView(s.view), (away) => { follow.hidden = size.hidden = away; });
  watch(context, (s) => s.view === 'walk', (away) => { out.hidden = into.hidden = away; });
  const table = button({ label: t.table.title, icon: icon('table'), className: 'btn bare small square' }, () => session.store.set({ dialog: { kind: 'table' } }));
  const zoom = parts.zoom ? [follow, out, size, into] : [];
  return h('div', { class: 'controls' }, colouringSelect(context), parts.table && table, ...zoom);
}

/** What the colours of the memory view say. */
function colouringSelect(context: Context): HTMLElement {
  const { session, t } = context;
  const select = h('select', { class: 'field colouring', id: 'colouring', 'aria-label': t.memory.colouring, title: t.memory.colouring }, ...COLOURINGS.map((name) => option(name, t.memory[name])));
  watch(context, (s) => [s.view, s.colouring], ([view]) => {
    select.hidden = view !== 'memory';
    select.value = session.state.colouring;
  });
  return on(select, { change: () => session.store.set({ colouring: select.value as Colouring }) });
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

/** What going back rests on, and what that takes. */
function checkpointChip(context: Context): HTMLElement {
  const { t } = context;
  const element = h('span', { class: 'chip muted checkpoints' });
  watch(context, (s) => s.machine?.checkpoints, (memory) => {
    if (memory === undefined) return;
    setText(element, t.rewind.memory(memory.count, kib(memory.bytes / 1024)));
    setAttribute(element, 'title', t.rewind.bound(memory.mostCount, kib(memory.mostBytes / 1024)));
  });
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
  watch(context, (s) => [s.view, s.theme, s.colouring, legendKey(s)], () => list.replaceChildren(...legendItems(context).map(({ letter, text, colour }) => {
    if (colour === '') return h('li', {}, text);
    const swatch = h('i', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.background = colour;
    return h('li', {}, swatch, letter !== '' && h('b', {}, letter), text);
  })));
  return list;
}

/** Changes when what the legend lists does. */
function legendKey({ view, colouring, machine }: State): string {
  if (view === 'memory' && colouring === 'owner') return machine?.processes.map(({ name }) => name).join() ?? '';
  return isCellView(view) ? legendLetters(view, machine?.letters ?? '').join('') : view;
}

interface LegendItem {
  letter: string;
  text: string;
  /** '' for words alone. */
  colour: string;
}

function legendItems({ session, t }: Context): LegendItem[] {
  const { view, theme, colouring, machine } = session.state;
  const by = (letter: string, text: string): LegendItem => ({ letter, text, colour: colouringColour(letter, theme) });
  if (view === 'hugetlb') {
    return [
      { letter: 'F', text: t.pool.free, colour: 'var(--track)' }, { letter: 'R', text: t.pool.reserved, colour: 'var(--ksm)' },
      { letter: 'U', text: t.pool.inUse, colour: 'var(--accent)' }, { letter: '+', text: t.pool.surplus, colour: 'repeating-linear-gradient(135deg, var(--muted) 0 2px, var(--track) 2px 4px)' },
    ];
  }
  if (!isCellView(view)) return [{ letter: '', text: { trees: t.ksm.legend, walk: t.walk.legend, heat: t.heat.legend }[view], colour: '' }];
  if (view === 'spaces' || colouring === 'state') {
    return legendLetters(view, machine?.letters ?? '').map((letter) => ({ letter: letter === '4' ? '1–8' : letter, text: stateWords(t, letter).short, colour: stateColour(letter, theme) }));
  }
  if (colouring === 'order') return [...[...'0123456789A'].map((letter, order) => by(letter, kib(4 * 2 ** order))), by('x', t.memory.inUse)];
  if (colouring === 'pageblock') return [by('U', 'Unmovable'), by('M', 'Movable'), by('R', 'Reclaimable'), ...[...'umr'].map((letter) => by(letter, t.memory.freeIn))];
  const owners = (machine?.processes ?? []).slice(0, MAX_OWNERS).map(({ name }, i) => by('abcdefghij'.charAt(i), name));
  return [...owners, by('+', t.memory.shared), by('-', t.memory.unmapped), by('p', t.states.p.short), by('k', t.states.r.short), by('.', t.states.b.short)];
}
