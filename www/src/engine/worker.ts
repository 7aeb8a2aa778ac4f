/**
 * The engine's worker: answers requests in order, plays time, paints, tells the page.
 *
 * What changes the machine waits in one line of jobs, which give way every few milliseconds; what only looks is
 * answered at once. Frames come from requestAnimationFrame where workers have it, so that nothing runs in a page that
 * nobody sees, and only while there is something to do.
 */
import { crash } from '../wasm/mm_wasm.js';
import type { Playground } from '../wasm/mm_wasm.js';
import { Player } from './player.ts';
import type { Playable } from './player.ts';
import type { ExportText, Notice, PageRef, Reply, Request, ScriptError, ScriptLog, StepText } from './protocol.ts';
import { fetchRest } from './rest.ts';
import { Heat } from './worker-heat.ts';
import { crashNotice, Host, isCrash } from './worker-host.ts';
import type { Saved } from './worker-host.ts';
import { look } from './worker-look.ts';
import { SnapshotWriter } from './worker-snapshot.ts';

/** At most 20 snapshots a second. */
const SNAPSHOT_MS = 50;
/** A job gives way after so long. */
const JOB_MS = 30;
/** At most 10 a second, and none for what is quick. */
const PROGRESS_MS = 100;
/** Units of the daemons in one call of a job. */
const JOB_UNITS = 5000;
/** Entries of a log that is told after every line; to write down a long one takes too long. */
const KEPT_AT_ONCE = 1000;
/** Cuts of the series while a job lets time pass. */
const SAMPLE_MS = 30;

type Job = () => Promise<void>;

const post = (message: Reply | Notice, transfer: Transferable[] = []): void => postMessage(message, { transfer });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function exported(playground: Playground, what: ExportText): string {
  switch (what) {
    case 'trace': return playground.trace();
    case 'observation': return playground.observe();
    case 'hash': return playground.stateHash();
  }
}

