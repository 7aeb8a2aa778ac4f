/**
 * What the page and the engine worker say to each other.
 *
 * The page never touches the engine: it posts a Request and draws the Snapshot
 * that comes back. Everything a person does is a line of the scenario language
 * (`exec`), so the console shows it and the log can replay it.
 * Addresses are page numbers (address / 4096), which fit a double exactly.
 */

/** Canvas tab. */
export type ViewName = CellView | 'trees' | 'walk' | 'heat' | 'hugetlb';

/** The views made of cells, which the worker paints. */
export type CellView = 'spaces' | 'memory';

/** What the colours of the memory view say: the page's class, the order of free blocks, who maps it, its pageblock. */
export const COLOURINGS = ['state', 'order', 'owner', 'pageblock'] as const;
export type Colouring = (typeof COLOURINGS)[number];

/** Which daemon a step drives. */
export type DaemonName = 'khugepaged' | 'ksmd';

/** One page of one process, as the inspector and `why` name it: `redis.heap[3107]`. */
export interface PageRef {
  process: string;
  region: string;
  /** 4 KiB pages from the region's start. */
  index: number;
}

/** How the canvas looks now. The worker paints; the page only says how. */
export interface Viewport {
  view: CellView;
  /** CSS pixels. */
  width: number;
  height: number;
  /** devicePixelRatio, 1..3. */
  dpr: number;
  /** CSS pixels for one cell, 1..24. */
  cell: number;
  /** CSS pixels scrolled from the top of the content. */
  scrollY: number;
  theme: 'light' | 'dark';
  /** Of the memory view. */
  colouring: Colouring;
  /** Draw letters or patterns in cells of 9 px and more. */
  letters: boolean;
  /** Changed cells flash and fade; false when the reader asked for reduced motion. */
  flash: boolean;
  selected: PageRef | null;
  hovered: PageRef | null;
}

export type Request =
  /**
   * A new machine from a script. Its lines are played one after another; `run` lines take time.
   * Answered by `exec`, at once: with `errors` the machine before stays, without it is the new one, paused.
   */
  | { op: 'load'; id: number; script: string; name: string }
  /** One or more lines, executed at once, after what has been played. `keep`: with the log as it is then. */
  | { op: 'exec'; id: number; text: string; keep: boolean }
  /**
   * Plays the log forward when `position` is not its end, then the pending lines; after them virtual time
   * simply goes on and the daemons wake. Answered by `done` when it plays, as `pause` is when it rests.
   */
  | { op: 'play'; id: number }
  /** Goes back in time at the speed set, line by line where there are lines, until the beginning or `pause`. */
  | { op: 'reverse' }
  | { op: 'pause'; id: number }
  /** Virtual seconds for one real second; Infinity = as fast as it goes. */
  | { op: 'speed'; factor: number }
  /** One unit of a daemon: a 2 MiB range for khugepaged, a page for ksmd. */
  | { op: 'step'; id: number; daemon: DaemonName; count: number }
  /** To a place on the timeline; 0 = the empty machine, `snapshot.length` = the newest. A later `exec` drops what follows. */
  | { op: 'seek'; id: number; position: number }
  /** To a moment of virtual time, before what is due at it. */
  | { op: 'seekTime'; id: number; ns: number }
  /** To before the last thing a daemon did, or to after the next. */
  | { op: 'action'; id: number; direction: 1 | -1 }
  /** Text of a virtual file, such as /proc/redis/smaps. */
  | { op: 'read'; id: number; path: string }
  | { op: 'list'; id: number; path: string }
  /** Inspector: everything about one page, and why. */
  | { op: 'inspect'; id: number; page: PageRef }
  /** The same as it was just before an event; answered by `inspect`. The machine that is shown does not change. */
  | { op: 'past'; id: number; page: PageRef; seq: number; timeNs: number }
  /** Plays on, as fast as it goes, until so many lines have run and it is this time. Then `done`, at rest. */
  | { op: 'skip'; id: number; lines: number; ns: number }
  /** Canvas: hand over once, then resize, zoom, scroll and theme by viewport. */
  | { op: 'canvas'; canvas: OffscreenCanvas }
  /** When view, size or cell differ a snapshot follows, also while paused: tops and contentHeight depend on them. */
  | { op: 'viewport'; viewport: Viewport }
  /** Which page lies under this CSS pixel of the canvas. */
  | { op: 'pick'; id: number; x: number; y: number }
  /** The trees of KSM, and the way that the next visit of `page` would take through them. */
  | { op: 'trees'; id: number; page: PageRef | null }
  /** The page walk for a page, and what a TLB would have to hold for its process. */
  | { op: 'walk'; id: number; page: PageRef }
  /** What was touched where and when, from the beginning of the run. */
  | { op: 'heat'; id: number }
  /** How long faults took, from the beginning of the run to the present time. */
  | { op: 'latency'; id: number }
  /** The pools of huge pages. */
  | { op: 'pools'; id: number }
  /** Class letters of whole regions. */
  | { op: 'cells'; id: number; regions: readonly { process: string; region: string; first: number; count: number }[] }
  /** Which page maps this frame. */
  | { op: 'pageOf'; id: number; frame: number }
  /** Words that would complete the line at the cursor. */
  | { op: 'complete'; id: number; line: string; cursor: number }
  /** The text of the log: a script that makes this machine again. */
  | { op: 'script'; id: number }
  /** Class letters of pages of a region. */
  /** What is wrong with a script; nothing is run. Answered as `exec`. */
  | { op: 'check'; id: number; script: string }
  /** Tracepoints as lines of ftrace, everything that can be seen as JSON, or the hash of the machine's state. */
  | { op: 'export'; id: number; what: ExportText }
  /** Crashes the engine: for the test that a crash is reported and survived. */
  | { op: 'panic' };

