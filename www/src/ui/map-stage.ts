/**
 * The map itself: the worker's canvas under a scroll bar, what is laid over it, pointer and keys.
 *
 * To assistive technology it is one application whose current cell is spoken by a polite live region; the
 * tree and the inspector tell the same things as text.
 */
import { Grid } from '../canvas/geometry.ts';
import type { Place } from '../canvas/geometry.ts';
import { cellView, isCellView, lanesOf, pageAt, placeOfFrame, placeOfPage } from '../canvas/lanes.ts';
import type { NamedLane } from '../canvas/lanes.ts';
import { hex } from '../format.ts';
import { stateWords } from '../locales/index.ts';
import type { State } from '../state/state.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, on, setAttribute, setText } from './dom.ts';
import { DaemonFollower } from './map-follow.ts';
import { moveFor } from './map-keys.ts';
import type { MapCanvas } from './map-canvas.ts';
import { mapOverlay } from './map-overlay.ts';
import { listenToPinch } from './map-pinch.ts';
import { listenToPointer } from './map-pointer.ts';

/** The machine is drawn with these; a place is valid only for the lanes it was found in. */
export interface Drawn {
  lanes: readonly NamedLane[];
  grid: Grid;
  /** CSS pixels. */
  width: number;
}

/** After the last key, so that a reader who holds an arrow is not talked at. */
const SPEAK_AFTER_MS = 180;

/** From telling the worker to seeing what it painted, when it has nothing else to do. */
const FRAMES_BEHIND = 2;

/** The worker has told a zoom's new heights by then; later changes are of another cause. */
const HEIGHTS_WITHIN_MS = 500;

