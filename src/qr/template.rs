use std::sync::OnceLock;

use qrcode::canvas::{Canvas, MaskPattern};

use super::penalty::{ByMask, Strip};
use super::{EccLevel, Mask, Version};

/// What a symbol shows apart from its data: for each of the eight masks the finder, alignment and timing
/// patterns, version and format information, and on the data modules the mask's own pattern.
///
/// The finished symbol is the exclusive or of this and the data.
pub(super) struct Template {
    by_mask: [Box<[u64]>; 8],
    /// The same once more, strip by strip and row by row.
    strips: Box<[Box<[ByMask]>]>,
}

impl Template {
    /// The template of a version and level, drawn at its first use by the `qrcode` crate.
    pub(super) fn of(version: Version, level: EccLevel) -> &'static Self {
        static ALL: [[OnceLock<Template>; 4]; 40] = [const { [const { OnceLock::new() }; 4] }; 40];
        ALL[usize::from(version.number()) - 1][level as usize].get_or_init(|| Self::new(version, level))
    }

    fn new(version: Version, level: EccLevel) -> Self {
        let mut functions = Canvas::new(version.into(), level.into());
        functions.draw_all_functional_patterns();
        let by_mask = Mask::ALL.map(|mask| {
            let mut canvas = functions.clone();
            canvas.apply_mask(pattern(mask));
            rows(&canvas, version.size())
        });
        let strips = (0..Strip::count(version.size())).map(|number| strip(&by_mask, number, version.size())).collect();
        Self { by_mask, strips }
    }

    /// The rows under a mask, 64 modules a word, each row beginning a word.
    pub(super) fn rows(&self, mask: Mask) -> &[u64] {
        &self.by_mask[usize::from(mask.number())]
    }

    /// The rows of a strip under all masks.
    pub(super) fn strip(&self, number: usize) -> &[ByMask] {
        &self.strips[number]
    }
}

fn strip(by_mask: &[Box<[u64]>; 8], number: usize, size: usize) -> Box<[ByMask]> {
    let words = size.div_ceil(64);
    let row = |y: usize| by_mask.each_ref().map(|rows| Strip::columns(&rows[y * words..(y + 1) * words], number));
    (0..size).map(row).collect()
}

fn pattern(mask: Mask) -> MaskPattern {
    match mask.number() {
        0 => MaskPattern::Checkerboard,
        1 => MaskPattern::HorizontalLines,
        2 => MaskPattern::VerticalLines,
        3 => MaskPattern::DiagonalLines,
        4 => MaskPattern::LargeCheckerboard,
        5 => MaskPattern::Fields,
        6 => MaskPattern::Diamonds,
        _ => MaskPattern::Meadow,
    }
}

fn rows(canvas: &Canvas, size: usize) -> Box<[u64]> {
    let dark = |x: usize, y: usize| canvas.get(x as i16, y as i16).is_dark();
    let word = |y: usize, start: usize| {
        (start..size.min(start + 64)).fold(0, |word, x| word | u64::from(dark(x, y)) << (x - start))
    };
    (0..size)
        .flat_map(|y| (0..size).step_by(64).map(move |start| (y, start)))
        .map(|(y, start)| word(y, start))
        .collect()
}
