/** Single lines of the scenario language as steps of the C program. */

/** Gives a C name to a process (`p`), region (`r`) or file (`f`), the same for the same name. */
export interface Names {
  id(kind: string, name: string): string;
}

interface Range { region: string; from: string; to: string; by: string }

const PROTECTION: Readonly<Record<string, string>> = {
  none: 'PROT_NONE', r: 'PROT_READ', w: 'PROT_WRITE', rw: 'PROT_READ | PROT_WRITE', rx: 'PROT_READ | PROT_EXEC', rwx: 'PROT_READ | PROT_WRITE | PROT_EXEC',
};
const MODES: Readonly<Record<string, string>> = { alloc: '0', keep: 'FALLOC_FL_KEEP_SIZE', punch: 'FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE' };
const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const TIMES: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const THP = '/sys/kernel/mm/transparent_hugepage/khugepaged';
const KSM = '/sys/kernel/mm/ksm';

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
/** A number of the language, with a unit of 1024s, for C. */
function size(text: string): string {
  const [, number = '0', unit = ''] = /^(0x[\da-fA-F]+|[\d.]+)([KMGT]?)$/.exec(text) ?? [];
  return String(Math.round(Number(number) * (UNITS[unit] ?? 1)));
}

function duration(text: string): string {
  const [, number = '0', unit = 's'] = /^([\d.]+)(ns|us|ms|s|m|h)$/.exec(text) ?? [];
  return `${Math.round(Number(number) * (TIMES[unit] ?? 1))}`;
}

/** Value of `key=…` among options. */
const given = (options: readonly string[], key: string): string | undefined => options.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);

class Translator {
  constructor(readonly names: Names, readonly counters: readonly string[]) {}

  /** A page number: digits, or the counter of a loop. */
  number(text: string): string {
    const counter = /^\$(\w+)$/.exec(text)?.[1];
    if (counter !== undefined) return `(size_t)n_${counter}`;
    return size(text);
  }

