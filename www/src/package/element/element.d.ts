/**
 * `<mm-playground>`: a live figure in anybody's page. Importing this registers the element; it loads nothing heavy until it is
 * visible or clicked.
 *
 * ```js
 * import 'mm-playground/element';
 *
 * const figure = document.querySelector('mm-playground');
 * figure.addEventListener('step', ({ detail }) => console.log(detail.cmd));
 * await figure.run('p1 write a');
 * ```
 *
 * @module
 */
import type { FigureApi, FigureEvents, MachineState } from './api.js';

export type * from './api.js';

/** The element. Its methods load the figure if it is not there yet. */
export interface MmPlaygroundElement extends HTMLElement, FigureApi {
  /** As last told by `change`; null before the figure is there. */
  readonly state: MachineState | null;
  addEventListener<Name extends keyof FigureEvents>(
    type: Name,
    listener: (event: CustomEvent<FigureEvents[Name]>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'mm-playground': MmPlaygroundElement;
  }
}
