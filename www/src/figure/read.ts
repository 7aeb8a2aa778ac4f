/**
 * Guides as authors write them, in Markdown or JSON. docs/embedding.md describes both.
 *
 * What is read is not trusted: it is bounded, and everything in it ends as text.
 */
import { lexer } from 'marked';
import type { Token, Tokens } from 'marked';
import type { LocaleName } from '../state/preferences.ts';
import type { PageSpan } from '../state/state.ts';
import { BadGuide, readCheck } from './check.ts';
import { MAX_GUIDE_CHARACTERS, MAX_STEPS } from './guide.ts';
import type { Guide, GuideStep, Task } from './guide.ts';

export { BadGuide } from './check.ts';

const END = 2 ** 32;

/** `app.heap`, `app.heap[3]`, `app.heap[0..512]`. */
export function readSpan(text: string): PageSpan {
  const found = /^\s*([\w-]+)\.([\w-]+)(?:\[(\d{1,10})(?:\.\.(\d{1,10}))?\])?\s*$/.exec(text);
  if (found === null) throw new BadGuide(`${JSON.stringify(text.slice(0, 80))} is no highlight: write process.region, process.region[3] or process.region[0..512]`);
  const [, process = '', region = '', start, end] = found;
  return { process, region, start: Number(start ?? 0), end: end !== undefined ? Number(end) : start !== undefined ? Number(start) + 1 : END };
}

