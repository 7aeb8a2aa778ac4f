//! The painter: the blocks in view, as pixels on the worker's canvas.
//!
//! Only blocks in view are looked at. A block is drawn again when a letter of it has changed since it was painted last,
//! while its changed cells fade, or when everything moved; only bands of the canvas with such blocks are put to the
//! screen. Pixels live in wasm memory and go to the canvas from there.

use crate::block::{BLANK, Brush, CELLS, Edges, Look};
use crate::glyph::Glyphs;
use crate::palette::Palette;
use crate::playground::Playground;
use crate::wire::{Colours, Viewport};
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;
use web_sys::{ImageData, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

/// How long a changed cell fades, in ms.
const FADE_MS: f64 = 600.0;

/// Most device pixels of the canvas; beyond it the device pixel ratio is taken as less.
const MAX_PIXELS: f64 = 16_777_216.0;

/// A block in view.
struct Seen {
    lane: usize,
    block: u64,
    /// Device pixels from the canvas's corner; may lie outside of it.
    x: i64,
    y: i64,
    letters: [u8; CELLS],
    heat: [u8; CELLS],
    /// Some cell fades.
    hot: bool,
    /// `letters` is what was painted.
    known: bool,
}

/// A rectangle of the canvas that changed, in device pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Band {
    x0: i64,
    x1: i64,
    y0: i64,
    y1: i64,
}

/// Paints a [`Playground`] on an `OffscreenCanvas`.
#[wasm_bindgen]
pub struct Canvas {
    target: OffscreenCanvas,
    pen: OffscreenCanvasRenderingContext2d,
    colours: Vec<Colours>,
    palette: Palette,
    glyphs: Glyphs,
    edges: Edges,
    viewport: Option<Viewport>,
    dpr: f64,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    /// One block, before it is cut to the canvas.
    scratch: Vec<u8>,
    blocks: Vec<Seen>,
    layout: u64,
    version: u64,
    painted_ms: f64,
    hot: bool,
    hovered: Option<(u64, u64, usize)>,
}

#[wasm_bindgen]
impl Canvas {
    /// A painter on `target`, with the page's colours.
    ///
    /// # Errors
    /// No 2D context, or colours of another form.
    #[wasm_bindgen(constructor)]
    pub fn new(
        target: OffscreenCanvas,
        #[wasm_bindgen(unchecked_param_type = "Colours[]")] colours: JsValue,
    ) -> Result<Canvas, JsValue> {
        let pen = target
            .get_context("2d")?
            .ok_or_else(|| JsValue::from_str("no 2D context"))?;
        let colours = Colours::read(&colours)?;
        Ok(Canvas {
            palette: Palette::new(&colours, crate::wire::Theme::Light),
            pen: pen.unchecked_into(),
            target,
            colours,
            glyphs: Glyphs::default(),
            edges: Edges::new(1.0, 1.0),
            viewport: None,
            dpr: 1.0,
            width: 0,
            height: 0,
            pixels: Vec::new(),
            scratch: Vec::new(),
            blocks: Vec::new(),
            layout: u64::MAX,
            version: u64::MAX,
            painted_ms: 0.0,
            hot: false,
            hovered: None,
        })
    }

    /// Brings the canvas up to date. True while cells fade: call again for the next frame.
    ///
    /// @param now_ms the frame's time in ms, of any clock that does not go back
    ///
    /// # Errors
    /// What the browser says if it cannot draw.
    pub fn paint(&mut self, playground: &mut Playground, now_ms: f64) -> Result<bool, JsValue> {
        playground.arrange();
        let Some(mut viewport) = playground.viewport().cloned() else {
            return Ok(false);
        };
        // The pointer's cell is drawn by its block alone.
        viewport.hovered = None;
        let moved =
            self.viewport.as_ref() != Some(&viewport) || self.layout != playground.layout_stamp();
        let changed = self.version != playground.version();
        let hovered = playground.hovered_cell();
        if !moved && !changed && !self.hot && hovered == self.hovered {
            return Ok(false);
        }
        if moved {
            self.arrange(playground, &viewport);
        }
        let elapsed = (now_ms - self.painted_ms).clamp(0.0, FADE_MS);
        let cooling = (elapsed * 255.0 / FADE_MS).round() as u8;
        let bands = self.render(
            playground,
            moved,
            changed || moved,
            cooling,
            viewport.flash,
            hovered,
        );
        if moved {
            self.put(&[Band {
                x0: 0,
                x1: self.width as i64,
                y0: 0,
                y1: self.height as i64,
            }])?;
        } else {
            self.put(&bands)?;
        }
        self.viewport = Some(viewport);
        self.layout = playground.layout_stamp();
        self.version = playground.version();
        self.painted_ms = now_ms;
        Ok(self.hot)
    }
}

