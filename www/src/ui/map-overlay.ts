/** What lies over the cells: titles of regions and zones, the selection, the daemons, the pointer's tip. */
import type { Place, Rect } from '../canvas/geometry.ts';
import { placeOfPage } from '../canvas/lanes.ts';
import type { NamedLane } from '../canvas/lanes.ts';
import type { DaemonName } from '../engine/protocol.ts';
import { count, kib, pageAddress } from '../format.ts';
import type { Context } from './context.ts';
import type { PageSpan } from '../state/state.ts';
import { h, keyedList, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { placeText } from './map-panel.ts';
import type { Drawn } from './map-stage.ts';

export interface MapOverlay {
  element: HTMLElement;
  tip: HTMLElement;
  draw(drawn: Drawn, scrollY: number, height: number, selected: Place | null): void;
}

/** A single cell may be one pixel: its outline is never smaller than this. */
const MIN_OUTLINE = 6;

/** Pages of a 2 MiB range. */
const BLOCK = 512;
/** So many pages are marked one by one. */
const FEW_PAGES = 16;
/** Blocks marked at once: as many as a large screen shows. */
const MOST_POINTED = 400;

/** The title of a lane that began above stays at the top while more than this of the lane is in view, CSS pixels. */
const TITLE_STAYS = 48;

export function mapOverlay(context: Context): MapOverlay {
  const { session } = context;
  const titles = h('div');
  const block = h('div', { class: 'selected-block' });
  const cell = h('div', { class: 'selected-cell' });
  const sharers = h('div');
  const pointed = h('div');
  const markers = { khugepaged: marker(), ksmd: marker() };
  const tip = h('div', { class: 'tip', hidden: true });
  const element = h('div', { class: 'over', 'aria-hidden': 'true' }, titles, block, sharers, pointed, cell, markers.khugepaged.element, markers.ksmd.element, tip);
  let scroll = 0;
  const showTitles = keyedList<NamedLane>(titles, laneKey, () => laneTitle(context, () => scroll));

  /** The other pages of the same frame, where they are in view. */
  const drawSharers = ({ lanes, grid }: Drawn, height: number): void => {
    const { view, inspected, past } = session.state;
    const pages = view === 'spaces' && past === null ? (inspected?.view.sharers ?? []) : [];
    const rects = pages.flatMap((page) => {
      const place = placeOfPage(lanes, page);
      const rect = place === null ? null : grid.cellRect(place);
      return rect !== null && inView(rect, scroll, height) ? [rect] : [];
    });
    const outlines = outlinesIn(sharers, rects.length, 'sharer');
    rects.forEach((rect, i) => put(outlines[i] as HTMLElement, rect, scroll, Math.max(2, (MIN_OUTLINE - rect.width) / 2)));
  };

  /** What a lesson points at: a few pages each for itself, more by their blocks. */
  const drawPointed = ({ lanes, grid }: Drawn, height: number): void => {
    const { view, highlight } = session.state;
    const lane = highlight === null || view !== 'spaces' ? -1 : lanes.findIndex((one) => one.kind === 'region' && one.process.name === highlight.process && one.region.name === highlight.region);
    const rects = lane < 0 || highlight === null ? [] : rectsOf(lanes[lane] as NamedLane, lane, highlight, grid).filter((rect) => inView(rect, scroll, height)).slice(0, MOST_POINTED);
    const outlines = outlinesIn(pointed, rects.length, 'pointed');
    rects.forEach((rect, i) => put(outlines[i] as HTMLElement, rect, scroll, 3));
  };

  const drawMarker = (daemon: DaemonName, { lanes, grid, width }: Drawn, height: number): void => {
    const { machine, view } = session.state;
    const { element: mark, tag } = markers[daemon];
    const at = machine?.[daemon].at ?? null;
    const place = view === 'spaces' && at !== null ? placeOfPage(lanes, at) : null;
    mark.hidden = place === null;
    if (place === null || machine === null) return;
    const rect = grid.blockRect(place);
    put(mark, rect, scroll, 4);
    mark.hidden = !inView(rect, scroll, height);
    mark.classList.toggle('at-end', rect.x > width / 2);
    const { last, lastDetail } = machine[daemon];
    setText(tag, [`${daemon} ▸`, daemon === 'ksmd' ? placeText(daemon, machine[daemon]) : '', last, lastDetail].filter((w) => w !== '').join(' '));
  };
  return {
    element,
    tip,
    draw(drawn, scrollY, height, selected) {
      scroll = scrollY;
      const { lanes, grid } = drawn;
      showTitles(lanes.filter((lane) => lane.top + lane.height > scrollY + TITLE_STAYS && lane.top < scrollY + height));
      block.hidden = cell.hidden = selected === null;
      if (selected !== null) {
        put(block, grid.blockRect(selected), scroll, 2);
        const rect = grid.cellRect(selected);
        put(cell, rect, scroll, Math.max(2, (MIN_OUTLINE - rect.width) / 2));
      }
      drawSharers(drawn, height);
      drawPointed(drawn, height);
      drawMarker('khugepaged', drawn, height);
      drawMarker('ksmd', drawn, height);
    },
  };
}

/** As many children of a class as there are places. */
function outlinesIn(parent: HTMLElement, n: number, className: string): readonly Element[] {
  while (parent.childElementCount > n) parent.lastElementChild?.remove();
  while (parent.childElementCount < n) parent.append(h('div', { class: className }));
  return [...parent.children];
}

function rectsOf({ start, length }: NamedLane, lane: number, { start: from, end }: PageSpan, grid: Drawn['grid']): Rect[] {
  const last = Math.min(end, length);
  if (last - from <= FEW_PAGES) return Array.from({ length: Math.max(0, last - from) }, (_, i) => grid.cellRect({ lane, index: from + i }));
  const rects: Rect[] = [];
  for (let index = from; index < last; index += BLOCK - ((start + index) % BLOCK)) rects.push(grid.blockRect({ lane, index }));
  return rects;
}

function marker(): { element: HTMLElement; tag: HTMLElement } {
  const tag = h('span', { class: 'tag' });
  return { element: h('div', { class: 'mark', hidden: true }, tag), tag };
}

function put(element: HTMLElement, { x, y, width, height }: Rect, scrollY: number, outset: number): void {
  element.style.transform = `translate(${x - outset}px, ${y - scrollY - outset}px)`;
  element.style.width = `${width + 2 * outset}px`;
  element.style.height = `${height + 2 * outset}px`;
}

function inView({ y, height }: Rect, scrollY: number, viewHeight: number): boolean {
  return y + height > scrollY && y < scrollY + viewHeight;
}

function laneKey(lane: NamedLane): string {
  return lane.kind === 'zone' ? lane.zone.name : `${lane.process.name} ${lane.region.name}`;
}

function laneTitle(context: Context, scrollY: () => number): Row<NamedLane> {
  const name = h('b');
  const facts = h('span', { class: 'facts' });
  const element = h('div', { class: 'lane' }, name, facts);
  return {
    element,
    update(lane) {
      setText(name, laneKey(lane).replace(' ', '\u2002'));
      setText(facts, lane.kind === 'zone' ? zoneFacts(context, lane) : regionFacts(context, lane));
      element.style.transform = `translateY(${Math.max(0, lane.top - scrollY())}px)`;
    },
  };
}

function regionFacts({ t }: Context, { region }: Extract<NamedLane, { kind: 'region' }>): string {
  const flags = region.flags.split(' ').filter((f) => ['hg', 'nh', 'mg', 'lo'].includes(f));
  return [
    [region.perm, ...flags].join(' '),
    `${kib(region.pages * 4)} ${t.map.at(pageAddress(region.startPage))}`,
    `RSS ${kib(region.rssKb)}`,
    region.anonHugeKb > 0 && `AnonHugePages ${kib(region.anonHugeKb)}`,
    region.ksmKb > 0 && `KSM ${kib(region.ksmKb)}`,
    region.swapKb > 0 && `Swap ${kib(region.swapKb)}`,
  ].filter((fact) => fact !== false).join('   ');
}

function zoneFacts({ t }: Context, { zone }: Extract<NamedLane, { kind: 'zone' }>): string {
  return [`${kib(zone.frames * 4)}`, t.map.free(kib(zone.freeKb)), `${count(zone.frames)} × 4K`].join('   ');
}
