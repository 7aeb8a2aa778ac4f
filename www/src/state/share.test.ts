import { describe, expect, test } from 'vitest';
import { BadLink, decodeWork, encodeWork, readWork } from './share.ts';
import type { Work } from './share.ts';

const work: Work = {
  id: null, name: 'mine.mm', script: 'machine mem=4G\nproc p1\np1 mmap a 4M\n# 你好\n', lines: 2, ns: 5_000_000_000,
  view: 'memory', cell: 8, speed: Infinity, selected: { process: 'p1', region: 'a', index: 7 },
};

describe('links', () => {
  test('come back as they were', async () => {
    expect(await decodeWork(await encodeWork(work))).toEqual(work);
  });

  test('of a shipped scenario do not carry its text', async () => {
    const text = await encodeWork({ ...work, id: 'rss-climb', script: '#'.repeat(5000) });
    expect(await decodeWork(text)).toMatchObject({ id: 'rss-climb', script: '' });
  });

  test('are safe in an address', async () => {
    expect(await encodeWork({ ...work, script: 'x'.repeat(3) + 'proc p1 ÿþ?>' })).toMatch(/^1[\w-]+$/);
  });

  test('links of every day are read for ever', async () => {
    // Of 2026-11. Add links of later versions; these stay.
    const typed = '1NY07CsMwEAWvIl69BDvYJCykTpUbqBHykgi0ayHF-WB89-Air5sp5q1IE9iWnAkWVMDQZHJQBaHFmspzVyE-kolT0ctw9VbqHF3pvZXeqYbightu3upibmzeQMjJpIGPBGvgsfuP8Ery3pOic_2CECVn8JnQisgE7ghNssTnDiv2K2kNjNKDUOWeZgMjgJBskg_4tG0_';
    expect(await decodeWork(typed)).toEqual({ ...work, script: 'machine mem=4G\nproc p1\np1 mmap a 4M\nrun 5s\n' });
    const shipped = '1TYoxDsJADMD-4jmggmiH_KZcM0TKnU5NCwPi76gSQ73Z8gdfUNbMSwmvT4Q2Vzuna60IWVbvGwpCeLNEH4PQEp3GcfgjvNzeKNnnYolQLAK9C9nNFvR2TGlhZTu07RHfHw';
    expect(await decodeWork(shipped)).toMatchObject({ id: 'rss-climb', lines: 40, ns: 65_500_000_000, speed: 100 });
    await expect(decodeWork(typed.slice(0, 60))).rejects.toThrow(BadLink);
    await expect(decodeWork(`2${typed.slice(1)}`)).rejects.toThrow(BadLink);
  });

  test.each(['', '1', '1!!!', '1AAAA', 'x'.repeat(300_000), '9abc'])('%#: what is no link is refused', async (text) => {
    await expect(decodeWork(text)).rejects.toThrow(BadLink);
  });

  test('a small text that inflates without end is refused', async () => {
    const bomb = await encodeWork({ ...work, script: 'a'.repeat(1_900_000) });
    expect(bomb.length).toBeLessThan(10_000);
    await expect(decodeWork(bomb)).resolves.toMatchObject({ lines: 2 });
    const deflated = new Blob(['b'.repeat(5_000_000)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
    const text = btoa([...bytes].map((byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    await expect(decodeWork(`1${text}`)).rejects.toThrow(BadLink);
  });
});

test('nonsense in a work is put right or refused', () => {
  expect(readWork({ id: null, script: 'proc p', lines: -3, ns: 'x', cell: 5, view: 'attic', speed: NaN, selected: { process: 1 } }))
    .toEqual({ id: null, name: 'scenario.mm', script: 'proc p', lines: 0, ns: 0, cell: 4, view: 'spaces', speed: 10, selected: null });
  for (const value of [null, 7, {}, { id: 'no-such', script: 'x' }, { id: null, script: ' ' }]) expect(() => readWork(value)).toThrow(BadLink);
});
