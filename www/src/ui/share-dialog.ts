/** A link that opens this run, to be copied. */
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h } from './dom.ts';
import { saveScript } from './files.ts';

/** `[title](link)`, as documents and issues want it. */
export function markdownLink(title: string, link: string): string {
  return `[${title.replaceAll(/[[\]\\]/g, '\\$&')}](${link})`;
}

export function shareDialog(context: Context, link: string): HTMLElement[] {
  const { session, t } = context;
  const { scenario } = session.state;
  const title = scenario === null ? t.title : scenario.id === null ? scenario.name : t.scenarios[scenario.id].title;
  const field = h('input', { class: 'field mono link', readonly: true, 'aria-label': t.share.link, autofocus: true });
  field.value = link;
  const said = h('p', { class: 'muted', role: 'status' });
  const copy = (text: string): void => {
    // Without the permission to write, a selection is one key away from a copy.
    field.select();
    navigator.clipboard?.writeText(text).then(() => { said.textContent = t.share.copied; }, () => undefined);
  };
  return [h('div', { class: 'share-dialog' },
    dialogTitle(t.share.title),
    h('p', { class: 'muted' }, t.share.what),
    field,
    h('div', { class: 'buttons' },
      said,
      button({ label: t.share.save, text: t.share.save, className: 'btn bare' }, () => void saveScript(context)),
      button({ label: t.share.copyMarkdown, text: t.share.copyMarkdown }, () => copy(markdownLink(title, link))),
      button({ label: t.share.copyLink, text: t.share.copyLink, className: 'btn primary' }, () => copy(link)),
      button({ label: t.share.close, text: t.share.close }, () => closeDialog(context)),
    ),
  )];
}

export function noticeDialog(context: Context, title: string, text: string): HTMLElement[] {
  const { close } = context.t.share;
  return [
    dialogTitle(title),
    h('p', {}, text),
    h('div', { class: 'buttons' }, button({ label: close, text: close, className: 'btn primary' }, () => closeDialog(context))),
  ];
}
