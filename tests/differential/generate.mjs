/**
 * Random scenarios in the scenario language, for comparing the engine with a real kernel.
 *
 * `node tests/differential/generate.mjs SEED [anon|swap|files|hugetlb|mthp|ksm|mixed]` prints one. The same seed prints the same text.
 * Only what the recording oracle understands is generated; sizes stay below 8 MiB a region, so that a replay is quick.
 */
import { pathToFileURL } from 'node:url';
import { ksmScenario } from './ksm.mjs';

/** What a script may be about; each adds its own lines to those of anonymous memory. */
export const THEMES = ['anon', 'swap', 'files', 'hugetlb', 'mthp', 'ksm', 'mixed'];
/** Several at once: what meets nowhere else, such as shared memory in swap under areas that are moved. */
const MIXED = ['swap', 'files', 'mthp'];

const PAGES = { '64K': 16, '1M': 256, '2M': 512, '3M': 768, '4M': 1024 };

/** mulberry32: uniform numbers in [0, 1) from a 32-bit seed. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The text of scenario `seed` about `theme`; ends with an `observe`. */
export function scenario(seed, theme = 'anon') {
  const random = uniform(seed * 4 + THEMES.indexOf(theme) + ({ mthp: 0x40000000, mixed: 0x20000000 }[theme] ?? 0));
  const about = (one) => theme === one || (theme === 'mixed' && MIXED.includes(one));
  const below = (bound) => Math.floor(random() * bound);
  const pick = (list) => list[below(list.length)];
  const chance = (probability) => random() < probability;
  if (theme === 'ksm') return `${ksmScenario({ below, pick, chance }).join('\n')}\n`;

  const lines = ['proc p1'];
  const say = (...words) => lines.push(words.filter((word) => word !== '').join(' '));
  const regions = new Map([['p1', new Map()]]);
  const files = new Map();
  /** Regions of hugetlb pages: they move whole, as a part moved leaves a page promised to nobody, for good. */
  const huge = new Set();
  let names = 0;

  /** A part of a region: all of it, a page, a stretch, every nth page of a stretch. */
  const part = (name, pages, { stepped = true } = {}) => {
    const kind = random();
    if (kind < 0.35) return name;
    if (kind < 0.5) return `${name}[${below(pages)}]`;
    if (kind < 0.6 && pages >= 512) {
      const window = below(Math.floor(pages / 512)) * 512;
      return `${name}[${window}..${window + 512}]`;
    }
    const from = below(pages);
    const to = Math.min(pages, from + 1 + pick([1, 3, 8, 64, 256, 600]));
    return `${name}[${from}..${to}${stepped && kind < 0.7 ? `:${pick([2, 3, 16])}` : ''}]`;
  };

  const THP = 'transparent_hugepage';
  const settings = [
    [0.3, () => say('sys', `${THP}/enabled`, pick(['always', 'never', 'madvise']))],
    [0.4, () => say('sys', `${THP}/khugepaged/max_ptes_none`, pick([0, 1, 100, 255, 510]))],
    [0.2, () => say('sys', `${THP}/khugepaged/max_ptes_shared`, pick([0, 100, 511]))],
    [0.2, () => say('sys', `${THP}/use_zero_page 0`)],
    [0.2, () => say('sys', `${THP}/hugepages-${pick([16, 64, 256])}kB/enabled`, pick(['always', 'madvise', 'inherit']))],
    [0.2, () => say('sys ksm/use_zero_pages 1')],
    [0.2, () => say('sys ksm/smart_scan 0')],
    [0.15, () => say('sys ksm/max_page_sharing', pick([2, 3, 5]))],
  ];
  if (about('swap')) {
    settings.push([1, () => say('swap on 64M')]);
    settings.push([0.3, () => say('sys', `${THP}/khugepaged/max_ptes_swap`, pick([0, 1, 100, 511]))]);
  }
  if (about('files')) {
    settings.push([0.7, () => say('sys', `${THP}/shmem_enabled`, pick(['always', 'within_size', 'advise', 'force', 'deny']))]);
    const sized = () => `${THP}/hugepages-${pick([16, 64, 2048])}kB/shmem_enabled`;
    settings.push([0.3, () => say('sys', sized(), pick(['always', 'advise', 'inherit', 'within_size']))]);
  }
  if (about('hugetlb')) {
    settings.push([0.9, () => say('vm nr_hugepages', pick([1, 2, 4, 8]))]);
    settings.push([0.4, () => say('vm nr_overcommit_hugepages', pick([1, 2, 4]))]);
  }
  const MTHP = about('mthp');
  if (MTHP) {
    const sizes = [16, 32, 64, 128, 256, 512, 1024, 2048];
    for (const size of sizes) settings.push([0.35, () => say('sys', `${THP}/hugepages-${size}kB/enabled`, pick(['always', 'madvise', 'inherit', 'never']))]);
    if (!about('swap')) settings.push([0.4, () => say('swap on 64M')]);
    settings.push([0.2, () => say('sys', `${THP}/shrink_underused 0`)]);
    settings.push([0.3, () => say('sys', `${THP}/khugepaged/max_ptes_swap`, pick([0, 1, 100, 511]))]);
    settings.push([0.15, () => say('p1 prctl thp_disable', pick(['1', '1 2']))]);
  }
  for (const [probability, set] of settings) if (chance(probability)) set();

  const contents = () => pick(['', `seed=${below(3)}`, `fill=${below(4)}`, 'zero', 'idx', `byte=${below(3)}`]);
  const ADVICE = ['hugepage', 'hugepage', 'hugepage', 'nohugepage', 'dontneed', 'dontneed', 'free', 'cold', 'collapse'].concat(
    ['mergeable', 'mergeable', 'unmergeable', 'guard_install', 'guard_remove', 'dontfork', 'wipeonfork', 'dofork'],
    ['keeponfork', 'populate_read', 'populate_write', 'willneed', 'pageout'],
    about('swap') ? ['pageout', 'pageout', 'pageout', 'willneed'] : [],
    about('files') ? ['remove', 'collapse', 'collapse'] : [],
    about('hugetlb') ? ['remove', 'dontneed', 'dontneed'] : [],
    MTHP ? ['guard_install', 'guard_remove', 'collapse', 'collapse', 'free', 'cold', 'pageout', 'pageout', 'normal'] : [],
  );

  const mapping = (process) => {
    const mine = regions.get(process);
    const name = `r${names++}`;
    let size = pick(Object.keys(PAGES));
    const options = [];
    const kind = random();
    if (about('files') && kind < 0.6) {
      const backed = random();
      if (backed < 0.35) options.push('shared');
      else {
        if (files.size === 0 || chance(0.4)) {
          const kept = chance(0.75) ? 'memfd' : 'file';
          const fresh = `m${files.size}`;
          files.set(fresh, { kept, size });
          say(kept, fresh, size);
        }
        const file = pick([...files.keys()]);
        if (chance(0.7)) options.push('shared');
        options.push(`${files.get(file).kept}=${file}`);
        size = files.get(file).size;
      }
    } else if (about('hugetlb') && kind < 0.6) {
      size = pick(['2M', '4M']);
      if (chance(0.25)) {
        if (files.size === 0 || chance(0.4)) {
          const fresh = `m${files.size}`;
          files.set(fresh, { size });
          say('memfd', fresh, size, 'hugetlb');
        }
        const file = pick([...files.keys()]);
        size = files.get(file).size;
        if (chance(0.7)) options.push('shared');
        options.push(`memfd=${file}`);
      } else {
        if (chance(0.4)) options.push('shared');
        options.push('hugetlb');
      }
      huge.add(name);
      if (chance(0.2)) options.push('noreserve');
      if (chance(0.15)) options.push('populate');
    } else {
      if (mine.size > 0 && chance(0.3)) options.push(`after=${pick([...mine.keys()])}`);
      else if (chance(0.25)) options.push(`off=${4 * pick([1, 16, 256])}K`);
      if (chance(0.15)) options.push(`prot=${pick(['r', 'none', 'rx'])}`);
      if (chance(0.08)) options.push('populate');
      if (chance(0.06)) options.push('locked');
      if (chance(0.06)) options.push('noreserve');
    }
    say(process, 'mmap', name, size, ...options);
    mine.set(name, PAGES[size]);
  };

  /** Calls that may end a region's name: the script stops there, with what they left. */
  const remap = (process, name, pages) => {
    const moved = huge.has(name) ? name : part(name, pages, { stepped: false });
    if (chance(0.5)) say(process, 'mremap', moved, 'to', `r${names++}${pick(['', ' off=4K', ' dontunmap'])}`);
    else say(process, 'mremap', name, pick(['64K', '2M', '4M']), 'maymove');
  };

  /** What only `mthp` does: maps over, moves and goes on, forks and exits more. */
  const further = (process, mine, name, pages) => {
    const kind = random();
    if (kind < 0.25) {
      const fresh = `r${names++}`;
      say(process, 'mremap', name, 'to', `${fresh}${pick(['', ' off=4K', ' off=64K', ` after=${pick([...mine.keys()])}`])}`);
      mine.delete(name);
      mine.set(fresh, pages);
    } else if (kind < 0.45) {
      const from = below(pages);
      const to = Math.min(pages, from + pick([1, 16, 256, 512]));
      const fresh = `r${names++}`;
      say(process, 'mremap', `${name}[${from}..${to}]`, 'to', `${fresh}${pick(['', '', ' off=4K', ' dontunmap', ' dontunmap'])}`);
      mine.set(fresh, to - from);
    } else if (kind < 0.65) {
      const from = below(pages);
      const to = Math.min(pages, from + pick([16, 128, 512]));
      const fresh = `r${names++}`;
      say(process, 'mmap', fresh, `${(to - from) * 4}K`, `at=${name}[${from}..${to}]`, pick(['', '', 'prot=r', 'populate', 'locked']));
      mine.set(fresh, to - from);
    } else if (kind < 0.75) say(process, 'mlock', part(name, pages, { stepped: false }), 'onfault');
    else if (kind < 0.85) say(process, 'mremap', name, pick(['4K', '64K', '1M', '2M', '4M']), pick(['', 'maymove']));
    else if (kind < 0.9) say(process, 'prctl thp_disable', pick(['0', '1', '1 2']));
    else if (kind < 0.95) say('sys', `${THP}/enabled`, pick(['always', 'madvise', 'never']));
    else if (process !== 'p1') {
      say(process, 'exit');
      regions.delete(process);
    } else say('khugepaged wake', pick([1, 2]));
  };

  for (let left = 6 + below(MTHP ? 40 : 20); left > 0; left -= 1) {
    const process = pick([...regions.keys()]);
    const mine = regions.get(process);
    const kind = random();
    if (mine.size === 0 || kind < 0.14) {
      mapping(process);
      continue;
    }
    const name = pick([...mine.keys()]);
    const pages = mine.get(name);
    if (MTHP && chance(0.18)) further(process, mine, name, pages);
    else if (kind < 0.42) say(process, 'write', part(name, pages), contents());
    else if (kind < 0.5) say(process, 'read', part(name, pages));
    else if (kind < 0.7) say(process, 'madvise', part(name, pages), pick(ADVICE));
    else if (kind < 0.75) say(process, 'mprotect', part(name, pages, { stepped: false }), pick(['r', 'rw', 'rw', 'none']));
    else if (kind < 0.78) say(process, pick(['mlock', 'munlock']), part(name, pages, { stepped: false }));
    else if (kind < 0.8) say(process, 'munmap', `${name}[0..${Math.max(1, Math.floor(pages / 2))}]`);
    else if (kind < 0.82) {
      remap(process, name, pages);
      break;
    } else if (kind < 0.87 && regions.size < 3) {
      const child = `p${regions.size + 1}`;
      regions.set(child, new Map(mine));
      say(process, 'fork', child);
    } else if (kind < 0.92) say(chance(0.8) ? 'khugepaged wake 1' : 'vm drop_caches 2');
    else if (kind < 0.97) say('ksmd scan', pick([1, 1, 2]));
    else if (about('swap') && chance(0.5)) say('swap off');
    else if (about('hugetlb') && (files.size === 0 || chance(0.5))) say('vm', pick(['nr_hugepages', 'nr_hugepages', 'nr_overcommit_hugepages']), below(6));
    else if (about('hugetlb')) {
      const file = pick([...files.keys()]);
      const at = pick(['0', '4K', '2M', '4M']);
      if (chance(0.7)) say(process, 'fallocate', file, pick(['punch', 'alloc']), at, pick(['4K', '64K', '2M', '4M']));
      else say(process, 'truncate', file, at);
    } else if (about('files') && files.size > 0) {
      const file = pick([...files.keys()]);
      const at = `${4 * below(512)}K`;
      if (chance(0.6)) say(process, 'fallocate', file, 'punch', at, pick(['4K', '64K', '2M']));
      else say(process, 'truncate', file, at);
    } else if (chance(0.3)) say(process, 'prctl thp_disable 1');
    if (chance(0.12)) say('observe');
  }
  say('observe end');
  return `${lines.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [seed, theme = 'anon'] = process.argv.slice(2);
  if (!/^\d+$/.test(seed ?? '') || !THEMES.includes(theme)) {
    process.stderr.write(`usage: node tests/differential/generate.mjs SEED [${THEMES.join('|')}]\n`);
    process.exit(2);
  }
  process.stdout.write(scenario(Number(seed), theme));
}
