/**
 * What the page can do. Views call these methods and read the store; nobody else talks to the worker.
 *
 * Every change of the machine goes through `run` as lines of the scenario language.
 */
import { EngineClient, EngineGone } from '../engine/client.ts';
import type { EnginePort } from '../engine/client.ts';
import type { DaemonName, EventView, Notice, PageRef, ScriptLog, ViewName } from '../engine/protocol.ts';
import { clock } from '../format.ts';
import { loadMessages } from '../locales/index.ts';
import type { Messages } from '../locales/index.ts';
import { FIRST, shippedById } from '../scenarios/index.ts';
import type { Shipped } from '../scenarios/index.ts';
import { NOTHING_LOOKED_AT, applyNotice, samePage } from './apply.ts';
import { Autosave } from './autosave.ts';
import { looksOnly, shortLine } from './commands.ts';
import { History, clearConsole, print, resultOf, typedTexts } from './console.ts';
import type { ConsoleText, Executed, RunResult } from './console.ts';
import type { Home } from './home.ts';
import { InspectLoop } from './inspect-loop.ts';
import { savePreferences } from './preferences.ts';
import type { Preferences } from './preferences.ts';
import { SeekLoop } from './seek-loop.ts';
import type { SeekTarget } from './seek-loop.ts';
import { BadLink, MAX_LINK_SCRIPT, decodeWork, encodeWork } from './share.ts';
import type { Work } from './share.ts';
import { CELL_SIZES } from './state.ts';
import type { Place } from './script-lines.ts';
import type { Scenario, State } from './state.ts';
import { Store } from './store.ts';
import { keepRun, loadWorks, storage } from './works.ts';

/** Bound of a script, as in the language. */
const MAX_SCRIPT_BYTES = 1 << 20;

/** Longest name of a run put aside. */
const MAX_LABEL = 120;

/** A crash has its own dialog. */
function isGone(error: unknown): void {
  if (!(error instanceof EngineGone)) throw error;
}

export class Session {
  readonly store: Store<State>;
  readonly client: EngineClient;
  /** Lines typed into the console. */
  readonly history: History;
  readonly #inspect: InspectLoop;
  readonly #seeks: SeekLoop;
  /** Grows with everything that is opened: what is still being fetched gives way to what was chosen after it. */
  #turn = 0;
  /** What was asked for last, play or pause. */
  #wantsPlay = false;

  /** The script that was loaded, as long as nothing else was done. */
  #ran: string | null = null;

  /** null for a figure, which keeps nothing. */
  readonly #autosave: Autosave | null;
  readonly #home: Home;
  readonly #closed = new AbortController();

