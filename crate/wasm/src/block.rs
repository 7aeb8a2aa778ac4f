//! One block as pixels: 32 x 16 cells, or one huge page.

use crate::classes::HUGE;
use crate::glyph::{Glyphs, Rect};
use crate::palette::{Palette, Rgba, mix};

/// Cells of a block.
pub(crate) const CELLS: usize = 512;
const COLUMNS: usize = 32;
const ROWS: usize = 16;

/// What a blank cell has instead of a class letter.
pub(crate) const BLANK: u8 = 0;

/// Pixel edges of the cells of a block, relative to its origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Edges {
    columns: [usize; COLUMNS + 1],
    rows: [usize; ROWS + 1],
    /// Left free at the right and below of each cell.
    gap: usize,
    radius: usize,
}

impl Edges {
    /// For cells of `cell` CSS pixels.
    pub fn new(cell: f64, dpr: f64) -> Edges {
        let edge = |i: usize| (i as f64 * cell * dpr).round() as usize;
        Edges {
            columns: std::array::from_fn(edge),
            rows: std::array::from_fn(edge),
            gap: if cell >= 3.0 {
                dpr.round().max(1.0) as usize
            } else {
                0
            },
            radius: ((cell * 1.2).min(5.0) * dpr).round() as usize,
        }
    }

    /// Pixels of a block.
    pub fn size(&self) -> (usize, usize) {
        (self.columns[COLUMNS], self.rows[ROWS])
    }

    fn cell(&self, i: usize) -> Rect {
        let (column, row) = (i % COLUMNS, i / COLUMNS);
        let (x, y) = (self.columns[column], self.rows[row]);
        Rect {
            x,
            y,
            width: self.columns[column + 1] - x - self.gap,
            height: self.rows[row + 1] - y - self.gap,
        }
    }
}

/// What a block shows.
pub(crate) struct Look<'a> {
    /// Class letters, [`BLANK`] where the block has no cell.
    pub letters: &'a [u8; CELLS],
    /// How lately each cell changed: 255 just now, 0 long ago.
    pub heat: &'a [u8; CELLS],
    /// The cell under the pointer.
    pub hovered: Option<usize>,
}

/// Draws blocks into an image of their own size.
pub(crate) struct Brush<'a> {
    pub edges: &'a Edges,
    pub palette: &'a Palette,
    pub glyphs: &'a Glyphs,
}

impl Brush<'_> {
    /// Draws a block over whatever `pixels`, an RGBA image of [`Edges::size`], held.
    pub fn draw(&self, look: &Look<'_>, pixels: &mut [u8]) {
        let first = look.letters[0];
        if HUGE.contains(&first) && look.letters.iter().all(|l| *l == first) {
            self.huge(first, look.heat, pixels);
        } else {
            self.cells(look, pixels);
        }
        if let Some(i) = look.hovered {
            self.outline(self.edges.cell(i), pixels);
        }
    }

    fn colour(&self, letter: u8, heat: u8) -> Rgba {
        let fill = self.palette.fill(letter);
        if heat == 0 {
            return fill;
        }
        let (flash, strongest) = self.palette.flash;
        let weight = u32::from(heat) * u32::from(strongest) / 255;
        mix(fill, flash, weight as u8)
    }

    fn cells(&self, look: &Look<'_>, pixels: &mut [u8]) {
        let (width, height) = self.edges.size();
        let line_bytes = width * 4;
        for row in 0..ROWS {
            let (y, end) = (self.edges.rows[row], self.edges.rows[row + 1]);
            let stop = end - self.edges.gap;
            let (line, rest) = pixels[y * line_bytes..height * line_bytes].split_at_mut(line_bytes);
            for column in 0..COLUMNS {
                let i = row * COLUMNS + column;
                let (x, next) = (self.edges.columns[column], self.edges.columns[column + 1]);
                let filled = if look.letters[i] == BLANK {
                    x
                } else {
                    next - self.edges.gap
                };
                let colour = self.colour(look.letters[i], look.heat[i]);
                line[x * 4..filled * 4]
                    .chunks_exact_mut(4)
                    .for_each(|p| p.copy_from_slice(&colour));
                line[filled * 4..next * 4].fill(0);
            }
            for copy in 0..stop.saturating_sub(y + 1) {
                rest[copy * line_bytes..(copy + 1) * line_bytes].copy_from_slice(line);
            }
            rest[stop.saturating_sub(y + 1) * line_bytes..(end - y - 1) * line_bytes].fill(0);
        }
        for (i, letter) in look.letters.iter().enumerate() {
            if let Some(mask) = self.glyphs.letter(*letter) {
                mask.blend(pixels, width, self.edges.cell(i), self.palette.ink(*letter));
            }
        }
    }

    /// A huge page: one block with round corners and its size.
    fn huge(&self, letter: u8, heat: &[u8; CELLS], pixels: &mut [u8]) {
        let (width, height) = self.edges.size();
        let (w, h) = (width - self.edges.gap, height - self.edges.gap);
        let hottest = heat.iter().copied().max().unwrap_or(0);
        let colour = self.colour(letter, hottest);
        for y in 0..height {
            let line = &mut pixels[y * width * 4..(y + 1) * width * 4];
            if y >= h {
                line.fill(0);
                continue;
            }
            line[..w * 4]
                .chunks_exact_mut(4)
                .for_each(|p| p.copy_from_slice(&colour));
            line[w * 4..].fill(0);
            let from_edge = y.min(h - 1 - y);
            for x in 0..self.edges.radius.min(w / 2) {
                let alpha = corner(x, from_edge, self.edges.radius);
                line[x * 4 + 3] = alpha;
                line[(w - 1 - x) * 4 + 3] = alpha;
            }
        }
        if let Some(mask) = &self.glyphs.huge {
            mask.blend(
                pixels,
                width,
                Rect {
                    x: 0,
                    y: 0,
                    width: w,
                    height: h,
                },
                self.palette.ink(letter),
            );
        }
    }

    /// A frame inside a cell; a cell too small for one is filled.
    fn outline(&self, cell: Rect, pixels: &mut [u8]) {
        let stride = self.edges.size().0;
        let thick = if cell.width < 6 {
            cell.width
        } else {
            1 + cell.width / 12
        };
        for y in 0..cell.height {
            for x in 0..cell.width {
                let edge = x.min(y).min(cell.width - 1 - x).min(cell.height - 1 - y);
                if edge < thick {
                    let at = ((cell.y + y) * stride + cell.x + x) * 4;
                    pixels[at..at + 4].copy_from_slice(&self.palette.outline);
                }
            }
        }
    }
}

