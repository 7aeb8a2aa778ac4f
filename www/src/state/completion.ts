/** Completion of a line: the engine's words, and values of settings, which the engine's table knows by path. */
import type { Tunable } from '../engine/protocol.ts';
import type { Session } from './session.ts';

export interface Completions { from: number; words: readonly string[] }

/** Values worth offering for a setting: its words, or its bounds and default. */
export function valuesOf({ choices, min, max, default: initial }: Tunable): string[] {
  return [...new Set(choices ?? [initial, ...[min, max].filter((bound) => bound !== null).map(String)])].filter((value) => value !== '');
}

/** The setting whose value is being typed at the cursor, and where the value begins; null if none is. */
export function settingAt(line: string, cursor: number, tunables: readonly Tunable[]): { from: number; tunable: Tunable } | null {
  const before = line.slice(0, cursor);
  const [, start = '', sys, vm] = /^(\s*(?:sys\s+(\S+)|vm\s+(\S+))\s+)\S*$/.exec(before) ?? [];
  const [, echo = ''] = /^(\s*echo\s+)\S*$/.exec(before) ?? [];
  const [, target = ''] = /^\S*\s*>\s*(\S+)/.exec(line.slice(cursor)) ?? [];
  const path = sys !== undefined ? `/sys/kernel/mm/${sys}` : vm !== undefined ? `/proc/sys/vm/${vm}` : echo !== '' ? target : '';
  const tunable = tunables.find((each) => each.path === path);
  return tunable === undefined ? null : { from: (start || echo).length, tunable };
}

export async function completions(session: Session, line: string, cursor: number): Promise<Completions> {
  const { tunables } = session.state;
  const setting = settingAt(line, cursor, tunables);
  if (setting !== null) {
    const typed = line.slice(setting.from, cursor);
    return { from: setting.from, words: valuesOf(setting.tunable).filter((value) => value.startsWith(typed) && value !== typed) };
  }
  const found = await session.client.complete(line, cursor);
  const [, help, topic = ''] = /^(\s*help\s+)(\S*)$/.exec(line.slice(0, cursor)) ?? [];
  if (help === undefined) return found;
  const names = tunables.flatMap(({ name, path }) => [name, path]).filter((word) => word.startsWith(topic) && word !== topic);
  return { from: help.length, words: [...new Set([...found.words, ...names])].sort() };
}
