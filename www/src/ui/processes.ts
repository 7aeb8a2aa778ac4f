/** Processes and their regions as a tree, and what can be done with the one chosen. */
import type { ProcessView, RegionView } from '../engine/protocol.ts';
import { kib } from '../format.ts';
import { freeProcessName, procLine } from '../state/commands.ts';
import type { TreeItem } from '../state/state.ts';
import { actionBar } from './actions.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, keyedList, on, setAttribute, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { icon } from './icons.ts';
import css from './processes.css?inline';
import { style } from './styles.ts';

style(css);

interface Line {
  key: string;
  item: TreeItem;
  process: ProcessView;
  region: RegionView | null;
}

function linesOf(processes: readonly ProcessView[]): Line[] {
  return processes.flatMap((process) => [
    { key: process.name, item: { process: process.name, region: null }, process, region: null },
    ...process.regions.map((region) => ({
      key: `${process.name} ${region.name}`,
      item: { process: process.name, region: region.name },
      process,
      region,
    })),
  ]);
}

export function processesPanel(context: Context): HTMLElement {
  const { session, t } = context;
  const tree = h('div', { class: 'tree', role: 'tree', 'aria-label': t.tree.label });
  const none = h('p', { class: 'none muted' }, t.tree.none);
  let lines: Line[] = [];

  const choose = (line: Line, reveal: boolean): void => {
    session.store.set({ treeItem: line.item });
    const region = line.region ?? line.process.regions[0];
    if (reveal && region !== undefined) {
      session.store.set({ reveal: { page: { process: line.process.name, region: region.name, index: 0 } }, follow: false });
    }
  };
  const isCurrent = ({ item }: Line): boolean => {
    const now = session.state.treeItem;
    return now !== null && now.process === item.process && now.region === item.region;
  };
  const show = keyedList<Line>(tree, (line) => line.key, (line) => treeRow(context, line, (l) => choose(l, true)));
  const draw = (): void => {
    lines = linesOf(session.state.machine?.processes ?? []);
    show(lines);
    const current = lines.findIndex(isCurrent);
    [...tree.children].forEach((row, i) => {
      setAttribute(row, 'aria-selected', String(i === current));
      setAttribute(row, 'tabindex', i === Math.max(0, current) ? 0 : -1);
    });
    none.hidden = lines.length > 0;
    tree.hidden = lines.length === 0;
  };
  watch(context, (s) => [s.machine?.processes, s.treeItem], draw);

  on(tree, {
    keydown: (event) => {
      const rows = [...tree.children] as HTMLElement[];
      const at = rows.indexOf(event.target as HTMLElement);
      const step = { ArrowDown: 1, ArrowUp: -1, Home: -at, End: rows.length - 1 - at }[event.key];
      const line = lines[at + (step ?? 0)];
      if (at < 0 || line === undefined) return;
      if (step !== undefined) {
        choose(line, false);
        rows[at + step]?.focus();
      } else if (event.key === 'ArrowLeft' && line.region !== null) {
        const parent = lines.findIndex((l) => l.process === line.process);
        rows[parent]?.focus();
        choose(lines[parent] as Line, false);
      } else if (event.key === 'Enter' || event.key === ' ') choose(line, true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });

  const create = button({ label: t.tree.newProcess, icon: icon('plus'), className: 'btn bare small square push' }, () => {
    const name = freeProcessName(session.state.machine?.processes ?? []);
    void session.run(procLine(name)).then((result) => result === 'done' && session.store.set({ treeItem: { process: name, region: null } }));
  });
  create.id = 'new-process';
  return h('section', { class: 'panel processes', 'data-panel': 'processes', 'aria-label': t.panels.processes },
    h('h2', { class: 'heading' }, t.panels.processes, create),
    none,
    h('div', { class: 'scroll tree-scroll' }, tree),
    actionBar(context),
  );
}

function treeRow({ t }: Context, first: Line, choose: (line: Line) => void): Row<Line> {
  let line = first;
  const name = h('span', { class: 'n' }, (line.region ?? line.process).name);
  const marks = h('span', { class: 'marks muted' });
  const size = h('span', { class: 'r' });
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
  const element = h('div', { class: line.region === null ? 'row' : 'row ind', role: 'treeitem', 'aria-level': line.region === null ? 1 : 2 }, name, marks, size, bar);
  on(element, { click: () => choose(line) });
  return {
    element,
    update(next) {
      line = next;
      const { process, region } = next;
      if (region === null) {
        setText(marks, String(process.pid));
        setText(size, `${t.tree.rss} ${kib(process.rssKb)}`);
        element.title = process.swapKb > 0 ? t.tree.swapOf(kib(process.swapKb)) : '';
        return;
      }
      setText(marks, [region.perm, ...region.flags.split(' ').filter((f) => ['hg', 'nh', 'mg', 'lo'].includes(f))].join(' '));
      setText(size, `${kib(region.rssKb)} / ${kib(region.pages * 4)}`);
      const notes = [
        region.anonHugeKb > 0 && t.tree.hugeOf(kib(region.anonHugeKb)),
        region.ksmKb > 0 && t.tree.ksmOf(kib(region.ksmKb)),
        region.swapKb > 0 && t.tree.swapOf(kib(region.swapKb)),
      ].filter((note) => note !== false);
      element.title = notes.join(' · ');
      const share = (kb: number): string => `${Math.min(100, (100 * kb) / (region.pages * 4))}%`;
      bar.style.setProperty('--huge', share(region.anonHugeKb));
      bar.style.setProperty('--merged', share(region.anonHugeKb + region.ksmKb));
      bar.style.setProperty('--rss', share(region.rssKb));
      bar.style.setProperty('--out', share(region.rssKb + region.swapKb));
    },
  };
}
