/**
 * `<mm-playground>`: the whole page in one element, so that it can live in somebody else's.
 *
 * The only name registered with the browser; the views inside are plain functions that make elements in its
 * shadow root. The canvas outlives the views, because it is handed to the worker once.
 */
import { startWorker } from '../engine/client.ts';
import { LANG, loadMessages } from '../locales/index.ts';
import type { Messages } from '../locales/index.ts';
import { loadPreferences } from '../state/preferences.ts';
import { Session } from '../state/session.ts';
import { initialState } from '../state/state.ts';
import { consolePanel } from './console.ts';
import type { Context } from './context.ts';
import { chartsPanel } from './charts.ts';
import { dialogs } from './dialogs.ts';
import { h } from './dom.ts';
import { eventsPanel } from './events.ts';
import { acceptDrops } from './files.ts';
import { inspectorPanel } from './inspector.ts';
import { keepLayout, panelTabs, showPanels } from './layout.ts';
import { MapCanvas } from './map-canvas.ts';
import { mapPanel } from './map-panel.ts';
import playgroundCss from './playground.css?inline';
import { processesPanel } from './processes.ts';
import { scriptPanel } from './script-panel.ts';
import { listenForShortcuts } from './shortcuts.ts';
import { adopt, style } from './styles.ts';
import { timelinePanel } from './timeline.ts';
import { topBar } from './top-bar.ts';
import { tunablesPanel } from './tunables.ts';

style(playgroundCss);

interface Life {
  session: Session;
  canvas: MapCanvas;
  page: HTMLElement;
  /** Ends the session. */
  end: AbortController;
}

export class MmPlayground extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  #life: Life | null = null;

  connectedCallback(): void {
    if (this.#life !== null) return;
    adopt(this.#root);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const preferences = loadPreferences(navigator.languages);
    const resolve = (): 'light' | 'dark' => {
      const { theme } = session.state.preferences;
      return theme === 'light' || theme === 'dark' ? theme : dark.matches ? 'dark' : 'light';
    };
    const session = new Session(initialState(preferences, dark.matches ? 'dark' : 'light'), startWorker(), { link: this.getAttribute('link') ?? '' });
    void loadMessages(preferences.locale).then((words) => session.store.set({ words }));
    const end = new AbortController();
    const { signal } = end;
    const page = h('div', { class: 'page' });
    const life: Life = { session, canvas: new MapCanvas(session, signal), page, end };
    this.#life = life;
    this.#root.append(page);

    const applyTheme = (): void => session.store.set({ theme: resolve() });
    dark.addEventListener('change', applyTheme, { signal });
    session.store.watch((s) => s.preferences.theme, applyTheme, signal);
    session.store.watch((s) => s.theme, (theme) => { page.dataset['theme'] = theme; }, signal);
    session.store.watch((s) => s.preferences.theme, (theme) => page.toggleAttribute('data-contrast', theme === 'contrast'), signal);
    session.store.watch((s) => s.words, (words) => { if (words !== null) this.#mount(life, words); }, signal);
    session.store.watch((s) => s.touched, (touched) => { if (touched) this.dispatchEvent(new CustomEvent('mm-touched', { bubbles: true })); }, signal);
    keepLayout(this, session, page, signal);
  }

  disconnectedCallback(): void {
    // Moving the element in the document disconnects it for a moment; only a real farewell ends the machine.
    queueMicrotask(() => {
      if (this.isConnected || this.#life === null) return;
      this.#life.end.abort();
      this.#life.session.close();
      this.#life.page.remove();
      this.#life = null;
    });
  }

  #views: AbortController | null = null;

  /** Builds all views in the language chosen; the focus goes back to the control that had it. */
  #mount({ session, canvas, page, end }: Life, t: Messages): void {
    const focused = this.#root.activeElement?.id;
    this.#views?.abort();
    this.#views = new AbortController();
    const { locale } = session.state.preferences;
    const overlay = h('div', { class: 'overlay' });
    const context: Context = { session, t, signal: AbortSignal.any([this.#views.signal, end.signal]), overlay };
    page.lang = LANG[locale];
    page.replaceChildren(
      topBar(context),
      h('div', { class: 'area-left' }, processesPanel(context), tunablesPanel(context)),
      mapPanel(context, canvas, this.#root),
      inspectorPanel(context),
      scriptPanel(context, this.#root),
      panelTabs(context),
      h('div', { class: 'area-bottom' }, consolePanel(context), eventsPanel(context), chartsPanel(context, this.#root)),
      timelinePanel(context),
      h('div', { class: 'drop-hint' }, context.t.scenarioMenu.dropHere),
      overlay,
    );
    showPanels(context, page);
    dialogs(context);
    acceptDrops(context, page);
    listenForShortcuts(context, this.#root, page);
    if (focused) this.#root.getElementById(focused)?.focus();
    this.dispatchEvent(new CustomEvent('mm-locale', { detail: locale, bubbles: true }));
  }
}
