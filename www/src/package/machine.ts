/** A machine of Linux 6.18's memory management, for programs: no DOM, no worker of its own. */
import { Playground } from '../wasm/mm_wasm.js';
import { ErrnoError, ScriptError, TOTALS } from './answers.ts';
import type { MachineEvent, Observation, Outcome, Totals } from './answers.ts';
import { engineInstance, guarded } from './engine.ts';
import { EventQueue, EventReader } from './events.ts';
import type { LineResult, PageFacts, TunableFacts } from './facts.ts';

/** How a machine is made. */
export interface MachineOptions {
  /** A script to load: its lines wait until `run()` or `play()`. Without one, a machine of 4 GiB with nothing in it. */
  script?: string;
}

/** Where a machine stands while it plays. */
export interface Moment {
  /** Virtual time in ns. */
  nowNs: number;
  /** The line that was just run; null if time has passed instead. */
  line: LineResult | null;
  totals: Totals;
}

/** How a machine plays. */
export interface PlayOptions {
  /** Virtual time between two moments within a `run` line, as `500ms`, `10s`, `5m`, or in ns. Default: 1 s. */
  every?: string | number;
}

/** What answers, as outcomes name it. */
const KERNEL = 'mm-engine 6.18';
/** Units of the daemons in one call, and how long playing goes on before others have a turn. */
const PLAY_UNITS = 20_000;
const TURN_MS = 30;
const UNITS_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/**
 * A machine. Everything it does is deterministic: the same script gives the same answers and the same `stateHash`
 * everywhere. Calls are synchronous; a long one belongs into a worker.
 */
export abstract class LoadedMachine {
  readonly #instance = engineInstance();
  readonly #playground: Playground;
  readonly #reader = new EventReader();
  readonly #queues = new Set<EventQueue>();
  #freed = false;

  /** The engine must have been started. */
  protected constructor({ script }: MachineOptions) {
    this.#playground = guarded(this.#instance, () => new Playground());
    if (script !== undefined) this.load(script);
  }

  /**
   * Replaces the machine by the one that a script begins with; its lines then wait for `run()` or `play()`. Without a
   * `machine` line its daemons move only when a line tells them to, as on the machine that recorded Linux's answers.
   *
   * @throws {ScriptError} The script has mistakes; everything stays as it was.
   */
  load(script: string): void {
    const errors = this.#call((playground) => playground.load(script));
    if (errors.length > 0) throw new ScriptError(errors);
    this.#tell();
  }

