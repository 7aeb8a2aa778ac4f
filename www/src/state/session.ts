/**
 * What the page can do. Views call these methods and read the store; nobody else talks to the worker.
 *
 * Every change of the machine goes through `run` as lines of the scenario language.
 */
import { EngineClient, EngineGone } from '../engine/client.ts';
import type { EnginePort } from '../engine/client.ts';
import type { DaemonName, Notice, PageRef, ViewName } from '../engine/protocol.ts';
import { LOCALES } from '../locales/index.ts';
import type { Messages } from '../locales/index.ts';
import { FIRST } from '../scenarios/index.ts';
import type { Shipped } from '../scenarios/index.ts';
import { applyNotice, samePage } from './apply.ts';
import { History, clearConsole, outputOf, print } from './console.ts';
import type { ConsoleText } from './console.ts';
import { InspectLoop } from './inspect-loop.ts';
import { savePreferences } from './preferences.ts';
import type { Preferences } from './preferences.ts';
import { CELL_SIZES } from './state.ts';
import type { Scenario, State } from './state.ts';
import { Store } from './store.ts';

/** Bound of a script, as in the language. */
const MAX_SCRIPT_BYTES = 1 << 20;

/** `failed`: a call gave an errno or a signal. `wrong`: a line could not be read, nothing was executed. */
export type RunResult = 'done' | 'failed' | 'wrong';

export class Session {
  readonly store: Store<State>;
  readonly client: EngineClient;
  /** Lines typed into the console. */
  readonly history = new History();
  readonly #inspect: InspectLoop;
  /** Where the newest seek wants to go while one is under way. */
  #seekNext: number | null = null;
  #seeking: Promise<void> | null = null;

  constructor(initial: State, port: EnginePort) {
    this.store = new Store(initial);
    this.client = new EngineClient(port, (notice) => this.#onNotice(notice), (report) => this.#onFailure(report));
    this.#inspect = new InspectLoop(this.store, this.client);
  }

  get state(): State {
    return this.store.state;
  }

  get t(): Messages {
    return LOCALES[this.state.preferences.locale];
  }

  close(): void {
    this.#inspect.stop();
    this.client.close();
  }

  // --- scripts ---

  openShipped({ id, script, speed, cell }: Shipped): Promise<boolean> {
    return this.#load({ id, name: `${id}.mm`, script }, { speed, cell });
  }

  /** A script of the reader's; with errors it opens in the editor and the machine stays. */
  openText(name: string, script: string, how: Partial<Pick<State, 'cell'>> = {}): Promise<boolean> {
    return this.#load({ id: null, name, script }, how);
  }

  openEmpty(): Promise<boolean> {
    return this.openText('scenario.mm', 'machine mem=4G\n', { cell: 4 });
  }

  /** The log as a script, for saving and editing; null if the engine crashed instead of answering. */
  async script(): Promise<string | null> {
    try {
      return (await this.#waitFor(this.client.script())).text;
    } catch (error) {
      this.#onGone(error);
      return null;
    }
  }

  async editScript(): Promise<void> {
    const text = await this.script();
    if (text !== null) this.store.set({ dialog: { kind: 'script', name: this.state.scenario?.name ?? 'scenario.mm', text, errors: [] } });
  }

  async #load(scenario: Scenario, how: Partial<Pick<State, 'speed' | 'cell'>>): Promise<boolean> {
    const { name, script } = scenario;
    if (new TextEncoder().encode(script).length > MAX_SCRIPT_BYTES) {
      const error = { line: 1, column: 1, message: this.t.script.tooLarge };
      this.store.set({ dialog: { kind: 'script', name, text: script, errors: [error] } });
      return false;
    }
    try {
      const { errors } = await this.#waitFor(this.client.load(script, name));
      if (errors.length > 0) {
        this.store.set({ dialog: { kind: 'script', name, text: script, errors } });
        return false;
      }
    } catch (error) {
      this.#onGone(error);
      return false;
    }
    const { state } = this;
    this.store.set({
      scenario,
      ...how,
      selected: null,
      frame: null,
      hovered: null,
      inspected: null,
      follow: true,
      dialog: state.dialog?.kind === 'script' ? null : state.dialog,
    });
    this.#print({ kind: 'note', text: this.t.console.loaded(name) });
    this.client.speed(this.state.speed);
    this.client.play();
    return true;
  }

  // --- lines ---

  /** Executes lines and prints what they give. */
  async run(text: string): Promise<RunResult> {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0) return 'done';
    this.#print(...lines.map((line): ConsoleText => ({ kind: 'command', text: line, from: 'person' })));
    try {
      const { steps, errors } = await this.#waitFor(this.client.exec(lines.join('\n')));
      const outputs = steps.flatMap((step): ConsoleText[] => {
        const output = outputOf(step);
        const named = steps.length > 1 && output.length > 0;
        return named ? [{ kind: 'command', text: step.cmd, from: 'scenario' }, ...output] : output;
      });
      const wrong = errors.map((error): ConsoleText => ({ kind: 'error', source: lines[error.line - 1] ?? '', error }));
      this.#print(...outputs, ...wrong);
      if (errors.length > 0) return 'wrong';
      return steps.some((step) => step.failed !== null) ? 'failed' : 'done';
    } catch (error) {
      this.#onGone(error);
      return 'wrong';
    }
  }

