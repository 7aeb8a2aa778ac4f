//! Colours by class letter, in the theme of the viewport. The page's list is the only one: it hands it over.

use crate::wire::{Colours, Theme};

/// Red, green, blue, alpha.
pub(crate) type Rgba = [u8; 4];

/// Letters without a colour of their own.
const UNKNOWN: Rgba = [0x80, 0x80, 0x80, 0xff];

/// Letters of two planes: classes, and what the other colourings of the memory view use.
const PLANES: usize = 256;

/// Colours of all letters in one theme.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    fill: [Rgba; PLANES],
    ink: [Rgba; PLANES],
    /// What a changed cell flashes in, and its strongest share of 255.
    pub flash: (Rgba, u8),
    /// Outline of the cell under the pointer.
    pub outline: Rgba,
}

impl Palette {
    /// The palette of a theme. Letters from 128 on are those of the other colourings: 128 more than the letter drawn.
    pub fn new(colours: &[Colours], theme: Theme) -> Palette {
        let (flash, outline) = match theme {
            Theme::Dark => (([0xff; 4], 200), [0xff; 4]),
            // Dark catches the eye on a light page with less of it.
            Theme::Light => (([0x1b, 0x22, 0x2c, 0xff], 120), [0x10, 0x15, 0x1b, 0xff]),
        };
        let mut p = Palette {
            fill: [UNKNOWN; PLANES],
            ink: [[0, 0, 0, 0xff]; PLANES],
            flash,
            outline,
        };
        for c in colours.iter().filter(|c| (c.letter as usize) < PLANES) {
            let (fill, ink) = match theme {
                Theme::Light => (&c.light, &c.light_ink),
                Theme::Dark => (&c.dark, &c.dark_ink),
            };
            p.fill[c.letter as usize] = rgba(fill).unwrap_or(UNKNOWN);
            p.ink[c.letter as usize] = rgba(ink).unwrap_or([0, 0, 0, 0xff]);
        }
        p
    }

    /// Colour of a cell of this class.
    pub fn fill(&self, letter: u8) -> Rgba {
        self.fill[usize::from(letter)]
    }

    /// Colour of the letter in it.
    pub fn ink(&self, letter: u8) -> Rgba {
        self.ink[usize::from(letter)]
    }
}

/// `#rrggbb`
fn rgba(text: &str) -> Option<Rgba> {
    let n = u32::from_str_radix(text.strip_prefix('#').filter(|t| t.len() == 6)?, 16).ok()?;
    let [_, r, g, b] = n.to_be_bytes();
    Some([r, g, b, 0xff])
}

/// `a` with `weight` of 255 parts of `b` in it; both are opaque.
pub(crate) fn mix(a: Rgba, b: Rgba, weight: u8) -> Rgba {
    let w = u32::from(weight);
    let part = |a: u8, b: u8| ((u32::from(a) * (255 - w) + u32::from(b) * w + 127) / 255) as u8;
    [part(a[0], b[0]), part(a[1], b[1]), part(a[2], b[2]), 0xff]
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn colours_are_read_and_mixed() {
        assert_eq!(rgba("#12a57c"), Some([0x12, 0xa5, 0x7c, 0xff]));
        assert_eq!(
            (rgba("12a57c"), rgba("#12a57"), rgba("#12a5zz")),
            (None, None, None)
        );
        assert_eq!(
            mix([0, 100, 200, 255], [255, 0, 200, 255], 255),
            [255, 0, 200, 255]
        );
        assert_eq!(
            mix([0, 100, 200, 255], [255, 0, 200, 255], 51),
            [51, 80, 200, 255]
        );
    }
}
