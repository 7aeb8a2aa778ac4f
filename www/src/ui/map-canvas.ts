/**
 * The canvas that the worker paints, and how it is to be painted.
 *
 * Lives as long as the session: a canvas can be handed over only once, while views come and go with the language.
 * Changes of a frame are gathered into one viewport message.
 */
import { cellView } from '../canvas/lanes.ts';
import type { Viewport } from '../engine/protocol.ts';
import type { Session } from '../state/session.ts';
import { h } from './dom.ts';

/** Beyond 3 the eye sees no difference and the worker paints for nothing. */
const MAX_DPR = 3;

/** From this size letters are readable, CSS pixels. */
const LETTER_CELL = 9;

export class MapCanvas {
  readonly element = h('canvas', { class: 'cells', 'aria-hidden': 'true' });
  readonly #session: Session;
  readonly #reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  #handedOver = false;
  #width = 0;
  #height = 0;
  #scrollY = 0;
  #frame = 0;
  readonly #scrolled = new Set<() => void>();

  constructor(session: Session, signal: AbortSignal) {
    this.#session = session;
    const later = (): void => this.#schedule();
    session.store.watch((s) => [s.view, s.cell, s.theme, s.colouring, s.selected, s.hovered], later, signal);
    this.#reducedMotion.addEventListener('change', later, { signal });
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  get scrollY(): number {
    return this.#scrollY;
  }

  /** CSS pixels of the visible part of the map. */
  resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    this.#schedule();
  }

  scrollTo(scrollY: number): void {
    if (scrollY === this.#scrollY) return;
    this.#scrollY = scrollY;
    this.#schedule();
    for (const tell of this.#scrolled) tell();
  }

  /** Calls back after each scroll, until the returned function is called. */
  onScroll(tell: () => void): () => void {
    this.#scrolled.add(tell);
    return () => void this.#scrolled.delete(tell);
  }

  /** Posts what is still waiting, so that a pick sees the map as it is now. */
  flush(): void {
    if (this.#frame === 0) return;
    cancelAnimationFrame(this.#frame);
    this.#post();
  }

  #schedule(): void {
    if (this.#width === 0 || this.#height === 0) return;
    this.#frame ||= requestAnimationFrame(() => this.#post());
  }

  #post(): void {
    this.#frame = 0;
    if (!this.#handedOver) {
      this.#handedOver = true;
      this.#session.client.canvas(this.element.transferControlToOffscreen());
    }
    const { view, cell, theme, selected, hovered, colouring } = this.#session.state;
    const viewport: Viewport = {
      view: cellView(view), cell, colouring, theme, selected, hovered,
      width: this.#width,
      height: this.#height,
      dpr: Math.min(MAX_DPR, devicePixelRatio),
      scrollY: this.#scrollY,
      letters: cell >= LETTER_CELL,
      flash: !this.#reducedMotion.matches,
    };
    this.#session.client.viewport(viewport);
  }
}
