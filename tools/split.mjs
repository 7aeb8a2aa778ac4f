/**
 * Cuts a WebAssembly module in two: what a page starts with, and the rest, fetched when it is idle or needed.
 *
 * The first part owns memory, tables and globals, and keeps its exports. In it each function of the rest that is called
 * from outside the rest is a gate: it looks into the table `rest`, calls the export `loadRest` if its place is empty,
 * and goes on to the function there. Instantiating the rest with `{ first: EXPORTS OF THE FIRST PART }` fills that
 * table, so that `loadRest` has nothing else to do.
 */
import binaryen from 'binaryen';

/** Export of the module to be cut that instantiates the rest: `() -> ()`. */
export const LOAD = 'loadRest';

/** Table of the gates, and what the rest imports from. */
const TABLE = 'rest';
const FIRST = 'first';

/** What browsers have had for years, and what Rust's and wasm-bindgen's output uses. */
const { BulkMemory, BulkMemoryOpt, CallIndirectOverlong, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SignExt } =
  binaryen.Features;
export const FEATURES =
  BulkMemory | BulkMemoryOpt | CallIndirectOverlong | Multivalue | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SignExt;

const DROP_UNUSED = ['remove-unused-module-elements'];
const DROP_NAMES = ['strip-debug', 'strip-producers'];

export { binaryen };

/** A module as Binaryen has it. */
export function read(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(FEATURES);
  return module;
}

const each = (count, get, info) => Array.from({ length: count }, (_, at) => info(get(at)));
const functions = (module) => each(module.getNumFunctions(), (at) => module.getFunctionByIndex(at), binaryen.getFunctionInfo);
/** The functions that a module does not import. */
export const ownFunctions = (module) => functions(module).filter(({ module: from }) => !from);
const globals = (module) => each(module.getNumGlobals(), (at) => module.getGlobalByIndex(at), binaryen.getGlobalInfo);
const tables = (module) => each(module.getNumTables(), (at) => module.getTableByIndex(at), binaryen.getTableInfo);
const exports = (module) => each(module.getNumExports(), (at) => module.getExportByIndex(at), binaryen.getExportInfo);
const segments = (module) =>
  each(module.getNumElementSegments(), (at) => module.getElementSegmentByIndex(at), binaryen.getElementSegmentInfo);

/** Short names for what crosses, by the name it has in both: they are part of what is downloaded. */
const shortNames = (items, letter) => items.map((item, at) => ({ ...item, short: `${letter}${at.toString(36)}` }));

/** Puts gates into the place of `moved`, and drops what can only be reached through them. */
function keepFirst(module, moved) {
  const load = exports(module).find(({ name }) => name === LOAD)?.value;
  if (load === undefined) throw new Error(`the module has no export ${LOAD}`);
  module.addTable(TABLE, moved.length, moved.length);
  for (const [place, { name, params, results }] of moved.entries()) {
    module.removeFunction(name);
    const given = binaryen.expandType(params).map((type, at) => module.local.get(at, type));
    const slot = () => module.i32.const(place);
    const empty = module.ref.is_null(module.table.get(TABLE, slot(), binaryen.funcref));
    const go = module.call_indirect(TABLE, slot(), given, params, results);
    const body = module.block(null, [module.if(empty, module.call(load, [], binaryen.none)), go], results);
    module.addFunction(name, params, results, [], body);
  }
  // Before anything is dropped: the rest may be all that uses them.
  for (const { name, short } of shortNames(tables(module), 't')) module.addTableExport(name, short);
  for (const { name, short } of shortNames(globals(module), 'g')) module.addGlobalExport(name, short);
  module.runPasses(DROP_UNUSED);
}

/** Imports all that the first part keeps (`kept`, and what the module itself imports), and drops what nothing needs. */
function keepRest(module, kept, moved) {
  for (const { name, params, results } of kept) {
    module.removeFunction(name);
    module.addFunctionImport(name, FIRST, name, params, results);
  }
  for (const { name } of exports(module)) module.removeExport(name);
  for (const { name } of segments(module)) module.removeElementSegment(name);
  const memory = module.getMemoryInfo();
  module.addTable(TABLE, moved.length, moved.length);
  module.setMemory(memory.initial, memory.max ?? -1, null, []);
  module.addMemoryImport('0', FIRST, 'memory', false);
  for (const { name, short } of shortNames(tables(module), 't')) module.addTableImport(name, FIRST, short);
  for (const { name, short, type, mutable } of shortNames(globals(module), 'g')) {
    module.addGlobalImport(name, FIRST, short, type, mutable);
  }
  module.addActiveElementSegment(
    TABLE,
    'gates',
    moved.map(({ name }) => name),
    module.i32.const(0),
  );
  module.runPasses(DROP_UNUSED);
}

/** Exports from the first part what the rest takes from it: functions it keeps, and those that both import. */
function connect(first, rest) {
  const kept = new Set(functions(first).map(({ name }) => name));
  const crossing = functions(rest).filter(({ module }) => module);
  for (const { name, module, base, params, results, short } of shortNames(crossing, '~')) {
    if (!kept.has(name)) first.addFunctionImport(name, module, base, params, results);
    first.addFunctionExport(name, short);
    rest.addFunctionImport(name, FIRST, short, params, results);
  }
}

function written(module, part) {
  module.runPasses(DROP_NAMES);
  if (!module.validate()) throw new Error(`the ${part} part is not a valid module`);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/**
 * Cuts the module in `bytes`, which must carry the names of its functions, export its memory as `memory` and have an
 * export `loadRest`. Functions whose name `isRest` accepts, and all that only they reach, become the rest.
 */
export function split(bytes, isRest) {
  const [first, rest] = [read(bytes), read(bytes)];
  const moved = ownFunctions(first).filter(({ name }) => isRest(name));
  if (moved.length === 0) throw new Error('no function belongs to the rest: does the module carry names?');
  keepFirst(first, moved);
  const gates = new Set(moved.map(({ name }) => name));
  const kept = ownFunctions(first).filter(({ name }) => !gates.has(name));
  keepRest(rest, kept, moved);
  connect(first, rest);
  return { first: written(first, 'first'), rest: written(rest, 'rest') };
}
