/** The timeline: every command and stretch of time; drag it to go back. */
import type { TimelineMark } from '../engine/protocol.ts';
import { clock } from '../format.ts';
import { shortLine } from '../state/commands.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, on, setAttribute, setText } from './dom.ts';
import { style } from './styles.ts';
import css from './timeline.css?inline';

style(css);

const EDGE_PX = 16;
const LABEL_GAP_PX = 12;
const FONT = '11px ui-monospace, "DejaVu Sans Mono", Menlo, monospace';

/** The marks whose labels fit side by side, the newest first; `width` of a label in pixels. */
export function labelsThatFit(marks: readonly { x: number; width: number }[], left: number, right: number): number[] {
  const fitting: number[] = [];
  let end = left;
  marks.forEach(({ x, width }, i) => {
    const start = Math.max(left, Math.min(x, right - width));
    if (start < end || start + width > right + 1) return;
    fitting.push(i);
    end = start + width + LABEL_GAP_PX;
  });
  return fitting;
}

export function timelinePanel(context: Context): HTMLElement {
  const { session, t, signal } = context;
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const knob = h('div', { class: 'knob', 'aria-hidden': 'true' });
  const hair = h('div', { class: 'hair', hidden: true, 'aria-hidden': 'true' });
  const tip = h('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });
  const element = h('div', { class: 'panel timeline', role: 'slider', tabindex: 0, id: 'timeline', 'aria-label': t.timeline.label, 'aria-valuemin': 0 }, canvas, hair, knob, tip);
  /** Where the reader drags to, before the machine is there. */
  let dragged: number | null = null;

  const span = (): { length: number; position: number } => {
    const { machine } = session.state;
    return { length: machine?.length ?? 0, position: dragged ?? machine?.position ?? 0 };
  };
  // Measured when it changes: asking the browser makes it lay out the page.
  let width = 0;
  let height = 0;
  let ink = '';
  const bar = (): number => width - 2 * EDGE_PX;
  const xOf = (position: number): number => EDGE_PX + (bar() * position) / Math.max(1, span().length);
  const positionAt = (clientX: number): number => {
    const x = clientX - element.getBoundingClientRect().left - EDGE_PX;
    return Math.max(0, Math.min(span().length, Math.round((x / Math.max(1, bar())) * span().length)));
  };
  const markAt = (position: number): TimelineMark | undefined => session.state.marks.findLast((mark) => mark.position <= position);

  const place = (): void => {
    const { length, position } = span();
    knob.style.transform = `translateX(${xOf(position)}px)`;
    element.style.setProperty('--done', `${xOf(position)}px`);
    setAttribute(element, 'aria-valuemax', length);
    setAttribute(element, 'aria-valuenow', position);
    setAttribute(element, 'aria-valuetext', t.timeline.at(position, length, markAt(position)?.label ?? ''));
  };
  let frame = 0;
  const paint = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      place();
      if (width > 0) paintMarks(canvas, { width, height, ink }, session.state.marks, xOf);
    });
  };
  const showTip = (clientX: number): void => {
    const position = positionAt(clientX);
    const mark = markAt(position);
    const behind = position < span().length && dragged !== null ? ` — ${t.timeline.branch}` : '';
    session.store.set({ pointedNs: mark?.timeNs ?? null });
    tip.hidden = false;
    setText(tip, `${mark === undefined ? '' : `${clock(mark.timeNs)}  ${mark.label}`}${behind}`.trim() || clock(0));
    tip.style.transform = `translateX(${Math.max(4, Math.min(xOf(position) - tip.offsetWidth / 2, width - tip.offsetWidth - 4))}px)`;
  };
  const go = (position: number): void => {
    dragged = position;
    place();
    void session.seek(position).finally(() => {
      if (dragged === position) dragged = null;
    });
  };

  on(element, {
    pointerdown: (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      go(positionAt(event.clientX));
      showTip(event.clientX);
    },
    pointermove: (event) => {
      showTip(event.clientX);
      if (element.hasPointerCapture(event.pointerId) && positionAt(event.clientX) !== dragged) go(positionAt(event.clientX));
    },
    pointerleave: () => {
      tip.hidden = true;
      session.store.set({ pointedNs: null });
    },
    keydown: (event) => {
      const { length } = span();
      const step = {
        ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1,
        PageDown: -Math.ceil(length / 20), PageUp: Math.ceil(length / 20), Home: -Infinity, End: Infinity,
      }[event.key];
      if (step === undefined || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      void session.seekBy(step);
    },
  });
  watch(context, (s) => s.machine?.position, () => requestAnimationFrame(place));
  // The marks stand where they stood unless their number changes.
  watch(context, (s) => s.machine?.length, paint);
  watch(context, (s) => s.pointedNs, (ns) => {
    hair.hidden = ns === null;
    if (ns === null) return;
    const { marks } = session.state;
    const next = marks.findIndex(({ timeNs }) => timeNs > ns);
    const before = marks[next < 0 ? marks.length - 1 : next - 1];
    const [from, to] = [before?.timeNs ?? 0, marks[next]?.timeNs ?? session.state.machine?.nowNs ?? 0];
    const part = to > from ? Math.min(1, (ns - from) / (to - from)) : 0;
    hair.style.transform = `translateX(${xOf((before?.position ?? 1) - 1 + part)}px)`;
  });
  watch(context, (s) => s.marks, paint);
  watch(context, (s) => s.theme, () => {
    requestAnimationFrame(() => {
      ink = getComputedStyle(canvas).color;
      paint();
    });
  });
  const size = new ResizeObserver(() => {
    width = element.clientWidth;
    height = element.clientHeight;
    paint();
  });
  size.observe(element);
  signal.addEventListener('abort', () => {
    size.disconnect();
    cancelAnimationFrame(frame);
  }, { once: true });
  return element;
}

interface Sheet {
  width: number;
  height: number;
  /** Colour of ticks and labels. */
  ink: string;
}

function paintMarks(canvas: HTMLCanvasElement, { width, height, ink }: Sheet, marks: readonly TimelineMark[], xOf: (position: number) => number): void {
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  pen.scale(scale, scale);
  pen.fillStyle = ink;
  pen.font = FONT;
  pen.globalAlpha = 0.5;
  let last = -Infinity;
  for (const { position } of marks) {
    const x = Math.round(xOf(position));
    if (x - last < 2) continue;
    pen.fillRect(x, 23, 1, 14);
    last = x;
  }
  pen.globalAlpha = 1;
  // Where marks are crowded most labels cannot be shown; measuring them all would cost more than drawing.
  const spaced = marks.filter(({ label }, i) => i % Math.max(1, Math.floor(marks.length / 200)) === 0 && label !== '');
  const letter = pen.measureText('0').width;
  const most = Math.floor(width / 3 / letter);
  const sized = spaced.map((mark) => {
    const label = shortLine(mark.label);
    const text = label.length > most ? `${label.slice(0, most - 1)}…` : label;
    return { x: xOf(mark.position), width: text.length * letter, text };
  });
  for (const i of labelsThatFit(sized, EDGE_PX, width - EDGE_PX)) {
    const { x, width: long, text } = sized[i] as (typeof sized)[number];
    pen.fillText(text, Math.max(EDGE_PX, Math.min(x, width - EDGE_PX - long)), 16);
  }
}
