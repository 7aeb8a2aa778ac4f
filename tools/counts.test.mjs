/** The counts are read from what the tools really print: each sample below is a tool's own output. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as counts from './counts.mjs';

const cases = [
  [
    'libtest adds up its programs',
    counts.libtest,
    `running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s`,
    { passed: 7, failed: 1 },
  ],
  ['libtest without a result counts nothing', counts.libtest, 'error: could not compile `x`', { passed: 0, failed: 0 }],
  [
    'conformance counts scenarios, not its one test',
    counts.conformance,
    `running 1 test
khp          30/31
ksm          28/30
conformance: 120 passed, 2 failed, 24 known differences
test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 3.01s`,
    { passed: 120, failed: 2, remark: '24 known differences', lines: ['khp 30/31, ksm 28/30'] },
  ],
  [
    'nextest names only what occurred',
    counts.nextest,
    '     Summary [   0.012s] 3 tests run: 3 passed, 4 skipped',
    { passed: 3, failed: 0 },
  ],
  [
    'nextest with failures and time-outs',
    counts.nextest,
    `        FAIL [   0.004s] x::t fails
     Summary [   1.012s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 0 skipped
        FAIL [   0.004s] x::t fails`,
    { passed: 6, failed: 3 },
  ],
  [
    'rustfmt visits files and names those that differ',
    counts.rustfmt,
    `Formatting /w/a/src/lib.rs
Formatting /w/a/src/map.rs
/w/a/src/map.rs
Spent 0.004 secs in the parsing phase, and 0.004 secs in the formatting phase`,
    { passed: 1, failed: 1 },
  ],
  [
    'vitest counts tests, and files that did not load',
    counts.vitest,
    JSON.stringify({
      numPassedTests: 4,
      numFailedTests: 1,
      testResults: [
        { status: 'passed', assertionResults: [{}, {}, {}, {}] },
        { status: 'failed', assertionResults: [{}] },
        { status: 'failed', assertionResults: [] },
      ],
    }),
    { passed: 4, failed: 2 },
  ],
  ['vitest without a report counts nothing', counts.vitest, '', { passed: 0, failed: 0 }],
  [
    'node:test calls a file without tests passed; it is not',
    counts.nodeTest,
    `ok 1 - loads
ok 2 - /w/tests/e2e/empty.spec.mjs
not ok 3 - breaks
  ---
  error: 'no lane'
  ...
1..3
# tests 3
# pass 2
# fail 1
# cancelled 0`,
    {
      passed: 1,
      failed: 2,
      failures: ["not ok 3 - breaks\n  ---\n  error: 'no lane'\n  ...", 'ok 2 - /w/tests/e2e/empty.spec.mjs: has no tests'],
    },
  ],
  [
    'node:test, what is not here',
    counts.nodeTest,
    'ok 1 - loads\nok 2 - builds # SKIP sphinx: Python is not here\n# pass 1\n# fail 0\n# skipped 1',
    { passed: 1, failed: 0, remark: 'could not run here: sphinx: Python is not here' },
  ],
];

for (const [name, count, text, want] of cases) {
  test(name, () => assert.deepEqual(count(text), want));
}

test('tsc counts own files and those with errors', () => {
  const text = `/w/node_modules/typescript/lib/lib.es5.d.ts
/w/www/node_modules/x/index.d.ts
/w/www/src/main.ts
/w/www/src/format.ts
src/format.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
src/format.ts(9,1): error TS2304: Cannot find name 'x'.`;
  assert.deepEqual(counts.tsc(text, '/w/www'), { passed: 1, failed: 1 });
  assert.deepEqual(counts.tsc("error TS5058: The specified path does not exist: 'www'.", '/w/www'), {
    passed: 0,
    failed: 1,
  });
});

test('cargo messages count targets of the workspace', () => {
  const line = (reason, file, more) =>
    JSON.stringify({
      reason,
      package_id: 'path+file:///w/crate/engine#mm-engine@0.1.0',
      target: { src_path: file, kind: ['lib'] },
      ...more,
    });
  const text = [
    '    Checking mm-engine v0.1.0 (/w/crate/engine)',
    JSON.stringify({ reason: 'compiler-artifact', package_id: 'registry+https://x#serde@1.0.0', target: {} }),
    line('compiler-artifact', '/w/a.rs', { profile: { test: false } }),
    line('compiler-artifact', '/w/a.rs', { profile: { test: true } }),
    line('compiler-message', '/w/b.rs', { message: { level: 'error', rendered: 'error: b' } }),
    line('compiler-message', '/w/b.rs', { message: { level: 'error', rendered: 'error: c' } }),
    line('compiler-message', '/w/a.rs', { message: { level: 'warning', rendered: 'warning: d' } }),
    '{"reason":"build-finished","success":false}',
  ].join('\n');
  assert.deepEqual(counts.cargoMessages(text), { passed: 2, failed: 1, rendered: 'error: b\nerror: c' });
});

test('nothing counted, or a bad end, is a failure', () => {
  assert.equal(counts.verdict({ passed: 0, failed: 0 }, 0).failed, 1);
  assert.equal(counts.verdict({ passed: 3, failed: 0 }, 101).failed, 1);
  assert.deepEqual(counts.verdict({ passed: 3, failed: 0 }, 0), { passed: 3, failed: 0, note: '' });
  assert.deepEqual(counts.verdict({ passed: 3, failed: 2 }, 0), { passed: 3, failed: 2, note: '' });
});
