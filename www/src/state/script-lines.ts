/** Lines of a script as they are played: loops expanded, what is no command left out. The script is taken to be right. */

/** Bound of the language on what a script expands to. */
const MAX_LINES = 100_000;
const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A place in the run of a script: after so many commands, at this virtual time. */
export interface Place {
  lines: number;
  ns: number;
}

/** The line of the text, from 1, that each command played stands on. */
export function playedLines(script: string): number[] {
  const lines = script.split('\n').map((line) => (line.split('#')[0] ?? '').trim());
  const out: number[] = [];
  const play = (from: number, to: number): void => {
    for (let i = from; i < to && out.length < MAX_LINES; i += 1) {
      const words = lines[i] ?? '';
      const loop = /^for\s+\w+\s+in\s+(\w+)\.\.(\w+)$/.exec(words);
      if (loop !== null) {
        const end = endOf(lines, i);
        for (let turn = Number(loop[1]); turn < Number(loop[2]) && out.length < MAX_LINES; turn += 1) play(i + 1, end);
        i = end;
      } else if (words !== '' && words !== 'end' && !/^machine\b/.test(words)) {
        out.push(i + 1);
      }
    }
  };
  play(0, lines.length);
  return out;
}

function endOf(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i += 1) {
    if (/^for\s/.test(lines[i] ?? '')) depth += 1;
    else if (lines[i] === 'end' && (depth -= 1) === 0) return i;
  }
  return lines.length;
}

/** Where a script stands when it comes to a line of its text for the first time. */
export function placeOf(script: string, line: number): Place {
  const texts = script.split('\n');
  const place: Place = { lines: 0, ns: 0 };
  for (const at of playedLines(script)) {
    if (at >= line) break;
    const run = /^\s*run\s+([\d.]+)(ns|us|ms|s|m|h)\b/.exec(texts[at - 1] ?? '');
    if (run === null) place.lines += 1;
    else place.ns += Math.round(Number(run[1]) * (NS[run[2] ?? 's'] ?? 0));
  }
  return place;
}

/** The first line, from 1, in which two texts differ; null if they are the same. A change in a loop counts from its `for`. */
export function firstChange(before: string, after: string): number | null {
  if (before === after) return null;
  const [a, b] = [before.split('\n'), after.split('\n')];
  let at = a.findIndex((line, i) => line !== b[i]);
  if (at < 0) at = a.length;
  const open: number[] = [];
  for (let i = 0; i < at; i += 1) {
    const words = (b[i]?.split('#')[0] ?? '').trim();
    if (/^for\s/.test(words)) open.push(i);
    else if (words === 'end') open.pop();
  }
  return (open[0] ?? at) + 1;
}
