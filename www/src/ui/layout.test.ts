import { describe, expect, test } from 'vitest';
import { TABBED, layoutFor, panelFor } from './layout.ts';

describe('layout', () => {
  test.each([[1440, 'wide'], [1000, 'medium'], [360, 'narrow']] as const)('%d px is %s', (width, layout) => {
    expect(layoutFor(width)).toBe(layout);
  });

  test('the panel stays if it has a tab, else the first one shows', () => {
    expect(panelFor('narrow', 'events')).toBe('events');
    expect(panelFor('medium', 'map')).toBe(TABBED.medium[0]);
    expect(panelFor('wide', 'tunables')).toBe('tunables');
  });
});