class EngineWorker {
  readonly #host: Host;
  readonly #writer = new SnapshotWriter();
  readonly #player = new Player((step) => this.#writer.played(step));
  readonly #heat = new Heat();
  readonly #jobs: Job[] = [];
  /** Plays backwards. */
  #reverse = false;
  #working = false;
  /** The machine is somewhere on the way: it is painted, but nothing is told of it. */
  #seeking = false;
  #frameAsked = false;
  #toldAt = -Infinity;
  #toldVersion = -1;
  /** A snapshot is due although the machine is the same. */
  #mustTell = true;
  /** The sums over all pages in the next snapshot must be those of now. */
  #exact = true;
  #script = 'machine mem=4G';
  #scriptLines = 0;
  /** Lines run since the machine was saved. */
  #unsaved: string[] = [];
  /** Grows with every crash: jobs of before give up. */
  #generation = 0;
  /** What the player plays: whichever instance there is, with the lines noted that a crash could lose. */
  readonly #machine: Playable = {
    upcoming: () => this.#host.playground.upcoming(),
    playLine: () => {
      this.#note();
      return this.#host.playground.playLine();
    },
    beginningRun: () => this.#host.playground.beginningRun(),
    playTime: (ns, maxUnits) => this.#host.playground.playTime(ns, maxUnits),
    cut: () => this.#host.playground.cut(),
  };

  constructor(host: Host) {
    this.#host = host;
    post({ op: 'ready', tunables: host.playground.tunables(), version: host.version });
  }

  receive(request: Request): void {
    this.#guard(() => this.#handle(request));
    this.#wake();
  }

  #handle(request: Request): void {
    const { playground } = this.#host;
    switch (request.op) {
      case 'load': return this.#enqueue(() => this.#load(request.id, request.script));
      case 'exec': return this.#enqueue(() => this.#exec(request.id, request.text, request.keep));
      case 'step': return this.#enqueue(() => this.#step(request.id, `step ${request.daemon} ${request.count}`));
      case 'seek': return this.#enqueue(() => this.#seek(request.id, request.position));
      case 'seekTime': return this.#enqueue(() => this.#go(request.id, (playground) => playground.seekTime(request.ns)));
      case 'action': return this.#enqueue(() => this.#action(request.id, request.direction));
      case 'reverse': return this.#enqueue(async () => this.#setPlaying(true, true));
      case 'play':
      case 'pause':
        return this.#enqueue(async () => {
          this.#setPlaying(request.op === 'play');
          this.#answer({ op: 'done', id: request.id });
        });
      case 'speed':
        this.#player.speed = request.factor;
        this.#mustTell = true;
        return;
      case 'read': {
        const { id, path } = request;
        try {
          post({ op: 'read', id, text: playground.read(path), errno: null });
        } catch (error) {
          if (typeof error !== 'string') throw error;
          post({ op: 'read', id, text: null, errno: error });
        }
        return;
      }
      case 'list': return post({ op: 'list', id: request.id, names: playground.list(request.path) });
      case 'inspect': {
        const { process, region, index } = request.page;
        return post({ op: 'inspect', id: request.id, page: playground.inspect(process, region, index), position: 0 });
      }
      case 'past': return this.#enqueue(() => this.#past(request.id, request.page, request.seq, request.timeNs));
      // A moment between two nanoseconds would never come.
      case 'skip': return this.#enqueue(() => this.#skip(request.id, request.lines, Math.round(request.ns)));
      case 'canvas': return this.#host.setCanvas(request.canvas);
      case 'viewport': {
        this.#mustTell = this.#host.setViewport(request.viewport) || this.#mustTell;
        return;
      }
      case 'pick': return post({ op: 'pick', id: request.id, ...playground.pick(request.x, request.y) });
      case 'trees': {
        const { id, page } = request;
        const rows = playground.ksmTrees();
        const search = page === null ? new Float64Array() : playground.ksmSearch(page.process, page.region, page.index);
        return post({ op: 'trees', id, rows, search }, [rows.buffer, search.buffer]);
      }
      case 'walk':
      case 'pools':
      case 'cells': {
        const [reply, transfer] = look(playground, request);
        return post(reply, transfer);
      }
      case 'heat': {
        this.#heat.follow(playground, true);
        const heat = this.#heat.view();
        return post({ op: 'heat', id: request.id, heat }, [heat.ranges.buffer, heat.cells.buffer]);
      }
      case 'latency': {
        this.#heat.follow(playground, true);
        const rows = this.#heat.latency(playground.nowNs);
        return post({ op: 'latency', id: request.id, rows }, [rows.buffer]);
      }
      case 'pageOf': return post({ op: 'pageOf', id: request.id, page: playground.pageOfFrame(request.frame) });
      case 'complete': {
        const [from = '0', ...words] = playground.complete(request.line, request.cursor);
        return post({ op: 'complete', id: request.id, from: Number(from), words });
      }
      case 'script': return post({ op: 'script', id: request.id, log: this.#log(playground) });
      case 'check': return post({ op: 'exec', id: request.id, steps: [], errors: playground.check(request.script) });
      case 'export': return post({ op: 'export', id: request.id, text: exported(playground, request.what) });
      case 'panic': return crash();
    }
  }

  // --- jobs ---

  #enqueue(job: Job): void {
    this.#jobs.push(job);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      try {
        await job();
      } catch (error) {
        this.#crashed(error);
      }
      this.#wake();
    }
    this.#working = false;
    this.#wake();
  }

  /** Calls `part` until it is done, giving way in between. False if the engine crashed meanwhile. */
  async #inParts(part: () => boolean, progress: () => { done: number; total: number }): Promise<boolean> {
    const generation = this.#generation;
    const start = performance.now();
    let told = start;
    let turn = start;
    while (!part()) {
      const now = performance.now();
      if (now - turn < JOB_MS) continue;
      if (now - told >= PROGRESS_MS) {
        told = now;
        post({ op: 'progress', ...progress() });
      }
      this.#wake();
      await pause();
      if (generation !== this.#generation) return false;
      turn = performance.now();
    }
    if (told > start) {
      const { total } = progress();
      post({ op: 'progress', done: total, total });
    }
    return true;
  }

  async #load(id: number, script: string): Promise<void> {
    const { playground } = this.#host;
    const errors = playground.load(script);
    if (errors.length === 0) {
      this.#player.playing = false;
      this.#script = script;
      this.#scriptLines = playground.pendingLines();
      this.#writer.startOver();
      this.#heat.startOver();
      this.#unsaved = [];
      this.#exact = this.#mustTell = true;
    }
    if (errors.length === 0) this.#tell(performance.now());
    post({ op: 'exec', id, steps: [], errors });
  }

  async #exec(id: number, text: string, keep: boolean): Promise<void> {
    const steps: StepText[] = [];
    const errors = await this.#type(text, steps);
    if (errors === null) return;
    const { playground } = this.#host;
    const log = keep && playground.length < KEPT_AT_ONCE ? { log: this.#log(playground) } : {};
    this.#answer({ op: 'exec', id, steps, errors, ...log });
  }

  #log(playground: Playground): ScriptLog {
    const [text, pending] = [playground.script(), playground.pendingScript()];
    return { text, pending, lines: this.#writer.linesBefore(playground), ns: playground.nowNs, position: playground.position };
  }

  async #step(id: number, line: string): Promise<void> {
    if (await this.#type(line, []) !== null) this.#answer({ op: 'done', id });
  }

  /** Runs typed lines. Returns what was wrong, null if the engine crashed meanwhile. */
  async #type(text: string, steps: StepText[]): Promise<ScriptError[] | null> {
    const wrong = this.#host.playground.typed(text);
    if (wrong.length > 0) return wrong;
    if (this.#reverse) this.#setPlaying(false);
    const { position, length } = this.#host.playground;
    const total = this.#host.playground.typedLeft();
    const seq = this.#host.playground.eventSeq;
    const errors: ScriptError[] = [];
    let sampled = performance.now();
    let behind = position < length;
    const part = (): boolean => {
      const { playground } = this.#host;
      if (playground.typedLeft() === 0) return true;
      this.#note();
      try {
        const step = playground.typedNext(JOB_UNITS);
        if (step !== undefined) steps.push(step);
        if (behind && playground.position === playground.length) {
          behind = false;
          this.#writer.branched(position);
          this.#heat.branched(playground, seq);
        }
      } catch (error) {
        if (isCrash(error) || error instanceof Error) throw error;
        errors.push(error as ScriptError);
      }
      if (performance.now() - sampled > SAMPLE_MS || playground.typedLeft() === 0) {
        sampled = performance.now();
        this.#sample(playground);
      }
      return playground.typedLeft() === 0;
    };
    const progress = (): { done: number; total: number } => ({ done: total - this.#host.playground.typedLeft(), total });
    if (!await this.#inParts(part, progress)) return null;
    this.#exact = this.#mustTell = true;
    return errors;
  }

  #seek(id: number, position: number): Promise<void> {
    return this.#go(id, (playground) => playground.seek(position), position);
  }

  /** Goes elsewhere in the log, where `begin` says. */
  async #go(id: number, begin: (playground: Playground) => void, position = Infinity): Promise<void> {
    this.#setPlaying(false);
    const { playground } = this.#host;
    this.#seeking = true;
    begin(playground);
    const from = playground.position;
    const total = Math.max(1, Math.min(position, playground.length) - from);
    const done = await this.#inParts(
      () => this.#host.playground.seekOn(JOB_UNITS),
      () => ({ done: Math.min(total, this.#host.playground.position - from), total }),
    );
    this.#seeking = false;
    if (!done) return;
    this.#arrived();
    this.#answer({ op: 'done', id });
  }

  #arrived(): void {
    this.#writer.jumped();
    this.#exact = this.#mustTell = true;
  }

  /** One action of a daemon back, or forward: the log played again, or time at its end. */
  #action(id: number, direction: 1 | -1): Promise<void> {
    const [last = -1, next = -1] = this.#host.playground.actions();
    if (direction < 0) return this.#go(id, (playground) => void playground.backTo(Math.max(0, last)));
    return this.#skip(id, 1, next < 0 ? 0 : next + 1, true);
  }

  async #past(id: number, page: PageRef, seq: number, timeNs: number): Promise<void> {
    this.#host.playground.pastBegin(seq, timeNs);
    if (!await this.#inParts(() => this.#host.playground.pastOn(JOB_UNITS), () => ({ done: 0, total: 1 }))) return;
    const position = this.#host.playground.pastPosition();
    post({ op: 'inspect', id, page: this.#host.playground.pastInspect(page.process, page.region, page.index), position });
  }

  /** @param first whichever comes first, a line or the time */
  async #skip(id: number, lines: number, ns: number, first = false): Promise<void> {
    this.#setPlaying(false);
    const from = this.#host.playground.nowNs;
    let left = lines;
    let sampled = performance.now();
    const part = (): boolean => {
      const { playground } = this.#host;
      const upcoming = playground.upcoming();
      if (upcoming < 0 && left > 0) {
        left -= 1;
        const step = this.#machine.playLine();
        if (step !== undefined) this.#writer.played(step);
        return first || step?.failed === 'error';
      }
      const rest = ns - playground.nowNs;
      if (upcoming < 0 || rest <= 0) return true;
      const run = playground.beginningRun();
      if (run !== undefined) this.#writer.played({ cmd: run, text: '', failed: null });
      playground.playTime(upcoming === 0 ? rest : Math.min(rest, upcoming), JOB_UNITS);
      if (performance.now() - sampled > SAMPLE_MS) {
        sampled = performance.now();
        this.#sample(playground);
        playground.cut();
      }
      return false;
    };
    const total = Math.max(1, ns - from);
    if (!await this.#inParts(part, () => ({ done: Math.min(total, this.#host.playground.nowNs - from), total }))) return;
    this.#host.playground.cut();
    this.#sample(this.#host.playground);
    this.#exact = this.#mustTell = true;
    this.#answer({ op: 'done', id });
  }

  /** The charts and the heat of what has happened. */
  #sample(playground: Playground): void {
    this.#writer.sample(playground);
    this.#heat.follow(playground, false);
  }

  #setPlaying(playing: boolean, reverse = false): void {
    if (this.#reverse && this.#seeking) {
      // On the way back to a checkpoint and forward again: the way is finished first.
      while (!this.#host.playground.seekOn(JOB_UNITS));
      this.#seeking = false;
      this.#writer.jumped();
    }
    this.#reverse = playing && reverse;
    if (playing) this.#player.play();
    else this.#player.pause(this.#machine);
    this.#exact = this.#mustTell = true;
  }

  // --- frames ---

  #wake(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    if (typeof requestAnimationFrame === 'function') requestAnimationFrame((now) => this.#frame(now));
    else setTimeout(() => this.#frame(performance.now()), 16);
  }

  #frame(now: number): void {
    this.#frameAsked = false;
    let more = false;
    this.#guard(() => {
      const { playground } = this.#host;
      if (!this.#working && this.#player.playing) {
        if (this.#reverse) this.#back(now);
        else if (this.#player.frame(this.#machine, now)) this.#sample(playground);
        more = true;
      }
      more = this.#host.paint(now) || more;
      const isNew = !this.#seeking && (this.#mustTell || playground.version !== this.#toldVersion);
      if (isNew && now - this.#toldAt >= SNAPSHOT_MS) this.#tell(now);
      else more ||= isNew;
    });
    if (more) this.#wake();
  }

  /** A frame of playing backwards: as much time, or a line; on the way from a checkpoint for longer than a frame, no more. */
  #back(now: number): void {
    const { playground } = this.#host;
    if (!this.#seeking) {
      const ns = this.#player.backNs(now);
      if (!playground.backTo(playground.nowNs - ns)) {
        this.#setPlaying(false);
        return;
      }
    }
    const end = performance.now() + JOB_MS;
    this.#seeking = true;
    while (this.#seeking && performance.now() < end) this.#seeking = !playground.seekOn(JOB_UNITS);
    if (!this.#seeking) this.#writer.jumped();
  }

  /** Who hears that it is done sees what it came to. */
  #answer(reply: Reply): void {
    this.#tell(performance.now());
    post(reply);
  }

  #tell(now: number): void {
    const { playground } = this.#host;
    const { playing, speed } = this.#player;
    const snapshot = this.#writer.write(playground, { playing, reverse: this.#reverse, speed }, now, this.#exact);
    this.#toldAt = now;
    this.#toldVersion = playground.version;
    this.#exact = this.#mustTell = false;
    this.#unsaved = [];
    post({ op: 'snapshot', snapshot }, [snapshot.series.buffer]);
  }

  // --- crashes ---

  /** Remembers the line that runs next; the parts of a `run` are one. */
  #note(): void {
    const command = this.#host.playground.nextCommand();
    if (command !== undefined && !(command.startsWith('run ') && this.#unsaved.at(-1) === command)) this.#unsaved.push(command);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#crashed(error);
    }
  }

  /** The engine is gone: a new one goes on from what was saved. Faults of this worker are not hidden. */
  #crashed(error: unknown): void {
    if (!isCrash(error)) throw error;
    const saved: Saved = { script: this.#script, lines: this.#scriptLines, ...this.#writer.logged };
    const lost = this.#unsaved;
    this.#generation += 1;
    this.#jobs.length = 0;
    this.#player.playing = this.#reverse = false;
    const notice = crashNotice(error, lost.at(-1), saved, lost);
    const entries = this.#host.recover(saved);
    this.#seeking = false;
    this.#writer.newInstance();
    this.#writer.branched(this.#host.playground.position);
    this.#heat.branched(this.#host.playground, this.#host.playground.eventSeq);
    this.#exact = this.#mustTell = true;
    this.#toldAt = -Infinity;
    post(entries === saved.log.length ? notice : { ...notice, lostLines: [...saved.log.slice(entries), ...lost] } as Notice);
    this.#wake();
  }
}

// A job that fails for good is an error of this worker: the page hears of errors, not of rejected promises.
onunhandledrejection = ({ reason }) => {
  setTimeout(() => { throw reason; });
};

// Without an await of the module's own: bundlers make classic scripts of workers, which have none.
const early: Request[] = [];
onmessage = ({ data }: MessageEvent<Request>) => early.push(data);
void Host.start().then((host) => {
  const worker = new EngineWorker(host);
  onmessage = ({ data }: MessageEvent<Request>) => worker.receive(data);
  for (const request of early) worker.receive(request);
  void fetchRest();
});
