/** The pools of huge pages, every page a tile, and the numbers of /proc/meminfo as they come out of the tiles. */
import { readPools, tileLetter } from '../canvas/pools.ts';
import type { Pool, Tile, TileState } from '../canvas/pools.ts';
import { echoLine } from '../state/commands.ts';
import { count, hex, kib, pageName } from '../format.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setAttribute, setText } from './dom.ts';
import css from './hugetlb-pool.css?inline';
import { followStage, sized } from './scrolled-canvas.ts';
import { style } from './styles.ts';

style(css);

const TITLE = 62;
const GAP = 4;
const MARGIN = 16;
/** Pages that the button of an empty pool makes. */
const FIRST_PAGES = 16;
const POOL_FILE = '/proc/sys/vm/nr_hugepages';

const FILL: Readonly<Record<TileState, string>> = { free: '--track', reserved: '--ksm', inUse: '--accent' };
const INK: Readonly<Record<TileState, string>> = { free: '--muted', reserved: '--on-ksm', inUse: '--on-accent' };

interface Placed {
  pool: Pool;
  y: number;
}

export function hugetlbPool(context: Context): HTMLElement {
  const { session, t, signal } = context;
  const canvas = h('canvas', { class: 'cells', 'aria-hidden': 'true' });
  const titles = h('div', { class: 'over' });
  const tip = h('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });
  const keys = h('p', { class: 'hidden-text', id: 'pool-keys' }, t.pool.keys);
  const spoken = h('p', { class: 'hidden-text', 'aria-live': 'polite', id: 'pool-spoken' });
  const view = h('div', { class: 'pool-view', id: 'pool', role: 'application', tabindex: 0, 'aria-label': t.pool.label, 'aria-roledescription': t.pool.role, 'aria-describedby': keys.id }, canvas, titles, tip);
  const content = h('div', { class: 'stage-content' }, view);
  const stage = h('div', { class: 'stage scroll' }, content);
  const make = button({ label: t.pool.make(FIRST_PAGES), text: t.pool.make(FIRST_PAGES), className: 'btn' }, () => void session.run(echoLine(POOL_FILE, String(FIRST_PAGES))));
  const empty = h('div', { class: 'empty pool-empty', hidden: true }, h('p', {}, t.pool.nothing), make);
  const frame = h('div', { class: 'stage-frame pool', hidden: true }, stage, empty, keys, spoken);

  let pools: Placed[] = [];
  let current: { pool: number; tile: number } | null = null;
  const shown = (): boolean => session.state.view === 'hugetlb';
  const width = (): number => Math.max(26, session.state.cell * 7);
  const height = (): number => Math.max(20, session.state.cell * 5);
  const perRow = (): number => Math.max(1, Math.floor((stage.clientWidth - 2 * MARGIN + GAP) / (width() + GAP)));
  const place = (pool: number, tile: number): { x: number; y: number } => ({
    x: MARGIN + (tile % perRow()) * (width() + GAP),
    y: (pools[pool]?.y ?? 0) + TITLE + Math.floor(tile / perRow()) * (height() + GAP),
  });

  const layout = (list: readonly Pool[]): void => {
    let y = 0;
    pools = list.map((pool) => {
      const at = y;
      y += TITLE + Math.ceil(pool.tiles.length / perRow()) * (height() + GAP) + 14;
      return { pool, y: at };
    });
    content.style.height = `${Math.max(stage.clientHeight, y)}px`;
    empty.hidden = pools.length > 0;
    stage.hidden = pools.length === 0;
    titles.replaceChildren(...pools.map(({ pool }) => h('div', { class: 'pool-title' },
      h('b', {}, poolName(context, pool)), h('span', { class: 'mono' }, sums(pool)), h('span', { class: 'mono muted' }, meminfo(pool)))));
  };

  const draw = (): void => {
    const [w, high] = [stage.clientWidth, stage.clientHeight];
    if (!shown() || w === 0) return;
    view.style.height = `${high}px`;
    const g = sized(canvas, w, high);
    if (g === null) return;
    const theme = getComputedStyle(frame);
    const colour = (name: string): string => theme.getPropertyValue(name);
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    g.font = `600 ${Math.min(13, height() * 0.6)}px ${colour('--mono')}`;
    const letters = height() >= 14;
    pools.forEach(({ pool, y }, p) => {
      (titles.children[p] as HTMLElement).style.transform = `translateY(${y - stage.scrollTop}px)`;
      pool.tiles.forEach((tile, i) => {
        const at = place(p, i);
        const top = at.y - stage.scrollTop;
        if (top + height() < 0 || top > high) return;
        g.fillStyle = colour(FILL[tile.state]);
        g.beginPath();
        g.roundRect(at.x, top, width(), height(), Math.min(5, height() / 3));
        g.fill();
        if (tile.surplus) hatch(g, at.x, top, width(), height(), colour('--ink'));
        if (letters) {
          g.fillStyle = tile.state === 'reserved' ? '#10151b' : colour(INK[tile.state]);
          g.fillText(tileLetter(tile) + (tile.surplus ? '+' : ''), at.x + width() / 2, top + height() / 2 + 0.5);
        }
        const isCurrent = current !== null && current.pool === p && current.tile === i;
        const isSelected = session.state.frame !== null && session.state.frame.number >= tile.frame && session.state.frame.number < tile.frame + 2 ** pool.order;
        if (!isCurrent && !isSelected) return;
        g.strokeStyle = colour('--ink');
        g.lineWidth = 2;
        g.strokeRect(at.x - 1.5, top - 1.5, width() + 3, height() + 3);
      });
    });
  };
  const stale = asking(shown, async () => {
    const { rows } = await session.client.pools();
    layout(readPools(rows).filter(({ tiles }) => tiles.length > 0));
    draw();
  }, signal);

  const words = (pool: Pool, tile: Tile): string =>
    [poolName(context, pool), t.map.frame(hex(tile.frame)), t.pool[tile.state], ...(tile.surplus ? [t.pool.surplus] : [])].join(' · ');
  const select = async (tile: Tile): Promise<void> => {
    try {
      const { page } = await session.client.pageOf(tile.frame);
      session.select(page, { number: tile.frame, letter: 'H' });
      if (page !== null) setText(spoken, `${spoken.textContent} ${page.process} ${pageName(page)}`);
    } catch {
      // The engine crashed meanwhile and says so itself.
    }
  };
  const at = (event: MouseEvent): { pool: number; tile: number } | null => {
    const box = view.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - MARGIN, event.clientY - box.top + stage.scrollTop];
    const pool = pools.findLastIndex((one) => one.y <= y);
    const down = y - (pools[pool]?.y ?? 0) - TITLE;
    const [column, row] = [Math.floor(x / (width() + GAP)), Math.floor(down / (height() + GAP))];
    const tile = row * perRow() + column;
    return pool >= 0 && x >= 0 && down >= 0 && column < perRow() && tile < (pools[pool]?.pool.tiles.length ?? 0) ? { pool, tile } : null;
  };
  const go = (to: { pool: number; tile: number }): void => {
    const pool = pools[to.pool]?.pool;
    const tile = pool?.tiles[to.tile];
    if (pool === undefined || tile === undefined) return;
    current = to;
    setText(spoken, words(pool, tile));
    const { y } = place(to.pool, to.tile);
    if (y < stage.scrollTop + TITLE || y + height() > stage.scrollTop + stage.clientHeight) stage.scrollTop = y - stage.clientHeight / 2;
    void select(tile);
    draw();
  };
  on(view, {
    pointermove: (event) => {
      const found = at(event);
      const pool = pools[found?.pool ?? -1]?.pool;
      const tile = pool?.tiles[found?.tile ?? -1];
      tip.hidden = tile === undefined;
      if (pool === undefined || tile === undefined) return;
      setText(tip, words(pool, tile));
      const box = view.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      tip.style.transform = `translate(${Math.max(4, Math.min(x + 14, stage.clientWidth - tip.offsetWidth - 6))}px, ${y + 44 < stage.clientHeight ? y + 18 : y - 30}px)`;
    },
    pointerleave: () => { tip.hidden = true; },
    click: (event) => {
      const found = at(event);
      if (found !== null) go(found);
    },
    keydown: (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow(), ArrowDown: perRow(), Home: -Infinity, End: Infinity }[event.key];
      if (by === undefined || pools.length === 0 || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      const { pool, tile } = current ?? { pool: 0, tile: 0 };
      const last = (pools[pool]?.pool.tiles.length ?? 1) - 1;
      if (current !== null && by > 0 && tile === last && pool + 1 < pools.length) go({ pool: pool + 1, tile: 0 });
      else if (current !== null && by < 0 && tile === 0 && pool > 0) go({ pool: pool - 1, tile: (pools[pool - 1]?.pool.tiles.length ?? 1) - 1 });
      else go({ pool, tile: Math.max(0, Math.min(last, tile + (current === null ? 0 : by))) });
    },
  });
  followStage(context, stage, () => layout(pools.map(({ pool }) => pool)), draw);
  watch(context, (s) => [s.view === 'hugetlb', s.machine], () => {
    frame.hidden = !shown();
    if (shown()) stale();
  });
  watch(context, (s) => s.frame, draw);
  setAttribute(view, 'aria-label', t.pool.label);
  return frame;
}

