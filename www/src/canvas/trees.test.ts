import { describe, expect, test } from 'vitest';
import { foldDepth, linesOf, MANY, openFor, readSearch, readTrees } from './trees.ts';
import type { TreeLine, TreeView } from './trees.ts';

/** A row as the engine tells it. */
const row = (tree: number, depth: number, right: number, frame: number, sharers = 0, flags = 2, first = frame): number[] => [tree, depth, right, frame, sharers, flags, first, 10];
/** Preorder of a complete tree of so many levels, frames numbered in the order of contents. */
function complete(levels: number, depth = 0, right = 0, first = 1): number[] {
  const half = 2 ** (levels - depth - 1);
  const own = row(1, depth, right, first + half - 1);
  return half === 1 ? own : [...own, ...complete(levels, depth + 1, 0, first), ...complete(levels, depth + 1, 1, first + half)];
}
const trees = (...rows: number[][]): TreeView[] => readTrees(new Float64Array(rows.flat()));
const frames = (lines: readonly TreeLine[]): string => lines.map(({ node, folded }) => `${node.pages[0]?.frame}${folded ? '+' : ''}`).join(' ');

describe('trees', () => {
  test('nodes stand in the order of contents, dups of a chain in one line', () => {
    const [stable, unstable] = trees(row(0, 0, 0, 5, 3), row(0, 1, 0, 2, 9, 3), row(0, 1, 0, 3, 4, 3), row(0, 1, 1, 7), row(1, 0, 0, 6));
    expect(frames(linesOf(stable as TreeView, new Map()))).toBe('2 5 7');
    expect(stable?.root.left?.pages.map((page) => page.sharers)).toEqual([9, 4]);
    expect(stable?.root.size).toBe(3);
    expect([stable?.unstable, unstable?.unstable]).toEqual([false, true]);
    expect(stable?.root.bytes).toBe('00000005');
  });

  test('a large tree is folded, until somebody opens it, and folds small ones', () => {
    const [small] = trees(complete(3));
    expect(frames(linesOf(small as TreeView, new Map()))).toBe('1 2 3 4 5 6 7');
    expect(frames(linesOf(small as TreeView, new Map([['1:L', true]])))).toBe('2+ 4 5 6 7');
    const [large] = trees(complete(7));
    expect(large?.root.size).toBeGreaterThan(MANY);
    const lines = linesOf(large as TreeView, new Map());
    expect(lines).toHaveLength(63);
    expect(lines[0]).toMatchObject({ folded: true, node: { size: 3 } });
    const opened = new Map([['1:LLLLL', false]]);
    expect(linesOf(large as TreeView, opened)).toHaveLength(65);
    // Smaller lines show more of it, and what was opened stays so.
    expect(linesOf(large as TreeView, opened, foldDepth(2))).toHaveLength(127);
    expect(linesOf(large as TreeView, opened, 4)).toHaveLength(31);
  });

  test('a search is found by its frames and never folded away', () => {
    const view = trees(complete(7));
    const steps = [[1, 64, -1, 0, 1, 9], [1, 32, 1, 4, 7, 3], [1, 48, 0, 0, 0, 0], [1, 999, 1, 0, 0, 0]];
    const search = readSearch(new Float64Array(steps.flat()), view);
    expect(search.map(({ node }) => node.key)).toEqual(['1:', '1:L', '1:LR']);
    expect(search[1]).toMatchObject({ order: 1, at: 4, here: 7, there: 3 });
    const shown = linesOf(view[0] as TreeView, new Map([['1:', true], ['1:L', true], ['1:LR', true]]), foldDepth(4), openFor(search));
    expect(shown.map(({ node }) => node.key)).toContain('1:LR');
  });

  test('steps of other trees than these are left out', () => {
    expect(readSearch(new Float64Array([0, 5, -1, 0, 1, 9]), trees(row(1, 0, 0, 5)))).toEqual([]);
    expect(readSearch(new Float64Array([1, 6, -1, 0, 1, 9]), trees(row(1, 0, 0, 5)))).toEqual([]);
    expect(readTrees(new Float64Array())).toEqual([]);
  });
});
