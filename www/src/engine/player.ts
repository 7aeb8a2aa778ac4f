/**
 * Time: how far the machine goes in one frame.
 *
 * Plays the log forward, then the lines of the script, then time alone. A `run` of the script takes real time by the
 * speed; other lines run when they are reached. A frame works for FRAME_MS at most, so a machine that is too busy for
 * the speed falls behind instead of blocking.
 */
import type { StepText } from './protocol.ts';

/** What the player needs of a machine; tests give it a simple one. */
export interface Playable {
  /** -1 a line, 0 nothing but time, else ns of a stretch. */
  upcoming(): number;
  playLine(): StepText | undefined;
  beginningRun(): string | undefined;
  playTime(ns: number, maxUnits: number): number;
  cut(): void;
}

/** Real ms of work in one frame. */
const FRAME_MS = 9;
/** A frame that comes later than this counts as so long: a page in the background does not catch up. */
const LONGEST_FRAME_MS = 100;
/** One call of the engine should take about so long, ms. */
const CALL_MS = 3;
const MAX_UNITS = 1 << 16;
/** Real ms of play that make one entry of the timeline. */
const ENTRY_MS = 1000;
/** As fast as it goes is at most so many virtual ns a frame when nothing but time is left. */
const FREE_NS = 60e9;

export class Player {
  playing = false;
  speed = 1;
  readonly #onLine: (step: StepText) => void;
  readonly #clock: () => number;
  #last = NaN;
  #units = 64;
  #sinceCut = 0;

  /**
   * @param onLine is told every line that was played
   * @param clock ms, for tests
   */
  constructor(onLine: (step: StepText) => void, clock: () => number = () => performance.now()) {
    this.#onLine = onLine;
    this.#clock = clock;
  }

  play(): void {
    this.playing = true;
    this.#last = NaN;
  }

  pause(machine: Playable): void {
    this.playing = false;
    machine.cut();
  }

  /** Virtual ns that a frame of playing backwards goes back. As fast as it goes is a minute a frame. */
  backNs(now: number): number {
    const elapsed = Math.min(LONGEST_FRAME_MS, Number.isNaN(this.#last) ? 16 : Math.max(0, now - this.#last));
    this.#last = now;
    return this.speed === Infinity ? FREE_NS : Math.round(elapsed * 1e6 * this.speed);
  }

  /**
   * One frame.
   *
   * @param now ms of the frame
   * @returns whether anything changed
   */
  frame(machine: Playable, now: number): boolean {
    if (!this.playing) return false;
    const elapsed = Math.min(LONGEST_FRAME_MS, Number.isNaN(this.#last) ? 16 : Math.max(0, now - this.#last));
    this.#last = now;
    let left = this.speed === Infinity ? Infinity : Math.round(elapsed * 1e6 * this.speed);
    let free = this.speed === Infinity ? FREE_NS : left;
    const deadline = this.#clock() + FRAME_MS;
    let changed = false;
    do {
      const upcoming = machine.upcoming();
      if (upcoming < 0) {
        changed = true;
        const step = machine.playLine();
        if (step !== undefined) this.#onLine(step);
        if (step?.failed === 'error') {
          this.pause(machine);
          break;
        }
        continue;
      }
      if (left <= 0 || (upcoming === 0 && free <= 0)) break;
      const run = machine.beginningRun();
      if (run !== undefined) this.#onLine({ cmd: run, text: '', failed: null });
      const passed = this.#time(machine, Math.min(left, upcoming === 0 ? free : upcoming));
      changed = true;
      left -= passed;
      if (upcoming === 0) free -= passed;
    } while (this.#clock() < deadline);
    this.#sinceCut += elapsed;
    if (this.#sinceCut >= ENTRY_MS) {
      this.#sinceCut = 0;
      machine.cut();
    }
    return changed;
  }

  /** One call of the engine; how much it may do follows how long the last took. */
  #time(machine: Playable, ns: number): number {
    const start = this.#clock();
    const passed = machine.playTime(ns, this.#units);
    const took = this.#clock() - start;
    if (took > CALL_MS) this.#units = Math.max(1, this.#units >> 1);
    else if (passed < ns && took < CALL_MS / 2) this.#units = Math.min(MAX_UNITS, this.#units * 2);
    return passed;
  }
}
