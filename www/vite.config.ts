/**
 * How the page is bundled, served and unit-tested.
 *
 * The built site must work from any path of any static file server, so every
 * address in it is relative (`base: './'`), and the engine's worker is an ES
 * module beside it.
 */
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { offline } from './offline/plugin.mjs';

/** Nothing from elsewhere, no inline script or style, no eval; the engine is WebAssembly. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** The script of the custom element, for other people's pages. */
const ELEMENT = 'mm-playground';

/** The built page carries its policy, whatever server it is put on. The development server needs inline scripts. */
const contentPolicy: Plugin = {
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
};

export default defineConfig({
  base: './',
  plugins: [contentPolicy, offline()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // A wasm or font file inlined as a data: address cannot be cached or streamed.
    assetsInlineLimit: 0,
    // Scripts that load others leave the document's head alone: it may be somebody else's.
    modulePreload: { polyfill: false, resolveDependencies: (_, files, { hostType }) => (hostType === 'html' ? files : []) },
    rolldownOptions: {
      input: { index: 'index.html', embed: 'embed.html', [ELEMENT]: 'src/element/element.ts' },
      // The one address that authors write; everything else has its hash in its name.
      output: { entryFileNames: ({ name }) => (name === ELEMENT ? '[name].js' : 'assets/[name]-[hash].js') },
    },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    environment: 'node',
  },
});
