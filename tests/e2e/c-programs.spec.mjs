/** Scenarios as C programs: they compile without a warning, and where a kernel can be asked, it answers the same. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer } from 'vite';
import { ROOT } from '../../tools/process.mjs';

const WWW = join(ROOT, 'www');
const FOLDERS = [join(WWW, 'src', 'scenarios'), join(ROOT, 'tests', 'conformance')];
const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const skip = hasCompiler ? false : 'no C compiler here';

let server;
let cProgram;
let folder;
const runtime = readFileSync(join(ROOT, 'crate', 'cli', 'src', 'export', 'c', 'runtime.c'), 'utf8');
before(async () => {
  server = await createServer({ root: WWW, logLevel: 'error', server: { middlewareMode: true } });
  ({ cProgram } = await server.ssrLoadModule('/src/export/c-program.ts'));
  folder = mkdtempSync(join(tmpdir(), 'mm-c-'));
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function compile(name, script, ...options) {
  const source = join(folder, `${name}.c`);
  writeFileSync(source, cProgram(name, script, runtime));
  const { status, stderr } = spawnSync('cc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', ...options, source], { encoding: 'utf8' });
  assert.equal(status, 0, `${name}: ${stderr}`);
}

for (const scripts of FOLDERS) {
  test(`every script of ${scripts.slice(ROOT.length + 1)} compiles with -Wall -Wextra -Werror`, { skip, timeout: 600_000 }, () => {
    const names = readdirSync(scripts).filter((name) => name.endsWith('.mm'));
    assert.ok(names.length > 10);
    // The recorded ones are many and alike: every eighth.
    for (const [i, name] of names.entries()) {
      if (names.length > 50 && i % 8 !== 0) continue;
      compile(name.slice(0, -3), readFileSync(join(scripts, name), 'utf8'), '-fsyntax-only');
    }
  });
}

/** No setting is written: what it says holds with huge pages on or off. */
const ANYWHERE = `proc p1
p1 mmap a 4M
p1 madvise a nohugepage
expect ok
for i in 0..8
  p1 write a[$i..512:8] seed=$i
end
p1 write a[0..512] seed=7
expect faults 0
p1 read a[512..1024]
expect faults 512
p1 write a[512..1024:2] fill=0x41
expect faults 256
p1 check a[0..512] seed=7
p1 fork p2
p2 check a[0..512] seed=7
p2 write a[0..16]
expect faults 16
p1 write a[0]
expect faults 1
p1 madvise a[1..3] dontneed
p1 write a[1]
expect faults 1
p1 mprotect a[8..9] r
p1 write a[8]
expect signal SIGSEGV
memfd m 64K
p1 mmap s 64K memfd=m shared
p1 write s idx
p2 mmap t 64K memfd=m shared
p2 check t idx
p1 truncate m 32K
p1 read s[8]
expect signal SIGBUS
p1 mmap g 16K
p1 mremap g to h
expect ok
p1 mremap a[4..8] to moved
expect ok
p1 write moved
p1 madvise a[0..3] hugepage
p1 munmap a[100..200]
p1 read a[100]
expect signal SIGSEGV
p2 exit
observe end
`;

test('on this kernel the program gives what the script expects', { skip: skip || process.platform !== 'linux' }, () => {
  const program = join(folder, 'anywhere');
  compile('anywhere', ANYWHERE, '-o', program);
  const output = execFileSync(program, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(output.match(/FAIL/g), null, output);
  assert.equal(output.match(/^ {4}pass$/gm)?.length, ANYWHERE.match(/^expect /gm).length, output);
  assert.equal(output.match(/^ {4}0 pages differ$/gm)?.length, 3, output);
});
