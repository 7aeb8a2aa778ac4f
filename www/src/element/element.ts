/**
 * `<mm-playground>` for somebody else's page: the one script that is loaded at once.
 *
 * It shows a still picture, and fetches the figure itself (live.ts, the worker, the engine) when the reader presses
 * it, when it comes into view and may, or when a program asks it something. Registers one name and touches nothing
 * else of the document. A second version may stand beside it under another name: mm-playground.js?as=mm-playground-next
 */
import type { FigureApi, FigureEvents, MachineState, Observation, PageRef, Problem, RunAnswer, SeekTo, CheckListView } from './api.ts';
import { OBSERVED, dedent, readSettings } from './attributes.ts';
import type { Settings } from './attributes.ts';
import type { Live, Tell } from './live.ts';

const NAME = 'mm-playground';

const WORDS = {
  en: { start: 'Run the figure', loading: 'Loading…', failed: 'The figure could not be loaded', again: 'Try again' },
  zh: { start: '运行此图', loading: '正在载入…', failed: '无法载入此图', again: '重试' },
} as const;

/** Wins over whatever the document says of all elements: important declarations of the inside come first. */
const CSS = `
:host { display: block !important; contain: content !important; container-type: inline-size !important; }
:host([hidden]) { display: none !important; }
:host::before, :host::after { content: none !important; }
.shield { all: initial; display: block; direction: ltr; }
.poster { position: relative; display: grid; place-items: center; align-content: center; gap: 8px; box-sizing: border-box; height: 100%;
  border: 1px solid #8884; border-radius: 10px; overflow: hidden; background: #f7f7f5; color: #1d232b; font: 14px/1.4 system-ui, sans-serif; text-align: center; }
.poster[data-theme=dark] { background: #0f1216; color: #e6e9ee; }
@media (prefers-color-scheme: dark) { .poster[data-theme=system] { background: #0f1216; color: #e6e9ee; } }
.poster img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; object-position: top left; }
.poster button { position: relative; font: inherit; font-weight: 600; padding: 9px 20px; border: 0; border-radius: 9px; background: #0b62bd; color: #fff; cursor: pointer; box-shadow: 0 2px 10px #0005; }
.poster button:focus-visible { outline: 3px solid #e69f00; outline-offset: 2px; }
.poster button[aria-disabled] { background: #4a5560; cursor: default; }
.poster p { position: relative; margin: 0; padding: 4px 12px; max-width: 60ch; background: inherit; border-radius: 6px; overflow-wrap: anywhere; }
`;

/** What stands inside of the element: a script, or a guide in Markdown or JSON. */
export interface Content {
  kind: 'script' | 'markdown' | 'json';
  text: string;
}

let sheet: CSSStyleSheet | null = null;

export class MmPlaygroundElement extends HTMLElement implements FigureApi {
  static readonly observedAttributes = OBSERVED;
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #shield = document.createElement('div');
  readonly #content = new MutationObserver(() => this.#changed());
  #seen: IntersectionObserver | null = null;
  #visible = false;
  /** The reader, or a program, has said whether it plays. */
  #started = false;
  #live: Promise<Live> | null = null;
  #running: Live | null = null;
  #state: MachineState | null = null;

