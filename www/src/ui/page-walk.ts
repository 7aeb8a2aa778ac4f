/**
 * The page walk: the table of each level with the entry that is read, where the walk ends, and how far a TLB reaches.
 *
 * A table is drawn as the map draws 2 MiB: 32 x 16 cells, one an entry. Each is a slider over its entries, so that
 * arrow keys go to the neighbouring entry that a region lies under.
 */
import { firstPage, pagesOf, readWalk, TABLE_ENTRIES } from '../canvas/walk.ts';
import type { WalkStep, WalkView } from '../canvas/walk.ts';
import type { PageRef } from '../engine/protocol.ts';
import { hex, pageAddress, pageName } from '../format.ts';
import { stateWords } from '../locales/index.ts';
import type { State } from '../state/state.ts';
import { PALETTE, stateColour } from '../theme/palette.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, on, setAttribute, setText } from './dom.ts';
import css from './page-walk.css?inline';
import { sized } from './scrolled-canvas.ts';
import { style } from './styles.ts';
import { tlbReach } from './tlb-reach.ts';

style(css);

const LEVELS = [3, 2, 1, 0] as const;
/** The P4D is folded into the PGD. */
const NAMES = ['PTE', 'PMD', 'PUD', 'PGD / P4D'] as const;
const COLUMNS = 32;
/** CSS pixels of a cell. */
const CELL = 5;
/** Bits of an address that name an entry. */
const BITS = 9;
const PAGE_BITS = 12;

/** The page that is walked for: selected, pointed at, or where a daemon stands; else the first there is. */
export function walkedPage({ selected, hovered, machine }: Pick<State, 'selected' | 'hovered' | 'machine'>): PageRef | null {
  const process = machine?.processes.find(({ regions }) => regions.length > 0);
  const first = process === undefined ? null : { process: process.name, region: process.regions[0]?.name ?? '', index: 0 };
  return selected ?? hovered ?? machine?.khugepaged.at ?? machine?.ksmd.at ?? first;
}

export function pageWalk(context: Context): HTMLElement {
  const { session, t, signal } = context;
  const title = h('h2', { id: 'walk-title' });
  const bits = h('p', { class: 'bits mono' });
  const tables = LEVELS.map((level) => tableCard(context, level, (index) => go(level, index)));
  const end = h('div', { class: 'end' });
  const tlb = tlbReach(context);
  const empty = h('p', { class: 'empty', hidden: true }, t.map.empty);
  const body = h('div', { class: 'walk-body', role: 'group', 'aria-labelledby': 'walk-title' },
    title, bits, h('div', { class: 'tables' }, ...tables.map(({ element }) => element), end), tlb.element);
  const frame = h('div', { class: 'stage-frame walk scroll', hidden: true, tabindex: 0, role: 'region', 'aria-label': t.map.walk }, empty, body);

  let walk: WalkView | null = null;
  let page: PageRef | null = null;
  const shown = (): boolean => session.state.view === 'walk';
  const draw = (): void => {
    empty.hidden = walk !== null;
    body.hidden = walk === null;
    if (walk === null || page === null) return;
    const { steps, page: number } = walk;
    setText(title, t.walk.title(`${page.process}.${pageName(page)}`, pageAddress(number)));
    bits.replaceChildren(...LEVELS.map((level) => h('span', {}, h('small', {}, NAMES[level]), binary(Math.floor(number / pagesOf(level)) % TABLE_ENTRIES, BITS))),
      h('span', { class: 'muted' }, h('small', {}, t.walk.offset), binary(0, PAGE_BITS)));
    LEVELS.forEach((level, i) => tables[i]?.update(steps.find((step) => step.level === level) ?? null, steps.at(-1)?.huge === true));
    end.replaceChildren(...endWords(context, steps.at(-1)));
    tlb.update(walk, page.process);
  };
  const stale = asking(shown, async () => {
    const asked = walkedPage(session.state);
    walk = asked === null ? null : readWalk((await session.client.walk(asked)).rows);
    page = asked;
    draw();
  }, signal);

  /** Selects the page that an entry leads to, as near to the present one as a region allows. */
  const go = (level: number, index: number): void => {
    if (walk === null || page === null) return;
    const start = firstPage(walk.page, level, index);
    const end = start + pagesOf(level);
    const wanted = start + (walk.page % pagesOf(level));
    const regions = session.state.machine?.processes.find(({ name }) => name === page?.process)?.regions ?? [];
    const under = regions.filter(({ startPage, pages }) => startPage < end && startPage + pages > start);
    const region = under.find(({ startPage, pages }) => wanted >= startPage && wanted < startPage + pages) ?? under[0];
    if (region === undefined) return;
    const at = Math.max(region.startPage, start, Math.min(wanted, region.startPage + region.pages - 1));
    session.select({ process: page.process, region: region.name, index: at - region.startPage });
  };

  watch(context, (s) => [s.view === 'walk', s.machine, s.selected, s.hovered], () => {
    frame.hidden = !shown();
    if (shown()) stale();
  });
  watch(context, (s) => s.theme, draw);
  return frame;
}

function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, '0');
}

