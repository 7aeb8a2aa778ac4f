/**
 * The figure itself: a machine in its own worker, the map, the controls that the author chose.
 *
 * Made of the page's own parts. Keeps nothing in the browser, says what happens to whoever embeds it, and shows what
 * is wrong inside of itself, never as a dialog over somebody else's page.
 */
import { startWorker } from '../engine/client.ts';
import type { Notice, StepText } from '../engine/protocol.ts';
import { LANG, loadMessages } from '../locales/index.ts';
import type { Messages } from '../locales/index.ts';
import { FIRST, SCENARIOS, shippedById } from '../scenarios/index.ts';
import { Session } from '../state/session.ts';
import { placeOf } from '../state/script-lines.ts';
import { BadLink, decodeWork } from '../state/share.ts';
import { CELL_SIZES, initialState } from '../state/state.ts';
import type { Scenario } from '../state/state.ts';
import type { Context } from '../ui/context.ts';
import { h } from '../ui/dom.ts';
import { MapCanvas } from '../ui/map-canvas.ts';
import { adopt } from '../ui/styles.ts';
import type { FigureEvents } from './api.ts';
import { LiveApi, Wrong, machineState } from './live-api.ts';
import type { Settings } from './attributes.ts';
import type { Content } from './element.ts';
import { figureViews } from './views.ts';
import type { Lesson } from './views.ts';
import { newRun } from '../figure/guide.ts';
import type { Guide } from '../figure/guide.ts';

export type Tell = <K extends keyof FigureEvents>(name: K, detail: FigureEvents[K]) => void;

/** The element that the figure is in. */
export interface Host {
  root: ShadowRoot;
  /** Inside of the root; the figure fills it. */
  place: HTMLElement;
  tell: Tell;
  /** The reader has begun to use it. */
  started(): void;
}

/** What the figure shows, settled: its script, and how it is best watched. */
interface Opened {
  scenario: Scenario;
  speed: number;
  cell: number;
  guide: Guide | null;
}

export class Live extends LiveApi {
  /** The machine is there; rejected with what is wrong with the script. */
  readonly ready: Promise<void>;
  readonly #host: Host;
  readonly #end = new AbortController();
  readonly #page = h('div', { class: 'page figure' });
  readonly #canvas: MapCanvas;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  #settings: Settings;
  #content: Content;
  #views: AbortController | null = null;
  #lesson: Lesson | null = null;
  /** Plays only because it is seen. */
  #bySight = false;
  #engineReady: () => void = () => undefined;
  #told = '';
  /** The first words: what is opened tells of itself in them. */
  readonly #words: Promise<void>;
  /** Of opening: an earlier one gives up. */
  #turn = 0;

