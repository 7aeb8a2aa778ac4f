import { expect, test } from 'vitest';
import { loadDraft, saveDraft } from './draft.ts';

/** Storage in memory, with room for so many characters. */
function store(room = Infinity): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new Error('full');
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
}

test('a changed text comes back, an unchanged one is forgotten', () => {
  const kept = store();
  saveDraft('a', 'b', kept);
  expect(loadDraft(kept)).toEqual({ source: 'a', text: 'b' });
  saveDraft('a', 'a', kept);
  expect(loadDraft(kept)).toBeNull();
});

test('what is full, forbidden or no draft keeps nothing and says nothing', () => {
  const full = store(1);
  saveDraft('a', 'b', full);
  expect(loadDraft(full)).toBeNull();
  expect(loadDraft(null)).toBeNull();
  const odd = store();
  odd.setItem('mm-playground.draft', '{"source":1}');
  expect(loadDraft(odd)).toBeNull();
  odd.setItem('mm-playground.draft', '{');
  expect(loadDraft(odd)).toBeNull();
});
