/**
 * What an author pastes into a page of their own to have a run there, where it stands: a frame of embed.html, or the element
 * with its script. Both read the same text of a run as the page's links; a scenario that has not begun needs none.
 */
import type { ViewName } from '../engine/protocol.ts';
import { shippedById } from '../scenarios/index.ts';
import { decodeWork } from '../state/share.ts';
import type { Work } from '../state/share.ts';

export interface Snippets {
  frame: string;
  element: string;
}

/** Views as authors write them. */
const VIEWS: Readonly<Record<ViewName, string>> = {
  spaces: 'address-space', memory: 'memory', trees: 'ksm-trees', walk: 'page-walk', heat: 'heatmap', hugetlb: 'hugetlb',
};

/** CSS pixels: room for the map and, beside it, the answers. */
const HEIGHT = 480;

const quoted = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A shipped scenario that nothing was done with: its still picture waits for the reader. */
function isFresh({ id, lines, ns, cell, speed, selected }: Work): boolean {
  const shipped = id === null ? undefined : shippedById(id);
  return shipped !== undefined && lines === 0 && ns === 0 && selected === null && cell === shipped.cell && speed === shipped.speed;
}

/**
 * @param link of the run, as the page makes it; the files to embed lie beside the page
 * @param lang of the figure's words
 */
export async function embedSnippets(link: string, title: string, lang: string): Promise<Snippets> {
  const page = new URL(link);
  const run = page.hash.slice(1);
  const work = await decodeWork(run);
  const beside = (name: string): URL => new URL(name, page);
  const attributes = {
    ...(work.id === null ? {} : { scenario: work.id }),
    view: VIEWS[work.view],
    lang,
    // A place that was chosen is shown, at rest.
    ...(isFresh(work) ? {} : { autoplay: 'paused', run }),
  };
  const frame = beside('embed.html');
  frame.hash = new URLSearchParams(attributes).toString();
  const written = Object.entries({ height: String(HEIGHT), ...attributes }).map(([name, value]) => `${name}="${quoted(value)}"`);
  return {
    frame: `<iframe src="${quoted(frame.href)}" title="${quoted(title)}" width="100%" height="${HEIGHT}" loading="lazy"></iframe>`,
    element: `<script type="module" src="${quoted(beside('mm-playground.js').href)}"></script>\n<mm-playground ${written.join(' ')}></mm-playground>`,
  };
}
