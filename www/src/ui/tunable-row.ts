/** One tunable: its name, the control that fits it, default, range, help and the way back. */
import type { Tunable } from '../engine/protocol.ts';
import { count } from '../format.ts';
import { tunableHelp } from '../locales/index.ts';
import { LOG_STEPS, echoLine, logSliderMax, logStep, logValue, tunableChoices, tunableControl } from '../state/commands.ts';
import type { Context } from './context.ts';
import { watch } from './context.ts';
import { button, h, on, option, setAttribute } from './dom.ts';
import { icon } from './icons.ts';

/** How the row shows a value that came from the machine. */
type Show = (value: string) => void;

export function tunableRow(context: Context, tunable: Tunable, index: number): HTMLElement {
  const { session, t } = context;
  const id = `tunable-${index}`;
  const write = (value: string): void => {
    if (value !== session.state.tunableValues[index]) void session.run(echoLine(tunable.path, value)).then(restore);
  };
  // A refused write leaves the file as it was: the control must say so.
  const restore = (): void => show(session.state.tunableValues[index] ?? tunable.default);
  const element = h('div', { class: 'tunable' });
  const help = h('p', { class: 'help', id: `${id}-help`, hidden: true }, ...helpOf(context, tunable));
  const label = nameInGroup(tunable);
  const name = on(h('button', { type: 'button', class: 'name', 'aria-expanded': 'false', 'aria-controls': help.id, title: t.tunables.helpOf(label) }, label), {
    click: () => {
      help.hidden = !help.hidden;
      name.setAttribute('aria-expanded', String(!help.hidden));
    },
  });
  const reset = button({ label: t.tunables.reset(tunable.default), icon: icon('reset'), className: 'btn small bare square' }, () => write(tunable.default));
  const control = makeControl(tunable, write);
  const show: Show = (value) => {
    const changed = differs(tunable, value);
    setAttribute(element, 'data-changed', changed);
    reset.hidden = !changed;
    control.show(value);
  };
  element.append(name, reset, ...control.elements, help);
  element.dataset['path'] = tunable.path;
  watch(context, (s) => s.tunableValues[index] ?? tunable.default, show);
  return element;
}

/** The files of the folio sizes are all called `enabled`: their folder belongs to the name. */
function nameInGroup({ path, name }: Tunable): string {
  return /hugepages-\d+kB\/.*$/.exec(path)?.[0] ?? name;
}

/** A file without a default of its own, as min_free_kbytes, never counts as changed. */
export function differs(tunable: Tunable, value: string | undefined): boolean {
  return value !== undefined && tunable.default !== '' && value !== tunable.default;
}

function helpOf({ t }: Context, { path, help, min, max, default: initial }: Tunable): (Node | string)[] {
  const range = min === null && max === null ? [] : [t.tunables.range(count(min ?? 0), max === null ? '∞' : count(max))];
  return [
    tunableHelp(t, path) ?? help,
    h('span', { class: 'facts' }, [t.tunables.default(initial), ...range].join(' · ')),
    h('code', {}, path),
  ];
}

interface Control {
  elements: HTMLElement[];
  show: Show;
}

function makeControl(tunable: Tunable, write: (value: string) => void): Control {
  const name = nameInGroup(tunable);
  const { min, max } = tunable;
  switch (tunableControl(tunable)) {
    case 'choice': {
      const select = h('select', { class: 'field mono value', 'aria-label': name }, ...(tunableChoices(tunable) ?? []).map((c) => option(c, c)));
      on(select, { change: () => write(select.value) });
      return { elements: [select], show: (value) => { select.value = value; } };
    }
    case 'toggle': {
      const box = h('input', { type: 'checkbox', role: 'switch', class: 'switch value', 'aria-label': name });
      on(box, { change: () => write(box.checked ? '1' : '0') });
      return { elements: [box], show: (value) => { box.checked = value === '1'; } };
    }
    case 'text': {
      const field = h('input', { class: 'field mono value', 'aria-label': name, spellcheck: 'false' });
      on(field, { change: () => write(field.value) });
      return { elements: [field], show: (value) => { field.value = value; } };
    }
    case 'slider':
      return numberControl(tunable, name, { max: max ?? 0, min: min ?? 0, toStep: (v) => v, toValue: (s) => s }, write);
    case 'log-slider': {
      const top = logSliderMax(tunable);
      return numberControl(tunable, name, { max: LOG_STEPS, min: 0, toStep: (v) => logStep(v, top), toValue: (s) => Math.max(min ?? 0, logValue(s, top)) }, write);
    }
  }
}

export interface Scale {
  min: number;
  max: number;
  toStep(value: number): number;
  toValue(step: number): number;
}

/** By one with the arrows, by a tenth of the slider with the page keys; null for other keys. */
export function steppedValue(key: string, value: number, scale: Scale): number | null {
  const tenth = Math.ceil((scale.max - scale.min) / 10);
  const paged = (steps: number): number => scale.toValue(Math.min(scale.max, Math.max(scale.min, scale.toStep(value) + steps)));
  switch (key) {
    case 'ArrowUp': return value + 1;
    case 'ArrowDown': return value - 1;
    case 'PageUp': return paged(tenth);
    case 'PageDown': return paged(-tenth);
    default: return null;
  }
}

function numberControl({ min, max }: Tunable, name: string, scale: Scale, write: (value: string) => void): Control {
  // Not type=number: what the file would refuse may be tried, and the answer read in the console.
  const field = h('input', { class: 'field mono value', inputmode: 'numeric', 'aria-label': name, spellcheck: 'false', autocomplete: 'off' });
  // The field does with the keys all that the slider does: one stop for the Tab key is enough.
  const slider = h('input', { type: 'range', class: 'slider', min: scale.min, max: scale.max, step: 1, 'aria-label': name, tabindex: -1 });
  // Enter, leaving the field and letting go of the slider may come together: one value is written once.
  let sent = '';
  const send = (): void => {
    if (field.value === sent) return;
    sent = field.value;
    write(sent);
  };
  const paint = (): void => {
    const part = (slider.valueAsNumber - scale.min) / (scale.max - scale.min);
    slider.style.setProperty('--part', `${100 * part}%`);
    slider.setAttribute('aria-valuetext', field.value);
    field.style.width = `calc(${Math.max(4, field.value.length)}ch + 16px)`;
  };
  on(field, {
    change: send,
    blur: send,
    keydown: (event) => {
      const value = steppedValue(event.key, Number(field.value), scale);
      if (value === null || !/^\d+$/.test(field.value)) return;
      event.preventDefault();
      field.value = String(Math.min(max ?? Infinity, Math.max(min ?? 0, value)));
      slider.value = String(scale.toStep(Number(field.value)));
      paint();
    },
  });
  on(slider, {
    input: () => {
      field.value = String(scale.toValue(slider.valueAsNumber));
      paint();
    },
    change: send,
  });
  return {
    elements: [field, slider],
    show: (value) => {
      sent = value;
      field.value = value;
      slider.value = String(scale.toStep(Number(value)));
      paint();
    },
  };
}
