/** The menu of scenarios and files. */
import { SCENARIOS } from '../scenarios/index.ts';
import type { Shipped } from '../scenarios/index.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setText } from './dom.ts';
import { openFile, saveScript } from './files.ts';
import { icon } from './icons.ts';
import type { IconName } from './icons.ts';

export function scenarioMenu(context: Context): HTMLElement {
  const { session, t, signal } = context;
  const title = h('span');
  const opener = button({ label: t.scenarioMenu.label, className: 'btn' }, () => toggle(opener.getAttribute('aria-expanded') !== 'true'));
  opener.id = 'scenario';
  opener.removeAttribute('aria-label');
  opener.append(title, icon('chevron'));
  opener.setAttribute('aria-haspopup', 'menu');
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': t.scenarioMenu.label, hidden: true });
  const element = h('div', { class: 'scenario' }, opener, menu);

  const item = (content: (Node | string)[], className: string, choose: () => void): HTMLElement =>
    on(h('button', { type: 'button', role: 'menuitem', tabindex: -1, class: className }, ...content), {
      click: () => {
        toggle(false);
        opener.focus();
        choose();
      },
    });
  let items: HTMLElement[] = [];
  const kept = h('div', { class: 'kept', role: 'group', 'aria-labelledby': 'kept-title', hidden: true });
  const fileItem = (name: IconName, words: string, choose: () => void): HTMLElement => item([icon(name), words], '', choose);
  const shippedItem = (shipped: Shipped): HTMLElement => {
    const { title: words, blurb } = t.scenarios[shipped.id];
    return item([h('span', {}, words), h('small', {}, blurb)], 'shipped', () => void session.openShipped(shipped));
  };
  menu.append(
    h('div', { class: 'stories', role: 'none' }, ...[...new Set(SCENARIOS.map(({ subject }) => subject))].map((subject) => h('div', { class: 'subject', role: 'group', 'aria-label': t.subjects[subject] },
      h('div', { class: 'group-title', 'aria-hidden': 'true' }, t.subjects[subject]),
      ...SCENARIOS.filter((shipped) => shipped.subject === subject).map(shippedItem)))),
    kept,
    h('div', { role: 'separator' }),
    fileItem('file', t.scenarioMenu.empty, () => void session.openEmpty()),
    fileItem('file', t.scenarioMenu.open, () => openFile(context)),
    fileItem('save', t.scenarioMenu.save, () => void saveScript(context)),
    fileItem('edit', t.scenarioMenu.edit, () => session.editScript()),
    fileItem('link', `${t.share.open}…`, () => void session.share()),
  );
  watch(context, (s) => s.kept, (runs) => {
    kept.hidden = runs.length === 0;
    kept.replaceChildren(
      h('div', { class: 'group-title', id: 'kept-title' }, t.scenarioMenu.kept),
      ...runs.map(({ serial, label }) => {
        const drop = item([icon('close')], 'drop', () => session.dropKept(serial));
        drop.title = t.scenarioMenu.drop(label);
        drop.setAttribute('aria-label', drop.title);
        const rename = item([icon('edit')], 'drop', () => session.store.set({ dialog: { kind: 'rename', serial, label } }));
        rename.title = t.rewind.rename(label);
        rename.setAttribute('aria-label', rename.title);
        return h('div', { class: 'kept-run', role: 'none' }, item([icon('branch'), h('span', {}, label)], '', () => session.openKept(serial)), rename, drop);
      }),
    );
    items = [...menu.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  });

  const focusItem = (index: number): void => items[(index + items.length) % items.length]?.focus();
  const toggle = (open: boolean): void => {
    menu.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    if (open) focusItem(0);
  };
  toggle(false);
  on(element, {
    keydown: (event) => {
      const at = items.indexOf(event.target as HTMLElement);
      if (event.key === 'Escape' && !menu.hidden) {
        toggle(false);
        opener.focus();
      } else if (event.key === 'ArrowDown') {
        if (menu.hidden) toggle(true);
        else focusItem(at + 1);
      } else if (at >= 0 && event.key === 'ArrowUp') focusItem(at - 1);
      else if (at >= 0 && event.key === 'Home') focusItem(0);
      else if (at >= 0 && event.key === 'End') focusItem(-1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    focusout: (event) => {
      if (!element.contains(event.relatedTarget as Node | null)) toggle(false);
    },
  });
  // A press outside does not always move the focus.
  element.ownerDocument.addEventListener('pointerdown', (event) => {
    if (!event.composedPath().includes(element)) toggle(false);
  }, { signal });

  watch(context, (s) => s.scenario, (scenario) => {
    setText(title, scenario === null ? t.scenarioMenu.label : scenario.id === null ? scenario.name : t.scenarios[scenario.id].title);
  });
  return element;
}
