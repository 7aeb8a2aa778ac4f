/**
 * What the commands say while they work: one line a step, with its seconds.
 *
 * On a terminal the running step rewrites its own line with the latest line of
 * the tool behind it. In a log file it prints a sign of life every half minute.
 */

const out = process.stdout;
const colour = out.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = (text) => paint('1', text);
export const dim = (text) => paint('2', text);
export const red = (text) => paint('31', text);
export const green = (text) => paint('32', text);

/** Seconds between signs of life when the output is not a terminal. */
const HEARTBEAT_S = 30;

/** An error whose message is all a person needs: printed without a stack. */
export class Refusal extends Error {}

/** Seconds since `start_ms`, as text. */
export const since = (start_ms) => `${((performance.now() - start_ms) / 1000).toFixed(1)} s`;

/** One plain line. */
export const say = (line = '') => out.write(`${line}\n`);

/**
 * Runs `work` as one step and prints how it went.
 *
 * `work` receives a function that takes the latest line of the tool's output;
 * what it resolves to is what `step` resolves to. `verdict` may turn that into
 * the words after the step's name, or into `{ failed: words }`.
 */
export async function step(what, why, work, verdict = () => '') {
  const start_ms = performance.now();
  let latest = '';
  let beat_ms = start_ms;
  if (out.isTTY) drawRunning(what, why, start_ms, latest);
  else say(`  ${bold(what)}${why ? dim(`  ${why}`) : ''}`);
  const timer = setInterval(() => {
    if (out.isTTY) drawRunning(what, why, start_ms, latest);
    else if (performance.now() - beat_ms > HEARTBEAT_S * 1000) {
      beat_ms = performance.now();
      say(dim(`    … ${since(start_ms)}  ${latest.slice(0, 100)}`));
    }
  }, out.isTTY ? 200 : 1000);
  const finish = (mark, words) => {
    clearInterval(timer);
    if (out.isTTY) out.write('\r\x1b[2K');
    say(`${mark} ${bold(what)}${words ? `  ${words}` : ''}  ${dim(since(start_ms))}`);
  };
  try {
    const result = await work((line) => {
      if (line.trim()) latest = line.trim();
    });
    const words = verdict(result);
    if (words && words.failed) finish(red('✗'), words.failed);
    else finish(green('✓'), words);
    return result;
  } catch (error) {
    finish(red('✗'), 'failed');
    throw error;
  }
}

/** Rewrites the running step's line, cut to the terminal's width so that it stays one line. */
function drawRunning(what, why, start_ms, latest) {
  const room = Math.max(0, (out.columns ?? 80) - what.length - 3);
  const rest = [why, since(start_ms), latest.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')].filter(Boolean).join('  ');
  out.write(`\r\x1b[2K  ${bold(what)}${dim(`  ${rest}`.slice(0, room))}`);
}

/** Runs a command's main function; a Refusal ends it with its message alone. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    say();
    say(red(error instanceof Refusal ? error.message : String(error?.stack ?? error)));
    process.exitCode = 1;
  }
}

/** Rows of text as an aligned table; columns in `right` are set flush right. */
export function table(rows, right = []) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
