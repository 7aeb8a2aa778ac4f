/** Everything the page shows, as one value. Views are functions of it. */
import type { CheckListView, Colouring, EventView, PageRef, PageView, ScriptError, Snapshot, TimelineMark, Tunable, ViewName } from '../engine/protocol.ts';
import type { Messages } from '../locales/index.ts';
import type { ScenarioId } from '../scenarios/index.ts';
import type { ConsoleLog } from './console.ts';
import { EMPTY_CONSOLE } from './console.ts';
import type { EventLog } from './events.ts';
import { EMPTY_EVENTS } from './events.ts';
import type { PeerView } from './peer.ts';
import type { Preferences } from './preferences.ts';
import type { Columns } from './series.ts';
import { EMPTY_SERIES } from './series.ts';
import type { KeptRun } from './works.ts';

/** A snapshot without what only adds to logs. */
export type Machine = Omit<Snapshot, 'marks' | 'events' | 'eventsReset' | 'played' | 'droppedPlayed' | 'series' | 'seriesReset' | 'tunables'>;

export type PanelName = 'map' | 'processes' | 'tunables' | 'inspector' | 'script' | 'console' | 'events' | 'charts';

/** What the window has room for: everything, panels in tabs below, or one panel at a time. */
export type Layout = 'wide' | 'medium' | 'narrow';

export interface Crash {
  report: string;
  lostLines: readonly string[];
  /** The worker could not start: there is no checkpoint to go on from. */
  fatal: boolean;
}

export interface Scenario {
  /** null for a file of the reader's. */
  id: ScenarioId | null;
  name: string;
  script: string;
}

export type Dialog =
  | { kind: 'shortcuts' }
  | { kind: 'script'; name: string; text: string; errors: readonly ScriptError[] }
  | { kind: 'sweep' }
  | { kind: 'rename'; serial: number; label: string }
  | { kind: 'table' }
  /** `link` is null for a script that is too long for one. */
  | { kind: 'share'; link: string | null }
  | { kind: 'notice'; title: string; text: string }
  | { kind: 'crash'; crash: Crash };

export interface Inspected {
  view: PageView;
  /** Machine version the view belongs to. */
  version: number;
}

/** The page of an event as it was just before it; `view` is null until that is known. */
export interface Past {
  event: EventView;
  view: PageView | null;
  /** Of the timeline, just before the entry of the event. */
  position: number;
}

/** What the tree of processes stands on: a process, or a region of it. */
export interface TreeItem {
  process: string;
  region: string | null;
}

/** Pages of a region, half open. */
export interface PageSpan {
  process: string;
  region: string;
  start: number;
  end: number;
}

export interface State {
  preferences: Preferences;
  /** What the place beside the map shows where there is room for both. */
  side: 'inspector' | 'script';
  /** In the language chosen; null until they are loaded. */
  words: Messages | null;
  /** `preferences.theme` with `system` resolved. */
  theme: 'light' | 'dark';
  layout: Layout;
  /** The one panel that medium and narrow layouts show in their tabbed place. */
  panel: PanelName;
  engineVersion: string;
  tunables: readonly Tunable[];
  tunableValues: readonly string[];
  machine: Machine | null;
  marks: readonly TimelineMark[];
  events: EventLog;
  series: Columns;
  console: ConsoleLog;
  /** Put into the console's input whenever it is a new text. */
  draft: string;
  scenario: Scenario | null;
  /** The reader has changed the machine by lines of their own, or opened a script of their own. */
  touched: boolean;
  /** Runs put aside: futures that were left, and work that another scenario replaced. */
  kept: readonly KeptRun[];
  speed: number;
  /** Requests under way that the reader waits for. */
  busy: number;
  progress: { done: number; total: number } | null;
  view: ViewName;
  /** Of the memory view. */
  colouring: Colouring;
  /** CSS pixels a cell. */
  cell: number;
  /** Scroll along with the daemons. */
  follow: boolean;
  /** Clicked or reached by keyboard; the inspector stays on it. */
  selected: PageRef | null;
  /** The frame of the selection, in the memory view also one that no process maps. */
  frame: { number: number; letter: string } | null;
  hovered: PageRef | null;
  inspected: Inspected | null;
  /** The inspector shows this moment instead of the present. */
  past: Past | null;
  treeItem: TreeItem | null;
  /** Marked on the map, as a lesson points at it. */
  highlight: PageSpan | null;
  /** The map scrolls to this page whenever the object is a new one. */
  reveal: { page: PageRef } | null;
  /** The tunables show this file whenever the object is a new one. */
  pointedTunable: { path: string } | null;
  /** Virtual time under the pointer in the charts, or on the timeline. */
  pointedNs: number | null;
  /** Answer to why, by list, that the reader folded away. */
  foldedLists: ReadonlySet<CheckListView['who']>;
  /** The screen is split: the other half has this setting. */
  split: { path: string; value: string } | null;
  peer: PeerView | null;
  dialog: Dialog | null;
}

export const CELL_SIZES = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24] as const;

export function initialState(preferences: Preferences, theme: 'light' | 'dark'): State {
  return {
    preferences,
    side: 'inspector',
    words: null,
    theme,
    layout: 'wide',
    panel: 'map',
    engineVersion: '',
    tunables: [],
    tunableValues: [],
    machine: null,
    marks: [],
    events: EMPTY_EVENTS,
    series: EMPTY_SERIES,
    console: EMPTY_CONSOLE,
    draft: '',
    scenario: null,
    touched: false,
    kept: [],
    speed: 10,
    busy: 0,
    progress: null,
    view: 'spaces',
    colouring: 'state',
    cell: 4,
    follow: true,
    selected: null,
    frame: null,
    hovered: null,
    inspected: null,
    past: null,
    treeItem: null,
    highlight: null,
    reveal: null,
    pointedTunable: null,
    pointedNs: null,
    foldedLists: new Set(['fault']),
    split: null,
    peer: null,
    dialog: null,
  };
}
