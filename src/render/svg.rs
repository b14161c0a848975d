use std::fmt::Write;

use super::frames::Frames;
use super::layout::{Layout, Line};
use super::modules;
use super::{Code, Label, Style};
use crate::font::{Segment, label_font};

/// Draws symbols with their labels as SVG 1.1: measured in millimetres, drawn in modules with the code's corner at
/// the origin, the label as outlines so that no viewer needs the font.
pub(super) struct SvgWriter {
    style: Style,
    frames: Frames<SvgFrame>,
}

/// All but the modules. Outlining the label of a KSeF number takes 40 µs, the modules of its KOD I 2.
struct SvgFrame {
    before_modules: String,
    after_modules: String,
}

impl SvgWriter {
    /// Prepares for pictures of a style.
    pub(super) fn new(style: Style) -> Self {
        Self { style, frames: Frames::default() }
    }

    /// The text of the file.
    pub(super) fn write(&mut self, code: &Code) -> String {
        let (symbol, label) = (code.symbol(), code.label());
        let frame = self.frames.of(symbol.size(), label, || {
            SvgFrame::new(label, &Layout::new(symbol.size(), label, self.style), self.style)
        });
        let mut svg = frame.before_modules.clone();
        modules::SVG.push_str(&mut svg, symbol, frame.after_modules.len());
        svg.push_str(&frame.after_modules);
        svg
    }
}

impl SvgFrame {
    fn new(label: &Label, layout: &Layout<'_>, style: Style) -> Self {
        let module = f64::from(style.module_px());
        let mut svg = String::with_capacity(512);
        svg.push_str(r#"<svg xmlns="http://www.w3.org/2000/svg" version="1.1""#);
        for (name, pixels) in [("width", layout.width), ("height", layout.height)] {
            // Writing to a string does not fail.
            let _ = write!(svg, r#" {name}="{:.3}mm""#, style.millimetres(pixels));
        }
        let left = -f64::from(layout.widening) / module;
        let (width, height) = (f64::from(layout.width) / module, f64::from(layout.height) / module);
        svg.push_str(r#" viewBox=""#);
        push_numbers(&mut svg, &[left, 0.0, width, height]);
        svg.push_str(r#"" role="img" aria-label=""#);
        push_escaped(&mut svg, label.as_str());
        svg.push_str(r#""><title>"#);
        push_escaped(&mut svg, label.as_str());
        svg.push_str(r##"</title><path fill="#fff" d=""##);
        push_rectangle(&mut svg, [left, 0.0], width, height);
        svg.push_str(r#""/><path shape-rendering="crispEdges" d=""#);

        let mut after_modules = String::with_capacity(16 * 1024);
        after_modules.push_str(r#""/><path d=""#);
        push_letters(&mut after_modules, layout, module);
        after_modules.push_str("\"/></svg>\n");
        Self { before_modules: svg, after_modules }
    }
}

fn push_rectangle(path: &mut String, corner: [f64; 2], width: f64, height: f64) {
    path.push('M');
    push_numbers(path, &corner);
    for (command, length) in [('h', width), ('v', height), ('h', -width)] {
        path.push(command);
        push_numbers(path, &[length]);
    }
    path.push('z');
}

fn push_letters(path: &mut String, layout: &Layout<'_>, module: f64) {
    let em = layout.em as f32;
    for &Line { text, x, baseline } in &layout.lines {
        for (pen, glyph) in label_font::line(text) {
            let x = x - layout.widening as f32 + pen * em;
            let mut draw = |command: char, points: &[[f32; 2]]| {
                path.push(command);
                for (place, [x_em, y_em]) in points.iter().enumerate() {
                    path.push_str(if place > 0 { " " } else { "" });
                    let pixels = [x + x_em * em, baseline as f32 + y_em * em];
                    push_numbers(path, &pixels.map(|pixel| f64::from(pixel) / module));
                }
            };
            for segment in glyph.outline() {
                match segment {
                    Segment::Move(to) => draw('M', &[to]),
                    Segment::Line(to) => draw('L', &[to]),
                    Segment::Curve(control, to) => draw('Q', &[control, to]),
                    Segment::Close => draw('z', &[]),
                }
            }
        }
    }
}

/// Numbers with spaces between, each with three decimals at most and none that is not needed. A label has
/// thousands: with `write!` and `f64::round` those of a KSeF number take 110 µs, like this 40.
fn push_numbers(text: &mut String, numbers: &[f64]) {
    for (place, number) in numbers.iter().enumerate() {
        if place > 0 {
            text.push(' ');
        }
        push_number(text, *number);
    }
}

fn push_number(text: &mut String, number: f64) {
    // `f64::round`, which is a call where processors before SSE 4.1 are served too.
    let thousandths = (number * 1000.0 + 0.499_999_999_999_999_94_f64.copysign(number)) as i64;
    if thousandths < 0 {
        text.push('-');
    }
    let thousandths = thousandths.unsigned_abs();
    let whole = thousandths / 1000;
    let digit = |number: u64| char::from(b'0' + (number % 10) as u8);
    match whole {
        0..10 => text.push(digit(whole)),
        10..100 => text.extend([digit(whole / 10), digit(whole)]),
        // Writing to a string does not fail.
        _ => _ = write!(text, "{whole}"),
    }
    let mut rest = thousandths % 1000;
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        text.push(digit(rest / 100));
        rest = rest % 100 * 10;
    }
}

/// Text as XML content or as an attribute.
fn push_escaped(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            _ => xml.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let mut text = String::new();
        push_numbers(&mut text, &[0.0, -0.0001, 7.0, -1.5, 0.05, 65.1234, -0.001, 12.5]);
        assert_eq!(text, "0 0 7 -1.5 0.05 65.123 -0.001 12.5");
    }

    #[test]
    fn numbers_are_rounded_as_the_library_rounds() {
        for thousandths in
            (-20_000..20_000).flat_map(|tenths| [-0.001, 0.0, 0.001].map(|by| f64::from(tenths) / 10.0 + by))
        {
            let (mut text, number) = (String::new(), thousandths / 1000.0);
            push_number(&mut text, number);
            assert_eq!(
                (text.parse::<f64>().unwrap() * 1000.0).round() as i64,
                (number * 1000.0).round() as i64,
                "{number}"
            );
            assert!(!text.contains('.') || !text.ends_with(['.', '0']), "{text}");
        }
    }

    #[test]
    fn labels_are_escaped() {
        let mut xml = String::new();
        push_escaped(&mut xml, "A&B <\"Ł\">");
        assert_eq!(xml, "A&amp;B &lt;&quot;Ł&quot;&gt;");
    }
}
