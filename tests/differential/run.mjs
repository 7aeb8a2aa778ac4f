/**
 * Compares the engine with a real kernel over random scenarios: `npm run differential -- THEME FROM TO`.
 *
 * Needs the recording oracle, which needs root and Linux 6.18: ORACLE is the folder with its `replay` and `compare`.
 * MM is the engine's command line (target/release/mm). Scripts, recordings and answers stay in WORK for a look.
 * Prints a line for each seed that differs and a summary; exit status 1 if any differs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { THEMES, scenario } from './generate.mjs';

const ORACLE = process.env.ORACLE;
const MM = process.env.MM ?? 'target/release/mm';
const WORK = process.env.WORK ?? '/tmp/mm-differential';
const REPLAY_LIMIT_MS = 120_000;

const [theme, from, to] = process.argv.slice(2);
if (!THEMES.includes(theme) || !(Number(from) <= Number(to)) || !ORACLE) {
  process.stderr.write(`usage: ORACLE=FOLDER npm run differential -- ${THEMES.join('|')} FROM TO\n`);
  process.exit(2);
}
mkdirSync(WORK, { recursive: true });

/** The line of the script error an answer ends with: a region that a failing `mmap` never made is named later. */
const stoppedAt = (answer) => JSON.parse(answer).error?.toString().match(/line (\d+)/)?.[1] ?? JSON.parse(answer).error?.line?.toString();

/**
 * What can be compared of an answer: without the names of frames that were given back. They are chance: a stale KSM
 * page is named by its frame, and what has that frame by now depends on the kernel's per-CPU page lists.
 */
function comparable(answer) {
  const parsed = JSON.parse(answer);
  for (const { obs } of parsed.steps ?? []) {
    // The pool is everybody's on that machine.
    if (theme !== 'hugetlb' && obs) obs.hugetlb = {};
    if (!obs?.trace) continue;
    const trace = [];
    const isFreed = (event) => event.ev?.startsWith('ksm_remove_');
    // Runs are cut where names differ: written out and put together anew.
    const events = obs.trace.flatMap((event) => (event.events?.some(isFreed) ? Array(event.repeat).fill(event.events).flat() : event));
    for (const event of events) {
      const last = trace.at(-1);
      const { page, n = 1, ...bare } = event;
      if (!isFreed(event)) trace.push(event);
      else if (last && last.ev === event.ev && last.by === event.by && last.mm === event.mm) last.n += n;
      else trace.push({ ...bare, n });
    }
    obs.trace = trace;
  }
  return parsed;
}

/**
 * The kernel counts zero pages for a child that does not get them (MADV_DONTFORK), and keeps them counted for ever: what
 * earlier scripts left behind is taken off.
 */
function withoutLeftovers(expected, got) {
  const gauges = (answer) => (answer.steps ?? []).flatMap(({ obs }) => (obs?.ksm ? [obs.ksm] : []));
  const [theirs, ours] = [gauges(expected), gauges(got)];
  const left = (theirs[0]?.ksm_zero_pages ?? 0) - (ours[0]?.ksm_zero_pages ?? 0);
  if (left <= 0) return;
  for (const gauge of theirs) {
    gauge.ksm_zero_pages -= left;
    gauge.general_profit -= left * 4096;
  }
}

/**
 * What leaves a hugetlb page promised to nobody, for good: a part of a private area that moves away. A machine that
 * records may hold one; then this is played before a script on ours, so that both begin with the same pool, and taken
 * out of the answer again.
 */
const LEAK = ['vm nr_hugepages 2', 'proc leak', 'leak mmap a 4M hugetlb', 'leak mremap a[0..512] to b', 'leak exit', 'vm nr_hugepages 0', 'observe'];

/** The answer without the steps and lines of `LEAK`. */
function withoutLeak(answer) {
  const parsed = JSON.parse(answer || '{}');
  if (parsed.error) parsed.error.line -= LEAK.length;
  parsed.steps = parsed.steps?.slice(LEAK.length).map((step) => ({ ...step, line: step.line - LEAK.length }));
  return JSON.stringify(parsed);
}

/** Whether a page is promised before any script runs. */
const pageLeaked = () => /HugePages_Rsvd:\s+1\n/.test(readFileSync('/proc/meminfo', 'utf8'));