  constructor(host: Host, settings: Settings, content: Content) {
    const preferences = { theme: settings.theme, locale: settings.locale, singleKeys: false };
    const session = new Session(initialState(preferences, 'light'), startWorker(), {
      figure: { told: (notice) => this.#onNotice(notice), ran: (steps) => this.#onSteps(steps) },
    });
    super(session);
    this.#host = host;
    this.#settings = settings;
    this.#content = content;
    const { signal } = this.#end;
    const engine = new Promise<void>((resolve) => { this.#engineReady = resolve; });
    this.#words = loadMessages(settings.locale).then((messages) => session.store.set({ words: messages }));
    this.#canvas = new MapCanvas(session, signal);
    adopt(host.root);
    this.#dark.addEventListener('change', () => this.#theme(), { signal });
    this.#theme();
    for (const event of ['pointerdown', 'keydown'] as const) {
      this.#page.addEventListener(event, () => { this.#bySight = false; host.started(); }, { signal, capture: true });
    }
    session.store.set({ view: settings.view ?? 'spaces' });
    session.store.watch((s) => s.words, (messages) => { if (messages !== null && this.#views !== null) this.#mount(messages); }, signal);
    session.store.watch((s) => s.theme, (theme) => { this.#page.dataset['theme'] = theme; }, signal);
    session.store.watch((s) => s.dialog, (dialog) => {
      if (dialog?.kind === 'crash') host.tell('error', { message: dialog.crash.report, errors: [] });
    }, signal);
    const size = new ResizeObserver(() => { this.#page.dataset['layout'] = host.place.clientWidth >= WIDE_PX ? 'wide' : 'narrow'; });
    size.observe(host.place);
    signal.addEventListener('abort', () => size.disconnect(), { once: true });
    this.ready = this.#begin(Promise.all([engine, this.#words]));
  }

  close(): void {
    this.#end.abort();
    this.#views?.abort();
    this.session.close();
    this.#page.remove();
  }

  /** What changed in the document is taken over; another scenario or script begins anew. */
  update(settings: Settings, content: Content): void {
    const before = this.#settings;
    const other = settings.scenario !== before.scenario || settings.guide !== before.guide || settings.run !== before.run || content.text !== this.#content.text || content.kind !== this.#content.kind;
    this.#settings = settings;
    this.#content = content;
    const { store } = this.session;
    if (settings.view !== before.view && settings.view !== null) this.session.setView(settings.view);
    if (settings.theme !== before.theme) this.#theme();
    if (settings.speed !== null && settings.speed !== before.speed) this.session.setSpeed(settings.speed);
    if (settings.cell !== null && settings.cell !== before.cell) store.set({ cell: cellSize(settings.cell) });
    if (settings.locale !== before.locale) {
      const { locale } = settings;
      // A guide has words of its own in each language.
      void Promise.all([loadMessages(locale), other ? null : this.#choose().catch(() => null)]).then(([words, chosen]) => {
        if (this.#settings.locale !== locale || this.#end.signal.aborted) return;
        if (this.#lesson !== null && chosen?.guide != null) this.#lesson = { ...this.#lesson, guide: chosen.guide };
        store.set({ words, preferences: { ...store.state.preferences, locale } });
      });
    } else if (settings.controls.join() !== before.controls.join() && store.state.words !== null && this.#views !== null) {
      this.#mount(store.state.words);
    }
    if (other) void this.#reopen();
  }

  /** Plays while it is in view, as long as the reader has not said otherwise. */
  seen(visible: boolean): void {
    const { machine } = this.session.state;
    if (visible) {
      this.#bySight = true;
      void this.session.play();
    } else if (this.#bySight && machine?.playing === true) {
      void this.session.pause();
    }
  }

  // --- opening ---

  async #begin(parts: Promise<unknown>): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.session.store.watch((s) => s.dialog, (dialog) => {
        if (dialog?.kind === 'crash' && dialog.crash.fatal) reject(new Wrong(dialog.crash.report.split('\n')[0] ?? ''));
      }, this.#end.signal);
    });
    await Promise.race([Promise.all([parts, this.#open(this.#turn)]), failed]);
    const { words, engineVersion } = this.session.state;
    if (words === null || this.#end.signal.aborted) return;
    this.#mount(words);
    this.#host.place.replaceChildren(this.#page);
    this.#host.tell('ready', { version: engineVersion });
  }

  async #open(turn: number): Promise<void> {
    if (await this.#openRun(turn)) return;
    const opened = await this.#choose();
    await this.#words;
    if (turn !== this.#turn) return;
    const { scenario, speed, cell, guide } = opened;
    this.#lesson = guide === null ? null : { guide, run: newRun() };
    if (!await this.session.openAtRest(scenario, { speed, cell })) return this.#refused(turn);
    // A lesson begins where its preparations have led.
    if (guide !== null) {
      const { lines, ns } = placeOf(scenario.script, Infinity);
      await this.session.client.skip(lines, ns);
    }
  }

  /** The run of the attribute, where it stood. What is no run is as if it were not there. */
  async #openRun(turn: number): Promise<boolean> {
    const { run, view, speed, cell } = this.#settings;
    if (run === null) return false;
    const work = await decodeWork(run).catch((error: unknown) => {
      if (!(error instanceof BadLink)) throw error;
      return null;
    });
    await this.#words;
    if (work === null || turn !== this.#turn) return work !== null;
    this.#lesson = null;
    const looked = { view: view ?? work.view, speed: speed ?? work.speed, cell: cell === null ? work.cell : cellSize(cell) };
    if (!await this.session.openWork({ ...work, ...looked }, false)) this.#refused(turn);
    return true;
  }

  /** It could not be opened: of itself, or because another was opened meanwhile. */
  #refused(turn: number): void {
    if (turn === this.#turn) throw this.wrongScript();
  }

  async #reopen(): Promise<void> {
    const turn = ++this.#turn;
    // Attributes change one by one.
    await Promise.resolve();
    if (turn !== this.#turn || this.#end.signal.aborted) return;
    const playing = this.session.state.machine?.playing === true;
    try {
      this.session.store.set({ highlight: null });
      await this.#open(turn);
      if (turn !== this.#turn) return;
      const { words } = this.session.state;
      if (words !== null) this.#mount(words);
      if (playing && this.#lesson === null) await this.session.play();
      this.#host.tell('ready', { version: this.session.state.engineVersion });
    } catch (error) {
      if (this.#end.signal.aborted || turn !== this.#turn) return;
      const { message, errors } = error instanceof Wrong ? error : new Wrong(String(error));
      this.session.store.set({ dialog: { kind: 'notice', title: '', text: message } });
      this.#host.tell('error', { message, errors });
    }
  }

  /** What the attributes and the content name. */
  async #choose(): Promise<Opened> {
    const { scenario, guide: address, speed, cell } = this.#settings;
    const { kind, text } = this.#content;
    let guide: Guide | null = null;
    if (address !== null || kind !== 'script') {
      const { fetchGuide, readGuide } = await import('../figure/read.ts');
      guide = address !== null ? await fetchGuide(address, this.#settings.locale) : readGuide(text, kind === 'json' ? 'json' : 'markdown', this.#settings.locale);
    }
    const script = guide === null ? text : guide.script;
    const id = guide?.scenario ?? scenario;
    const shipped = script.trim() !== '' ? undefined : id === null ? FIRST : shippedById(id);
    if (shipped === undefined && script.trim() === '') {
      throw new Wrong(`There is no scenario ${JSON.stringify(id)}. There are: ${SCENARIOS.map((one) => one.id).join(', ')}.`);
    }
    const how = { speed: speed ?? shipped?.speed ?? 10, cell: cellSize(cell ?? shipped?.cell ?? 4), guide };
    if (shipped === undefined) return { scenario: { id: null, name: 'figure.mm', script }, ...how };
    return { scenario: { id: shipped.id, name: `${shipped.id}.mm`, script: (await shipped.load()).default }, ...how };
  }

  // --- showing ---

  #theme(): void {
    const { theme } = this.#settings;
    const dark = theme === 'dark' || (theme !== 'light' && this.#dark.matches);
    this.#page.toggleAttribute('data-contrast', theme === 'contrast');
    this.session.store.set({ theme: dark ? 'dark' : 'light', preferences: { ...this.session.state.preferences, theme } });
  }

  #mount(t: Messages): void {
    this.#views?.abort();
    this.#views = new AbortController();
    const { session } = this;
    const signal = AbortSignal.any([this.#views.signal, this.#end.signal]);
    const context: Context = { session, t, signal, overlay: h('div') };
    this.#page.lang = LANG[session.state.preferences.locale];
    const { controls, height } = this.#settings;
    this.#page.toggleAttribute('data-fill', height === 'fill');
    this.#page.replaceChildren(...figureViews(context, { controls, canvas: this.#canvas, root: this.#host.root, guide: this.#lesson, tell: this.#host.tell }));
  }

  // --- telling ---

  #onSteps(steps: readonly StepText[]): void {
    for (const step of steps) this.#host.tell('step', step);
  }

  #onNotice(notice: Notice): void {
    if (notice.op === 'ready') this.#engineReady();
    if (notice.op !== 'snapshot') return;
    this.#onSteps(notice.snapshot.played);
    const state = machineState(notice.snapshot);
    const key = [notice.snapshot.version, state.position, state.playing, state.seconds, state.rssKb].join();
    if (key !== this.#told) this.#host.tell('change', state);
    this.#told = key;
    this.snapshotCame();
  }
}

/** Beside the map there is room for the answers. */
const WIDE_PX = 700;

function cellSize(wanted: number): number {
  return CELL_SIZES.findLast((size) => size <= wanted) ?? 1;
}

export function openLive(host: Host, settings: Settings, content: Content): Live {
  return new Live(host, settings, content);
}
