/**
 * An answer to why: the checks in the kernel's order, and what a person could do. What held, or was not reached,
 * is gathered into one line where there is much of it, so that the refusal stands out.
 */
import type { CheckListView, CheckView } from '../engine/protocol.ts';
import { words } from '../locales/index.ts';
import type { Messages } from '../locales/index.ts';
import type { Tunable } from '../engine/protocol.ts';
import type { Context } from './context.ts';
import { button, h, keyedList, on, setAttribute, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { icon } from './icons.ts';
import { reasonWord, toneOf } from './reason.ts';

type Outcome = CheckView['outcome'];

const SIGNS: Readonly<Record<Outcome, string>> = { pass: '✓', fail: '✗', not_reached_pass: '·', not_reached_fail: '·' };
const TONES: Readonly<Record<Outcome, string>> = { pass: 'ok', fail: 'bad', not_reached_pass: 'muted', not_reached_fail: 'muted' };

/** As many checks in a row that say the same kind of thing become one line. */
const GATHER = 3;

export interface Answer {
  list: CheckListView;
  /** Class of the page asked about. */
  letter: string;
}

const THP = '/sys/kernel/mm/transparent_hugepage';

/** Rules decided by a file that is not called like them. */
const DECIDED_BY: Readonly<Record<string, string>> = {
  enabled: `${THP}/enabled`, khugepaged_running: `${THP}/enabled`, registered: `${THP}/enabled`,
  run: '/sys/kernel/mm/ksm/run', checksum_unchanged: '/sys/kernel/mm/ksm/sleep_millisecs', smart_scan: '/sys/kernel/mm/ksm/smart_scan',
  huge_page_alloc: `${THP}/khugepaged/defrag`, free_block: `${THP}/defrag`,
};

/** The file that decides a check: named by its rule, or by the line that would make it pass. ksmd has its own files. */
export function tunableOf({ rule, remedyLine }: CheckView, who: string, tunables: readonly Tunable[]): Tunable | undefined {
  const path = /^echo .* > (\/\S+)$/.exec(remedyLine)?.[1] ?? (Object.hasOwn(DECIDED_BY, rule) ? DECIDED_BY[rule] : undefined);
  const found = tunables.find((tunable) => (path === undefined ? tunable.name === rule : tunable.path === path));
  return found !== undefined && found.path.includes('/ksm/') === (who === 'ksmd') ? found : undefined;
}

/** A check, or several that passed, or several that were not reached. */
export type Line = { check: CheckView } | { gathered: CheckView[] };

/** The lists in the order a reader wants them: what a fault would do is of interest where nothing is yet. */
export function inOrder(lists: readonly CheckListView[], letter: string): CheckListView[] {
  if (letter === '.') return [...lists];
  return [...lists.filter(({ who }) => who !== 'fault'), ...lists.filter(({ who }) => who === 'fault')];
}

export function gather(checks: readonly CheckView[]): Line[] {
  const kind = ({ outcome }: CheckView): string => (outcome.startsWith('not_reached') ? 'not_reached' : outcome);
  const lines: Line[] = [];
  for (let start = 0; start < checks.length; ) {
    let end = start + 1;
    const first = checks[start] as CheckView;
    while (end < checks.length && kind(checks[end] as CheckView) === kind(first)) end += 1;
    const run = checks.slice(start, end);
    if (first.outcome !== 'fail' && run.length >= GATHER) lines.push({ gathered: run });
    else lines.push(...run.map((check) => ({ check })));
    start = end;
  }
  return lines;
}

export function checkList(context: Context): Row<Answer> {
  const { session, t } = context;
  const title = h('h3');
  const who = h('span', { class: 'who' });
  const verdict = h('span');
  const checks = h('ol');
  const details = h('details', { class: 'card' }, h('summary', {}, who, verdict), checks);
  const show = lineList(context, checks, () => name);
  let name = '';
  let said = '';
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
      if (name !== list.who) {
        name = list.who;
        details.open = !session.state.foldedLists.has(name);
        setText(who, name);
      }
      setText(title, question(t, list, letter));
      if (said !== `${list.verdict} ${list.ok}`) {
        said = `${list.verdict} ${list.ok}`;
        details.dataset['tone'] = toneOf(list.verdict, list.ok);
        verdict.replaceChildren('· ', reasonWord(context, list.verdict, list.ok));
      }
      show(gather(list.checks));
    },
  };
}

