/** Everything about one page, who shares it, and why it is as it is. */
import type { PageRef } from '../engine/protocol.ts';
import { hex, pageName, shortClock } from '../format.ts';
import { stateWords, words } from '../locales/index.ts';
import { whyLine } from '../state/commands.ts';
import type { Past } from '../state/state.ts';
import { stateColour } from '../theme/palette.ts';
import { checkList, inOrder } from './check-list.ts';
import type { Answer } from './check-list.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, keyedList, setText } from './dom.ts';
import type { Row } from './dom.ts';
import { icon } from './icons.ts';
import css from './inspector.css?inline';
import { reasonWord } from './reason.ts';
import { story } from './story.ts';
import { style } from './styles.ts';

style(css);

/** More would push the answers out of sight. */
const SHARERS_SHOWN = 12;

export function inspectorPanel(context: Context): HTMLElement {
  const { session, t } = context;
  const title = h('span', { class: 'title' });
  const unpin = button({ label: t.inspector.unpin, icon: icon('close'), className: 'btn bare small square' }, () => session.select(null));
  const toScript = button({ label: t.panels.script, icon: icon('edit'), text: t.panels.script, className: 'btn bare small to-script' }, () => session.editScript());
  const none = story(context);
  const moment = h('div', { class: 'moment', hidden: true });
  const swatch = h('i', { class: 'swatch' });
  const state = h('span');
  const badge = h('p', { class: 'badge' }, swatch, state);
  const facts = h('dl', { class: 'facts' });
  const sharers = sharerList(context);
  const why = h('div', { class: 'whys' });
  const ask = button({ label: t.inspector.ask, text: t.inspector.ask, className: 'btn small' }, () => {
    const page = session.state.inspected?.view.ref;
    if (page !== undefined) void session.run(whyLine(page));
  });
  const body = h('div', {}, moment, badge, facts, sharers.element, why, h('div', { class: 'ask' }, ask));

  const showFacts = keyedList<[string, string]>(facts, ([key]) => key, ([key]) => factRow(words(t.facts, key) ?? key));
  const showWhy = keyedList<Answer>(why, ({ list }) => list.who, () => checkList(context));

  const badgeFor = (letter: string): void => {
    swatch.style.background = stateColour(letter, session.state.theme);
    setText(state, stateWords(t, letter).long);
  };
  watch(context, (s) => s.past, (past) => {
    moment.hidden = past === null;
    if (past !== null) moment.replaceChildren(...momentWords(context, past));
  });
  watch(context, (s) => [s.inspected, s.selected, s.hovered, s.frame, s.theme, s.past], () => {
    const { selected, frame, past } = session.state;
    const inspected = past?.view != null ? { view: past.view } : session.state.inspected;
    // What is shown of the present while the moment is looked for would be taken for the past.
    body.classList.toggle('stale', past !== null && past.view === null);
    unpin.style.visibility = selected === null && frame === null ? 'hidden' : 'visible';
    const bare = frame !== null && selected === null;
    body.hidden = inspected === null && !bare;
    none.hidden = !body.hidden;
    if (bare) {
      setText(title, t.inspector.frame(hex(frame.number)));
      badgeFor(frame.letter);
      showFacts([['frame', hex(frame.number)], ['maps', t.inspector.unmapped]]);
      sharers.show([]);
      showWhy([]);
      ask.hidden = true;
      return;
    }
    setText(title, inspected === null ? t.panels.inspector : t.inspector.page(fullName(inspected.view.ref)));
    if (inspected === null) return;
    const { view } = inspected;
    badgeFor(view.letter);
    ask.hidden = false;
    showFacts(view.facts);
    sharers.show(view.sharers);
    showWhy(inOrder(view.why, view.letter).map((list) => ({ list, letter: view.letter })));
  });
  return h('section', { class: 'panel inspector', 'data-panel': 'inspector', 'aria-label': t.panels.inspector },
    h('h2', { class: 'heading' }, title, h('span', { class: 'push' }), unpin, toScript), h('div', { class: 'scroll' }, none, body));
}

/** Which moment is shown, and the ways from there. */
function momentWords({ session, t }: Context, { event, view, position }: Past): HTMLElement[] {
  const { timeNs, who, kind, where, reason, ok, detail } = event;
  const goThere = button({ label: t.inspector.goThere, text: t.inspector.goThere, className: 'btn small' }, () => {
    session.store.set({ past: null });
    void session.seek(position);
  });
  goThere.disabled = view === null;
  return [
    h('p', {}, view === null ? t.inspector.searching : t.inspector.asItWas(shortClock(timeNs))),
    h('p', { class: 'mono' }, `${who} ${kind} ${where} `, reason !== '' && reasonWord({ t }, reason, ok), detail !== '' && ` ${detail}`),
    h('div', { class: 'ways' },
      button({ label: t.inspector.now, text: t.inspector.now, className: 'btn small primary' }, () => session.store.set({ past: null })),
      goThere),
  ];
}

function fullName(page: PageRef): string {
  return `${page.process}.${pageName(page)}`;
}

function factRow(label: string): Row<[string, string]> {
  const value = h('dd');
  return { element: h('div', {}, h('dt', {}, label), value), update: ([, text]) => setText(value, text) };
}

/** Who shares the page. A button stays while its page does: a press of it, or its focus, outlives the next answer. */
function sharerList({ session, t }: Context): { element: HTMLElement; show(sharers: readonly PageRef[]): void } {
  const heading = h('h3');
  const list = h('div', { class: 'list' });
  const more = h('p', { class: 'muted' });
  const element = h('div', { class: 'sharers' }, heading, list, more);
  const rows = keyedList<PageRef>(list, fullName, (page) => {
    const name = fullName(page);
    return { element: button({ label: name, text: name, className: 'btn small mono' }, () => session.show(page)), update: () => undefined };
  });
  const show = (sharers: readonly PageRef[]): void => {
    const left = sharers.length - SHARERS_SHOWN;
    element.hidden = sharers.length === 0;
    setText(heading, t.inspector.sharers(sharers.length));
    rows(sharers.slice(0, SHARERS_SHOWN));
    setText(more, left > 0 ? t.inspector.more(left) : '');
  };
  return { element, show };
}
