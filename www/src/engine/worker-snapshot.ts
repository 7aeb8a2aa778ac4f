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

/** Places in `Playground.totals` of the columns of SERIES after the time. */
const SERIES_TOTALS = [2, 3, 1, 5, 4, 8, 9, 6, 7, 10, 11] as const;
/** Places of the CPU time of the daemons, which the series has as a share. */
const CPU_TOTALS = [12, 13] as const;

/** How the player stands; the rest is read off the machine. */
export interface PlayState {
  playing: boolean;
  reverse: boolean;
  speed: number;
}

interface Sample {
  position: number;
  /** In the order of SERIES. */
  row: readonly number[];
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
  #cpu = { nowNs: 0, cpu: [0, 0] };
  #shares = [0, 0];
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

  /** Lines of the log before the present place. */
  linesBefore(playground: Playground): number {
    this.#readLog(playground);
    return this.#log.slice(0, playground.position).filter((entry) => !entry.startsWith('run ')).length;
  }

  /** A new script: nothing is known of its machine. */
  startOver(): void {
    this.newInstance();
    this.#cpu = { nowNs: 0, cpu: [0, 0] };
    this.#shares = [0, 0];
    this.#samples = [];
    this.#played = [];
  }

  /** The same log in another instance of the engine. */
  newInstance(): void {
    this.#events = new EventReader();
    this.#namesVersion = -1;
    this.#zoneNames = [];
    this.#marks = [];
    this.#marksTold = -1;
    this.#log = [];
    this.#pending = 0;
    this.jumped();
  }

  /** The machine went to another place of its log. */
  jumped(): void {
    this.#samplesTold = 0;
    this.#eventsReset = true;
    this.#seriesReset = true;
  }

  /** What followed this position is dropped from the log. */
  branched(position: number): void {
    this.#samples = this.#samples.filter((sample) => sample.position <= position);
    this.#samplesTold = 0;
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

  /** A sample of the charts at the present time. The log played again has its samples already. */
  sample(playground: Playground): void {
    const { position, length, nowNs } = playground;
    if (position < length) return;
    const totals = playground.totals();
    const cpu = CPU_TOTALS.map((at) => totals[at] ?? 0);
    const before = this.#cpu.nowNs <= nowNs ? this.#cpu : { nowNs, cpu };
    const passed = nowNs - before.nowNs;
    // Samples of one moment repeat the share of the stretch before.
    const shares = passed > 0 ? cpu.map((ns, i) => Math.min(100, (100 * (ns - (before.cpu[i] ?? 0))) / passed)) : this.#shares;
    this.#shares = shares;
    this.#cpu = { nowNs, cpu };
    this.#samples.push({ position, row: [nowNs, ...SERIES_TOTALS.map((at) => totals[at] ?? 0), ...shares] });
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
  write(playground: Playground, { playing, reverse, speed }: PlayState, now: number, exact: boolean): Snapshot {
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
    const told = this.#samplesUpTo(position, nowNs);
    const [memTotalKb, memFreeKb, rssKb, anonHugeKb, pagesShared, pagesSharing, pagesCollapsed] = playground.totals() as unknown as Totals7;
    const [count, bytes, mostCount, mostBytes] = playground.checkpoints() as unknown as [number, number, number, number];
    const snapshot: Snapshot = {
      version, nowNs, playing, reverse, speed, position, length, events,
      pendingLines: this.#pending,
      checkpoints: { count, bytes, mostCount, mostBytes },
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
      letters: playground.letters(),
    };
    this.#played = [];
    this.#droppedPlayed = 0;
    this.#eventsReset = false;
    this.#seriesReset = false;
    return snapshot;
  }

  /** Samples that were not told yet, as far as the machine is; of a stretch that is played again it is inside. */
  #samplesUpTo(position: number, nowNs: number): Sample[] {
    const from = this.#samplesTold;
    let end = from;
    for (let next = this.#samples[end]; next !== undefined; next = this.#samples[end]) {
      if (next.position > position + 1 || (next.row[0] ?? 0) > nowNs) break;
      end += 1;
    }
    this.#samplesTold = end;
    return this.#samples.slice(from, end);
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
