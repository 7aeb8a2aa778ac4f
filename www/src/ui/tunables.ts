/** The tunables, grouped as in sysfs. Built from the engine's own table; every change is an `echo`. */
import type { Tunable } from '../engine/protocol.ts';
import { words } from '../locales/index.ts';
import { shippedById } from '../scenarios/index.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, setText } from './dom.ts';
import { style } from './styles.ts';
import { differs, tunableRow } from './tunable-row.ts';
import css from './tunables.css?inline';

style(css);

/** The groups that come first, and are open at first: the daemons' own. */
const FIRST_GROUPS: readonly string[] = ['khugepaged', 'ksm'];

/** The settings that scenarios turn most come first in their group. */
const FIRST_NAMES: readonly string[] = [
  'run', 'max_ptes_none', 'max_ptes_swap', 'max_ptes_shared', 'pages_to_scan', 'sleep_millisecs', 'scan_sleep_millisecs', 'alloc_sleep_millisecs', 'smart_scan',
];

/** Places in the table, in the order to show them. */
export function inShownOrder(tunables: readonly Tunable[], group: string): number[] {
  const rank = (i: number): number => FIRST_NAMES.indexOf(tunables[i]?.name ?? '');
  const known = (i: number): boolean => rank(i) >= 0;
  const places = tunables.flatMap((tunable, i) => (tunable.group === group ? [i] : []));
  return [...places.filter(known).sort((a, b) => rank(a) - rank(b)), ...places.filter((i) => !known(i))];
}

export function tunablesPanel(context: Context): HTMLElement {
  const { session, t } = context;
  const list = h('div', { class: 'scroll' });
  const changed = h('span', { class: 'push changed' });

  watch(context, (s) => s.tunables, (tunables) => {
    const groups = new Set(tunables.map(({ group }) => group));
    const ordered = new Set([...FIRST_GROUPS.filter((group) => groups.has(group)), ...groups]);
    list.replaceChildren(...[...ordered].map((group) => {
      const rows = inShownOrder(tunables, group).map((i) => tunableRow(context, tunables[i] as Tunable, i));
      return h('details', { open: FIRST_GROUPS.includes(group), 'data-group': group }, h('summary', {}, words(t.groups, group) ?? group), ...rows);
    }));
  });
  // A scenario opens the settings that it is about; the reader may open the others.
  watch(context, (s) => s.scenario, (scenario) => {
    const about = shippedById(scenario?.id ?? null)?.tunables;
    const open = about === undefined ? FIRST_GROUPS : [about];
    for (const group of list.querySelectorAll('details')) group.open = open.includes(group.dataset['group'] ?? '');
  });
  // A check points at the setting that decides it.
  watch(context, (s) => s.pointedTunable, (pointed) => {
    const row = pointed === null ? null : list.querySelector<HTMLElement>(`[data-path="${pointed.path}"]`);
    if (row === null) return;
    row.closest('details')?.setAttribute('open', '');
    for (const other of list.querySelectorAll('[data-pointed]')) other.removeAttribute('data-pointed');
    // A narrow layout shows the panel with the store's next microtask; an attribute set anew blinks anew.
    requestAnimationFrame(() => {
      row.dataset['pointed'] = '';
      row.scrollIntoView({ block: 'center' });
      row.querySelector<HTMLElement>('.value')?.focus({ preventScroll: true });
    });
  });
  watch(context, (s) => s.tunableValues, (values) => {
    const n = session.state.tunables.filter((tunable, i) => differs(tunable, values[i])).length;
    setText(changed, n > 0 ? t.tunables.changed(n) : '');
  });
  return h('section', { class: 'panel tunables', 'data-panel': 'tunables', 'aria-label': t.panels.tunables },
    h('h2', { class: 'heading' }, t.panels.tunables, changed), list);
}
