/** Keys of the map. */
import type { Move } from '../canvas/geometry.ts';

const ARROWS: Readonly<Record<string, 'left' | 'right' | 'up' | 'down'>> = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down',
};

/** The way a key goes, null if it is not one of the map's. */
export function moveFor(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>): Move | null {
  if (event.altKey || event.metaKey) return null;
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) return event.ctrlKey || event.shiftKey ? `block-${arrow}` : arrow;
  switch (event.key) {
    case 'PageUp': return 'lane-previous';
    case 'PageDown': return 'lane-next';
    case 'Home': return event.ctrlKey ? 'first' : 'lane-start';
    case 'End': return event.ctrlKey ? 'last' : 'lane-end';
    default: return null;
  }
}