/** Differences that are known to be the recording machine's, each with its reason; the rest are ours to explain. */
const KNOWN = [
  // khugepaged counts what it collapses for everybody: more than ours, while the events of ours are equal.
  { pattern: /^line \d+ `[^`]*`: khugepaged\.pages_collapsed: expected (\d+), got (\d+)$/, reason: 'collapsed for other processes' },
  // A hugetlb entry made writable in place is not flushed, so the processor faults again at each stale one (FIDELITY.md).
  { pattern: /^line \d+ `p\d+ (?:write|madvise) [^`]*`: faults: expected (\d+), got (\d+)$/, reason: 'stale entries of the processor', theme: 'hugetlb' },
  // A fault-around passes over pages that the disk has not delivered yet.
  { pattern: /^line \d+ `p\d+ (?:read|write|madvise) [^`]*`: faults: expected (\d+), got (\d+)$/, reason: 'pages still being read', theme: 'files', most: 4 },
];

/** The reason of a line of the comparison, or undefined: where the kernel's number may only be the larger one. */
function reasonOf(line) {
  for (const { pattern, reason, theme: only, most = Infinity } of KNOWN) {
    const [, expected, got] = line.match(pattern) ?? [];
    const more = Number(expected) - Number(got);
    if (more > 0 && more <= most && (only ?? theme) === theme) return reason;
  }
  return undefined;
}

let differing = 0;
let unanswered = 0;
const explained = {};
for (let seed = Number(from); seed <= Number(to); seed += 1) {
  const base = join(WORK, `${theme}_${seed}`);
  const recorded = `${base}.json`;
  if (!existsSync(recorded)) {
    writeFileSync(`${base}.mm`, scenario(seed, theme));
    if (theme === 'hugetlb' && pageLeaked()) writeFileSync(`${base}.leak.mm`, `${LEAK.join('\n')}\n${scenario(seed, theme)}`);
  }
  if (!existsSync(recorded)) spawnSync(join(ORACLE, 'replay'), ['-o', recorded, `${base}.mm`], { timeout: REPLAY_LIMIT_MS });
  if (!existsSync(recorded)) {
    unanswered += 1;
    process.stdout.write(`${theme} ${seed}: the oracle gave no answer\n`);
    continue;
  }
  const leaked = existsSync(`${base}.leak.mm`);
  const ours = spawnSync(MM, ['run', '--json', leaked ? `${base}.leak.mm` : `${base}.mm`], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (leaked) ours.stdout = withoutLeak(ours.stdout);
  writeFileSync(`${base}.ours.json`, ours.stdout);
  const [expected, got] = [`${base}.expected.json`, `${base}.got.json`];
  const [theirs, mine] = [comparable(readFileSync(recorded, 'utf8')), comparable(ours.stdout || '{}')];
  withoutLeftovers(theirs, mine);
  // The recording waited for khugepaged, which others kept busy: what came before counts.
  if (/does not come to rest/.test(theirs.error)) {
    theirs.error = null;
    theirs.steps = theirs.steps.filter((step) => !step.error);
    mine.steps = mine.steps?.slice(0, theirs.steps.length);
  }
  writeFileSync(expected, JSON.stringify(theirs));
  writeFileSync(got, JSON.stringify(mine));
  const judged = spawnSync(join(ORACLE, 'compare'), ['--no-global', expected, got], { encoding: 'utf8' });
  if (judged.status === 0 && ours.status !== null) continue;
  const stop = stoppedAt(readFileSync(recorded, 'utf8'));
  if (stop !== undefined && stop === stoppedAt(ours.stdout)) continue;
  const lines = judged.stdout.split('\n').filter((line) => line.startsWith('line '));
  const reasons = lines.map(reasonOf);
  if (ours.status !== null && reasons.length > 0 && reasons.every(Boolean)) {
    for (const reason of new Set(reasons)) explained[reason] = [...(explained[reason] ?? []), seed];
    continue;
  }
  differing += 1;
  process.stdout.write(`${theme} ${seed}: ${(judged.stdout + judged.stderr).split('\n')[0] || `mm ended with ${ours.signal}`}\n`);
}
for (const [reason, seeds] of Object.entries(explained)) process.stdout.write(`${reason}: ${seeds.join(' ')}\n`);
const count = Number(to) - Number(from) + 1;
process.stdout.write(`${count} scenarios: ${differing} differ, ${unanswered} without an answer\n`);
process.exitCode = differing > 0 ? 1 : 0;
