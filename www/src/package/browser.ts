/**
 * mm-playground for browsers: the memory manager of Linux 6.18 as a value, on the page's thread or in a worker.
 *
 * ```js
 * import { Machine } from 'mm-playground';
 *
 * const machine = await Machine.create();
 * machine.run('proc p\np mmap a 4M\np madvise a hugepage\np write a');
 * console.log(machine.totals().anonHugeKb);
 * ```
 *
 * Works without cross-origin isolation, and under `script-src 'self' 'wasm-unsafe-eval'`.
 *
 * @module
 */
import { startEngine } from './engine.ts';
import type { EngineModules } from './engine.ts';
import { LoadedMachine } from './machine.ts';
import type { MachineOptions } from './machine.ts';

export * from './shared.ts';

/** How a machine is made in a browser. */
export interface BrowserMachineOptions extends MachineOptions {
  /** Where the engine's files are, if a bundler or a server has put them elsewhere. Read by the first machine. */
  engine?: { first: string; rest: string };
}

async function compiled(address: string | URL): Promise<WebAssembly.Module> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the engine could not be fetched: ${response.url}: HTTP status ${response.status}`);
  // A server that names another type than application/wasm can not be streamed from.
  if (response.headers.get('content-type')?.startsWith('application/wasm') !== true) return WebAssembly.compile(await response.arrayBuffer());
  return WebAssembly.compileStreaming(response);
}

async function fetched(engine: BrowserMachineOptions['engine']): Promise<EngineModules> {
  const [first, rest] = await Promise.all([
    compiled(engine?.first ?? new URL('../wasm/mm_wasm_bg.wasm', import.meta.url)),
    compiled(engine?.rest ?? new URL('../wasm/mm_wasm_rest.wasm', import.meta.url)),
  ]);
  return { first, rest };
}

/** A machine of Linux 6.18's memory management. Made by {@link Machine.create}. */
export class Machine extends LoadedMachine {
  /**
   * Makes a machine; the first one also fetches the engine.
   *
   * @throws {ScriptError} The script has mistakes.
   */
  static async create(options: BrowserMachineOptions = {}): Promise<Machine> {
    await startEngine(() => fetched(options.engine));
    return new Machine(options);
  }
}
