import { describe, expect, test } from 'vitest';
import { translate } from './c-lines.ts';
import { cProgram } from './c-program.ts';

const names = { id: (kind: string, name: string): string => `${kind}_${name}` };
const line = (text: string, counters: string[] = []): string => translate(text, names, counters);

describe('lines as C', () => {
  const cases: [string, string][] = [
    ['proc p1', 'STEP(SCRIPT, "proc p1") { become(p_p1); }'],
    ['p1 mmap a 4M', 'STEP(p_p1, "p1 mmap a 4M") { map(&r_a, new_place(4194304, 0), 4194304, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, NR_FILES, 0); }'],
    ['p1 madvise a[0..8:2] dontneed', 'STEP(p_p1, "p1 madvise a[0..8:2] dontneed") { advise(&r_a, 0, 8, 2, MADV_DONTNEED); }'],
    ['p1 write a seed=7', 'STEP(p_p1, "p1 write a seed=7") { pages(\'w\', &r_a, 0, r_a.bytes / PAGE, 1, SEED, 7, 0); }'],
    ['p1 read a[3]', 'STEP(p_p1, "p1 read a[3]") { pages(\'r\', &r_a, 3, 3 + 1, 1, BYTE, 1, 0); }'],
    ['p1 munmap a[512..]', 'STEP(p_p1, "p1 munmap a[512..]") { CALL(munmap(r_a.at + (512) * PAGE, ((r_a.bytes / PAGE) - (512)) * PAGE)); }'],
    ['p1 prctl thp_disable 1', 'STEP(p_p1, "p1 prctl thp_disable 1") { CALL(prctl(PR_SET_THP_DISABLE, 1ul, 0ul, 0ul, 0ul)); }'],
    ['run 1.5s', 'STEP(SCRIPT, "run 1.5s") { wait_ns(1500000000); }'],
    ['echo 0 > /sys/kernel/mm/ksm/run', 'STEP(SCRIPT, "echo 0 > /sys/kernel/mm/ksm/run") { set("/sys/kernel/mm/ksm/run", "0"); }'],
    ['cat /proc/p1/smaps', 'STEP(SCRIPT, "cat /proc/p1/smaps") { show(p_p1, "smaps"); }'],
    ['cat /proc/meminfo', 'STEP(SCRIPT, "cat /proc/meminfo") { show(SCRIPT, "/proc/meminfo"); }'],
    ['expect signal SIGBUS', 'STEP(SCRIPT, "expect signal SIGBUS") { expect(shared->caught == SIGBUS); }'],
    ['fragment 70% seed=1', '/* fragment 70% seed=1: not on a real kernel, or not from here */'],
    ['p1 pin a[3]', '/* p1 pin a[3]: not on a real kernel, or not from here */'],
  ];
  test.each(cases)('%s', (text, code) => expect(line(text)).toBe(code));

  test('a counter of a loop is printed and used', () => {
    expect(line('p1 write a[$i..512:8] seed=$i', ['i'])).toBe(
      'STEP(p_p1, "p1 write a[%ld..512:8] seed=%ld", n_i, n_i) { pages(\'w\', &r_a, (size_t)n_i, 512, (size_t)8, SEED, (size_t)n_i, 0); }'.replace('(size_t)8', '8'),
    );
  });
});

describe('programs', () => {
  const body = (script: string): string => /start\(\);\n([^]*)\n\treturn finish/.exec(cProgram('x', script, ''))?.[1] ?? '';

  test('a loop stays one where its variable is a number', () => {
    expect(body('for i in 0..3\n  p1 write a[$i]\nend')).toMatch(/^\tfor \(long n_i = 0; n_i < 3; n_i\+\+\) \{\n\t\tSTEP/);
    expect(body('for i in 0..3\n  proc p$i\nend').match(/become/g)?.length).toBe(3);
    // Digits put together are no arithmetic.
    expect(body('for i in 0..2\n  p1 write a seed=10$i\nend')).toContain('SEED, 101');
  });

  test('comments and names cannot leave their place', () => {
    const program = cProgram('a */ b', '# end */ int x;\nproc é_1\né_1 mmap 1a 4K\n', '');
    expect(program).not.toMatch(/\*\/ (?:b|int)/);
    expect(program).toContain('#define p__e9__1 1');
    expect(program).toContain('static struct region r_1a;');
  });
});
