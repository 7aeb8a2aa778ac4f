/** Inline SVG icons, 16 x 16, drawn in the text's colour. */

const SVG = 'http://www.w3.org/2000/svg';

/** Filled shapes (`f`) and strokes (`s`). */
const SHAPES = {
  toStart: { f: 'M3 3h1.6v10H3zM13 3v10L5.6 8z' },
  back: { f: 'M10.4 3v10L3.4 8zM12 3h1.5v10H12z' },
  reverse: { f: 'M11.5 2.8v10.4L3 8z' },
  play: { f: 'M4.5 2.8v10.4L13 8z' },
  pause: { f: 'M4 3h3v10H4zM9 3h3v10H9z' },
  forward: { f: 'M5.6 3v10l7-5zM2.5 3H4v10H2.5z' },
  toEnd: { f: 'M3 3v10l7.4-5zM11.4 3H13v10h-1.6z' },
  actionBack: { f: 'M10.5 4.2v7.6L5.5 8z', s: 'M3 4.2v7.6' },
  actionForward: { f: 'M5.5 4.2v7.6l5-3.8z', s: 'M13 4.2v7.6' },
  step: { f: 'M2.5 4v8L8 8z', s: 'M11.5 5.5v5M9 8h5' },
  chevron: { s: 'M4.5 6.5 8 10l3.5-3.5' },
  plus: { s: 'M8 3.5v9M3.5 8h9' },
  minus: { s: 'M3.5 8h9' },
  close: { s: 'M4 4l8 8M12 4l-8 8' },
  reset: { s: 'M4 4.2A5.2 5.2 0 1 1 2.8 8M4 1.8v2.6h2.6' },
  sun: { s: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9' },
  moon: { s: 'M12.8 9.6A5.3 5.3 0 0 1 6.4 3.2a5.3 5.3 0 1 0 6.4 6.4z' },
  system: { s: 'M2.5 3.5h11v7h-11zM6 13.2h4M8 10.5v2.7' },
  help: { s: 'M6 6.2a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.6M8 12v.1' },
  target: { s: 'M8 4.3a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4M8 1.8v2.5M8 11.7v2.5M1.8 8h2.5M11.7 8h2.5' },
  file: { s: 'M4 2h5l3 3v9H4zM9 2v3h3' },
  save: { s: 'M8 2.5v7M5 7l3 3 3-3M3 12.5h10' },
  edit: { s: 'M3 13l.6-2.8L10.8 3 13 5.2l-7.2 7.2z' },
  compare: { s: 'M2.5 3.5h4.2v9H2.5zM9.3 3.5h4.2v9H9.3zM4.6 9v1.5M11.4 6.5v4' },
  sliders: { s: 'M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.4v3.2M6 9.4v3.2' },
  link: { s: 'M6.8 9.2a2.4 2.4 0 0 0 3.4 0l2.3-2.3a2.4 2.4 0 0 0-3.4-3.4L8 4.6M9.2 6.8a2.4 2.4 0 0 0-3.4 0L3.5 9.1a2.4 2.4 0 0 0 3.4 3.4L8 11.4' },
  branch: { s: 'M5 3v10M5 9c0-2.6 6-1.4 6-4.4V3M3.5 4.5 5 3l1.5 1.5M9.5 4.5 11 3l1.5 1.5' },
  info: { s: 'M8 7.2v4M8 4.8v.1M8 2.3a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3' },
  pin: { s: 'M6 2.5h4M6.7 2.5v4L5 8.7h6L9.3 6.5v-4M8 8.7v4.8' },
  table: { s: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6 3.5v9' },
  contrast: { f: 'M8 2.3a5.7 5.7 0 0 1 0 11.4z', s: 'M8 2.3a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3' },
  follow: { s: 'M8 2.5v8M5 8l3 3 3-3M3.5 13.5h9' },
} as const;

export type IconName = keyof typeof SHAPES;

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [k, v] of Object.entries({ viewBox: '0 0 16 16', width: '16', height: '16', class: 'icon', 'aria-hidden': 'true' })) svg.setAttribute(k, v);
  const shape: { f?: string; s?: string } = SHAPES[name];
  if (shape.f !== undefined) svg.append(path(shape.f, 'fill'));
  if (shape.s !== undefined) svg.append(path(shape.s, 'stroke'));
  return svg;
}

function path(d: string, className: 'fill' | 'stroke'): SVGElement {
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('d', d);
  element.setAttribute('class', className);
  return element;
}