  constructor() {
    super();
    if (sheet === null) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
    }
    this.#root.adoptedStyleSheets = [sheet];
    this.#shield.className = 'shield';
    this.#root.append(this.#shield);
  }

  /** As last told by `change`; null before the figure is there. */
  get state(): MachineState | null {
    return this.#state;
  }

  connectedCallback(): void {
    if (this.#seen !== null) return;
    this.#content.observe(this, { childList: true, characterData: true, subtree: true });
    this.#seen = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? false;
      this.#look();
    });
    this.#seen.observe(this);
    this.#changed();
  }

  disconnectedCallback(): void {
    // Moving the element in the document disconnects it for a moment.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#content.disconnect();
      this.#seen?.disconnect();
      this.#seen = null;
      this.#close();
    });
  }

  attributeChangedCallback(): void {
    if (this.#seen !== null) this.#changed();
  }

  // --- what programs ask ---

  async run(lines: string): Promise<RunAnswer> {
    return (await this.#load()).run(lines);
  }

  async seek(to: SeekTo): Promise<void> {
    return (await this.#load()).seek(to);
  }

  async play(): Promise<void> {
    this.#started = true;
    return (await this.#load()).play();
  }

  async pause(): Promise<void> {
    this.#started = true;
    return (await this.#load()).pause();
  }

  async observe(): Promise<Observation> {
    return (await this.#load()).observe();
  }

  async why(page?: string | PageRef): Promise<readonly CheckListView[]> {
    return (await this.#load()).why(page);
  }

  async select(page: string | PageRef | null): Promise<void> {
    return (await this.#load()).select(page);
  }

  async tunable(name: string, value?: string | number): Promise<string> {
    return (await this.#load()).tunable(name, value);
  }

  async open(link: string): Promise<void> {
    return (await this.#load()).open(link);
  }

  // --- how it comes and goes ---

  #settings(): Settings {
    const languages = [this.getAttribute('lang') ?? this.closest('[lang]')?.getAttribute('lang') ?? '', ...navigator.languages];
    return readSettings((name) => this.getAttribute(name), languages);
  }

  #inside(): Content {
    const guide = this.querySelector('script[type="text/markdown"], script[type="application/json"]');
    const kind = guide === null ? 'script' : guide.getAttribute('type') === 'application/json' ? 'json' : 'markdown';
    return { kind, text: dedent((guide ?? this).textContent ?? '') };
  }

  #changed(): void {
    const settings = this.#settings();
    this.#shield.style.height = settings.height === 'fill' ? '100%' : '';
    this.#shield.style.setProperty('--height', settings.height === 'fill' ? '100%' : settings.height);
    if (this.#running !== null) this.#running.update(settings, this.#inside());
    else if (this.#live === null) this.#poster(settings, '');
    this.#look();
  }

  /** Whether it may begin by itself, and whether what plays by itself is seen. */
  #look(): void {
    const { autoplay } = this.#settings();
    if (autoplay === null || this.#started) return;
    const still = autoplay === 'paused' || matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (this.#running !== null && !still) this.#running.seen(this.#visible);
    else if (this.#visible && this.#live === null) void this.#load().then((live) => { if (!still) live.seen(this.#visible); }, () => { this.#started = true; });
  }

  #poster(settings: Settings, problem: string): void {
    const words = WORDS[settings.locale];
    const poster = document.createElement('div');
    poster.className = 'poster';
    poster.lang = settings.locale;
    poster.dataset['theme'] = settings.theme;
    poster.style.height = settings.height === 'fill' ? '100%' : settings.height;
    const { scenario } = settings;
    const address = settings.poster ?? (scenario !== null && /^[\w-]+$/.test(scenario) ? new URL(/* @vite-ignore */ `posters/${scenario}.svg`, import.meta.url).href : null);
    if (address !== null) {
      const picture = document.createElement('img');
      picture.alt = '';
      picture.decoding = 'async';
      picture.loading = 'lazy';
      picture.onerror = () => picture.remove();
      picture.src = address;
      poster.append(picture);
    }
    const button = document.createElement('button');
    button.type = 'button';
    const loading = this.#live !== null;
    button.textContent = loading ? words.loading : problem === '' ? `▶ ${words.start}` : words.again;
    if (loading) button.setAttribute('aria-disabled', 'true');
    else button.onclick = () => void this.play().catch(() => undefined);
    if (problem !== '') {
      const said = document.createElement('p');
      said.setAttribute('role', 'alert');
      said.textContent = `${words.failed}: ${problem}`;
      poster.append(said);
    }
    poster.append(button);
    const focused = this.#root.activeElement !== null;
    this.#shield.replaceChildren(poster);
    if (focused) button.focus({ preventScroll: true });
  }

  #load(): Promise<Live> {
    if (!this.isConnected) return Promise.reject(new Error('mm-playground is not in a document'));
    if (this.#live === null) {
      const coming = this.#start();
      this.#live = coming;
      this.#poster(this.#settings(), '');
      coming.catch((error: unknown) => {
        if (this.#live !== coming) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#close();
        this.#poster(this.#settings(), message);
        const { errors = [] } = error as { errors?: Problem['errors'] };
        this.#tell('error', { message, errors });
      });
    }
    return this.#live;
  }

  async #start(): Promise<Live> {
    const { openLive } = await import('./live.ts');
    if (!this.isConnected) throw new Error('mm-playground has left the document');
    const live = openLive({ root: this.#root, place: this.#shield, tell: this.#tell, started: () => { this.#started = true; } }, this.#settings(), this.#inside());
    this.#running = live;
    await live.ready;
    return live;
  }

  #close(): void {
    this.#running?.close();
    this.#running = this.#live = this.#state = null;
    this.#started = false;
    this.#shield.replaceChildren();
  }

  readonly #tell: Tell = (name, detail) => {
    if (name === 'change') this.#state = detail as FigureEvents['change'];
    this.dispatchEvent(new CustomEvent(name, { detail }));
  };
}

/** The element's events have details of their own. */
export interface MmPlaygroundElement {
  addEventListener<K extends keyof FigureEvents>(type: K, listener: (this: MmPlaygroundElement, event: CustomEvent<FigureEvents[K]>) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'mm-playground': MmPlaygroundElement;
  }
}

/** Another version may have taken the name; the first keeps it. */
const name = new URL(import.meta.url).searchParams.get('as') ?? NAME;
if (customElements.get(name) === undefined) customElements.define(name, MmPlaygroundElement);
