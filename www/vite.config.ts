/**
 * How the page is bundled, served and unit-tested.
 *
 * The built site must work from any path of any static file server, so every
 * address in it is relative (`base: './'`), and the engine's worker is an ES
 * module beside it.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // A wasm or font file inlined as a data: address cannot be cached or streamed.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    environment: 'node',
  },
});
