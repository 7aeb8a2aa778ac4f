/**
 * Hostile share links and messages, always the same for a seed. Runs in Node and in a page.
 *
 * None of them is a link of a run that works, or a message of the frame: each must be refused, and change nothing.
 */

/** mulberry32: small, and good enough to choose with. */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const INJECTIONS = [
  '<img src=x onerror="globalThis.pwned=1">', '<script>globalThis.pwned=1</script>', '"><svg/onload=globalThis.pwned=1>', "';globalThis.pwned=1;//",
  'javascript:globalThis.pwned=1', '<iframe srcdoc="<script>parent.pwned=1</script>">', '${globalThis.pwned=1}', '{{constructor.constructor("globalThis.pwned=1")()}}',
  '<mm-playground autoplay="visible"></mm-playground>', '</script><script>globalThis.pwned=1</script>', '[x](javascript:globalThis.pwned=1)', '<style>*{display:none}</style>',
];
const WORDS = ['', ' ', '\0', '\u202e', '\ufeff', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'NaN', 'null', '-1', '1e309', '../../../etc/passwd', '\ud800', '💣', 'a'.repeat(5000), '%s%n', '\r\n\r\n', ...INJECTIONS];
const NUMBERS = [-1, -0.5, 1e308, -1e308, 2 ** 53, 2 ** 53 + 2, 1.5, 1e21, Number.MIN_VALUE];

/** Anything that JSON can hold. */
function anything(next, depth = 0) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  switch (Math.floor(next() * (depth > 3 ? 5 : 7))) {
    case 0: return null;
    case 1: return next() < 0.5;
    case 2: return pick(NUMBERS);
    case 3:
    case 4: return pick(WORDS);
    case 5: return Array.from({ length: Math.floor(next() * 4) }, () => anything(next, depth + 1));
    default: return Object.fromEntries(Array.from({ length: Math.floor(next() * 4) }, () => [pick(WORDS).slice(0, 40), anything(next, depth + 1)]));
  }
}

// --- links ---

async function deflated(bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer());
}

const toBase64 = (bytes) => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

/** `n` texts that are no links of a run that works. */
export async function hostileLinks(n, seed = 1) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const encoder = new TextEncoder();
  const link = async (value) => `1${toBase64(await deflated(encoder.encode(typeof value === 'string' ? value : JSON.stringify(value))))}`;
  // A form that is right, around a script that is none.
  const work = () => ({ id: null, name: pick(WORDS), script: pick(INJECTIONS), lines: 0, ns: 0, view: 'spaces', cell: 4, speed: 10, selected: null });
  const valid = await link(work());
  const bomb = `1${toBase64(await deflated(new Uint8Array(4_000_000)))}`;
  const deep = await link('['.repeat(50_000));
  const kinds = [
    () => pick(WORDS),
    () => `${pick(['0', '2', '9', 'x', ' ', '1 ', '11'])}${valid.slice(1)}`,
    () => valid.slice(0, 1 + Math.floor(next() * (valid.length - 2))),
    () => {
      const at = 1 + Math.floor(next() * (valid.length - 1));
      return `${valid.slice(0, at)}${pick(['A', '_', '-', '=', '%', '<', ' ', '\0'])}${valid.slice(at + 1)}`;
    },
    () => `1${toBase64(Uint8Array.from({ length: Math.floor(next() * 200) }, () => Math.floor(next() * 256)))}`,
    () => link({ ...work(), [pick(['id', 'script', 'id'])]: anything(next) ?? undefined, script: pick(INJECTIONS) }),
    () => link({ ...work(), [pick(['name', 'lines', 'ns', 'view', 'cell', 'speed', 'selected'])]: anything(next) }),
    () => link({ ...work(), selected: { process: pick(WORDS), region: pick(WORDS), index: pick(NUMBERS) } }),
    () => link(anything(next)),
    () => link(`{"__proto__": {"script": "proc p"}, "id": ${JSON.stringify(pick(WORDS))}, "script": ${JSON.stringify(pick(INJECTIONS))}}`),
    () => link(pick(INJECTIONS)),
  ];
  const links = [bomb, deep, `1${'A'.repeat(300_000)}`, 'A'.repeat(199_999)];
  while (links.length < n) links.push(await pick(kinds)());
  return links.slice(0, n);
}

