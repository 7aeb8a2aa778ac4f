/**
 * The trees of KSM, drawn as they are: stable on the left, unstable on the right, least contents on top.
 *
 * The way that the next visit of a page would take - the selected page, else the one ksmd stands at - lights up step
 * by step, with what `memcmp` says at each node.
 */
import { readSearch, readTrees } from '../canvas/trees.ts';
import type { StepView, TreeLine, TreeNodeView, TreeView } from '../canvas/trees.ts';
import type { PageRef } from '../engine/protocol.ts';
import { pageName } from '../format.ts';
import { samePage } from '../state/apply.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, on, setText } from './dom.ts';
import { HEAD, drawTrees, hasDeeper, lineHeight, placeTrees } from './ksm-trees-draw.ts';
import type { PlacedLine, TreesLayout } from './ksm-trees-draw.ts';
import css from './ksm-trees.css?inline';
import { followStage } from './scrolled-canvas.ts';
import { style } from './styles.ts';

style(css);

/** A step of the search lights up after so long. */
const STEP_MS = 220;

export function ksmTrees(context: Context): HTMLElement {
  const { session, t, signal } = context;
  const canvas = h('canvas', { class: 'cells', 'aria-hidden': 'true' });
  const keys = h('p', { class: 'hidden-text', id: 'ksm-keys' }, t.ksm.keys);
  const spoken = h('p', { class: 'hidden-text', 'aria-live': 'polite', id: 'ksm-spoken' });
  const empty = h('p', { class: 'empty', hidden: true }, t.ksm.nothing);
  const view = h('div', { class: 'trees-view', id: 'ksm-trees', role: 'application', tabindex: 0, 'aria-label': t.ksm.label, 'aria-roledescription': t.ksm.role, 'aria-describedby': keys.id }, canvas, empty);
  const content = h('div', { class: 'stage-content' }, view);
  const stage = h('div', { class: 'stage scroll' }, content);
  const frame = h('div', { class: 'stage-frame trees', hidden: true }, stage, keys, spoken);

  let trees: TreeView[] = [];
  let search: StepView[] = [];
  let searched: PageRef | null = null;
  let lit = 0;
  let placed: TreesLayout = { lines: [], heads: [], height: 0 };
  const folding = new Map<string, boolean>();
  let current: string | null = null;
  const shown = (): boolean => session.state.view === 'trees';
  const high = (): number => lineHeight(session.state.cell);

  const layout = (): void => {
    placed = placeTrees(trees, search, folding, session.state.cell, stage.clientWidth, t.ksm);
    content.style.height = `${Math.max(stage.clientHeight, placed.height)}px`;
    empty.hidden = placed.lines.length > 0;
  };
  const draw = (): void => {
    const [width, visible] = [stage.clientWidth, stage.clientHeight];
    if (!shown() || width === 0) return;
    view.style.height = `${visible}px`;
    const { cell, theme, frame: selected, inspected } = session.state;
    const linked = selected?.number ?? inspected?.view.frame ?? null;
    const name = searched === null ? null : `${searched.process} ${pageName(searched)}`;
    drawTrees(canvas, { ...placed, way: search.slice(0, lit), searched: name, width, visible, top: stage.scrollTop, cell, theme, current, linked, words: t.ksm });
  };

  // --- what the worker tells ---

  const stale = asking(shown, async () => {
    const page = session.state.selected ?? session.state.machine?.ksmd.at ?? null;
    const told = await session.client.trees(page);
    trees = readTrees(told.rows);
    const next = readSearch(told.search, trees);
    const same = samePage(page, searched) && next.length === search.length && next.every((step, i) => step.node.key === search[i]?.node.key);
    searched = page;
    search = next;
    if (!same) lightUp();
    layout();
    draw();
  }, signal);
  let stepTimer: ReturnType<typeof setTimeout> | undefined;
  const lightUp = (): void => {
    clearTimeout(stepTimer);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches || session.state.machine?.playing === true;
    lit = still ? search.length : Math.min(1, search.length);
    const next = (): void => {
      if (lit >= search.length) {
        reveal(search.at(-1)?.node);
        return;
      }
      lit += 1;
      draw();
      stepTimer = setTimeout(next, STEP_MS);
    };
    if (!still) stepTimer = setTimeout(next, STEP_MS);
  };

  /** Scrolls to where a search ended, if that is out of sight. */
  const reveal = (node: TreeNodeView | undefined): void => {
    const line = placed.lines.find((one) => one.node === node);
    if (line === undefined || (line.y >= stage.scrollTop && line.y + high() <= stage.scrollTop + stage.clientHeight)) return;
    stage.scrollTop = line.y - stage.clientHeight / 2;
  };

  // --- what a person does ---

  const toggle = ({ node, folded }: TreeLine): void => {
    folding.set(node.key, !folded);
    layout();
    draw();
  };
  const select = async ({ node }: TreeLine): Promise<void> => {
    const mapped = node.pages.find((page) => page.frame >= 0);
    if (mapped === undefined) return;
    try {
      const { page } = await session.client.pageOf(mapped.frame);
      if (page !== null) session.select(page);
    } catch {
      // The engine crashed meanwhile and says so itself.
    }
  };
  let pointed: string | null = null;
  /** The page of the node under the pointer is the one that the inspector shows. */
  const point = async (line: TreeLine | undefined): Promise<void> => {
    const key = line?.node.key ?? null;
    if (key === pointed) return;
    pointed = key;
    const mapped = line?.node.pages.find((page) => page.frame >= 0);
    if (mapped === undefined) return session.hover(null);
    try {
      const { page } = await session.client.pageOf(mapped.frame);
      if (pointed === key) session.hover(page);
    } catch {
      // The engine crashed meanwhile and says so itself.
    }
  };
  const lineAt = (event: MouseEvent): { line: PlacedLine | undefined; x: number } => {
    const box = view.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top + stage.scrollTop];
    const column = x < stage.clientWidth / 2 ? 0 : 1;
    return { x, line: placed.lines.find((one) => one.column === column && y >= one.y && y < one.y + high()) };
  };
  const words = ({ node, folded }: TreeLine): string => [
    t.ksm.bytes(node.bytes),
    ...(node.chain ? [t.ksm.dups(node.pages.length)] : []),
    ...node.pages.map((page) => (!page.alive || page.frame < 0 ? t.ksm.gone : page.sharers > 0 ? t.ksm.sharers(page.sharers) : t.ksm.waits)),
    ...(folded ? [t.ksm.folded(node.size - 1, hasDeeper(node))] : []),
    ...search.filter((step) => step.node === node).map(({ order }) => (order < 0 ? t.ksm.less : order > 0 ? t.ksm.greater : t.ksm.equal)),
  ].join(', ');
  on(view, {
    pointermove: (event) => void point(lineAt(event).line),
    pointerleave: () => void point(undefined),
    click: (event) => {
      const { line, x } = lineAt(event);
      if (line === undefined) return;
      current = line.node.key;
      setText(spoken, words(line));
      if (x < line.x + high() && line.node.size > 1) toggle(line);
      else void select(line);
      draw();
    },
    keydown: (event) => {
      const { lines } = placed;
      const i = lines.findIndex((line) => line.node.key === current);
      const line = lines[i];
      const to = { ArrowUp: i - 1, ArrowDown: i + 1, Home: 0, End: lines.length - 1 }[event.key];
      const fold = event.key === 'ArrowLeft' ? line?.folded === false && line.node.size > 1 : event.key === 'ArrowRight' && line?.folded === true;
      if (to === undefined && !fold && !(event.key === 'Enter' && line !== undefined)) return;
      event.preventDefault();
      event.stopPropagation();
      if (fold && line !== undefined) toggle(line);
      else if (to === undefined && line !== undefined) void select(line);
      const next = lines[Math.max(0, Math.min(lines.length - 1, to ?? i))];
      if (next === undefined) return;
      current = next.node.key;
      setText(spoken, words(next));
      if (next.y < stage.scrollTop + HEAD || next.y + high() > stage.scrollTop + stage.clientHeight) stage.scrollTop = next.y - stage.clientHeight / 2;
      draw();
    },
  });
  followStage(context, stage, layout, draw);
  signal.addEventListener('abort', () => clearTimeout(stepTimer), { once: true });
  watch(context, (s) => [s.view === 'trees', s.machine, s.selected], () => {
    frame.hidden = !shown();
    stale();
  });
  watch(context, (s) => [s.frame, s.inspected], draw);
  return frame;
}
