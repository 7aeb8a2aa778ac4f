/**
 * `npm start`: from a clone to a running page.
 *
 * Installs what is missing, builds the engine if its sources changed, and serves the page with Vite's
 * development server: it is ready in a second without bundling anything, and edits of the page show at once.
 * (The bundled page is what `npm run build` makes and what the end-to-end tests open.)
 * After an edit of the engine, run it again.
 *
 * npm start -- [--port N] [--host ADDRESS]
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { mustMeet } from './bootstrap.mjs';
import { buildEngine } from './engine.mjs';
import { ROOT } from './process.mjs';
import { Refusal, bold, dim, main, say, since } from './terminal.mjs';

/** Vite takes the next free port when this one is taken. */
const DEFAULT_PORT = 5173;

main(async () => {
  const start_ms = performance.now();
  const { port, host } = options();
  await mustMeet(['npm']);
  await buildEngine();
  const { createServer } = await import('vite');
  const server = await createServer({
    root: join(ROOT, 'www'),
    logLevel: 'warn',
    clearScreen: false,
    server: { port, host },
  });
  await server.listen();
  const addresses = [...server.resolvedUrls.local, ...server.resolvedUrls.network];
  say();
  for (const address of addresses) say(`  mm-playground is running at ${bold(address)}`);
  say(dim(`  ready in ${since(start_ms)}; Ctrl-C ends it`));
});

function options() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } });
    const asked = values.port ?? process.env.PORT ?? DEFAULT_PORT;
    const port = Number(asked);
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`Not a port: ${asked}`);
    return { port, host: values.host ?? 'localhost' };
  } catch (error) {
    throw new Refusal(`${error.message}\nUsage: npm start -- [--port N] [--host ADDRESS]`);
  }
}
