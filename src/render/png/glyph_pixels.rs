use std::borrow::Cow;

use zeno::{Command, Mask, Transform, Vector};

use crate::font::{Glyph, Segment};

/// A pixel covered this much, of 255, is dark.
const HALF_COVERED: u8 = 128;

/// One glyph in one size.
pub(in crate::render) struct GlyphPixels {
    /// From the pen to the left edge.
    pub(in crate::render) left: i32,
    /// From the baseline to the upper edge; negative above it.
    pub(in crate::render) top: i32,
    /// Bytes a row; the highest bit is the leftmost pixel, set if it is dark.
    pub(in crate::render) stride: usize,
    pub(in crate::render) bytes: Cow<'static, [u8]>,
}

impl GlyphPixels {
    /// Fills the outline.
    pub(super) fn new(glyph: &Glyph, em: u32) -> Self {
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
