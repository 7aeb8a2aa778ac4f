import { describe, expect, test } from 'vitest';
import { loadPreferences, preferredLocale, savePreferences } from './preferences.ts';

function memoryStorage(initial: string | null): Storage {
  let value = initial;
  return { getItem: () => value, setItem: (_: string, v: string) => { value = v; }, removeItem: () => { value = null; }, clear: () => { value = null; }, key: () => null, length: 1 };
}

const forbidden: Storage = {
  getItem: () => { throw new DOMException('denied', 'SecurityError'); },
  setItem: () => { throw new DOMException('full', 'QuotaExceededError'); },
  removeItem: () => undefined, clear: () => undefined, key: () => null, length: 0,
};

describe('preferences', () => {
  test('come back as they were saved', () => {
    const store = memoryStorage(null);
    savePreferences({ theme: 'dark', locale: 'zh', singleKeys: false }, store);
    expect(loadPreferences(['en'], store)).toEqual({ theme: 'dark', locale: 'zh', singleKeys: false });
  });

  test('without storage, or with a forbidden one, there are defaults and no exception', () => {
    expect(loadPreferences(['en-GB'], null)).toEqual({ theme: 'system', locale: 'en', singleKeys: true });
    expect(loadPreferences(['zh-TW'], forbidden).locale).toBe('zh');
    expect(() => savePreferences({ theme: 'dark', locale: 'en', singleKeys: true }, forbidden)).not.toThrow();
  });

  test.each(['{', '7', '"x"', '{"theme":"pink","locale":1,"singleKeys":"no"}'])('nonsense in the storage counts as nothing: %s', (saved) => {
    expect(loadPreferences(['en'], memoryStorage(saved))).toEqual({ theme: 'system', locale: 'en', singleKeys: true });
  });

  test('Chinese only for those who ask for it first', () => {
    expect(preferredLocale(['zh-CN', 'en'])).toBe('zh');
    expect(preferredLocale(['en', 'zh-CN'])).toBe('en');
    expect(preferredLocale([])).toBe('en');
  });
});
