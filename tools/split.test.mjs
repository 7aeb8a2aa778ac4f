/** A module cut in two does what the whole did, and brings its rest when that is first needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEATURES, binaryen, split } from './split.mjs';

/** `sum(n)` uses memory, a global and a host's function, by way of a function that is called through a table. */
const WHOLE = `(module
  (type $step (func (param i32) (result i32)))
  (import "host" "told" (func $told (param i32)))
  (import "host" "loadRest" (func $hostLoad))
  (memory $0 1)
  (table $table 2 2 funcref)
  (global $calls (mut i32) (i32.const 0))
  (elem (i32.const 0) $double $seldom)
  (data (i32.const 8) "\\05")
  (func $double (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func $seldom (param i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $told (local.get 0))
    (call $deep (local.get 0)))
  (func $deep (param i32) (result i32)
    (i32.add (call_indirect (type $step) (local.get 0) (i32.const 0)) (i32.load8_u (i32.const 8))))
  (func $often (param i32) (result i32) (call_indirect (type $step) (local.get 0) (i32.const 0)))
  (func $run (param i32 i32) (result i32) (call_indirect (type $step) (local.get 0) (local.get 1)))
  (func $two (param i32) (result i32 i32) (local.get 0) (call $seldom (local.get 0)))
  (func $load (call $hostLoad))
  (func $count (result i32) (global.get $calls))
  (export "memory" (memory $0))
  (export "loadRest" (func $load))
  (export "often" (func $often))
  (export "run" (func $run))
  (export "two" (func $two))
  (export "count" (func $count)))`;

function whole() {
  const module = binaryen.parseText(WHOLE);
  module.setFeatures(FEATURES);
  binaryen.setDebugInfo(true);
  const bytes = module.emitBinary();
  binaryen.setDebugInfo(false);
  module.dispose();
  return bytes;
}

/** Instances of the two parts as a page makes them, and what was asked of the host. */
function started(names) {
  const { first, rest } = split(whole(), (name) => names.includes(name));
  const asked = { loads: 0, told: [] };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(first), {
    host: {
      told: (value) => asked.told.push(value),
      loadRest() {
        asked.loads += 1;
        new WebAssembly.Instance(new WebAssembly.Module(rest), { first: instance.exports });
      },
    },
  });
  return { asked, exports: instance.exports, first, rest };
}

test('the rest comes when it is first needed, once, and shares everything', () => {
  const { asked, exports } = started(['seldom', 'two']);
  assert.equal(exports.often(4), 8);
  assert.equal(exports.run(4, 0), 8);
  assert.equal(asked.loads, 0);
  assert.equal(exports.run(4, 1), 13, 'through the table');
  assert.deepEqual(exports.two(3), [3, 11], 'several results');
  new Uint8Array(exports.memory.buffer)[8] = 100;
  assert.equal(exports.run(1, 1), 102, 'one memory');
  assert.equal(exports.count(), 3, 'one global');
  assert.deepEqual(asked, { loads: 1, told: [4, 3, 1] });
});

test('what only the rest uses is not in the first part', () => {
  const { first, rest } = started(['seldom', 'two']);
  const functions = (bytes) => {
    const module = binaryen.readBinary(bytes);
    const count = module.getNumFunctions();
    module.dispose();
    return count;
  };
  // Two imports; double, often, run, load, count; gates of seldom and two. Not deep.
  assert.equal(functions(first), 9);
  // seldom, two, deep; what the host is told crosses.
  assert.equal(functions(rest), 4);
});

test('a module without names or without loadRest is refused', () => {
  assert.throws(() => split(whole(), () => false), /does the module carry names/);
  const module = binaryen.parseText('(module (func $a) (export "a" (func $a)))');
  const bytes = module.emitBinary();
  module.dispose();
  assert.throws(() => split(bytes, () => true), /no export loadRest/);
});
