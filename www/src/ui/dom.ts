/** Elements in one expression, and lists that keep their elements. No state of their own. */

type Attribute = string | number | boolean | null | undefined;
type Child = Node | string | null | false;
type Listeners = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };

/** An element with attributes (`true` sets an empty one; null, undefined and false none) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.filter((c): c is Node | string => c !== null && c !== false));
  return element;
}

export function setAttribute(element: Element, name: string, value: Attribute): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) element.setAttribute(name, value === true ? '' : String(value));
}

/** Adds listeners and gives the element back. */
export function on<T extends HTMLElement>(element: T, listeners: Listeners): T {
  for (const [type, listener] of Object.entries(listeners)) {
    element.addEventListener(type, listener as EventListener);
  }
  return element;
}

/** Sets text only when it differs, so that a reader's selection and the layout survive. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button with an icon, words, or both; `label` is its spoken name and tooltip. */
export function button(
  { label, icon, text, className = 'btn' }: { label: string; icon?: SVGElement; text?: string; className?: string },
  click: (event: MouseEvent) => void,
): HTMLButtonElement {
  const spoken = text === label ? undefined : label;
  const element = h('button', { type: 'button', class: className, title: spoken, 'aria-label': spoken }, icon ?? null, text ?? null);
  return on(element, { click });
}

export function option(value: string, text: string): HTMLOptionElement {
  return h('option', { value }, text);
}

/** A row of a list: its element, and how it follows its item. */
export interface Row<T> {
  element: HTMLElement;
  update(item: T): void;
}

/** A function that makes the parent's children follow a list; elements stay with their key, the first of equal keys first. */
export function keyedList<T>(parent: HTMLElement, key: (item: T) => string, create: (item: T) => Row<T>): (items: readonly T[]) => void {
  let rows = new Map<string, Row<T>>();
  return (items) => {
    const next = new Map<string, Row<T>>();
    let place: ChildNode | null = parent.firstChild;
    for (const item of items) {
      let k = key(item);
      while (next.has(k)) k += ' again';
      const row = rows.get(k) ?? create(item);
      next.set(k, row);
      row.update(item);
      if (row.element === place) place = place.nextSibling;
      else parent.insertBefore(row.element, place);
    }
    for (const [k, row] of rows) if (!next.has(k)) row.element.remove();
    rows = next;
  };
}
