/**
 * The documentation tools that the examples in www/examples are built with: each of the version that is written down,
 * in a folder of its own, from its registry.
 *
 * A tool that cannot be had is a Refusal that says why; what needs it cannot run, and the test run tells.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE, assemblePackage } from './package.mjs';
import { ROOT, firstLine, mustRun, prependPath, which } from './process.mjs';
import { Refusal } from './terminal.mjs';

export const EXAMPLES = join(ROOT, 'www', 'examples');
const MDBOOK = '0.5.4';
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mm-playground');
/** Seconds that an installation may take on two busy cores. */
const INSTALL_S = 600;
const BUILD_S = 120;

/** A folder in the cache for exactly these contents, made by `make` if it is not there. */
async function cached(name, contents, make) {
  const folder = join(CACHE, `${name}-${createHash('sha256').update(contents).digest('hex').slice(0, 12)}`);
  if (existsSync(join(folder, '.complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  writeFileSync(join(folder, '.complete'), '');
  return folder;
}

const installed = (command, args, options) => mustRun(command, args, { limit_s: INSTALL_S, ...options });

/** npm, as it is there; nothing that it installs may run something. */
function npm(args, cwd, limit_s = INSTALL_S) {
  const script = process.env.npm_execpath;
  const [command, ...first] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  return mustRun(command, [...first, ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd, limit_s });
}

/** Each makes a site of the example that lies in `folder`, with the built page already in it where it has a place, and gives the site's folder. */
const BUILDERS = {
  plain: async (folder) => folder,

  async mdbook(folder) {
    const bin = join(CACHE, `mdbook-${MDBOOK}`, 'bin');
    if (existsSync(bin)) prependPath(bin);
    if (firstLine('mdbook', ['--version']) !== `mdbook v${MDBOOK}`) {
      if (which('cargo') === null) throw new Refusal(`mdBook ${MDBOOK} needs cargo to be installed, which is not here`);
      // It runs for a moment: compiled fast rather than made fast, without its server and its search.
      const profile = { CARGO_PROFILE_RELEASE_OPT_LEVEL: '0', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16', CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_TARGET_DIR: join(CACHE, 'mdbook-build') };
      const args = ['install', 'mdbook', '--version', `=${MDBOOK}`, '--locked', '--no-default-features', '--root', join(CACHE, `mdbook-${MDBOOK}`)];
      await installed('cargo', args, { env: profile });
      rmSync(profile.CARGO_TARGET_DIR, { recursive: true, force: true });
      prependPath(bin);
    }
    await mustRun('mdbook', ['build', folder], { limit_s: BUILD_S });
    return join(folder, 'book');
  },

  async vitepress(folder) {
    const lock = ['package.json', 'package-lock.json'];
    const tools = await cached('vitepress', lock.map((file) => readFileSync(join(folder, file), 'utf8')).join(''), async (place) => {
      for (const file of lock) cpSync(join(folder, file), join(place, file));
      await npm(['ci'], place);
    });
    // As a reader does: VitePress of the lock file, and the package beside it.
    cpSync(join(tools, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
    const packed = join(folder, '.packed');
    mkdirSync(packed);
    await assemblePackage();
    await npm(['pack', PACKAGE, '--pack-destination', packed], folder);
    await npm(['install', '--offline', ...readdirSync(packed).map((archive) => join(packed, archive))], folder);
    await npm(['run', 'build'], folder, BUILD_S);
    return join(folder, '.vitepress', 'dist');
  },

  async sphinx(folder) {
    const python = which('python3');
    if (python === null) throw new Refusal('Sphinx needs Python 3.11 or later, which is not here');
    const requirements = join(folder, 'requirements.txt');
    const tools = await cached('sphinx', readFileSync(requirements), async (place) => {
      await installed(python, ['-m', 'venv', place]);
      await installed(join(place, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
    });
    await mustRun(join(tools, 'bin', 'sphinx-build'), ['-q', '-W', '-b', 'html', folder, join(folder, '_build')], { limit_s: BUILD_S });
    return join(folder, '_build');
  },
};

export const EXAMPLE_NAMES = Object.keys(BUILDERS);

/** Where the built page lies: beside the static files. VitePress has the npm package. */
const PLACE = { plain: 'mm', mdbook: join('src', 'mm'), sphinx: join('_static', 'mm') };

/** Builds an example with its real tool, in `folder`, which must not exist. Resolves to the folder of the site. */
export async function buildExample(name, folder, site) {
  cpSync(join(EXAMPLES, name), folder, { recursive: true });
  if (PLACE[name] !== undefined) cpSync(site, join(folder, PLACE[name]), { recursive: true });
  return BUILDERS[name](folder);
}
