/** A few curves as one small picture without axes. */

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 150;
const HEIGHT = 36;
/** More points than pixels show nothing more. */
const MAX_POINTS = 150;

/** Points of a curve from left to right, 0 at the bottom; thinned, always with the last one. */
export function pointsOf(times: readonly number[], values: readonly number[], top: number): string {
  const last = times.length - 1;
  const [start, end] = [times[0] ?? 0, times[last] ?? 0];
  const step = Math.max(1, Math.ceil(times.length / MAX_POINTS));
  return times.flatMap((time, i) => {
    if (i % step !== 0 && i !== last) return [];
    const x = end > start ? (WIDTH * (time - start)) / (end - start) : 0;
    const y = HEIGHT - 1 - ((HEIGHT - 2) * (values[i] ?? 0)) / top;
    return [`${x.toFixed(1)},${y.toFixed(1)}`];
  }).join(' ');
}

export function sparkline(label: string, times: readonly number[], curves: readonly (readonly [readonly number[], string])[], top: number): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [k, v] of Object.entries({ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': label, class: 'sparkline' })) svg.setAttribute(k, String(v));
  for (const [values, colour] of curves) {
    const line = document.createElementNS(SVG, 'polyline');
    line.setAttribute('points', pointsOf(times, values, top));
    line.style.stroke = colour;
    svg.append(line);
  }
  return svg;
}
