/** A link that opens this run, to be copied. */
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h } from './dom.ts';
import { EXPORTS, exported } from '../export/index.ts';
import type { ExportKind } from '../export/index.ts';
import { saveText } from './files.ts';
import { icon } from './icons.ts';

/** `[title](link)`, as documents and issues want it. */
export function markdownLink(title: string, link: string): string {
  return `[${title.replaceAll(/[[\]\\]/g, '\\$&')}](${link})`;
}

/** A figure in somebody else's page. */
export function embedSnippet(title: string, link: string): string {
  const quoted = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<iframe src="${quoted(link)}" title="${quoted(title)}" width="100%" height="640" loading="lazy"></iframe>`;
}

export function shareDialog(context: Context, link: string | null): HTMLElement[] {
  const { session, t } = context;
  const { scenario } = session.state;
  const title = scenario === null ? t.title : scenario.id === null ? scenario.name : t.scenarios[scenario.id].title;
  const field = h('input', { class: 'field mono link', readonly: true, 'aria-label': t.share.link, autofocus: true });
  field.value = link ?? '';
  const said = h('p', { class: 'muted', role: 'status' });
  const copy = (text: string): void => {
    // Without the permission to write, a selection is one key away from a copy.
    field.select();
    navigator.clipboard?.writeText(text).then(() => { said.textContent = t.share.copied; }, () => undefined);
  };
  const take = async (kind: ExportKind): Promise<void> => {
    said.textContent = t.share.making;
    const file = await exported(session, kind);
    said.textContent = file === null ? '' : t.share.saved(file.name);
    if (file !== null) saveText(file.name, file.text);
  };
  const files = EXPORTS.map((kind) => {
    const { name, what } = t.share.files[kind];
    const element = h('button', { type: 'button', class: 'file', 'data-export': kind }, icon('save'), h('span', {}, name), h('small', {}, what));
    element.addEventListener('click', () => void take(kind));
    return element;
  });
  return [h('div', { class: 'share-dialog' },
    dialogTitle(t.share.title),
    h('p', { class: 'muted' }, link === null ? t.share.tooLong : t.share.what),
    link !== null && field,
    link !== null && h('div', { class: 'copies' },
      button({ label: t.share.copyLink, text: t.share.copyLink, className: 'btn primary' }, () => copy(link)),
      button({ label: t.share.copyMarkdown, text: t.share.copyMarkdown }, () => copy(markdownLink(title, link))),
      button({ label: t.share.copyEmbed, text: t.share.copyEmbed }, () => copy(embedSnippet(title, link))),
    ),
    h('h3', {}, t.share.filesTitle),
    h('div', { class: 'files' }, ...files),
    h('div', { class: 'buttons' },
      said,
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
