use std::collections::HashMap;

use zeno::{Command, Mask, Transform, Vector};

use crate::font::{Glyph, Segment, label_font};

/// How many glyphs are kept. Few sizes of the em occur in one batch, and labels are of some 40 characters.
const LIMIT: usize = 1024;

/// A pixel covered this much, of 255, is dark.
const HALF_COVERED: u8 = 128;

/// Glyphs as pixels. Kept by the glyph rather than by the label: no two invoices share a KSeF number, but all
/// numbers share their characters.
#[derive(Default)]
pub(in crate::render) struct GlyphCache {
    by_character_and_em: HashMap<(char, u32), GlyphPixels>,
}

/// One glyph in one size.
pub(in crate::render) struct GlyphPixels {
    /// From the pen to the left edge.
    pub(in crate::render) left: i32,
    /// From the baseline to the upper edge; negative above it.
    pub(in crate::render) top: i32,
    /// Bytes a row; the highest bit is the leftmost pixel, set if it is dark.
    pub(in crate::render) stride: usize,
    pub(in crate::render) bytes: Vec<u8>,
}

impl GlyphCache {
    /// The glyphs of a line with the pen's position in pixels at each, from the first at `x`.
    pub(in crate::render) fn draw_line(
        &mut self,
        text: &str,
        x: f32,
        em: u32,
        mut draw: impl FnMut(i32, &GlyphPixels),
    ) {
        if self.by_character_and_em.len() > LIMIT {
            self.by_character_and_em.clear();
        }
        for (pen, glyph) in label_font::line(text) {
            let pixels =
                self.by_character_and_em.entry((glyph.character, em)).or_insert_with(|| GlyphPixels::new(glyph, em));
            // Whole pixels: one letter looks the same wherever it stands.
            draw((x + pen * em as f32).round() as i32, pixels);
        }
    }
}

impl GlyphPixels {
    fn new(glyph: &Glyph, em: u32) -> Self {
        let outline: Vec<Command> = glyph.outline().map(command).collect();
        let (coverage, placement) =
            Mask::new(&outline[..]).transform(Some(Transform::scale(em as f32, em as f32))).render();
        let width = placement.width as usize;
        let bytes = coverage
            .chunks(width.max(1))
            .flat_map(|row| row.chunks(8))
            .map(|eight| {
                let bit = |(place, &coverage): (usize, &u8)| u8::from(coverage >= HALF_COVERED) << (7 - place);
                eight.iter().enumerate().map(bit).sum()
            })
            .collect();
        Self { left: placement.left, top: placement.top, stride: width.div_ceil(8), bytes }
    }
}

fn command(segment: Segment<[f32; 2]>) -> Command {
    match segment.map(Vector::from) {
        Segment::Move(to) => Command::MoveTo(to),
        Segment::Line(to) => Command::LineTo(to),
        Segment::Curve(control, to) => Command::QuadTo(control, to),
        Segment::Close => Command::Close,
    }
}
