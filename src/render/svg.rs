use std::fmt::Write;

use zeno::{Command, Vector};

use super::font::Font;
use super::layout::{Layout, Line, QUIET};
use super::{Label, Style};
use crate::qr::Symbol;

/// Draws a symbol and its label as SVG 1.1: measured in millimetres, drawn in modules with the code's corner at
/// the origin, the label as outlines so that no viewer needs the font.
pub(super) fn svg(symbol: &Symbol, label: &Label, layout: &Layout<'_>, style: Style) -> String {
    let module = f64::from(style.module_px());
    let mut svg = String::with_capacity(32 * 1024);
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
    push_modules(&mut svg, symbol);
    svg.push_str(r#""/><path d=""#);
    push_letters(&mut svg, layout, module);
    svg.push_str("\"/></svg>\n");
    svg
}

/// One rectangle for each run of dark modules in a row.
fn push_modules(path: &mut String, symbol: &Symbol) {
    let size = symbol.size();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|&x| symbol.is_dark(x, y)).count();
            if run > 0 {
                let corner = [x, y].map(|place| (place + QUIET as usize) as f64);
                push_rectangle(path, corner, run as f64, 1.0);
            }
            x += run.max(1);
        }
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
        for (pen, glyph) in Font::bundled().line(text) {
            let x = x - layout.widening as f32 + pen * em;
            let mut draw = |command: char, points: &[Vector]| {
                path.push(command);
                for (place, point) in points.iter().enumerate() {
                    path.push_str(if place > 0 { " " } else { "" });
                    let pixels = [x + point.x * em, baseline as f32 + point.y * em];
                    push_numbers(path, &pixels.map(|pixel| f64::from(pixel) / module));
                }
            };
            for command in &glyph.outline {
                match *command {
                    Command::MoveTo(to) => draw('M', &[to]),
                    Command::LineTo(to) => draw('L', &[to]),
                    Command::QuadTo(control, to) => draw('Q', &[control, to]),
                    Command::CurveTo(first, second, to) => draw('C', &[first, second, to]),
                    Command::Close => draw('z', &[]),
                }
            }
        }
    }
}

/// Numbers with spaces between, each with three decimals at most and none that is not needed. A picture
/// has thousands: formatted as floating-point numbers they take 270 µs for a KOD II, like this 130.
fn push_numbers(text: &mut String, numbers: &[f64]) {
    for (place, number) in numbers.iter().enumerate() {
        if place > 0 {
            text.push(' ');
        }
        let thousandths = (number * 1000.0).round() as i64;
        if thousandths < 0 {
            text.push('-');
        }
        let thousandths = thousandths.unsigned_abs();
        let _ = write!(text, "{}", thousandths / 1000);
        let mut rest = thousandths % 1000;
        if rest > 0 {
            text.push('.');
        }
        while rest > 0 {
            text.push(char::from(b'0' + (rest / 100) as u8));
            rest = rest % 100 * 10;
        }
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
    fn labels_are_escaped() {
        let mut xml = String::new();
        push_escaped(&mut xml, "A&B <\"Ł\">");
        assert_eq!(xml, "A&amp;B &lt;&quot;Ł&quot;&gt;");
    }
}
