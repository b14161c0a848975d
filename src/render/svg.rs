use std::fmt::{self, Write};

use zeno::{Command, Vector};

use super::font::Font;
use super::layout::{Layout, Line, QUIET};
use super::{Label, Style};
use crate::qr::Symbol;

/// Draws a symbol and its label as SVG 1.1: measured in millimetres, drawn in modules, the label as outlines
/// so that no viewer needs the font.
pub(super) fn svg(symbol: &Symbol, label: &Label, layout: &Layout<'_>, style: &Style) -> String {
    let module = f64::from(style.module_px());
    let (width, height) = (f64::from(layout.width) / module, f64::from(layout.height) / module);
    let title = Escaped(label.as_str());
    // 10 bytes a run of dark modules, some 60 a letter
    let mut svg = String::with_capacity(1024 + symbol.size() * symbol.size() * 4 + label.as_str().len() * 300);
    // Writing to a string does not fail.
    let _ = write!(
        svg,
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{}mm" height="{}mm" "#,
            r#"viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>"#,
            r##"<path fill="#fff" d="M0 0h{}v{}H0z"/>"##,
            r#"<path shape-rendering="crispEdges" d="{}"/><path d="{}"/></svg>"#,
            "\n"
        ),
        Number(style.millimetres(layout.width)),
        Number(style.millimetres(layout.height)),
        Number(width),
        Number(height),
        title,
        title,
        Number(width),
        Number(height),
        Modules { symbol, layout, module },
        Letters { layout, module },
    );
    svg
}

/// A number with at most three decimals.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded first, for the shortest form: 33.02, not 33.020; adding zero takes the sign from -0.
        write!(f, "{}", (self.0 * 1000.0).round() / 1000.0 + 0.0)
    }
}

/// Text in XML content or in an attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            _ => f.write_char(c),
        })
    }
}

/// The path of the dark modules, one rectangle for each run in a row.
struct Modules<'a> {
    symbol: &'a Symbol,
    layout: &'a Layout<'a>,
    module: f64,
}

impl fmt::Display for Modules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = f64::from(self.layout.widening) / self.module + f64::from(QUIET);
        let size = self.symbol.size();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let run = (x..size).take_while(|&x| self.symbol.is_dark(x, y)).count();
                if run > 0 {
                    let (x, y) = (Number(left + x as f64), y + QUIET as usize);
                    write!(f, "M{x} {y}h{run}v1h-{run}z")?;
                }
                x += run.max(1);
            }
        }
        Ok(())
    }
}

/// The path of the label's letters.
struct Letters<'a> {
    layout: &'a Layout<'a>,
    module: f64,
}

impl fmt::Display for Letters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let em = self.layout.em as f32;
        for &Line { text, x, baseline } in &self.layout.lines {
            for (pen, glyph) in Font::bundled().line(text) {
                let at = |point: Vector| {
                    let x = f64::from(x + (pen + point.x) * em) / self.module;
                    let y = f64::from(baseline as f32 + point.y * em) / self.module;
                    (Number(x), Number(y))
                };
                glyph.outline.iter().try_for_each(|command| match *command {
                    Command::MoveTo(to) => write_points(f, 'M', [at(to)]),
                    Command::LineTo(to) => write_points(f, 'L', [at(to)]),
                    Command::QuadTo(control, to) => write_points(f, 'Q', [at(control), at(to)]),
                    Command::CurveTo(control, second, to) => write_points(f, 'C', [at(control), at(second), at(to)]),
                    Command::Close => f.write_char('z'),
                })?;
            }
        }
        Ok(())
    }
}

fn write_points<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    command: char,
    points: [(Number, Number); N],
) -> fmt::Result {
    f.write_char(command)?;
    for (place, (x, y)) in points.iter().enumerate() {
        let separator = if place == 0 { "" } else { " " };
        write!(f, "{separator}{x} {y}")?;
    }
    Ok(())
}
