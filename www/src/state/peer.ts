/**
 * The other half of a split screen: the same run with one setting of its own, in a machine of its own, kept at the
 * moment where the first one stands.
 *
 * It runs the first one's script with the setting made at its beginning, and every write to that file says the same.
 * So both have the same lines, but for the first, and a place in one is a place in the other: lines run, and time.
 */
import { EngineClient } from '../engine/client.ts';
import type { EnginePort } from '../engine/client.ts';
import type { Notice, Snapshot, TimelineMark, Viewport } from '../engine/protocol.ts';
import { EMPTY_SERIES, appendSeries } from './series.ts';
import type { Columns } from './series.ts';

/** What the page shows of the other machine. */
export interface PeerView {
  machine: Snapshot | null;
  series: Columns;
  /** It is on its way to where the first one stands. */
  behind: boolean;
  error: string;
}

export const NO_PEER: PeerView = { machine: null, series: EMPTY_SERIES, behind: true, error: '' };

/** Where the first machine stands. */
export interface Place {
  lines: number;
  ns: number;
}

/** A line that writes to the file. */
function writesTo(line: string, path: string): boolean {
  return /^\s*echo\s/.test(line) && line.trimEnd().endsWith(`> ${path}`);
}

/** The script with the setting made first, and instead of every other write to the file. */
export function withOwnSetting(script: string, path: string, value: string): string {
  const own = `echo ${value} > ${path}`;
  const lines = script.split('\n').map((line) => (writesTo(line, path) ? own : line));
  const machine = lines.findIndex((line) => /^\s*machine\b/.test(line));
  return lines.toSpliced(machine + 1, 0, own).join('\n');
}

/** Lines of the timeline before the present place. */
export function placeOf(marks: readonly TimelineMark[], position: number, nowNs: number): Place {
  return { lines: marks.filter((mark) => mark.label !== '' && mark.position <= position).length, ns: nowNs };
}

export class Peer {
  readonly client: EngineClient;
  readonly #tell: (view: PeerView) => void;
  readonly #ready: Promise<void>;
  #view: PeerView = NO_PEER;
  #place: Place = { lines: 0, ns: 0 };
  #target: Place | null = null;
  #script: string | null = null;
  #busy = false;
  #closed = false;

  /** @param tell called whenever what is shown has changed */
  constructor(port: EnginePort, tell: (view: PeerView) => void) {
    this.#tell = tell;
    let ready: () => void = () => undefined;
    this.#ready = new Promise((resolve) => { ready = resolve; });
    this.client = new EngineClient(port, (notice) => {
      if (notice.op === 'ready') ready();
      this.#onNotice(notice);
    }, (report) => this.#show({ error: report }));
  }

  close(): void {
    this.#closed = true;
    this.client.close();
  }

  canvas(canvas: OffscreenCanvas): void {
    this.client.canvas(canvas);
  }

  viewport(viewport: Viewport): void {
    this.client.viewport(viewport);
  }

  /** Another script, with its setting in it. The next place is gone to from its beginning. */
  run(script: string): void {
    this.#script = script;
    this.#show({ behind: true, error: '', series: EMPTY_SERIES });
    void this.#go();
  }

  /** Where the first machine stands now. */
  follow(place: Place): void {
    // The line that makes the setting is one more.
    this.#target = { lines: place.lines + 1, ns: place.ns };
    void this.#go();
  }

  /** One way at a time; of many places the newest counts. */
  async #go(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#ready;
      while (!this.#closed && (this.#script !== null || this.#target !== null)) {
        if (this.#script !== null) await this.#load(this.#script);
        else if (this.#target !== null) await this.#step(this.#target);
      }
    } catch (error) {
      if (!this.#closed) this.#show({ error: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#busy = false;
    }
  }

  async #load(script: string): Promise<void> {
    this.#script = null;
    const { errors } = await this.client.load(script, 'peer.mm');
    this.#place = { lines: 0, ns: 0 };
    const [first] = errors;
    if (first !== undefined) throw new Error(first.message);
  }

  async #step(target: Place): Promise<void> {
    this.#target = null;
    const { lines, ns } = this.#place;
    const same = lines === target.lines && ns === target.ns;
    if (!same) {
      this.#show({ behind: true });
      if (target.ns < ns || target.lines < lines) {
        await this.client.seekTime(target.ns);
        const now = await this.client.script();
        this.#place = { lines: now.lines, ns: now.ns };
      }
      await this.client.skip(Math.max(0, target.lines - this.#place.lines), target.ns);
      this.#place = target;
    }
    this.#show({ behind: this.#target !== null });
  }

  #onNotice(notice: Notice): void {
    if (notice.op === 'crash') return this.#show({ error: notice.report });
    if (notice.op !== 'snapshot') return;
    const { snapshot } = notice;
    this.#show({ machine: snapshot, series: appendSeries(this.#view.series, snapshot.series, snapshot.seriesReset) });
  }

  #show(change: Partial<PeerView>): void {
    if (this.#closed) return;
    this.#view = { ...this.#view, ...change };
    this.#tell(this.#view);
  }
}
