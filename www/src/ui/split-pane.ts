/**
 * The right half of a split screen: the same run with one setting of its own, at the same moment, and what differs.
 *
 * Both halves have one scroll position, zoom and view. Pages that differ are marked in both.
 */
import { differingRuns, pagesOfRuns, runsWithin } from '../canvas/differences.ts';
import type { Runs } from '../canvas/differences.ts';
import { Grid } from '../canvas/geometry.ts';
import { cellView, isCellView, lanesOf } from '../canvas/lanes.ts';
import type { NamedLane } from '../canvas/lanes.ts';
import { startWorker } from '../engine/client.ts';
import type { CellsOf } from '../engine/client.ts';
import { GEOMETRY } from '../engine/protocol.ts';
import type { Totals } from '../engine/protocol.ts';
import { clock, count, kib } from '../format.ts';
import { shortLine } from '../state/commands.ts';
import { Peer, placeOf, withOwnSetting } from '../state/peer.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { MapCanvas } from './map-canvas.ts';
import css from './split-pane.css?inline';
import { sized } from './scrolled-canvas.ts';
import { style } from './styles.ts';

style(css);

const ASK_MS = 300;
const BLOCK = 512;
/** While playing, this share of the time is as good as the same moment. */
const CLOSE = 0.03;
/** Letters asked of one region at most: what is in view of it is less. */
const MOST_PAGES = 1 << 20;

/** What the table compares. */
const ROWS = [['rss', 'rssKb', kib], ['anonHuge', 'anonHugeKb', kib], ['free', 'memFreeKb', kib], ['pagesSharing', 'pagesSharing', count], ['pagesCollapsed', 'pagesCollapsed', count]] as const satisfies
  readonly (readonly [keyof Context['t']['charts'], keyof Totals, (value: number) => string])[];

/** Key of a region in both machines. */
const keyOf = ({ process, region }: { process: string; region: string }): string => `${process} ${region}`;