export type ExportText = 'trace' | 'observation' | 'hash';

/** Kinds of heat, in the order of a cell's numbers. */
export const HEAT_KINDS = ['accessed', 'faulted', 'collapsed', 'merged'] as const;
export type HeatKind = (typeof HEAT_KINDS)[number];

/** What was touched: ranges of memory against virtual time. */
export interface HeatRows {
  /** Pairs: pid, number of the first page. Ascending. */
  ranges: Float64Array;
  /** Pages of a range. */
  rangePages: number;
  bucketNs: number;
  columns: number;
  /** Virtual time up to which it is known, also when the machine stands before that. */
  untilNs: number;
  /** Of each range, of each column, a number for each of HEAT_KINDS; 65535 stands for more. */
  cells: Uint16Array;
}

export interface ScriptError {
  line: number;
  column: number;
  /** What was found, what was expected, "Did you mean ...?". English. */
  message: string;
}

/** What one executed line gave, already put into words for the console. */
export interface StepText {
  cmd: string;
  /** Lines of output, e.g. of `cat`, `why`, `observe`; or `ENOMEM`, `SIGBUS at page 5`. */
  text: string;
  /** errno or signal name when the call failed, else null. */
  failed: string | null;
}

/** The log as a script. */
export interface ScriptLog {
  text: string;
  /** The lines still to be played. */
  pending: string;
  /** Those before the present place. */
  lines: number;
  /** The time there. */
  ns: number;
  /** On the timeline. */
  position: number;
}

export type Reply =
  /** `log`: where it was to be kept, and is short enough for that after every line. */
  | { op: 'exec'; id: number; steps: StepText[]; errors: ScriptError[]; log?: ScriptLog }
  | { op: 'read'; id: number; text: string | null; errno: string | null }
  | { op: 'list'; id: number; names: string[] }
  /** `position`: of an event of the past, the entry of the timeline that it is in; else 0. */
  | { op: 'inspect'; id: number; page: PageView | null; position: number }
  /** `frame`: the frame number in the memory view, and of a mapped page in the other; null if there is none. */
  | { op: 'pick'; id: number; page: PageRef | null; frame: number | null; letter: string }
  /** Rows of 8 and 6 numbers, as canvas/trees.ts reads them. */
  | { op: 'trees'; id: number; rows: Float64Array; search: Float64Array }
  /** As canvas/walk.ts reads it; empty if there is no such page. */
  | { op: 'walk'; id: number; rows: Float64Array }
  | { op: 'heat'; id: number; heat: HeatRows }
  /** Pairs: ns that a fault takes, and how many of them there were. */
  | { op: 'latency'; id: number; rows: Float64Array }
  /** As canvas/pools.ts reads it. */
  | { op: 'pools'; id: number; rows: Float64Array }
  | { op: 'cells'; id: number; letters: Uint8Array[] }
  | { op: 'pageOf'; id: number; page: PageRef | null }
  | { op: 'complete'; id: number; from: number; words: string[] }
  | { op: 'script'; id: number; log: ScriptLog }
  | { op: 'export'; id: number; text: string }
  | { op: 'done'; id: number };