export async function fetchGuide(address: string, locale: LocaleName): Promise<Guide> {
  const response = await fetch(new URL(address, document.baseURI));
  if (!response.ok) throw new BadGuide(`the guide ${address} is not there: HTTP status ${response.status}`);
  const text = await response.text();
  return readGuide(text, /^\s*\{/.test(text) ? 'json' : 'markdown', locale);
}

export function readGuide(text: string, kind: 'json' | 'markdown', locale: LocaleName): Guide {
  if (text.length > MAX_GUIDE_CHARACTERS) throw new BadGuide(`a guide has at most ${MAX_GUIDE_CHARACTERS} characters`);
  const guide = kind === 'json' ? fromJson(text, locale) : fromMarkdown(text);
  if (guide.steps.length === 0) throw new BadGuide('the guide has no steps: in Markdown a heading ## begins one');
  if (guide.steps.length > MAX_STEPS) throw new BadGuide(`a guide has at most ${MAX_STEPS} steps`);
  return guide;
}

// --- Markdown ---

/** Before the first heading `## ` the beginning, then a step for each. */
interface Section {
  title: string;
  prose: string[];
  lines: string[];
  keys: Map<string, string>;
}

const KEYS = ['highlight', 'task', 'check', 'hint'] as const;

function fromMarkdown(text: string): Guide {
  const front = /^---\r?\n([^]*?)\r?\n---(?:\r?\n|$)/.exec(text);
  const keys = new Map((front?.[1] ?? '').split('\n').flatMap((line) => {
    const found = /^(\w+)\s*:\s*(.*?)\s*$/.exec(line);
    return found === null ? [] : [[(found[1] ?? '').toLowerCase(), (found[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')] as const];
  }));
  const sections: Section[] = [emptySection('')];
  for (const token of lexer(text.slice(front?.[0].length ?? 0))) addTo(sections, token);
  const [begin, ...steps] = sections as [Section, ...Section[]];
  return {
    title: keys.get('title') ?? begin.title,
    scenario: keys.get('scenario') ?? null,
    script: begin.lines.join('\n'),
    steps: steps.map((section, i) => stepOf(i, {
      title: section.title,
      // What stands before the first step introduces it.
      caption: [...(i === 0 ? begin.prose : []), ...section.prose].join('\n'),
      lines: section.lines.join('\n'),
      highlight: section.keys.get('highlight'), task: section.keys.get('task'), check: section.keys.get('check'), hint: section.keys.get('hint'),
    })),
  };
}

function emptySection(title: string): Section {
  return { title, prose: [], lines: [], keys: new Map() };
}

function addTo(sections: Section[], token: Token): void {
  const section = sections.at(-1) as Section;
  if (token.type === 'heading' && (token as Tokens.Heading).depth <= 2) {
    const { depth, text } = token as Tokens.Heading;
    if (depth === 1 && sections.length === 1) section.title = text;
    else sections.push(emptySection(text));
  } else if (token.type === 'code' && ['mm', ''].includes((token as Tokens.Code).lang ?? '')) {
    section.lines.push((token as Tokens.Code).text);
  } else if (token.type === 'paragraph') {
    const rest: string[] = [];
    let key: string | null = null;
    for (const line of (token as Tokens.Paragraph).raw.trimEnd().split('\n')) {
      const found = /^\**(highlight|task|check|hint)\**\s*:\**\s*(.*)$/i.exec(line.trim());
      if (found !== null) {
        key = (found[1] ?? '').toLowerCase();
        section.keys.set(key, found[2] ?? '');
      } else if (key !== null) section.keys.set(key, `${section.keys.get(key)} ${line.trim()}`);
      else rest.push(line);
    }
    if (rest.length > 0) section.prose.push(`${rest.join('\n')}\n`);
  } else {
    section.prose.push(token.raw);
  }
}

// --- JSON ---

type Given = Partial<Record<'title' | 'caption' | 'lines' | (typeof KEYS)[number], string | undefined>>;

function fromJson(text: string, locale: LocaleName): Guide {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadGuide(`the guide is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const guide = members(value, 'the guide');
  const words = (part: unknown, what: string): string | undefined => wordsOf(part, locale, what);
  const { steps } = guide;
  if (!Array.isArray(steps)) throw new BadGuide('the guide has no list of steps');
  return {
    title: words(guide['title'], 'title') ?? '',
    scenario: words(guide['scenario'], 'scenario') ?? null,
    script: words(guide['script'], 'script') ?? '',
    steps: steps.map((one: unknown, i) => {
      const step = members(one, `step ${i + 1}`);
      const task = step['task'] === undefined ? {} : members(step['task'], `the task of step ${i + 1}`);
      return stepOf(i, {
        title: words(step['title'], 'title'), caption: words(step['caption'], 'caption'), lines: words(step['lines'], 'lines'), highlight: words(step['highlight'], 'highlight'),
        task: words(task['text'], 'text'), check: words(task['check'], 'check'), hint: words(task['hint'], 'hint'),
      });
    }),
  };
}

function members(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadGuide(`${what} is no object`);
  return value as Record<string, unknown>;
}

/** A text, lines as a list, or a text for each language. */
function wordsOf(part: unknown, locale: LocaleName, what: string): string | undefined {
  if (part === undefined || part === null) return undefined;
  if (typeof part === 'string') return part;
  if (Array.isArray(part) && part.every((line) => typeof line === 'string')) return part.join('\n');
  if (typeof part === 'object' && !Array.isArray(part)) {
    const { [locale]: own, en } = part as Record<string, unknown>;
    const chosen = own ?? en;
    if (typeof chosen === 'string') return chosen;
  }
  throw new BadGuide(`${what} is neither a text nor a text for each language: { "en": …, "zh": … }`);
}

// --- both ---

function stepOf(i: number, { title = '', caption = '', lines = '', highlight, task, check, hint = '' }: Given): GuideStep {
  try {
    return { title, caption, lines, highlight: highlight === undefined ? null : readSpan(highlight), task: taskOf(task, check, hint) };
  } catch (error) {
    throw error instanceof BadGuide ? new BadGuide(`step ${i + 1}: ${error.message}`) : error;
  }
}

function taskOf(text: string | undefined, check: string | undefined, hint: string): Task | null {
  if (text === undefined && check === undefined) return null;
  if (check === undefined) throw new BadGuide('a task needs a check, such as: Check: app AnonHugePages >= 4096 kB');
  return { text: text ?? check, check: readCheck(check), hint };
}
