/** Scripts from and to the reader's disk. Nothing leaves the machine. */
import type { Context } from './context.ts';
import { h, on } from './dom.ts';

/** Asks for a file and loads it. */
export function openFile({ session }: Context): void {
  const input = h('input', { type: 'file', accept: '.mm,text/plain' });
  on(input, {
    change: () => {
      const file = input.files?.[0];
      if (file !== undefined) void file.text().then((text) => session.openText(file.name, text));
    },
  });
  input.click();
}

/** Gives a text to the browser as a download. */
export function saveText(name: string, text: string): void {
  saveBlob(name, new Blob([text], { type: 'text/plain' }));
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  // The download has begun once the click's task is over.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

export async function saveScript({ session }: Context): Promise<void> {
  const text = await session.script();
  if (text !== null) saveText(session.state.scenario?.name ?? 'scenario.mm', text);
}

/** A file dropped anywhere on the page is loaded. */
export function acceptDrops({ session, signal }: Context, page: HTMLElement): void {
  const hasFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const options = { signal };
  page.addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    page.dataset['dropping'] = '';
  }, options);
  page.addEventListener('dragleave', (event) => {
    if (!page.contains(event.relatedTarget as Node | null)) delete page.dataset['dropping'];
  }, options);
  page.addEventListener('drop', (event) => {
    delete page.dataset['dropping'];
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    void file.text().then((text) => session.openText(file.name, text));
  }, options);
}
