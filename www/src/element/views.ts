/** What a figure shows around its map: the controls that the author chose, the answers to why, the guide, what is wrong. */
import { FIGURE_WORDS } from '../figure/words.ts';
import type { Guide, GuideRun } from '../figure/guide.ts';
import type { Context } from '../ui/context.ts';
import { watch } from '../ui/context.ts';
import { button, h, setAttribute } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { inspectorPanel } from '../ui/inspector.ts';
import type { MapCanvas } from '../ui/map-canvas.ts';
import { mapPanel } from '../ui/map-panel.ts';
import { adopt, style } from '../ui/styles.ts';
import { timelinePanel } from '../ui/timeline.ts';
import { clockView, daemonSteps, playButton, speedSelect, transport } from '../ui/transport.ts';
import type { Control } from './attributes.ts';
import css from './figure.css?inline';
import type { Tell } from './live.ts';

style(css);

/** A guide, and how far its reader is. */
export interface Lesson {
  guide: Guide;
  run: GuideRun;
}

export interface Wanted {
  controls: readonly Control[];
  canvas: MapCanvas;
  root: ShadowRoot;
  guide: Lesson | null;
  tell: Tell;
}

export function figureViews(context: Context, wanted: Wanted): HTMLElement[] {
  const has = (control: Control): boolean => wanted.controls.includes(control);
  const parts = { views: has('views'), caption: false, zoom: has('zoom'), table: false, foot: has('legend') };
  return [
    bar(context, has),
    mapPanel(context, wanted.canvas, wanted.root, parts),
    wanted.guide !== null && guidePlace(context, wanted, wanted.guide),
    wanted.guide === null && has('why') && inspectorPanel(context),
    has('timeline') && timelinePanel(context),
    problem(context),
  ].filter((view) => view !== false);
}

function bar(context: Context, has: (control: Control) => boolean): HTMLElement {
  const { session, t } = context;
  const words = FIGURE_WORDS[session.state.preferences.locale];
  const step = (name: 'back' | 'forward', label: string, by: number): HTMLElement =>
    button({ label, icon: icon(name) }, () => void session.seekBy(by));
  const steps = h('div', { class: 'segments transport', role: 'group', 'aria-label': t.transport.label }, step('back', t.transport.back, -1), step('forward', t.transport.forward, 1));
  return h('div', { class: 'panel figure-bar', role: 'group', 'aria-label': words.controls, hidden: !has('play') && !has('step') && !has('speed') },
    has('play') && has('step') && transport(context),
    has('play') && !has('step') && h('div', { class: 'transport' }, playButton(context)),
    has('step') && !has('play') && steps,
    has('step') && daemonSteps(context),
    has('speed') && speedSelect(context),
    clockView(context),
  );
}

/** Markdown and checks are loaded for the figures that have them. */
function guidePlace(context: Context, { root, tell }: Wanted, { guide, run }: Lesson): HTMLElement {
  const { session } = context;
  const place = h('section', { class: 'panel guide', 'aria-label': FIGURE_WORDS[session.state.preferences.locale].guide });
  void import('../figure/panel.ts').then(({ guideViews }) => {
    if (context.signal.aborted) return;
    adopt(root);
    place.replaceChildren(...guideViews(context, guide, run, tell));
  });
  return place;
}

/** What is wrong, inside of the figure. */
function problem(context: Context): HTMLElement {
  const { session } = context;
  const words = FIGURE_WORDS[session.state.preferences.locale];
  const text = h('pre', { tabindex: 0 });
  const dismiss = button({ label: words.dismiss, text: words.dismiss, className: 'btn small' }, () => session.store.set({ dialog: null }));
  const element = h('div', { class: 'problem', role: 'alert', hidden: true }, h('b', {}, words.wrong), text, dismiss);
  watch(context, (s) => s.dialog, (dialog) => {
    const said = dialog?.kind === 'crash' ? dialog.crash.report
      : dialog?.kind === 'notice' ? dialog.text
        : dialog?.kind === 'script' ? dialog.errors.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n') : '';
    setAttribute(element, 'hidden', said === '');
    text.textContent = said;
  });
  return element;
}