export function splitPane(context: Context, first: MapCanvas, left: HTMLElement): HTMLElement {
  const { session, t, signal } = context;
  const canvas = h('canvas', { class: 'cells', 'aria-hidden': 'true' });
  const marks = h('canvas', { class: 'marks', 'aria-hidden': 'true' });
  const marksOfFirst = h('canvas', { class: 'marks', 'aria-hidden': 'true' });
  left.append(marksOfFirst);
  const place = h('div', { class: 'split-place', role: 'img' }, canvas, marks);
  const setting = h('label', { class: 'mono', for: 'split-value' });
  const value = h('input', { class: 'field mono', id: 'split-value', size: 8, spellcheck: 'false', autocomplete: 'off' });
  const state = h('span', { class: 'state', role: 'status' });
  const time = h('span', { class: 'mono muted' });
  const close = button({ label: t.split.close, icon: icon('close'), className: 'btn bare small square push' }, () => session.store.set({ split: null, peer: null }));
  close.id = 'split-close';
  const body = h('tbody');
  const table = h('table', { class: 'split-table', 'aria-label': t.split.table },
    h('thead', {}, h('tr', {}, h('td', { class: 'how' }, state), ...[t.split.first, t.split.second, t.split.difference].map((words) => h('th', { scope: 'col' }, words)))), body);
  const mine = h('span', { class: 'mono' });
  const headOfFirst = h('div', { class: 'split-head first' }, mine);
  left.before(headOfFirst);
  const element = h('section', { class: 'split-pane', 'aria-label': t.split.label },
    on(h('form', { class: 'split-head' }, setting, value, time, close), {
      submit: (event) => {
        event.preventDefault();
        const { split } = session.state;
        if (split !== null && value.value.trim() !== '') session.store.set({ split: { ...split, value: value.value.trim() } });
      },
    }), place, h('div', { class: 'split-foot scroll', tabindex: 0, role: 'region', 'aria-label': t.split.table }, table));

  // --- the other machine ---

  let peer: Peer | null = null;
  let lines = '';
  const start = async (): Promise<void> => {
    const { split } = session.state;
    if (split === null) return;
    const { text, pending } = await session.client.script();
    if (signal.aborted || session.state.split !== split) return;
    if (peer === null) {
      peer = new Peer(startWorker(), (view) => session.store.set({ peer: view }));
      peer.canvas(canvas.transferControlToOffscreen());
      show();
    }
    lines = `${text}${pending}`;
    peer.run(withOwnSetting(`${lines}\n`, split.path, split.value));
    follow();
  };
  const follow = (): void => {
    const { machine, marks: all } = session.state;
    if (peer !== null && machine !== null) peer.follow(placeOf(all, machine.position, machine.nowNs));
  };
  /** Lines that are not of the script that the other one runs: it must be begun anew. */
  const inStep = (): boolean => {
    const typed = session.state.marks.filter(({ label }) => label !== '').map(({ label }) => label);
    const known = lines.split('\n').filter((line) => line !== '' && !/^\s*(?:machine|run)\b/.test(line));
    return typed.every((line, i) => line === known[i]);
  };

  /** A machine that plays is always a little ahead of the one that follows. */
  const farBehind = (): boolean => {
    const { machine, peer: other } = session.state;
    if (other?.machine == null || machine === null) return true;
    return other.behind && (!machine.playing || Math.abs(machine.nowNs - other.machine.nowNs) > machine.nowNs * CLOSE);
  };

  // --- what is drawn ---

  const show = (): void => {
    const { view, cell, theme, colouring } = session.state;
    if (peer === null || place.clientWidth === 0) return;
    peer.viewport({
      view: cellView(view), cell, theme, colouring, selected: null, hovered: null, width: place.clientWidth, height: place.clientHeight,
      dpr: Math.min(3, devicePixelRatio), scrollY: first.scrollY, letters: cell >= 9, flash: false,
    });
  };
  let differing = new Map<string, Runs>();
  const drawMarks = (): void => {
    const { machine, peer: view, cell, view: name } = session.state;
    const both = [[marksOfFirst, machine], [marks, view?.machine ?? null]] as const;
    for (const [target, shown] of both) {
      const lanes = shown === null || !isCellView(name) ? [] : lanesOf(shown, name);
      paintMarks(target, lanes, cell, first.scrollY, name === 'spaces' ? differing : new Map());
      if (target === marks) paintTitles(target, lanes, first.scrollY);
    }
  };
  const stale = asking(() => session.state.view === 'spaces' && peer !== null, async () => {
    const { machine } = session.state;
    if (peer === null || machine === null || farBehind()) return;
    const regions = machine.processes.flatMap(({ name, regions: mine }) =>
      mine.map(({ name: region, pages }): CellsOf => ({ process: name, region, first: 0, count: Math.min(pages, MOST_PAGES) })));
    const [a, b] = await Promise.all([session.client.cells(regions), peer.client.cells(regions)]);
    differing = new Map(regions.map((region, i) => [keyOf(region), differingRuns(a.letters[i] ?? new Uint8Array(), b.letters[i] ?? new Uint8Array())]));
    drawMarks();
    tell();
  }, signal, ASK_MS);
  const tell = (): void => {
    const { peer: view } = session.state;
    const pages = [...differing.values()].reduce((sum, runs) => sum + pagesOfRuns(runs), 0);
    const words = view === null || view.error !== '' ? (view?.error ?? '') : farBehind() ? t.split.behind : t.split.differ(count(pages));
    setText(time, view?.machine == null ? '' : clock(view.machine.nowNs));
    setText(state, words);
    place.setAttribute('aria-label', `${t.split.label}: ${words}`);
    const { split, tunables, tunableValues } = session.state;
    const own = tunableValues[tunables.findIndex(({ path }) => path === split?.path)] ?? '';
    setText(mine, `${split?.path.split('/').at(-1) ?? ''} ${own}`);
    const [here, others] = [session.state.machine?.totals, view?.machine?.totals];
    body.replaceChildren(...(here === undefined || others === undefined ? [] : ROWS.map(([name, key, write]) => {
      const difference = others[key] - here[key];
      const text = difference === 0 ? '0' : `${difference > 0 ? '+' : '−'}${write(Math.abs(difference))}`;
      return h('tr', {}, h('th', { scope: 'row' }, t.charts[name] as string), ...[write(here[key]), write(others[key]), text].map((words2, i) => h('td', { class: i === 2 && difference !== 0 ? 'mono differs' : 'mono' }, words2)));
    })));
  };

  watch(context, (s) => s.split, (split) => {
    if (split === null) return;
    setText(setting, split.path.split('/').at(-1) ?? split.path);
    setting.title = shortLine(`echo ${split.value} > ${split.path}`);
    value.value = split.value;
    void start().catch(() => undefined);
  });
  watch(context, (s) => [s.machine?.nowNs, s.machine?.position, s.marks], () => {
    if (peer === null) return;
    if (inStep()) follow();
    else void start().catch(() => undefined);
  });
  watch(context, (s) => [s.view, s.cell, s.theme, s.colouring], () => {
    show();
    drawMarks();
  });
  watch(context, (s) => [s.peer, s.machine?.version], () => {
    tell();
    stale();
    drawMarks();
  });
  const scrolled = first.onScroll(() => {
    show();
    drawMarks();
  });
  const size = new ResizeObserver(() => {
    show();
    drawMarks();
  });
  size.observe(place);
  signal.addEventListener('abort', () => {
    size.disconnect();
    scrolled();
    peer?.close();
    marksOfFirst.remove();
    headOfFirst.remove();
  }, { once: true });
  return element;
}

