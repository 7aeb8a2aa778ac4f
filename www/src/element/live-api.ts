/** What a program asks of a figure, answered by its session. Every wrong argument is a `Wrong` that says what would be right. */
import { EngineGone } from '../engine/client.ts';
import type { CheckListView, PageRef, ScriptError, Snapshot } from '../engine/protocol.ts';
import { exists } from '../state/apply.ts';
import { echoLine } from '../state/commands.ts';
import type { Session } from '../state/session.ts';
import { BadLink, decodeWork } from '../state/share.ts';
import type { FigureApi, MachineState, Observation, RunAnswer, SeekTo } from './api.ts';

/** Longest text of `run`, characters; the bound of a script. */
const MAX_LINES = 1 << 20;
const NS = 1e9;
/** Several times what a worker takes to tell of a change. */
const SETTLE_MS = 300;

/** An argument, or a script, that cannot be used. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
  readonly errors: readonly ScriptError[];

  constructor(message: string, errors: readonly ScriptError[] = []) {
    super(message);
    this.errors = errors;
  }
}

/** `app.heap[3]`; a region alone is its first page. */
export function parsePage(text: string): PageRef {
  const found = /^\s*([\w-]+)\.([\w-]+)(?:\[(\d{1,10})\])?\s*$/.exec(text);
  if (found === null) throw new Wrong(`${JSON.stringify(text.slice(0, 80))} names no page. A page is written process.region[index], such as app.heap[3].`);
  return { process: found[1] as string, region: found[2] as string, index: Number(found[3] ?? 0) };
}

export function machineState({ nowNs, playing, position, length, pendingLines, totals }: Pick<Snapshot, 'nowNs' | 'playing' | 'position' | 'length' | 'pendingLines' | 'totals'>): MachineState {
  const { rssKb, anonHugeKb, memFreeKb, pagesShared, pagesSharing, pagesCollapsed } = totals;
  return { seconds: nowNs / NS, playing, position, length, pendingLines, rssKb, anonHugeKb, memFreeKb, pagesShared, pagesSharing, pagesCollapsed };
}

export class LiveApi implements FigureApi {
  readonly session: Session;
  #waiting: (() => void)[] = [];

  constructor(session: Session) {
    this.session = session;
  }

