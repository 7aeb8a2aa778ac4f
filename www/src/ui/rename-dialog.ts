/** The name of a run that was put aside. */
import type { Dialog } from '../state/state.ts';
import type { Context } from './context.ts';
import { labelled } from './actions.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h, on } from './dom.ts';

export function renameDialog(context: Context, { serial, label }: Extract<Dialog, { kind: 'rename' }>): HTMLElement[] {
  const { session, t } = context;
  const name = h('input', { class: 'field', id: 'run-name', required: true, maxlength: 120, autocomplete: 'off' });
  name.value = label;
  const form = on(h('form', { class: 'rename-form' }, labelled(t.rewind.name, name), h('div', { class: 'buttons' },
    button({ label: t.rewind.cancel, text: t.rewind.cancel }, () => closeDialog(context)), h('button', { type: 'submit', class: 'btn primary' }, t.rewind.save))), {
    submit: (event) => {
      event.preventDefault();
      session.renameKept(serial, name.value);
      closeDialog(context);
    },
  });
  queueMicrotask(() => name.select());
  return [dialogTitle(t.rewind.renameTitle), form];
}
