/**
 * A scenario as a C program that makes the same calls on a real Linux machine.
 *
 * The script has been read by the engine, so it is taken to be right; a line that only the engine can run becomes a
 * comment. Loops stay loops where their variable is a number everywhere, and are written out elsewhere.
 */
import { translate } from './c-lines.ts';
import type { Names } from './c-lines.ts';

/** Bound of the language on what a script expands to. */
const MAX_LINES = 100_000;

interface Line { kind: 'line'; words: string }
interface Loop { kind: 'loop'; variable: string; from: number; to: number; body: Node[] }
interface Remark { kind: 'remark'; text: string }
type Node = Line | Loop | Remark;

/** @param runtime what the program begins with, of runtime.c */
export function cProgram(name: string, script: string, runtime: string): string {
  const nodes = parse(script);
  const names = new NameTable();
  const body = nodes.flatMap((node) => emit(node, names, '\t', []));
  const list = (words: readonly string[], first: string): string => `{ ${[first, ...words.map((word) => JSON.stringify(word))].join(', ')} }`;
  const ids = (kind: string, words: readonly string[], start: number): string => words.map((word, i) => `#define ${names.id(kind, word)} ${i + start}\n`).join('');
  const regions = names.of('r').map((word) => `static struct region ${names.id('r', word)};\n`).join('');
  return [
    `/* ${name.replaceAll('*/', '* /')}, from mm-playground. cc -o scenario scenario.c; settings and daemons need root. */\n`,
    `#define NR_PROCESSES ${names.of('p').length + 1}\n#define NR_FILES ${names.of('f').length}\n`,
    `#define PROCESS_NAMES ${list(names.of('p'), '"script"')}\n`,
    runtime.replace(/^\/\*[^]*?\*\/\n/, (comment) => `\n${comment}`),
    '\n', ids('p', names.of('p'), 1), ids('f', names.of('f'), 0), '\n', regions,
    `\nint main(void)\n{\n\tstart();\n${body.join('\n')}\n\treturn finish();\n}\n`,
  ].join('');
}

/** Names of the script as names of C: `p_`, `r_` and `f_` for processes, regions and files. */
class NameTable implements Names {
  readonly #known = new Map<string, Map<string, string>>();

  id(kind: string, name: string): string {
    const table = this.#known.get(kind) ?? new Map<string, string>();
    this.#known.set(kind, table);
    let id = table.get(name);
    if (id === undefined) {
      const plain = `${kind}_${name.replaceAll(/[^A-Za-z0-9_]/g, (c) => `_${(c.codePointAt(0) ?? 0).toString(16)}_`)}`;
      const taken = new Set(table.values());
      id = plain;
      for (let i = 2; taken.has(id); i += 1) id = `${plain}_${i}`;
      table.set(name, id);
    }
    return id;
  }

  of(kind: string): readonly string[] {
    return [...(this.#known.get(kind) ?? new Map<string, string>()).keys()];
  }
}

function parse(script: string): Node[] {
  const top: Node[] = [];
  const open: Loop[] = [];
  let lines = 0;
  for (const text of script.split('\n')) {
    const into = open.at(-1)?.body ?? top;
    const [code = '', ...comment] = text.split('#');
    const words = code.trim().split(/\s+/).join(' ');
    if (comment.length > 0 && words === '') into.push({ kind: 'remark', text: comment.join('#').trim() });
    const loop = /^for (\w+) in (\w+)\.\.(\w+)$/.exec(words);
    if (loop !== null) {
      const node: Loop = { kind: 'loop', variable: loop[1] ?? 'i', from: Number(loop[2]), to: Number(loop[3]), body: [] };
      into.push(node);
      open.push(node);
    } else if (words === 'end') {
      open.pop();
    } else if (words !== '' && (lines += 1) <= MAX_LINES) {
      into.push({ kind: 'line', words });
    }
  }
  return top;
}

/** Whether a variable stands for a whole number wherever it is used, so that C can count it. */
function isNumber(variable: string, body: readonly Node[]): boolean {
  const use = new RegExp(`\\$${variable}\\b`, 'g');
  return body.every((node) => {
    if (node.kind === 'remark') return true;
    if (node.kind === 'loop') return isNumber(variable, node.body);
    if (!/^\S+ (?:write|read|check|madvise|mprotect|munmap|mlock|munlock|msync) /.test(node.words)) return !use.test(node.words);
    return [...node.words.matchAll(use)].every(({ index, 0: found }) => {
      const [before, after] = [node.words[index - 1] ?? '', node.words[index + found.length] ?? ''];
      return /[[.:=]/.test(before) && /^[\].:]?$/.test(after) && !/(?:fill|byte)=$/.test(node.words.slice(0, index));
    });
  });
}

function substitute(nodes: readonly Node[], variable: string, value: number): Node[] {
  const use = new RegExp(`\\$${variable}\\b`, 'g');
  return nodes.map((node): Node => {
    if (node.kind === 'line') return { kind: 'line', words: node.words.replace(use, String(value)) };
    if (node.kind === 'loop') return { ...node, body: substitute(node.body, variable, value) };
    return node;
  });
}

function emit(node: Node, names: Names, indent: string, counters: readonly string[]): string[] {
  switch (node.kind) {
    case 'remark': return [`${indent}/* ${node.text.replaceAll('*/', '* /')} */`];
    case 'line': return [indent + translate(node.words, names, counters)];
    case 'loop': {
      const { variable, from, to, body } = node;
      if (!isNumber(variable, body)) {
        const turns = Array.from({ length: Math.max(0, to - from) }, (_, i) => substitute(body, variable, from + i));
        return turns.flat().filter(({ kind }) => kind !== 'remark').flatMap((inner) => emit(inner, names, indent, counters));
      }
      const inner = body.flatMap((each) => emit(each, names, `${indent}\t`, [...counters, variable]));
      const counter = `n_${variable}`;
      return [`${indent}for (long ${counter} = ${from}; ${counter} < ${to}; ${counter}++) {`, ...inner, `${indent}}`];
    }
  }
}