/** What the reader would ask, given that the page may be huge or merged already. */
export function question(t: Messages, { who, ok }: CheckListView, letter: string): string {
  if (who === 'khugepaged') return ok || letter === 'T' ? t.inspector.why.khugepagedOk : t.inspector.why.khugepaged;
  if (who === 'ksmd') return ok || letter === 'k' ? t.inspector.why.ksmdOk : t.inspector.why.ksmd;
  return who === 'fault' ? t.inspector.why.fault : who;
}

/** Rows stay while the machine runs: a remedy must not vanish under the pointer that presses it. */
function lineList(context: Context, list: HTMLElement, who: () => string): (lines: readonly Line[]) => void {
  const key = (line: Line): string => ('check' in line ? line.check.rule : `${line.gathered[0]?.outcome === 'pass'} gathered`);
  return keyedList<Line>(list, key, (line) => ('check' in line ? checkRow(context, who) : gatheredRow(context, who)));
}

function gatheredRow(context: Context, who: () => string): Row<Line> {
  const { t } = context;
  const sign = h('span', { 'aria-hidden': 'true' });
  const text = h('span');
  const inner = h('ol');
  const show = lineList(context, inner, who);
  return {
    element: h('li', { class: 'gathered' }, h('details', {}, h('summary', {}, sign, text), inner)),
    update(line) {
      const checks = 'gathered' in line ? line.gathered : [];
      const outcome = checks[0]?.outcome ?? 'pass';
      setText(sign, SIGNS[outcome]);
      sign.className = `sign ${TONES[outcome]}`;
      setText(text, outcome === 'pass' ? t.inspector.passed(checks.length) : t.inspector.notReached(checks.length));
      show(checks.map((check) => ({ check })));
    },
  };
}

function checkRow(context: Context, who: () => string): Row<Line> {
  const { t } = context;
  const sign = h('span', { role: 'img' });
  const title = h('span', { class: 'title' });
  const small = h('small');
  const remedyPlace = h('div', { class: 'ways' });
  const element = h('li', {}, sign, h('div', {}, title, small, remedyPlace));
  let remedyShown = '';
  return {
    element,
    update(line) {
      if (!('check' in line)) return;
      const { rule, title: english, detail, outcome, remedy, remedyLine } = line.check;
      element.className = `check ${outcome}`;
      sign.className = `sign ${TONES[outcome]}`;
      setText(sign, SIGNS[outcome]);
      setAttribute(sign, 'aria-label', t.inspector.outcome[outcome]);
      setText(title, words(t.checkTitles, rule) ?? english);
      const notReached = outcome === 'not_reached_pass' ? t.inspector.notReachedPass : outcome === 'not_reached_fail' ? t.inspector.notReachedFail : '';
      setText(small, [notReached, detail].filter((w) => w !== '').join(' · '));
      const tunable = tunableOf(line.check, who(), context.session.state.tunables);
      const shown = [tunable?.path, remedy, remedyLine].join(' ');
      if (remedyShown === shown) return;
      remedyShown = shown;
      const done = remedyLine === '' ? h('small', {}, `→ ${remedy}`) : remedyButton(context, remedy === '' ? remedyLine : remedy, remedyLine);
      remedyPlace.replaceChildren(...(tunable === undefined ? [] : [tunableLink(context, tunable)]), ...(remedy + remedyLine === '' ? [] : [done]));
    },
  };
}

function tunableLink({ session, t }: Context, { path, name }: Tunable): HTMLElement {
  return button({ label: t.inspector.pointTo(name), icon: icon('sliders'), text: name, className: 'btn small bare decides mono' }, () => session.pointTunable(path));
}

/** Runs the line that would make the check pass; shows the line itself unless there are better words. */
function remedyButton({ session, t }: Context, text: string, line: string): HTMLElement {
  const className = text === line ? 'btn small remedy mono' : 'btn small remedy';
  return button({ label: t.inspector.runRemedy(line), text: `→ ${text}`, className }, () => void session.run(line));
}
