import { expect, test } from 'vitest';
import { SERIES } from '../engine/protocol.ts';
import { chartSvg } from './chart-svg.ts';

test('a chart has a line for each curve, two scales and its legend', () => {
  const columns = SERIES.map((name) => (name === 'timeNs' ? [0, 1e9] : name === 'rss' ? [0, 2048] : [0, 5]));
  const svg = chartSvg(columns, [{ name: 'rss', text: 'RSS <now>', colour: '#00f' }, { name: 'ksmdCpu', text: 'ksmd', colour: '#f00' }], { ground: '#fff', line: '#ccc', words: '#000' });
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain('RSS &lt;now>');
  expect(svg).toContain('64.0,328.0 796.0,');
  expect(svg).toContain('5.3 %');
});
