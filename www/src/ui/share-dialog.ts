/** A link that opens this run, to be copied. */
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h } from './dom.ts';
import { EXPORTS, exported } from '../export/index.ts';
import type { ExportKind } from '../export/index.ts';
import { LANG } from '../locales/index.ts';
import { saveText } from './files.ts';
import { icon } from './icons.ts';

/** `[title](link)`, as documents and issues want it. */
export function markdownLink(title: string, link: string): string {
  return `[${title.replaceAll(/[[\]\\]/g, '\\$&')}](${link})`;
}

export function shareDialog(context: Context, link: string | null): HTMLElement[] {
  const { session, t } = context;
  const { scenario } = session.state;
  const title = scenario === null ? t.title : scenario.id === null ? scenario.name : t.scenarios[scenario.id].title;
  const field = h('input', { class: 'field mono link', readonly: true, 'aria-label': t.share.link, autofocus: true });
  field.value = link ?? '';
  const said = h('p', { class: 'muted', role: 'status' });
  const copy = (text: string, shown: HTMLInputElement | HTMLTextAreaElement = field): void => {
    // Without the permission to write, a selection is one key away from a copy.
    shown.select();
    said.textContent = '';
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
    ),
    ...(link === null ? [] : embedding(context, title, link, copy)),
    h('h3', {}, t.share.filesTitle),
    h('div', { class: 'files' }, ...files),
    h('div', { class: 'buttons' },
      said,
      button({ label: t.share.close, text: t.share.close }, () => closeDialog(context)),
    ),
  )];
}

/** The run as a figure in other people's pages: as a frame, or as the element. */
function embedding({ session, t }: Context, title: string, link: string, copy: (text: string, shown: HTMLTextAreaElement) => void): HTMLElement[] {
  // Begun now: a browser lets a press copy only what is soon there.
  const coming = import('../embed/snippets.ts').then(({ embedSnippets }) => embedSnippets(link, title, LANG[session.state.preferences.locale]));
  const shown = h('textarea', { class: 'field mono snippet', readonly: true, rows: 4, hidden: true, 'aria-label': t.share.embedTitle });
  const ways = (['frame', 'element'] as const).map((way) => {
    const { name, what } = t.share.embeds[way];
    const element = h('button', { type: 'button', class: 'file', 'data-embed': way }, icon('link'), h('span', {}, name), h('small', {}, what));
    element.addEventListener('click', () => void coming.then((snippets) => {
      shown.value = snippets[way];
      shown.hidden = false;
      copy(shown.value, shown);
    }));
    return element;
  });
  return [h('h3', {}, t.share.embedTitle), h('div', { class: 'files' }, ...ways), shown];
}

export function noticeDialog(context: Context, title: string, text: string): HTMLElement[] {
  const { close } = context.t.share;
  return [
    dialogTitle(title),
    h('p', {}, text),
    h('div', { class: 'buttons' }, button({ label: close, text: close, className: 'btn primary' }, () => closeDialog(context))),
  ];
}
