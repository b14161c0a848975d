use super::canvas::{Canvas, Fonts, Style};
use super::document::Document;
use super::grid::{Grid, PAPER};
use super::language::Language;
use crate::render::Code;

/// Codes for labels: as many sheets of A4 as they take, in one PDF, with each code's label, a caption and a clickable link.
///
/// It is written as the codes come. Each call gives the bytes to append to the file, which may be none; what is kept grows
/// by some twenty bytes a code.
///
/// ```
/// use ksef_qr::paper::{Grid, Sheet};
/// use ksef_qr::{Code, EccLevel, Label};
///
/// let code = Code::new("https://qr.ksef.mf.gov.pl/", Label::OFFLINE, EccLevel::M)?;
/// let (mut sheet, mut file) = Sheet::new(Grid::default());
/// for number in 1..=30 {
///     file.extend(sheet.push(std::slice::from_ref(&code), &format!("F/{number}/2026")));
/// }
/// file.extend(sheet.finish());
/// assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF\n"));
/// # Ok::<(), ksef_qr::Error>(())
/// ```
pub struct Sheet {
    grid: Grid,
    document: Document,
    canvas: Canvas,
    /// The next free label.
    place: usize,
    smallest_module: Option<f64>,
}

/// White space within a label, in millimetres: printers feed a little askew.
const MARGIN: f64 = 1.0;

/// Between the codes of one label. They have their quiet zones besides.
const GAP: f64 = 1.0;

/// Modules are not drawn larger than this, however large the label.
const LARGEST_MODULE: f64 = 0.6;

/// With modules smaller than this, in millimetres, codes that could share a label get one each.
const LEAST_SHARED_MODULE: f64 = 0.33;

const LABEL: Style = Style { bold: true, em: 6.5 };
const CAPTION: Style = Style { bold: false, em: 6.0 };

impl Sheet {
    /// Begins a file, and gives its first bytes.
    pub fn new(grid: Grid) -> (Self, Vec<u8>) {
        let (document, bytes) = Document::begin(Fonts::new());
        (Self { grid, document, canvas: Canvas::default(), place: 0, smallest_module: None }, bytes)
    }

    /// Puts the codes of one invoice on the next label, and the caption under them. If they have no room beside each other
    /// with modules of 0.33 mm, and more if they are apart, each gets a label of its own.
    ///
    /// The caption (the invoice's number, or the file's name) is one line, shortened at its end if it is too long.
    pub fn push(&mut self, codes: &[Code], caption: &str) -> Vec<u8> {
        if codes.is_empty() {
            return Vec::new();
        }
        let apart = codes.iter().map(std::slice::from_ref).map(|code| self.module(code)).fold(LARGEST_MODULE, f64::min);
        let shared = self.module(codes);
        if shared >= LEAST_SHARED_MODULE || shared >= apart {
            return self.label(codes, caption);
        }
        codes.iter().flat_map(|code| self.label(std::slice::from_ref(code), caption)).collect()
    }

    /// The smallest modules so far, in millimetres; none before the first code. Less than 0.33 is hard to scan: give labels
    /// that are larger.
    pub fn smallest_module_mm(&self) -> Option<f64> {
        self.smallest_module
    }

    /// Writes the last sheet and the end of the file. A file without codes has one empty sheet.
    pub fn finish(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.place > 0 || self.smallest_module.is_none() {
            bytes = self.page();
        }
        bytes.extend(self.document.finish("KSeF", Language::Polish));
        bytes
    }

    fn page(&mut self) -> Vec<u8> {
        self.place = 0;
        let canvas = std::mem::take(&mut self.canvas);
        self.document.page(PAPER[0], PAPER[1], canvas)
    }

    /// The side of a module, if these codes share a label.
    fn module(&self, codes: &[Code]) -> f64 {
        let [width, height] = self.grid.size();
        let room = width - 2.0 * MARGIN - GAP * (codes.len() as f64 - 1.0);
        let together: f64 = codes.iter().map(|code| code.side() as f64).sum();
        let largest = codes.iter().map(|code| code.side() as f64).fold(1.0, f64::max);
        // A KSeF number may take two lines.
        let lines = codes.iter().map(|code| LABEL.lines(code.label().as_str(), room / codes.len() as f64).len()).max();
        let texts = lines.unwrap_or(1) as f64 * LABEL.line_height() + CAPTION.line_height();
        let module = (room / together).min((height - 2.0 * MARGIN - texts) / largest).min(LARGEST_MODULE);
        // In a label of 15 mm with a label of many lines there may be no room at all.
        module.max(0.05)
    }

    fn label(&mut self, codes: &[Code], caption: &str) -> Vec<u8> {
        let [left, top] = self.grid.corner(self.place);
        let [width, height] = self.grid.size();
        let module = self.module(codes);
        self.smallest_module = Some(self.smallest_module.map_or(module, |smallest| smallest.min(module)));
        let column = (width - 2.0 * MARGIN - GAP * (codes.len() as f64 - 1.0)) / codes.len() as f64;
        let sides: Vec<f64> = codes.iter().map(|code| code.side() as f64 * module).collect();
        let together = sides.iter().sum::<f64>() + GAP * (codes.len() as f64 - 1.0);
        let mut x = left + (width - together) / 2.0;
        let highest = sides.iter().copied().fold(0.0, f64::max);
        for (code, side) in codes.iter().zip(sides) {
            // They stand on one line, and so do their labels.
            self.canvas.code(code, [x, top + MARGIN + highest - side], module);
            for (line, number) in LABEL.lines(code.label().as_str(), column).iter().zip(0..) {
                let place = (side - LABEL.width(line)) / 2.0;
                let baseline = top + MARGIN + highest + f64::from(number) * LABEL.line_height() + LABEL.ascent();
                self.canvas.text(&mut self.document.fonts, LABEL, [x + place, baseline], line);
            }
            x += side + GAP;
        }
        let caption = shortened(caption, width - 2.0 * MARGIN);
        let baseline = top + height - MARGIN - CAPTION.line_height() + CAPTION.ascent();
        let place = [left + (width - CAPTION.width(&caption)) / 2.0, baseline];
        self.canvas.text(&mut self.document.fonts, CAPTION, place, &caption);
        self.place += 1;
        if self.place == self.grid.count() { self.page() } else { Vec::new() }
    }
}

/// A caption of one line.
fn shortened(caption: &str, room: f64) -> String {
    let mut lines = CAPTION.lines(&caption.replace('\n', " "), room);
    if lines.len() == 1 {
        return lines.swap_remove(0);
    }
    // A word may be longer than the line: what stands before the room ends is what counts.
    let mut short = String::new();
    for character in caption.chars() {
        short.push(character);
        if CAPTION.width(&short) + CAPTION.width("…") > room {
            short.pop();
            break;
        }
    }
    format!("{}…", short.trim_end())
}
