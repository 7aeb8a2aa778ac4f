/** What the page is told: the machine's numbers, and what is new since it was told before. */
import type { Playground, ProcessNames } from '../wasm/mm_wasm.js';
import type { ProcessView, RegionView, Snapshot, StepText, TimelineMark, ZoneView } from './protocol.ts';
import { EventReader } from './worker-events.ts';

const REGION_ROW = 8;
const PROCESS_ROW = 2;
const ZONE_ROW = 5;
/** Samples kept for going back; one more halves the older ones. */
const MAX_SAMPLES = 4000;
/** Played lines told in one snapshot, the newest. */
const MAX_PLAYED = 50;
/** Summing up all pages may take this share of the time, one in so many. */
const MEASURE_SHARE = 12;

/** How the player stands; the rest is read off the machine. */
export interface PlayState {
  playing: boolean;
  speed: number;
}

interface Sample {
  position: number;
  /** In the order of SERIES. */
  row: readonly [timeNs: number, rss: number, anonHuge: number, free: number, pagesSharing: number];
}

export class SnapshotWriter {
  #events = new EventReader();
  #names: readonly ProcessNames[] = [];
  #namesVersion = -1;
  #zoneNames: readonly string[] = [];
  #marks: TimelineMark[] = [];
  #marksTold = -1;
  #samples: Sample[] = [];
  #samplesTold = 0;
  #played: StepText[] = [];
  #droppedPlayed = 0;
  #eventsReset = true;
  #seriesReset = true;
  #measuredAt = -Infinity;
  #measureCost = 0;
  #log: string[] = [];
  #pending = 0;

  /**
   * The log as of the last snapshot, each entry a line, a stretch of time a `run`; and the lines of the script that
   * were to be played then.
   */
  get logged(): { log: readonly string[]; pending: number } {
    return { log: this.#log, pending: this.#pending };
  }

  /** A machine made by another instance of the engine, or a new script: nothing is known of it. */
  startOver(): void {
    this.#events = new EventReader();
    this.#namesVersion = -1;
    this.#zoneNames = [];
    this.#marks = [];
    this.#marksTold = -1;
    this.#log = [];
    this.#pending = 0;
    this.#samples = [];
    this.#played = [];
    this.jumped(0);
  }

  /** The machine went to another place of its log: what was sampled behind it is forgotten. */
  jumped(position: number): void {
    this.#samples = this.#samples.filter((sample) => sample.position <= position);
    this.#samplesTold = 0;
    this.#eventsReset = true;
    this.#seriesReset = true;
  }

  /** A line that was played, for the console. */
  played(step: StepText): void {
    this.#played.push(step);
    if (this.#played.length > MAX_PLAYED) {
      this.#played.shift();
      this.#droppedPlayed += 1;
    }
  }

  /** A sample of the charts at the present time. */
  sample(playground: Playground): void {
    const [, free = 0, rss = 0, anonHuge = 0, , sharing = 0] = playground.totals();
    const { position, nowNs } = playground;
    this.#samples.push({ position, row: [nowNs, rss, anonHuge, free, sharing] });
    if (this.#samples.length <= MAX_SAMPLES) return;
    const told = this.#samples.slice(0, this.#samplesTold).filter((_, i) => i % 2 === 0);
    const rest = this.#samples.slice(this.#samplesTold);
    this.#samples = [...told, ...rest];
    this.#samplesTold = told.length;
  }

  /**
   * Everything the page shows.
   *
   * @param now real time in ms
   * @param exact sum up all pages even if that was done a moment ago
   */
  write(playground: Playground, { playing, speed }: PlayState, now: number, exact: boolean): Snapshot {
    if (exact || now - this.#measuredAt > this.#measureCost * MEASURE_SHARE) {
      const start = performance.now();
      playground.measure();
      this.#measureCost = performance.now() - start;
      this.#measuredAt = now;
    }
    const { events, dropped } = this.#events.take(playground);
    this.#readLog(playground);
    const { position, length, nowNs, version } = playground;
    const marksChanged = this.#marksTold !== length;
    this.#marksTold = length;
    const told = this.#samples.slice(this.#samplesTold);
    const [memTotalKb, memFreeKb, rssKb, anonHugeKb, pagesShared, pagesSharing, pagesCollapsed] = playground.totals() as unknown as Totals7;
    const snapshot: Snapshot = {
      version, nowNs, playing, speed, position, length, events,
      pendingLines: this.#pending,
      marks: marksChanged ? this.#marks : null,
      processes: this.#processes(playground),
      zones: this.#zones(playground),
      khugepaged: playground.khugepaged(),
      ksmd: playground.ksmd(),
      droppedEvents: dropped,
      eventsReset: this.#eventsReset,
      played: this.#played,
      droppedPlayed: this.#droppedPlayed,
      series: new Float64Array(told.flatMap(({ row }) => row)),
      seriesReset: this.#seriesReset,
      tunables: playground.changedValues() ?? null,
      totals: { memTotalKb, memFreeKb, rssKb, anonHugeKb, pagesShared, pagesSharing, pagesCollapsed },
      contentHeight: playground.contentHeight(),
    };
    this.#samplesTold = this.#samples.length;
    this.#played = [];
    this.#droppedPlayed = 0;
    this.#eventsReset = false;
    this.#seriesReset = false;
    return snapshot;
  }

  /** Takes over entries of the log that are new or have changed. */
  #readLog(playground: Playground): void {
    const { from, lines, startNs } = playground.takeLog();
    this.#pending = playground.pendingLines();
    if (from < this.#log.length - 1) this.#marksTold = -1;
    this.#log.length = from;
    this.#marks = this.#marks.slice(0, from);
    lines.forEach((line, i) => {
      this.#log.push(line);
      this.#marks.push({ position: from + i + 1, timeNs: startNs[i] ?? 0, label: line.startsWith('run ') ? '' : line });
    });
  }

  #processes(playground: Playground): ProcessView[] {
    const version = playground.namesVersion();
    if (version !== this.#namesVersion) {
      this.#names = playground.names();
      this.#namesVersion = version;
    }
    const totals = playground.processRows();
    const rows = playground.regionRows();
    let row = 0;
    return this.#names.map(({ name, pid, regions }, i) => ({
      name,
      pid,
      rssKb: totals[i * PROCESS_ROW] ?? 0,
      swapKb: totals[i * PROCESS_ROW + 1] ?? 0,
      regions: regions.map((region): RegionView => {
        const at = row * REGION_ROW;
        row += 1;
        const [startPage = 0, pages = 0, rssKb = 0, anonHugeKb = 0, ksmKb = 0, swapKb = 0, top = 0, height = 0] = rows.subarray(at, at + REGION_ROW);
        return { ...region, startPage, pages, rssKb, anonHugeKb, ksmKb, swapKb, top, height };
      }),
    }));
  }

  #zones(playground: Playground): ZoneView[] {
    if (this.#zoneNames.length === 0) this.#zoneNames = playground.zoneNames();
    const rows = playground.zoneRows();
    return this.#zoneNames.map((name, i) => {
      const [startPfn = 0, frames = 0, freeKb = 0, top = 0, height = 0] = rows.subarray(i * ZONE_ROW, (i + 1) * ZONE_ROW);
      return { name, startPfn, frames, freeKb, top, height };
    });
  }
}

type Totals7 = [number, number, number, number, number, number, number];
