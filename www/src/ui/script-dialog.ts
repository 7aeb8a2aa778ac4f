/** The script editor: opens by itself when a file has errors, with everything that is wrong at its place. */
import type { ScriptError } from '../engine/protocol.ts';
import type { Dialog } from '../state/state.ts';
import type { Context } from './context.ts';
import { closeDialog, dialogTitle } from './dialogs.ts';
import { button, h, on } from './dom.ts';
import { saveText } from './files.ts';

/** Offset of a line and column, both from 1, in a text; its end if the text is shorter. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n += 1) {
    const next = text.indexOf('\n', start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + column - 1, end < 0 ? text.length : end);
}

export function scriptDialog(context: Context, { name, text, errors }: Extract<Dialog, { kind: 'script' }>): HTMLElement[] {
  const { session, t } = context;
  const area = h('textarea', { 'aria-label': t.script.text, spellcheck: 'false', autofocus: true });
  area.value = text;
  const goTo = ({ line, column }: ScriptError): void => {
    const offset = offsetOf(area.value, line, column);
    area.focus();
    area.setSelectionRange(offset, offset);
    const lineHeight = area.scrollHeight / Math.max(1, area.value.split('\n').length);
    area.scrollTop = Math.max(0, (line - 4) * lineHeight);
  };
  const lines = text.split('\n');
  const list = errors.map((error) => {
    const { line, column, message } = error;
    const source = lines[line - 1] ?? '';
    return on(h('button', { type: 'button', title: t.script.goTo },
      h('pre', {}, `${source}\n${' '.repeat(Math.max(0, column - 1))}▲`), `${t.console.at(line, column)}: ${message}`), { click: () => goTo(error) });
  });
  const content = h('div', { class: 'script-dialog' },
    dialogTitle(`${t.script.title} · ${name}`),
    area,
    errors.length > 0 && h('div', { class: 'script-errors', role: 'alert' }, h('p', {}, t.script.errors(errors.length)), ...list),
    h('div', { class: 'buttons' },
      button({ label: t.script.save, text: t.script.save, className: 'btn bare' }, () => saveText(name, area.value)),
      button({ label: t.script.cancel, text: t.script.cancel }, () => closeDialog(context)),
      button({ label: t.script.load, text: t.script.load, className: 'btn primary' }, () => void session.openText(name, area.value)),
    ),
  );
  return [content];
}
