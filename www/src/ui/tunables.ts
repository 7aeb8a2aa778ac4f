/** The tunables, grouped as in sysfs. Built from the engine's own table; every change is an `echo`. */
import { words } from '../locales/index.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, setText } from './dom.ts';
import { style } from './styles.ts';
import { differs, tunableRow } from './tunable-row.ts';
import css from './tunables.css?inline';

style(css);

/** Groups that are open at first: those the first scenarios turn on. */
const OPEN_GROUPS: ReadonlySet<string> = new Set(['khugepaged', 'ksm']);

export function tunablesPanel(context: Context): HTMLElement {
  const { session, t } = context;
  const list = h('div', { class: 'scroll' });
  const changed = h('span', { class: 'push changed' });

  watch(context, (s) => s.tunables, (tunables) => {
    list.replaceChildren(...[...new Set(tunables.map(({ group }) => group))].map((group) => {
      const rows = tunables.flatMap((tunable, i) => (tunable.group === group ? [tunableRow(context, tunable, i)] : []));
      return h('details', { open: OPEN_GROUPS.has(group) }, h('summary', {}, words(t.groups, group) ?? group), ...rows);
    }));
  });
  watch(context, (s) => s.tunableValues, (values) => {
    const n = session.state.tunables.filter((tunable, i) => differs(tunable, values[i])).length;
    setText(changed, n > 0 ? t.tunables.changed(n) : '');
  });
  return h('section', { class: 'panel tunables', 'data-panel': 'tunables', 'aria-label': t.panels.tunables },
    h('h2', { class: 'heading' }, t.panels.tunables, changed), list);
}
