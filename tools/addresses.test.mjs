import assert from 'node:assert/strict';
import test from 'node:test';
import { followable } from './addresses.mjs';

test('addresses of workers, files and pictures are written as bundlers follow them', () => {
  const nested = 'new Worker(new URL(new URL(`worker-A_-1.js`,import.meta.url).href,``+import.meta.url),{type:`module`})';
  assert.equal(followable('a.js', nested, []), 'new Worker(new URL("./worker-A_-1.js",import.meta.url),{type:`module`})');
  assert.equal(followable('a.js', 'e=new URL(new URL(`x_bg-1.wasm`,import.meta.url).href,``+import.meta.url)', []), 'e=new URL("./x_bg-1.wasm",import.meta.url)');
  const pictures = followable('a.js', 'new URL(`posters/${i}.svg`,import.meta.url).href', ['one', 'two']);
  // It is an expression of the variable, and of no name that objects have.
  const pictureOf = new Function('i', `return ${pictures.replaceAll('import.meta.url', '"https://cdn.example/mm/mm-playground.js"')}`);
  assert.equal(pictureOf('two'), 'https://cdn.example/mm/posters/two.svg?no-inline');
  assert.deepEqual(['__proto__', 'toString', 'three'].map((name) => pictureOf(name)), [null, null, null]);
});

test("the worker's address alone is that of the worker that a bundler makes", () => {
  const address = followable('a.js', 'C=new URL(`worker-1.js`,import.meta.url).href', []);
  assert.match(address, /new Worker\(new URL\("\.\/worker-1\.js",import\.meta\.url\),\{type:"module"\}\)/);
  const value = new Function(`let ${address.replace('import.meta.url', '"https://cdn.example/mm/a.js"')}; return C`)();
  assert.equal(value, 'https://cdn.example/mm/worker-1.js');
});

test('another form is refused, with its place; what is no file is no such address', () => {
  assert.throws(() => followable('assets/b.js', 'new URL(`other.bin`,import.meta.url)', []), /assets\/b\.js.*other\.bin/);
  assert.equal(followable('b.js', 'new URL(import.meta.url).searchParams;new URL(e,import.meta.url)', []), 'new URL(import.meta.url).searchParams;new URL(e)');
});
