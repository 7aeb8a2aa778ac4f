/** The trees of KSM as pixels: lines with their squares and words, the edges between them, the way of a search. */
import { foldDepth, linesOf, openFor } from '../canvas/trees.ts';
import type { Folding, StepView, TreeLine, TreeNodeView, TreeView } from '../canvas/trees.ts';
import type { Messages } from '../locales/index.ts';
import { sized } from './scrolled-canvas.ts';

export const HEAD = 30;
const MARGIN = 16;
/** Lines of this height and more have words. */
const WORDS_FROM = 13;
/** Lines so far above and below the visible part are drawn too. */
const BEYOND = 40;

/** A line with its place, in CSS pixels of the content. */
export interface PlacedLine extends TreeLine {
  column: number;
  x: number;
  y: number;
}

/** Where everything lies, in CSS pixels of the content. */
export interface TreesLayout {
  lines: PlacedLine[];
  heads: { x: number; y: number; words: string }[];
  height: number;
}

/** Height of a line at a cell size. */
export const lineHeight = (cell: number): number => (cell === 1 ? 6 : Math.min(30, 10 + 2 * cell));

/** The stable tree of each node on the left, the unstable one on the right, one node of the machine below the other. */
export function placeTrees(trees: readonly TreeView[], search: readonly StepView[], folding: Folding, cell: number, width: number, words: Messages['ksm']): TreesLayout {
  const high = lineHeight(cell);
  const open = openFor(search);
  const bottom: [number, number] = [HEAD, HEAD];
  const several = trees.some((tree) => tree.nid > 0);
  const lines: PlacedLine[] = [];
  const heads: TreesLayout['heads'] = [];
  for (const nid of new Set([0, ...trees.map((tree) => tree.nid)])) {
    for (const column of [0, 1] as const) {
      const tree = trees.find((one) => one.nid === nid && one.unstable === (column === 1));
      const left = MARGIN + column * width / 2;
      const rows = tree === undefined ? [] : linesOf(tree, folding, foldDepth(cell), open);
      const name = column === 1 ? words.unstable : words.stable;
      const size = tree === undefined ? words.none : words.nodes(tree.root.size);
      const top = bottom[column];
      heads.push({ x: left, y: top - 10, words: [name, several ? words.node(nid) : '', `· ${size}`].join(' ') });
      const deepest = rows.reduce((most, { node }) => Math.max(most, node.depth), 1);
      const step = Math.min(high + 6, (width / 2 - MARGIN * 2) * 0.45 / deepest);
      rows.forEach((line, i) => lines.push({ ...line, column, x: left + line.node.depth * step, y: top + i * high }));
      bottom[column] = top + rows.length * high + HEAD;
    }
  }
  return { lines, heads, height: Math.max(...bottom) };
}

export interface TreesLook extends TreesLayout {
  /** The steps of the search that are lit up, and what is searched for. */
  way: readonly StepView[];
  searched: string | null;
  /** Of the visible part, and how far it is scrolled. */
  width: number;
  visible: number;
  top: number;
  cell: number;
  theme: 'light' | 'dark';
  /** Key of the node that the keys stand on. */
  current: string | null;
  /** The frame that is selected or pointed at anywhere. */
  linked: number | null;
  words: Messages['ksm'];
}

export function drawTrees(canvas: HTMLCanvasElement, look: TreesLook): void {
  const g = sized(canvas, look.width, look.visible);
  if (g === null) return;
  const theme = getComputedStyle(canvas);
  const pen = new Pen(g, (name) => theme.getPropertyValue(`--${name}`));
  const way = new Map(look.way.map((step) => [step.node, step]));
  g.translate(0, -look.top);
  g.textBaseline = 'middle';
  edges(pen, look, way);
  for (const line of look.lines) {
    if (line.y >= look.top - BEYOND && line.y <= look.top + look.visible + BEYOND) node(pen, look, line, way.get(line.node));
  }
  for (const { x, y, words } of look.heads) pen.write(words, x, y, 'muted');
  if (look.searched !== null && look.way.length > 0) {
    const words = look.words.search(look.searched);
    const y = look.top + look.visible - 12;
    g.fillStyle = pen.colour('panel');
    g.fillRect(MARGIN - 4, y - 10, g.measureText(words).width + 8, 20);
    pen.write(words, MARGIN, y, 'accent');
  }
}

class Pen {
  constructor(readonly g: CanvasRenderingContext2D, readonly colour: (name: string) => string) {}

  /** Returns where the words end. */
  write(words: string, x: number, y: number, ink: string, weight = ''): number {
    this.g.fillStyle = this.colour(ink);
    this.g.font = `${weight} 11.5px ${this.colour('mono')}`;
    this.g.fillText(words, x, y);
    return x + this.g.measureText(words).width;
  }

