import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { hostileLinks, hostileMessages } from '../../../tests/fuzz/hostile.mjs';
import { BadLink, decodeWork } from '../state/share.ts';
import { readMessage } from './messages.ts';
import SCHEMA from '../../public/embed.schema.json';
import { isAllowed, readOrigins, readParams } from './params.ts';

const documented = new Ajv2020({ strict: false }).compile(SCHEMA);

const GOOD: readonly unknown[] = [
  { mm: 1, id: 1, do: 'run', lines: 'proc p' },
  { mm: 1, id: 'a', do: 'run', lines: '' },
  { mm: 1, id: 0, do: 'seek', to: 12 },
  { mm: 1, id: 0, do: 'seek', to: { position: 3 } },
  { mm: 1, id: 0, do: 'seek', to: { seconds: 0.5 } },
  ...['play', 'pause', 'observe', 'state', 'why'].map((name) => ({ mm: 1, id: 2, do: name })),
  { mm: 1, id: 3, do: 'why', page: 'app.heap[3]' },
  { mm: 1, id: 3, do: 'why', page: { process: 'app', region: 'heap', index: 3 } },
  { mm: 1, id: 3, do: 'select', page: null },
  { mm: 1, id: 4, do: 'tunable', name: 'max_ptes_none' },
  { mm: 1, id: 4, do: 'tunable', name: 'max_ptes_none', value: 64 },
  { mm: 1, id: 5, do: 'open', link: '1abc' },
  { mm: 1, id: 6, do: 'set', attributes: { view: 'memory', lang: 'zh' } },
];

/** The longest that the least of several tries may take: a busy machine is no hang. */
const HANG_MS = 100;

async function quickly(run: () => unknown): Promise<void> {
  let least = Infinity;
  for (let tries = 0; tries < 5 && least > HANG_MS; tries += 1) {
    const start = performance.now();
    await run();
    least = Math.min(least, performance.now() - start);
  }
  expect(least).toBeLessThan(HANG_MS);
}

describe('messages of a frame', () => {
  test.each(GOOD.map((message) => [JSON.stringify(message), message]))('%s', (_, message) => {
    expect(readMessage(message)).toBe(message);
    expect(documented(message)).toBe(true);
  });

  test('10 000 hostile ones are none, at once, and the schema says the same', async () => {
    const messages = hostileMessages(10_000);
    expect(messages).toHaveLength(10_000);
    for (const message of messages) {
      let read: unknown = message;
      await quickly(() => { read = readMessage(message); });
      expect(read).toBeNull();
      // The schema knows JSON alone.
      if (isJson(message)) expect(documented(message), JSON.stringify(message)?.slice(0, 200)).toBe(false);
    }
  });

  test('members of the prototype are no members', () => {
    expect(readMessage(Object.create({ mm: 1, id: 1, do: 'play' }))).toBeNull();
    expect(readMessage({ mm: 1, id: 1, do: 'toString' })).toBeNull();
    expect(readMessage({ mm: 1, id: 1, do: '__proto__' })).toBeNull();
  });
});

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(JSON.stringify(value))) === JSON.stringify(value) && !/Map|Set|Date|RegExp|Error|Array(?:Buffer)?|Uint8/.test(Object.prototype.toString.call(value)) && !hasOdd(value);
  } catch {
    return false;
  }
}

/** Numbers and gaps that JSON writes as null, or not at all. */
function hasOdd(value: unknown): boolean {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasOdd);
}

test('10 000 hostile links are refused as bad links, at once, or are scripts that are none', async () => {
  const links = await hostileLinks(10_000);
  expect(links).toHaveLength(10_000);
  let read = 0;
  for (const link of links) {
    await quickly(async () => {
      const work = await decodeWork(link).catch((error: unknown) => {
        expect(error).toBeInstanceOf(BadLink);
        return null;
      });
      if (work !== null) {
        read += 1;
        expect(work.id).toBeNull();
        expect(work.script.trim()).not.toBe('');
        expect([work.lines, work.ns, work.cell, work.speed].every((value) => typeof value === 'number' && value >= 0)).toBe(true);
        expect(typeof work.name === 'string' && work.name.length <= 200).toBe(true);
      }
    });
  }
  expect(read).toBeGreaterThan(500);
}, 120_000);

describe('the fragment of a frame', () => {
  test('attributes, a script, a lesson, a run, origins', () => {
    const params = readParams('scenario=rss-climb&view=memory&onload=x&origins=https://a.example,%20https://b.example/path');
    expect(params.attributes).toEqual({ scenario: 'rss-climb', view: 'memory', height: 'fill' });
    expect([...params.origins.list]).toEqual(['https://a.example', 'https://b.example']);
    expect(readParams('script=proc%20p%0Ap%20mmap%20a%204M').script).toBe('proc p\np mmap a 4M');
    expect(readParams('1abcDEF-_').run).toBe('1abcDEF-_');
    expect(readParams('run=1abc&lang=zh').run).toBe('1abc');
    expect(readParams(`script=${'x'.repeat(300_000)}`).script).toBe('');
  });

  test('only those listed may talk, and the list of the server goes before that of the link', () => {
    const own = 'https://mm.example';
    const allowed = (list: string, origin: string): boolean => isAllowed(readOrigins(list), origin, own);
    expect(allowed('https://a.example', 'https://a.example')).toBe(true);
    expect(allowed('https://a.example', 'http://a.example')).toBe(false);
    expect(allowed('https://a.example', 'https://a.example.evil')).toBe(false);
    expect(allowed('', own)).toBe(true);
    expect(allowed('null javascript:x data:y file:///z', 'null')).toBe(false);
    expect(allowed('*', 'null')).toBe(true);
    expect(readParams('origins=*', 'https://a.example').origins).toEqual({ all: false, list: new Set(['https://a.example']) });
  });
});
