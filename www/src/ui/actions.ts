/**
 * What can be done with the process or region chosen in the tree. A button opens its form; the form writes a
 * line of the scenario language, which can be changed before it runs.
 */
import type { ProcessView, RegionView } from '../engine/protocol.ts';
import {
  ADVICE, CONTENTS, adviseLine, exitLine, forkLine, freeProcessName, freeRegionName, mapLine, rangeText, readLine, unmapLine, writeLine,
} from '../state/commands.ts';
import type { Advice, MapOptions } from '../state/commands.ts';
import type { TreeItem } from '../state/state.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import css from './actions.css?inline';
import { button, h, on, option, setAttribute } from './dom.ts';
import { rangeFields } from './range-fields.ts';
import { style } from './styles.ts';

style(css);

/** A form's fields, and the line they say now. */
export interface Fields {
  element: HTMLElement;
  line(): string;
  /** What the line makes, to be chosen when it has run. */
  made?(): TreeItem;
}

interface Chosen {
  process: ProcessView;
  region: RegionView | null;
}

type FormName = 'map' | 'fork' | 'write' | 'read' | 'advise' | 'unmap';
type ActionName = FormName | 'exit';
const OF_PROCESS: readonly ActionName[] = ['map', 'fork', 'exit'];
const OF_REGION: readonly ActionName[] = ['write', 'read', 'advise', 'unmap'];

export function actionBar(context: Context): HTMLElement {
  const { session, t } = context;
  const buttons = h('div', { class: 'buttons', role: 'toolbar' });
  const place = h('div');
  let open: FormName | null = null;

  const chosen = (): Chosen | null => {
    const { treeItem, machine } = session.state;
    const process = machine?.processes.find((p) => p.name === treeItem?.process);
    if (process === undefined) return null;
    return { process, region: process.regions.find((r) => r.name === treeItem?.region) ?? null };
  };
  const focusOn = (name: ActionName): void => buttons.querySelector<HTMLElement>(`[data-action="${name}"]`)?.focus();
  const hasFocus = (): boolean => element.contains((element.getRootNode() as ShadowRoot).activeElement);
  /** The form is done: the focus goes back to its button, unless the reader has gone elsewhere since. */
  const close = (): void => {
    const name = hasFocus() ? open : null;
    open = null;
    draw();
    if (name !== null) focusOn(name);
  };
  /** What was just mapped is what comes next. */
  const done = (fields: Fields): void => {
    const isHere = hasFocus();
    close();
    if (fields.made === undefined) return;
    const treeItem = fields.made();
    awaited = isHere ? `${treeItem.process} ${treeItem.region}` : null;
    session.store.set({ treeItem });
  };
  let awaited: string | null = null;
  const press = (name: ActionName): void => {
    const target = chosen();
    if (target === null) return;
    if (name === 'exit') {
      void session.run(exitLine(target.process.name));
      return;
    }
    open = open === name ? null : name;
    draw();
    place.querySelector<HTMLElement>('input, select')?.focus();
  };
  const draw = (): void => {
    const target = chosen();
    element.hidden = target === null;
    if (target === null) return;
    const names = target.region === null ? OF_PROCESS : OF_REGION;
    buttons.setAttribute('aria-label', t.tree.actionsOf(nameOf(target)));
    buttons.replaceChildren(...names.map((name) => {
      const element = button({ label: t.tree[name], text: t.tree[name], className: 'btn small' }, () => press(name));
      element.dataset['action'] = name;
      if (name !== 'exit') setAttribute(element, 'aria-expanded', String(open === name));
      return element;
    }));
    place.replaceChildren(...(open === null ? [] : [form(context, fieldsFor(context, open, target), close, done)]));
    if (awaited === nameOf(target)) {
      awaited = null;
      focusOn('write');
    }
  };
  const element = h('div', { class: 'actions' }, buttons, place);
  const target = (): string => {
    const now = chosen();
    return now === null ? '' : nameOf(now);
  };
  watch(context, target, () => {
    open = null;
    draw();
  });
  return element;
}

