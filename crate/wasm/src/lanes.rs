//! Where pages lie on the canvas: regions and zones as lanes of 2 MiB blocks.
//!
//! The same geometry as GEOMETRY of the page's protocol, in CSS pixels. A lane is a title band, then rows of blocks; a
//! block is one aligned 2 MiB range of 32 x 16 cells, so a lane that starts inside a range leaves cells blank.

use crate::wire::View;

/// Cells of a block, one a page.
pub(crate) const BLOCK_CELLS: u64 = 512;
/// Cells of a block side by side.
pub(crate) const BLOCK_COLUMNS: u64 = 32;
/// Rows of cells of a block.
pub(crate) const BLOCK_ROWS: u64 = 16;

const MARGIN_X: f64 = 16.0;
const TITLE_BAND: f64 = 30.0;
const AFTER_LANE: f64 = 18.0;

/// A region or a zone.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Lane {
    /// Page or frame number of its first page.
    pub start: u64,
    /// Pages.
    pub length: u64,
    /// From the top of the content.
    pub top: f64,
    /// Down to the top of the next lane.
    pub height: f64,
}

impl Lane {
    /// Blocks it takes, the first and last perhaps in part.
    pub fn nr_blocks(&self) -> u64 {
        (self.start % BLOCK_CELLS + self.length).div_ceil(BLOCK_CELLS)
    }

    /// Page or frame number of the first cell of a block, which may lie before the lane.
    pub fn block_page(&self, block: u64) -> u64 {
        self.start - self.start % BLOCK_CELLS + block * BLOCK_CELLS
    }

    /// Cells of a block that exist, half open.
    pub fn block_range(&self, block: u64) -> (usize, usize) {
        let page = self.block_page(block);
        let first = self.start.saturating_sub(page).min(BLOCK_CELLS);
        let end = (self.start + self.length)
            .saturating_sub(page)
            .min(BLOCK_CELLS);
        (first as usize, end as usize)
    }
}

/// How blocks are laid out in a view of this width and cell size.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Grid {
    /// Side of a cell.
    pub cell: f64,
    /// Blocks side by side.
    pub per_row: u64,
    gap_x: f64,
    gap_y: f64,
}

impl Grid {
    /// A grid for a canvas of this width.
    pub fn new(view: View, width: f64, cell: f64) -> Grid {
        let (gap_x, gap_y) = match view {
            View::Spaces => (10.0, 12.0),
            View::Memory => (4.0, 4.0),
        };
        let block = BLOCK_COLUMNS as f64 * cell + gap_x;
        let per_row = ((width - 2.0 * MARGIN_X + gap_x) / block).floor().max(1.0) as u64;
        Grid {
            cell,
            per_row,
            gap_x,
            gap_y,
        }
    }

    /// Width of a block.
    pub fn block_width(&self) -> f64 {
        BLOCK_COLUMNS as f64 * self.cell
    }

    /// Height of a block.
    pub fn block_height(&self) -> f64 {
        BLOCK_ROWS as f64 * self.cell
    }

    /// Lanes one below the other; each is given by its first page and length.
    pub fn stack(&self, lanes: &[(u64, u64)]) -> Vec<Lane> {
        let mut top = 0.0;
        let place = |&(start, length): &(u64, u64)| {
            let mut lane = Lane {
                start,
                length,
                top,
                height: 0.0,
            };
            let rows = lane.nr_blocks().div_ceil(self.per_row) as f64;
            lane.height =
                TITLE_BAND + rows * (self.block_height() + self.gap_y) - self.gap_y + AFTER_LANE;
            top += lane.height;
            lane
        };
        lanes.iter().map(place).collect()
    }

    /// Top left corner of a block of a lane.
    pub fn block_origin(&self, lane: &Lane, block: u64) -> (f64, f64) {
        let column = (block % self.per_row) as f64;
        let row = (block / self.per_row) as f64;
        let x = MARGIN_X + column * (self.block_width() + self.gap_x);
        (
            x,
            lane.top + TITLE_BAND + row * (self.block_height() + self.gap_y),
        )
    }

