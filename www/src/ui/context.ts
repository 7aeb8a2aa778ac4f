/** What every view gets: the session, the words, and when to stop. */
import type { Messages } from '../locales/index.ts';
import type { Session } from '../state/session.ts';
import type { State } from '../state/state.ts';

export interface Context {
  session: Session;
  t: Messages;
  /** Aborts when the views are taken down (the language changes, the element goes). */
  signal: AbortSignal;
  /** Where dialogs and menus that cover everything are put. */
  overlay: HTMLElement;
}

export function watch<T>({ session, signal }: Context, select: (state: State) => T, run: (part: T) => void): void {
  session.store.watch(select, run, signal);
}
