/** Two fingers on the map zoom it; one finger scrolls, which the browser does itself. */
import type { Context } from './context.ts';
import { on } from './dom.ts';

/** The fingers have moved apart, or together, by so much: one step of the zoom. */
const STEP = 1.3;

export function listenToPinch({ session }: Context, view: HTMLElement): void {
  const fingers = new Map<number, { x: number; y: number }>();
  let before = 0;
  const apart = (): number => {
    const [a, b] = [...fingers.values()];
    return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
  };
  const lift = ({ pointerId }: PointerEvent): void => {
    fingers.delete(pointerId);
    before = 0;
  };
  on(view, {
    pointerdown: ({ pointerType, pointerId, clientX, clientY }) => {
      if (pointerType !== 'touch') return;
      fingers.set(pointerId, { x: clientX, y: clientY });
      before = fingers.size === 2 ? apart() : 0;
    },
    pointermove: ({ pointerId, clientX, clientY }) => {
      if (!fingers.has(pointerId)) return;
      fingers.set(pointerId, { x: clientX, y: clientY });
      if (before === 0) return;
      const now = apart();
      if (now < before * STEP && now * STEP > before) return;
      session.zoom(now > before ? 1 : -1);
      before = now;
    },
    pointerup: lift,
    pointercancel: lift,
  });
}