/** Under each block how much of it differs, and a corner on each cell that does. */
function paintMarks(canvas: HTMLCanvasElement, lanes: readonly NamedLane[], cell: number, scrollY: number, differing: ReadonlyMap<string, Runs>): void {
  const box = canvas.parentElement;
  const [width, height] = [box?.clientWidth ?? 0, box?.clientHeight ?? 0];
  const g = sized(canvas, width, height);
  if (g === null || width === 0) return;
  g.fillStyle = getComputedStyle(canvas).color;
  const grid = new Grid(lanes, 'spaces', width, cell);
  lanes.forEach((lane, n) => {
    if (lane.kind !== 'region' || lane.top > scrollY + height || lane.top + lane.height < scrollY) return;
    const runs = differing.get(keyOf({ process: lane.process.name, region: lane.region.name })) ?? [];
    const lead = lane.start % BLOCK;
    // The title of the lane lies over what scrolls under it.
    const under = Math.max(0, lane.top - scrollY) + GEOMETRY.titleBand;
    for (let block = 0; block * BLOCK < lead + lane.length; block += 1) {
      const from = Math.max(0, block * BLOCK - lead);
      const to = Math.min(lane.length, (block + 1) * BLOCK - lead);
      const rect = grid.blockRect({ lane: n, index: from });
      if (rect.y + rect.height < scrollY || rect.y > scrollY + height) continue;
      const inside = runsWithin(runs, from, to);
      const pages = pagesOfRuns(inside);
      if (pages === 0) continue;
      // The share of the block that differs, as a bar below it; single cells have a dot where they are large enough.
      if (rect.y + rect.height + 2 - scrollY < under) continue;
      g.fillRect(rect.x, rect.y + rect.height + 2 - scrollY, Math.max(2, (rect.width * pages) / (to - from)), 3);
      if (cell < 4 || pages === to - from) continue;
      for (const [start, end] of inside) {
        for (let index = start; index < end; index += 1) {
          const at = grid.cellRect({ lane: n, index });
          if (at.y - scrollY < under) continue;
          g.beginPath();
          g.moveTo(at.x + at.width - 1, at.y - scrollY);
          g.lineTo(at.x + at.width - 1, at.y - scrollY + at.height * 0.6);
          g.lineTo(at.x + at.width * 0.4 - 1, at.y - scrollY);
          g.fill();
        }
      }
    }
  });
}

/** Titles of the lanes, as the first machine has them over its map. */
function paintTitles(canvas: HTMLCanvasElement, lanes: readonly NamedLane[], scrollY: number): void {
  const g = canvas.getContext('2d');
  const theme = getComputedStyle(canvas);
  if (g === null) return;
  g.textBaseline = 'middle';
  for (const lane of lanes) {
    const y = Math.max(0, lane.top - scrollY);
    if (lane.top + lane.height < scrollY + GEOMETRY.titleBand || y > canvas.clientHeight) continue;
    g.fillStyle = theme.getPropertyValue('--panel');
    g.fillRect(0, y, canvas.clientWidth, GEOMETRY.titleBand);
    g.fillStyle = theme.getPropertyValue('--ink');
    g.font = `600 13px ${theme.getPropertyValue('--sans')}`;
    const name = lane.kind === 'zone' ? lane.zone.name : `${lane.process.name} ${lane.region.name}`;
    g.fillText(name, GEOMETRY.marginX, y + GEOMETRY.titleBand / 2);
    const after = GEOMETRY.marginX + g.measureText(name).width + 14;
    g.fillStyle = theme.getPropertyValue('--muted');
    g.font = `12px ${theme.getPropertyValue('--mono')}`;
    g.fillText(lane.kind === 'zone' ? kib(lane.zone.freeKb) : `RSS ${kib(lane.region.rssKb)}   AnonHugePages ${kib(lane.region.anonHugeKb)}`, after, y + GEOMETRY.titleBand / 2);
  }
}
