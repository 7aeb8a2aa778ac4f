/**
 * A whole run in a link: the script, how far it was played, and what was looked at.
 *
 * The text is a version character and the JSON of it, deflated, in base64url. It goes into the fragment, which
 * browsers do not send. A version, once used, is read for ever. What is read is not trusted: everything is checked.
 */
import type { PageRef, ViewName } from '../engine/protocol.ts';
import type { ScenarioId } from '../scenarios/index.ts';
import { shippedById } from '../scenarios/index.ts';
import { CELL_SIZES } from './state.ts';

/** A run, and where it stands: after so many lines, at this virtual time. */
export interface Work {
  /** The shipped scenario that this is, unchanged; else null and `script` is given. */
  id: ScenarioId | null;
  name: string;
  script: string;
  lines: number;
  ns: number;
  view: ViewName;
  cell: number;
  speed: number;
  selected: PageRef | null;
}

/** Longest script of a link, characters. */
export const MAX_LINK_SCRIPT = 100_000;
/** Longest text that is looked at; a script of incompressible comments is about as long. */
const MAX_TEXT = 200_000;
const MAX_INFLATED = 2_000_000;
const VERSION = '1';
/** Views that a link can name. */
const VIEWS: readonly ViewName[] = ['spaces', 'memory', 'trees', 'walk', 'heat', 'hugetlb'];

/** The text is no link, or of a version that is not known here. */
export class BadLink extends Error {
  override readonly name = 'BadLink';
}

export async function encodeWork(work: Work): Promise<string> {
  const json = JSON.stringify({ ...work, speed: Number.isFinite(work.speed) ? work.speed : 0, script: work.id === null ? work.script : '' });
  return VERSION + toBase64(await through(new TextEncoder().encode(json), new CompressionStream('deflate-raw'), MAX_INFLATED));
}

export async function decodeWork(text: string): Promise<Work> {
  if (text.length > MAX_TEXT) throw new BadLink('too long');
  if (!text.startsWith(VERSION)) throw new BadLink(`version ${JSON.stringify(text.charAt(0))}`);
  let value: unknown;
  try {
    const bytes = await through(fromBase64(text.slice(1)), new DecompressionStream('deflate-raw'), MAX_INFLATED);
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new BadLink(error instanceof Error ? error.message : String(error));
  }
  return readWork(value);
}

/** A work out of what a link or the browser's storage holds. */
export function readWork(value: unknown): Work {
  if (typeof value !== 'object' || value === null) throw new BadLink('no object');
  const { id, name, script, lines, ns, view, cell, speed, selected } = value as Record<keyof Work, unknown>;
  const shipped = typeof id === 'string' ? shippedById(id) : undefined;
  if (id !== null && shipped === undefined) throw new BadLink('an unknown scenario');
  if (typeof script !== 'string' || (id === null && script.trim() === '')) throw new BadLink('no script');
  const whole = (n: unknown, most: number): number => (typeof n === 'number' && n >= 0 && n <= most ? Math.floor(n) : 0);
  return {
    id: shipped?.id ?? null,
    name: typeof name === 'string' && name !== '' ? name.slice(0, 200) : 'scenario.mm',
    script,
    lines: whole(lines, 1e6),
    ns: whole(ns, Number.MAX_SAFE_INTEGER),
    view: VIEWS.find((name) => name === view) ?? 'spaces',
    cell: CELL_SIZES.find((size) => size === cell) ?? 4,
    speed: speed === 0 ? Infinity : whole(speed, 1000) || 10,
    selected: readPage(selected),
  };
}

function readPage(value: unknown): PageRef | null {
  if (typeof value !== 'object' || value === null) return null;
  const { process, region, index } = value as Record<keyof PageRef, unknown>;
  if (typeof process !== 'string' || typeof region !== 'string' || !Number.isSafeInteger(index)) return null;
  return { process, region, index: index as number };
}

/** @param most bytes of the result: a few bytes can inflate to any number */
async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length <= most) continue;
    await reader.cancel();
    throw new BadLink('too long');
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}
