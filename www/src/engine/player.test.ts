import { describe, expect, test } from 'vitest';
import { Player } from './player.ts';
import type { Playable } from './player.ts';
import type { StepText } from './protocol.ts';

type Item = string | number;

/** A machine that plays lines and stretches of ns; each call takes `costMs` of the test's clock. */
class Script implements Playable {
  clock = 0;
  cuts = 0;
  passed = 0;
  readonly calls: number[] = [];
  readonly #items: Item[];
  readonly #costMs: number;
  readonly #unitsPerNs: number;
  #left: number | null = null;

  constructor(items: Item[], costMs = 0, unitsPerNs = 0) {
    this.#items = items;
    this.#costMs = costMs;
    this.#unitsPerNs = unitsPerNs;
  }

  get pending(): number {
    return this.#items.length;
  }

  upcoming(): number {
    const [item] = this.#items;
    if (item === undefined) return 0;
    return typeof item === 'string' ? -1 : (this.#left ?? item);
  }

  playLine(): StepText {
    this.clock += this.#costMs;
    const cmd = this.#items.shift() as string;
    return { cmd, text: '', failed: cmd === 'wrong' ? 'error' : null };
  }

  beginningRun(): string | undefined {
    const [item] = this.#items;
    if (typeof item !== 'number' || this.#left !== null) return undefined;
    this.#left = item;
    return `run ${item}ns`;
  }

  playTime(ns: number, maxUnits: number): number {
    this.clock += this.#costMs;
    this.calls.push(maxUnits);
    const passed = this.#unitsPerNs === 0 ? ns : Math.min(ns, maxUnits / this.#unitsPerNs);
    this.passed += passed;
    if (this.#left !== null) {
      this.#left -= passed;
      if (this.#left === 0) {
        this.#items.shift();
        this.#left = null;
      }
    }
    return passed;
  }

  cut(): void {
    this.cuts += 1;
  }
}

function playing(script: Script, speed: number): { player: Player; lines: string[] } {
  const lines: string[] = [];
  const player = new Player(({ cmd }) => lines.push(cmd), () => script.clock);
  player.speed = speed;
  player.play();
  return { player, lines };
}

describe('Player', () => {
  test('spreads a run over real time by the speed, and plays lines when they are reached', () => {
    const script = new Script(['a', 32e6, 'b', 16e6, 'c']);
    const { player, lines } = playing(script, 1);
    player.frame(script, 0);
    expect(lines).toEqual(['a', 'run 32000000ns']);
    expect(script.passed).toBe(16e6);
    player.frame(script, 16);
    expect(lines).toEqual(['a', 'run 32000000ns', 'b']);
    player.frame(script, 32);
    expect(lines).toEqual(['a', 'run 32000000ns', 'b', 'run 16000000ns', 'c']);
    expect(script.pending).toBe(0);
  });

  test('time goes on after the end', () => {
    const script = new Script([]);
    const { player } = playing(script, 10);
    player.frame(script, 0);
    player.frame(script, 20);
    expect(script.passed).toBe(160e6 + 200e6);
  });

  test('does nothing while it is paused', () => {
    const script = new Script(['a', 5]);
    const { player, lines } = playing(script, 1);
    player.pause(script);
    expect(player.frame(script, 0)).toBe(false);
    expect([lines, script.passed, script.cuts]).toEqual([[], 0, 1]);
  });

  test('as fast as it goes still gives way after a frame, and free time is bounded', () => {
    const script = new Script([1e12, 'a'], 1, 1e-6);
    const { player } = playing(script, Infinity);
    player.frame(script, 0);
    expect(script.clock).toBeGreaterThanOrEqual(9);
    expect(script.clock).toBeLessThan(12);
    const idle = new Script([]);
    playing(idle, Infinity).player.frame(idle, 0);
    expect(idle.passed).toBe(60e9);
  });

  test('a frame that comes late is not caught up, nor is a machine that is too busy', () => {
    const script = new Script([]);
    const { player } = playing(script, 1);
    player.frame(script, 0);
    player.frame(script, 60_000);
    expect(script.passed).toBe(16e6 + 100e6);
    const busy = new Script([], 4, 1);
    playing(busy, 1).player.frame(busy, 0);
    expect(busy.passed).toBeLessThan(16e6);
  });

  test('asks for less work at a time when calls take long, and for more when they do not', () => {
    const slow = new Script([], 5, 1);
    const { player } = playing(slow, 1);
    for (let i = 0; i < 6; i += 1) player.frame(slow, i * 16);
    expect(slow.calls.at(-1)).toBeLessThan(slow.calls[0] as number);
    const quick = new Script([], 0.1, 1);
    playing(quick, 1).player.frame(quick, 0);
    expect(quick.calls.at(-1)).toBeGreaterThan(quick.calls[0] as number);
  });

  test('a line that cannot run ends the play', () => {
    const script = new Script(['wrong', 'a']);
    const { player, lines } = playing(script, 1);
    player.frame(script, 0);
    expect([lines, player.playing]).toEqual([['wrong'], false]);
  });

  test('a second of play is an entry of the timeline', () => {
    const script = new Script([]);
    const { player } = playing(script, 1);
    for (let now = 0; now <= 3000; now += 50) player.frame(script, now);
    expect(script.cuts).toBe(3);
  });
});
