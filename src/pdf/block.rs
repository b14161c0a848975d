use super::geometry::{Rect, millimetres, points};
use super::settings::{Arrangement, Size, Stamp};
use super::{Code, Warning};
use crate::error::WarningKind;
use crate::qr::QUIET_ZONE;
use crate::typeface::Typeface;

/// Codes, labels and links as they lie beside each other: in points, from the lower left corner of the block.
pub(super) struct Block<'a> {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) cells: Vec<Cell<'a>>,
}

/// A code and what belongs to it.
pub(super) struct Cell<'a> {
    pub(super) code: Code<'a>,
    /// The code, and what is written under it.
    pub(super) area: Rect,
    /// The code with its quiet zone, where the link is clicked.
    pub(super) square: Rect,
    /// The side of a module.
    pub(super) module: f64,
    pub(super) lines: Vec<Line<'a>>,
}

/// A line of text.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) em: f64,
    /// Where it begins.
    pub(super) x: f64,
    pub(super) baseline: f64,
}

/// As under the pictures: read without effort, and the least that people can copy from.
const EM: f64 = 8.0;
const LEAST_EM: f64 = 6.0;

/// Links are long, and there to be compared rather than typed.
const LINK_EM: f64 = 5.0;

/// From one baseline to the next, in em.
const LINE_SPACING: f64 = 1.17;

/// What stays white beside and below the text, in modules.
const MARGIN: f64 = 2.0;

/// Between two codes, beside their quiet zones, in points.
const GAP: f64 = 6.0;

/// Below this, in millimetres, printers and phones fail now and then.
const SMALL_MODULE: f64 = 0.33;

impl<'a> Block<'a> {
    pub(super) fn new(codes: &[Code<'a>], stamp: &Stamp) -> Self {
        let mut cells: Vec<Cell<'a>> = codes.iter().map(|code| Cell::new(*code, stamp)).collect();
        let widest = cells.iter().map(|cell| cell.area.right).fold(0.0, f64::max);
        let highest = cells.iter().map(|cell| cell.area.top).fold(0.0, f64::max);
        let gaps = GAP * cells.len().saturating_sub(1) as f64;
        let (width, height) = match stamp.arrangement {
            Arrangement::SideBySide => (cells.iter().map(|cell| cell.area.right).sum::<f64>() + gaps, highest),
            Arrangement::Stacked => (widest, cells.iter().map(|cell| cell.area.top).sum::<f64>() + gaps),
        };
        let (mut x, mut top) = (0.0, height);
        for cell in &mut cells {
            let size = (cell.area.right, cell.area.top);
            // Codes of different size are aligned at the top, or one below the other in the middle.
            match stamp.arrangement {
                Arrangement::SideBySide => {
                    cell.shift(x, height - size.1);
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

    /// Modules that are too small to be read everywhere.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let small = self.cells.iter().map(|cell| millimetres(cell.module)).fold(f64::INFINITY, f64::min);
        // A ten thousandth is lost in turning millimetres to points and back.
        if small >= SMALL_MODULE - 1e-4 {
            return Vec::new();
        }
        let message = format!("a module measures {small:.2} mm, less than {SMALL_MODULE} mm; not every phone reads it");
        vec![Warning::new(WarningKind::ModuleSmall, message)]
    }
}

impl<'a> Cell<'a> {
    /// With its lower left corner at zero.
    fn new(code: Code<'a>, stamp: &Stamp) -> Self {
        let face = Typeface::regular();
        let modules = code.symbol.size() as f64;
        let module = match stamp.size {
            Size::ModuleMm(side) => points(side),
            Size::SideMm(side) => points(side) / modules,
        };
        let side = (modules + 2.0 * QUIET_ZONE as f64) * module;
        let margin = MARGIN * module;
        let (em, label) = fit(code.label.as_str(), side - 2.0 * margin);
        let ink = label.iter().map(|line| width(line) * em).fold(0.0, f64::max);
        let across = side.max(ink + 2.0 * margin);

        let mut lines: Vec<Line<'a>> = label.into_iter().map(|text| Line { text, em, x: 0.0, baseline: 0.0 }).collect();
        if stamp.show_links {
            let address = wrapped(code.url, (across - 2.0 * margin) / LINK_EM);
            lines.extend(address.into_iter().map(|text| Line { text, em: LINK_EM, x: 0.0, baseline: 0.0 }));
        }
        // Downwards from the quiet zone first, then moved so that the lowest point is zero.
        let mut down = 0.0;
        for line in &mut lines {
            let rise = if down == 0.0 { f64::from(face.ascent()) } else { LINE_SPACING };
            down += rise * line.em;
            line.baseline = -down;
            line.x = (across - width(line.text) * line.em) / 2.0;
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

/// In em.
fn width(text: &str) -> f64 {
    f64::from(Typeface::regular().width(text))
}

/// The label on one line if that can be read, else broken after the hyphen that allows the largest letters, as under
/// the pictures.
fn fit(text: &str, room: f64) -> (f64, Vec<&str>) {
    let em = |lines: &[&str]| room / lines.iter().map(|line| width(line)).fold(f64::MIN_POSITIVE, f64::max);
    let whole = vec![text];
    if em(&whole) >= LEAST_EM {
        return (em(&whole).min(EM), whole);
    }
    let broken = text.match_indices('-').map(|(hyphen, _)| text.split_at(hyphen + 1));
    let broken = broken.filter(|(_, second)| !second.is_empty()).map(|(first, second)| vec![first, second]);
    let lines = broken.max_by(|a, b| em(a).total_cmp(&em(b))).unwrap_or(whole);
    (em(&lines).clamp(LEAST_EM, EM), lines)
}

/// A link in lines of at most `room` em.
fn wrapped(text: &str, room: f64) -> Vec<&str> {
    let (mut lines, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let mut used = 0.0;
        let mut letters = rest.char_indices();
        let end = letters.find_map(|(at, letter)| {
            used += width(letter.encode_utf8(&mut [0; 4]));
            (used > room && at > 0).then_some(at)
        });
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        lines.push(line);
        rest = after;
    }
    lines
}
