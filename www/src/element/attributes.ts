/** The attributes of `<mm-playground>` as values. What is not understood becomes the default: a page must not break by a typo. */
import type { ViewName } from '../engine/protocol.ts';
import type { LocaleName, ThemeChoice } from '../state/preferences.ts';

export const ATTRIBUTES = ['scenario', 'view', 'controls', 'height', 'lang', 'theme', 'autoplay', 'poster', 'guide', 'speed', 'cell'] as const;

/** What the element follows; a frame has the run out of its fragment. */
export const OBSERVED = [...ATTRIBUTES, 'run'] as const;

/** What can be shown around the map, in the order in which it stands there. */
export const CONTROLS = ['play', 'step', 'speed', 'timeline', 'views', 'zoom', 'legend', 'why'] as const;
export type Control = (typeof CONTROLS)[number];

const USUAL: readonly Control[] = ['play', 'step', 'timeline', 'why'];

/** Names of the views as authors write them; those of the page are understood too. */
const VIEWS: Readonly<Record<string, ViewName>> = {
  'address-space': 'spaces', spaces: 'spaces', memory: 'memory', trees: 'trees', 'ksm-trees': 'trees',
  walk: 'walk', 'page-walk': 'walk', heat: 'heat', heatmap: 'heat', hugetlb: 'hugetlb',
};

/** CSS pixels. */
const USUAL_HEIGHT = 360;
const LENGTH = /^\d{1,5}(?:\.\d+)?(?:px|r?em|[sdl]?vh)$/;

export interface Settings {
  /** Name of a shipped scenario. */
  scenario: string | null;
  /** Address of a guide, relative to the document. */
  guide: string | null;
  /** A run as a link of the page holds it. Goes before scenario, script and guide. */
  run: string | null;
  /** null as the run was looked at, or the address space. */
  view: ViewName | null;
  controls: readonly Control[];
  /** A CSS length, or `fill` for all of the place there is. */
  height: string;
  locale: LocaleName;
  theme: ThemeChoice;
  /** `visible`: plays when it comes into view. `paused`: is there then, at rest. Else the reader starts it. */
  autoplay: 'visible' | 'paused' | null;
  /** Address of a picture shown until the figure is loaded. */
  poster: string | null;
  /** Virtual seconds a real one, and CSS pixels a cell; null as the scenario likes it. */
  speed: number | null;
  cell: number | null;
}

/** @param languages most wanted first: of the element, of the document, of the reader */
export function readSettings(get: (name: string) => string | null, languages: readonly string[]): Settings {
  const word = (name: string): string => (get(name) ?? '').trim().toLowerCase();
  const own = (map: Readonly<Record<string, ViewName>>, key: string): ViewName | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);
  const height = word('height');
  const autoplay = get('autoplay') === null ? null : word('autoplay');
  const theme = word('theme');
  const [language = 'en'] = languages.filter((tag) => tag !== '');
  return {
    scenario: get('scenario')?.trim() || null,
    guide: get('guide')?.trim() || null,
    run: get('run')?.trim() || null,
    view: own(VIEWS, word('view')) ?? null,
    controls: readControls(get('controls')),
    height: height === 'fill' ? height : /^\d{1,5}$/.test(height) ? `${height}px` : LENGTH.test(height) ? height : `${USUAL_HEIGHT}px`,
    locale: language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
    theme: theme === 'light' || theme === 'dark' || theme === 'contrast' ? theme : 'system',
    autoplay: autoplay === null || autoplay === 'off' || autoplay === 'false' ? null : autoplay === 'paused' ? 'paused' : 'visible',
    poster: get('poster')?.trim() || null,
    speed: readNumber(word('speed'), 1, 1000),
    cell: readNumber(word('cell'), 1, 24),
  };
}

function readControls(text: string | null): readonly Control[] {
  if (text === null) return USUAL;
  const wanted = text.toLowerCase().split(/[\s,]+/);
  return CONTROLS.filter((control) => wanted.includes('all') || wanted.includes(control));
}

function readNumber(text: string, least: number, most: number): number | null {
  if (text === 'max' && most === 1000) return Infinity;
  return /^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;
}

/** A script that stands in a document, without the indentation that it has there. */
export function dedent(text: string): string {
  const lines = text.replaceAll('\t', '  ').split(/\r?\n/);
  while (lines[0]?.trim() === '') lines.shift();
  while (lines.at(-1)?.trim() === '') lines.pop();
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0));
  return lines.length === 0 ? '' : `${lines.map((line) => line.slice(margin)).join('\n')}\n`;
}