impl Canvas {
    /// Finds the blocks in view; those that were in view before keep what they showed.
    fn arrange(&mut self, playground: &Playground, viewport: &Viewport) {
        let old = self.viewport.as_ref();
        if old.is_none_or(|v| v.theme != viewport.theme) {
            self.palette = Palette::new(&self.colours, viewport.theme);
        }
        self.dpr = viewport
            .dpr
            .min((MAX_PIXELS / (viewport.width * viewport.height).max(1.0)).sqrt());
        if old.is_none_or(|v| {
            (v.letters, v.cell, v.dpr) != (viewport.letters, viewport.cell, viewport.dpr)
        }) {
            self.glyphs = Glyphs::draw(viewport.letters, viewport.cell, self.dpr);
            self.edges = Edges::new(viewport.cell, self.dpr);
        }
        let size = |css: f64| (css * self.dpr).round().max(1.0) as usize;
        let (width, height) = (size(viewport.width), size(viewport.height));
        if (width, height) != (self.width, self.height) {
            (self.width, self.height) = (width, height);
            self.target.set_width(width as u32);
            self.target.set_height(height as u32);
        }
        self.pixels.clear();
        self.pixels.resize(width * height * 4, 0);
        let same_view = old.is_some_and(|v| v.view == viewport.view);
        // Blocks of a lane follow each other.
        let mut before = std::mem::take(&mut self.blocks);
        if !same_view {
            before.clear();
        }
        let ids = before.iter();
        let ids = ids.map(|seen| playground.old_lane_id(self.layout, seen.lane));
        let ids: Vec<Option<u64>> = ids.collect();
        let (grid, lanes) = playground.lanes_in_view();
        let (top, bottom) = (viewport.scroll_y, viewport.scroll_y + viewport.height);
        for (n, lane) in lanes.iter().enumerate() {
            if lane.top > bottom || lane.top + lane.height < top {
                continue;
            }
            let (first, end) = grid.blocks_between(lane, top, bottom);
            let id = Some(playground.lane_id(n));
            let at = ids.iter().position(|old| *old == id);
            let first_before = at.map(|at| (at, before[at].block));
            for block in first..end {
                let (x, y) = grid.block_origin(lane, block);
                let place = (
                    (x * self.dpr).round() as i64,
                    ((y - viewport.scroll_y) * self.dpr).round() as i64,
                );
                let known = first_before
                    .and_then(|(at, first)| Some(at + block.checked_sub(first)? as usize))
                    .filter(|at| ids.get(*at) == Some(&id));
                let mut seen = known.map_or_else(Seen::new, |at| {
                    std::mem::replace(&mut before[at], Seen::new())
                });
                seen.block = block;
                (seen.lane, seen.x, seen.y) = (n, place.0, place.1);
                self.blocks.push(seen);
            }
        }
        let (w, h) = self.edges.size();
        self.scratch.resize(w * h * 4, 0);
    }

