/** `help PATH` and `help NAME` of virtual files; the engine's own help knows the commands. */
import { LANG, tunableHelp } from '../locales/index.ts';
import type { Tunable } from '../engine/protocol.ts';
import type { Session } from './session.ts';

/** A command and a file of KSM have this name; the path asks for the file. */
const COMMANDS: readonly string[] = ['run'];
const MOST = 8;

/** The text for a `help` line about files; null if it is none, and for the engine to answer. */
export async function fileHelp(session: Session, line: string): Promise<string | null> {
  const topic = /^\s*help\s+(\S+)\s*$/.exec(line)?.[1];
  if (topic === undefined || COMMANDS.includes(topic)) return null;
  const { tunables, tunableValues, preferences } = session.state;
  const found = tunables.flatMap((tunable, i) => (tunable.path === topic || tunable.name === topic ? [[tunable, tunableValues[i] ?? ''] as const] : []));
  if (found.length > 0) return found.slice(0, MOST).map(([tunable, value]) => settingText(session, tunable, value)).join('\n');
  const name = topic.split('/').at(-1) ?? '';
  const { FILES } = await import('../locales/files.ts');
  const words = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (words === undefined || (topic.includes('/') && !topic.startsWith('/'))) return null;
  return `${topic}: ${words[LANG[preferences.locale] === 'en' ? 0 : 1]}`;
}

function settingText({ t }: Session, tunable: Tunable, now: string): string {
  const { path, help, choices, min, max, default: initial } = tunable;
  const words = t.console.fileHelp;
  const range = choices !== null ? choices.join(', ') : min !== null || max !== null ? `${min ?? 0} … ${max ?? '∞'}` : '';
  return [`${path}: ${tunableHelp(t, path) ?? help}`, `  ${words.default} ${initial}`, range === '' ? '' : `  ${words.values} ${range}`, `  ${words.now} ${now}`].filter((text) => text !== '').join('\n');
}
