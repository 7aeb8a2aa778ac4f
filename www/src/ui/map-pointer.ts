/** Pointing, clicking, dragging and zooming on the map. */
import { hex, pageName } from '../format.ts';
import { stateWords } from '../locales/index.ts';
import { samePage } from '../state/apply.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { on, setText } from './dom.ts';
import type { MapCanvas } from './map-canvas.ts';

interface Parts {
  stage: HTMLElement;
  view: HTMLElement;
  canvas: MapCanvas;
  tip: HTMLElement;
}

/** A press that moves less is a click. */
const DRAG_PX = 4;

export function listenToPointer(context: Context, { stage, view, canvas, tip }: Parts): void {
  const { session, t } = context;
  /** Where the pointer is, null when it is elsewhere; a pick under way answers for the newest place. */
  let pointer: { x: number; y: number } | null = null;
  let picking = false;
  let pressed: { y: number; scroll: number; panned: boolean } | null = null;

  const place = (event: PointerEvent | MouseEvent): { x: number; y: number } => {
    const box = view.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const showTip = (text: string): void => {
    tip.hidden = text === '' || pointer === null;
    setText(tip, text);
    if (pointer === null || tip.hidden) return;
    const left = Math.min(pointer.x + 14, canvas.width - tip.offsetWidth - 6);
    const below = pointer.y + 18 + tip.offsetHeight < canvas.height;
    tip.style.transform = `translate(${left}px, ${below ? pointer.y + 18 : pointer.y - tip.offsetHeight - 8}px)`;
  };
  /** What the pointer's page is, and once that is known its frame, who shares it and where it stands in KSM's trees. */
  let said = '';
  const linked = (): string => {
    const { inspected, hovered, view: shown } = session.state;
    if (said === '' || inspected === null || !samePage(hovered, inspected.view.ref)) return said;
    const { frame, sharers, letter } = inspected.view;
    return [said, ...(frame !== null && shown === 'spaces' ? [t.map.frame(hex(frame))] : []), ...(sharers.length > 0 ? [t.inspector.sharers(sharers.length)] : []), ...(letter === 'k' ? [t.ksm.stable] : [])].join(' · ');
  };
  watch(context, (s) => s.inspected, () => { if (pointer !== null && !tip.hidden) showTip(linked()); });
  const point = async (): Promise<void> => {
    if (picking || pointer === null) return;
    picking = true;
    try {
      const asked: { x: number; y: number } = pointer;
      const { page, frame, letter } = await session.client.pick(asked.x, asked.y);
      if (pointer !== null) {
        session.hover(page);
        const name = session.state.view === 'memory' && frame !== null
          ? [hex(frame), page === null ? '' : `${page.process} ${pageName(page)}`].join(' ').trim()
          : page === null ? '' : pageName(page);
        said = name === '' ? '' : `${name} · ${stateWords(t, letter).short}`;
        showTip(linked());
      }
      picking = false;
      if (pointer !== asked) void point();
    } catch {
      // The engine crashed meanwhile and says so itself.
      picking = false;
    }
  };
  const click = async (event: PointerEvent): Promise<void> => {
    const { x, y } = place(event);
    canvas.flush();
    const before = session.state.selected;
    try {
      const { page, frame, letter } = await session.client.pick(x, y);
      // What was chosen since is the newer wish.
      if (session.state.selected !== before) return;
      const inMemory = session.state.view === 'memory' && frame !== null;
      session.select(page, inMemory ? { number: frame, letter } : null);
      if (page !== null) session.store.set({ follow: false });
    } catch {
      // As above.
    }
  };

  on(view, {
    pointermove: (event) => {
      if (pressed !== null) {
        const moved = event.clientY - pressed.y;
        if (!pressed.panned && Math.abs(moved) < DRAG_PX) return;
        pressed.panned = true;
        view.classList.add('panning');
        stage.scrollTop = pressed.scroll - moved;
        session.store.set({ follow: false });
        return;
      }
      pointer = place(event);
      void point();
    },
    pointerleave: () => {
      pointer = null;
      tip.hidden = true;
      session.hover(null);
    },
    pointerdown: (event) => {
      // A finger scrolls by itself; only its tap is ours.
      if (event.button !== 0) return;
      pressed = { y: event.clientY, scroll: stage.scrollTop, panned: false };
      if (event.pointerType === 'mouse') view.setPointerCapture(event.pointerId);
    },
    pointerup: (event) => {
      const wasClick = pressed !== null && !pressed.panned;
      pressed = null;
      view.classList.remove('panning');
      if (wasClick) void click(event);
    },
    pointercancel: (event) => {
      // A finger's way is the browser's from here on: it scrolls.
      if (event.pointerType === 'touch') session.store.set({ follow: false });
      pressed = null;
      view.classList.remove('panning');
    },
  });
  stage.addEventListener('wheel', (event) => {
    session.store.set({ follow: false });
    if (!event.ctrlKey) return;
    event.preventDefault();
    session.zoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false });
}