export function mapStage(context: Context, canvas: MapCanvas): HTMLElement {
  const { session, t, signal } = context;
  const keys = h('p', { class: 'hidden-text', id: 'map-keys' }, t.map.keys);
  const spoken = h('p', { class: 'hidden-text', 'aria-live': 'polite', id: 'map-spoken' });
  const empty = h('p', { class: 'empty', hidden: true }, t.map.empty);
  const over = mapOverlay(context);
  const view = h('div', {
    class: 'stage-view', id: 'map', role: 'application', tabindex: 0, 'aria-roledescription': t.map.role, 'aria-describedby': keys.id,
  }, canvas.element, over.element, empty);
  const content = h('div', { class: 'stage-content' }, view);
  const stage = h('div', { class: 'stage scroll' }, content);

  /** Where the cells stand that the reader sees: the worker paints a scroll a little later than the page knows of it. */
  let shownScrollY = canvas.scrollY;
  let drawn: Drawn = { lanes: [], grid: new Grid([], 'spaces', 1, 1), width: 1 };
  const read = (): Drawn => {
    const { machine, view: name, cell } = session.state;
    const lanes = machine === null ? [] : lanesOf(machine, name);
    return { lanes, grid: new Grid(lanes, cellView(name), canvas.width, cell), width: canvas.width };
  };
  const selectedPlace = ({ lanes }: Drawn): Place | null => placeOfSelection(lanes, session.state);

  const draw = (): void => {
    const { machine, view: name } = session.state;
    drawn = read();
    content.style.height = `${Math.max(canvas.height, machine?.contentHeight ?? 0)}px`;
    empty.hidden = machine === null || drawn.lanes.length > 0;
    const n = drawn.lanes.length;
    setAttribute(view, 'aria-label', t.map.label(name === 'spaces' ? t.map.regions(n) : t.map.zones(n)));
    over.draw(drawn, shownScrollY, canvas.height, selectedPlace(drawn));
  };

  /** Brings a place into view, unless it is there already. */
  const reveal = (place: Place): void => {
    const block = drawn.grid.blockRect(place);
    const { y, height } = block.height * 2 > canvas.height ? drawn.grid.cellRect(place) : block;
    const top = canvas.scrollY;
    if (y >= top + 34 && y + height <= top + canvas.height - 8) return;
    stage.scrollTop = y < top + 34 || height > canvas.height ? y - 40 : y + height + 24 - canvas.height;
    scrolled();
  };
  const scrolled = (): void => {
    if (stage.scrollTop === canvas.scrollY) return;
    canvas.scrollTo(stage.scrollTop);
    void framesLater(FRAMES_BEHIND).then(() => {
      shownScrollY = canvas.scrollY;
      draw();
    });
  };
  stage.addEventListener('scroll', scrolled, { signal, passive: true });

  /** With the next frame: to scroll lays out the page, which other views are still changing now. */
  let followed: Place | null = null;
  const followTo = (place: Place): void => {
    if (followed === null) {
      requestAnimationFrame(() => {
        const target = followed;
        followed = null;
        if (target !== null && target.lane < drawn.lanes.length && session.state.follow) reveal(target);
      });
    }
    followed = place;
  };

  /** Selects a place; of a frame the worker knows which page maps it. */
  const select = async (place: Place): Promise<void> => {
    const page = pageAt(drawn.lanes, place);
    if (page !== null) {
      session.select(page);
      return;
    }
    const lane = drawn.lanes[place.lane] as NamedLane;
    const number = lane.start + place.index;
    session.select(null, { number, letter: '' });
    canvas.flush();
    const { x, y, width, height } = drawn.grid.cellRect(place);
    const picked = await session.client.pick(x + width / 2, y + height / 2 - canvas.scrollY);
    if (session.state.frame?.number === number) session.select(picked.page, { number, letter: picked.letter });
  };

  on(view, {
    keydown: (event) => {
      const move = moveFor(event);
      if (move === null || drawn.lanes.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      const from = selectedPlace(drawn);
      const place = from === null ? firstVisible(drawn, canvas.scrollY) : drawn.grid.move(from, move);
      session.store.set({ follow: false });
      reveal(place);
      void select(place);
    },
  });
  listenToPointer(context, { stage, view, canvas, tip: over.tip });
  listenToPinch(context, view);

  let speakTimer: ReturnType<typeof setTimeout> | undefined;
  watch(context, (s) => spokenText(context, s), (text) => {
    clearTimeout(speakTimer);
    speakTimer = setTimeout(() => setText(spoken, text), SPEAK_AFTER_MS);
  });

  const follower = new DaemonFollower(context);
  const size = new ResizeObserver(() => {
    canvas.resize(stage.clientWidth, stage.clientHeight);
    view.style.height = `${stage.clientHeight}px`;
    draw();
  });
  size.observe(stage);
  signal.addEventListener('abort', () => size.disconnect(), { once: true });

  // After a zoom the selection, or the first place in view, stays in view once the worker has told the new heights.
  let anchor: { place: Place; until: number } | null = null;
  let heightBefore = session.state.machine?.contentHeight;
  let cell = session.state.cell;
  watch(context, (s) => s.cell, (next) => {
    if (next !== cell && drawn.lanes.length > 0) {
      const place = selectedPlace(drawn) ?? anchor?.place ?? firstVisible(drawn, canvas.scrollY);
      anchor = { place, until: performance.now() + HEIGHTS_WITHIN_MS };
    }
    cell = next;
  });
  watch(context, (s) => [s.machine, s.view, s.cell, s.selected, s.frame, s.inspected, s.highlight], () => {
    const height = session.state.machine?.contentHeight;
    draw();
    if (anchor !== null && height !== heightBefore) {
      const { place, until } = anchor;
      if (performance.now() > until) anchor = null;
      else if (place.lane < drawn.lanes.length) reveal(place);
    }
    heightBefore = height;
    const place = follower.next(drawn);
    if (place !== null) followTo(place);
  });
  watch(context, (s) => s.reveal, (request) => {
    if (request === null) return;
    draw();
    const place = placeOfPage(drawn.lanes, request.page);
    if (place !== null) reveal(place);
  });
  const frame = h('div', { class: 'stage-frame' }, stage, keys, spoken);
  watch(context, (s) => !isCellView(s.view), (away) => { frame.hidden = away; });
  return frame;
}

async function framesLater(frames: number): Promise<void> {
  for (let i = 0; i < frames; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
}

function placeOfSelection(lanes: readonly NamedLane[], { view, selected, frame }: State): Place | null {
  if (view === 'memory') return frame === null ? null : placeOfFrame(lanes, frame.number);
  return selected === null ? null : placeOfPage(lanes, selected);
}

/** Where the keys begin when nothing is selected. Lanes are not empty. */
function firstVisible({ lanes, grid }: Drawn, scrollY: number): Place {
  const lane = Math.max(0, lanes.findLastIndex((l) => l.top <= scrollY));
  const { length } = lanes[lane] as NamedLane;
  let index = 0;
  while (index + 512 * grid.perRow < length && grid.blockRect({ lane, index }).y < scrollY) index += 512 * grid.perRow;
  return { lane, index };
}

function spokenText({ t }: Context, { selected, frame, inspected, view }: State): string {
  if (selected !== null) {
    if (inspected === null || inspected.view.ref.index !== selected.index) return '';
    const { process, region, index } = selected;
    const page = t.map.spokenPage(process, region, index, stateWords(t, inspected.view.letter).long);
    return view === 'memory' && frame !== null ? `${t.map.frame(hex(frame.number))}, ${page}` : page;
  }
  return frame === null || frame.letter === '' ? '' : t.map.spokenFrame(hex(frame.number), stateWords(t, frame.letter).long);
}
