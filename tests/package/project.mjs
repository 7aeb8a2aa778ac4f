/** A fresh project with the package in it, as `npm pack` and `npm install` make one. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, mustRun } from '../../tools/process.mjs';

export const PACKAGE = join(ROOT, 'www', 'package');

/** npm as it is there; `--offline`: the package needs nothing from anywhere. */
const npm = (args, cwd) => {
  const script = process.env.npm_execpath;
  const [command, ...first] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return mustRun(command, [...first, ...args, '--offline', '--loglevel=error'], { cwd });
};

/** Packs the package into a folder; the archive's path. */
export async function packInto(folder) {
  await npm(['pack', PACKAGE, '--pack-destination', folder], folder);
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  return join(folder, archive);
}

/** Makes a project in a new temporary folder. `write(name, text)` adds files; `end()` removes it. */
export async function freshProject() {
  const folder = mkdtempSync(join(tmpdir(), 'mm-project-'));
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write('package.json', '{ "name": "fresh", "private": true, "type": "module" }\n');
  const archive = await packInto(folder);
  await npm(['install', archive], folder);
  cpSync(join(PACKAGE, 'examples'), join(folder, 'examples'), { recursive: true });
  return { folder, archive, write, end: () => rmSync(folder, { recursive: true }) };
}

/** The natively built command line, of the same sources. */
export const MM = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug', 'mm');

const STORIES = join(ROOT, 'www', 'src', 'scenarios');
const RECORDED = join(ROOT, 'tests', 'conformance');

/** Scripts from every part of the engine: `{ name, path, text }`. The recorded ones are many and alike: every sixteenth. */
export function someScripts() {
  const recorded = readdirSync(RECORDED).filter((name) => name.endsWith('.mm')).filter((_, at) => at % 16 === 0);
  const paths = [...recorded.map((name) => join(RECORDED, name)), join(STORIES, 'fault-lab.mm'), join(STORIES, 'redis-fork.mm')];
  return paths.map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), path, text: readFileSync(path, 'utf8') }));
}

/** Every shipped scenario and every eighth recorded one, for what is cheap. */
export function manyScripts() {
  const of = (folder, every) => readdirSync(folder).filter((name) => name.endsWith('.mm')).filter((_, at) => at % every === 0).map((name) => join(folder, name));
  return [...of(STORIES, 1), ...of(RECORDED, 8)];
}
