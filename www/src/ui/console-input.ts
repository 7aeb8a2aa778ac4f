/** Where lines are typed: history and its search, completion in a list, several lines pasted at once. */
import { fileHelp } from '../state/file-help.ts';
import { completions } from '../state/completion.ts';
import { complete } from '../state/console.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, on, setAttribute, setText } from './dom.ts';

const ROWS = 6;
/** More words than this are not read, but narrowed by typing on. */
const CHOICES = 60;

interface Offer {
  kind: 'words' | 'history';
  items: readonly string[];
  at: number;
  /** What the words replace. */
  from: number;
}

export interface ConsoleInput { entry: HTMLElement; focus(): void }

/** @param submitted is called with every line that is run, before it is */
export function consoleInput(context: Context, submitted: () => void): ConsoleInput {
  const { session, t } = context;
  const { history } = session;
  const list = h('ul', { class: 'choices', id: 'console-choices', role: 'listbox', 'aria-label': t.console.choices, hidden: true });
  const input = h('textarea', {
    class: 'input', id: 'console-input', rows: 1, 'aria-label': t.console.input, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
    'aria-autocomplete': 'list', 'aria-controls': 'console-choices',
  });
  const said = h('span', { class: 'hidden-text', role: 'status' });
  const prompt = h('span', { class: 'prompt', 'aria-hidden': 'true' }, t.console.prompt);
  let offer: Offer | null = null;

  const set = (text: string, cursor = text.length): void => {
    input.value = text;
    input.setSelectionRange(cursor, cursor);
    input.rows = Math.min(ROWS, text.split('\n').length);
  };
  const show = (next: Offer | null): void => {
    offer = next === null || next.items.length === 0 ? null : next;
    list.hidden = offer === null;
    setText(prompt, offer?.kind === 'history' ? t.console.searchPrompt : t.console.prompt);
    list.replaceChildren(...(offer?.items ?? []).map((word, i) => on(h('li', { role: 'option', id: `console-choice-${i}` }, word), {
      // Before the input loses the focus.
      pointerdown: (event) => {
        event.preventDefault();
        if (offer !== null) offer.at = i;
        accept();
      },
    })));
    mark();
  };
  const mark = (): void => {
    [...list.children].forEach((item, i) => setAttribute(item, 'aria-selected', String(i === offer?.at)));
    const at = offer === null || offer.at < 0 ? null : list.children[offer.at] ?? null;
    setAttribute(input, 'aria-activedescendant', at?.id);
    at?.scrollIntoView({ block: 'nearest' });
  };
  const accept = (): void => {
    if (offer === null) return;
    const { kind, items, at, from } = offer;
    const word = items[Math.max(0, at)] ?? '';
    show(null);
    if (kind === 'history') return set(word);
    const done = complete(input.value, input.selectionStart, from, [word]);
    set(done.line, done.cursor);
  };
  const move = (by: number): void => {
    if (offer === null) return;
    const n = offer.items.length;
    offer.at = offer.at < 0 ? (by > 0 ? 0 : n - 1) : (offer.at + by + n) % n;
    mark();
  };
  const offerWords = async (typing: boolean): Promise<void> => {
    const { value, selectionStart } = input;
    const { from, words } = await completions(session, value, selectionStart);
    if (input.value !== value || input.selectionStart !== selectionStart || (typing && offer === null)) return;
    const done = complete(value, selectionStart, from, words);
    if (!typing) set(done.line, done.cursor);
    const items = words.slice(0, CHOICES);
    // An answer may come after an arrow key: what was chosen stays chosen.
    const chosen = typing && offer?.kind === 'words' ? offer.items[offer.at] : undefined;
    const at = chosen === undefined ? -1 : items.indexOf(chosen);
    show(words.length > 1 || (typing && words.length > 0) ? { kind: 'words', items, at, from } : null);
    setText(said, words.length > 1 ? t.console.found(words.length) : '');
  };
  const search = (): void => {
    const found = history.matching(input.value);
    show({ kind: 'history', items: found, at: 0, from: 0 });
    setText(said, t.console.found(found.length));
  };
  const submit = async (): Promise<void> => {
    const text = input.value;
    history.push(text);
    set('');
    show(null);
    submitted();
    const help = await fileHelp(session, text);
    if (help !== null) return session.note(text, help);
    const result = await session.run(text);
    // A wrong line comes back to be mended, unless the next one is being typed.
    if (result !== 'wrong' || input.value !== '') return;
    const error = session.state.console.entries.findLast((entry) => entry.kind === 'error');
    set(text, error === undefined || text.includes('\n') ? text.length : Math.min(text.length, error.error.column - 1));
  };
  const recall = (line: string | null): void => {
    if (line !== null) set(line);
  };
  let leaving = false;
  /** True if the key was ours. */
  const pressed = (event: KeyboardEvent): boolean => {
    const { key } = event;
    const single = !input.value.includes('\n');
    const wasLeaving = leaving;
    leaving = key === 'Escape' && offer === null;
    if (event.isComposing) return false;
    if (offer !== null) {
      if (key === 'ArrowDown' || (key === 'Tab' && !event.shiftKey && offer.kind === 'words')) return move(1), true;
      if (key === 'ArrowUp' || (key === 'Tab' && event.shiftKey)) return move(-1), true;
      if (key === 'r' && event.ctrlKey) return move(1), true;
      if (key === 'Escape') return show(null), true;
      if (key === 'Enter' && !event.shiftKey && offer.at >= 0) return accept(), true;
    }
    if (key === 'Enter' && !event.shiftKey) return void submit(), true;
    // Tab completes a word that was begun; after Escape, or in an empty line, it goes on to the next control.
    if (key === 'Tab' && !event.shiftKey && !wasLeaving && input.value.trim() !== '') return void offerWords(false).catch(() => undefined), true;
    if (key === ' ' && event.ctrlKey) return void offerWords(false).catch(() => undefined), true;
    if (key === 'ArrowUp' && single) return recall(history.older(input.value)), true;
    if (key === 'ArrowDown' && single) return recall(history.newer()), true;
    if (key === 'r' && event.ctrlKey) return search(), true;
    if (key === 'l' && event.ctrlKey) return session.clearConsole(), true;
    return false;
  };
  on(input, {
    keydown: (event) => {
      if (!pressed(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    input: () => {
      input.rows = Math.min(ROWS, input.value.split('\n').length);
      if (offer?.kind === 'history') search();
      else if (input.value === '') show(null);
      else if (offer !== null) void offerWords(true).catch(() => undefined);
    },
    blur: () => show(null),
  });
  watch(context, (s) => s.draft, (draft) => {
    if (draft === '') return;
    session.store.set({ draft: '' });
    set(draft);
    input.focus();
  });
  return { entry: h('div', { class: 'entry' }, list, prompt, input, said), focus: () => input.focus({ preventScroll: true }) };
}
