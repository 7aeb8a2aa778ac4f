/**
 * What the element has room for: all panels, some of them in tabs, or one at a time.
 *
 * Decided by the element's own width, not the window's, because it may be embedded.
 */
import type { Session } from '../state/session.ts';
import type { Layout, PanelName } from '../state/state.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, keyedList, setAttribute } from './dom.ts';

const WIDE_PX = 1120;
const MEDIUM_PX = 740;

/** The panels of the tabbed place, the first being the one to begin with. */
export const TABBED: Readonly<Record<Layout, readonly PanelName[]>> = {
  wide: [],
  medium: ['console', 'inspector', 'script', 'events', 'charts'],
  narrow: ['map', 'processes', 'tunables', 'inspector', 'script', 'console', 'events', 'charts'],
};

export function layoutFor(width: number): Layout {
  return width >= WIDE_PX ? 'wide' : width >= MEDIUM_PX ? 'medium' : 'narrow';
}

/** The panel to show after the layout changed: the same if it has a tab there. */
export function panelFor(layout: Layout, panel: PanelName): PanelName {
  const tabbed = TABBED[layout];
  return tabbed.length === 0 || tabbed.includes(panel) ? panel : (tabbed[0] as PanelName);
}

export function keepLayout(host: HTMLElement, session: Session, page: HTMLElement, signal: AbortSignal): void {
  const measure = (): void => {
    const layout = layoutFor(host.clientWidth);
    if (layout === session.state.layout && page.dataset['layout'] !== undefined) return;
    page.dataset['layout'] = layout;
    session.store.set({ layout, panel: panelFor(layout, session.state.panel) });
  };
  measure();
  const observer = new ResizeObserver(measure);
  observer.observe(host);
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** Panels that have no place now get `data-away`. */
export function showPanels(context: Context, page: HTMLElement): void {
  watch(context, (s) => [s.layout, s.panel, s.side], () => {
    const { layout, panel, side } = context.session.state;
    const tabbed = TABBED[layout];
    page.dataset['side'] = side;
    for (const element of page.querySelectorAll<HTMLElement>('[data-panel]')) {
      const name = element.dataset['panel'] as PanelName;
      const beside = (name === 'inspector' || name === 'script') && !tabbed.includes(name) && name !== side;
      setAttribute(element, 'data-away', beside || (tabbed.includes(name) && name !== panel));
    }
    for (const area of page.querySelectorAll<HTMLElement>('.area-left, .area-bottom')) {
      const empty = [...area.children].every((child) => child.hasAttribute('data-away'));
      setAttribute(area, 'data-away', empty);
    }
  });
}

export function panelTabs(context: Context): HTMLElement {
  const { session, t } = context;
  const nav = h('nav', { class: 'panel tabs', 'aria-label': t.panels.label });
  const show = keyedList<PanelName>(nav, (name) => name, (name) => {
    const element = button({ label: t.panels[name], text: t.panels[name], className: 'btn bare small' }, () => session.store.set({ panel: name }));
    return { element, update: () => setAttribute(element, 'aria-current', session.state.panel === name ? 'true' : null) };
  });
  watch(context, (s) => [s.layout, s.panel], () => show(TABBED[session.state.layout]));
  return nav;
}
