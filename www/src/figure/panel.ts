/** The guide beside the figure: the step's words, what it runs, the task and whether it is done. */
import type { Tell } from '../element/live.ts';
import type { EngineClient } from '../engine/client.ts';
import type { Context } from '../ui/context.ts';
import { watch } from '../ui/context.ts';
import { button, h, setAttribute, setText } from '../ui/dom.ts';
import { style } from '../ui/styles.ts';
import { holds, valueOf } from './check.ts';
import type { Sources } from './check.ts';
import type { Guide, GuideRun, GuideStep } from './guide.ts';
import css from './guide.css?inline';
import { markdown } from './markdown.ts';
import { FIGURE_WORDS } from './words.ts';

style(css);

/** A check is asked at most so often while the machine plays. */
const CHECK_MS = 200;

interface Regions {
  regions: Record<string, { vmas: Record<string, unknown>[] } | undefined>;
}

function sourcesOf(client: EngineClient): Sources {
  return {
    read: async (path) => (await client.read(path)).text,
    async region(name, key) {
      const { obs } = JSON.parse((await client.export('observation')).text) as { obs: Regions };
      const numbers = obs.regions[name]?.vmas.map((area) => area[key]).filter((value) => typeof value === 'number');
      return numbers === undefined ? null : numbers.reduce((sum, value) => sum + value, 0);
    },
  };
}

export function guideViews(context: Context, guide: Guide, run: GuideRun, tell: Tell): HTMLElement[] {
  const { session } = context;
  const t = FIGURE_WORDS[session.state.preferences.locale];
  const { steps } = guide;
  const { begins, done } = run;
  let going = false;

  const which = h('span', { class: 'muted' });
  const title = h('h3', { tabindex: -1 });
  const body = h('div', { class: 'scroll' });
  const back = button({ label: t.back, text: t.back, className: 'btn' }, () => void go(run.at - 1));
  const next = button({ label: t.next, text: t.next, className: 'btn primary' }, () => void go(run.at + 1 < steps.length ? run.at + 1 : 0));
  const state = h('p', { class: 'task-state', role: 'status' });

  const show = (): void => {
    const step = steps[run.at] as GuideStep;
    setText(which, t.step(run.at + 1, steps.length));
    setText(title, step.title);
    const { task, lines } = step;
    const last = run.at === steps.length - 1;
    body.replaceChildren(...[
      h('div', { class: 'words' }, ...markdown(step.caption)),
      lines.trim() !== '' && h('details', {}, h('summary', {}, t.runs), h('pre', { class: 'mono' }, lines.trim())),
      task !== null && h('div', { class: 'task' }, h('b', {}, t.task), ...markdown(task.text), state),
      task !== null && task.hint !== '' && h('details', {}, h('summary', {}, t.hint), ...markdown(task.hint)),
      last && h('p', { class: 'muted' }, t.finished),
    ].filter((part) => part !== false));
    body.scrollTop = 0;
    const nextText = last ? t.again : t.next;
    setText(next, nextText);
    setAttribute(back, 'aria-disabled', String(run.at === 0));
    session.store.set({ highlight: step.highlight });
    if (step.highlight !== null) {
      const { process, region, start, end } = step.highlight;
      const page = { process, region, index: start };
      if (end === start + 1) session.show(page);
      else session.store.set({ reveal: { page }, view: 'spaces', follow: false });
    }
    verdict();
  };
  const verdict = (): void => {
    const step = steps[run.at];
    const ok = step?.task == null || done.has(run.at);
    setText(state, ok ? `✓ ${t.done}` : `○ ${t.notYet}`);
    state.classList.toggle('ok', ok);
    next.classList.toggle('primary', ok);
    tell('guide', { step: run.at + 1, steps: steps.length, done: ok });
  };

  /** Forward runs the step's lines, back undoes them. */
  const go = async (to: number): Promise<void> => {
    if (going || to < 0 || to >= steps.length) return;
    going = true;
    try {
      const focused = body.getRootNode() instanceof ShadowRoot && (body.getRootNode() as ShadowRoot).activeElement !== null;
      await session.pause();
      const begun = begins[to];
      if (begun !== undefined && to <= run.at) {
        await session.seek(begun);
        for (const later of [...done]) if (later >= to) done.delete(later);
        begins.length = to;
      }
      begins[to] = (await session.client.script()).position;
      run.at = to;
      const step = steps[to] as GuideStep;
      if (step.lines.trim() !== '') {
        const { errors, steps: ran } = await session.execute(step.lines);
        const failed = ran.find(({ failed: errno }) => errno !== null);
        const [wrong] = errors;
        // What the kernel refuses may be just what is to be seen; what cannot be read is the author's mistake.
        if (wrong !== undefined) session.store.set({ dialog: { kind: 'notice', title: '', text: `${t.step(to + 1, steps.length)}, ${wrong.line}:${wrong.column}: ${wrong.message}` } });
        else if (failed?.failed === 'error') session.store.set({ dialog: { kind: 'notice', title: '', text: failed.text } });
      }
      show();
      if (focused && to > 0) title.focus({ preventScroll: true });
    } finally {
      going = false;
      void look();
    }
  };

  const sources = sourcesOf(session.client);
  let looking = false;
  let again = false;
  /** Asks whether the task of this step is done; once done it stays so. */
  const look = async (): Promise<void> => {
    const task = steps[run.at]?.task ?? null;
    if (task === null || done.has(run.at) || going) return;
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    const asked = run.at;
    try {
      const value = await valueOf(task.check, sources);
      if (asked === run.at && !going && holds(task.check, value)) {
        done.add(run.at);
        verdict();
      }
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    } catch {
      // The engine crashed meanwhile and says so itself.
    }
    looking = false;
    if (again && !context.signal.aborted) {
      again = false;
      void look();
    }
  };
  watch(context, (s) => s.machine?.version, () => void look());
  if (run.at < 0) void go(0);
  else show();
  return [
    h('div', { class: 'heading' }, guide.title !== '' && h('span', { class: 'title' }, guide.title), h('span', { class: 'push' }), which),
    title, body,
    h('div', { class: 'buttons' }, back, next),
  ];
}
