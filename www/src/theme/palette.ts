/**
 * Colours of page states, the one list that painter, legend and charts share.
 *
 * Okabe-Ito hues, kept apart in lightness too, so that the states differ for every kind of colour
 * vision and in greyscale; the letter is drawn in the cell at high zoom. Letters are the oracle's
 * classes; `b p r` are ours, for frames that no process maps.
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
];

/** Colour of a class in a theme; `#808080` for a letter that is not in the list. */
export function stateColour(letter: string, theme: 'light' | 'dark'): string {
  return PALETTE.find((e) => e.letter === letter)?.[theme] ?? '#808080';
}
