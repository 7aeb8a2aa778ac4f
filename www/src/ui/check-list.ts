/** An answer to why: the checks in the kernel's order, and what a person could do. */
import type { CheckListView, CheckView } from '../engine/protocol.ts';
import { words } from '../locales/index.ts';
import type { Messages } from '../locales/index.ts';
import type { Context } from './context.ts';
import { button, h, on, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { reasonWord } from './reason.ts';

const SIGNS: Readonly<Record<CheckView['outcome'], string>> = { pass: '✓', fail: '✗', not_reached_pass: '·', not_reached_fail: '·' };

export interface Answer {
  list: CheckListView;
  /** Class of the page asked about. */
  letter: string;
}

export function checkList(context: Context): Row<Answer> {
  const { session, t } = context;
  const title = h('h3');
  const who = h('span', { class: 'who' });
  const verdict = h('span');
  const checks = h('ol');
  const details = h('details', { class: 'card' }, h('summary', {}, who, verdict), checks);
  let name: CheckListView['who'] = '';
  let shown = '';
  on(details, {
    toggle: () => {
      const folded = new Set(session.state.foldedLists);
      if (details.open) folded.delete(name);
      else folded.add(name);
      session.store.set({ foldedLists: folded });
    },
  });
  return {
    element: h('section', { class: 'why' }, title, details),
    update({ list, letter }) {
      // Rebuilding would take the focus from a remedy somebody is about to press.
      const now = JSON.stringify([list, letter]);
      if (now === shown) return;
      shown = now;
      if (name !== list.who) {
        name = list.who;
        details.open = !session.state.foldedLists.has(name);
      }
      setText(title, question(t, list, letter));
      setText(who, list.who);
      verdict.replaceChildren('· ', reasonWord(context, list.verdict, list.ok));
      checks.replaceChildren(...list.checks.map((check) => checkItem(context, check)));
    },
  };
}

/** What the reader would ask, given that the page may be huge or merged already. */
export function question(t: Messages, { who, ok }: CheckListView, letter: string): string {
  if (who === 'khugepaged') return ok || letter === 'T' ? t.inspector.why.khugepagedOk : t.inspector.why.khugepaged;
  if (who === 'ksmd') return ok || letter === 'k' ? t.inspector.why.ksmdOk : t.inspector.why.ksmd;
  return who === 'fault' ? t.inspector.why.fault : who;
}

function checkItem(context: Context, { rule, title, detail, outcome, remedy, remedyLine }: CheckView): HTMLElement {
  const { t } = context;
  const sign = h('span', { class: `sign ${outcome === 'pass' ? 'ok' : outcome === 'fail' ? 'bad' : 'muted'}`, role: 'img', 'aria-label': t.inspector.outcome[outcome] }, SIGNS[outcome]);
  const notReached = outcome === 'not_reached_pass' ? t.inspector.notReachedPass : outcome === 'not_reached_fail' ? t.inspector.notReachedFail : '';
  const small = [notReached, detail].filter((w) => w !== '').join(' · ');
  return h('li', { class: `check ${outcome}` }, sign, h('div', {},
    h('span', { class: 'title' }, words(t.checkTitles, rule) ?? title),
    small !== '' && h('small', {}, small),
    remedy !== '' && remedyLine === '' && h('small', {}, `→ ${remedy}`),
    remedyLine !== '' && remedyButton(context, remedy === '' ? remedyLine : remedy, remedyLine),
  ));
}

/** Runs the line that would make the check pass; shows the line itself unless there are better words. */
function remedyButton({ session, t }: Context, words: string, line: string): HTMLElement {
  const className = words === line ? 'btn small remedy mono' : 'btn small remedy';
  return button({ label: t.inspector.runRemedy(line), text: `→ ${words}`, className }, () => void session.run(line));
}
