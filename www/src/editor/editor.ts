/** CodeMirror for scripts: numbers, completion by the engine, errors at their place, the line that plays marked. Loaded when it is opened. */
import { acceptCompletion, autocompletion, closeCompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { ScriptError } from '../engine/protocol.ts';

export interface EditorOptions {
  parent: HTMLElement;
  root: ShadowRoot;
  text: string;
  label: string;
  /** Words that could stand at the cursor of a line, and where they begin. */
  complete(line: string, cursor: number): Promise<{ from: number; words: readonly string[] }>;
  changed(text: string): void;
  /** Ctrl Enter; with Shift from the changed line. */
  run(fromChange: boolean): void;
}

export interface Editor {
  readonly text: string;
  setText(text: string): void;
  setErrors(errors: readonly ScriptError[]): void;
  /** The line that is played next, from 1; null for none. */
  markLine(line: number | null): void;
  goTo(line: number, column: number): void;
  focus(): void;
  destroy(): void;
}

const playedLine = StateEffect.define<number | null>();
const playedMark = Decoration.line({ class: 'cm-played' });
const played = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, state, changes }) {
    for (const effect of effects) {
      if (!effect.is(playedLine)) continue;
      const { value } = effect;
      return value === null || value > state.doc.lines ? Decoration.none : Decoration.set(playedMark.range(state.doc.line(value).from));
    }
    return marks.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const language = StreamLanguage.define<{ first: boolean }>({
  startState: () => ({ first: true }),
  token: (stream, state) => {
    if (stream.sol()) state.first = true;
    if (stream.eatSpace()) return null;
    if (stream.eat('#')) {
      stream.skipToEnd();
      return 'comment';
    }
    const { first } = state;
    state.first = false;
    stream.match(/^[^\s#]+/);
    return first && /^(?:for|end|machine|run|observe|expect|why|echo|cat|sys|vm|proc)$/.test(stream.current()) ? 'keyword' : null;
  },
});

const highlight = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: tags.keyword, fontWeight: '650' },
]);

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', scrollbarWidth: 'thin' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '4px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--soft) 60%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-played': { boxShadow: 'inset 3px 0 0 var(--accent)', backgroundColor: 'var(--soft)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--accent) 26%, transparent)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '8px', boxShadow: 'var(--shadow)' },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '14em' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-diagnostic': { padding: '4px 8px', fontFamily: 'var(--sans)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
  // The package's own marks are data: images, which the page's policy forbids.
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-lint-marker-error': { content: '""', width: '8px', height: '8px', margin: '5px 3px', borderRadius: '50%', backgroundColor: 'var(--bad)' },
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--ink)' },
});

export function createEditor({ parent, root, text, label, complete, changed, run }: EditorOptions): Editor {
  const view = new EditorView({
    parent,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightActiveLine(), highlightSelectionMatches(), EditorView.lineWrapping,
        language, syntaxHighlighting(highlight), played, theme,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off', tabindex: '0' }),
        autocompletion({
          icons: false,
          interactionDelay: 0,
          override: [async (context) => {
            const line = context.state.doc.lineAt(context.pos);
            const before = line.text.slice(0, context.pos - line.from);
            if (!context.explicit && !/\S$/.test(before)) return null;
            const { from, words } = await complete(line.text, before.length);
            if (words.length === 0) return null;
            return { from: line.from + from, options: words.map((word) => ({ label: word })), validFor: /^[\w.+-]*$/ };
          }],
        }),
        keymap.of([
          // Tab takes a word that is offered, and else goes on to the next control.
          { key: 'Tab', run: acceptCompletion },
          { key: 'Escape', run: closeCompletion },
          { key: 'Mod-Enter', run: () => (run(false), true), shift: () => (run(true), true) },
          ...completionKeymap, ...historyKeymap, ...searchKeymap, ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  /** Offset of a line and column, both from 1. */
  const offset = (line: number, column: number): number => {
    const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    return Math.min(at.to, at.from + Math.max(0, column - 1));
  };
  return {
    get text() { return view.state.doc.toString(); },
    setText: (next) => {
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    setErrors: (errors) => {
      view.dispatch(setDiagnostics(view.state, errors.map(({ line, column, message }) => {
        const from = offset(line, column);
        const rest = view.state.doc.lineAt(from).text.slice(from - view.state.doc.lineAt(from).from);
        return { from, to: from + (/^\S+/.exec(rest)?.[0].length ?? 0), severity: 'error' as const, message };
      })));
    },
    markLine: (line) => {
      view.dispatch({ effects: playedLine.of(line) });
      if (line !== null && line <= view.state.doc.lines && !view.hasFocus) view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.line(line).from, { y: 'center' }) });
    },
    goTo: (line, column) => {
      const at = offset(line, column);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
