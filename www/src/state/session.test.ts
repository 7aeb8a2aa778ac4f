import { describe, expect, test, vi } from 'vitest';
import type { EnginePort } from '../engine/client.ts';
import type { Notice, Reply, Request } from '../engine/protocol.ts';
import { en } from '../locales/en.ts';
import { FIRST } from '../scenarios/index.ts';
import { Session } from './session.ts';
import { initialState } from './state.ts';
import { loadWorks } from './works.ts';

/** A worker whose answers the test gives. */
class Port implements EnginePort {
  readonly sent: Request[] = [];
  onmessage: EnginePort['onmessage'] = null;
  onerror: EnginePort['onerror'] = null;
  postMessage(message: Request): void { this.sent.push(message); }
  terminate(): void { this.onmessage = null; }
  async say(message: Reply | Notice): Promise<void> {
    this.onmessage?.({ data: message } as MessageEvent<Reply | Notice>);
    await new Promise((resolve) => setTimeout(resolve));
  }
  last<Op extends Request['op']>(op: Op): Extract<Request, { op: Op }> {
    const found = this.sent.findLast((request): request is Extract<Request, { op: Op }> => request.op === op);
    if (found === undefined) throw new Error(`no ${op} was sent`);
    return found;
  }
}

function setUp(): { port: Port; session: Session; printed: () => string[] } {
  const port = new Port();
  const session = new Session({ ...initialState({ theme: 'system', locale: 'en', singleKeys: true }, 'dark'), words: en }, port);
  const printed = (): string[] => session.state.console.entries.map((e) => (e.kind === 'error' ? `${e.error.column}: ${e.error.message}` : e.text));
  return { port, session, printed };
}