  range(text: string): Range {
    const [, name = '', first, last, by] = /^([^[]+)(?:\[([^.\]]*)(?:\.\.([^:\]]*)(?::([^\]]+))?)?\])?$/.exec(text) ?? [];
    const region = `&${this.names.id('r', name)}`;
    const whole = `${region.slice(1)}.bytes / PAGE`;
    if (first === undefined) return { region, from: '0', to: whole, by: '1' };
    const from = first === '' ? '0' : this.number(first);
    const to = last === '' ? whole : this.number(last ?? '');
    return { region, from, to: last === undefined ? `${from} + 1` : to, by: by === undefined ? '1' : this.number(by) };
  }

  /** Address and length of a range, as arguments. */
  span(text: string): string {
    const { region, from, to } = this.range(text);
    return `${region.slice(1)}.at + (${from}) * PAGE, ((${to}) - (${from})) * PAGE`;
  }

  contents(options: readonly string[]): string {
    const index = this.number(given(options, 'index') ?? '0');
    for (const [word, kind] of [['seed', 'SEED'], ['fill', 'FILL'], ['byte', 'BYTE']] as const) {
      const value = given(options, word);
      if (value !== undefined) return `${kind}, ${this.number(value)}, ${index}`;
    }
    if (options.includes('idx')) return `IDX, 0, ${index}`;
    if (options.includes('zero')) return `FILL, 0, ${index}`;
    return `BYTE, 1, ${index}`;
  }

  /** What a process does, as C; null for what no real kernel can be told. */
  process(verb: string, args: readonly string[]): string | null {
    const [first = '', second = '', ...rest] = args;
    const options = args.slice(1);
    switch (verb) {
      case 'mmap': return this.mmap(first, second, rest);
      case 'munmap': return `CALL(munmap(${this.span(first)}));`;
      case 'mprotect': return `CALL(mprotect(${this.span(first)}, ${PROTECTION[second] ?? 'PROT_NONE'}));`;
      case 'madvise': {
        const { region, from, to, by } = this.range(first);
        return `advise(${region}, ${from}, ${to}, ${by}, MADV_${second.toUpperCase()});`;
      }
      case 'mremap': return this.mremap(first, options);
      case 'mlock': return `CALL(syscall(SYS_mlock2, ${this.span(first)}, ${second === 'onfault' ? 'MLOCK_ONFAULT' : '0'}));`;
      case 'munlock': return `CALL(munlock(${this.span(first)}));`;
      case 'msync': return `CALL(msync(${this.span(first)}, MS_SYNC));`;
      case 'write': case 'read': case 'check': {
        const { region, from, to, by } = this.range(first);
        return `pages('${verb[0]}', ${region}, ${from}, ${to}, ${by}, ${this.contents(options)});`;
      }
      case 'fork': return `become(${this.names.id('p', first)});`;
      case 'exit': return 'leave();';
      case 'cpu': return `cpu_set_t cpus; CPU_ZERO(&cpus); CPU_SET(${size(first)}, &cpus); CALL(sched_setaffinity(0, sizeof(cpus), &cpus));`;
      case 'prctl': {
        const values = [second, ...rest, '0', '0', '0', '0'].filter((word) => word !== '').slice(0, 4).map((word) => `${size(word)}ul`);
        return `CALL(prctl(PR_SET_${first.toUpperCase()}, ${values.join(', ')}));`;
      }
      case 'fallocate': return `on_file(${this.names.id('f', first)}, file_allocate, ${size(rest[0] ?? '0')}, ${size(rest[1] ?? '0')}, ${MODES[second] ?? '0'});`;
      case 'truncate': return `on_file(${this.names.id('f', first)}, file_truncate, ${size(second)}, 0, 0);`;
      case 'fadvise': return `on_file(${this.names.id('f', first)}, file_advise, 0, 0, POSIX_FADV_${second.toUpperCase()});`;
      default: return null;
    }
  }

  mmap(name: string, bytes: string, options: readonly string[]): string {
    const file = given(options, 'memfd') ?? given(options, 'file');
    const flags = [options.includes('shared') ? 'MAP_SHARED' : 'MAP_PRIVATE'];
    if (file === undefined) flags.push('MAP_ANONYMOUS');
    for (const word of ['hugetlb', 'populate', 'noreserve', 'locked', 'growsdown']) if (options.includes(word)) flags.push(`MAP_${word.toUpperCase()}`);
    const [after, at] = [given(options, 'after'), given(options, 'at')];
    let place = `new_place(${size(bytes)}, ${size(given(options, 'off') ?? '0')})`;
    if (after !== undefined) place = this.end(after);
    if (at !== undefined) place = this.span(at).split(', ')[0] ?? 'NULL';
    if (options.includes('where=kernel')) place = 'NULL';
    else flags.push(at === undefined ? 'MAP_FIXED_NOREPLACE' : 'MAP_FIXED');
    const fd = file === undefined ? 'NR_FILES' : this.names.id('f', file);
    const protection = PROTECTION[given(options, 'prot') ?? 'rw'] ?? 'PROT_NONE';
    return `map(&${this.names.id('r', name)}, ${place}, ${size(bytes)}, ${protection}, ${flags.join(' | ')}, ${fd}, ${size(given(options, 'fileoff') ?? '0')});`;
  }

  /** Address behind a range. */
  end(text: string): string {
    const { region, to } = this.range(text);
    return `${region.slice(1)}.at + (${to}) * PAGE`;
  }

  mremap(what: string, options: readonly string[]): string {
    const [second = '', name = '', ...rest] = options;
    const { region, from, to } = this.range(what);
    if (second !== 'to') return `resize(${region}, ${size(second)}, ${options.includes('maymove') ? 1 : 0});`;
    const target = this.names.id('r', name);
    const after = given(rest, 'after');
    const fresh = after === undefined ? `new_place(((${to}) - (${from})) * PAGE, ${size(given(rest, 'off') ?? '0')})` : this.end(after);
    return `move(${region}, ${from}, ${to}, &${target}, ${target}.at ? ${target}.at : ${fresh}, ${rest.includes('dontunmap') ? 1 : 0});`;
  }

  /** What the script itself does: files, settings, daemons, time. */
  system(words: readonly string[]): string | null {
    const [verb = '', first = '', second = ''] = words;
    switch (verb) {
      case 'proc': {
        const cpu = given(words, 'cpu');
        const bound = cpu === undefined ? '' : ` if (me == ${this.names.id('p', first)}) { ${this.process('cpu', [cpu])} }`;
        return `become(${this.names.id('p', first)});${bound}`;
      }
      case 'memfd': return `make_memfd(${this.names.id('f', first)}, ${quote(first)}, ${size(second)}, ${words.includes('hugetlb') ? 1 : 0});`;
      case 'file': return `make_file(${this.names.id('f', first)}, ${size(second)});`;
      case 'sys': return this.setting(`/sys/kernel/mm/${first}`, words.slice(2).join(' '));
      case 'vm': return this.setting(`/proc/sys/vm/${first}`, words.slice(2).join(' '));
      case 'echo': {
        const [, text = '', path = ''] = /^echo (.*?) ?>>? ?(\S+)$/.exec(words.join(' ')) ?? [];
        return this.setting(path, text);
      }
      case 'cat': {
        const [, name = '', rest = ''] = /^\/proc\/([^/]+)\/(.+)$/.exec(first) ?? [];
        const known = name !== '' && !/^(?:sys|pressure|self|\d+)$/.test(name);
        return known ? `show(${this.names.id('p', name)}, ${quote(rest)});` : `show(SCRIPT, ${quote(first)});`;
      }
      case 'khugepaged': return first === 'scan' ? `scans("${THP}/full_scans", "${THP}/pages_to_scan", "${THP}/scan_sleep_millisecs", ${size(second || '1')});` : null;
      case 'ksmd': return first === 'scan' ? `set("${KSM}/run", "1"); scans("${KSM}/full_scans", "${KSM}/pages_to_scan", "${KSM}/sleep_millisecs", ${size(second || '1')});` : null;
      case 'run': return `wait_ns(${duration(first)});`;
      case 'observe': return 'observe();';
      case 'expect': return this.check(first, words.slice(2).join(' '));
      default: return null;
    }
  }

  setting(path: string, value: string): string {
    return value === '' ? `show(SCRIPT, ${quote(path)});` : `set(${quote(path)}, ${quote(value)});`;
  }

  check(subject: string, value: string): string | null {
    switch (subject) {
      case 'ok': return 'expect(!shared->error && !shared->caught);';
      case 'errno': return `expect(shared->error == ${value === 'ok' ? '0' : value});`;
      case 'signal': return `expect(shared->caught == ${value});`;
      case 'faults': return `expect(shared->faults == ${size(value)});`;
      default: return null;
    }
  }
}

const SYSTEM = /^(?:proc|memfd|file|sys|vm|echo|cat|khugepaged|ksmd|run|observe|expect|swap|step|why|ls|fragment|hog|charge|help|machine|sleep)$/;

/** One line as a step, or as a comment if only the engine can run it. */
export function translate(line: string, names: Names, counters: readonly string[]): string {
  const words = line.split(' ');
  const [first = '', second = ''] = words;
  const translator = new Translator(names, counters);
  const isSystem = SYSTEM.test(first);
  const code = isSystem ? translator.system(words) : translator.process(second, words.slice(2));
  if (code === null) return `/* ${line.replaceAll('*/', '* /')}: not on a real kernel, or not from here */`;
  const format = line.replaceAll('%', '%%').replaceAll(/\$(\w+)/g, '%ld');
  const used = [...line.matchAll(/\$(\w+)/g)].map(([, name = '']) => `, n_${name}`).join('');
  return `STEP(${isSystem ? 'SCRIPT' : names.id('p', first)}, ${quote(format)}${used}) { ${code} }`;
}
