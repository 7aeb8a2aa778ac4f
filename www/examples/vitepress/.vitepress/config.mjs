import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'A live figure in VitePress',
  srcExclude: ['node_modules/**'],
  // The built mm-playground lies in public/mm.
  head: [['script', { type: 'module', src: '/mm/mm-playground.js' }]],
  // Vue leaves the element to the browser, and the lines of a script as they are.
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'mm-playground', whitespace: 'preserve' } } },
});
