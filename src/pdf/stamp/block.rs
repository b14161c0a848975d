use std::fmt::Write;

use crate::error::{Warning, WarningKind};
use crate::font::{EmbeddedFont, Typeface, fit};
use crate::pdf::page::content::BEGINNING;
use crate::pdf::page::geometry::{Rect, millimetres, points, rounded};
use crate::pdf::settings::{Arrangement, Size, Stamp};
use crate::render::layout::{EM_PT, LEAST_EM_PT, LINE_SPACING, MARGIN};
use crate::render::{Code, modules};

/// Codes, labels and links as they lie beside each other: in points, from the lower left corner of the block.
pub(in crate::pdf) struct Block<'a> {
    pub(in crate::pdf) width: f64,
    pub(in crate::pdf) height: f64,
    pub(in crate::pdf) cells: Vec<Cell<'a>>,
}

/// A code and what belongs to it.
pub(in crate::pdf) struct Cell<'a> {
    pub(in crate::pdf) code: &'a Code,
    /// The code, and what is written under it.
    pub(in crate::pdf) area: Rect,
    /// The code with its quiet zone, where the link is clicked.
    pub(in crate::pdf) square: Rect,
    /// The side of a module.
    module: f64,
    lines: Vec<Line>,
}

/// A line of text.
struct Line {
    text: String,
    em: f64,
    /// Where it begins.
    x: f64,
    baseline: f64,
}

/// Links are long, and there to be compared rather than typed.
const LINK_EM: f64 = 5.0;

/// Between two codes, beside their quiet zones, in points.
const GAP: f64 = 6.0;

/// Below this, in millimetres, printers and phones fail now and then.
const SMALL_MODULE: f64 = 0.33;

impl<'a> Block<'a> {
    pub(in crate::pdf) fn new(codes: &'a [Code], stamp: &Stamp) -> Self {
        Self::of(codes.iter().map(|code| Cell::new(code, stamp, false)).collect(), stamp)
    }

    /// With each label on one line, wider than its code if need be; none if that is so anyway.
    pub(in crate::pdf) fn unbroken(codes: &'a [Code], stamp: &Stamp) -> Option<Self> {
        let is_broken = |code: &Code| {
            let Cell { square, module, .. } = Cell::new(code, stamp, false);
            fitted(code, square.width() - 2.0 * f64::from(MARGIN) * module).1.len() > 1
        };
        let cells = || codes.iter().map(|code| Cell::new(code, stamp, true)).collect();
        codes.iter().any(is_broken).then(|| Self::of(cells(), stamp))
    }

    fn of(mut cells: Vec<Cell<'a>>, stamp: &Stamp) -> Self {
        let widest = cells.iter().map(|cell| cell.area.right).fold(0.0, f64::max);
        // What stands above the line that codes beside each other stand on, and below it.
        let above = cells.iter().map(|cell| cell.area.top - cell.square.bottom).fold(0.0, f64::max);
        let below = cells.iter().map(|cell| cell.square.bottom).fold(0.0, f64::max);
        let gaps = GAP * cells.len().saturating_sub(1) as f64;
        let (width, height) = match stamp.arrangement {
            Arrangement::SideBySide => (cells.iter().map(|cell| cell.area.right).sum::<f64>() + gaps, above + below),
            Arrangement::Stacked => (widest, cells.iter().map(|cell| cell.area.top).sum::<f64>() + gaps),
        };
        let (mut x, mut top) = (0.0, height);
        for cell in &mut cells {
            let size = (cell.area.right, cell.area.top);
            // Codes of different size stand on one line, and so do their labels; or one below the other in the middle.
            match stamp.arrangement {
                Arrangement::SideBySide => {
                    cell.shift(x, below - cell.square.bottom);
                    x += size.0 + GAP;
                }
                Arrangement::Stacked => {
                    cell.shift((width - size.0) / 2.0, top - size.1);
                    top -= size.1 + GAP;
                }
            }
        }
        Self { width, height, cells }
    }

    /// The content of the form that shows the block: white, then black, in one colour space and without transparency.
    pub(in crate::pdf) fn content(&self, font: &mut EmbeddedFont) -> Vec<u8> {
        // All of it, for a line that was there would show in the gap between two codes.
        let [width, height] = [self.width, self.height].map(rounded);
        let mut content = format!("{BEGINNING}{width} {height} re f 0 g\n");
        for Cell { code, square, module, lines, .. } in &self.cells {
            modules::begin(&mut content, *module, [square.left, square.top]);
            modules::PDF.push_str(&mut content, code.symbol(), 1024);
            content += modules::END;
            content += "\nBT\n";
            for Line { text, em, x, baseline } in lines {
                let [em, x, y] = [*em, *x, *baseline].map(rounded);
                // Writing to a string does not fail.
                let _ = write!(content, "/F {em} Tf 1 0 0 1 {x} {y} Tm ");
                font.push_text(&mut content, text);
                content.push('\n');
            }
            content += "ET\n";
        }
        content.into_bytes()
    }

