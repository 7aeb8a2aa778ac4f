/** The map as a table: the 2 MiB ranges of a region, and what their pages are, to be read or heard. */
import { rangeRows } from '../canvas/ranges.ts';
import { kib } from '../format.ts';
import { stateWords } from '../locales/index.ts';
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { labelled } from './actions.ts';
import { button, h, on, option, setText } from './dom.ts';

/** Rows that are made at a time. */
const ROWS = 64;

export function tableDialog(context: Context): HTMLElement[] {
  const { session, t } = context;
  const regions = (session.state.machine?.processes ?? []).flatMap((process) => process.regions.map((region) => ({ process: process.name, region })));
  const { selected } = session.state;
  const choice = h('select', { class: 'field mono', autofocus: true }, ...regions.map(({ process, region }, i) => option(String(i), `${process} ${region.name}`)));
  choice.value = String(Math.max(0, regions.findIndex(({ process, region }) => process === selected?.process && region.name === selected.region)));
  const body = h('tbody');
  const said = h('p', { class: 'muted', role: 'status' });
  const more = button({ label: t.table.more, text: t.table.more, className: 'btn small' }, () => void add());
  let shown = 0;

  const add = async (): Promise<void> => {
    const entry = regions[Number(choice.value)];
    if (entry === undefined) return;
    const { process, region } = entry;
    const wanted = shown + ROWS * 512 - ((region.startPage + shown) % 512);
    const { letters: [letters] } = await session.client.cells([{ process, region: region.name, first: shown, count: wanted - shown }]);
    if (letters === undefined) return;
    const rows = rangeRows(letters, shown, region.startPage);
    body.append(...rows.map(({ first, pages, states }) => {
      const words = states.map(([letter, count]) => `${count === pages ? '' : `${count} `}${stateWords(t, letter).long}`);
      const at = `+${kib(first * 4)}`;
      const go = button({ label: at, text: at, className: 'btn bare small mono' }, () => {
        closeDialog(context);
        session.show({ process, region: region.name, index: first });
      });
      go.title = t.table.goTo(`${region.name}[${first}]`);
      return h('tr', {}, h('th', { scope: 'row' }, go), h('td', {}, String(pages)), h('td', {}, words.join(', ')));
    }));
    shown += letters.length;
    more.hidden = shown >= region.pages;
    setText(said, t.table.shown(body.childElementCount, Math.ceil(((region.startPage % 512) + region.pages) / 512)));
  };
  const begin = (): void => {
    shown = 0;
    body.replaceChildren();
    void add().catch(() => undefined);
  };
  on(choice, { change: begin });
  begin();
  return [h('div', { class: 'table-dialog' },
    dialogTitle(t.table.title),
    regions.length === 0 ? h('p', {}, t.map.empty) : h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t.table.title },
      labelled(t.table.region, choice),
      h('table', {}, h('thead', {}, h('tr', {}, ...[t.table.range, t.table.pages, t.table.states].map((words) => h('th', { scope: 'col' }, words)))), body),
      more),
    h('div', { class: 'buttons' }, said,
      button({ label: t.table.again, text: t.table.again }, begin),
      button({ label: t.share.close, text: t.share.close, className: 'btn primary' }, () => closeDialog(context))),
  )];
}