  constructor(initial: State, port: EnginePort, home: Home = {}) {
    this.store = new Store(initial);
    this.#home = home;
    this.history = new History(home.figure === undefined ? storage() : null);
    this.client = new EngineClient(port, (notice) => this.#onNotice(notice), (report) => this.#onFailure(report));
    this.#inspect = new InspectLoop(this.store, this.client);
    this.#seeks = new SeekLoop(this.store, (target) => this.#seek(target));
    this.#autosave = home.figure === undefined ? new Autosave(this.store, () => this.work(), this.#closed.signal) : null;
  }

  get state(): State {
    return this.store.state;
  }

  /** The words of the language. Nothing that needs them happens before they are loaded. */
  get t(): Messages {
    const { words } = this.state;
    if (words === null) throw new Error('words are used before they are loaded');
    return words;
  }

  close(): void {
    this.#inspect.stop();
    this.#closed.abort();
    this.client.close();
  }

  // --- scripts ---

  async openShipped({ id, load, speed, cell }: Shipped): Promise<boolean> {
    const turn = ++this.#turn;
    const { default: script } = await load();
    return turn === this.#turn && this.#replace({ id, name: `${id}.mm`, script }, { speed, cell, touched: false });
  }

  /** A script of the reader's; with errors it opens in the editor and the machine stays. @param from where to begin, played up to there in one go */
  openText(name: string, script: string, from: Place | null = null): Promise<boolean> {
    this.#turn += 1;
    return this.#replace({ id: null, name, script }, { touched: true }, from);
  }

  /** Any script, at rest. */
  openAtRest(scenario: Scenario, how: Partial<Pick<State, 'speed' | 'cell'>>): Promise<boolean> {
    this.#turn += 1;
    return this.#load(scenario, { ...how, touched: false });
  }

  openEmpty(): Promise<boolean> {
    this.#turn += 1;
    return this.#replace({ id: null, name: 'scenario.mm', script: 'machine mem=4G\n' }, { cell: 4, touched: false });
  }

  /** A run out of a link or out of storage: played to where it stood, at rest. */
  async openWork(work: Work, touched: boolean): Promise<boolean> {
    const { id, name, lines, ns, view, cell, speed, selected } = work;
    const turn = ++this.#turn;
    this.#wantsPlay = false;
    const script = (await shippedById(id)?.load())?.default ?? work.script;
    if (turn !== this.#turn || !await this.#load({ id, name, script }, { view, cell, speed, touched })) return false;
    if ((lines > 0 || ns > 0) && !await this.#arrives(this.client.skip(lines, ns))) return false;
    if (selected !== null) this.show(selected, view);
    // Who pressed play on the way there was heard, but the way ends at rest.
    if (this.#wantsPlay) void this.play();
    return true;
  }

  /** The run as it is; null if the engine crashed instead of answering. */
  async work(): Promise<Work | null> {
    try {
      return this.#workOf(await this.client.script());
    } catch (error) {
      this.#onGone(error);
      return null;
    }
  }

  #workOf({ text, pending, lines, ns }: ScriptLog): Work {
    const { scenario, touched, view, cell, speed, selected } = this.state;
    const id = touched ? null : (scenario?.id ?? null);
    const script = id === null ? `${text}${pending}\n` : '';
    return { id, name: scenario?.name ?? 'scenario.mm', script, lines, ns, view, cell, speed, selected };
  }

  /** Shows a link that opens this run where it stands. */
  async share(): Promise<void> {
    void this.pause();
    const work = await this.work();
    if (work === null) return;
    const link = work.script.length > MAX_LINK_SCRIPT ? null : `${location.href.split('#')[0]}#${await encodeWork(work)}`;
    this.store.set({ dialog: { kind: 'share', link } });
  }

  openKept(serial: number): void {
    const run = this.state.kept.find((kept) => kept.serial === serial);
    if (run === undefined) return;
    void (this.#hasWork ? this.#keep() : Promise.resolve()).then(() => this.openWork(run.work, true));
  }

  renameKept(serial: number, label: string): void {
    const name = label.trim().slice(0, MAX_LABEL);
    if (name === '') return;
    this.store.set({ kept: this.state.kept.map((run) => (run.serial === serial ? { ...run, label: name } : run)) });
    this.#autosave?.soon();
  }

  dropKept(serial: number): void {
    this.store.set({ kept: this.state.kept.filter((kept) => kept.serial !== serial) });
    this.#autosave?.soon();
  }

  /** Puts the run aside under the time where it stands. */
  async #keep(): Promise<void> {
    const work = await this.work();
    const { scenario, kept } = this.state;
    if (work === null || scenario === null) return;
    const title = scenario.id === null ? scenario.name : this.t.scenarios[scenario.id].title;
    const last = this.state.marks.findLast(({ label }) => label !== '' && !looksOnly(label))?.label ?? '';
    const label = [title, clock(work.ns).slice(0, -4), shortLine(last)].filter((word) => word !== '').join(' · ');
    this.store.set({ kept: keepRun({ current: null, kept }, label, work).kept });
  }

  /** Whether another machine would replace work of the reader's. */
  get #hasWork(): boolean {
    return this.state.touched && (this.state.machine?.length ?? 0) > 0;
  }

  async #replace(scenario: Scenario, how: Partial<Pick<State, 'speed' | 'cell' | 'touched'>>, from: Place | null = null): Promise<boolean> {
    if (this.#hasWork) await this.#keep();
    if (!await this.#load(scenario, how)) return false;
    const begun = { text: '', pending: scenario.script.replace(/\n$/, ''), lines: 0, ns: 0, position: 0 };
    if (this.state.touched) this.#autosave?.save(this.#workOf(begun));
    if (from !== null && !await this.#arrives(this.client.skip(from.lines, from.ns))) return false;
    void this.play();
    return true;
  }

  /** What a visitor comes to: the link's run, the work of last time, or the first scenario. */
  async #begin(): Promise<void> {
    const { link = '' } = this.#home;
    const works = loadWorks();
    const { current } = works;
    // A link does not replace the work of last time.
    const aside = link !== '' && current !== null ? keepRun(works, `${current.name} · ${clock(current.ns).slice(0, -4)}`, current) : works;
    this.store.set({ kept: aside.kept });
    let own = 0;
    /** Whether the reader has opened nothing so far; the beginning may then. */
    const mayOpen = (): boolean => this.#turn === own++;
    try {
      if (link !== '') {
        const work = await decodeWork(link);
        if (!mayOpen() || await this.openWork(work, false)) return;
      }
    } catch (error) {
      if (!(error instanceof BadLink)) throw error;
      this.store.set({ dialog: { kind: 'notice', title: this.t.share.badLink, text: this.t.share.badLinkText(error.message) } });
    }
    if (current !== null) {
      if (!mayOpen()) return;
      if (await this.openWork(current, true)) return this.#print({ kind: 'note', text: this.t.share.restored });
    }
    if (mayOpen()) await this.openShipped(FIRST);
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

  /** Opens the script beside the map. */
  editScript(): void {
    this.store.set({ side: 'script', panel: 'script' });
  }

  /** What the editor shows: the script as it came, or with what was typed since, as the log has it. */
  async source(): Promise<string | null> {
    const { scenario, touched } = this.state;
    if (scenario !== null && (!touched || scenario.script === this.#ran)) return scenario.script;
    try {
      const { text, pending } = await this.#waitFor(this.client.script());
      return `${text}${pending}`;
    } catch (error) {
      this.#onGone(error);
      return null;
    }
  }

  /** A new machine, at rest. */
  async #load(scenario: Scenario, how: Partial<Pick<State, 'speed' | 'cell' | 'view' | 'touched'>>): Promise<boolean> {
    const { name, script } = scenario;
    if (new TextEncoder().encode(script).length > MAX_SCRIPT_BYTES) {
      this.store.set({ dialog: { kind: 'script', name, text: script, errors: [{ line: 1, column: 1, message: this.t.script.tooLarge }] } });
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
    this.#ran = script;
    this.store.set({
      scenario,
      ...how,
      ...NOTHING_LOOKED_AT,
      dialog: state.dialog?.kind === 'script' ? null : state.dialog,
    });
    this.#print({ kind: 'note', text: this.t.console.loaded(name) });
    this.client.speed(this.state.speed);
    return true;
  }

  // --- lines ---

  /** Executes lines and prints what they give. */
  async run(text: string): Promise<RunResult> {
    return (await this.execute(text)).result;
  }

  /** As `run`, with what each line gave. */
  async execute(text: string): Promise<Executed> {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0) return { result: 'done', steps: [], errors: [] };
    const { machine } = this.state;
    const changes = !lines.every(looksOnly);
    this.#print(...lines.map((line): ConsoleText => ({ kind: 'command', text: line, from: 'person' })));
    try {
      // What follows here would be lost.
      if (changes && machine !== null && machine.position < machine.length) await this.#waitFor(this.#keep());
      const { steps, errors, log } = await this.#waitFor(this.client.exec(lines.join('\n'), changes && this.#autosave !== null));
      this.#home.figure?.ran(steps);
      if (changes && steps.length > 0) {
        this.#ran = null;
        this.store.set({ touched: true });
      }
      // A tab may be closed the moment after.
      if (log !== undefined && this.state.touched) this.#autosave?.save(this.#workOf(log));
      this.#print(...typedTexts(lines, steps, errors));
      return { result: resultOf(steps, errors), steps, errors };
    } catch (error) {
      this.#onGone(error);
      return { result: 'wrong', steps: [], errors: [] };
    }
  }

  /** Prints a line and what the page itself answers to it. */
  note(line: string, text: string): void {
    this.#print({ kind: 'command', text: line, from: 'person' }, { kind: 'output', text, failed: false });
  }

  stepDaemon(daemon: DaemonName): Promise<RunResult> {
    void this.pause();
    return this.run(`step ${daemon}`);
  }

  clearConsole(): void {
    this.store.set({ console: clearConsole(this.state.console) });
  }

  // --- time ---

  /** Ends when the machine plays. */
  play(): Promise<void> {
    this.#wantsPlay = true;
    return this.client.play().then(() => undefined, isGone);
  }

  /** Ends when it rests. */
  pause(): Promise<void> {
    this.#wantsPlay = false;
    return this.client.pause().then(() => undefined, isGone);
  }

  togglePlay(): void {
    void (this.state.machine?.playing ? this.pause() : this.play());
  }

  /** Plays backwards, or stops if it does. */
  toggleReverse(): void {
    if (this.state.machine?.reverse) void this.pause();
    else this.client.reverse();
  }

  setSpeed(factor: number): void {
    this.store.set({ speed: factor });
    this.client.speed(factor);
  }

  /** Goes to a place on the timeline; of many calls while one is under way only the newest counts. */
  seek(position: number): Promise<void> {
    return this.#seeks.toEntry(position);
  }

  /** Goes to a moment of virtual time, before what a daemon does then. */
  seekTime(ns: number): Promise<void> {
    return this.#seeks.to({ ns });
  }

  /** One action of a daemon, or one line, back or forward. */
  async stepAction(direction: 1 | -1): Promise<void> {
    void this.pause();
    await this.#arrives(this.client.action(direction));
  }

  /** Steps of the timeline from here, or from where a seek under way leads. */
  seekBy(entries: number): Promise<void> {
    return this.#seeks.by(entries);
  }

  #seek(target: SeekTarget): Promise<boolean> {
    void this.pause();
    return this.#arrives('ns' in target ? this.client.seekTime(target.ns) : this.client.seek(target.position));
  }

  /** Waits for the way to another place; false if the engine crashed on it. */
  async #arrives(way: Promise<unknown>): Promise<boolean> {
    try {
      await this.#waitFor(way);
      return true;
    } catch (error) {
      this.#onGone(error);
      return false;
    }
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
      past: null,
      selected: page,
      frame,
      inspected: keep ? inspected : null,
      treeItem: page === null ? treeItem : { process: page.process, region: page.region },
    });
  }

  /** Selects a page and brings it into view. */
  show(page: PageRef, view: ViewName = 'spaces'): void {
    this.select(page);
    this.store.set({ reveal: { page }, view, follow: false });
  }

  /** Shows the page of an event, and the checks of the daemons as they were just before it. */
  async openEvent(event: EventView): Promise<void> {
    const { page } = event;
    if (page === null) return;
    this.show(page);
    this.store.set({ past: { event, view: null, position: 0 } });
    if (this.state.layout !== 'wide') this.store.set({ panel: 'inspector' });
    try {
      const { page: view, position } = await this.#waitFor(this.client.past(page, event.seq, event.timeNs));
      if (this.state.past?.event === event) this.store.set({ past: view === null ? null : { event, view, position } });
    } catch (error) {
      this.#onGone(error);
    }
  }

  /** Brings a setting into view. */
  pointTunable(path: string): void {
    const { layout, panel } = this.state;
    this.store.set({ pointedTunable: { path }, panel: layout === 'narrow' ? 'tunables' : panel });
  }

  hover(page: PageRef | null): void {
    if (!samePage(page, this.state.hovered)) this.store.set({ hovered: page });
  }

  // --- the reader's choices ---

  setPreferences(change: Partial<Preferences>): void {
    const preferences = { ...this.state.preferences, ...change };
    savePreferences(preferences);
    const { locale } = change;
    if (locale === undefined || locale === this.state.preferences.locale) this.store.set({ preferences });
    // Language and words change together.
    else void loadMessages(locale).then((words) => this.store.set({ preferences, words }));
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
    this.store.set(applyNotice(this.state, notice, (n) => this.t.console.skipped(n)));
    this.#home.figure?.told(notice);
    if (notice.op === 'ready' && this.#home.figure === undefined) void this.#whenWorded().then(() => this.#begin());
  }

  /** Words may come after the engine. */
  async #whenWorded(): Promise<void> {
    if (this.state.words !== null) return;
    const words = await loadMessages(this.state.preferences.locale);
    if (this.state.words === null) this.store.set({ words });
  }

  #onFailure(report: string): void {
    this.store.set({ dialog: { kind: 'crash', crash: { report, lostLines: [], fatal: true } } });
  }

  /** A crash has its own dialog; the console says which line got no answer. */
  #onGone(error: unknown): void {
    isGone(error);
    this.#print({ kind: 'output', text: this.t.console.gone, failed: true });
  }
}
