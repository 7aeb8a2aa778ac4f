/** How long faults took: a histogram in the place of the chart. */
import { histogram, latencyText } from '../canvas/latency.ts';
import type { Bucket } from '../canvas/latency.ts';
import { count } from '../format.ts';
import { asking } from './ask.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { h, keyedList, setText } from './dom.ts';
import type { Row } from './dom.ts';

const ASK_MS = 400;

export interface Latency {
  element: HTMLElement;
  /** The histogram as a table. */
  csv(): string;
  /** It may be shown now. */
  refresh(): void;
}

export function latencyPanel(context: Context, shown: () => boolean): Latency {
  const { session, t, signal } = context;
  const body = h('tbody');
  const none = h('p', { class: 'muted' }, t.latency.nothing);
  const element = h('div', { class: 'latency scroll', tabindex: 0, role: 'region', 'aria-label': t.latency.label, hidden: true },
    none, h('table', { 'aria-label': t.latency.label }, body), h('p', { class: 'muted note' }, t.latency.note));
  let buckets: Bucket[] = [];
  const show = keyedList<Bucket>(body, ({ upTo }) => String(upTo), ({ upTo }) => bucketRow(t.latency.upTo(latencyText(upTo)), () => buckets));
  const stale = asking(shown, async () => {
    buckets = histogram((await session.client.latency()).rows);
    none.hidden = buckets.length > 0;
    show(buckets);
  }, signal, ASK_MS);
  watch(context, (s) => s.machine, stale);
  return { element, refresh: stale, csv: () => ['up_to_ns,faults', ...buckets.map(({ upTo, faults }) => `${upTo},${faults}`)].join('\n') + '\n' };
}

function bucketRow(label: string, all: () => readonly Bucket[]): Row<Bucket> {
  const bar = h('i', { class: 'part' });
  const value = h('td', { class: 'mono' });
  return {
    element: h('tr', {}, h('th', { scope: 'row', class: 'mono' }, label), h('td', { class: 'bar' }, bar), value),
    update({ faults }) {
      const most = all().reduce((top, bucket) => Math.max(top, bucket.faults), 1);
      bar.style.width = `${faults === 0 ? 0 : 100 * (1 + Math.log(faults)) / (1 + Math.log(most))}%`;
      setText(value, count(faults));
    },
  };
}
