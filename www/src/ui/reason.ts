/** A reason code in the kernel's own word, with what it means where the pointer rests on it. */
import { words } from '../locales/index.ts';
import type { Context } from './context.ts';
import { h } from './dom.ts';

/** What a daemon is there for, also when it finds it done; and what is neither that nor a refusal. */
const GOOD: ReadonlySet<string> = new Set(['succeeded', 'page_pmd_mapped', 'merged', 'already merged', 'merged with the zero page']);
const USUAL: ReadonlySet<string> = new Set(['checksum changed', 'skipped by smart scan', 'unshared: in the unstable tree', 'search aborted']);

export type Tone = 'ok' | 'bad' | 'usual';

/** @param ok if it is known whether it worked, as in an event */
export function toneOf(reason: string, ok?: boolean): Tone {
  if (USUAL.has(reason)) return 'usual';
  return ok === true || GOOD.has(reason) ? 'ok' : 'bad';
}

export function reasonWord({ t }: Pick<Context, 't'>, reason: string, ok?: boolean): HTMLElement {
  return h('b', { class: `reason ${toneOf(reason, ok)}`, title: words(t.reasons, reason) }, reason);
}