  stepDaemon(daemon: DaemonName): Promise<RunResult> {
    this.pause();
    return this.run(`step ${daemon}`);
  }

  clearConsole(): void {
    this.store.set({ console: clearConsole(this.state.console) });
  }

  // --- time ---

  play(): void {
    this.client.play();
  }

  pause(): void {
    this.client.pause();
  }

  togglePlay(): void {
    if (this.state.machine?.playing) this.client.pause();
    else this.client.play();
  }

  setSpeed(factor: number): void {
    this.store.set({ speed: factor });
    this.client.speed(factor);
  }

  /** Goes to a place on the timeline; of many calls while one is under way only the newest counts. */
  seek(position: number): Promise<void> {
    const length = this.state.machine?.length ?? 0;
    this.#seekNext = Math.max(0, Math.min(length, Math.round(position)));
    this.#seeking ??= this.#seekOn().finally(() => {
      this.#seeking = null;
    });
    return this.#seeking;
  }

  async #seekOn(): Promise<void> {
    this.pause();
    try {
      while (this.#seekNext !== null) {
        const target: number = this.#seekNext;
        this.#seekNext = null;
        await this.#waitFor(this.client.seek(target));
      }
    } catch (error) {
      this.#seekNext = null;
      this.#onGone(error);
    }
  }

  /** Steps of the timeline from here, or from where a seek under way leads. */
  seekBy(entries: number): Promise<void> {
    return this.seek((this.#seekNext ?? this.state.machine?.position ?? 0) + entries);
  }

  // --- looking ---

  setView(view: ViewName): void {
    this.store.set({ view });
  }

  /** Next larger (1) or smaller (-1) cell. */
  zoom(direction: 1 | -1): void {
    const { cell } = this.state;
    const next = direction > 0 ? CELL_SIZES.find((c) => c > cell) : CELL_SIZES.findLast((c) => c < cell);
    if (next !== undefined) this.store.set({ cell: next });
  }

  /** The page that the inspector stays on, null to let go; `frame` if it is known, as in the memory view. */
  select(page: PageRef | null, frame: State['frame'] = null): void {
    const { selected, inspected, hovered, treeItem } = this.state;
    if (page !== null && frame === null && samePage(page, selected)) return;
    const keep = inspected !== null && samePage(page ?? hovered, inspected.view.ref);
    this.store.set({
      selected: page,
      frame,
      inspected: keep ? inspected : null,
      treeItem: page === null ? treeItem : { process: page.process, region: page.region },
    });
  }

  /** Selects a page and brings it into view. */
  show(page: PageRef): void {
    this.select(page);
    this.store.set({ reveal: { page }, view: 'spaces', follow: false });
  }

  hover(page: PageRef | null): void {
    if (!samePage(page, this.state.hovered)) this.store.set({ hovered: page });
  }

  // --- the reader's choices ---

  setPreferences(change: Partial<Preferences>): void {
    const preferences = { ...this.state.preferences, ...change };
    savePreferences(preferences);
    this.store.set({ preferences });
  }

  async #waitFor<T>(answer: Promise<T>): Promise<T> {
    this.store.set({ busy: this.state.busy + 1 });
    try {
      return await answer;
    } finally {
      const busy = this.state.busy - 1;
      this.store.set(busy === 0 ? { busy, progress: null } : { busy });
    }
  }

  #print(...texts: ConsoleText[]): void {
    this.store.set({ console: print(this.state.console, texts) });
  }

  #onNotice(notice: Notice): void {
    this.store.set(applyNotice(this.state, notice, this.t.console.skipped));
    if (notice.op === 'ready') void this.openShipped(FIRST);
  }

  #onFailure(report: string): void {
    this.store.set({ dialog: { kind: 'crash', crash: { report, lostLines: [], fatal: true } } });
  }

  /** A crash has its own dialog; the console says which line got no answer. */
  #onGone(error: unknown): void {
    if (!(error instanceof EngineGone)) throw error;
    this.#print({ kind: 'output', text: this.t.console.gone, failed: true });
  }
}
