/** A canvas that draws only what is in sight: as large as the stage that scrolls beneath it. */
import type { Context } from './context.ts';
import { watch } from './context.ts';

/** Pixels of the canvas to a CSS pixel are no more than this, however fine the screen is. */
const MAX_SCALE = 3;

/** Sizes a canvas, in CSS pixels, and gives its emptied context that counts in them; null if the browser has none. */
export function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = Math.min(MAX_SCALE, devicePixelRatio);
  canvas.width = width * scale;
  canvas.height = height * scale;
  const g = canvas.getContext('2d');
  g?.scale(scale, scale);
  return g;
}

/** Draws when the stage scrolls, places and draws when its size, the cells' or the theme changes; Ctrl and the wheel change the cells'. */
export function followStage(context: Context, stage: HTMLElement, layout: () => void, draw: () => void): void {
  const { session, signal } = context;
  const again = (): void => {
    layout();
    draw();
  };
  stage.addEventListener('scroll', draw, { signal, passive: true });
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    session.zoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false, signal });
  const size = new ResizeObserver(again);
  size.observe(stage);
  signal.addEventListener('abort', () => size.disconnect(), { once: true });
  watch(context, (s) => [s.cell, s.theme], again);
}