/** Posted by the worker without being asked. */
export type Notice =
  | { op: 'ready'; tunables: Tunable[]; version: string }
  | { op: 'snapshot'; snapshot: Snapshot }
  /** A long seek, load or exec is under way: `done` of `total` timeline entries. At most 10 a second. */
  | { op: 'progress'; done: number; total: number }
  /**
   * The engine crashed; the worker has already gone back to its last checkpoint and posts a snapshot of it.
   * Requests open at that moment get no reply; `lostLines` are the lines since the checkpoint.
   */
  | { op: 'crash'; report: string; lostLines: string[] };

/**
 * Geometry of the canvas, in CSS pixels; the painter and the labels laid over it use the same.
 *
 * Address spaces: from each region's `top`, a title band, then rows of blocks. A block is one aligned 2 MiB
 * range of 32 x 16 cells; a region that starts inside a range leaves the cells before it blank, so that page
 * `index` is cell `(startPage + index) % 512` of block `((startPage % 512) + index) / 512`, rounded down.
 * Memory: the same with zones, whose first frame takes the place of `startPage`, and the smaller gap.
 */
export const GEOMETRY = {
  marginX: 16,
  titleBand: 30,
  /** Below the last row of a region or zone. */
  afterRegion: 18,
  blockColumns: 32,
  blockRows: 16,
  spaces: { gapX: 10, gapY: 12 },
  memory: { gapX: 4, gapY: 4 },
} as const;

/** A zone of physical memory, in the memory view. */
export interface ZoneView {
  /** `DMA32`, `Normal`; with several nodes `Node 1 Normal`. */
  name: string;
  /** First frame number. */
  startPfn: number;
  frames: number;
  freeKb: number;
  /** As in RegionView, in the memory view's content. */
  top: number;
  height: number;
}

export interface RegionView {
  name: string;
  /** First page number. */
  startPage: number;
  pages: number;
  /** `rw-p` and the VmFlags that people look for: `hg nh mg lo`. */
  perm: string;
  flags: string;
  rssKb: number;
  anonHugeKb: number;
  ksmKb: number;
  swapKb: number;
  /** CSS pixels from the top of the address-space content at the current cell size, for overlay labels. */
  top: number;
  height: number;
}

export interface ProcessView {
  name: string;
  pid: number;
  rssKb: number;
  swapKb: number;
  regions: RegionView[];
}

export interface DaemonView {
  running: boolean;
  /** Where its cursor stands, or null between scans. */
  at: PageRef | null;
  /** Reason code of the last range or page, in the kernel's words; '' before the first. */
  last: string;
  /** The numbers behind `last`: `256 > 255`, or ''. */
  lastDetail: string;
  fullScans: number;
  /** Virtual ns of its next wake-up, null if none is due. */
  nextNs: number | null;
}

/** One line of the event log. */
export interface EventView {
  seq: number;
  timeNs: number;
  /** khugepaged, ksmd, or the process's name. */
  who: string;
  /** fault, collapse, scan, merge, cow, split, mmap, ... : the filter's key. */
  kind: string;
  /** `heap +12M`, `ram[412]` or ''. */
  where: string;
  page: PageRef | null;
  /** Reason code in the kernel's words: `succeeded`, `exceed_none_pte`, ... or ''. */
  reason: string;
  ok: boolean;
  /** The numbers behind it: `256 > 255`. */
  detail: string;
}

