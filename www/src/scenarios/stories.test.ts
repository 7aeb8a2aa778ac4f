import { describe, expect, test } from 'vitest';
import { en } from '../locales/en.ts';
import { zh } from '../locales/zh.ts';
import { SCENARIOS } from './index.ts';

describe('scenarios', () => {
  test('are at least twelve, and every script of the folder is one', () => {
    expect(SCENARIOS.length).toBeGreaterThanOrEqual(12);
    const scripts = Object.keys(import.meta.glob('./*.mm', { query: '?raw' })).map((name) => name.slice(2, -3));
    expect(SCENARIOS.map(({ id }): string => id).sort()).toEqual(scripts.sort());
  });

  test.each(SCENARIOS.map((shipped) => [shipped.id, shipped] as const))('%s has its words in both languages', async (id, shipped) => {
    const { story } = await shipped.story();
    for (const [locale, messages] of [['en', en], ['zh', zh]] as const) {
      const { paragraphs, tries } = story[locale];
      expect(messages.scenarios[id].title).not.toBe('');
      expect(paragraphs.length).toBe(2);
      for (const words of paragraphs) expect(words.length, locale).toBeGreaterThan(locale === 'en' ? 150 : 60);
      expect(tries.length).toBe(story.tries.length);
    }
    expect(story.zh.paragraphs).not.toEqual(story.en.paragraphs);
  });

  test.each(SCENARIOS.map((shipped) => [shipped.id, shipped] as const))('%s says in its script what must be seen', async (id, { load }) => {
    const { default: script } = await load();
    expect(script).toMatch(/^machine mem=/);
    // What a page opens on needs no more of the engine than its first file; crate/script/tests/stories.rs looks for these two.
    if (id !== 'rss-climb' && id !== 'vm-fleet') expect(script.match(/^ *expect /gm)?.length ?? 0).toBeGreaterThanOrEqual(1);
    expect(script.split('\n').filter((line) => line.length > 125)).toEqual([]);
  });
});
