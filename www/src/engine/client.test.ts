import { describe, expect, test } from 'vitest';
import { EngineClient, EngineGone } from './client.ts';
import type { EnginePort } from './client.ts';
import type { Notice, Reply, Request } from './protocol.ts';

class FakePort implements EnginePort {
  readonly sent: Request[] = [];
  onmessage: EnginePort['onmessage'] = null;
  onerror: EnginePort['onerror'] = null;
  closed = false;
  postMessage(message: Request): void { this.sent.push(message); }
  terminate(): void { this.closed = true; }
  say(message: Reply | Notice): void { this.onmessage?.({ data: message } as MessageEvent<Reply | Notice>); }
}

function setUp(): { port: FakePort; client: EngineClient; notices: Notice[]; failures: string[] } {
  const port = new FakePort();
  const notices: Notice[] = [];
  const failures: string[] = [];
  const client = new EngineClient(port, (n) => notices.push(n), (r) => failures.push(r));
  return { port, client, notices, failures };
}

describe('EngineClient', () => {
  test('answers go to their questions, whatever the order', async () => {
    const { port, client } = setUp();
    const first = client.read('/proc/vmstat');
    const second = client.read('/proc/meminfo');
    expect(port.sent).toEqual([{ op: 'read', path: '/proc/vmstat', id: 1 }, { op: 'read', path: '/proc/meminfo', id: 2 }]);
    port.say({ op: 'read', id: 2, text: 'b', errno: null });
    port.say({ op: 'read', id: 1, text: 'a', errno: null });
    expect((await first).text).toBe('a');
    expect((await second).text).toBe('b');
  });

  test('a notice is nobody\'s answer', () => {
    const { port, notices } = setUp();
    port.say({ op: 'progress', done: 1, total: 2 });
    expect(notices).toEqual([{ op: 'progress', done: 1, total: 2 }]);
  });

  test('a crash rejects what was open and is told', async () => {
    const { port, client, notices } = setUp();
    const open = client.exec('p1 write a', false);
    port.say({ op: 'crash', report: 'panicked', lostLines: [] });
    await expect(open).rejects.toBeInstanceOf(EngineGone);
    expect(notices.map((n) => n.op)).toEqual(['crash']);
  });

  test('a worker that cannot run is a failure with words', async () => {
    const { port, client, failures } = setUp();
    const open = client.seek(3);
    port.onerror?.({ message: 'no wasm' } as ErrorEvent);
    await expect(open).rejects.toThrow('no wasm');
    expect(failures).toEqual(['no wasm']);
  });

  test('an answer of another kind is an error, not a wrong value', async () => {
    const { port, client } = setUp();
    const open = client.seek(3);
    port.say({ op: 'list', id: 1, names: [] });
    await expect(open).rejects.toThrow('list to seek');
  });

  test('closing ends the worker', async () => {
    const { port, client } = setUp();
    const open = client.script();
    client.close();
    await expect(open).rejects.toBeInstanceOf(EngineGone);
    expect(port.closed).toBe(true);
  });
});
