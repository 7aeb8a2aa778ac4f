/** The page's own shell: everything else is inside the element. */
import { LANG } from './locales/index.ts';
import { MmPlayground } from './ui/playground.ts';

document.addEventListener('mm-locale', (event) => {
  document.documentElement.lang = LANG[(event as CustomEvent<keyof typeof LANG>).detail];
});

customElements.define('mm-playground', MmPlayground);
