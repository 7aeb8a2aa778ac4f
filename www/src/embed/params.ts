/** What stands behind the `#` of embed.html: attributes of the figure, its script or lesson, a run, and who may talk to it. */
import { ATTRIBUTES } from '../element/attributes.ts';

type AttributeName = (typeof ATTRIBUTES)[number];

export interface Params {
  attributes: Partial<Record<AttributeName, string>>;
  /** A script of the scenario language; '' for none. */
  script: string;
  /** A guide in Markdown; '' for none. */
  lesson: string;
  /** A run as a link of the page holds it; '' for none. */
  run: string;
  origins: Origins;
}

/** Origins that may send messages, besides the frame's own; `all` for anybody. */
export interface Origins {
  all: boolean;
  list: ReadonlySet<string>;
}

/** As links of the page. */
const MAX_FRAGMENT = 200_000;
const MAX_ORIGINS = 20;

/** @param fragment without its `#` @param served origins named by whoever serves the page; if there are any, the fragment names none */
export function readParams(fragment: string, served = ''): Params {
  const text = fragment.length > MAX_FRAGMENT ? '' : fragment;
  // A link's run alone has no `=`: base64url without padding.
  const params = new URLSearchParams(text.includes('=') ? text : '');
  const attributes: Params['attributes'] = {};
  for (const name of ATTRIBUTES) {
    const value = params.get(name);
    if (value !== null) attributes[name] = value.slice(0, 500);
  }
  attributes.height ??= 'fill';
  return {
    attributes,
    script: params.get('script') ?? '',
    lesson: params.get('lesson') ?? '',
    run: params.get('run') ?? (text.includes('=') ? '' : text),
    origins: readOrigins(served.trim() === '' ? (params.get('origins') ?? '') : served),
  };
}

export function readOrigins(text: string): Origins {
  const words = text.split(/[\s,]+/).filter((word) => word !== '').slice(0, MAX_ORIGINS);
  const list = words.flatMap((word) => {
    try {
      const { origin, protocol } = new URL(word);
      return protocol === 'https:' || protocol === 'http:' ? [origin] : [];
    } catch {
      return [];
    }
  });
  return { all: words.includes('*'), list: new Set(list) };
}

export function isAllowed({ all, list }: Origins, origin: string, own: string): boolean {
  // Opaque origins are all called null, and so are none of those that a list can mean.
  return all || (origin !== 'null' && (origin === own || list.has(origin)));
}
