/** The list of keys. */
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h, on } from './dom.ts';

type KeyName = keyof Context['t']['shortcuts']['keys'];
type GroupName = keyof Context['t']['shortcuts']['groups'];

const GROUPS: Readonly<Record<GroupName, readonly (readonly [KeyName, string])[]>> = {
  everywhere: [
    ['play', 'Space'], ['back', '[  ]'], ['action', ',  .'], ['reverse', 'R'], ['undo', 'Ctrl Z  Ctrl Shift Z'], ['khugepaged', 'H'], ['ksmd', 'K'], ['views', '1  2  3  4  5  6'], ['zoom', '+  -'], ['console', '/'],
    ['panels', 'F6  Shift F6'], ['help', '?'],
    ['compare', 'C'], ['share', 'S'], ['script', 'E'], ['table', 'T'],
  ],
  map: [['page', '← → ↑ ↓'], ['range', 'Shift or Ctrl + arrow'], ['region', 'PgUp  PgDn'], ['ends', 'Home  End'], ['ask', 'W'], ['letGo', 'Esc']],
  script: [['complete', 'Ctrl Space'], ['runStart', 'Ctrl Enter'], ['runChange', 'Ctrl Shift Enter'], ['find', 'Ctrl F'], ['leave', 'Tab']],
  events: [['event', '↑  ↓'], ['then', 'Enter']],
  timeline: [['entry', '←  →'], ['leap', 'PgUp  PgDn'], ['begin', 'Home  End']],
  lists: [['item', '↑  ↓'], ['fold', '←  →'], ['choose', 'Enter']],
  settings: [['value', '↑  ↓'], ['tenth', 'PgUp  PgDn'], ['write', 'Enter']],
  console: [['complete', 'Tab'], ['history', '↑  ↓'], ['search', 'Ctrl R'], ['newline', 'Shift Enter'], ['clear', 'Ctrl L']],
};

export function shortcutsDialog(context: Context): HTMLElement[] {
  const { session, t } = context;
  const singleKeys = h('input', { type: 'checkbox' });
  singleKeys.checked = session.state.preferences.singleKeys;
  on(singleKeys, { change: () => session.setPreferences({ singleKeys: singleKeys.checked }) });
  const groups = (Object.keys(GROUPS) as GroupName[]).map((group) => h('section', {},
    h('h3', {}, t.shortcuts.groups[group]),
    h('dl', {}, ...GROUPS[group].map(([name, keys]) => h('div', {}, h('dt', {}, t.shortcuts.keys[name]), h('dd', {}, ...keys.split('  ').flatMap((key, i) => [i > 0 ? ' ' : '', h('kbd', {}, key)])))))));
  return [
    dialogTitle(t.shortcuts.title),
    h('div', { class: 'shortcut-groups' }, ...groups),
    h('label', { class: 'single-keys' }, singleKeys, t.shortcuts.singleKeys),
    h('div', { class: 'buttons' }, button({ label: t.shortcuts.close, text: t.shortcuts.close, className: 'btn primary' }, () => closeDialog(context))),
  ];
}
