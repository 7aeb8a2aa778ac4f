/** What the reader sees when the engine crashed: what is lost, and a report to copy. */
import type { Crash } from '../state/state.ts';
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h } from './dom.ts';

export function crashDialog(context: Context, { report, lostLines, fatal }: Crash): HTMLElement[] {
  const { session, t } = context;
  const text = [report, '', `engine ${session.state.engineVersion}`, navigator.userAgent, '', ...lostLines].join('\n');
  const area = h('textarea', { readonly: true, 'aria-label': t.crash.report });
  area.value = text;
  const copy = button({ label: t.crash.copy, text: t.crash.copy }, () => {
    // Without the permission to write, a selection is one key away from a copy.
    area.select();
    navigator.clipboard?.writeText(text).then(() => { copy.textContent = t.crash.copied; }, () => undefined);
  });
  const again = button({ label: t.crash.again, text: t.crash.again }, () => {
    closeDialog(context);
    session.store.set({ draft: lostLines.join('\n'), panel: 'console' });
  });
  const leave = fatal
    ? button({ label: t.crash.reload, text: t.crash.reload, className: 'btn primary' }, () => location.reload())
    : button({ label: t.crash.close, text: t.crash.close, className: 'btn primary' }, () => closeDialog(context));
  const lost = lostLines.length > 0;
  const unstarted = fatal && session.state.engineVersion === '';
  return [h('div', { class: 'crash-dialog' },
    dialogTitle(unstarted ? t.crash.fatalTitle : t.crash.title),
    h('p', {}, unstarted ? t.crash.fatal : fatal ? t.crash.stopped : t.crash.what),
    lost && h('p', {}, t.crash.lost(lostLines.length)),
    lost && h('pre', { tabindex: 0 }, lostLines.join('\n')),
    area,
    h('div', { class: 'buttons' }, copy, lost && again, leave),
  )];
}
