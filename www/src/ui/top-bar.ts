/** The bar at the top: scenario, transport, clock, and the reader's settings. */
import type { ThemeChoice } from '../state/preferences.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h } from './dom.ts';
import { icon } from './icons.ts';
import type { IconName } from './icons.ts';
import { scenarioMenu } from './scenario-menu.ts';
import { style } from './styles.ts';
import css from './top-bar.css?inline';
import { clockView, daemonSteps, speedSelect, transport } from './transport.ts';

style(css);

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'light', light: 'dark', dark: 'contrast', contrast: 'system' };
const THEME_ICON: Readonly<Record<ThemeChoice, IconName>> = { system: 'system', light: 'sun', dark: 'moon', contrast: 'contrast' };

export function topBar(context: Context): HTMLElement {
  const { t } = context;
  return h('header', { class: 'panel top-bar' },
    h('h1', { class: 'logo' }, 'mm', h('b', {}, '·'), h('span', {}, 'playground')),
    scenarioMenu(context),
    transport(context),
    daemonSteps(context),
    speedSelect(context),
    clockView(context),
    h('div', { class: 'settings' },
      compareButton(context),
      shareButton(context),
      languageButton(context),
      themeButton(context),
      button({ label: t.settings.shortcuts, icon: icon('help'), className: 'btn bare square' }, () => context.session.store.set({ dialog: { kind: 'shortcuts' } })),
    ),
  );
}

function compareButton({ session, t }: Context): HTMLElement {
  const element = button({ label: t.sweep.title, icon: icon('compare'), className: 'btn share' }, () => session.store.set({ dialog: { kind: 'sweep' } }));
  element.id = 'compare';
  element.append(h('span', {}, t.sweep.open));
  return element;
}

function shareButton({ session, t }: Context): HTMLElement {
  const element = button({ label: t.share.title, icon: icon('link'), className: 'btn share' }, () => void session.share());
  element.append(h('span', {}, t.share.open));
  element.id = 'share';
  return element;
}

function languageButton({ session, t }: Context): HTMLElement {
  const element = button({ label: t.settings.language, text: t.settings.languageShort, className: 'btn bare' }, () => {
    session.setPreferences({ locale: session.state.preferences.locale === 'en' ? 'zh' : 'en' });
  });
  element.id = 'language';
  return element;
}

function themeButton(context: Context): HTMLElement {
  const { session, t } = context;
  const element = button({ label: '', className: 'btn bare square' }, () => {
    session.setPreferences({ theme: NEXT_THEME[session.state.preferences.theme] });
  });
  element.id = 'theme';
  watch(context, (s) => s.preferences.theme, (theme) => {
    element.replaceChildren(icon(THEME_ICON[theme]));
    element.title = t.settings.theme[theme];
    element.setAttribute('aria-label', t.settings.theme[theme]);
  });
  return element;
}
