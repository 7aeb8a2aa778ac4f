/**
 * Other programs: finding them, running them, and never leaving one behind.
 *
 * Every child is the leader of a process group of its own, so that a time limit
 * or Ctrl-C ends a whole tree (cargo and its compilers, a driver and its browser).
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from './terminal.mjs';

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const running = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) endGroup(child, 'SIGTERM');
    process.exit(130);
  });
}
process.on('exit', () => {
  for (const child of running) endGroup(child, 'SIGKILL');
});

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** Puts folders in front of PATH, for this process and what it starts. */
export function prependPath(...folders) {
  const path = (process.env.PATH ?? '').split(delimiter);
  const missing = folders.filter((folder) => !path.includes(folder));
  process.env.PATH = [...missing, ...path].join(delimiter);
}

/** Where a program lies on PATH, or null. */
export function which(name) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const suffix of suffixes) {
      const path = join(folder, name + suffix);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not here
      }
    }
  }
  return null;
}

/** First line that a program prints, or null if it cannot be run. For version questions. */
export function firstLine(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? stdout.split('\n')[0].trim() : null;
}

/**
 * Runs a program to its end.
 *
 * Resolves to `{ code, output, stdout }`: `output` has both streams as they came, with colours removed.
 * `onLine` gets each line as it is printed. Over `limit_s` seconds its process group is ended, and `code` is 124.
 */
export function run(command, args, { cwd = ROOT, env = {}, onLine, limit_s = 1800 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    running.add(child);
    let output = '';
    let stdout = '';
    let partial = '';
    let expired = false;
    const take = (text) => {
      output += text;
      const lines = (partial + text).split(/\r?\n|\r/);
      partial = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    };
    const timer = setTimeout(() => {
      expired = true;
      take(`\nended: not finished after ${limit_s} s\n`);
      endGroup(child, 'SIGKILL');
    }, limit_s * 1000);
    const done = (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code: expired ? 124 : code, output: plain(output), stdout: plain(stdout) });
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => {
      take(`${command}: ${error.message}\n`);
      done(127);
    });
    child.on('close', (code, signal) => done(code ?? (signal ? 128 : 1)));
  });
}

/** Text without terminal colours. */
const plain = (text) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');

/** Like `run`, but a non-zero end is a Refusal that shows the end of the output. */
export async function mustRun(command, args, options) {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  const tail = result.output.trimEnd().split('\n').slice(-40).join('\n');
  throw new Refusal(`${tail}\n\n${[command, ...args].join(' ')} ended with ${result.code}`);
}

/** A script of an npm package, run by this Node. Independent of shells and of .bin links. */
export function packageScript(...path) {
  const file = join(ROOT, 'node_modules', ...path);
  if (!existsSync(file)) throw new Refusal(`${file} is missing: npm ci`);
  return file;
}
