/** How much memory a TLB covers: as the process is mapped now, and if all of it were of one size. */
import { reach, TABLE_ENTRIES } from '../canvas/walk.ts';
import type { WalkView } from '../canvas/walk.ts';
import { count, kib } from '../format.ts';
import type { Context } from './context.ts';
import { h, on, option, setText } from './dom.ts';

/** Entries of TLBs that machines have: a first level, two second levels, a large one. */
const SIZES = [64, 1536, 2048, 4096] as const;
const USUAL = 1536;

export interface TlbReach {
  element: HTMLElement;
  update(walk: WalkView, process: string): void;
}

export function tlbReach({ t }: Context): TlbReach {
  const title = h('h2', {});
  const says = h('p', { class: 'muted' });
  const entries = h('select', { class: 'field', id: 'tlb-entries', 'aria-label': t.walk.entries }, ...SIZES.map((n) => option(String(n), t.walk.nEntries(count(n)))));
  entries.value = String(USUAL);
  const rows = (['allSmall', 'asNow', 'allHuge'] as const).map((name) => {
    const bar = h('i', { class: 'part' });
    const value = h('span', { class: 'mono' });
    return { name, bar, value, element: h('div', { class: 'reach-row' }, h('span', {}, t.walk[name]), h('span', { class: 'track', 'aria-hidden': 'true' }, bar), value) };
  });
  const element = h('section', { class: 'tlb', 'aria-label': t.walk.tlb }, h('div', { class: 'tlb-head' }, title, entries), says, ...rows.map(({ element: row }) => row));
  let last: { walk: WalkView; process: string } | null = null;
  const update = (walk: WalkView, process: string): void => {
    last = { walk, process };
    const { small, huge } = walk;
    const pages = small + huge * TABLE_ENTRIES;
    const n = Number(entries.value);
    setText(title, t.walk.tlbOf(process));
    setText(says, t.walk.mapped(kib(pages * 4), count(huge), count(small)));
    const covered = { allSmall: Math.min(pages, n), asNow: reach(small, huge, n), allHuge: Math.min(pages, n * TABLE_ENTRIES) };
    for (const { name, bar, value } of rows) {
      const share = pages === 0 ? 0 : covered[name] / pages;
      bar.style.width = `${100 * share}%`;
      setText(value, `${kib(covered[name] * 4)} · ${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`);
    }
  };
  on(entries, { change: () => { if (last !== null) update(last.walk, last.process); } });
  return { element, update };
}
