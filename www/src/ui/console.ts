/** The console: lines of the language, what they gave, history and completion. */
import type { ConsoleEntry } from '../state/console.ts';
import { complete } from '../state/console.ts';
import css from './console.css?inline';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setText } from './dom.ts';
import { icon } from './icons.ts';
import { style } from './styles.ts';

style(css);

const COMPLETIONS_SHOWN = 40;
/** So near the end the newest line counts as in view. */
const NEAR_END_PX = 24;

export function consolePanel(context: Context): HTMLElement {
  const { session, t } = context;
  const { history } = session;
  const lines = h('div', { class: 'lines', role: 'log', 'aria-label': t.console.output });
  const out = h('div', { class: 'scroll out', tabindex: 0, 'aria-label': t.console.output, role: 'region' }, h('p', { class: 'muted' }, t.console.welcome), lines);
  const input = h('textarea', {
    class: 'input', id: 'console-input', rows: 1, 'aria-label': t.console.input, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
  });
  const choices = h('p', { class: 'choices muted', hidden: true, 'aria-live': 'polite' });

  const set = (text: string, cursor = text.length): void => {
    input.value = text;
    input.setSelectionRange(cursor, cursor);
    input.rows = Math.min(6, text.split('\n').length);
  };
  const offer = (words: readonly string[]): void => {
    choices.hidden = words.length < 2;
    setText(choices, t.console.choices(words.slice(0, COMPLETIONS_SHOWN).join('  ') + (words.length > COMPLETIONS_SHOWN ? ' …' : '')));
  };
  /** The newest line is in view, and stays so; asking at every line would lay out the page each time. */
  let atEnd = true;
  let frame = 0;
  const toEnd = (): void => {
    atEnd = true;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      out.scrollTop = out.scrollHeight;
    });
  };
  on(out, {
    scroll: () => { atEnd = frame !== 0 || out.scrollTop + out.clientHeight >= out.scrollHeight - NEAR_END_PX; },
  });
  const submit = async (): Promise<void> => {
    const text = input.value;
    history.push(text);
    set('');
    offer([]);
    toEnd();
    const result = await session.run(text);
    // A wrong line comes back to be mended, unless the next one is being typed.
    if (result !== 'wrong' || input.value !== '') return;
    const error = session.state.console.entries.findLast((entry) => entry.kind === 'error');
    set(text, error === undefined || text.includes('\n') ? text.length : Math.min(text.length, error.error.column - 1));
  };
  const completeWord = async (): Promise<void> => {
    const { value, selectionStart } = input;
    const { from, words } = await session.client.complete(value, selectionStart);
    if (input.value !== value) return;
    const done = complete(value, selectionStart, from, words);
    set(done.line, done.cursor);
    offer(done.words);
  };
  let leaving = false;
  on(input, {
    keydown: (event) => {
      const single = !input.value.includes('\n');
      const wasLeaving = leaving;
      leaving = event.key === 'Escape';
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void submit();
      // Tab completes a word that was begun; after Escape, or in an empty line, it goes on to the next control.
      else if (event.key === 'Tab' && !event.shiftKey && !wasLeaving && input.value.trim() !== '') void completeWord().catch(() => undefined);
      else if (event.key === 'ArrowUp' && single) recall(history.older(input.value));
      else if (event.key === 'ArrowDown' && single) recall(history.newer());
      else if (event.key === 'l' && event.ctrlKey) session.clearConsole();
      else {
        if (event.key === 'Escape') offer([]);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    input: () => {
      offer([]);
      input.rows = Math.min(6, input.value.split('\n').length);
    },
  });
  const recall = (line: string | null): void => {
    if (line !== null) set(line);
  };
  on(out, {
    click: () => {
      if (getSelection()?.isCollapsed !== false) input.focus({ preventScroll: true });
    },
  });

  let newest = -1;
  watch(context, (s) => s.console, ({ entries }) => {
    const oldest = entries[0]?.serial ?? Infinity;
    for (let first = lines.firstElementChild; first !== null && Number((first as HTMLElement).dataset['serial']) < oldest; first = lines.firstElementChild) first.remove();
    lines.append(...entries.filter((entry) => entry.serial > newest).map((entry) => entryLine(context, entry)));
    newest = Math.max(newest, entries.at(-1)?.serial ?? newest);
    if (atEnd) toEnd();
  });
  watch(context, (s) => s.draft, (draft) => {
    if (draft === '') return;
    session.store.set({ draft: '' });
    set(draft);
    input.focus();
  });
  watch(context, (s) => s.panel, toEnd);
  const clear = button({ label: t.console.clear, icon: icon('close'), className: 'btn bare small square push' }, () => session.clearConsole());
  return h('section', { class: 'panel console', 'data-panel': 'console', 'aria-label': t.panels.console },
    h('h2', { class: 'heading' }, t.console.label, clear),
    out,
    choices,
    h('div', { class: 'entry' }, h('span', { class: 'prompt', 'aria-hidden': 'true' }, t.console.prompt), input),
  );
}

function entryLine({ t }: Context, entry: ConsoleEntry): HTMLElement {
  const serial = { 'data-serial': entry.serial };
  switch (entry.kind) {
    case 'command':
      return h('div', { class: `command ${entry.from}`, ...serial }, h('span', { class: 'prompt' }, entry.from === 'person' ? `${t.console.prompt} ` : '  ▸ '), entry.text);
    case 'output':
      return h('div', { class: entry.failed ? 'output failed' : 'output', ...serial }, entry.text);
    case 'note':
      return h('div', { class: 'note', ...serial }, entry.text);
    case 'error': {
      const { source, error } = entry;
      const caret = source === '' ? '' : `${source}\n${' '.repeat(Math.max(0, error.column - 1))}▲\n`;
      return h('div', { class: 'error', ...serial }, caret, h('span', { class: 'place' }, t.console.at(error.line, error.column)), ` ${error.message}`);
    }
  }
}
