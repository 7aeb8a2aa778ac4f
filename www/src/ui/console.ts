/** The console: lines of the language, what they gave, and where the next is typed. */
import type { ConsoleEntry } from '../state/console.ts';
import { consoleInput } from './console-input.ts';
import css from './console.css?inline';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, setAttribute } from './dom.ts';
import { icon } from './icons.ts';
import { style } from './styles.ts';

style(css);

/** So near the end the newest line counts as in view. */
const NEAR_END_PX = 24;

export function consolePanel(context: Context): HTMLElement {
  const { session, t } = context;
  const lines = h('div', { class: 'lines', role: 'log', 'aria-label': t.console.output });
  const out = h('div', { class: 'scroll out', tabindex: 0, 'aria-label': t.console.output, role: 'region' }, h('p', { class: 'muted' }, t.console.welcome), lines);
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
  const { entry, focus } = consoleInput(context, toEnd);
  on(out, {
    click: () => {
      if (getSelection()?.isCollapsed !== false) focus();
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
  watch(context, (s) => s.busy > 0, (busy) => setAttribute(lines, 'aria-busy', String(busy)));
  watch(context, (s) => s.panel, toEnd);
  const clear = button({ label: t.console.clear, icon: icon('close'), className: 'btn bare small square push' }, () => session.clearConsole());
  return h('section', { class: 'panel console', 'data-panel': 'console', 'aria-label': t.panels.console },
    h('h2', { class: 'heading' }, t.console.label, clear),
    out,
    entry,
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