  /**
   * Runs lines to their end: those given, or those of the loaded script that still wait.
   *
   * @returns what each line gave, the object that `mm run --json` prints. Calls that fail are answers, not exceptions.
   * @throws {ScriptError} The text has mistakes; nothing of it has run.
   */
  run(lines?: string, name = ''): Outcome {
    if (lines !== undefined) {
      const errors = this.#call((playground) => playground.typed(lines));
      if (errors.length > 0) throw new ScriptError(errors);
      if (this.#call((playground) => playground.typedLeft()) === 0) return { script: name, kernel: KERNEL, error: null, expect_failed: [], steps: [] };
    }
    const outcome = JSON.parse(this.#call((playground) => playground.answers(name))) as Outcome;
    this.#tell();
    return outcome;
  }

  /**
   * Plays the loaded script: yields after every line and after every stretch of time, and gives way to others between.
   *
   * @throws {ScriptError} A line asks for what does not exist.
   */
  async *play({ every = '1s' }: PlayOptions = {}): AsyncGenerator<Moment, void, void> {
    const everyNs = nanoseconds(every);
    let turn = performance.now();
    for (;;) {
      const upcoming = this.#call((playground) => playground.upcoming());
      if (upcoming === 0) return;
      let line: LineResult | null = null;
      if (upcoming < 0) {
        line = this.#call((playground) => playground.playLine()) ?? null;
        if (line?.failed === 'error') throw new ScriptError([{ line: 0, column: 0, message: `${line.cmd}: ${line.text}` }]);
      } else {
        this.#call((playground) => playground.beginningRun());
        for (let left = Math.min(upcoming, everyNs); left > 0; ) {
          const wanted = left;
          left -= this.#call((playground) => playground.playTime(wanted, PLAY_UNITS));
          if (performance.now() - turn > TURN_MS) turn = await others();
        }
      }
      this.#tell();
      yield { nowNs: this.nowNs, line, totals: this.totals() };
      if (performance.now() - turn > TURN_MS) turn = await others();
    }
  }

  /** Everything that can be seen. Looking changes nothing. */
  observe(): Observation {
    return (JSON.parse(this.#call((playground) => playground.observe())) as { obs: Observation }).obs;
  }

  /**
   * Text of a virtual file of `/proc`, `/sys` or tracing; processes may be named, as in `/proc/p1/smaps`.
   *
   * @throws {ErrnoError} As Linux: ENOENT, EISDIR, EACCES …
   */
  read(path: string): string {
    try {
      return this.#call((playground) => playground.read(path));
    } catch (error) {
      if (typeof error !== 'string') throw error;
      throw new ErrnoError(error, path);
    }
  }

  /**
   * Writes a virtual file as `echo` does: one line.
   *
   * @throws {ErrnoError} As Linux: EINVAL, EACCES …
   * @throws {ScriptError} A value that `echo` cannot say: with a newline, or the start of a comment.
   */
  write(path: string, value: string | number): void {
    const [step] = this.run(`echo ${value} > ${path}`).steps;
    if (step?.errno !== undefined) throw new ErrnoError(step.errno, path);
  }

  /** Names in a virtual directory, those of directories with `/` at their end; nothing if it is none. */
  list(path: string): string[] {
    return this.#call((playground) => playground.list(path));
  }

  /** The settings with their defaults, bounds and meaning, from the engine's own table. */
  tunables(): TunableFacts[] {
    return this.#call((playground) => playground.tunables());
  }

  /** One page of a region, counted from 0: its frame, its sharers, and why it is as it is. Undefined if it is not there. */
  inspect(process: string, region: string, page: number): PageFacts | undefined {
    return this.#call((playground) => playground.inspect(process, region, page)) ?? undefined;
  }

  /** Class letters of the pages of a region from `first` on: `.` none, `a` small, `T` huge … */
  cells(process: string, region: string, first = 0, count = 2 ** 32 - 1): string {
    const letters = this.#call((playground) => playground.cells(process, region, first, count));
    return new TextDecoder().decode(letters);
  }

  /** Sums over the machine. */
  totals(): Totals {
    const values = this.#call((playground) => playground.totals());
    return Object.fromEntries(TOTALS.map((name, at) => [name, values[at] ?? 0])) as unknown as Totals;
  }

  /** Lines of ftrace for all tracepoints among the newest events. */
  trace(): string {
    return this.#call((playground) => playground.trace());
  }

  /**
   * What happens from now on, as it happens. The iterator waits for more; it ends with the machine, and when the loop
   * over it is left. The engine remembers its newest 65,536 events between two calls.
   */
  events(): AsyncIterableIterator<MachineEvent> {
    if (this.#queues.size === 0) {
      // What was before belongs to nobody.
      this.#call((playground) => this.#reader.take(playground));
    }
    const queue = new EventQueue((left) => this.#queues.delete(left));
    this.#queues.add(queue);
    return queue;
  }

  /** Hash of the whole state but the log of events, 16 hexadecimal digits: equal natively, in Node and in browsers. */
  get stateHash(): string {
    return this.#call((playground) => playground.stateHash());
  }

  /** Virtual time in ns. */
  get nowNs(): number {
    return this.#call((playground) => playground.nowNs);
  }

  /** A script that makes this machine again. */
  get script(): string {
    return this.#call((playground) => playground.script());
  }

  /** Entries of the log that are done, and all there are: a line or a stretch of time each. */
  get position(): { at: number; of: number } {
    return this.#call(({ position, length }) => ({ at: position, of: length }));
  }

  /** Goes to a position of the log. Another line then makes another future. */
  seek(position: number): void {
    this.#call((playground) => {
      playground.seek(position);
      while (!playground.seekOn(PLAY_UNITS)) {
        // In parts, as the engine wants it.
      }
    });
    this.#tell();
  }

  /** Gives its memory back; the machine cannot be used after that. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    for (const queue of this.#queues) queue.close();
    if (this.#instance === engineInstance()) this.#playground.free();
  }

  #call<T>(call: (playground: Playground) => T): T {
    if (this.#freed) throw new TypeError('this machine has been freed');
    return guarded(this.#instance, () => call(this.#playground));
  }

  #tell(): void {
    if (this.#queues.size === 0) return;
    const events = this.#call((playground) => this.#reader.take(playground));
    for (const queue of this.#queues) queue.push(events);
  }
}

function nanoseconds(time: string | number): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)$/.exec(String(time)) ?? [];
  const ns = typeof time === 'number' ? time : Number(number) * (UNITS_NS[unit] ?? Number.NaN);
  if (!(ns >= 1)) throw new TypeError(`every: ${JSON.stringify(time)} is no time above 0; write '500ms', '10s' or a number of ns`);
  return Math.round(ns);
}

/** Lets others have a turn; tells when it was over. */
const others = (): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(performance.now())));