function nameOf({ process, region }: Chosen): string {
  return region === null ? process.name : `${process.name} ${region.name}`;
}

function form({ session, t }: Context, fields: Fields, close: () => void, done: (fields: Fields) => void): HTMLElement {
  const line = h('input', { class: 'field mono line', 'aria-label': t.tree.line, spellcheck: 'false', autocomplete: 'off', required: true });
  const follow = (): void => { line.value = fields.line(); };
  const element = h('form', { class: 'form' },
    fields.element,
    line,
    h('div', { class: 'run' },
      button({ label: t.tree.cancel, text: t.tree.cancel, className: 'btn small bare' }, close),
      h('button', { type: 'submit', class: 'btn small primary' }, t.tree.run),
    ),
  );
  on(fields.element, { input: follow, change: follow });
  follow();
  return on(element, {
    submit: (event) => {
      event.preventDefault();
      // Another form may have been opened meanwhile.
      void session.run(line.value).then((result) => result === 'done' && element.isConnected && done(fields));
    },
    keydown: (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    },
  });
}

function fieldsFor(context: Context, action: FormName, { process, region }: Chosen): Fields {
  const { session, t } = context;
  if (action === 'map') return mapFields(context, process);
  if (action === 'fork' || region === null) {
    const child = nameField(freeProcessName(session.state.machine?.processes ?? []));
    return { element: labelled(t.tree.name, child), line: () => forkLine(process.name, child.value) };
  }
  const range = rangeFields(context, process.name, region);
  const target = (): string => rangeText(region, range.value());
  if (action === 'read') return { element: h('div', {}, ...range.rows), line: () => readLine(process.name, target()) };
  if (action === 'unmap') return { element: h('div', {}, ...range.rows), line: () => unmapLine(process.name, target()) };
  if (action === 'write') {
    const contents = h('select', { class: 'field' }, ...CONTENTS.map((c) => option(c, `${c} – ${t.contents[c]}`)));
    contents.value = 'seed=1';
    return {
      element: h('div', {}, ...range.rows, labelled(t.tree.contents, contents)),
      line: () => writeLine(process.name, target(), contents.value),
    };
  }
  const advice = h('select', { class: 'field' }, ...ADVICE.map((a) => option(a, `${a} – ${t.advice[a]}`)));
  return {
    element: h('div', {}, labelled(t.tree.advice, advice), ...range.rows),
    line: () => adviseLine(process.name, target(), advice.value as Advice),
  };
}

function mapFields({ t }: Context, process: ProcessView): Fields {
  const name = nameField(freeRegionName(process.regions));
  const size = h('input', { class: 'field mono', value: '4M', pattern: '\\d+[KMGkmg]?', title: t.tree.badSize, required: true });
  const prot = h('select', { class: 'field' }, option('rw', 'rw'), option('r', 'r'), option('none', 'none'));
  const shared = h('input', { type: 'checkbox' });
  const populate = h('input', { type: 'checkbox' });
  return {
    element: h('div', {},
      labelled(t.tree.name, name),
      labelled(t.tree.size, size),
      labelled(t.tree.prot, prot),
      h('div', { class: 'checks' }, h('label', {}, shared, t.tree.shared), h('label', {}, populate, t.tree.populate)),
    ),
    line: () => mapLine(process.name, {
      name: name.value,
      size: size.value,
      prot: prot.value as MapOptions['prot'],
      shared: shared.checked,
      populate: populate.checked,
    }),
    made: () => ({ process: process.name, region: name.value }),
  };
}

function nameField(value: string): HTMLInputElement {
  return h('input', { class: 'field mono', value, pattern: '[A-Za-z_][A-Za-z0-9_\\-]*', required: true, spellcheck: 'false', autocomplete: 'off' });
}

/** A field with its label before it. */
export function labelled(words: string, field: HTMLElement): HTMLElement {
  return h('label', { class: 'labelled' }, h('span', {}, words), field);
}