/// Coverage of the pixel `x`, `y` from a corner rounded with `radius`.
fn corner(x: usize, y: usize, radius: usize) -> u8 {
    if y >= radius {
        return 255;
    }
    let r = radius as f64;
    let distance = (r - x as f64 - 0.5).hypot(r - y as f64 - 0.5);
    ((r + 0.5 - distance).clamp(0.0, 1.0) * 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Colours, Theme};
    use wasm_bindgen_test::wasm_bindgen_test;

    fn palette() -> Palette {
        let colours = |letter, dark: &str| Colours {
            letter,
            light: "#ffffff".into(),
            dark: dark.into(),
            light_ink: "#000000".into(),
            dark_ink: "#000000".into(),
        };
        Palette::new(
            &[colours('a', "#0000c8"), colours('T', "#00c800")],
            Theme::Dark,
        )
    }

    fn drawn(
        letters: [u8; CELLS],
        heat: [u8; CELLS],
        cell: f64,
        hovered: Option<usize>,
    ) -> (Vec<u8>, usize) {
        let (edges, palette, glyphs) = (Edges::new(cell, 1.0), palette(), Glyphs::default());
        let (width, height) = edges.size();
        let mut pixels = vec![77; width * height * 4];
        let look = Look {
            letters: &letters,
            heat: &heat,
            hovered,
        };
        Brush {
            edges: &edges,
            palette: &palette,
            glyphs: &glyphs,
        }
        .draw(&look, &mut pixels);
        (pixels, width)
    }

    fn pixel((pixels, width): &(Vec<u8>, usize), x: usize, y: usize) -> [u8; 4] {
        std::array::from_fn(|i| pixels[(y * width + x) * 4 + i])
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn cells_leave_a_gap_and_blank_ones_nothing() {
        let mut letters = [b'a'; CELLS];
        letters[0] = BLANK;
        let image = drawn(letters, [0; CELLS], 4.0, None);
        assert_eq!(pixel(&image, 0, 0), [0; 4]);
        assert_eq!(pixel(&image, 4, 0), [0, 0, 200, 255]);
        assert_eq!(pixel(&image, 6, 2), [0, 0, 200, 255]);
        assert_eq!([pixel(&image, 7, 0), pixel(&image, 4, 3)], [[0; 4]; 2]);
        assert!(!image.0.contains(&77), "every pixel of the block is drawn");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn small_cells_touch() {
        let image = drawn([b'a'; CELLS], [0; CELLS], 1.0, None);
        assert!(image.0.chunks_exact(4).all(|p| p == [0, 0, 200, 255]));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_huge_page_is_one_block_with_round_corners() {
        let image = drawn([b'T'; CELLS], [0; CELLS], 4.0, None);
        assert_eq!(pixel(&image, 0, 0)[3], 0);
        assert_eq!(
            [pixel(&image, 7, 3), pixel(&image, 60, 30)],
            [[0, 200, 0, 255]; 2]
        );
        assert!(!image.0.contains(&77), "every pixel of the block is drawn");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_changed_cell_flashes_and_the_one_pointed_at_is_outlined() {
        let mut heat = [0; CELLS];
        heat[1] = 255;
        let image = drawn([b'a'; CELLS], heat, 10.0, Some(33));
        assert_eq!(pixel(&image, 12, 2), [200, 200, 243, 255]);
        assert_eq!(pixel(&image, 10, 10), [255; 4]);
        assert_eq!(pixel(&image, 14, 14), [0, 0, 200, 255]);
    }
}
