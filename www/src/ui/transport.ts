/** Play, pause, steps, speed and the virtual clock. */
import type { DaemonName } from '../engine/protocol.ts';
import { clock } from '../format.ts';
import type { State } from '../state/state.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, option, setAttribute, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { IconName } from './icons.ts';

/** Virtual seconds for one real second. */
export const SPEEDS = [1, 10, 100, 1000, Infinity] as const;

export function transport(context: Context): HTMLElement {
  const { session, t } = context;
  const key = (name: IconName, label: string, click: () => void): HTMLButtonElement => button({ label, icon: icon(name) }, click);
  const toStart = key('toStart', t.transport.start, () => void session.seek(0));
  const back = key('back', t.transport.back, () => void session.seekBy(-1));
  const reverse = key('reverse', t.rewind.reverse, () => session.toggleReverse());
  reverse.id = 'reverse';
  const play = playButton(context);
  const forward = key('forward', t.transport.forward, () => void session.seekBy(1));
  const toEnd = key('toEnd', t.transport.end, () => void session.seek(Infinity));
  watch(context, (s) => s.machine?.reverse ?? false, (on) => setAttribute(reverse, 'aria-pressed', String(on)));
  // aria-disabled keeps the focus where it is when the end is reached.
  watch(context, (s) => [s.machine?.position, s.machine?.length], ([position, length]) => {
    for (const [element, off] of [[toStart, position === 0], [back, position === 0], [reverse, position === 0], [forward, position === length], [toEnd, position === length]] as const) {
      element.setAttribute('aria-disabled', String(off));
    }
  });
  return h('div', { class: 'segments transport', role: 'group', 'aria-label': t.transport.label }, toStart, back, reverse, play, forward, toEnd);
}

export function playButton(context: Context): HTMLButtonElement {
  const { session, t } = context;
  const play = button({ label: t.transport.play, icon: icon('play'), className: 'btn primary' }, () => session.togglePlay());
  play.id = 'play';
  watch(context, (s) => s.machine?.playing ?? false, (playing) => {
    const label = playing ? t.transport.pause : t.transport.play;
    play.replaceChildren(icon(playing ? 'pause' : 'play'));
    play.title = label;
    play.setAttribute('aria-label', label);
  });
  return play;
}

export function daemonSteps({ session, t }: Context): HTMLElement {
  const step = (daemon: DaemonName, label: string): HTMLElement =>
    button({ label, icon: icon('step'), text: daemon }, () => void session.stepDaemon(daemon));
  const action = (name: IconName, label: string, direction: 1 | -1): HTMLElement => {
    const element = button({ label, icon: icon(name), className: 'btn action' }, () => void session.stepAction(direction));
    element.id = name;
    return element;
  };
  return h('div', { class: 'segments daemon-steps', role: 'group', 'aria-label': t.rewind.actions },
    action('actionBack', t.rewind.actionBack, -1), step('khugepaged', t.transport.stepKhugepaged), step('ksmd', t.transport.stepKsmd), action('actionForward', t.rewind.actionForward, 1));
}

export function speedSelect(context: Context): HTMLElement {
  const { session, t } = context;
  const options = SPEEDS.map((speed) => option(String(speed), speed === Infinity ? t.transport.speedMax : `×${speed}`));
  const select = h('select', { class: 'field speed', 'aria-label': t.transport.speed, title: t.transport.speedTitle }, ...options);
  watch(context, (s) => s.speed, (speed) => { select.value = String(speed); });
  return on(select, { change: () => session.setSpeed(Number(select.value)) });
}

/** What the machine is busy with, in a few words. */
export function activity({ t }: Pick<Context, 't'>, state: State): string {
  const { progress, machine, busy } = state;
  if (progress !== null) return t.transport.progress(Math.floor((100 * progress.done) / progress.total));
  if (machine !== null && machine.pendingLines > 0) return t.transport.pending(machine.pendingLines);
  return busy > 0 ? t.transport.working : '';
}

export function clockView(context: Context): HTMLElement {
  const { t } = context;
  const time = h('span', { title: t.transport.clock });
  const state = h('span', { class: 'state' });
  watch(context, (s) => s.machine?.nowNs ?? 0, (ns) => setText(time, clock(ns)));
  watch(context, (s) => activity(context, s), (text) => setText(state, text));
  return h('div', { class: 'clock', role: 'timer', 'aria-label': t.transport.clock }, time, state);
}