function poolName({ t, session }: Context, { order, nid }: Pool): string {
  const several = (session.state.machine?.zones ?? []).some(({ name }) => name.startsWith('Node '));
  return [t.pool.pages(kib(4 * 2 ** order)), ...(several ? [t.ksm.node(nid)] : [])].join(' · ');
}

/** The states added up. */
function sums({ tiles }: Pool): string {
  const n = (state: TileState): number => tiles.filter((tile) => tile.state === state).length;
  const [free, reserved, used] = [n('free'), n('reserved'), n('inUse')].map(count);
  return `${free} F + ${reserved} R + ${used} U`;
}

function meminfo({ counts: [total, free, reserved, surplus] }: Pool): string {
  return [['Total', total], ['Free', free], ['Rsvd', reserved], ['Surp', surplus]].map(([name, n]) => `HugePages_${name} ${count(n as number)}`).join('   ');
}

function hatch(g: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, ink: string): void {
  g.save();
  g.clip();
  g.strokeStyle = ink;
  g.globalAlpha = 0.35;
  g.lineWidth = 1.5;
  g.beginPath();
  for (let at = x - height; at < x + width; at += 6) {
    g.moveTo(at, y + height);
    g.lineTo(at + height, y);
  }
  g.stroke();
  g.restore();
}
