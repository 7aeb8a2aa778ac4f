/**
 * The engine's one instance in this realm: fetching both of its files, and what happens when it crashes.
 *
 * A crash ends the instance and with it every machine. The next machine starts on a fresh one.
 */
import init, { loadRest, restart } from '../wasm/mm_wasm.js';
import { EngineCrash } from './answers.ts';

/** Both files of the engine, compiled: `mm_wasm_bg.wasm` and `mm_wasm_rest.wasm`. */
export interface EngineModules {
  first: WebAssembly.Module;
  rest: WebAssembly.Module;
}

/** What the engine calls for its second file, and where its panic hook leaves words. Both are there only for moments. */
interface Host {
  mmEngineRest?: (first: WebAssembly.ModuleImports) => void;
  mmEngineReport?: string;
}

const host = globalThis as Host;

let modules: EngineModules | null = null;
let started: Promise<void> | null = null;
let instance = 0;

/** Starts the engine if it does not run. A failure to fetch it is tried again the next time. */
export function startEngine(compile: () => Promise<EngineModules>): Promise<void> {
  started ??= start(compile).catch((error: unknown) => {
    started = null;
    throw error;
  });
  return started;
}

async function start(compile: () => Promise<EngineModules>): Promise<void> {
  modules = await compile();
  await init({ module_or_path: modules.first });
  connectRest(modules.rest);
}

/** Both at once: a library cannot wait for the second file in the middle of a call. */
function connectRest(rest: WebAssembly.Module): void {
  const before = host.mmEngineRest;
  host.mmEngineRest = (first) => void new WebAssembly.Instance(rest, { first });
  try {
    loadRest();
  } finally {
    if (before === undefined) delete host.mmEngineRest;
    else host.mmEngineRest = before;
  }
}

/** Which instance runs now: those of before a crash are gone. */
export function engineInstance(): number {
  return instance;
}

/**
 * Calls the engine for a machine of instance `of`.
 *
 * @throws {EngineCrash} The engine crashes now, or did since that machine was made.
 */
export function guarded<T>(of: number, call: () => T): T {
  if (of !== instance) throw new EngineCrash('the engine crashed and this machine was lost: make another');
  try {
    return call();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
    throw crashed(error);
  }
}

function crashed(cause: Error): EngineCrash {
  const report = host.mmEngineReport ?? cause.message;
  delete host.mmEngineReport;
  instance += 1;
  restart();
  if (modules !== null) connectRest(modules.rest);
  return new EngineCrash(report, { cause });
}
