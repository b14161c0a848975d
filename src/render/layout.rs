use super::{Label, Style};
use crate::font::{fit, label_font};
use crate::qr::QUIET_ZONE;

/// The width of the quiet zone in modules. Nothing but the code comes into it.
pub(in crate::render) const QUIET: u32 = QUIET_ZONE as u32;

/// The size of the label's em in points. 8 pt print is read without effort, 6 pt is the least for print that
/// people are meant to copy from.
pub(crate) const EM_PT: f64 = 8.0;
pub(crate) const LEAST_EM_PT: f64 = 6.0;

/// With fewer pixels 8 and B, or 0 and D, look alike in one bit a pixel, whatever the resolution.
const LEAST_EM_PX: f64 = 16.0;

/// From one baseline to the next, in em: Roboto's own ascender and descender.
pub(crate) const LINE_SPACING: f32 = 1.17;

/// What stays white beside and below the label, in modules. At one pixel a module one of the two pixels is lost
/// to rounding, when glyphs are set on whole pixels.
pub(crate) const MARGIN: u32 = 2;

/// Where everything in a picture goes, in pixels from its upper left corner. All formats draw this.
#[derive(Debug, PartialEq)]
pub(in crate::render) struct Layout<'a> {
    pub(in crate::render) width: u32,
    pub(in crate::render) height: u32,
    /// The white columns on either side that make room for a label wider than the code: whole bytes of a
    /// 1-bit row, so that code rows keep their alignment.
    pub(in crate::render) widening: u32,
    /// The side of the code with its quiet zone.
    pub(in crate::render) code_side: u32,
    /// The size of the label's em.
    pub(in crate::render) em: u32,
    pub(in crate::render) lines: Vec<Line<'a>>,
}

/// One line of the label.
#[derive(Debug, PartialEq)]
pub(in crate::render) struct Line<'a> {
    pub(in crate::render) text: &'a str,
    /// The pen's first position.
    pub(in crate::render) x: f32,
    pub(in crate::render) baseline: u32,
}

impl<'a> Layout<'a> {
    /// Lays out a code of `size` modules and the label under it.
    pub(in crate::render) fn new(size: usize, label: &'a Label, style: Style) -> Self {
        let code_side = (size as u32 + 2 * QUIET) * style.module_px();
        let margin = MARGIN * style.module_px();
        let (em, texts) = lines(label.as_str(), code_side - 2 * margin, style);

        let ink_width = widest(&texts) * em as f32;
        let room = (code_side - 2 * margin) as f32;
        let widening = ((ink_width - room).max(0.0) / 2.0).ceil() as u32;
        let widening = widening.next_multiple_of(8);
        let width = code_side + 2 * widening;

        let first_top = texts.first().map_or(0.0, |text| label_font::extent(text).top);
        let last_bottom = texts.last().map_or(0.0, |text| label_font::extent(text).bottom);
        let first_baseline = code_side + (-first_top * em as f32).ceil() as u32;
        let spacing = (LINE_SPACING * em as f32).round() as u32;
        let lines: Vec<Line<'_>> = texts
            .into_iter()
            .zip(0..)
            .map(|(text, number)| {
                let extent = label_font::extent(text);
                Line {
                    text,
                    x: (width as f32 - (extent.left + extent.right) * em as f32) / 2.0,
                    baseline: first_baseline + number * spacing,
                }
            })
            .collect();
        let ink_bottom = lines.last().map_or(code_side, |line| line.baseline) + (last_bottom * em as f32).ceil() as u32;
        Self { width, height: ink_bottom + margin, widening, code_side, em, lines }
    }
}

/// The size of the em and the lines of a label, in whole pixels.
fn lines(text: &str, room: u32, style: Style) -> (u32, Vec<&str>) {
    let least = style.pixels(LEAST_EM_PT).max(LEAST_EM_PX).ceil();
    let most = style.pixels(EM_PT).round().max(least);
    let (em, lines) = fit(text, room.into(), [least, most], |line| label_font::extent(line).width().into());
    (em as u32, lines)
}

/// The width of the widest line's ink, in em.
fn widest(lines: &[&str]) -> f32 {
    lines.iter().map(|line| label_font::extent(line).width()).fold(0.0, f32::max)
}
