/** Keys that work everywhere in the element, outside of text fields and dialogs. */
import { whyLine } from '../state/commands.ts';
import type { PanelName } from '../state/state.ts';
import type { Context } from './context.ts';
import { TABBED } from './layout.ts';

/** F6 goes round these; each has something that can take the focus. */
const STOPS: readonly (readonly [PanelName | null, string])[] = [
  [null, '#play'],
  ['processes', '.tree [tabindex="0"], #new-process'],
  ['tunables', '.tunables summary'],
  ['map', '#map, #ksm-trees, #heat, #pool, .stage-frame.walk, .pool-empty .btn'],
  ['inspector', '.inspector button:not([style*="hidden"]), .inspector summary'],
  ['script', '.cm-content'],
  ['console', '#console-input'],
  ['events', '.events .list'],
  ['charts', '.charts .key'],
  [null, '#timeline'],
];

/** Takes text or arrow keys itself. */
function isField(target: EventTarget | null): boolean {
  return (target instanceof HTMLElement && target.isContentEditable) || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'range');
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, summary, a, input, [role="treeitem"], [role="option"]') !== null;
}

export function listenForShortcuts(context: Context, root: ShadowRoot, page: HTMLElement): void {
  const { session, signal } = context;
  page.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    if (keyDone(context, event, root)) event.preventDefault();
  }, { signal });
  // A page without a focus still has its keys.
  page.ownerDocument.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.target !== page.ownerDocument.body || session.state.dialog !== null) return;
    if (keyDone(context, event, root)) event.preventDefault();
  }, { signal });
}

function keyDone(context: Context, event: KeyboardEvent, root: ShadowRoot): boolean {
  if (event.key === 'F6') return goRound(context, root, event.shiftKey ? -1 : 1);
  if (isField(event.target) || event.altKey) return false;
  return event.ctrlKey || event.metaKey ? undo(context, event) : singleKey(context, event, root);
}

function undo({ session }: Context, { key, shiftKey }: KeyboardEvent): boolean {
  const back = key.toLowerCase() === 'z' && !shiftKey;
  const forward = (key.toLowerCase() === 'z' && shiftKey) || key.toLowerCase() === 'y';
  if (back || forward) void session.seekBy(back ? -1 : 1);
  return back || forward;
}

function singleKey({ session }: Context, event: KeyboardEvent, root: ShadowRoot): boolean {
  const { selected, preferences } = session.state;
  if (event.key === 'Escape') {
    session.select(null);
    return true;
  }
  if (!preferences.singleKeys) return false;
  if (event.key === ' ') {
    if (isPressable(event.target)) return false;
    session.togglePlay();
    return true;
  }
  const does: Readonly<Record<string, () => void>> = {
    '?': () => session.store.set({ dialog: { kind: 'shortcuts' } }),
    '[': () => void session.seekBy(-1),
    ']': () => void session.seekBy(1),
    ',': () => void session.stepAction(-1),
    '.': () => void session.stepAction(1),
    r: () => session.toggleReverse(),
    '1': () => session.setView('spaces'),
    '2': () => session.setView('memory'),
    '3': () => session.setView('trees'),
    '4': () => session.setView('walk'),
    '5': () => session.setView('heat'),
    '6': () => session.setView('hugetlb'),
    '+': () => session.zoom(1),
    '=': () => session.zoom(1),
    '-': () => session.zoom(-1),
    h: () => void session.stepDaemon('khugepaged'),
    k: () => void session.stepDaemon('ksmd'),
    w: () => { if (selected !== null) void session.run(whyLine(selected)); },
    c: () => session.store.set({ dialog: { kind: 'sweep' } }),
    s: () => void session.share(),
    e: () => session.editScript(),
    t: () => session.store.set({ dialog: { kind: 'table' } }),
    '/': () => {
      session.store.set({ panel: 'console' });
      queueMicrotask(() => root.getElementById('console-input')?.focus());
    },
  };
  const action = does[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  action?.();
  return action !== undefined;
}

function goRound({ session }: Context, root: ShadowRoot, step: 1 | -1): boolean {
  const { layout, panel } = session.state;
  const n = STOPS.length;
  const inPanel = STOPS.findIndex(([name]) => name !== null && root.activeElement?.closest(`[data-panel="${name}"]`));
  const here = inPanel >= 0 ? inPanel : root.activeElement?.id === 'timeline' ? n - 1 : 0;
  for (let i = 1; i <= n; i += 1) {
    const [name, selector] = STOPS[(here + i * step + n * n) % n] as (typeof STOPS)[number];
    // Of what shares a place, the one that is shown.
    const targets = [...root.querySelectorAll<HTMLElement>(selector)];
    const target = targets.find((one) => one.checkVisibility()) ?? targets[0];
    if (target === undefined || (!TABBED[layout].includes(name ?? 'map') && target.closest('[data-away]') !== null)) continue;
    if (name !== null && TABBED[layout].includes(name) && name !== panel) session.store.set({ panel: name });
    // A panel that was in a tab appears with the store's next microtask.
    queueMicrotask(() => target.focus());
    return true;
  }
  return false;
}