    /// Draws the blocks that changed; `look` says whether the machine has to be asked. Returns where.
    fn render(
        &mut self,
        playground: &Playground,
        all: bool,
        look: bool,
        cooling: u8,
        flash: bool,
        hovered: Option<(u64, u64, usize)>,
    ) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        let mut blocks = std::mem::take(&mut self.blocks);
        let (pointed, before) = (hovered, std::mem::replace(&mut self.hovered, hovered));
        self.hot = false;
        for seen in &mut blocks {
            let mut dirty = all;
            if seen.hot {
                seen.cool(cooling);
                dirty = true;
            }
            if look {
                let mut now = [BLANK; CELLS];
                playground.block_letters(seen.lane, seen.block, &mut now);
                dirty |= seen.update(&now, flash);
            }
            let here = |h: Option<(u64, u64, usize)>| {
                h.filter(|h| (h.0, h.1) == (playground.lane_id(seen.lane), seen.block))
                    .map(|h| h.2)
            };
            let hovered = here(pointed);
            dirty |= hovered != here(before);
            self.hot |= seen.hot;
            if dirty {
                let brush = Brush {
                    edges: &self.edges,
                    palette: &self.palette,
                    glyphs: &self.glyphs,
                };
                brush.draw(
                    &Look {
                        letters: &seen.letters,
                        heat: &seen.heat,
                        hovered,
                    },
                    &mut self.scratch,
                );
                if let Some(band) = self.place(seen.x, seen.y) {
                    add_band(&mut bands, band);
                }
            }
        }
        self.blocks = blocks;
        bands
    }

    /// Copies the scratch block to its place, cut to the canvas. Returns where that is.
    fn place(&mut self, x: i64, y: i64) -> Option<Band> {
        let (w, h) = self.edges.size();
        let (width, height) = (self.width as i64, self.height as i64);
        let band = Band {
            x0: x.max(0),
            x1: (x + w as i64).min(width),
            y0: y.max(0),
            y1: (y + h as i64).min(height),
        };
        if band.x0 >= band.x1 || band.y0 >= band.y1 {
            return None;
        }
        let bytes = (band.x1 - band.x0) as usize * 4;
        for line in band.y0..band.y1 {
            let from = ((line - y) as usize * w + (band.x0 - x) as usize) * 4;
            let to = (line * width + band.x0) as usize * 4;
            self.pixels[to..to + bytes].copy_from_slice(&self.scratch[from..from + bytes]);
        }
        Some(band)
    }

    fn put(&self, bands: &[Band]) -> Result<(), JsValue> {
        if bands.is_empty() {
            return Ok(());
        }
        let (width, height) = (self.width as u32, self.height as u32);
        let image =
            ImageData::new_with_u8_clamped_array_and_sh(Clamped(&self.pixels), width, height)?;
        for b in bands {
            self.pen
                .put_image_data_with_dirty_x_and_dirty_y_and_dirty_width_and_dirty_height(
                    &image,
                    0.0,
                    0.0,
                    b.x0 as f64,
                    b.y0 as f64,
                    (b.x1 - b.x0) as f64,
                    (b.y1 - b.y0) as f64,
                )?;
        }
        Ok(())
    }
}

impl Seen {
    /// Nothing has been painted of it.
    fn new() -> Seen {
        Seen {
            lane: 0,
            block: 0,
            x: 0,
            y: 0,
            letters: [BLANK; CELLS],
            heat: [0; CELLS],
            hot: false,
            known: false,
        }
    }

    /// Takes over what the block shows now. True if that differs from what was painted.
    fn update(&mut self, now: &[u8; CELLS], flash: bool) -> bool {
        if self.known && self.letters == *now {
            return false;
        }
        if self.known && flash {
            for ((heat, old), new) in self.heat.iter_mut().zip(&self.letters).zip(now) {
                if old != new {
                    *heat = 255;
                    self.hot = true;
                }
            }
        }
        self.letters = *now;
        self.known = true;
        true
    }

    fn cool(&mut self, by: u8) {
        self.hot = false;
        for heat in &mut self.heat {
            *heat = heat.saturating_sub(by);
            self.hot |= *heat > 0;
        }
    }
}

/// Adds a band; blocks of one row come one after the other and make one.
fn add_band(bands: &mut Vec<Band>, band: Band) {
    match bands.last_mut() {
        Some(last) if (last.y0, last.y1) == (band.y0, band.y1) => {
            (last.x0, last.x1) = (last.x0.min(band.x0), last.x1.max(band.x1));
        }
        _ => bands.push(band),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn only_what_changed_since_it_was_painted_flashes_and_then_fades() {
        let mut block = Seen::new();
        let mut letters = [b'a'; CELLS];
        assert!(block.update(&letters, true), "new in view: drawn");
        assert!(!block.hot, "but nothing changed");
        letters[7] = b'k';
        assert!(block.update(&letters, true));
        assert_eq!((block.heat[7], block.heat[8], block.hot), (255, 0, true));
        assert!(!block.update(&letters, true));
        block.cool(200);
        assert!(block.hot);
        block.cool(200);
        assert_eq!((block.heat[7], block.hot), (0, false));
        assert!(
            block.update(&[b'.'; CELLS], false),
            "changes show without flashing"
        );
        assert!(!block.hot);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn blocks_of_a_row_make_one_band() {
        let mut bands = Vec::new();
        for (x0, y0) in [(0, 0), (40, 0), (0, 30)] {
            add_band(
                &mut bands,
                Band {
                    x0,
                    x1: x0 + 32,
                    y0,
                    y1: y0 + 16,
                },
            );
        }
        assert_eq!(
            bands,
            [
                Band {
                    x0: 0,
                    x1: 72,
                    y0: 0,
                    y1: 16
                },
                Band {
                    x0: 0,
                    x1: 32,
                    y0: 30,
                    y1: 46
                }
            ]
        );
    }
}
