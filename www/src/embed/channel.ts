/** Talks to the document around the frame. Whoever may not, and whatever is no message, is ignored and counted. */
import type { FigureEvents } from '../element/api.ts';
import type { MmPlaygroundElement } from '../element/element.ts';
import { PING, PONG, readMessage } from './messages.ts';
import type { Ask, Message } from './messages.ts';
import { isAllowed } from './params.ts';
import type { Origins } from './params.ts';

/** Requests under way; what comes beyond is ignored. */
const MOST_OPEN = 100;

const EVENTS = ['ready', 'step', 'change', 'error', 'guide'] as const satisfies readonly (keyof FigureEvents)[];

export class Channel {
  /** Messages that were ignored. */
  ignored = 0;
  origins: Origins = { all: false, list: new Set() };
  readonly #figure: MmPlaygroundElement;
  readonly #around: Window;
  /** Who shook hands; events go there. */
  #listener: string | null = null;
  #open = 0;
  #size = '';

  /** @param around the window that messages are taken from */
  constructor(figure: MmPlaygroundElement, around: Window) {
    this.#figure = figure;
    this.#around = around;
    addEventListener('message', (event) => this.#receive(event));
    for (const name of EVENTS) {
      figure.addEventListener(name, ({ detail }) => this.#tell(name, detail));
    }
    new ResizeObserver(() => this.#tellSize()).observe(figure);
  }

  #receive({ data, origin, source }: MessageEvent<unknown>): void {
    if (source !== this.#around || !isAllowed(this.origins, origin, self.origin)) {
      this.ignored += 1;
      return;
    }
    const target = origin === 'null' ? '*' : origin;
    if (data === PING) {
      this.#listener = target;
      this.#around.postMessage(PONG, target);
      this.#size = '';
      this.#tellSize();
      return;
    }
    const message = readMessage(data);
    if (message === null || this.#open >= MOST_OPEN) {
      this.ignored += 1;
      return;
    }
    this.#open += 1;
    void this.#answer(message, target).finally(() => { this.#open -= 1; });
  }

  async #answer(message: Message, target: string): Promise<void> {
    const { id } = message;
    try {
      const value = await this.#ask(message);
      this.#around.postMessage({ mm: 1, id, ok: true, value }, target);
    } catch (error) {
      const { message: words, errors = [] } = error as { message: string; errors?: unknown };
      this.#around.postMessage({ mm: 1, id, ok: false, error: { message: String(words), errors } }, target);
    }
  }

  #ask(ask: Ask): unknown {
    const figure = this.#figure;
    switch (ask.do) {
      case 'run': return figure.run(ask.lines);
      case 'seek': return figure.seek(ask.to);
      case 'play': return figure.play();
      case 'pause': return figure.pause();
      case 'observe': return figure.observe();
      case 'why': return figure.why(ask.page);
      case 'select': return figure.select(ask.page);
      case 'tunable': return figure.tunable(ask.name, ask.value);
      case 'open': return figure.open(ask.link);
      case 'state': return { machine: figure.state, ignored: this.ignored };
      case 'set':
        // Another scenario, or a lesson, instead of the run of the link.
        if (ask.attributes['scenario'] !== undefined || ask.attributes['guide'] !== undefined) figure.removeAttribute('run');
        for (const [name, value] of Object.entries(ask.attributes)) figure.setAttribute(name, value);
        return null;
    }
  }

  #tell(event: string, detail: unknown): void {
    if (this.#listener !== null) this.#around.postMessage({ mm: 1, event, detail }, this.#listener);
  }

  /** What the frame would have to be for all of the figure to be seen. A figure that fills its frame wants nothing. */
  #tellSize(): void {
    const { width, height } = this.#figure.getBoundingClientRect();
    const fills = this.#figure.getAttribute('height') === 'fill';
    // A document of the frame's own origin need not listen: the frame is made as high as it was asked to be.
    if (!fills && height > 0 && frameElement !== null) (frameElement as HTMLElement).style.height = `${Math.ceil(height)}px`;
    const key = [Math.ceil(width), Math.ceil(height), fills].join();
    if (key === this.#size || this.#listener === null || height === 0) return;
    this.#size = key;
    this.#tell('size', { width: Math.ceil(width), height: Math.ceil(height), fills });
  }
}
