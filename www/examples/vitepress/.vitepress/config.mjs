import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'A live figure in VitePress',
  srcExclude: ['node_modules/**', 'README.md'],
  // Vue leaves the element to the browser, and the lines of a script as they are.
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'mm-playground', whitespace: 'preserve' } } },
  // `vitepress dev` (Vite before 8) would move the element away from its files.
  vite: { optimizeDeps: { exclude: ['mm-playground'] } },
});
