/**
 * Reads the counts of passed and failed checks out of what each tool really printed.
 *
 * Pure functions from text to `{ passed, failed }`. What cannot be read counts as nothing, and a layer that
 * counts nothing has failed: `verdict` sees to that.
 */

const sum = (values) => values.reduce((total, value) => total + value, 0);
const numbers = (text, pattern) => [...text.matchAll(pattern)].map((match) => Number(match[1]));

/** `cargo test` and wasm-bindgen's runner: one "test result:" line for each test program. */
export function libtest(text) {
  return {
    passed: sum(numbers(text, /^\s*test result: \w+\. (\d+) passed;/gm)),
    failed: sum(numbers(text, /^\s*test result: \w+\. \d+ passed; (\d+) failed;/gm)),
  };
}

/**
 * The conformance program: its own line counts recorded scenarios, where libtest sees a single test.
 * `remark` says how many are known to differ, `lines` what share conforms by category.
 */
export function conformance(text) {
  const own = text.match(/^conformance: (\d+) passed, (\d+) failed, (\d+ known differences)$/m);
  if (!own) return { passed: 0, failed: 0 };
  const categories = [...text.matchAll(/^(\w+) +(\d+\/\d+)$/gm)].map(([, name, share]) => `${name} ${share}`);
  return { passed: Number(own[1]), failed: Number(own[2]), remark: own[3], lines: [categories.join(', ')] };
}

/** `cargo nextest run`: its Summary line names only the outcomes that occurred. */
export function nextest(text) {
  const summary = text.match(/^\s*Summary \[.*$/m)?.[0] ?? '';
  const count = (word) => sum(numbers(summary, new RegExp(`(\\d+) ${word}`, 'g')));
  return { passed: count('passed'), failed: count('failed') + count('timed out') + count('exec failed') };
}

/** `rustfmt --check --verbose -l`: each file it visits, then the names of those that differ. */
export function rustfmt(text) {
  const visited = new Set(text.match(/(?<=^Formatting ).+$/gm) ?? []);
  const lines = new Set(text.split('\n'));
  const failed = [...visited].filter((file) => lines.has(file)).length;
  return { passed: visited.size - failed, failed };
}

/**
 * Cargo's JSON messages: compiled targets of the workspace, and those with an error.
 * `rendered` has the errors as a person reads them.
 */
export function cargoMessages(text) {
  const compiled = new Set();
  const broken = new Set();
  const rendered = new Set();
  for (const line of text.split('\n').filter((line) => line.startsWith('{'))) {
    const message = parse(line);
    if (!message?.package_id?.startsWith('path+')) continue;
    const { target, profile } = message;
    if (message.reason === 'compiler-artifact') {
      compiled.add(`${target.src_path} ${target.kind} ${profile.test}`);
    } else if (message.reason === 'compiler-message' && message.message.level === 'error') {
      broken.add(`${target.src_path} ${target.kind}`);
      rendered.add(message.message.rendered);
    }
  }
  return { passed: compiled.size, failed: broken.size, rendered: [...rendered].join('\n') };
}

/** `tsc --listFiles --pretty false`: the project's own files, and those of them with an error. */
export function tsc(text, folder) {
  const own = text.split('\n').filter((line) => line.startsWith(folder) && !line.includes('/node_modules/'));
  const errors = text.match(/^.*\berror TS\d+:.*$/gm) ?? [];
  const broken = new Set(errors.map((line) => line.match(/^(.+?)\(\d+,\d+\): error/)?.[1] ?? line));
  return { passed: Math.max(0, new Set(own).size - broken.size), failed: broken.size };
}

/** Vitest's JSON report. A file that could not be loaded has no tests in it and is one failure. */
export function vitest(json) {
  const report = parse(json);
  if (!report?.testResults) return { passed: 0, failed: 0 };
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.length);
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/**
 * Node's test runner, TAP. It reports a file without tests as a test that passed; here it is a failure. Why a test could
 * not run on this machine is remarked.
 */
export function nodeTest(text) {
  const count = (word) => sum(numbers(text, new RegExp(`^# ${word} (\\d+)$`, 'gm')));
  const empty = text.match(/^ok \d+ - .*\.(?:spec|test)\.mjs$/gm) ?? [];
  const skipped = [...text.matchAll(/^\s*ok \d+ - .* # SKIP (.+)$/gm)].map(([, why]) => why);
  const remark = skipped.length === 0 ? {} : { remark: `could not run here: ${[...new Set(skipped)].join('; ')}` };
  // A failed test, and below it, deeper, what is told of it.
  const failures = [...text.matchAll(/^( *)not ok .*(?:\n\1 .*)*/gm)].map(([failure]) => failure);
  failures.push(...empty.map((line) => `${line}: has no tests`));
  return {
    passed: count('pass') - empty.length,
    failed: count('fail') + count('cancelled') + empty.length,
    ...(failures.length ? { failures } : {}),
    ...remark,
  };
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/**
 * What a layer's counts and its exit code come to: `{ passed, failed, note }`.
 *
 * Nothing counted is a failure, and so is a tool that ended badly without saying which check failed.
 * `remark` is what else a tool's count has to say.
 */
export function verdict({ passed, failed, remark = '' }, code) {
  if (code !== 0 && failed === 0) return { passed, failed: 1, note: `ended with ${code}` };
  if (passed + failed === 0) return { passed: 0, failed: 1, note: 'ran nothing, or its output was not understood' };
  return { passed, failed, note: remark };
}
