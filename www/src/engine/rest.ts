/**
 * The second part of the engine: virtual files, explanations, and the kinds of memory that a first look does not show.
 *
 * It is fetched once the page is running. If the engine needs it earlier, the worker waits for it: the engine calls
 * `mmEngineRest` from the middle of its work, and cannot go on without.
 */

declare global {
  /** Called by the engine with its exports when it needs its second part. */
  var mmEngineRest: ((first: WebAssembly.ModuleImports) => void) | undefined;
}

const ADDRESS = new URL('../wasm/mm_wasm_rest.wasm', import.meta.url);

/** The second part could not be had, and the engine stopped in the middle of something. */
export class RestUnavailable extends Error {
  constructor(why: string) {
    super(`The second part of the engine could not be loaded (${why}). Check the connection and try again.`);
    this.name = 'RestUnavailable';
  }
}

let compiled: WebAssembly.Module | null = null;

function fetchNow(): WebAssembly.Module {
  const request = new XMLHttpRequest();
  request.open('GET', ADDRESS, false);
  request.responseType = 'arraybuffer';
  try {
    request.send();
  } catch (error) {
    throw new RestUnavailable(String(error));
  }
  if (request.status !== 200) throw new RestUnavailable(`HTTP status ${request.status}`);
  return new WebAssembly.Module(request.response as ArrayBuffer);
}

globalThis.mmEngineRest = (first) => {
  compiled ??= fetchNow();
  new WebAssembly.Instance(compiled, { first });
};

/** Fetches and compiles the second part in the background. A failure costs nothing: it is tried again when needed. */
export async function fetchRest(): Promise<void> {
  try {
    compiled ??= await WebAssembly.compileStreaming(fetch(ADDRESS));
  } catch {
    // A server that names another type than application/wasm, or none to reach.
  }
}