    /// Blocks of a lane in rows that `[y0, y1)` touches, half open.
    pub fn blocks_between(&self, lane: &Lane, y0: f64, y1: f64) -> (u64, u64) {
        let pitch = self.block_height() + self.gap_y;
        let above = (y0 - lane.top - TITLE_BAND - self.block_height()) / pitch;
        let first_row = (above.floor() + 1.0).max(0.0) as u64;
        let end_row = ((y1 - lane.top - TITLE_BAND) / pitch).ceil().max(0.0) as u64;
        let n = lane.nr_blocks();
        (
            (first_row * self.per_row).min(n),
            (end_row * self.per_row).min(n),
        )
    }

    /// The lane and page index under a point of the content.
    pub fn hit(&self, lanes: &[Lane], x: f64, y: f64) -> Option<(usize, u64)> {
        let n = lanes.partition_point(|l| l.top <= y).checked_sub(1)?;
        let lane = &lanes[n];
        let (pitch_x, pitch_y) = (
            self.block_width() + self.gap_x,
            self.block_height() + self.gap_y,
        );
        let (left, up) = (x - MARGIN_X, y - lane.top - TITLE_BAND);
        if left < 0.0 || up < 0.0 {
            return None;
        }
        let (block_column, block_row) = ((left / pitch_x) as u64, (up / pitch_y) as u64);
        let column = ((left - block_column as f64 * pitch_x) / self.cell) as u64;
        let row = ((up - block_row as f64 * pitch_y) / self.cell) as u64;
        if block_column >= self.per_row || column >= BLOCK_COLUMNS || row >= BLOCK_ROWS {
            return None;
        }
        let cell =
            (block_row * self.per_row + block_column) * BLOCK_CELLS + row * BLOCK_COLUMNS + column;
        let index = cell.checked_sub(lane.start % BLOCK_CELLS)?;
        (index < lane.length).then_some((n, index))
    }
}

/// Height of the content that lanes make.
pub(crate) fn content_height(lanes: &[Lane]) -> f64 {
    lanes.last().map_or(0.0, |l| l.top + l.height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_lane_that_starts_inside_a_range_leaves_cells_blank() {
        let grid = Grid::new(View::Spaces, 800.0, 4.0);
        assert_eq!(grid.per_row, 5);
        let lanes = grid.stack(&[(512 * 7 + 1, 1024)]);
        let lane = lanes[0];
        assert_eq!(lane.nr_blocks(), 3);
        assert_eq!(
            [0, 1, 2].map(|b| lane.block_range(b)),
            [(1, 512), (0, 512), (0, 1)]
        );
        assert_eq!(lane.height, 30.0 + 64.0 + 18.0);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_cell_is_hit_where_it_is_drawn() {
        for (view, width, cell) in [(View::Spaces, 500.0, 3.0), (View::Memory, 333.0, 1.0)] {
            let grid = Grid::new(view, width, cell);
            let lanes = grid.stack(&[(5, 1500), (1024, 512 * 9), (4096 + 511, 2)]);
            for (n, lane) in lanes.iter().enumerate() {
                for index in (0..lane.length).step_by(7) {
                    let cell_of = lane.start % BLOCK_CELLS + index;
                    let (x, y) = grid.block_origin(lane, cell_of / BLOCK_CELLS);
                    let (column, row) = (
                        cell_of % BLOCK_COLUMNS,
                        cell_of % BLOCK_CELLS / BLOCK_COLUMNS,
                    );
                    let centre = (
                        x + (column as f64 + 0.5) * cell,
                        y + (row as f64 + 0.5) * cell,
                    );
                    assert_eq!(grid.hit(&lanes, centre.0, centre.1), Some((n, index)));
                }
            }
            let height = content_height(&lanes);
            assert_eq!(grid.hit(&lanes, width / 2.0, height - 1.0), None);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn blocks_in_view_are_those_that_overlap_it() {
        let grid = Grid::new(View::Spaces, 800.0, 4.0);
        let lane = grid.stack(&[(0, 512 * 100)])[0];
        for (y0, y1) in [
            (0.0, 300.0),
            (31.0, 31.5),
            (94.0, 106.0),
            (95.0, 200.0),
            (5000.0, 6000.0),
        ] {
            let (first, end) = grid.blocks_between(&lane, y0, y1);
            for block in 0..100 {
                let y = grid.block_origin(&lane, block).1;
                let overlaps = y < y1 && y + grid.block_height() > y0;
                assert_eq!((first..end).contains(&block), overlaps, "{y0} {y1} {block}");
            }
        }
    }
}
