/** Compares settings: the run of the screen, once for each value, as a table with small charts. */
import { isCellView } from '../canvas/lanes.ts';
import { startWorker } from '../engine/client.ts';
import type { Totals } from '../engine/protocol.ts';
import { count, kib } from '../format.ts';
import { shippedById } from '../scenarios/index.ts';
import { tunableControl } from '../state/commands.ts';
import { MAX_VALUES, runSweep, valuesOf } from '../state/sweep.ts';
import type { Swept } from '../state/sweep.ts';
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h, keyedList, on, option, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { labelled } from './actions.ts';
import { saveText } from './files.ts';
import { sparkline } from './sparkline.ts';

/** One core is for the page. */
const parallel = (): number => Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));
const NS = 1e9;
/** Longest run: two virtual hours. */
const MAX_SECONDS = 7200;

/** Columns of the table: what of the totals, and how it is written. */
const COLUMNS = [['rss', 'rssKb', kib], ['anonHuge', 'anonHugeKb', kib], ['free', 'memFreeKb', kib], ['pagesSharing', 'pagesSharing', count], ['pagesCollapsed', 'pagesCollapsed', count]] as const satisfies
  readonly (readonly [keyof Context['t']['charts'], keyof Totals, (value: number) => string])[];

export function sweepDialog(context: Context): HTMLElement[] {
  const { session, t, signal } = context;
  const { tunables, machine, scenario } = session.state;
  const start = shippedById(scenario?.id ?? null)?.sweep;
  const numeric = tunables.filter((tunable) => tunableControl(tunable) !== 'text');
  const setting = h('select', { class: 'field mono' }, ...numeric.map(({ path }) => option(path, path.replace(/^\/(?:sys\/kernel\/mm|proc\/sys)\//, ''))));
  setting.value = start?.path ?? '/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none';
  const values = h('input', { class: 'field mono', required: true, spellcheck: 'false', autocomplete: 'off' });
  values.value = start?.values ?? '0, 64, 255, 511';
  const seconds = h('input', { class: 'field mono', type: 'number', min: 1, max: MAX_SECONDS, step: 'any', required: true });
  seconds.value = String(Math.max(start?.seconds ?? 1, Math.ceil((machine?.nowNs ?? 0) / NS)));
  const suggest = (): void => {
    const { choices, min, max, default: initial } = numeric.find(({ path }) => path === setting.value) ?? {};
    const top = Math.min(max ?? Infinity, Math.max(1, Number(initial)) * 10);
    values.value = (choices ?? [min ?? 0, initial ?? 0, top]).join(', ');
  };
  on(setting, { change: suggest });

  const body = h('tbody');
  const table = h('table', { hidden: true },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t.sweep.value), ...COLUMNS.map(([name]) => h('th', { scope: 'col' }, t.charts[name] as string)), h('th', { scope: 'col' }, `${t.charts.rss}, ${t.charts.anonHuge}`))), body);
  let rows: readonly Swept[] = [];
  const show = keyedList<Swept>(body, ({ value }) => value, () => resultRow(context, () => rows));
  const said = h('p', { class: 'muted', role: 'status' });

  let running: AbortController | null = null;
  const stop = (): void => {
    running?.abort();
    running = null;
    setText(go, t.sweep.run);
  };
  signal.addEventListener('abort', stop, { once: true });
  const begin = async (): Promise<void> => {
    const list = valuesOf(values.value);
    if (list.length === 0 || list.length > MAX_VALUES) {
      setText(said, t.sweep.tooMany(MAX_VALUES));
      return;
    }
    const now = new AbortController();
    running = now;
    setText(go, t.sweep.stop);
    table.hidden = false;
    setText(said, '');
    try {
      const { text, pending } = await session.client.script();
      const sweep = { script: `${text}${pending}\n`, path: setting.value, values: list, ns: seconds.valueAsNumber * NS };
      await runSweep(sweep, (next) => {
        rows = next;
        show(rows);
        const finished = rows.filter(({ totals, error }) => totals !== null || error !== '').length;
        setText(said, t.sweep.progress(finished, rows.length));
      }, now.signal, startWorker, parallel());
    } catch {
      // The engine crashed before it told the script, and says so itself.
    }
    if (running === now) stop();
  };
  const go = h('button', { type: 'submit', class: 'btn primary' }, t.sweep.run);
  const form = on(h('form', { class: 'sweep-form' },
    labelled(t.sweep.setting, setting), labelled(t.sweep.values, values), labelled(t.sweep.until, seconds), go), {
    submit: (event) => {
      event.preventDefault();
      if (running === null) void begin();
      else stop();
    },
  });
  const csv = (): string => [['value', ...COLUMNS.map(([name]) => name)].join(','),
    ...rows.map(({ value, totals }) => [value, ...COLUMNS.map(([, key]) => totals?.[key] ?? '')].join(','))].join('\n') + '\n';
  const sideBySide = button({ label: t.split.open, text: t.split.open }, () => {
    const [value] = valuesOf(values.value);
    if (value === undefined) return;
    stop();
    closeDialog(context);
    session.store.set({ split: { path: setting.value, value }, view: isCellView(session.state.view) ? session.state.view : 'spaces', panel: session.state.layout === 'narrow' ? 'map' : session.state.panel });
  });
  sideBySide.id = 'side-by-side';
  const content = h('div', { class: 'sweep-dialog' },
    dialogTitle(t.sweep.title),
    h('p', { class: 'muted' }, t.sweep.what),
    form,
    h('div', { class: 'sweep-table scroll', tabindex: 0, role: 'region', 'aria-label': t.sweep.results }, table),
    h('div', { class: 'buttons' }, said,
      sideBySide,
      button({ label: t.charts.csv, text: t.charts.csv, className: 'btn bare' }, () => saveText('compare.csv', csv())),
      button({ label: t.share.close, text: t.share.close }, () => {
        stop();
        closeDialog(context);
      })),
  );
  // Escape closes the dialog without the button.
  const gone = new MutationObserver(() => {
    if (content.isConnected) return;
    gone.disconnect();
    stop();
  });
  gone.observe(context.overlay, { childList: true });
  return [content];
}

/** A row: its values, and how they differ from the first row's. */
function resultRow({ t, session }: Context, all: () => readonly Swept[]): Row<Swept> {
  const value = h('th', { scope: 'row', class: 'mono' });
  const cells = COLUMNS.map(() => h('td', { class: 'mono' }));
  const picture = h('td');
  const element = h('tr', {}, value, ...cells, picture);
  return {
    element,
    update({ value: text, totals, series, done, error }) {
      setText(value, text);
      COLUMNS.forEach(([, key, write], i) => {
        const cell = cells[i] as HTMLElement;
        const mine = totals?.[key];
        const first = all()[0]?.totals?.[key];
        if (mine === undefined) {
          setText(cell, i > 0 ? '' : error === '' ? `${Math.floor(100 * done)} %` : error);
          return;
        }
        const differs = first !== undefined && first !== mine;
        const sign = differs && mine > first ? '+' : '−';
        cell.replaceChildren(write(mine), differs ? h('small', {}, `${sign}${write(Math.abs(mine - first))}`) : '');
      });
      // One scale for all rows, so that the eye may compare.
      const [times = [], rss = [], huge = []] = series;
      const top = Math.max(1, ...all().map(({ series: columns }) => (columns[1] ?? []).reduce((a, b) => Math.max(a, b), 0)));
      picture.replaceChildren(...(totals === null ? [] : [sparkline(t.sweep.curve(kib(rss.at(-1) ?? 0)), times, [[rss, 'var(--anon)'], [huge, 'var(--thp)']], top)]));
      element.dataset['now'] = String(session.state.tunableValues.includes(text));
    },
  };
}