  /** Until the state that is told is that of now; a page that nobody sees is told nothing, and waited for no longer than this. */
  protected settled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SETTLE_MS);
      this.#waiting.push(() => { clearTimeout(timer); resolve(); });
    });
  }

  /** Called with each snapshot. */
  protected snapshotCame(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }

  async run(lines: string): Promise<RunAnswer> {
    if (typeof lines !== 'string') throw new Wrong('run takes lines of the scenario language, as a string.');
    if (lines.length > MAX_LINES) throw new Wrong(`run takes at most ${MAX_LINES} characters; these are ${lines.length}.`);
    const { result, steps, errors } = await this.session.execute(lines);
    if (result === 'wrong' && errors.length === 0) throw new Wrong('The engine stopped in the middle of these lines, and has gone back to before them.');
    if (steps.length > 0) await this.settled();
    return { ok: result === 'done', steps, errors };
  }

  async seek(to: SeekTo): Promise<void> {
    const target = typeof to === 'number' ? { position: to } : to;
    if (target !== null && typeof target === 'object' && 'seconds' in target && Number.isFinite(target.seconds) && target.seconds >= 0) {
      // Between two nanoseconds there is no moment to arrive at.
      const ns = Math.min(Math.round(target.seconds * NS), Number.MAX_SAFE_INTEGER);
      const last = this.session.state.marks.at(-1);
      const { machine } = this.session.state;
      const played = machine === null || machine.position < machine.length ? (last?.timeNs ?? 0) : machine.nowNs;
      if (ns <= played) {
        await this.session.seekTime(ns);
      } else {
        await this.session.seek(Infinity);
        await this.#gone(() => this.session.client.skip(MAX_LINES, ns));
      }
      return this.settled();
    }
    const position = target !== null && typeof target === 'object' && 'position' in target ? target.position : NaN;
    if (typeof position !== 'number' || Number.isNaN(position)) throw new Wrong('seek takes a place on the timeline, { position } or { seconds }.');
    await this.session.seek(position);
    return this.settled();
  }

  play(): Promise<void> {
    return this.session.play();
  }

  pause(): Promise<void> {
    return this.session.pause();
  }

  observe(): Promise<Observation> {
    return this.#gone(async () => {
      const [{ text }, { text: hash }] = await Promise.all([this.session.client.export('observation'), this.session.client.export('hash')]);
      const { obs } = JSON.parse(text) as { obs: Omit<Observation, 'hash'> };
      return { ...obs, hash } as Observation;
    });
  }

  why(page?: string | PageRef): Promise<readonly CheckListView[]> {
    const asked = page === undefined ? this.session.state.selected : this.#page(page);
    if (asked === null) return Promise.reject(new Wrong('why needs a page, such as app.heap[3]; none is selected.'));
    return this.#gone(async () => {
      const { page: view } = await this.session.client.inspect(asked);
      if (view === null) throw new Wrong(`There is no page ${asked.process}.${asked.region}[${asked.index}].`);
      return view.why;
    });
  }

  async select(page: string | PageRef | null): Promise<void> {
    if (page === null) return this.session.select(null);
    const asked = this.#page(page);
    if (!exists(this.session.state.machine?.processes ?? [], asked)) throw new Wrong(`There is no page ${asked.process}.${asked.region}[${asked.index}].`);
    this.session.show(asked, this.session.state.view === 'walk' ? 'walk' : 'spaces');
  }

  async tunable(name: string, value?: string | number): Promise<string> {
    const { path } = this.#tunable(name);
    if (value !== undefined) {
      const text = String(value).trim();
      if (!/^[^\s>#$]{1,64}$/.test(text)) throw new Wrong(`${JSON.stringify(text.slice(0, 80))} is no value of a setting.`);
      const { ok, steps, errors } = await this.run(echoLine(path, text));
      if (!ok) throw new Wrong(`${path} does not take ${text}: ${errors[0]?.message ?? steps[0]?.failed ?? ''}`, errors);
    }
    return this.#gone(async () => {
      const { text, errno } = await this.session.client.read(path);
      if (text === null) throw new Wrong(`${path}: ${errno ?? 'not there'}`);
      const line = text.trim();
      return /\[(\S+)\]/.exec(line)?.[1] ?? line;
    });
  }

  async open(link: string): Promise<void> {
    try {
      const work = await decodeWork(String(link).replace(/^#/, ''));
      if (!await this.session.openWork(work, false)) throw this.wrongScript();
      await this.settled();
    } catch (error) {
      throw error instanceof BadLink ? new Wrong(`This is no link of a run: ${error.message}`) : error;
    }
  }

  /** The script's errors, said by line; the machine is as before. */
  protected wrongScript(): Wrong {
    const { dialog } = this.session.state;
    if (dialog?.kind !== 'script') return new Wrong(dialog?.kind === 'crash' ? dialog.crash.report : 'The script could not be loaded.');
    this.session.store.set({ dialog: null });
    return new Wrong(dialog.errors.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n'), dialog.errors);
  }

  #page(page: string | PageRef): PageRef {
    if (typeof page === 'string') return parsePage(page);
    const { process, region, index } = page ?? {};
    if (typeof process !== 'string' || typeof region !== 'string' || !Number.isSafeInteger(index) || index < 0 || index >= 2 ** 32) {
      throw new Wrong('A page is { process, region, index } or process.region[index].');
    }
    return { process, region, index };
  }

  #tunable(name: string): { path: string } {
    const { tunables } = this.session.state;
    const found = tunables.filter(({ path }) => path === name || path.endsWith(`/${name}`));
    const [one] = found;
    if (one !== undefined && found.length === 1) return one;
    // `enabled` alone is the one that people mean, not those of the single sizes.
    const plain = found.filter(({ path }) => !/hugepages-\d+kB/.test(path));
    if (plain.length === 1) return plain[0] as { path: string };
    if (found.length === 0) throw new Wrong(`There is no setting ${JSON.stringify(String(name).slice(0, 80))}.`);
    throw new Wrong(`${name} is the name of several settings: ${found.slice(0, 6).map(({ path }) => path).join(', ')}.`);
  }

  /** The engine's end in the middle of a question is an answer too. */
  async #gone<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw error instanceof EngineGone ? new Wrong(`The engine stopped: ${error.message}`) : error;
    }
  }
}
