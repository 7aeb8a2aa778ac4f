/** A reason code in the kernel's own word, with what it means where the pointer rests on it. */
import { words } from '../locales/index.ts';
import type { Context } from './context.ts';
import { h } from './dom.ts';

export function reasonWord({ t }: Pick<Context, 't'>, reason: string, ok: boolean): HTMLElement {
  return h('b', { class: ok ? 'reason ok' : 'reason bad', title: words(t.reasons, reason.toLowerCase()) }, reason);
}
