import { describe, expect, test } from 'vitest';
import { PALETTE, stateColour } from './palette.ts';

/** WCAG relative luminance. */
function luminance(colour: string): number {
  const channel = (at: number): number => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe('palette', () => {
  test('letters are single and different', () => {
    expect(PALETTE.every(({ letter }) => letter.length === 1)).toBe(true);
    expect(new Set(PALETTE.map(({ letter }) => letter)).size).toBe(PALETTE.length);
  });

  test.each(['light', 'dark'] as const)('%s colours are different, and each letter can be read on its colour', (theme) => {
    expect(new Set(PALETTE.map((entry) => entry[theme])).size).toBe(PALETTE.length);
    for (const entry of PALETTE) {
      const ink = theme === 'light' ? entry.lightInk : entry.darkInk;
      expect(contrast(entry[theme], ink), entry.letter).toBeGreaterThan(3);
    }
  });

  test('a letter without a colour is grey', () => {
    expect(stateColour('?', 'dark')).toBe('#808080');
    expect(stateColour('T', 'light')).toBe('#009e73');
  });
});
