/** Adds the service worker to the built site, with the list of all files and their hashes. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TEMPLATE = new URL('./service-worker.js', import.meta.url);
/** As service workers are named by the page. */
const NAME = 'sw.js';

/** @returns {import('vite').Plugin} */
export function offline() {
  let folder = '';
  return {
    name: 'offline',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir);
    },
    // After the files of public/ are there, too.
    closeBundle: () => {
      const names = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== NAME)
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
        .sort();
      const hash = (bytes) => createHash('sha256').update(bytes).digest('base64');
      const files = Object.fromEntries(names.map((name) => [name === 'index.html' ? './' : name, `sha256-${hash(readFileSync(join(folder, name)))}`]));
      const version = hash(JSON.stringify(files)).slice(0, 12);
      const text = readFileSync(TEMPLATE, 'utf8').replace('%VERSION%', version).replace("{ '%FILES%': '' }", JSON.stringify(files));
      writeFileSync(join(folder, NAME), text);
    },
  };
}
