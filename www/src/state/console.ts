/** The console's memory: what was printed, what was typed, and how a completion changes the line. */
import type { ScriptError, StepText } from '../engine/protocol.ts';

/** Printed entries kept; older ones go. */
export const MAX_ENTRIES = 1000;
/** Typed lines kept for the arrow keys. */
export const MAX_HISTORY = 200;

export type ConsoleText =
  | { kind: 'command'; text: string; from: 'person' | 'scenario' }
  | { kind: 'output'; text: string; failed: boolean }
  | { kind: 'error'; source: string; error: ScriptError }
  | { kind: 'note'; text: string };

/** `serial` grows by one an entry and never repeats, so that a view appends only what is new. */
export type ConsoleEntry = ConsoleText & { serial: number };

export interface ConsoleLog {
  entries: readonly ConsoleEntry[];
  nextSerial: number;
}

export const EMPTY_CONSOLE: ConsoleLog = { entries: [], nextSerial: 0 };

export function print(log: ConsoleLog, texts: readonly ConsoleText[]): ConsoleLog {
  if (texts.length === 0) return log;
  const added = texts.map((text, i) => ({ ...text, serial: log.nextSerial + i }));
  return { entries: [...log.entries, ...added].slice(-MAX_ENTRIES), nextSerial: log.nextSerial + added.length };
}

export function clearConsole(log: ConsoleLog): ConsoleLog {
  return { entries: [], nextSerial: log.nextSerial };
}

/** `failed`: a call gave an errno or a signal. `wrong`: a line could not be read, nothing was executed. */
export type RunResult = 'done' | 'failed' | 'wrong';

/** What lines gave, or what was wrong with them. */
export interface Executed {
  result: RunResult;
  steps: readonly StepText[];
  errors: readonly ScriptError[];
}

export function resultOf(steps: readonly StepText[], errors: readonly ScriptError[]): RunResult {
  return errors.length > 0 ? 'wrong' : steps.some((step) => step.failed !== null) ? 'failed' : 'done';
}

/** Answers to lines that a person typed; of several each is named. */
export function typedTexts(lines: readonly string[], steps: readonly StepText[], errors: readonly ScriptError[]): ConsoleText[] {
  const outputs = steps.flatMap((step): ConsoleText[] => {
    const output = outputOf(step);
    const named = steps.length > 1 && output.length > 0;
    return named ? [{ kind: 'command', text: step.cmd, from: 'scenario' }, ...output] : output;
  });
  return [...outputs, ...errors.map((error): ConsoleText => ({ kind: 'error', source: lines[error.line - 1] ?? '', error }))];
}

/** Output of a step; nothing for one that succeeded silently. */
export function outputOf(step: StepText): ConsoleText[] {
  const text = step.text.replace(/\n+$/, '');
  if (text === '' && step.failed === null) return [];
  return [{ kind: 'output', text: text === '' ? (step.failed ?? '') : text, failed: step.failed !== null }];
}

/** Command and output of a step of the scenario. */
export function playedTexts(step: StepText): ConsoleText[] {
  return [{ kind: 'command', text: step.cmd, from: 'scenario' }, ...outputOf(step)];
}

const KEY = 'mm-playground.lines';

function loadLines(store: Storage | null): string[] {
  try {
    const lines: unknown = JSON.parse(store?.getItem(KEY) ?? '[]');
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string').slice(-MAX_HISTORY) : [];
  } catch {
    return [];
  }
}

/** Lines typed before, walked by the arrow keys; the line being typed is kept at the end. */
export class History {
  #lines: string[];
  #at: number;
  #draft = '';
  readonly #store: Storage | null;

  /** @param store keeps the lines for the next visit */
  constructor(store: Storage | null = null) {
    this.#store = store;
    this.#lines = loadLines(store);
    this.#at = this.#lines.length;
  }

  push(line: string): void {
    if (line.trim() !== '' && this.#lines.at(-1) !== line) this.#lines.push(line);
    if (this.#lines.length > MAX_HISTORY) this.#lines.shift();
    this.#at = this.#lines.length;
    this.#draft = '';
    try {
      this.#store?.setItem(KEY, JSON.stringify(this.#lines));
    } catch {
      // Full or forbidden: the lines last as long as the tab.
    }
  }

  /** Lines that contain a text, newest first, each once. */
  matching(text: string): readonly string[] {
    return [...new Set(this.#lines.toReversed())].filter((line) => line.includes(text));
  }

  /** The line before, or null at the oldest. */
  older(current: string): string | null {
    if (this.#at === 0) return null;
    if (this.#at === this.#lines.length) this.#draft = current;
    this.#at -= 1;
    return this.#lines[this.#at] ?? null;
  }

  /** The line after, at last the draft; null when already there. */
  newer(): string | null {
    if (this.#at >= this.#lines.length) return null;
    this.#at += 1;
    return this.#lines[this.#at] ?? this.#draft;
  }
}

export interface Completion {
  line: string;
  cursor: number;
  /** More than one: what the person may choose from. */
  words: readonly string[];
}

/**
 * The line after Tab: the words' common beginning replaces what lies between `from` and the cursor,
 * and a blank follows a single word, except one that goes on (`heap[`, `/sys/`).
 */
export function complete(line: string, cursor: number, from: number, words: readonly string[]): Completion {
  const [first, ...rest] = words;
  if (first === undefined) return { line, cursor, words };
  let common = first;
  for (const word of rest) {
    while (!word.startsWith(common)) common = common.slice(0, -1);
  }
  const typed = line.slice(from, cursor);
  if (common.length < typed.length) common = typed;
  const after = line.slice(cursor);
  const goesOn = /[[/=.]$/.test(common) || after.startsWith(' ');
  const inserted = words.length === 1 && !goesOn ? `${common} ` : common;
  return { line: line.slice(0, from) + inserted + after, cursor: from + inserted.length, words };
}
