/** The script beside the map: to read while it plays, to change, and to run from the start or from the changed line. */
import type { Editor } from '../editor/editor.ts';
import type { ScriptError } from '../engine/protocol.ts';
import { completions } from '../state/completion.ts';
import { loadDraft, saveDraft } from '../state/draft.ts';
import { firstChange, placeOf, playedLines } from '../state/script-lines.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, setText } from './dom.ts';
import { saveText } from './files.ts';
import { icon } from './icons.ts';
import css from './script-panel.css?inline';
import { style } from './styles.ts';

style(css);

/** Errors are looked for so long after the last key. */
const CHECK_MS = 300;

export function scriptPanel(context: Context, root: ShadowRoot): HTMLElement {
  const { session, t, signal } = context;
  const place = h('div', { class: 'editor' });
  const errors = h('p', { class: 'said', role: 'status' });
  /** The script of the machine; what the editor holds may differ. */
  let source = '';
  let lines: readonly number[] = [];
  let editor: Editor | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const name = (): string => session.state.scenario?.name ?? 'scenario.mm';
  const tell = (wrong: readonly ScriptError[]): void => {
    editor?.setErrors(wrong);
    const [first] = wrong;
    errors.classList.toggle('bad', first !== undefined);
    setText(errors, first === undefined ? '' : `${t.console.at(first.line, first.column)}: ${first.message}${wrong.length > 1 ? ` (+${wrong.length - 1})` : ''}`);
    for (const run of [fromStart, fromChange]) run.disabled = first !== undefined;
    fromChange.disabled ||= editor === null || firstChange(source, editor.text) === null;
  };
  const check = async (): Promise<void> => {
    const text = editor?.text ?? '';
    const { errors: wrong } = await session.client.check(text);
    if (editor?.text === text) tell(wrong);
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void check().catch(() => undefined), CHECK_MS);
    edited.hidden = editor === null || editor.text === source;
    if (editor !== null) saveDraft(source, editor.text);
  };
  const run = async (fromTheChange: boolean): Promise<void> => {
    const text = editor?.text;
    if (text === undefined) return;
    const { errors: wrong } = await session.client.check(text).catch(() => ({ errors: [] }));
    tell(wrong);
    const [first] = wrong;
    if (first !== undefined) return editor?.goTo(first.line, first.column);
    const line = fromTheChange ? firstChange(source, text) : null;
    await session.openText(name(), text, line === null ? null : placeOf(text, line));
  };
  const fromStart = button({ label: t.script.fromStart, text: t.script.fromStart, className: 'btn small primary' }, () => void run(false));
  const fromChange = button({ label: t.script.fromChange, text: t.script.fromChange, className: 'btn small' }, () => void run(true));
  fromStart.title = 'Ctrl Enter';
  fromChange.title = 'Ctrl Shift Enter';
  fromChange.disabled = true;
  const edited = h('span', { class: 'edited muted', hidden: true }, t.script.edited);
  const close = button({ label: t.script.close, icon: icon('close'), className: 'btn bare small square' }, () => {
    session.store.set({ side: 'inspector' });
    root.getElementById('map')?.focus();
  });

  const isOpen = (): boolean => (session.state.layout === 'wide' ? session.state.side : session.state.panel) === 'script';
  /** Takes over the script of the machine, unless the reader is at work on it. */
  const load = async (): Promise<void> => {
    const text = await session.source();
    if (text === null || signal.aborted) return;
    const untouched = editor === null || editor.text === source;
    source = text;
    lines = playedLines(text);
    if (editor === null) {
      const { createEditor } = await import('../editor/editor.ts');
      if (signal.aborted || editor !== null) return;
      editor = createEditor({
        parent: place, root, text, label: t.script.text, changed,
        complete: (line, cursor) => completions(session, line, cursor),
        run: (fromTheChange) => void run(fromTheChange),
      });
      const draft = loadDraft();
      if (draft !== null && draft.source === text) editor.setText(draft.text);
    } else if (untouched) editor.setText(text);
    changed();
    follow();
  };
  /** Marks the line that is played next. */
  const follow = (): void => {
    const { machine, touched, scenario } = session.state;
    const pending = machine?.pendingLines ?? 0;
    const asItCame = scenario !== null && (!touched || scenario.script === source) && editor?.text === source;
    editor?.markLine(asItCame && pending > 0 ? lines[lines.length - pending] ?? null : null);
  };
  let wasOpen = false;
  watch(context, (s) => [s.layout, s.side, s.panel], () => { wasOpen &&= isOpen(); });
  watch(context, (s) => [s.layout, s.side, s.panel, s.scenario], () => {
    if (!isOpen() || session.state.scenario === null) return;
    // Whoever came by keyboard goes on there.
    const byKeyboard = !wasOpen && root.activeElement?.matches(':focus-visible') === true;
    wasOpen = true;
    void load().then(() => {
      if (byKeyboard && isOpen()) editor?.focus();
    });
  });
  watch(context, (s) => [s.machine?.pendingLines, s.scenario], () => {
    if (editor !== null && isOpen()) follow();
  });
  // A page that is chosen wants the inspector.
  watch(context, (s) => s.selected, (selected) => {
    if (selected !== null && session.state.side === 'script') session.store.set({ side: 'inspector' });
  });
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    editor?.destroy();
  }, { once: true });

  return h('section', { class: 'panel script', 'data-panel': 'script', 'aria-label': t.panels.script },
    h('h2', { class: 'heading' }, t.script.title, edited,
      h('span', { class: 'push' }),
      button({ label: t.script.save, icon: icon('save'), className: 'btn bare small square' }, () => saveText(name(), editor?.text ?? source)),
      close),
    place,
    h('div', { class: 'run' }, errors, fromStart, fromChange),
  );
}