interface Card {
  element: HTMLElement;
  /** @param huge the walk ended at a huge page above */
  update(step: WalkStep | null, huge: boolean): void;
}

/** A table: its frame, its cells, the entry. */
function tableCard(context: Context, level: number, go: (index: number) => void): Card {
  const { session, t } = context;
  const name = NAMES[level] as string;
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const slider = h('div', {
    class: 'table', role: 'slider', tabindex: 0, id: `walk-${name.slice(0, 3).toLowerCase()}`, 'aria-label': t.walk.entryOf(name), 'aria-valuemin': 0, 'aria-valuemax': TABLE_ENTRIES - 1,
  }, canvas);
  const where = h('span', { class: 'muted mono' });
  const entry = h('p', { class: 'mono entry' });
  const flags = h('p', { class: 'mono muted flags' });
  const raw = h('p', { class: 'mono muted raw' });
  const away = h('p', { class: 'muted away' });
  const reached = h('div', {}, slider, entry, flags, raw);
  const element = h('section', { class: 'walk-table', 'aria-label': name }, h('h3', { title: level === 3 && t.walk.folded }, name, where), reached, away);
  let now: WalkStep | null = null;
  /** The next entry in a direction that something lies under: only those can be gone to. */
  const next = (by: number): number => {
    let at = (now?.index ?? 0) + by;
    const step = Math.abs(by) === COLUMNS ? by : Math.sign(by);
    while (at >= 0 && at < TABLE_ENTRIES && level > 0 && now?.letters[at] === '.') at += step;
    return at;
  };
  on(slider, {
    click: (event) => {
      const box = slider.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((px) => Math.floor(px / CELL)) as [number, number];
      if (x < COLUMNS && y < TABLE_ENTRIES / COLUMNS) go(y * COLUMNS + x);
    },
    keydown: (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
      const to = by === undefined ? { Home: 0, End: TABLE_ENTRIES - 1 }[event.key] : next(by);
      if (to === undefined || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (to >= 0 && to < TABLE_ENTRIES) go(to);
    },
  });
  return {
    element,
    update(step, huge) {
      now = step;
      element.classList.toggle('not-reached', step === null);
      reached.hidden = step === null;
      setText(where, step === null ? '' : t.map.frame(hex(step.table)));
      setText(away, step === null ? (huge ? t.walk.endedEarly : t.walk.notReached) : '');
      if (step === null) return;
      const letter = step.letters[step.index] ?? '.';
      const leads = !step.present ? t.walk.empty : step.huge || level === 0 ? t.map.frame(hex(step.frame)) : t.walk.leadsTo(NAMES[level - 1] as string, hex(step.frame));
      setText(entry, `[${step.index}] → ${leads}`);
      setText(flags, step.flags.length > 0 ? step.flags.join(' · ') : '—');
      setText(raw, `0x${step.raw}`);
      setAttribute(slider, 'aria-valuenow', step.index);
      setAttribute(slider, 'aria-valuetext', t.walk.spoken(step.index, letter === 'p' ? t.walk.table : stateWords(t, letter).long, leads));
      paint(canvas, step, session.state.theme);
    },
  };
}

/** Where the walk came to. */
function endWords({ t }: Context, step: WalkStep | undefined): (Node | string)[] {
  if (step === undefined) return [];
  const letter = step.letters[step.index] ?? '.';
  if (!step.present) return [h('b', {}, t.walk.fault), h('span', { class: 'muted' }, step.flags.includes('swap') ? t.walk.inSwap : stateWords(t, letter).long)];
  return [
    h('b', {}, step.huge ? t.walk.hugePage : t.walk.smallPage),
    h('span', { class: 'mono' }, t.map.frame(hex(step.frame))),
    h('span', { class: 'muted' }, stateWords(t, letter).long),
    h('span', { class: 'muted' }, t.walk.reads(LEVELS.length - step.level)),
  ];
}

/** The table as cells, the entry that is read outlined. */
function paint(canvas: HTMLCanvasElement, { letters, index }: WalkStep, theme: 'light' | 'dark'): void {
  const g = sized(canvas, COLUMNS * CELL, (TABLE_ENTRIES / COLUMNS) * CELL);
  if (g === null) return;
  const at = (i: number): [number, number] => [(i % COLUMNS) * CELL, Math.floor(i / COLUMNS) * CELL];
  for (const { letter } of PALETTE) {
    if (!letters.includes(letter)) continue;
    g.fillStyle = stateColour(letter, theme);
    for (let i = letters.indexOf(letter); i >= 0; i = letters.indexOf(letter, i + 1)) g.fillRect(...at(i), CELL - 1, CELL - 1);
  }
  const [x, y] = at(index);
  const [ink, ground] = theme === 'dark' ? ['#fff', '#000'] : ['#10151b', '#fff'];
  for (const [colour, out] of [[ground, 3], [ink, 2]] as const) {
    g.fillStyle = colour;
    g.fillRect(x - out, y - out, CELL - 1 + 2 * out, CELL - 1 + 2 * out);
  }
  g.fillStyle = stateColour(letters[index] ?? '.', theme);
  g.fillRect(x, y, CELL - 1, CELL - 1);
}
