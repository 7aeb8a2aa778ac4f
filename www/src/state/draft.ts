/** A script that is being changed and was not run yet, kept by the browser: closing the tab loses nothing. */
import { storage } from './works.ts';

export interface Draft {
  /** What was changed. */
  source: string;
  text: string;
}

const KEY = 'mm-playground.draft';

export function loadDraft(store: Storage | null = storage()): Draft | null {
  try {
    const { source, text } = JSON.parse(store?.getItem(KEY) ?? 'null') as Record<keyof Draft, unknown>;
    return typeof source === 'string' && typeof text === 'string' ? { source, text } : null;
  } catch {
    return null;
  }
}

/** Keeps a text that differs from what it was made of; forgets the one before. */
export function saveDraft(source: string, text: string, store: Storage | null = storage()): void {
  try {
    if (text === source) store?.removeItem(KEY);
    else store?.setItem(KEY, JSON.stringify({ source, text }));
  } catch {
    // Full or forbidden: the text lasts as long as the tab.
  }
}
