/** embed.html: a figure in a frame, for documents that may not run scripts of others. docs/embedding.md describes it. */
import '../element/element.ts';
import { ATTRIBUTES } from '../element/attributes.ts';
import { BadLink, decodeWork } from '../state/share.ts';
import { Channel } from './channel.ts';
import { readParams } from './params.ts';

const served = document.querySelector<HTMLMetaElement>('meta[name="mm-origins"]')?.content ?? '';
const figure = document.createElement('mm-playground');

function content(kind: 'script' | 'lesson', text: string): Node {
  if (kind === 'script') return document.createTextNode(text);
  // A block of data: no browser runs this type.
  const block = document.createElement('script');
  block.type = 'text/markdown';
  block.textContent = text;
  return block;
}

async function apply(): Promise<void> {
  const params = readParams(location.hash.slice(1), served);
  channel.origins = params.origins;
  let { attributes, run } = params;
  if (run !== '') {
    try {
      // The still picture of what it begins with is shown before anything heavy is loaded.
      const { id } = await decodeWork(run);
      if (id !== null) attributes = { ...attributes, scenario: id };
    } catch (error) {
      if (!(error instanceof BadLink)) throw error;
      run = '';
    }
  }
  if (run === '') figure.removeAttribute('run');
  else if (figure.getAttribute('run') !== run) figure.setAttribute('run', run);
  document.documentElement.toggleAttribute('data-fill', attributes.height === 'fill');
  document.documentElement.lang = attributes.lang ?? 'en';
  for (const name of ATTRIBUTES) {
    const value = attributes[name];
    if (value === undefined) figure.removeAttribute(name);
    else if (figure.getAttribute(name) !== value) figure.setAttribute(name, value);
  }
  const [kind, text] = params.lesson === '' ? ['script', params.script] as const : ['lesson', params.lesson] as const;
  if (figure.textContent !== text) figure.replaceChildren(content(kind, text));
}

const channel = new Channel(figure, parent);
addEventListener('hashchange', () => void apply());
void apply().then(() => document.body.prepend(figure));
