/**
 * The trees of KSM as lists of lines, in the order of their contents: what `memcmp` calls less stands above.
 *
 * A tree grows from left to right. Subtrees can be folded into one line; in large trees those from some depth on are,
 * the deeper the smaller the lines, until somebody opens them.
 */

/** Numbers of a row that the engine tells of a node. */
const ROW = 8;
/** Numbers of a comparison. */
const STEP = 6;

const CHAINED = 1;
const ALIVE = 2;
const DEEPER = 4;

/** In trees of more nodes than this deep subtrees are folded at first. */
export const MANY = 96;

/** What a person folded (true) and opened, by key. */
export type Folding = ReadonlyMap<string, boolean>;

/** From which depth on subtrees are folded at first: at half the height of a line there is room for four times as many. */
export const foldDepth = (cell: number): number => (cell === 1 ? 9 : cell === 2 ? 7 : 5);

/** A KSM page; several of a chain share one node. */
export interface TreePageView {
  /** -1: nothing is mapped there any more. */
  frame: number;
  sharers: number;
  alive: boolean;
}

export interface TreeNodeView {
  /** `0:LRL`: the tree and the turns from its root. */
  key: string;
  depth: number;
  parent: TreeNodeView | null;
  left: TreeNodeView | null;
  right: TreeNodeView | null;
  pages: TreePageView[];
  chain: boolean;
  /** Of the contents: the first four bytes as hex digits, and a hue. */
  bytes: string;
  hue: number;
  /** Nodes of its subtree with itself, as far as they are told. */
  size: number;
  /** More hangs below than is told. */
  deeper: boolean;
}

export interface TreeView {
  unstable: boolean;
  /** NUMA node. */
  nid: number;
  root: TreeNodeView;
}

/** A comparison of a search: with which node, and what `memcmp` said of the searching page. */
export interface StepView {
  node: TreeNodeView;
  order: number;
  /** Offset of the first byte that differs, it here, and there. */
  at: number;
  here: number;
  there: number;
}

export interface TreeLine {
  node: TreeNodeView;
  /** Its subtree is this one line. */
  folded: boolean;
}

export function readTrees(rows: Float64Array): TreeView[] {
  const trees: TreeView[] = [];
  const way: TreeNodeView[] = [];
  let current = -1;
  for (let i = 0; i + ROW <= rows.length; i += ROW) {
    const [tree = 0, depth = 0, right = 0, frame = -1, sharers = 0, flags = 0, first = 0, hue = 0] = rows.subarray(i, i + ROW);
    if (tree !== current) way.length = 0;
    const parent = depth === 0 ? null : way[depth - 1] ?? null;
    const key = parent === null ? `${tree}:` : `${parent.key}${right === 1 ? 'R' : 'L'}`;
    const page: TreePageView = { frame, sharers, alive: (flags & ALIVE) !== 0 };
    const before = way[depth];
    if (tree === current && before?.key === key && before.chain) {
      before.pages.push(page);
      continue;
    }
    const node: TreeNodeView = {
      key, depth, parent, hue, left: null, right: null, pages: [page], chain: (flags & CHAINED) !== 0,
      bytes: first.toString(16).padStart(8, '0'), size: 1, deeper: (flags & DEEPER) !== 0,
    };
    if (parent === null) trees.push({ unstable: tree % 2 === 1, nid: Math.floor(tree / 2), root: node });
    else if (right === 1) parent.right = node;
    else parent.left = node;
    for (let up = parent; up !== null; up = up.parent) up.size += 1;
    way.length = depth;
    way.push(node);
    current = tree;
  }
  return trees;
}

/**
 * The way of a search. Nodes are known by their frames: a page that waits is taken out of the tree before its search,
 * which may turn the tree. Steps to nodes that are not told are left out.
 */
export function readSearch(steps: Float64Array, trees: readonly TreeView[]): StepView[] {
  const wanted = new Set<string>();
  for (let i = 0; i + STEP <= steps.length; i += STEP) wanted.add(`${steps[i]} ${steps[i + 1]}`);
  const nodes = new Map<string, TreeNodeView>();
  if (wanted.size > 0) {
    for (const tree of trees) {
      for (const node of inOrder(tree.root, () => false)) {
        for (const { frame } of node.pages) {
          const name = `${Number(tree.unstable)} ${frame}`;
          if (wanted.has(name)) nodes.set(name, node);
        }
      }
    }
  }
  const out: StepView[] = [];
  for (let i = 0; i + STEP <= steps.length; i += STEP) {
    const [tree = 0, frame = -1, order = 0, at = 0, here = 0, there = 0] = steps.subarray(i, i + STEP);
    const node = nodes.get(`${tree} ${frame}`);
    if (node !== undefined) out.push({ node, order, at, here, there });
  }
  return out;
}

/** The lines of a tree from least to greatest. Nodes in `open` are never folded. */
export function linesOf({ root }: TreeView, folding: Folding, depth = foldDepth(4), open: ReadonlySet<TreeNodeView> = new Set()): TreeLine[] {
  const folded = (node: TreeNodeView): boolean => {
    if (open.has(node) || (node.size === 1 && !node.deeper)) return false;
    return folding.get(node.key) ?? (root.size > MANY && node.depth >= depth);
  };
  return inOrder(root, folded).map((node) => ({ node, folded: folded(node) }));
}

/** Nodes from least to greatest, without what hangs below those that are `closed`. */
function inOrder(root: TreeNodeView, closed: (node: TreeNodeView) => boolean): TreeNodeView[] {
  const nodes: TreeNodeView[] = [];
  const waiting: TreeNodeView[] = [];
  let node: TreeNodeView | null = root;
  while (node !== null || waiting.length > 0) {
    while (node !== null) {
      waiting.push(node);
      node = closed(node) ? null : node.left;
    }
    const next = waiting.pop() as TreeNodeView;
    nodes.push(next);
    node = closed(next) ? null : next.right;
  }
  return nodes;
}

/** A search's nodes but the last of each tree: they must be open for the way to be seen. */
export function openFor(search: readonly StepView[]): Set<TreeNodeView> {
  const open = new Set<TreeNodeView>();
  for (const { node } of search) for (let up = node.parent; up !== null; up = up.parent) open.add(up);
  return open;
}