// --- messages ---

const GOOD = [
  { mm: 1, id: 1, do: 'run', lines: 'proc p' }, { mm: 1, id: 1, do: 'seek', to: 0 }, { mm: 1, id: 1, do: 'play' }, { mm: 1, id: 1, do: 'why', page: 'a.b[1]' },
  { mm: 1, id: 1, do: 'select', page: null }, { mm: 1, id: 1, do: 'tunable', name: 'run', value: '1' }, { mm: 1, id: 1, do: 'open', link: '1' }, { mm: 1, id: 1, do: 'set', attributes: { view: 'memory' } },
];

/** What a structured clone can carry and JSON cannot. */
function exotic(next) {
  const kinds = [
    () => new Map([['do', 'play']]), () => new Set(['PING']), () => new Date(0), () => /PING/g, () => new ArrayBuffer(64), () => new Uint8Array(16), () => 10n ** 30n, () => undefined, () => NaN, () => Infinity,
    () => new Error('<script>globalThis.pwned=1</script>'), () => { const loop = { mm: 1, id: 1, do: 'play' }; loop.self = loop; return loop; }, () => Object.assign([], { mm: 1, id: 1, do: 'play' }),
  ];
  return kinds[Math.floor(next() * kinds.length)]();
}

/** `n` values of which none is a message of the frame. */
export function hostileMessages(n, seed = 2) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const kinds = [
    () => anything(next),
    () => exotic(next),
    () => ({ ...pick(GOOD), mm: pick([0, 2, '1', true, null]) }),
    () => ({ ...pick(GOOD), id: pick([-1, 1.5, 2 ** 53, null, {}, [], NaN, 'x'.repeat(65), true]) }),
    () => ({ ...pick(GOOD), do: pick([...WORDS, 'RUN', 'eval', 'panic', 'step', 'export', 1, null, ['run']]) }),
    () => ({ ...pick(GOOD), [pick(['extra', '__proto__x', 'constructor', 'toString', 'origin'])]: anything(next) }),
    () => ({ mm: 1, id: 1, do: 'run', lines: pick([null, 1, [], {}, ['proc p'], 'x'.repeat(100_001), undefined]) }),
    () => ({ mm: 1, id: 1, do: 'seek', to: pick([-1, NaN, Infinity, '5', null, {}, { seconds: -1 }, { position: 1, seconds: 1 }, { seconds: '1' }, [], { __proto__x: 1 }]) }),
    () => ({ mm: 1, id: 1, do: 'why', page: pick([1, [], { process: 'a' }, { process: 'a', region: 'b', index: -1 }, { process: 'a', region: 'b', index: 1.5 }, { process: 'a', region: 'b', index: 1, more: 1 }, 'x'.repeat(201), { process: {}, region: 'b', index: 1 }]) }),
    () => ({ mm: 1, id: 1, do: 'tunable', name: pick(['', null, 5, {}, 'x'.repeat(201)]), value: '1' }),
    () => ({ mm: 1, id: 1, do: 'tunable', name: 'run', value: pick([null, {}, [], NaN, Infinity, true, 'x'.repeat(201)]) }),
    () => ({ mm: 1, id: 1, do: 'open', link: pick([null, 1, {}, [], 'x'.repeat(200_001)]) }),
    () => ({ mm: 1, id: 1, do: 'set', attributes: pick([null, [], 'view', { onclick: 'globalThis.pwned=1' }, { style: 'display:none' }, { id: 'x' }, { view: 1 }, { view: null }, { view: 'x'.repeat(501) }, { innerHTML: pick(INJECTIONS) }]) }),
    () => { const { [pick(['mm', 'id', 'do'])]: _, ...rest } = pick(GOOD); return rest; },
    () => pick(['ping', 'PING ', 'PONG', 'Ping', '"PING"', ['PING'], { PING: true }, JSON.stringify(pick(GOOD))]),
  ];
  return Array.from({ length: n }, () => {
    const message = pick(kinds)();
    // The one thing that is a message.
    return message === 'PING' ? 'PING!' : message;
  });
}
