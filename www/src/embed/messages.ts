/**
 * Messages that a frame takes. Everything that is not exactly of one of these forms is no message.
 *
 * The same is written down for others in public/embed.schema.json; a test holds the two together.
 */
import type { PageRef } from '../engine/protocol.ts';
import { ATTRIBUTES } from '../element/attributes.ts';

/** Handshake, as plain strings. */
export const PING = 'PING';
export const PONG = 'PONG';

export type MessageId = number | string;

export type Ask =
  | { do: 'run'; lines: string }
  | { do: 'seek'; to: number | { position: number } | { seconds: number } }
  | { do: 'play' | 'pause' | 'observe' | 'state' }
  | { do: 'why'; page?: string | PageRef }
  | { do: 'select'; page: string | PageRef | null }
  | { do: 'tunable'; name: string; value?: string | number }
  | { do: 'open'; link: string }
  | { do: 'set'; attributes: Readonly<Record<string, string>> };

export type Message = Ask & { mm: 1; id: MessageId };

export const MAX_LINES = 100_000;
export const MAX_LINK = 200_000;
const MAX_WORD = 200;

type Form = (value: unknown) => boolean;

const text = (most: number, least = 0): Form => (value) => typeof value === 'string' && value.length >= least && value.length <= most;
const number: Form = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const whole = (most: number): Form => (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const either = (...forms: Form[]): Form => (value) => forms.some((form) => form(value));
const nothing: Form = (value) => value === null;

/** A plain object with these members and no others; those that end in `?` may be missing. */
function object(members: Readonly<Record<string, Form>>): Form {
  const forms = Object.entries(members).map(([key, form]) => ({ key: key.replace(/\?$/, ''), form, optional: key.endsWith('?') }));
  return (value) => {
    if (!isPlain(value)) return false;
    const keys = Object.keys(value);
    return keys.length <= forms.length && keys.every((key) => forms.some((one) => one.key === key))
      && forms.every(({ key, form, optional }) => (Object.hasOwn(value, key) ? form(value[key]) : optional));
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);
}

const page = either(text(MAX_WORD), object({ process: text(MAX_WORD), region: text(MAX_WORD), index: whole(2 ** 32 - 1) }));
const id = either(whole(Number.MAX_SAFE_INTEGER), text(64));
const attributes: Form = object(Object.fromEntries(ATTRIBUTES.map((name) => [`${name}?`, text(500)])));

const FORMS: Readonly<Record<Ask['do'], Readonly<Record<string, Form>>>> = {
  run: { lines: text(MAX_LINES) },
  seek: { to: either(number, object({ position: number }), object({ seconds: number })) },
  play: {},
  pause: {},
  observe: {},
  state: {},
  why: { 'page?': page },
  select: { page: either(page, nothing) },
  tunable: { name: text(MAX_WORD, 1), 'value?': either(text(MAX_WORD), (value) => typeof value === 'number' && Number.isFinite(value)) },
  open: { link: text(MAX_LINK) },
  set: { attributes },
};

const CHECKS = Object.fromEntries(Object.entries(FORMS).map(([name, members]) => [name, object({ mm: (value) => value === 1, id, do: (value) => value === name, ...members })]));

/** The message, or null for anything else. Never throws. */
export function readMessage(data: unknown): Message | null {
  if (!isPlain(data)) return null;
  const { do: name } = data;
  if (typeof name !== 'string' || !Object.hasOwn(CHECKS, name)) return null;
  return CHECKS[name]?.(data) === true ? (data as Message) : null;
}
