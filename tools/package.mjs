/**
 * `npm run package`: the npm package in www/package, its documentation in www/package-docs, and the size of every file.
 *
 * Fails if a file is heavier than it may be.
 */
import { cpSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { followable } from './addresses.mjs';
import { mustMeet } from './bootstrap.mjs';
import { BINDINGS, buildEngine } from './engine.mjs';
import { ROOT, mustRun, packageScript } from './process.mjs';
import { FILE_LIMITS_GZ_KB, SITE, buildSite, mustBeLight, weighFiles, weightTable } from './site.mjs';
import { Refusal, main, say, step } from './terminal.mjs';

export const PACKAGE = join(ROOT, 'www', 'package');
const DOCS = join(ROOT, 'www', 'package-docs');
const SOURCES = join(ROOT, 'www', 'src', 'package');
/** What only this needs lies in a workspace of its own: TypeDoc reads another TypeScript than the page is written in. */
export const PUBLISH = join(ROOT, 'tools', 'publish');

/** The most that files may weigh, in kB gzipped. What is not named may weigh the last. */
const LIMITS = [
  ...FILE_LIMITS_GZ_KB,
  [/element\//, 60],
  [/mm_wasm\.js$/, 16],
  [/./, 10],
];

const WASM_FILES = ['mm_wasm.js', 'mm_wasm.d.ts', 'mm_wasm_bg.wasm', 'mm_wasm_rest.wasm'];
const LICENCES = ['LICENSE-MIT', 'LICENSE-APACHE'];

/** The custom element: its sources, its script in the built site, and its place in the package. */
const ELEMENT = { api: join(ROOT, 'www', 'src', 'element', 'api.ts'), script: 'mm-playground.js', folder: join(PACKAGE, 'dist', 'element') };
const hasElement = () => existsSync(ELEMENT.api);

const entry = (name) => ({ types: `./dist/package/${name}.d.ts`, default: `./dist/package/${name}.js` });

/** The package's package.json. */
function manifest() {
  const { version, description, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return {
    name: 'mm-playground',
    version,
    description,
    license,
    keywords: ['linux', 'memory', 'mm', 'khugepaged', 'ksm', 'thp', 'wasm', 'simulator'],
    type: 'module',
    engines: { node: '>=20' },
    // The element's parts register their styles as they are imported.
    sideEffects: hasElement() ? ['./dist/element/**/*.js'] : false,
    exports: {
      '.': { node: entry('node'), default: entry('browser') },
      './node': entry('node'),
      './browser': entry('browser'),
      ...(hasElement() && { './element': { types: './dist/element/element.d.ts', default: `./dist/element/${ELEMENT.script}` } }),
      './bindings': { types: './dist/wasm/mm_wasm.d.ts', default: './dist/wasm/mm_wasm.js' },
      './*.wasm': './dist/wasm/*.wasm',
      './package.json': './package.json',
    },
    files: ['dist', 'examples', ...LICENCES],
  };
}

/** The declarations of plain objects, without those of the canvas: programs without a DOM read them too. */
function declarationsOfFacts() {
  const declared = readFileSync(join(BINDINGS, 'mm_wasm.d.ts'), 'utf8');
  const [facts, classes] = declared.split('\nexport class ');
  if (classes === undefined || !facts.includes('export interface LineError')) throw new Refusal('mm_wasm.d.ts has another form.');
  return facts.slice(0, facts.lastIndexOf('/**')).trimEnd().concat('\n');
}

/** The element's script as the site has it, and all that it loads; its types. */
async function copyElement(onLine) {
  const assets = readdirSync(join(SITE, 'assets'));
  const posters = readdirSync(join(SITE, 'posters')).map((file) => basename(file, '.svg'));
  const taken = new Set([ELEMENT.script]);
  for (const file of taken) {
    mkdirSync(join(ELEMENT.folder, 'assets'), { recursive: true });
    if (!file.endsWith('.js')) {
      copyFileSync(join(SITE, file), join(ELEMENT.folder, file));
      continue;
    }
    const text = readFileSync(join(SITE, file), 'utf8');
    writeFileSync(join(ELEMENT.folder, file), followable(file, text, posters));
    for (const name of assets) if (text.includes(name)) taken.add(`assets/${name}`);
  }
  cpSync(join(SITE, 'posters'), join(ELEMENT.folder, 'posters'), { recursive: true });
  const sources = join(ROOT, 'www', 'src');
  const options = ['--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2024,dom,dom.iterable', '--types', '', '--strict']
    .concat(['--skipLibCheck', '--rewriteRelativeImportExtensions', '--declaration', '--emitDeclarationOnly'])
    .concat(['--rootDir', sources, '--outDir', join(PACKAGE, 'dist'), '--ignoreConfig']);
  await mustRun(process.execPath, [packageScript('typescript', 'bin', 'tsc'), ...options, ELEMENT.api], { onLine });
  copyFileSync(join(SOURCES, 'element', 'element.d.ts'), join(ELEMENT.folder, 'element.d.ts'));
}

/** Makes the folder that `npm pack` packs. The engine must be there. */
export async function buildPackage() {
  if (hasElement()) await buildSite();
  await step('package → www/package', 'tsc', (progress) => assemblePackage(progress));
}

/** The same out of the site as it is built. */
export async function assemblePackage(onLine) {
  rmSync(PACKAGE, { recursive: true, force: true });
  await mustRun(process.execPath, [packageScript('typescript', 'bin', 'tsc'), '--project', SOURCES, '--pretty', 'false'], { onLine });
  const wasm = join(PACKAGE, 'dist', 'wasm');
  mkdirSync(wasm, { recursive: true });
  for (const file of WASM_FILES) copyFileSync(join(BINDINGS, file), join(wasm, file));
  writeFileSync(join(PACKAGE, 'dist', 'package', 'facts.d.ts'), declarationsOfFacts());
  for (const file of LICENCES) copyFileSync(join(ROOT, file), join(PACKAGE, file));
  copyFileSync(join(SOURCES, 'README.md'), join(PACKAGE, 'README.md'));
  cpSync(join(SOURCES, 'examples'), join(PACKAGE, 'examples'), { recursive: true });
  if (hasElement()) await copyElement(onLine);
  writeFileSync(join(PACKAGE, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

/** Pages from the doc comments of the entries, and of the engine: those are Rust's, which wasm-bindgen carries over. */
export function buildDocs() {
  const typedoc = join(PUBLISH, 'node_modules', 'typedoc', 'bin', 'typedoc');
  if (!existsSync(typedoc)) throw new Refusal(`${relative(ROOT, typedoc)} is missing: npm ci`);
  const entries = ['dist/package/node.d.ts', 'dist/package/browser.d.ts', 'dist/wasm/mm_wasm.d.ts'].map((file) => join(PACKAGE, file));
  return step('documentation → www/package-docs', 'typedoc', (progress) =>
    mustRun(
      process.execPath,
      [
        ...[typedoc, '--tsconfig', join(PUBLISH, 'tsconfig.json'), '--out', DOCS, '--name', 'mm-playground'],
        ...['--readme', join(PACKAGE, 'README.md'), '--treatWarningsAsErrors', '--disableSources', '--logLevel', 'Warn'],
        ...entries,
      ],
      { cwd: PUBLISH, onLine: progress },
    ),
  );
}

/** Prints what every published file weighs; refuses what is too heavy. */
export function weighPackage() {
  const weights = weighFiles(PACKAGE);
  say();
  say(weightTable(weights));
  mustBeLight(weights, LIMITS);
}

if (process.argv[1] === join(ROOT, 'tools', 'package.mjs')) {
  main(async () => {
    await mustMeet(['npm']);
    await buildEngine();
    await buildPackage();
    weighPackage();
    await buildDocs();
  });
}
