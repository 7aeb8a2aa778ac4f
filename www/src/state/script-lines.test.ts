import { describe, expect, test } from 'vitest';
import { firstChange, placeOf, playedLines } from './script-lines.ts';

const SCRIPT = 'machine mem=1G\n\nproc p1 # one\nfor i in 0..2\n  p1 mmap a$i 2M\n  for j in 0..3\n    run 500ms\n  end\nend\np1 read a0\nrun 2s\n';

describe('lines of a script', () => {
  test('are played with loops expanded', () => {
    expect(playedLines(SCRIPT)).toEqual([3, 5, 7, 7, 7, 5, 7, 7, 7, 10, 11]);
    expect(playedLines('')).toEqual([]);
    expect(playedLines('for i in 0..1000000\nproc a$i\nend').length).toBe(100_000);
  });

  test('a place is commands and time before the line', () => {
    expect(placeOf(SCRIPT, 3)).toEqual({ lines: 0, ns: 0 });
    expect(placeOf(SCRIPT, 7)).toEqual({ lines: 2, ns: 0 });
    expect(placeOf(SCRIPT, 10)).toEqual({ lines: 3, ns: 3e9 });
    expect(placeOf(SCRIPT, 99)).toEqual({ lines: 4, ns: 5e9 });
  });

  test('a change within a loop counts from the loop', () => {
    expect(firstChange(SCRIPT, SCRIPT)).toBeNull();
    expect(firstChange(SCRIPT, SCRIPT.replace('500ms', '1s'))).toBe(4);
    expect(firstChange(SCRIPT, SCRIPT.replace('run 2s', 'run 3s'))).toBe(11);
    expect(firstChange(SCRIPT, `${SCRIPT}run 1s\n`)).toBe(12);
  });
});
