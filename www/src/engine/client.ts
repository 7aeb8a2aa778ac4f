/**
 * The page's end of the worker protocol: requests become promises, notices go to one listener.
 *
 * Never retries and never queues: the worker answers in order. A crash of the engine rejects what was open,
 * because the worker that was asked has gone back in time.
 */
import type { DaemonName, ExportText, Notice, PageRef, Reply, Request, ScriptLog, Viewport } from './protocol.ts';

import workerAddress from './worker.ts?worker&url';

const WORKER_FAILED =
  'The engine worker could not be loaded. From another origin it needs the policy worker-src blob: and that origin, and Access-Control-Allow-Origin on its files.';

/** A part of a region. */
export type CellsOf = Extract<Request, { op: 'cells' }>['regions'][number];

type ReplyOp = Reply['op'];
type ReplyOf<Op extends ReplyOp> = Extract<Reply, { op: Op }>;
type WithId = Extract<Request, { id: number }>;
type WithoutId<R> = R extends { id: number } ? Omit<R, 'id'> : never;

/** What the client needs of a Worker; tests give it a pair of functions. */
export interface EnginePort {
  postMessage(message: Request, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Reply | Notice>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/** The engine crashed or could not start while a request was open. */
export class EngineGone extends Error {
  override readonly name = 'EngineGone';
}

interface Open {
  resolve(reply: Reply): void;
  reject(reason: EngineGone): void;
}

function isReply(message: Reply | Notice): message is Reply {
  return 'id' in message;
}

export class EngineClient {
  readonly #port: EnginePort;
  readonly #open = new Map<number, Open>();
  #nextId = 1;

  /**
   * @param onNotice called for whatever the worker posts without being asked
   * @param onFailure called when the worker itself cannot run, with the browser's words
   */
  constructor(port: EnginePort, onNotice: (notice: Notice) => void, onFailure: (report: string) => void) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (isReply(data)) {
        const open = this.#open.get(data.id);
        this.#open.delete(data.id);
        open?.resolve(data);
        return;
      }
      if (data.op === 'crash') this.#rejectOpen(data.report);
      onNotice(data);
    };
    port.onerror = (event) => {
      const report = event.message || WORKER_FAILED;
      this.#rejectOpen(report);
      onFailure(report);
    };
  }

  load(script: string, name: string): Promise<ReplyOf<'exec'>> {
    return this.#ask('exec', { op: 'load', script, name });
  }

  exec(text: string, keep: boolean): Promise<ReplyOf<'exec'>> {
    return this.#ask('exec', { op: 'exec', text, keep });
  }

  step(daemon: DaemonName, count: number): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'step', daemon, count });
  }

  seek(position: number): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'seek', position });
  }

  /** To a moment of virtual time. */
  seekTime(ns: number): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'seekTime', ns });
  }

  /** One action of a daemon back or forward. */
  action(direction: 1 | -1): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'action', direction });
  }

  walk(page: PageRef): Promise<ReplyOf<'walk'>> {
    return this.#ask('walk', { op: 'walk', page });
  }

  heat(): Promise<ReplyOf<'heat'>> {
    return this.#ask('heat', { op: 'heat' });
  }

  latency(): Promise<ReplyOf<'latency'>> {
    return this.#ask('latency', { op: 'latency' });
  }

  pools(): Promise<ReplyOf<'pools'>> {
    return this.#ask('pools', { op: 'pools' });
  }

  /** Class letters of parts of regions; an empty list for one that does not exist. */
  cells(regions: readonly CellsOf[]): Promise<ReplyOf<'cells'>> {
    return this.#ask('cells', { op: 'cells', regions });
  }

  read(path: string): Promise<ReplyOf<'read'>> {
    return this.#ask('read', { op: 'read', path });
  }

  list(path: string): Promise<ReplyOf<'list'>> {
    return this.#ask('list', { op: 'list', path });
  }

  inspect(page: PageRef): Promise<ReplyOf<'inspect'>> {
    return this.#ask('inspect', { op: 'inspect', page });
  }

  /** As `inspect`, of the machine as it was just before an event. */
  past(page: PageRef, seq: number, timeNs: number): Promise<ReplyOf<'inspect'>> {
    return this.#ask('inspect', { op: 'past', page, seq, timeNs });
  }

  /** Plays on until so many lines have run and it is this time. */
  skip(lines: number, ns: number): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'skip', lines, ns });
  }

  /** @param x CSS pixels from the canvas's left edge, `y` from its top edge */
  pick(x: number, y: number): Promise<ReplyOf<'pick'>> {
    return this.#ask('pick', { op: 'pick', x, y });
  }

  /** The trees of KSM; with a page also the way of its next visit. */
  trees(page: PageRef | null): Promise<ReplyOf<'trees'>> {
    return this.#ask('trees', { op: 'trees', page });
  }

  pageOf(frame: number): Promise<ReplyOf<'pageOf'>> {
    return this.#ask('pageOf', { op: 'pageOf', frame });
  }

  complete(line: string, cursor: number): Promise<ReplyOf<'complete'>> {
    return this.#ask('complete', { op: 'complete', line, cursor });
  }

  check(script: string): Promise<ReplyOf<'exec'>> {
    return this.#ask('exec', { op: 'check', script });
  }

  export(what: ExportText): Promise<ReplyOf<'export'>> {
    return this.#ask('export', { op: 'export', what });
  }

  async script(): Promise<ScriptLog> {
    return (await this.#ask('script', { op: 'script' })).log;
  }

  play(): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'play' });
  }

  reverse(): void {
    this.#port.postMessage({ op: 'reverse' });
  }

  pause(): Promise<ReplyOf<'done'>> {
    return this.#ask('done', { op: 'pause' });
  }

  speed(factor: number): void {
    this.#port.postMessage({ op: 'speed', factor });
  }

  canvas(canvas: OffscreenCanvas): void {
    this.#port.postMessage({ op: 'canvas', canvas }, [canvas]);
  }

  viewport(viewport: Viewport): void {
    this.#port.postMessage({ op: 'viewport', viewport });
  }

  /** Ends the worker; open requests are rejected. */
  close(): void {
    this.#port.terminate();
    this.#rejectOpen('closed');
  }

  #ask<Op extends ReplyOp>(expected: Op, request: WithoutId<WithId>): Promise<ReplyOf<Op>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, {
        resolve: (reply) => {
          if (reply.op === expected) resolve(reply as ReplyOf<Op>);
          else reject(new EngineGone(`the worker answered ${reply.op} to ${request.op}`));
        },
        reject,
      });
      this.#port.postMessage({ ...request, id } as Request);
    });
  }

  #rejectOpen(report: string): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of open) reject(new EngineGone(report));
  }
}

/** Starts the engine's worker. */
export function startWorker(): EnginePort {
  const address = new URL(workerAddress, location.href);
  if (address.origin === self.origin) {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'mm-engine' });
  }
  // Browsers start no worker from another origin, but one of ours may import it from there.
  const shim = URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: 'text/javascript' }));
  const worker = new Worker(shim, { type: 'module', name: 'mm-engine' });
  // The browser has read it once anything comes back.
  const forget = (): void => URL.revokeObjectURL(shim);
  worker.addEventListener('message', forget, { once: true });
  worker.addEventListener('error', forget, { once: true });
  return worker;
}
