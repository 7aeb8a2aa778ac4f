/**
 * What the page remembers of a reader: theme, language, shortcuts.
 *
 * Storage may be missing or forbidden (private windows, sandboxed frames): everything then works and is
 * forgotten with the tab.
 */
/** `contrast`: light or dark as the system, with strong lines and colours. */
export type ThemeChoice = 'system' | 'light' | 'dark' | 'contrast';
export type LocaleName = 'en' | 'zh';

export interface Preferences {
  theme: ThemeChoice;
  locale: LocaleName;
  /** Single-key shortcuts; readers who dictate turn them off. */
  singleKeys: boolean;
}

const KEY = 'mm-playground';

function storage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** English, unless the browser asks for Chinese first. */
export function preferredLocale(languages: readonly string[]): LocaleName {
  return languages[0]?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function loadPreferences(languages: readonly string[], store: Storage | null = storage()): Preferences {
  const preferences: Preferences = { theme: 'system', locale: preferredLocale(languages), singleKeys: true };
  let saved: unknown;
  try {
    saved = JSON.parse(store?.getItem(KEY) ?? 'null');
  } catch {
    return preferences;
  }
  if (typeof saved !== 'object' || saved === null) return preferences;
  const { theme, locale, singleKeys } = saved as Record<keyof Preferences, unknown>;
  if (theme === 'system' || theme === 'light' || theme === 'dark' || theme === 'contrast') preferences.theme = theme;
  if (locale === 'en' || locale === 'zh') preferences.locale = locale;
  if (typeof singleKeys === 'boolean') preferences.singleKeys = singleKeys;
  return preferences;
}

export function savePreferences(preferences: Preferences, store: Storage | null = storage()): void {
  try {
    store?.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Full or forbidden: the choice holds for this tab.
  }
}
