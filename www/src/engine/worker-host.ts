/**
 * The engine's instance and what survives it.
 *
 * Everything that calls the engine goes through `guard`. If the engine crashes there, a fresh instance is started, the
 * script is loaded into it again and the log up to the last snapshot is run, so that nothing but the lines after that
 * is lost. A log that crashes the new instance as well is halved until it does not.
 */
import init, { Canvas, Playground, restart, version } from '../wasm/mm_wasm.js';
import { COLOURING_PALETTE, PALETTE } from '../theme/palette.ts';
import type { Notice, Viewport } from './protocol.ts';
import { RestUnavailable } from './rest.ts';

declare global {
  /** Left by the engine's panic hook. */
  var mmEngineReport: string | undefined;
}

/** What the painter paints with. */
const COLOURS = [...PALETTE, ...COLOURING_PALETTE];

/** Units of the daemons in one call while a log is run again. */
const RESTORE_UNITS = 20_000;

/** Entries of a log that are read at once: far below the longest script. */
const RESTORE_ENTRIES = 100;

/** What is needed to make the machine again. */
export interface Saved {
  script: string;
  /** Lines of the script, and how many of them are still to be played. */
  lines: number;
  pending: number;
  log: readonly string[];
}

export class Host {
  playground: Playground;
  #canvas: Canvas | null = null;
  #target: OffscreenCanvas | null = null;
  #viewport: Viewport | null = null;

  private constructor() {
    this.playground = new Playground();
  }

  static async start(): Promise<Host> {
    await init();
    return new Host();
  }

  get version(): string {
    return version();
  }

  setCanvas(target: OffscreenCanvas): void {
    this.#target = target;
    this.#canvas = new Canvas(target, COLOURS);
  }

  /** True if what lies where on the map depends on the change. */
  setViewport(viewport: Viewport): boolean {
    const before = this.#viewport;
    this.#viewport = viewport;
    this.playground.setViewport(viewport);
    return before === null || (['view', 'width', 'height', 'cell'] as const).some((key) => before[key] !== viewport[key]);
  }

  /** Paints a frame. True while cells fade. */
  paint(now: number): boolean {
    return this.#canvas?.paint(this.playground, now) ?? false;
  }

  /** Starts a fresh instance after a crash and makes the machine again, as far as it can be. Returns the entries run. */
  recover(saved: Saved): number {
    for (let entries = saved.log.length; ; entries = entries >> 1) {
      try {
        restart();
        this.playground = new Playground();
        if (this.#viewport !== null) this.playground.setViewport(this.#viewport);
        if (this.#target !== null) this.#canvas = new Canvas(this.#target, COLOURS);
        this.playground.load(saved.script);
        if (entries === saved.log.length) this.playground.dropPending(saved.lines - saved.pending);
        else this.playground.dropPending(saved.lines);
        for (let at = 0; at < entries; at += RESTORE_ENTRIES) {
          this.playground.restore(saved.log.slice(at, Math.min(entries, at + RESTORE_ENTRIES)).join('\n'));
          while (this.playground.typedLeft() > 0) this.playground.typedNext(RESTORE_UNITS);
        }
        return entries;
      } catch (error) {
        if (entries === 0) throw error;
      }
    }
  }
}

/** Whether an error means that the engine's instance is broken. Others are answers, or faults of this worker. */
export function isCrash(error: unknown): error is Error {
  return [WebAssembly.RuntimeError, RangeError, RestUnavailable].some((broken) => error instanceof broken);
}

/** What a person can copy into a report. */
export function crashNotice(error: Error, command: string | undefined, saved: Saved, lostLines: string[]): Notice {
  const words = globalThis.mmEngineReport ?? error.message;
  globalThis.mmEngineReport = undefined;
  const report = [
    words,
    '',
    `engine ${version()}, ${navigator.userAgent}`,
    `after ${saved.log.length} entries of the log${command === undefined ? '' : `, at: ${command}`}`,
    '',
    error.stack ?? String(error),
  ].join('\n');
  return { op: 'crash', report, lostLines };
}
