/**
 * Random scenarios about ksmd: many equal and nearly equal pages, scans whole and by pages, everything that breaks
 * or hides a merged page, and the settings in between.
 *
 * An `observe` stands before what depends on the kernel's per-CPU LRU batches: it drains them. Memory is locked only
 * where nothing forks: a page that ksmd just unlocked is held by such a batch, and does not merge for the other process. Chains are pruned at
 * every search or never, because the default depends on how long a replay takes.
 */

const SIZES = { '16K': 4, '64K': 16, '128K': 32, '256K': 64, '2M': 512 };
const TUNABLES = [
  ['use_zero_pages', [0, 1, 1, 'Y', 2]],
  ['smart_scan', [0, 0, 1, 'n']],
  ['max_page_sharing', [2, 2, 3, 5, 8, 256, 1]],
  ['merge_across_nodes', [0, 1, 2]],
  ['stable_node_chains_prune_millisecs', [0, 100000000, -1]],
  ['advisor_max_cpu', [50, 'x']],
  ['advisor_min_pages_to_scan', [100, 500]],
  ['advisor_target_scan_time', [0, 100]],
];

/** The lines of one scenario. `dice` has `below`, `pick` and `chance`. */
export function ksmScenario({ below, pick, chance }) {
  const lines = ['proc p1'];
  const say = (...words) => lines.push(words.filter((word) => word !== '').join(' '));
  /** Regions of each process, name to pages; the processes that are gone are left out. */
  const processes = new Map([['p1', new Map()]]);
  let names = 0;
  let born = 1;
  let run = 1;
  /** ksmd may be in the middle of a full scan. */
  let middle = false;
  const huge = chance(0.3);
  const swap = chance(0.35);
  const locks = chance(0.25);

  const tune = () => {
    const [name, values] = pick(TUNABLES);
    say('sys', `ksm/${name}`, pick(values));
  };
  say('sys ksm/stable_node_chains_prune_millisecs', pick([0, 100000000]));
  if (chance(0.4)) say('sys ksm/max_page_sharing', pick([2, 2, 3, 4, 7]));
  if (chance(0.35)) say('sys ksm/use_zero_pages 1');
  if (chance(0.35)) say('sys ksm/smart_scan 0');
  if (chance(0.15)) say('sys ksm/merge_across_nodes 0');
  if (swap) say('swap on 64M');

  const part = (name, pages) => {
    const kind = below(10);
    if (kind < 3) return name;
    if (kind < 6) return `${name}[${below(pages)}]`;
    const from = below(pages);
    const to = Math.min(pages, from + 1 + below(pick([2, 8, 16])));
    return `${name}[${from}..${to}${kind === 9 ? `:${pick([2, 3])}` : ''}]`;
  };
  const contents = () =>
    pick([`fill=${below(4)}`, `fill=${below(4)}`, 'zero', 'zero', `seed=${below(2)}`, 'idx', `byte=${below(4)}`, `byte=${below(4)}`]);

  const mapping = (process) => {
    const name = `r${names++}`;
    const mine = processes.get(process);
    const size = huge && chance(0.5) ? '2M' : pick(['16K', '64K', '64K', '128K', '256K']);
    const options = [];
    const last = [...mine.keys()].pop();
    if (last !== undefined && chance(0.3)) options.push(`after=${last}`);
    if (chance(0.06)) options.push(pick(['shared', locks ? 'locked' : 'noreserve', 'prot=r', 'populate']));
    say(process, 'mmap', name, size, ...options);
    mine.set(name, SIZES[size]);
    if (size === '2M' && chance(0.7)) say(process, 'madvise', name, 'hugepage');
    if (chance(0.8)) say(process, 'madvise', name, 'mergeable');
    if (chance(0.8)) say(process, 'write', part(name, SIZES[size]), contents());
    if (chance(0.5)) say(process, 'write', part(name, SIZES[size]), contents());
  };

  const scan = () => {
    if (run !== 1 || middle) say('observe');
    if (run !== 1) say(`sys ksm/run ${(run = 1)}`);
    middle = chance(0.25);
    if (middle) {
      say('observe');
      say('sys ksm/pages_to_scan', pick([1, 3, 7, 20, 64, 300]));
      say('ksmd wake', 1 + below(3));
    } else say('ksmd scan', pick([1, 1, 1, 2, 2, 3, 5]));
    if (chance(0.3)) say('observe');
  };

  const stop = () => {
    const next = pick([0, 2, 2, 1, 3]);
    if (next === 1) say('observe');
    middle = true;
    if (next < 3) run = next;
    say('sys ksm/run', next);
    if (run !== 1 && chance(0.3)) say('observe');
  };

  const advice = () =>
    pick(
      ['mergeable', 'mergeable', 'mergeable', 'unmergeable', 'unmergeable', 'dontneed', 'dontneed', 'free', 'cold'].concat(
        ['dontfork', 'wipeonfork', 'dofork', 'guard_install', 'guard_remove', 'populate_write', 'populate_read'],
        huge ? ['hugepage', 'nohugepage', 'collapse', 'collapse'] : [],
        swap ? ['pageout', 'pageout', 'pageout', 'willneed'] : ['pageout'],
      ),
    );

  /** Everything merges by prctl for a while; no scan falls into it, for the test program has pages of its own. */
  const everything = (process) => {
    say(process, 'prctl memory_merge 1');
    mapping(process);
    if (chance(0.5)) say('observe');
    say(process, 'prctl memory_merge 0');
  };

  mapping('p1');
  for (let left = 10 + below(25); left > 0; left -= 1) {
    if (processes.size === 0) break;
    const process = pick([...processes.keys()]);
    const mine = processes.get(process);
    const kind = below(100);
    if (mine.size === 0 || kind < 8) {
      mapping(process);
      continue;
    }
    const name = pick([...mine.keys()]);
    const pages = mine.get(name);
    if (kind < 30) say(process, 'write', part(name, pages), contents());
    else if (kind < 34) say(process, 'read', part(name, pages));
    else if (kind < 60) scan();
    else if (kind < 75) {
      const what = advice();
      if (what === 'pageout') say('observe');
      say(process, 'madvise', part(name, pages).replace(/:\d/, ''), what);
    } else if (kind < 78 || (kind < 81 && !locks)) say(process, 'mprotect', part(name, pages).replace(/:\d/, ''), pick(['r', 'rw', 'rw', 'none']));
    else if (kind < 81) say(process, pick(['mlock', 'munlock']), part(name, pages).replace(/:\d/, ''));
    else if (kind < 83) {
      const from = below(pages);
      say(process, 'munmap', `${name}[${from}..${Math.min(pages, from + pick([1, 4, 16]))}]`);
    } else if (kind < 85) {
      const fresh = `r${names++}`;
      say(process, 'mremap', name, 'to', fresh);
      mine.delete(name);
      mine.set(fresh, pages);
    } else if (kind < 90 && processes.size < 4 && !locks) {
      const child = `p${++born}`;
      processes.set(child, new Map(mine));
      say(process, 'fork', child);
    } else if (kind < 92 && processes.size < 4) {
      const fresh = `p${++born}`;
      processes.set(fresh, new Map());
      say('proc', fresh);
      mapping(fresh);
    } else if (kind < 93 && processes.size > 1) {
      say(process, 'exit');
      processes.delete(process);
    } else if (kind < 95) stop();
    else if (kind < 98) tune();
    else if (kind < 99 && huge) say('khugepaged scan 1');
    else if (chance(0.4)) everything(process);
    else {
      say('sys ksm/advisor_mode scan-time');
      say('sys ksm/pages_to_scan', 50);
      say('sys ksm/advisor_mode', pick(['none', 'never']));
      say('sys ksm/advisor_mode none');
    }
    if (chance(0.08)) say('observe');
  }
  scan();
  say('observe end');
  return lines;
}
