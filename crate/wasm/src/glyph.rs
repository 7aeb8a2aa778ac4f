//! Letters as coverage masks, drawn once by the browser and blended into cells by the painter.

use crate::palette::{Rgba, mix};
use wasm_bindgen::prelude::*;
use web_sys::{OffscreenCanvas, OffscreenCanvasRenderingContext2d};

const FAMILY: &str = "ui-monospace, \"DejaVu Sans Mono\", Menlo, Consolas, monospace";

/// Coverage of a short text, 0..=255 a pixel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    pub width: usize,
    pub height: usize,
    pub alpha: Vec<u8>,
}

impl Mask {
    /// Draws `text` at a height of `size` device pixels.
    ///
    /// # Errors
    /// What the browser says when it gives no context to draw with.
    pub fn draw(text: &str, size: f64, weight: &str) -> Result<Mask, JsValue> {
        let (width, height) = (
            (size * text.len() as f64).ceil() + 2.0,
            (size * 1.3).ceil() + 2.0,
        );
        let canvas = OffscreenCanvas::new(width as u32, height as u32)?;
        let pen = canvas
            .get_context("2d")?
            .ok_or_else(|| JsValue::from_str("no 2D context"))?
            .unchecked_into::<OffscreenCanvasRenderingContext2d>();
        pen.set_font(&format!("{weight} {}px {FAMILY}", size as u32));
        pen.set_text_align("center");
        pen.set_text_baseline("middle");
        pen.fill_text(text, width / 2.0, height / 2.0)?;
        let image = pen.get_image_data(0.0, 0.0, width, height)?;
        let alpha = image.data().chunks_exact(4).map(|p| p[3]).collect();
        Ok(Mask {
            width: width as usize,
            height: height as usize,
            alpha,
        })
    }

    /// Blends the text into the middle of a rectangle of an image of `stride` pixels a line, in `ink`. What would stand
    /// out of the rectangle is cut off.
    pub fn blend(&self, pixels: &mut [u8], stride: usize, rect: Rect, ink: Rgba) {
        let lines = self.height.min(rect.height);
        let columns = self.width.min(rect.width);
        let (skip_y, skip_x) = ((self.height - lines) / 2, (self.width - columns) / 2);
        let (x, y) = (
            rect.x + (rect.width - columns) / 2,
            rect.y + (rect.height - lines) / 2,
        );
        for line in 0..lines {
            let from = (skip_y + line) * self.width + skip_x;
            let to = ((y + line) * stride + x) * 4;
            let Some(out) = pixels.get_mut(to..to + columns * 4) else {
                return;
            };
            for (pixel, alpha) in out
                .chunks_exact_mut(4)
                .zip(&self.alpha[from..from + columns])
            {
                if *alpha > 0 {
                    let under = [pixel[0], pixel[1], pixel[2], pixel[3]];
                    pixel.copy_from_slice(&mix(under, ink, *alpha));
                }
            }
        }
    }
}

/// A rectangle of an image, in its pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rect {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// Masks of all class letters and of `2M` at one zoom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glyphs {
    letters: Vec<Mask>,
    /// Label of a huge page, if a block is large enough.
    pub huge: Option<Mask>,
}

/// CSS pixels of the label of a huge page, at most.
const HUGE_LABEL: f64 = 15.0;

impl Glyphs {
    /// For cells of `cell` CSS pixels. `letters`: also a letter in each cell.
    pub fn draw(letters: bool, cell: f64, dpr: f64) -> Glyphs {
        let mask = |text: &str, size: f64, weight| {
            Mask::draw(text, (size * dpr).round(), weight).unwrap_or_default()
        };
        let each = |code: u8| match code {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                mask(char::from(code).encode_utf8(&mut [0; 4]), cell * 0.72, "")
            }
            _ => Mask::default(),
        };
        let label = (cell * 16.0 * 0.42).min(HUGE_LABEL);
        Glyphs {
            letters: if letters {
                (0..128).map(each).collect()
            } else {
                Vec::new()
            },
            huge: (label >= 9.0).then(|| mask("2M", label, "bold")),
        }
    }

    /// Mask of a class letter, if letters are drawn.
    pub fn letter(&self, letter: u8) -> Option<&Mask> {
        self.letters
            .get(usize::from(letter & 127))
            .filter(|m| m.width > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_mask_is_centred_and_cut_off() {
        let mask = Mask {
            width: 4,
            height: 2,
            alpha: vec![255; 8],
        };
        let mut pixels = vec![0u8; 6 * 4 * 4];
        mask.blend(
            &mut pixels,
            6,
            Rect {
                x: 1,
                y: 0,
                width: 2,
                height: 4,
            },
            [9, 9, 9, 255],
        );
        let inked: Vec<usize> = (0..24).filter(|i| pixels[i * 4] == 9).collect();
        assert_eq!(inked, [7, 8, 13, 14]);
    }
}
