/** The languages, each loaded when it is chosen, and words looked up by keys that come from the engine. */
import type { LocaleName } from '../state/preferences.ts';
import type { Messages } from './en.ts';

export type { Messages } from './en.ts';

export async function loadMessages(locale: LocaleName): Promise<Messages> {
  return locale === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;
}

/** BCP 47 tag, for `lang`. */
export const LANG: Readonly<Record<LocaleName, string>> = { en: 'en', zh: 'zh-Hans' };

/** The words for a key that comes from the engine; `undefined` for a key that the language has no words for. */
export function words<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Words for a class letter: short for a legend, long to be spoken. */
export function stateWords(t: Messages, letter: string): { short: string; long: string } {
  return words(t.states, /^[1-8]$/.test(letter) ? 'mthp' : letter) ?? { short: letter, long: letter };
}

/** Help of a tunable by its path; the files of the folio sizes share theirs. */
export function tunableHelp(t: Messages, path: string): string | undefined {
  return words(t.tunableHelp, path.replace(/hugepages-\d+kB/, 'hugepages-*kB'));
}
