/** What the inspector says while no page is looked at: what happens here, and what to try. */
import { shippedById } from '../scenarios/index.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h } from './dom.ts';

export function story(context: Context): HTMLElement {
  const { session, t } = context;
  const element = h('div', { class: 'story' });
  watch(context, (s) => s.scenario?.id ?? null, (id) => {
    const shipped = shippedById(id);
    const hint = h('p', { class: 'muted' }, t.inspector.none);
    if (id === null || shipped === undefined) {
      element.replaceChildren(hint);
      return;
    }
    element.replaceChildren();
    void shipped.story().then(({ story }) => {
      if (session.state.scenario?.id !== id) return;
      const { paragraphs, tries } = story[session.state.preferences.locale];
      element.replaceChildren(
        h('h3', {}, t.scenarios[id].title),
        ...paragraphs.map((words) => h('p', {}, words)),
        hint,
        h('h3', {}, t.inspector.tryIt),
        h('div', { class: 'tries' }, ...story.tries.map((line, i) => tryButton(context, line, tries[i] ?? line))),
      );
    }, () => element.replaceChildren(hint));
  });
  return element;
}

function tryButton({ session, t }: Context, line: string, words: string): HTMLElement {
  const element = button({ label: words, text: words, className: 'btn small' }, () => void session.run(line));
  element.title = t.inspector.runRemedy(line);
  return element;
}
