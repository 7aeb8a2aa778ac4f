/** Style sheets of the components: collected when their modules load, adopted by the shadow root. */
import baseCss from './base.css?inline';

/** What all share comes first, so that a component may say otherwise. */
const sources: string[] = [baseCss];
const sheets: CSSStyleSheet[] = [];

export function style(...css: string[]): void {
  sources.push(...css);
}

/** All sheets so far; called again after a component was loaded late. */
export function adopt(root: ShadowRoot): void {
  for (const css of sources.splice(0)) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    sheets.push(sheet);
  }
  // Those of others, such as an editor's, stay.
  root.adoptedStyleSheets = [...sheets, ...root.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet))];
}
