/** The one dialog that is open, if any. */
import type { Dialog } from '../state/state.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { crashDialog } from './crash-dialog.ts';
import css from './dialogs.css?inline';
import { h, on } from './dom.ts';
import { renameDialog } from './rename-dialog.ts';
import { noticeDialog, shareDialog } from './share-dialog.ts';
import { sweepDialog } from './sweep-dialog.ts';
import { scriptDialog } from './script-dialog.ts';
import { shortcutsDialog } from './shortcuts-dialog.ts';
import { style } from './styles.ts';
import { tableDialog } from './table-dialog.ts';

style(css);

export function dialogs(context: Context): void {
  watch(context, (s) => s.dialog, (dialog) => {
    context.overlay.replaceChildren();
    if (dialog === null) return;
    const element = h('dialog', { 'aria-labelledby': 'dialog-title' }, ...contentOf(context, dialog));
    context.overlay.append(on(element, {
      close: () => {
        if (context.session.state.dialog === dialog) context.session.store.set({ dialog: null });
      },
      keydown: (event) => event.stopPropagation(),
    }));
    element.showModal();
  });
}

function contentOf(context: Context, dialog: Dialog): HTMLElement[] {
  switch (dialog.kind) {
    case 'shortcuts': return shortcutsDialog(context);
    case 'script': return scriptDialog(context, dialog);
    case 'sweep': return sweepDialog(context);
    case 'table': return tableDialog(context);
    case 'share': return shareDialog(context, dialog.link);
    case 'rename': return renameDialog(context, dialog);
    case 'notice': return noticeDialog(context, dialog.title, dialog.text);
    case 'crash': return crashDialog(context, dialog.crash);
  }
}

export function closeDialog({ session }: Context): void {
  session.store.set({ dialog: null });
}

export function dialogTitle(text: string): HTMLElement {
  return h('h2', { id: 'dialog-title' }, text);
}
