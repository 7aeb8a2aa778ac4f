/**
 * Finds Chromium (or Chrome) and its WebDriver, and installs them where that can be done: Debian as root.
 *
 * Nothing here downloads a browser of its own. CHROME_PATH and CHROMEDRIVER name other places.
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, firstLine, mustRun, which } from './process.mjs';
import { Refusal } from './terminal.mjs';

/** The fonts are for what the page says in Chinese: without them its screenshots show boxes. */
const DEBIAN_PACKAGES = ['chromium', 'chromium-driver', 'fonts-liberation', 'fonts-noto-cjk'];

const BROWSER_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const BROWSER_FILES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const DRIVER_FILES = ['/usr/lib/chromium-browser/chromedriver', '/usr/lib/chromium/chromedriver'];

/** Switches for every headless start: no sandbox as root, and no connection of the browser's own. */
export const BROWSER_SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return null;
  }
}

/** The browser's path, or null. A CHROME_PATH that is no program is an error, not a reason to look elsewhere. */
export function findBrowser() {
  if (process.env.CHROME_PATH) {
    if (executable(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
    throw new Refusal(`CHROME_PATH is ${process.env.CHROME_PATH}, which is not an executable file.`);
  }
  return firstOf(BROWSER_NAMES, BROWSER_FILES);
}

/** The WebDriver's path, or null. */
export function findDriver() {
  if (process.env.CHROMEDRIVER) {
    if (executable(process.env.CHROMEDRIVER)) return process.env.CHROMEDRIVER;
    throw new Refusal(`CHROMEDRIVER is ${process.env.CHROMEDRIVER}, which is not an executable file.`);
  }
  return firstOf(['chromedriver'], DRIVER_FILES);
}

function firstOf(names, files) {
  for (const name of names) if (which(name)) return which(name);
  return files.find(executable) ?? null;
}

const majorOf = (path) => firstLine(path, ['--version'])?.match(/(\d+)\.\d+/)?.[1] ?? null;

export const browserRequirement = {
  name: 'Chromium and its driver',
  lacks() {
    const browser = findBrowser();
    const driver = findDriver();
    const missing = [browser ? '' : 'no Chromium or Chrome', driver ? '' : 'no chromedriver'].filter(Boolean);
    if (missing.length) return `${missing.join(', ')}${canInstall() ? ': apt-get install' : ''}`;
    const [have, want] = [majorOf(driver), majorOf(browser)];
    if (!want) return `${browser} does not tell its version`;
    return have === want ? null : `chromedriver is version ${have}, the browser is version ${want}`;
  },
  async meet(progress) {
    if (!canInstall()) throw new Refusal(instructions(this.lacks()));
    const apt = (...args) =>
      mustRun('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-y', ...args], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        onLine: progress,
      });
    await apt('update');
    await apt('install', '--no-install-recommends', ...DEBIAN_PACKAGES);
    const lack = this.lacks();
    if (lack) throw new Refusal(instructions(lack));
  },
};

function canInstall() {
  const debian = existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  return debian && process.getuid?.() === 0 && which('apt-get') !== null;
}

function instructions(lack) {
  return [
    `The tests that run in a browser cannot run: ${lack}.`,
    'Install Chromium or Chrome and the chromedriver of the same version:',
    `  Debian   sudo apt-get install ${DEBIAN_PACKAGES.join(' ')}`,
    '  Fedora   sudo dnf install chromium chromedriver',
    '  Arch     sudo pacman -S chromium',
    '  macOS    brew install --cask google-chrome chromedriver',
    'or set CHROME_PATH to the browser and CHROMEDRIVER to the driver.',
  ].join('\n');
}

/**
 * Environment for `wasm-pack test --headless --chrome`: the driver, the browser it starts, and patience for a
 * machine with two cores that are busy.
 */
export const webdriverEnvironment = () => ({
  ...webdriver('webdriver.json', { 'goog:chromeOptions': { binary: findBrowser(), args: BROWSER_SWITCHES } }),
  CHROMEDRIVER: findDriver(),
});

function webdriver(name, options) {
  const folder = join(ROOT, 'target');
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(options, null, 2)}\n`);
  return {
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: file,
    WASM_BINDGEN_TEST_TIMEOUT: '600',
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: '60',
  };
}

/** Why the tests cannot also run in Firefox, or null. It is not installed for them: they run where it is there. */
export function firefoxLack() {
  const missing = [findFirefox() ? '' : 'no Firefox', which('geckodriver') || process.env.GECKODRIVER ? '' : 'no geckodriver'].filter(Boolean);
  return missing.length ? `${missing.join(', ')} on PATH (Debian: apt-get install firefox-esr; cargo install geckodriver)` : null;
}

const findFirefox = () => firstOf(['firefox', 'firefox-esr'], ['/Applications/Firefox.app/Contents/MacOS/firefox']);

/** Environment for `wasm-pack test --headless --firefox`. */
export const firefoxEnvironment = () => ({
  ...webdriver('webdriver-firefox.json', { 'moz:firefoxOptions': { binary: findFirefox(), args: ['-headless'] } }),
  GECKODRIVER: process.env.GECKODRIVER ?? which('geckodriver'),
});
