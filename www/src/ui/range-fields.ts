/** First and last page of a line's range, with the ranges people mean most often. */
import type { RegionView } from '../engine/protocol.ts';
import type { PageRange } from '../state/commands.ts';
import { BLOCK_CELLS } from '../canvas/geometry.ts';
import type { Context } from './context.ts';
import { button, h } from './dom.ts';

export interface RangeFields {
  rows: HTMLElement[];
  value(): PageRange;
}

/** The aligned 2 MiB around a page, cut off at the region's ends. */
export function rangeAround({ startPage, pages }: Pick<RegionView, 'startPage' | 'pages'>, index: number): PageRange {
  const start = index - ((startPage + index) % BLOCK_CELLS);
  return { start: Math.max(0, start), end: Math.min(pages, start + BLOCK_CELLS) };
}

export function rangeFields({ session, t }: Context, process: string, region: RegionView): RangeFields {
  const number = (label: string, value: number, min: number): HTMLInputElement =>
    h('input', { type: 'number', class: 'field mono', value, min, max: region.pages, step: 1, required: true, 'aria-label': label, title: t.tree.badRange(region.pages) });
  const from = number(t.tree.rangeFrom, 0, 0);
  const to = number(t.tree.rangeTo, region.pages, 1);
  const set = ({ start, end }: PageRange): void => {
    from.value = String(start);
    to.value = String(end);
    to.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const pick = (words: string, range: PageRange): HTMLElement => button({ label: words, text: words, className: 'btn small bare' }, () => set(range));
  const picks = h('div', { class: 'picks' }, pick(t.tree.whole, { start: 0, end: region.pages }));
  const { selected } = session.state;
  if (selected !== null && selected.process === process && selected.region === region.name) {
    picks.append(
      pick(t.tree.thisRange, rangeAround(region, selected.index)),
      pick(t.tree.thisPage, { start: selected.index, end: selected.index + 1 }),
    );
  }
  return {
    rows: [h('div', { class: 'labelled range', role: 'group', 'aria-label': t.tree.pages }, h('span', {}, t.tree.pages), from, '–', to), picks],
    value: () => ({ start: from.valueAsNumber || 0, end: to.valueAsNumber || 0 }),
  };
}
