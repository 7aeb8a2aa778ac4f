/**
 * mm-playground for Node: the memory manager of Linux 6.18 as a value.
 *
 * ```js
 * import { Machine } from 'mm-playground';
 *
 * const machine = await Machine.create();
 * machine.run('proc p\np mmap a 4M\np madvise a hugepage\np write a');
 * console.log(machine.read('/proc/p/smaps_rollup'));
 * ```
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { startEngine } from './engine.ts';
import type { EngineModules } from './engine.ts';
import { LoadedMachine } from './machine.ts';
import type { MachineOptions } from './machine.ts';

export * from './shared.ts';

const compiled = async (address: URL): Promise<WebAssembly.Module> => WebAssembly.compile(new Uint8Array(await readFile(address)));

async function fromFiles(): Promise<EngineModules> {
  const [first, rest] = await Promise.all([
    compiled(new URL('../wasm/mm_wasm_bg.wasm', import.meta.url)),
    compiled(new URL('../wasm/mm_wasm_rest.wasm', import.meta.url)),
  ]);
  return { first, rest };
}

/** A machine of Linux 6.18's memory management. Made by {@link Machine.create}. */
export class Machine extends LoadedMachine {
  /**
   * Makes a machine; the first one also loads the engine.
   *
   * @throws {ScriptError} The script has mistakes.
   */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    await startEngine(fromFiles);
    return new Machine(options);
  }
}
