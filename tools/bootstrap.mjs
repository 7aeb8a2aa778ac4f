/**
 * What the commands need on the machine, and how each thing is installed.
 *
 * A requirement knows whether it is met (`lacks` gives the reason if not) and how to meet it. Sources are the
 * npm registry, crates.io, rustup and, for the browser, Debian. Only Node's own modules are used
 * here: this runs before node_modules exists.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { browserRequirement } from './browser.mjs';
import { ROOT, firstLine, mustRun, prependPath, which } from './process.mjs';
import { Refusal, step } from './terminal.mjs';

const NODE_MINIMUM = [20, 19];
const WASM_PACK = '0.15.1';
const WASM_TARGET = 'wasm32-unknown-unknown';

const cargoToml = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8');
/** The version the facade is compiled with; the command-line tool must be the same. */
const WASM_BINDGEN = pinned(/^wasm-bindgen\s*=\s*(?:\{[^}\n]*version\s*=\s*)?"=([\d.]+)"/m, 'wasm-bindgen = "=x.y.z"');
const RUST_MINIMUM = pinned(/^rust-version\s*=\s*"([\d.]+)"/m, 'rust-version');

function pinned(pattern, what) {
  const found = cargoToml.match(pattern);
  if (!found) throw new Refusal(`Cargo.toml does not name ${what}`);
  return found[1];
}

/**
 * Where cargo puts the two tools when the machine has no such version: beside no one else's, shared by every
 * clone. A wasm-bindgen that another project put into ~/.cargo/bin stays as it is.
 */
const toolRoot = (name, version) =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mm-playground', `${name}-${version}`);

/** The tools run for a second or two in each build: compiled fast rather than made fast. */
const QUICK_PROFILE = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_LTO: 'off',
};

function cargoTool(crate, command, version, minutes, flags) {
  const bin = join(toolRoot(crate, version), 'bin');
  return {
    name: `${crate} ${version}`,
    lacks() {
      if (existsSync(bin)) prependPath(bin);
      const found = firstLine(command, ['--version']);
      if (found?.split(' ')[1] === version) return null;
      return `${found ? `found is ${found}` : 'not found'}: cargo install, about ${minutes} min on 2 cores`;
    },
    async meet(progress) {
      const args = ['install', crate, '--version', `=${version}`, '--root', toolRoot(crate, version), ...flags];
      await mustRun('cargo', args, { env: QUICK_PROFILE, onLine: progress });
      prependPath(bin);
    },
  };
}

function rustComponent(name, proof) {
  return {
    name,
    lacks: () => (firstLine('cargo', proof) ? null : 'not found: rustup component add'),
    meet: (progress) => mustRun('rustup', ['component', 'add', name], { onLine: progress }),
  };
}

/** Everything a command can require, by the name it asks with. */
const REQUIREMENTS = {
  node: {
    name: `Node ${NODE_MINIMUM.join('.')}`,
    lacks() {
      const [major, minor] = process.versions.node.split('.').map(Number);
      const enough = major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
      return enough ? null : `this is ${process.version}`;
    },
    meet() {
      throw new Refusal(`Node ${NODE_MINIMUM.join('.')} or later is needed; this is ${process.version}.`);
    },
  },

  npm: {
    name: 'npm packages',
    lacks: npmLack,
    async meet(progress) {
      // Through this Node and the npm that runs us, when npm runs us: needs no shell.
      const npm = process.env.npm_execpath;
      const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
      await mustRun(command, [...first, 'ci'], { onLine: progress });
      prependPath(join(ROOT, 'node_modules', '.bin'));
    },
  },

  rust: {
    name: `Rust ${RUST_MINIMUM}`,
    lacks() {
      const found = which('cargo') && firstLine('rustc', ['--version']);
      if (!found) return 'not found';
      const [major, minor] = found.split(' ')[1].split('.').map(Number);
      const [needMajor, needMinor] = RUST_MINIMUM.split('.').map(Number);
      return major > needMajor || (major === needMajor && minor >= needMinor) ? null : `found is ${found}`;
    },
    meet() {
      throw new Refusal(
        `Rust ${RUST_MINIMUM} or later is needed (${this.lacks()}).\n` +
          'With rustup: rustup update stable. Without: install rustup from https://rustup.rs first.',
      );
    },
  },

  wasmTarget: {
    name: `Rust target ${WASM_TARGET}`,
    lacks() {
      const sysroot = firstLine('rustc', ['--print', 'sysroot']);
      const there = sysroot && existsSync(join(sysroot, 'lib', 'rustlib', WASM_TARGET, 'lib'));
      return there ? null : 'not installed: rustup target add';
    },
    async meet(progress) {
      if (!which('rustup')) {
        throw new Refusal(`This Rust has no ${WASM_TARGET} and there is no rustup to add it. Install rustup.`);
      }
      await mustRun('rustup', ['target', 'add', WASM_TARGET], { onLine: progress });
    },
  },

  // Without --locked: the newer dependencies it then takes are the ones that build with current Rust.
  wasmBindgen: cargoTool('wasm-bindgen-cli', 'wasm-bindgen', WASM_BINDGEN, 3, []),
  wasmPack: cargoTool('wasm-pack', 'wasm-pack', WASM_PACK, 2, ['--locked']),
  rustfmt: rustComponent('rustfmt', ['fmt', '--version']),
  clippy: rustComponent('clippy', ['clippy', '--version']),
  browser: browserRequirement,
};

/** Why node_modules is not what the lock file says, or null. */
function npmLack() {
  prependPath(join(ROOT, 'node_modules', '.bin'));
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return 'node_modules is missing: npm ci';
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const have = read(installed);
  for (const [path, want] of Object.entries(read(join(ROOT, 'package-lock.json')))) {
    // The root, the workspace folders, and packages for other platforms are not installed from the registry.
    if (!path.startsWith('node_modules/') || want.link || want.optional) continue;
    if (have[path]?.version !== want.version) return `${path.slice(13)} is not ${want.version}: npm ci`;
  }
  return null;
}

/** What building the engine takes, in the order in which it can be met. */
export const ENGINE_NEEDS = ['npm', 'rust', 'wasmTarget', 'wasmBindgen', 'wasmPack'];

/**
 * Meets the named requirements in order, one printed step for each that was not met.
 *
 * Returns the failures as a Map from name to Error; a requirement that fails does not stop the others.
 */
export async function meet(names) {
  const failures = new Map();
  for (const name of new Set(['node', ...names])) {
    const requirement = REQUIREMENTS[name];
    try {
      const lack = requirement.lacks();
      if (lack !== null) await step(requirement.name, lack, (progress) => requirement.meet(progress));
    } catch (error) {
      failures.set(name, error);
    }
  }
  return failures;
}

/** Like `meet`, but the first failure ends the command. */
export async function mustMeet(names) {
  for (const error of (await meet(names)).values()) throw error;
}
