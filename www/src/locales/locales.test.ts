import { describe, expect, test } from 'vitest';
import { PALETTE } from '../theme/palette.ts';
import { stateWords, tunableHelp, words } from './index.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

const LOCALES = { en, zh };

/** Every path to a text or to a text made by a function. */
function paths(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}/${key}`));
}
/** The engine's help is English: that table is empty in English. */
const OWN = /^\/tunableHelp\//;

describe('languages', () => {
  test('have the same keys', () => {
    const keys = (messages: unknown): string[] => paths(messages).filter((path) => !OWN.test(path)).sort();
    expect(keys(zh)).toEqual(keys(en));
  });

  test.each(Object.entries(LOCALES))('%s leaves no text empty', (_, messages) => {
    const empty = (value: unknown, at: string): string[] => {
      if (typeof value === 'string') return value.trim() === '' ? [at] : [];
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value).flatMap(([key, inner]) => empty(inner, `${at}/${key}`));
    };
    expect(empty(messages, '')).toEqual([]);
  });

  test('Chinese is not English left over', () => {
    const untranslated = Object.entries(zh.states).filter(([key, { long }]) => long === en.states[key as keyof typeof en.states].long);
    expect(untranslated).toEqual([]);
  });

  test.each(Object.entries(LOCALES))('%s has words for every state of the palette', (_, messages) => {
    for (const { letter } of PALETTE) expect(stateWords(messages, letter).long, letter).not.toBe(letter);
  });

  test('an unknown key is unknown, also one that every object has', () => {
    expect(words(en.reasons, 'no_such_reason')).toBeUndefined();
    expect(words(en.reasons, 'toString')).toBeUndefined();
    expect(stateWords(en, '?').short).toBe('?');
    expect(tunableHelp(en, '/sys/kernel/mm/ksm/run')).toBeUndefined();
    expect(tunableHelp(zh, '/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled')).toContain('folio');
  });
});