/** One entry of the timeline: a command, or a stretch of time. */
export interface TimelineMark {
  position: number;
  timeNs: number;
  label: string;
}

export interface Snapshot {
  /** Grows with every change of the machine. */
  version: number;
  nowNs: number;
  playing: boolean;
  /** Playing backwards. */
  reverse: boolean;
  /** What going back rests on, and its bounds. */
  checkpoints: { count: number; bytes: number; mostCount: number; mostBytes: number };
  speed: number;
  /** Lines of the loaded script that are still to be played. */
  pendingLines: number;
  position: number;
  length: number;
  /** Only when they changed since the snapshot before; else null. */
  marks: TimelineMark[] | null;
  processes: ProcessView[];
  zones: ZoneView[];
  khugepaged: DaemonView;
  ksmd: DaemonView;
  /** Newest last; those since the snapshot before, at most 200. */
  events: EventView[];
  droppedEvents: number;
  /** The events before are of a machine that is gone (load, seek): clear the log first. */
  eventsReset: boolean;
  /** Lines of the loaded script played since the snapshot before, the newest 50 of them, for the console. */
  played: StepText[];
  droppedPlayed: number;
  /** Sampled over virtual time since the snapshot before: rows of SERIES, flat; cleared when `seriesReset`. */
  series: Float64Array;
  seriesReset: boolean;
  /** Values of all tunables, in the order of `ready.tunables`; null if unchanged. */
  tunables: string[] | null;
  totals: Totals;
  /** Height in CSS pixels of the current view's content, for the scroll bar. */
  contentHeight: number;
  /** Class letters of pages that occur in any region. */
  letters: string;
}

/** Columns of `series`, in this order. Time in ns; rss, anonHuge, free and swap in KiB; CPU in percent since the sample before; the rest are counts. */
export const SERIES = [
  'timeNs', 'rss', 'anonHuge', 'free', 'pagesSharing', 'pagesShared', 'pagesUnshared', 'pagesScanned', 'pagesCollapsed', 'swap', 'pgfault', 'thpFaultAlloc',
  'khugepagedCpu', 'ksmdCpu',
] as const;

export interface Totals {
  memTotalKb: number;
  memFreeKb: number;
  rssKb: number;
  anonHugeKb: number;
  pagesShared: number;
  pagesSharing: number;
  pagesCollapsed: number;
}

/** A setting, from the engine's own table. */
export interface Tunable {
  /** `/sys/kernel/mm/ksm/run`. */
  path: string;
  /** `khugepaged`, `transparent_hugepage`, `ksm`, `vm`. */
  group: string;
  name: string;
  default: string;
  /** Allowed words of a choice file, else null. */
  choices: string[] | null;
  min: number | null;
  max: number | null;
  /** One line of English; locale files translate by path. */
  help: string;
}

/** One check of `why`, in the order the kernel makes it. */
export interface CheckView {
  /** Stable key for translation: `max_ptes_none`, `registered`, ... */
  rule: string;
  title: string;
  /** The numbers compared: `256 > 255 at entry 263`. */
  detail: string;
  outcome: 'pass' | 'fail' | 'not_reached_pass' | 'not_reached_fail';
  /** What a person could do, in words: `raise max_ptes_none to 256`, or ''. */
  remedy: string;
  /** A line of the language that does it, or ''. */
  remedyLine: string;
}

export interface CheckListView {
  /** `fault`, `khugepaged`, `ksmd`. */
  who: string;
  /** Reason code of the verdict: `exceed_none_pte`, `succeeded`, ... */
  verdict: string;
  ok: boolean;
  checks: CheckView[];
}

export interface PageView {
  ref: PageRef;
  address: string;
  /** Frame number, null if no frame is mapped. */
  frame: number | null;
  /** Class letter of the oracle (`a T t k z Z s . g 1..8`), or one that theme/palette.ts adds for frames. */
  letter: string;
  /** Rows of the inspector in order: [key, value]; keys are those of `facts` in locales/en.ts, others are shown as they are. */
  facts: [string, string][];
  /** Who maps the same frame. */
  sharers: PageRef[];
  why: CheckListView[];
}
