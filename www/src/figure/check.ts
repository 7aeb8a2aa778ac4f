/**
 * What a task asks for: a number, or a word, of a virtual file, compared with one that the author wrote.
 *
 * `app AnonHugePages >= 4096 kB`           the process's /proc/app/smaps_rollup
 * `app.heap AnonHugePages >= 4096 kB`      one region of it, as `observe` has it
 * `/proc/vmstat thp_fault_alloc >= 4`      a line of any file
 * `/sys/kernel/mm/ksm/run == 1`            a file that is one value, or one choice
 */

export const OPERATORS = ['>=', '<=', '==', '!=', '>', '<'] as const;
export type Operator = (typeof OPERATORS)[number];

export type Subject =
  /** `key` is null for a file of one value. */
  | { kind: 'file'; path: string; key: string | null }
  | { kind: 'region'; region: string; key: string };

export interface Check {
  /** As it was written. */
  source: string;
  subject: Subject;
  operator: Operator;
  /** A number in the unit of the file, or a word. */
  wanted: number | string;
}

/** A guide, or a check in it, that cannot be read. */
export class BadGuide extends Error {
  override readonly name = 'BadGuide';
}

/** In kB, as the files are. */
const UNITS: Readonly<Record<string, number>> = { kb: 1, k: 1, kib: 1, mb: 1024, m: 1024, mib: 1024, gb: 1024 ** 2, g: 1024 ** 2, gib: 1024 ** 2 };
const FORM = 'SUBJECT [KEY] OPERATOR VALUE [UNIT], such as: app AnonHugePages >= 4096 kB';

export function readCheck(text: string): Check {
  const source = text.trim();
  const found = /^(\S+)(?:\s+([\w()/*.-]+))?\s*(>=|<=|==|!=|>|<)\s*(?:(-?\d+(?:\.\d+)?)\s*([A-Za-z]+)?|([A-Za-z_][\w+-]*))$/.exec(source);
  if (found === null) throw new BadGuide(`the check ${JSON.stringify(source.slice(0, 120))} is not of the form ${FORM}`);
  const [, what = '', key, operator = '==', number, unit, word = ''] = found;
  const isNumber = number !== undefined;
  const factor = unit === undefined ? 1 : UNITS[unit.toLowerCase()];
  if (factor === undefined) throw new BadGuide(`the check ${JSON.stringify(source.slice(0, 120))} has an unknown unit ${unit}: kB, MB or GB`);
  if (!isNumber && operator !== '==' && operator !== '!=') throw new BadGuide(`the check ${JSON.stringify(source.slice(0, 120))} compares a word with ${operator}: only == and != do`);
  return { source, subject: subjectOf(what, key ?? null, source), operator: operator as Operator, wanted: isNumber ? Number(number) * factor : word };
}

function subjectOf(what: string, key: string | null, source: string): Subject {
  if (what.startsWith('/')) return { kind: 'file', path: what, key };
  if (key === null) throw new BadGuide(`the check ${JSON.stringify(source.slice(0, 120))} names no key of ${what}, such as Rss or AnonHugePages`);
  if (/^[\w-]+\.[\w-]+$/.test(what)) return { kind: 'region', region: what, key };
  if (/^[\w-]+$/.test(what)) return { kind: 'file', path: `/proc/${what}/smaps_rollup`, key };
  throw new BadGuide(`the check ${JSON.stringify(source.slice(0, 120))} names neither a file, a process nor a region`);
}

/** What a check looks at, null if it is not there (yet). */
export interface Sources {
  read(path: string): Promise<string | null>;
  /** Sum over the areas of a region. */
  region(name: string, key: string): Promise<number | null>;
}

/** The present value, null if there is none. */
export async function valueOf({ subject }: Check, sources: Sources): Promise<number | string | null> {
  if (subject.kind === 'region') return sources.region(subject.region, subject.key);
  const text = await sources.read(subject.path);
  return text === null ? null : valueIn(text, subject.key);
}

/** The value of a key in a file of lines `key: 12 kB` or `key 12`; without a key that of the whole file. */
export function valueIn(text: string, key: string | null): number | string | null {
  const lines = text.split('\n');
  const line = key === null ? lines[0] : lines.find((one) => one.split(/[:\s]/, 1)[0] === key)?.slice(key.length + 1);
  if (line === undefined) return null;
  const word = /\[(\S+)\]/.exec(line)?.[1] ?? line.trim().split(/\s+/)[0] ?? '';
  return word === '' ? null : /^-?\d+(?:\.\d+)?$/.test(word) ? Number(word) : word;
}

export function holds({ operator, wanted }: Pick<Check, 'operator' | 'wanted'>, value: number | string | null): boolean {
  if (value === null) return false;
  if (operator === '==') return String(value) === String(wanted);
  if (operator === '!=') return String(value) !== String(wanted);
  if (typeof value !== 'number' || typeof wanted !== 'number') return false;
  switch (operator) {
    case '>=': return value >= wanted;
    case '<=': return value <= wanted;
    case '>': return value > wanted;
    case '<': return value < wanted;
  }
}
