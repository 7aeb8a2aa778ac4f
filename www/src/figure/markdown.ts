/** Markdown as elements. Only what is known becomes one; everything else, HTML above all, stays text. */
import { lexer } from 'marked';
import type { Token, Tokens } from 'marked';
import { h } from '../ui/dom.ts';

/** Deeper quotes and lists than a person writes are text. */
const MAX_DEPTH = 8;

export function markdown(text: string): Node[] {
  return blocks(lexer(text), 0);
}

function blocks(tokens: readonly Token[], depth: number): Node[] {
  if (depth > MAX_DEPTH) return tokens.map(({ raw }) => document.createTextNode(raw));
  return tokens.flatMap((token): Node[] => {
    switch (token.type) {
      case 'space': return [];
      case 'paragraph': return [h('p', {}, ...inline((token as Tokens.Paragraph).tokens, depth))];
      case 'heading': return [h('h4', {}, ...inline((token as Tokens.Heading).tokens, depth))];
      case 'code': return [h('pre', { class: 'mono' }, (token as Tokens.Code).text)];
      case 'list': {
        const { ordered, items } = token as Tokens.List;
        return [h(ordered ? 'ol' : 'ul', {}, ...items.map(({ tokens: inner }) => h('li', {}, ...blocks(inner, depth + 1))))];
      }
      case 'text': return 'tokens' in token && token.tokens !== undefined ? inline(token.tokens, depth) : [document.createTextNode((token as Tokens.Text).text)];
      default: return [h('p', {}, token.raw)];
    }
  });
}

function inline(tokens: readonly Token[], depth: number): Node[] {
  if (depth > MAX_DEPTH) return tokens.map(({ raw }) => document.createTextNode(raw));
  return tokens.map((token): Node => {
    switch (token.type) {
      case 'strong': return h('b', {}, ...inline((token as Tokens.Strong).tokens, depth + 1));
      case 'em': return h('em', {}, ...inline((token as Tokens.Em).tokens, depth + 1));
      case 'codespan': return h('code', { class: 'mono' }, plain((token as Tokens.Codespan).text));
      case 'br': return h('br');
      case 'link': return link(token as Tokens.Link, depth);
      case 'text':
      case 'escape': return document.createTextNode(plain((token as Tokens.Text).text));
      default: return document.createTextNode(token.raw);
    }
  });
}

/** Addresses of the web only: a script in an address is no address. */
function link({ href, tokens }: Tokens.Link, depth: number): Node {
  const words = inline(tokens, depth + 1);
  let address: URL;
  try {
    address = new URL(href, document.baseURI);
  } catch {
    return h('span', {}, ...words);
  }
  if (address.protocol !== 'https:' && address.protocol !== 'http:') return h('span', {}, ...words);
  return h('a', { href: address.href, target: '_blank', rel: 'noopener noreferrer' }, ...words);
}

/** The library gives some characters as entities. */
function plain(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ({ '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[entity] ?? '&');
}
