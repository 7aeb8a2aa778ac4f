/**
 * Colours of page states, the one list that painter, legend and charts share.
 *
 * Okabe-Ito hues, kept apart in lightness too, so that the states differ for every kind of colour
 * vision and in greyscale; the letter is drawn in the cell at high zoom. Letters are the oracle's
 * classes; `b p r o` are ours, for frames that no process maps.
 */
export interface PaletteEntry {
  letter: string;
  /** `#rrggbb` */
  light: string;
  dark: string;
  /** Ink of the letter in the cell. */
  lightInk: string;
  darkInk: string;
}

const BLACK = '#10151b';
const WHITE = '#ffffff';

function entry(letter: string, light: string, dark: string, lightInk = BLACK, darkInk = BLACK): PaletteEntry {
  return { letter, light, dark, lightInk, darkInk };
}

export const PALETTE: readonly PaletteEntry[] = [
  entry('.', '#e6e8ec', '#20262e', '#5b6570', '#7d8794'), // nothing there
  entry('a', '#5aa9e6', '#4b96d1'), // small anonymous page
  entry('T', '#009e73', '#12a57c', WHITE, BLACK), // huge, mapped by a PMD
  entry('t', '#7fcfb9', '#2b6f5f', BLACK, WHITE), // huge, mapped by PTEs
  entry('k', '#e69f00', '#e69f00'), // KSM
  entry('z', '#cfe8f7', '#2c4a5e', BLACK, WHITE), // 4K zero page
  entry('Z', '#a9d5ef', '#3a627c', BLACK, WHITE), // huge zero page
  entry('s', '#cc79a7', '#b0618b'), // swapped out
  entry('g', '#9aa3ad', '#5d6773', BLACK, WHITE), // guard marker
  entry('1', '#b4dfa0', '#3f5f33', BLACK, WHITE), // mTHP, order 1 .. 8
  entry('2', '#a5d88d', '#47703a', BLACK, WHITE),
  entry('3', '#95d07c', '#4f8042', BLACK, WHITE),
  entry('4', '#85c86c', '#58904b', BLACK, BLACK),
  entry('5', '#75bf5d', '#61a054'),
  entry('6', '#66b44f', '#6bb05e'),
  entry('7', '#58a843', '#76c068'),
  entry('8', '#4b9b38', '#82d073'),
  entry('m', '#d9c836', '#b5a92e'), // shmem: small, PMD-mapped, PTE-mapped
  entry('M', '#a89a12', '#d8ca4a'),
  entry('n', '#ebe08a', '#7a7220', BLACK, WHITE),
  entry('f', '#e8b48e', '#a9744c'), // page cache: small, PMD-mapped, PTE-mapped
  entry('F', '#c8753a', '#d98a52'),
  entry('l', '#f2d3bd', '#6d4a30', BLACK, WHITE),
  entry('H', '#0a5aa0', '#3f86c9', WHITE, BLACK), // hugetlb
  entry('b', '#f1f2f4', '#1a1f26', '#5b6570', '#7d8794'), // free, in the buddy allocator
  entry('p', '#8a6fb8', '#8f78bd', WHITE, BLACK), // page table
  entry('r', '#c3c8ce', '#3a424d', BLACK, WHITE), // kernel and reserved
  entry('o', '#6b727a', '#06080b', WHITE, '#7d8794'), // off-line
];

/** Colour of a class in a theme; `#808080` for a letter that is not in the list. */
export function stateColour(letter: string, theme: 'light' | 'dark'): string {
  return PALETTE.find((e) => e.letter === letter)?.[theme] ?? '#808080';
}

/** Letters of the other colourings of the memory view are this much more than the letter that is drawn. */
const PLANE = 128;

function other(letter: string, light: string, dark: string, lightInk = BLACK, darkInk = BLACK): PaletteEntry {
  return entry(String.fromCharCode(PLANE + letter.charCodeAt(0)), light, dark, lightInk, darkInk);
}

/** By order: viridis, which grows lighter as it goes. */
const ORDERS = ['#440154', '#482475', '#414487', '#355f8d', '#2a788e', '#21918c', '#22a884', '#44bf70', '#7ad151', '#bddf26', '#fde725'];
const OWNERS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#e8dc3a', '#8a6fb8', '#66a61e', '#b15928'];

/** Order, owner and pageblock of frames. */
export const COLOURING_PALETTE: readonly PaletteEntry[] = [
  ...ORDERS.map((colour, order) => other('0123456789A'.charAt(order), colour, colour, order < 6 ? WHITE : BLACK, order < 6 ? WHITE : BLACK)),
  other('x', '#e6e8ec', '#20262e', '#5b6570', '#7d8794'),
  ...OWNERS.map((colour, i) => other('abcdefghij'.charAt(i), colour, colour, [0, 2, 5, 7, 9].includes(i) ? WHITE : BLACK, [0, 5, 7, 9].includes(i) ? WHITE : BLACK)),
  other('+', '#1d232b', '#e6e9ee', WHITE, BLACK),
  other('-', '#9aa3ad', '#5d6773', BLACK, WHITE),
  other('k', '#c3c8ce', '#3a424d', BLACK, WHITE),
  other('p', '#dcd3ea', '#4d4266', BLACK, WHITE),
  other('.', '#f1f2f4', '#1a1f26', '#5b6570', '#7d8794'),
  other('U', '#d55e00', '#d55e00', WHITE, BLACK),
  other('M', '#0072b2', '#3f86c9', WHITE, BLACK),
  other('R', '#009e73', '#12a57c', WHITE, BLACK),
  other('u', '#f3cdb0', '#4a2a18', BLACK, WHITE),
  other('m', '#cfe3f2', '#16324a', BLACK, WHITE),
  other('r', '#bfe5d8', '#123c31', BLACK, WHITE),
];

/** Colour of a letter of another colouring. */
export function colouringColour(letter: string, theme: 'light' | 'dark'): string {
  return COLOURING_PALETTE.find((e) => e.letter.charCodeAt(0) === PLANE + letter.charCodeAt(0))?.[theme] ?? '#808080';
}
