/** What the engine tells in objects, as it declares them itself. The package has the declarations without those of the canvas. */
export type { CheckFacts, LineError, LineResult, PageFacts, PageName, TunableFacts } from '../wasm/mm_wasm.js';