describe('lines', () => {
  test('what was typed is printed at once, what it gave when it came', async () => {
    const { port, session, printed } = setUp();
    const result = session.run('cat /proc/vmstat');
    expect(printed()).toEqual(['cat /proc/vmstat']);
    expect(session.state.busy).toBe(1);
    await port.say({ op: 'exec', id: port.last('exec').id, steps: [{ cmd: 'cat /proc/vmstat', text: 'nr_free_pages 7\n', failed: null }], errors: [] });
    expect(await result).toBe('done');
    expect(printed()).toEqual(['cat /proc/vmstat', 'nr_free_pages 7']);
    expect(session.state.busy).toBe(0);
  });

  test('a line that is answered is kept already', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
    try {
      const { port, session } = setUp();
      const result = session.run('proc p1');
      const { id, keep } = port.last('exec');
      expect(keep).toBe(true);
      const log = { text: 'machine mem=4G\nproc p1\n', pending: 'run 1s', lines: 2, ns: 5, position: 2 };
      await port.say({ op: 'exec', id, steps: [{ cmd: 'proc p1', text: '', failed: null }], errors: [], log });
      expect(await result).toBe('done');
      expect(loadWorks().current).toMatchObject({ script: 'machine mem=4G\nproc p1\nrun 1s\n', lines: 2, ns: 5 });
      void session.run('cat /proc/vmstat');
      expect(port.last('exec').keep).toBe(false);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('a failed call is no wrong line', async () => {
    const { port, session, printed } = setUp();
    const result = session.run('p1 mmap a 1T');
    await port.say({ op: 'exec', id: port.last('exec').id, steps: [{ cmd: 'p1 mmap a 1T', text: '', failed: 'ENOMEM' }], errors: [] });
    expect(await result).toBe('failed');
    expect(printed().at(-1)).toBe('ENOMEM');
  });

  test('a wrong line is printed with its place', async () => {
    const { port, session } = setUp();
    const result = session.run('p1 madvice a');
    await port.say({ op: 'exec', id: port.last('exec').id, steps: [], errors: [{ line: 1, column: 4, message: 'unknown command' }] });
    expect(await result).toBe('wrong');
    expect(session.state.console.entries.at(-1)).toMatchObject({ kind: 'error', source: 'p1 madvice a', error: { column: 4 } });
  });

  test('a crash answers the open line, and nothing is left waiting', async () => {
    const { port, session, printed } = setUp();
    const result = session.run('p1 write a');
    await port.say({ op: 'crash', report: 'panicked', lostLines: ['p1 write a'] });
    expect(await result).toBe('wrong');
    expect(printed().at(-1)).toBe(session.t.console.gone);
    expect(session.state.busy).toBe(0);
    expect(session.state.dialog?.kind).toBe('crash');
  });
});

describe('scripts', () => {
  test('what is chosen while another is still being fetched is what is opened', async () => {
    const { port, session } = setUp();
    let arrive: (script: { default: string }) => void = () => undefined;
    const slow = session.openShipped({ ...FIRST, load: () => new Promise((resolve) => { arrive = resolve; }) });
    void session.openEmpty();
    arrive({ default: 'proc slow\n' });
    expect(await slow).toBe(false);
    expect(port.sent.flatMap((request) => (request.op === 'load' ? [request.script] : []))).toEqual(['machine mem=4G\n']);
  });

  test('the first one is loaded and played as soon as the engine is ready', async () => {
    const { port, session } = setUp();
    await port.say({ op: 'ready', tunables: [], version: '1' });
    await vi.waitFor(() => expect(port.last('load').name).toBe('rss-climb.mm'));
    await port.say({ op: 'exec', id: port.last('load').id, steps: [], errors: [] });
    await vi.waitFor(() => expect(port.sent.at(-1)).toMatchObject({ op: 'play' }));
    expect(session.state.scenario?.id).toBe('rss-climb');
  });

  test.each([true, false])('play pressed on the way to where a run stood: %s', async (pressed) => {
    const { port, session } = setUp();
    const work = { id: null, name: 'mine.mm', script: 'proc p1\nrun 1s\n', lines: 1, ns: 5, view: 'spaces', cell: 4, speed: 1, selected: null } as const;
    const opened = session.openWork(work, true);
    await vi.waitFor(() => port.last('load'));
    await port.say({ op: 'exec', id: port.last('load').id, steps: [], errors: [] });
    if (pressed) session.togglePlay();
    await port.say({ op: 'done', id: port.last('skip').id });
    expect(await opened).toBe(true);
    const after = port.sent.slice(port.sent.indexOf(port.last('skip')));
    expect(after.filter(({ op }) => op === 'play')).toHaveLength(pressed ? 2 : 0);
  });

  test('errors open the editor with the text; the scenario stays', async () => {
    const { port, session } = setUp();
    const loaded = session.openText('mine.mm', 'prok p1');
    await port.say({ op: 'exec', id: port.last('load').id, steps: [], errors: [{ line: 1, column: 1, message: 'unknown command' }] });
    expect(await loaded).toBe(false);
    expect(session.state.dialog).toMatchObject({ kind: 'script', text: 'prok p1' });
    expect(session.state.scenario).toBeNull();
  });

  test('a file beyond the bound is refused before it is sent', async () => {
    const { port, session } = setUp();
    expect(await session.openText('big.mm', '#'.repeat((1 << 20) + 1))).toBe(false);
    expect(port.sent).toEqual([]);
    expect(session.state.dialog).toMatchObject({ errors: [{ message: session.t.script.tooLarge }] });
  });
});

describe('seeking', () => {
  const at = (session: Session, position: number): void => {
    session.store.set({ machine: { position, length: 10 } as NonNullable<typeof session.state.machine> });
  };

  test('of many calls under way only the newest is sent on', async () => {
    const { port, session } = setUp();
    at(session, 10);
    const done = Promise.all([session.seek(8), session.seek(5), session.seek(3)]);
    await port.say({ op: 'done', id: port.last('seek').id });
    await port.say({ op: 'done', id: port.last('seek').id });
    await done;
    expect(port.sent.filter((r) => r.op === 'seek').map((r) => (r.op === 'seek' ? r.position : -1))).toEqual([8, 3]);
  });

  test('never beyond the ends', async () => {
    const { port, session } = setUp();
    at(session, 0);
    void session.seekBy(-1);
    expect(port.last('seek').position).toBe(0);
    await port.say({ op: 'done', id: port.last('seek').id });
    void session.seek(Infinity);
    expect(port.last('seek').position).toBe(10);
  });
});

describe('selection', () => {
  const page = { process: 'redis', region: 'heap', index: 7 };

  test('stays with the page and asks for it once', async () => {
    const { port, session } = setUp();
    session.store.set({ machine: { version: 1 } as NonNullable<typeof session.state.machine> });
    session.select(page);
    await new Promise((resolve) => setTimeout(resolve));
    expect(port.last('inspect').page).toEqual(page);
    expect(session.state.treeItem).toEqual({ process: 'redis', region: 'heap' });
    session.select({ ...page });
    await new Promise((resolve) => setTimeout(resolve));
    expect(port.sent.filter((r) => r.op === 'inspect').length).toBe(1);
  });

  test('an answer that comes too late is dropped', async () => {
    const { port, session } = setUp();
    session.store.set({ machine: { version: 1 } as NonNullable<typeof session.state.machine> });
    session.select(page);
    await new Promise((resolve) => setTimeout(resolve));
    const { id } = port.last('inspect');
    session.select({ ...page, index: 8 });
    await port.say({ op: 'inspect', id, page: { ref: page, address: '', frame: 1, letter: 'a', facts: [], sharers: [], why: [] }, position: 0 });
    expect(session.state.inspected).toBeNull();
    expect(port.last('inspect').page.index).toBe(8);
  });
});
