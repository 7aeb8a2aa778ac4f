/**
 * The trees of KSM, drawn as they are: stable on the left, unstable on the right, least contents on top.
 *
 * The way that the next visit of a page would take - the selected page, else the one ksmd stands at - lights up step
 * by step, with what `memcmp` says at each node.
 */
import { foldDepth, linesOf, openFor, readSearch, readTrees } from '../canvas/trees.ts';
import type { StepView, TreeLine, TreeNodeView, TreeView } from '../canvas/trees.ts';
import type { PageRef } from '../engine/protocol.ts';
import { pageName } from '../format.ts';
import { samePage } from '../state/apply.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, on, setText } from './dom.ts';
import css from './ksm-trees.css?inline';
import { followStage, sized } from './scrolled-canvas.ts';
import { style } from './styles.ts';

style(css);

/** Between two questions to the worker. */
const ASK_MS = 200;
/** A step of the search lights up after so long. */
const STEP_MS = 220;
const HEAD = 30;
const MARGIN = 16;
/** Lines of this height and more have words. */
const WORDS_FROM = 13;

/** A line with its place, in CSS pixels of the content. */
interface Drawn extends TreeLine {
  column: number;
  x: number;
  y: number;
}

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
  let lines: Drawn[] = [];
  let heads: { x: number; y: number; words: string }[] = [];
  const folding = new Map<string, boolean>();
  let current: string | null = null;
  const shown = (): boolean => session.state.view === 'trees';
  const lineHeight = (): number => (session.state.cell === 1 ? 6 : Math.min(30, 10 + 2 * session.state.cell));

  const layout = (): void => {
    const width = stage.clientWidth;
    const high = lineHeight();
    const open = openFor(search);
    const bottom = [HEAD, HEAD];
    const several = trees.some((tree) => tree.nid > 0);
    const nids = [...new Set([0, ...trees.map((tree) => tree.nid)])];
    lines = [];
    heads = [];
    for (const nid of nids) {
      for (const column of [0, 1]) {
        const tree = trees.find((one) => one.nid === nid && one.unstable === (column === 1));
        const left = MARGIN + column * width / 2;
        const rows = tree === undefined ? [] : linesOf(tree, folding, foldDepth(session.state.cell), open);
        const name = column === 1 ? t.ksm.unstable : t.ksm.stable;
        const size = tree === undefined ? t.ksm.none : t.ksm.nodes(tree.root.size);
        const top = bottom[column] as number;
        heads.push({ x: left, y: top - 10, words: [name, several ? t.ksm.node(nid) : '', `· ${size}`].join(' ') });
        const deepest = rows.reduce((most, { node }) => Math.max(most, node.depth), 1);
        const step = Math.min(high + 6, (width / 2 - MARGIN * 2) * 0.45 / deepest);
        rows.forEach((line, i) => lines.push({ ...line, column, x: left + line.node.depth * step, y: top + i * high }));
        bottom[column] = top + rows.length * high + HEAD;
      }
    }
    content.style.height = `${Math.max(stage.clientHeight, ...bottom)}px`;
    empty.hidden = lines.length > 0;
  };

  const draw = (): void => {
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    if (!shown() || width === 0) return;
    view.style.height = `${height}px`;
    const g = sized(canvas, width, height);
    if (g === null) return;
    const theme = getComputedStyle(frame);
    const colour = (name: string): string => theme.getPropertyValue(`--${name}`);
    g.translate(0, -stage.scrollTop);
    const [from, to] = [stage.scrollTop - 40, stage.scrollTop + height + 40];
    const high = lineHeight();
    const size = Math.max(3, Math.min(16, high - 5));
    const dark = session.state.theme === 'dark';
    const way = new Map(search.slice(0, lit).map((step) => [step.node, step]));
    const places = new Map(lines.map((line) => [line.node, line]));
    g.textBaseline = 'middle';
    const write = (words: string, x: number, y: number, ink: string, weight = ''): number => {
      g.fillStyle = colour(ink);
      g.font = `${weight} 11.5px ${colour('mono')}`;
      g.fillText(words, x, y);
      return x + g.measureText(words).width;
    };
    // Edges first, then the way of the search over them.
    const edge = (up: Drawn | undefined, line: Drawn): void => {
      if (up === undefined || Math.max(up.y, line.y) < from || Math.min(up.y, line.y) > to) return;
      g.moveTo(up.x + size / 2, up.y + high / 2);
      g.lineTo(up.x + size / 2, line.y + high / 2);
      g.lineTo(line.x, line.y + high / 2);
    };
    const jump = (from: Drawn, line: Drawn): void => {
      const left = Math.min(from.x, line.x) - 5;
      g.moveTo(from.x, from.y + high / 2);
      g.lineTo(left, from.y + high / 2);
      g.lineTo(left, line.y + high / 2);
      g.lineTo(line.x, line.y + high / 2);
    };
    const stroke = (ink: string, thick: number, dashes: number[]): void => {
      g.strokeStyle = colour(ink);
      g.lineWidth = thick;
      g.setLineDash(dashes);
      g.stroke();
      g.beginPath();
    };
    g.beginPath();
    for (const line of lines) edge(line.node.parent === null ? undefined : places.get(line.node.parent), line);
    stroke('edge', 1, []);
    // The page itself is taken out first, which may turn the tree: a step may go where no edge is drawn yet.
    for (const along of [true, false]) {
      let before: Drawn | undefined;
      for (const { node } of way.values()) {
        const line = places.get(node);
        if (line === undefined) continue;
        if (before?.column === line.column && (node.parent === before.node) === along) (along ? edge : jump)(before, line);
        before = line;
      }
      stroke('accent', 2, along ? [] : [2, 3]);
    }
    g.setLineDash([]);
    for (const line of lines) {
      if (line.y < from || line.y > to) continue;
      const { node, folded } = line;
      const middle = line.y + high / 2;
      let x = line.x;
      const right = line.column === 0 ? width / 2 - 8 : width - 8;
      for (const page of node.pages) {
        if (x + size > right) break;
        g.globalAlpha = page.alive && page.frame >= 0 ? 1 : 0.35;
        g.fillStyle = `hsl(${node.hue} 62% ${dark ? 58 : 52}%)`;
        g.fillRect(x, middle - size / 2, size, size);
        g.globalAlpha = 1;
        x += size + 2;
      }
      const step = way.get(node);
      const linked = linkedFrame();
      if (step !== undefined || node.key === current || (linked !== null && node.pages.some((page) => page.frame === linked))) {
        g.strokeStyle = colour(step === undefined ? 'ink' : 'accent');
        g.lineWidth = 2;
        g.strokeRect(line.x - 2, middle - size / 2 - 2, x - line.x + 2, size + 4);
      }
      if (high < WORDS_FROM) continue;
      x += 5;
      g.save();
      g.beginPath();
      g.rect(x, line.y, right - x, high);
      g.clip();
      if (!node.pages.every((page) => page.frame < 0)) x = write(node.bytes, x, middle, 'ink');
      const sharers = node.pages.filter((page) => page.sharers > 0).map((page) => `×${page.sharers}`).join(' ');
      if (sharers !== '') x = write(sharers, x + 8, middle, 'ink', '600');
      if (node.pages.some((page) => !page.alive || page.frame < 0)) x = write(t.ksm.gone, x + 8, middle, 'muted');
      if (folded) x = write(`▸ ${t.ksm.folded(node.size - 1, hasDeeper(node))}`, x + 8, middle, 'muted');
      if (step !== undefined) write(outcome(step), x + 10, middle, 'accent', '600');
      g.restore();
    }
    for (const { x, y, words } of heads) write(words, x, y, 'muted');
    if (searched !== null && search.length > 0) {
      const words = t.ksm.search(`${searched.process} ${pageName(searched)}`);
      const y = stage.scrollTop + height - 12;
      g.fillStyle = colour('panel');
      g.fillRect(MARGIN - 4, y - 10, g.measureText(words).width + 8, 20);
      write(words, MARGIN, y, 'accent');
    }
  };
  const outcome = ({ order, at, here, there }: StepView): string => {
    const word = order < 0 ? '<' : order > 0 ? '>' : '=';
    return order === 0 ? `= ${t.ksm.equal}` : `${word} [${at}] ${byte(here)} ${word} ${byte(there)}`;
  };

  /** The frame that is selected or pointed at anywhere. */
  const linkedFrame = (): number | null => session.state.frame?.number ?? session.state.inspected?.view.frame ?? null;

  // --- what the worker tells ---

  let asking = false;
  let askTimer: ReturnType<typeof setTimeout> | undefined;
  let askedAt = -Infinity;
  let stale = true;
  const ask = async (): Promise<void> => {
    if (asking || askTimer !== undefined || !shown() || !stale) return;
    const wait = askedAt + ASK_MS - performance.now();
    if (wait > 0) {
      askTimer = setTimeout(() => {
        askTimer = undefined;
        void ask();
      }, wait);
      return;
    }
    asking = true;
    stale = false;
    askedAt = performance.now();
    const page = session.state.selected ?? session.state.machine?.ksmd.at ?? null;
    try {
      const told = await session.client.trees(page);
      trees = readTrees(told.rows);
      const next = readSearch(told.search, trees);
      const same = samePage(page, searched) && next.length === search.length && next.every((step, i) => step.node.key === search[i]?.node.key);
      searched = page;
      search = next;
      if (!same) lightUp();
      layout();
      draw();
    } catch {
      // The engine crashed meanwhile and says so itself.
    }
    asking = false;
    if (stale) void ask();
  };
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
    const line = lines.find((one) => one.node === node);
    if (line === undefined || (line.y >= stage.scrollTop && line.y + lineHeight() <= stage.scrollTop + stage.clientHeight)) return;
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
      // As above.
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
      // As above.
    }
  };
  const lineAt = (event: MouseEvent): { line: Drawn | undefined; x: number } => {
    const box = view.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top + stage.scrollTop];
    const column = x < stage.clientWidth / 2 ? 0 : 1;
    return { x, line: lines.find((one) => one.column === column && y >= one.y && y < one.y + lineHeight()) };
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
      if (x < line.x + lineHeight() && line.node.size > 1) toggle(line);
      else void select(line);
      draw();
    },
    keydown: (event) => {
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
      if (next.y < stage.scrollTop + HEAD || next.y + lineHeight() > stage.scrollTop + stage.clientHeight) stage.scrollTop = next.y - stage.clientHeight / 2;
      draw();
    },
  });
  followStage(context, stage, layout, draw);
  signal.addEventListener('abort', () => {
    clearTimeout(stepTimer);
    clearTimeout(askTimer);
  }, { once: true });
  watch(context, (s) => [s.view === 'trees', s.machine, s.selected], () => {
    frame.hidden = !shown();
    stale = true;
    void ask();
  });
  watch(context, (s) => [s.frame, s.inspected], draw);
  return frame;
}

/** Whether more hangs below a subtree than the engine told. */
function hasDeeper(node: TreeNodeView): boolean {
  const waiting: (TreeNodeView | null)[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next?.deeper === true) return true;
    if (next !== null) waiting.push(next.left, next.right);
  }
  return false;
}

const byte = (value: number): string => value.toString(16).padStart(2, '0');