  /** Draws what was begun, and begins anew. */
  stroke(ink: string, thick: number, dashes: number[]): void {
    this.g.strokeStyle = this.colour(ink);
    this.g.lineWidth = thick;
    this.g.setLineDash(dashes);
    this.g.stroke();
    this.g.beginPath();
  }
}

const squareSize = (cell: number): number => Math.max(3, Math.min(16, lineHeight(cell) - 5));

/** Edges first, then the way of the search over them. */
function edges(pen: Pen, look: TreesLook, way: ReadonlyMap<TreeNodeView, StepView>): void {
  const { g } = pen;
  const [from, to] = [look.top - BEYOND, look.top + look.visible + BEYOND];
  const [high, size] = [lineHeight(look.cell), squareSize(look.cell)];
  const places = new Map(look.lines.map((line) => [line.node, line]));
  const edge = (up: PlacedLine | undefined, line: PlacedLine): void => {
    if (up === undefined || Math.max(up.y, line.y) < from || Math.min(up.y, line.y) > to) return;
    g.moveTo(up.x + size / 2, up.y + high / 2);
    g.lineTo(up.x + size / 2, line.y + high / 2);
    g.lineTo(line.x, line.y + high / 2);
  };
  const jump = (before: PlacedLine, line: PlacedLine): void => {
    const left = Math.min(before.x, line.x) - 5;
    g.moveTo(before.x, before.y + high / 2);
    g.lineTo(left, before.y + high / 2);
    g.lineTo(left, line.y + high / 2);
    g.lineTo(line.x, line.y + high / 2);
  };
  g.beginPath();
  for (const line of look.lines) edge(line.node.parent === null ? undefined : places.get(line.node.parent), line);
  pen.stroke('edge', 1, []);
  // The page itself is taken out first, which may turn the tree: a step may go where no edge is drawn yet.
  for (const along of [true, false]) {
    let before: PlacedLine | undefined;
    for (const key of way.keys()) {
      const line = places.get(key);
      if (line === undefined) continue;
      if (before?.column === line.column && (key.parent === before.node) === along) (along ? edge : jump)(before, line);
      before = line;
    }
    pen.stroke('accent', 2, along ? [] : [2, 3]);
  }
  g.setLineDash([]);
}

/** A node: a square for each of its pages, then what there is to say. */
function node(pen: Pen, look: TreesLook, line: PlacedLine, step: StepView | undefined): void {
  const { g } = pen;
  const { words, width, linked } = look;
  const { node, folded } = line;
  const [high, size] = [lineHeight(look.cell), squareSize(look.cell)];
  const middle = line.y + high / 2;
  const right = line.column === 0 ? width / 2 - 8 : width - 8;
  let x = line.x;
  for (const page of node.pages) {
    if (x + size > right) break;
    g.globalAlpha = page.alive && page.frame >= 0 ? 1 : 0.35;
    g.fillStyle = `hsl(${node.hue} 62% ${look.theme === 'dark' ? 58 : 52}%)`;
    g.fillRect(x, middle - size / 2, size, size);
    g.globalAlpha = 1;
    x += size + 2;
  }
  if (step !== undefined || node.key === look.current || (linked !== null && node.pages.some((page) => page.frame === linked))) {
    g.strokeStyle = pen.colour(step === undefined ? 'ink' : 'accent');
    g.lineWidth = 2;
    g.strokeRect(line.x - 2, middle - size / 2 - 2, x - line.x + 2, size + 4);
  }
  if (high < WORDS_FROM) return;
  x += 5;
  g.save();
  g.beginPath();
  g.rect(x, line.y, right - x, high);
  g.clip();
  if (!node.pages.every((page) => page.frame < 0)) x = pen.write(node.bytes, x, middle, 'ink');
  const sharers = node.pages.filter((page) => page.sharers > 0).map((page) => `×${page.sharers}`).join(' ');
  if (sharers !== '') x = pen.write(sharers, x + 8, middle, 'ink', '600');
  if (node.pages.some((page) => !page.alive || page.frame < 0)) x = pen.write(words.gone, x + 8, middle, 'muted');
  if (folded) x = pen.write(`▸ ${words.folded(node.size - 1, hasDeeper(node))}`, x + 8, middle, 'muted');
  if (step !== undefined) pen.write(outcome(step, words), x + 10, middle, 'accent', '600');
  g.restore();
}

/** What `memcmp` said. */
function outcome({ order, at, here, there }: StepView, words: Messages['ksm']): string {
  const sign = order < 0 ? '<' : order > 0 ? '>' : '=';
  return order === 0 ? `= ${words.equal}` : `${sign} [${at}] ${byte(here)} ${sign} ${byte(there)}`;
}

/** Whether more hangs below a subtree than the engine told. */
export function hasDeeper(node: TreeNodeView): boolean {
  const waiting: (TreeNodeView | null)[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next?.deeper === true) return true;
    if (next !== null) waiting.push(next.left, next.right);
  }
  return false;
}

const byte = (value: number): string => value.toString(16).padStart(2, '0');