    /// Modules that are too small to be read everywhere.
    pub(in crate::pdf) fn warnings(&self) -> Vec<Warning> {
        let Some(small) = self.small_module_mm(1.0) else { return Vec::new() };
        let message = format!("a module measures {small:.2} mm, less than {SMALL_MODULE} mm; not every phone reads it");
        vec![Warning::new(WarningKind::ModuleSmall, message)]
    }

    /// The side of the smallest modules, if the page is shown so many times smaller than it says, and if that is too small
    /// to be read everywhere.
    pub(in crate::pdf) fn small_module_mm(&self, times: f64) -> Option<f64> {
        let small = self.cells.iter().map(|cell| millimetres(cell.module)).fold(f64::INFINITY, f64::min) / times;
        // A ten thousandth is lost in turning millimetres to points and back.
        (small < SMALL_MODULE - 1e-4).then_some(small)
    }
}

impl<'a> Cell<'a> {
    /// With its lower left corner at zero. `is_whole` if its label stays on one line, in the smallest type that can be read.
    fn new(code: &'a Code, stamp: &Stamp, is_whole: bool) -> Self {
        let face = Typeface::regular();
        let module = match stamp.size {
            Size::ModuleMm(side) => points(side),
            Size::SideMm(side) => points(side) / code.symbol().size() as f64,
        };
        let side = code.side() as f64 * module;
        let margin = f64::from(MARGIN) * module;
        let (em, label) = match fitted(code, side - 2.0 * margin) {
            (_, lines) if is_whole && lines.len() > 1 => (LEAST_EM_PT, vec![code.label().as_str()]),
            fitted => fitted,
        };
        let ink = label.iter().map(|line| width(line) * em).fold(0.0, f64::max);
        let across = side.max(ink + 2.0 * margin);

        let line = |text, em| Line { text, em, x: 0.0, baseline: 0.0 };
        let mut lines: Vec<Line> = label.into_iter().map(|text| line(text.to_owned(), em)).collect();
        if stamp.show_links {
            let room = (across - 2.0 * margin) / LINK_EM;
            lines.extend(face.lines(code.link(), room as f32).into_iter().map(|text| line(text, LINK_EM)));
        }
        // Downwards from the quiet zone first, then moved so that the lowest point is zero.
        let mut down = 0.0;
        for line in &mut lines {
            let rise = if down == 0.0 { face.ascent() } else { LINE_SPACING };
            down += f64::from(rise) * line.em;
            line.baseline = -down;
            line.x = (across - width(&line.text) * line.em) / 2.0;
        }
        down += lines.last().map_or(0.0, |line| f64::from(face.descent()) * line.em) + margin;
        let left = (across - side) / 2.0;
        let square = Rect { left, bottom: 0.0, right: left + side, top: side };
        let area = Rect { left: 0.0, bottom: -down, right: across, top: side };
        let mut cell = Self { code, area, square, module, lines };
        cell.shift(0.0, down);
        cell
    }

    fn shift(&mut self, x: f64, y: f64) {
        for rect in [&mut self.area, &mut self.square] {
            *rect = Rect { left: rect.left + x, bottom: rect.bottom + y, right: rect.right + x, top: rect.top + y };
        }
        for line in &mut self.lines {
            line.x += x;
            line.baseline += y;
        }
    }
}

/// The size and the lines of a label under a code.
fn fitted(code: &Code, room: f64) -> (f64, Vec<&str>) {
    fit(code.label().as_str(), room, [LEAST_EM_PT, EM_PT], width)
}

/// In em.
fn width(text: &str) -> f64 {
    f64::from(Typeface::regular().width(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr::EccLevel;
    use crate::render::Label;

    /// What was on the page must not show between two codes, nor beside the smaller one.
    #[test]
    fn white_lies_under_all_of_it() {
        let codes = ["a", "a longer one, and so a larger code"]
            .map(|text| Code::new(text, Label::OFFLINE, EccLevel::M).unwrap());
        let block = Block::new(&codes, &Stamp::default());
        let content = block.content(&mut EmbeddedFont::new(Typeface::regular()));
        let white = format!("1 g 0 0 {} {} re f 0 g\n", rounded(block.width), rounded(block.height));
        assert!(content.starts_with(white.as_bytes()), "{white}");
        let cells: f64 = block.cells.iter().map(|cell| cell.area.width()).sum();
        assert!(block.width > cells + 1.0, "there is a gap: {} {cells}", block.width);
    }

    #[test]
    fn a_number_stays_on_one_line_if_there_is_room() {
        let number = "5265877635-20260616-0100001AF629-15";
        let labelled =
            |label: Label| [Code::new("https://qr.ksef.mf.gov.pl/invoice/5265877635", label, EccLevel::M).unwrap()];
        let codes = labelled(Label::from(&number.parse().unwrap()));
        let stamp = Stamp::default();
        let [broken, whole] = [Block::new(&codes, &stamp), Block::unbroken(&codes, &stamp).unwrap()];
        let texts = |block: &Block<'_>| block.cells[0].lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
        assert_eq!((texts(&broken).len(), texts(&whole)), (2, vec![number.to_owned()]));
        assert!(broken.width < whole.width && whole.height < broken.height && whole.width < points(42.0));
        assert!(Block::unbroken(&labelled(Label::OFFLINE), &stamp).is_none());
    }
}
