/** The event log: filtered, virtually scrolled, following the newest. */
import type { EventView } from '../engine/protocol.ts';
import { count, shortClock } from '../format.ts';
import { NO_FILTER, filterChoices, passes } from '../state/events.ts';
import type { EventFilter } from '../state/events.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, keyedList, on, option, setAttribute, setText } from './dom.ts';
import type { Row } from './dom.ts';
import css from './events.css?inline';
import { icon } from './icons.ts';
import { reasonWord } from './reason.ts';
import { style } from './styles.ts';

style(css);

const ROW_PX = 20;
/** Rows that follow the newest are all new each time; nobody reads them faster. */
const REDRAW_MS = 150;
/** Rows kept beyond the edges, so that scrolling shows no gap. */
const SPARE = 4;

export function eventsPanel(context: Context): HTMLElement {
  const { session, t, signal } = context;
  let filter: EventFilter = NO_FILTER;
  let shown: readonly EventView[] = [];
  let follow = true;
  let active: number | null = null;

  const dropped = h('span', { class: 'dropped' });
  const none = h('p', { class: 'none muted' });
  const rows = h('div', { class: 'rows' });
  const list = h('div', { class: 'scroll list', role: 'listbox', tabindex: 0, 'aria-label': t.events.list }, rows);
  const choose = (event: EventView): void => {
    active = event.seq;
    void session.openEvent(event);
    draw();
  };
  const showRows = keyedList<{ event: EventView; i: number }>(rows, ({ event }) => String(event.seq), ({ event }) => eventRow(context, event, choose));

  // Measured when they change, not when they are used: asking the browser makes it lay out the page.
  let top = 0;
  let height = 0;
  const draw = (): void => {
    const visible = Math.ceil(height / ROW_PX) + 2 * SPARE;
    // After a reset the scroll bar may still stand where the longer list was.
    const from = Math.max(0, Math.min(Math.floor(top / ROW_PX) - SPARE, shown.length - visible));
    const to = Math.min(shown.length, from + visible);
    rows.style.paddingBlockStart = `${from * ROW_PX}px`;
    rows.style.height = `${shown.length * ROW_PX}px`;
    showRows(shown.slice(from, to).map((event, i) => ({ event, i: from + i })));
    for (const row of rows.children) setAttribute(row, 'aria-selected', String((row as HTMLElement).dataset['seq'] === String(active)));
    setAttribute(list, 'aria-activedescendant', active !== null && rows.querySelector(`#event-${active}`) !== null ? `event-${active}` : null);
  };
  const refilter = (): void => {
    const { events } = session.state.events;
    shown = filter === NO_FILTER ? events : events.filter((event) => passes(event, filter));
    none.hidden = shown.length > 0;
    setText(none, events.length === 0 ? t.events.none : t.events.noneMatch);
    if (follow) toEnd();
    else draw();
  };
  let frame = 0;
  const scrollTo = (place: number): void => {
    top = Math.max(0, Math.min(place, shown.length * ROW_PX - height));
    draw();
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      list.scrollTop = top;
    });
  };
  const toEnd = (): void => scrollTo(Infinity);
  const setFollow = (value: boolean): void => {
    follow = value;
    setAttribute(followButton, 'aria-pressed', String(follow));
    if (follow) toEnd();
  };

  const select = (key: keyof EventFilter, label: string): HTMLSelectElement => {
    const element = h('select', { class: 'field', 'aria-label': label, title: label }, option('', label));
    on(element, {
      change: () => {
        const next = { ...filter, [key]: element.value };
        filter = next.who === '' && next.kind === '' && next.reason === '' ? NO_FILTER : next;
        refilter();
      },
    });
    // New values join at the end of the menu; rebuilding it would close it under the reader's hand.
    const known = new Set<string>();
    let seen = -1;
    watch(context, (s) => s.events.events, (events) => {
      const newest = events.at(-1)?.seq ?? -1;
      const added = newest < seen ? events : events.slice(events.findLastIndex(({ seq }) => seq <= seen) + 1);
      seen = newest;
      for (const value of filterChoices(added, key)) {
        if (known.has(value)) continue;
        known.add(value);
        element.append(option(value, value));
      }
    });
    return element;
  };
  const followButton = button({ label: t.events.follow, icon: icon('follow'), className: 'btn bare small square' }, () => setFollow(!follow));
  const filters = h('div', { class: 'filters push' }, select('who', t.events.who), select('kind', t.events.kind), select('reason', t.events.reason), followButton);

  on(list, {
    scroll: () => {
      if (frame !== 0) return;
      top = list.scrollTop;
      const atEnd = top + height >= (shown.length - 1) * ROW_PX;
      if (follow && !atEnd && list.matches(':hover')) setFollow(false);
      draw();
    },
    keydown: (event) => {
      const at = shown.findIndex(({ seq }) => seq === active);
      const page = Math.max(1, Math.floor(height / ROW_PX) - 1);
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
      if (step !== undefined && shown.length > 0) {
        const next = Math.max(0, Math.min(shown.length - 1, at < 0 ? shown.length - 1 : at + step));
        active = shown[next]?.seq ?? null;
        setFollow(false);
        scrollTo(Math.min(next * ROW_PX, Math.max(top, (next + 1) * ROW_PX - height)));
      } else if (event.key === 'Enter' && at >= 0) choose(shown[at] as EventView);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  setFollow(true);
  let drawnAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const showNew = (): void => {
    clearTimeout(timer);
    const wait = drawnAt + REDRAW_MS - performance.now();
    if (wait > 0) {
      timer = setTimeout(showNew, wait);
      return;
    }
    drawnAt = performance.now();
    const { dropped: n } = session.state.events;
    setText(dropped, n > 0 ? `+${count(n)}` : '');
    dropped.title = n > 0 ? t.events.dropped(count(n)) : '';
    refilter();
  };
  watch(context, (s) => s.events, showNew);
  const size = new ResizeObserver(() => {
    height = list.clientHeight;
    if (follow) toEnd();
    else draw();
  });
  size.observe(list);
  signal.addEventListener('abort', () => {
    size.disconnect();
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  }, { once: true });
  return h('section', { class: 'panel events', 'data-panel': 'events', 'aria-label': t.panels.events },
    h('h2', { class: 'heading' }, t.events.label, dropped), filters, none, list);
}

function eventRow(context: Context, event: EventView, choose: (event: EventView) => void): Row<{ event: EventView; i: number }> {
  const { seq, timeNs, who, kind, where, reason, ok, detail } = event;
  const element = h('div', { class: 'event', role: 'option', id: `event-${seq}`, 'data-seq': seq, 'data-page': event.page !== null },
    h('span', { class: 'time' }, shortClock(timeNs)),
    h('span', { class: 'who' }, who),
    h('span', { class: 'what' }, `${kind} ${where} `, reason !== '' && reasonWord(context, reason, ok), detail !== '' && h('span', { class: 'muted' }, ` ${detail}`)),
  );
  element.title = [element.lastElementChild?.textContent ?? '', event.page === null ? '' : context.t.events.open].filter((w) => w !== '').join('\n');
  on(element, { click: () => choose(event) });
  return { element, update: ({ i }) => setAttribute(element, 'aria-posinset', i + 1) };
}
