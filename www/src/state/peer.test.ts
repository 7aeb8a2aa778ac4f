import { expect, test } from 'vitest';
import type { EnginePort } from '../engine/client.ts';
import type { Request } from '../engine/protocol.ts';
import { Peer, placeOf, withOwnSetting } from './peer.ts';

const PATH = '/sys/kernel/mm/ksm/run';

test('the setting comes first, and later writes to the file say the same', () => {
  expect(withOwnSetting('machine mem=1G\nproc p\necho 0 > /sys/kernel/mm/ksm/run\nrun 1s', PATH, '1'))
    .toBe('machine mem=1G\necho 1 > /sys/kernel/mm/ksm/run\nproc p\necho 1 > /sys/kernel/mm/ksm/run\nrun 1s');
});

test('a place is the lines that have run, and the time', () => {
  const marks = [{ position: 1, timeNs: 0, label: 'proc p' }, { position: 2, timeNs: 0, label: '' }, { position: 3, timeNs: 9, label: 'p mmap a 2M' }];
  expect(placeOf(marks, 2, 9)).toEqual({ lines: 1, ns: 9 });
  expect(placeOf(marks, 3, 9)).toEqual({ lines: 2, ns: 9 });
});

/** A worker that answers at once and writes down what it was asked. */
function port(asked: string[]): EnginePort {
  let lines = 0;
  let now = 0;
  const self: EnginePort = {
    onmessage: null,
    onerror: null,
    terminate: () => asked.push('end'),
    postMessage(request: Request) {
      const say = (data: object): void => queueMicrotask(() => self.onmessage?.({ data } as MessageEvent));
      if (request.op === 'load') say({ op: 'exec', id: request.id, steps: [], errors: [] });
      if (request.op === 'skip') {
        [lines, now] = [lines + request.lines, request.ns];
        say({ op: 'done', id: request.id });
      }
      if (request.op === 'seekTime') {
        [lines, now] = [1, request.ns];
        say({ op: 'done', id: request.id });
      }
      if (request.op === 'script') say({ op: 'script', id: request.id, log: { text: '', pending: '', lines, ns: now, position: 0 } });
      asked.push([request.op, ...('lines' in request ? [request.lines] : []), ...('ns' in request ? [request.ns] : [])].join(' '));
    },
  };
  queueMicrotask(() => self.onmessage?.({ data: { op: 'ready', tunables: [], version: '' } } as unknown as MessageEvent));
  return self;
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('it goes where the first one stands, forward and back', async () => {
  const asked: string[] = [];
  const behind: boolean[] = [];
  const peer = new Peer(port(asked), (view) => behind.push(view.behind));
  peer.run('proc p');
  peer.follow({ lines: 2, ns: 100 });
  peer.follow({ lines: 3, ns: 200 });
  await settle();
  expect(asked).toEqual(['load', 'skip 4 200']);
  peer.follow({ lines: 3, ns: 300 });
  await settle();
  peer.follow({ lines: 1, ns: 50 });
  await settle();
  expect(asked.slice(2)).toEqual(['skip 0 300', 'seekTime 50', 'script', 'skip 1 50']);
  expect(behind.at(-1)).toBe(false);
  peer.close();
});
