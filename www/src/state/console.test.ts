import { describe, expect, test } from 'vitest';
import { EMPTY_CONSOLE, History, MAX_ENTRIES, clearConsole, complete, outputOf, playedTexts, print } from './console.ts';

describe('console log', () => {
  test('serials go on after clearing, so that a view never takes a new entry for an old one', () => {
    const first = print(EMPTY_CONSOLE, [{ kind: 'note', text: 'a' }, { kind: 'note', text: 'b' }]);
    const again = print(clearConsole(first), [{ kind: 'note', text: 'c' }]);
    expect(again.entries).toEqual([{ kind: 'note', text: 'c', serial: 2 }]);
  });

  test('keeps the newest entries only', () => {
    const many = Array.from({ length: MAX_ENTRIES + 7 }, (_, i) => ({ kind: 'note', text: String(i) }) as const);
    const log = print(EMPTY_CONSOLE, many);
    expect(log.entries.length).toBe(MAX_ENTRIES);
    expect(log.entries[0]).toMatchObject({ text: '7', serial: 7 });
  });

  test('silent success prints nothing; a failure without words prints its errno', () => {
    expect(outputOf({ cmd: 'p1 write a', text: '', failed: null })).toEqual([]);
    expect(outputOf({ cmd: 'p1 write a', text: '', failed: 'ENOMEM' })).toEqual([{ kind: 'output', text: 'ENOMEM', failed: true }]);
    expect(outputOf({ cmd: 'cat x', text: 'one\ntwo\n', failed: null })).toEqual([{ kind: 'output', text: 'one\ntwo', failed: false }]);
  });

  test('a line of the scenario is shown as such', () => {
    expect(playedTexts({ cmd: 'proc p1', text: '', failed: null })).toEqual([{ kind: 'command', text: 'proc p1', from: 'scenario' }]);
  });
});

describe('History', () => {
  test('walks back, and forward to the line that was being typed', () => {
    const history = new History();
    history.push('proc p1');
    history.push('p1 mmap a 4M');
    expect(history.older('p1 wr')).toBe('p1 mmap a 4M');
    expect(history.older('p1 mmap a 4M')).toBe('proc p1');
    expect(history.older('proc p1')).toBeNull();
    expect(history.newer()).toBe('p1 mmap a 4M');
    expect(history.newer()).toBe('p1 wr');
    expect(history.newer()).toBeNull();
  });

  test('blank and repeated lines are not kept', () => {
    const history = new History();
    history.push('run 1s');
    history.push('run 1s');
    history.push('  ');
    expect(history.older('')).toBe('run 1s');
    expect(history.older('run 1s')).toBeNull();
  });
});

describe('complete', () => {
  const cases: [string, string, number, string[], string, string[]][] = [
    ['a single word gets a blank', 'p1 mad', 3, ['madvise'], 'p1 madvise |', ['madvise']],
    ['several give what they have in common', 'p1 m', 3, ['mmap', 'munmap', 'madvise'], 'p1 m|', ['mmap', 'munmap', 'madvise']],
    ['common part longer than typed', 'p1 mun', 3, ['munlock', 'munmap'], 'p1 mun|', ['munlock', 'munmap']],
    ['a path that goes on gets no blank', 'cat /pr', 4, ['/proc/'], 'cat /proc/|', ['/proc/']],
    ['a range that goes on gets no blank', 'p1 read he', 8, ['heap['], 'p1 read heap[|', ['heap[']],
    ['no word changes nothing', 'p1 xyz', 3, [], 'p1 xyz|', []],
  ];
  test.each(cases)('%s', (_, line, from, words, expected, offered) => {
    const done = complete(line, line.length, from, words);
    expect(`${done.line.slice(0, done.cursor)}|${done.line.slice(done.cursor)}`).toBe(expected);
    expect(done.words).toEqual(offered);
  });

  test('within a line what follows the cursor stays', () => {
    const done = complete('p1 mad heap hugepage', 6, 3, ['madvise']);
    expect(done.line).toBe('p1 madvise heap hugepage');
    expect(done.cursor).toBe(10);
  });
});
