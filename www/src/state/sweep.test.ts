import { describe, expect, test } from 'vitest';
import type { EnginePort } from '../engine/client.ts';
import type { Notice, Reply, Request, Snapshot } from '../engine/protocol.ts';
import { SERIES } from '../engine/protocol.ts';
import { runSweep, valuesOf, withSetting } from './sweep.ts';
import type { Swept } from './sweep.ts';

const PATH = '/sys/kernel/mm/ksm/run';

test('values as people list them', () => {
  expect(valuesOf('0, 64 511;0，7\n')).toEqual(['0', '64', '511', '7']);
  expect(valuesOf(' , ')).toEqual([]);
});

describe('the script of a run', () => {
  test('makes the setting first, and no other write to the file', () => {
    const script = `machine mem=1G\nproc p\n  echo 1 > ${PATH}\necho 9 > /sys/kernel/mm/ksm/pages_to_scan\nrun 1s`;
    expect(withSetting(script, PATH, '2').split('\n')).toEqual([
      'machine mem=1G', `echo 2 > ${PATH}`, 'proc p', 'echo 9 > /sys/kernel/mm/ksm/pages_to_scan', 'run 1s',
    ]);
  });

  test('may have no machine line', () => {
    expect(withSetting('proc p', PATH, '1')).toBe(`echo 1 > ${PATH}\nproc p`);
  });
});

/** A machine whose RSS is the value of its setting; 'bad' is refused. */
class Machine implements EnginePort {
  static running = 0;
  static most = 0;
  onmessage: EnginePort['onmessage'] = null;
  onerror: EnginePort['onerror'] = null;
  #value = '';
  constructor() {
    Machine.running += 1;
    Machine.most = Math.max(Machine.most, Machine.running);
    setTimeout(() => this.#say({ op: 'ready', tunables: [], version: '' }));
  }
  terminate(): void { Machine.running -= 1; }
  postMessage(request: Request): void {
    setTimeout(() => {
      if (request.op === 'load') {
        this.#value = /^echo (\S+)/m.exec(request.script)?.[1] ?? '';
        const errors = this.#value === 'bad' ? [{ line: 2, column: 1, message: 'no number' }] : [];
        this.#say({ op: 'exec', id: request.id, steps: [], errors });
      } else if (request.op === 'skip') {
        this.#say({ op: 'done', id: request.id });
        const totals = { rssKb: Number(this.#value) } as Snapshot['totals'];
        const series = Float64Array.from(SERIES, () => Number(this.#value));
        this.#say({ op: 'snapshot', snapshot: { nowNs: request.ns, pendingLines: 0, totals, series, seriesReset: true } as Snapshot });
      }
    });
  }
  #say(message: Reply | Notice): void { this.onmessage?.({ data: message } as MessageEvent<Reply | Notice>); }
}

describe('a sweep', () => {
  const sweep = (values: string[]): Parameters<typeof runSweep>[0] => ({ script: 'proc p', path: PATH, values, ns: 5 });

  test('gives a row for each value, in their order, two at a time', async () => {
    let rows: readonly Swept[] = [];
    Machine.most = 0;
    await runSweep(sweep(['3', 'bad', '7']), (now) => { rows = now; }, new AbortController().signal, () => new Machine(), 2);
    expect(rows.map(({ value, totals, error }) => [value, totals?.rssKb ?? null, error])).toEqual([['3', 3, ''], ['bad', null, 'no number'], ['7', 7, '']]);
    expect(rows[2]?.series[1]).toEqual([7]);
    expect([Machine.most, Machine.running]).toEqual([2, 0]);
  });

  test('ends its workers when it is stopped, and tells nothing more', async () => {
    const stop = new AbortController();
    let told = 0;
    const done = runSweep(sweep(['1', '2', '3']), () => { told += 1; }, stop.signal, () => new Machine(), 3);
    stop.abort();
    const before = told;
    await done;
    expect([told, Machine.running]).toEqual([before, 0]);
  });
});
