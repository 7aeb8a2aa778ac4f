/** The page's own shell: everything else is inside the element. */
import { LANG } from './locales/index.ts';
import { MmPlayground } from './ui/playground.ts';

document.addEventListener('mm-locale', (event) => {
  document.documentElement.lang = LANG[(event as CustomEvent<keyof typeof LANG>).detail];
});

// A link is opened once; what the reader does after that is theirs, and is saved.
const link = location.hash.slice(1);
if (link !== '') document.querySelector('mm-playground')?.setAttribute('link', link);
document.addEventListener('mm-touched', () => {
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
});
// A link pasted into the address of the open page.
addEventListener('hashchange', () => {
  if (location.hash !== '') location.reload();
});

// The page is kept for days without a network, once it has been fetched and is at work. In a frame of somebody
// else's page, or where there is no permission, it does without.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const keep = async (): Promise<void> => {
    const registration = await navigator.serviceWorker.register('./sw.js');
    if (registration.active !== null) await registration.update();
  };
  addEventListener('load', () => setTimeout(() => void keep().catch(() => undefined), 1500));
}

customElements.define('mm-playground', MmPlayground);
