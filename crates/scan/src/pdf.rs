//! PDFs: every page drawn and searched for codes, and its link annotations.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro::hayro_interpret::{InterpreterCache, InterpreterSettings};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Name, ObjectIdentifier, String as PdfString};
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::GrayImage;

use crate::area::Area;
use crate::effort;
use crate::error::{Error, ErrorKind, Result};
use crate::found::{Contents, Found, Origin};
use crate::picture::{Code, placed_codes};

/// An invoice has a few; a hundred take half a minute to draw. Of more pages the first and the last are read, and those with
/// links between them.
const MOST_PAGES: usize = 100;
const LAST_PAGES: usize = 10;
const MOST_PAGES_WITH_LINKS: usize = 40;

/// A document of more pages is not looked at.
const MOST_COUNTED: usize = 100_000;

/// In dots an inch: a code of KSeF's own generator (150 pt) gets seven pixels a module. Fuzzing is about what is read, which takes
/// long enough without millions of pixels.
const RESOLUTION: f32 = if cfg!(fuzzing) { 40.0 } else { 200.0 };

/// In pixels. A larger page is drawn more coarsely.
const LONGEST_SIDE: f32 = if cfg!(fuzzing) { 800.0 } else { 4000.0 };

/// On one page; more links are no invoice's.
const MOST_ANNOTATIONS: usize = 1000;

/// The texts of all QR codes and all links of a PDF, page by page.
///
/// A document may be made so that drawing it takes for ever, or overflows the stack, which ends the process. Read what
/// comes from strangers in a process of its own, as the command does.
///
/// # Errors
/// `pdf_unreadable`: damaged, encrypted or without pages; `no_code_found`, if there is neither a code nor a link on the pages
/// that were read.
pub fn pdf(bytes: &[u8]) -> Result<Contents> {
    let unreadable = |why: &str| Error::new(ErrorKind::PdfUnreadable, why);
    // Reading and drawing another's document is thousands of lines of somebody else's; a slip there ends no more than
    // the reading.
    let read = catch_unwind(AssertUnwindSafe(|| pages(bytes)));
    let found = read.map_err(|_| unreadable("the PDF cannot be drawn")).and_then(|found| found)?;
    if found.texts.is_empty() {
        let unread = found.unread.map(|pages| format!("; not read: {pages}")).unwrap_or_default();
        return Err(Error::new(ErrorKind::NoCodeFound, format!("no QR code and no link was found in the PDF{unread}")));
    }
    Ok(found)
}

pub(crate) fn open(bytes: &[u8]) -> Result<Pdf> {
    let message = "the PDF is damaged, or encrypted with a password";
    Pdf::new(Arc::new(bytes.to_vec())).map_err(|_| Error::new(ErrorKind::PdfUnreadable, message))
}

fn pages(bytes: &[u8]) -> Result<Contents> {
    let unreadable = |why: String| Error::new(ErrorKind::PdfUnreadable, why);
    let pdf = open(bytes)?;
    let pages = pdf.pages();
    match pages.len() {
        0 => return Err(unreadable("the PDF has no pages".to_owned())),
        1..=MOST_COUNTED => {}
        count => return Err(unreadable(format!("the PDF has {count} pages, more than {MOST_COUNTED}"))),
    }
    let settings = InterpreterSettings::default();
    let shared = Shared::default();
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let order = order(&pdf);
    let number = |index: usize, page: &Page<'_>| {
        let id = page.raw().obj_id();
        let place = order.iter().position(|other| id.is_some() && *other == id);
        place.unwrap_or(index) + 1
    };
    let mut opened = root.as_ref().map(opened_by_document).unwrap_or_default();
    let mut found: Vec<Found> = Vec::new();
    let chosen = chosen(pages);
    let mut unread: Vec<usize> = Vec::new();
    for (index, page) in pages.iter().enumerate().filter(|(index, _)| chosen.contains(index)) {
        let number = number(index, page);
        let codes = match draw(page, &shared, &settings, RESOLUTION / 72.0) {
            Ok(picture) => placed_codes(&picture),
            Err(Undrawn::TooMuch) => {
                unread.push(number);
                Vec::new()
            }
            Err(Undrawn::NoSize) => Vec::new(),
        };
        for Code { text, .. } in &codes {
            let place = Some(format!("page {number}"));
            found.push(Found { text: text.clone(), origin: Origin::Code, place, over: Vec::new(), opens: false });
        }
        for link in links(page) {
            let over = link.over(&codes);
            for text in link.targets {
                // What a click does besides following a link is told where the click is on a code.
                if !text.starts_with(ACTION) || !over.is_empty() {
                    let place = Some(format!("page {number}, link"));
                    found.push(Found { text, origin: Origin::Link, place, over: over.clone(), opens: false });
                }
            }
        }
        // Whoever opens the document is sent there from the page that is shown first.
        opened.extend(targets(actions(page.raw(), OPENING)));
        opened.retain(|text| !text.starts_with(ACTION));
        for text in opened.drain(..) {
            let is_of_code = codes.iter().any(|code| code.text == text);
            let over = codes.iter().filter(|_| !is_of_code).map(|code| code.text.clone()).collect();
            let place = Some(format!("page {number}, when it opens"));
            found.push(Found { text, origin: Origin::Link, place, over, opens: true });
        }
    }
    let passed_over = pages.iter().enumerate().filter(|(index, _)| !chosen.contains(index));
    unread.extend(passed_over.map(|(index, page)| number(index, page)));
    unread.sort_unstable();
    Ok(Contents { texts: found, unread: (!unread.is_empty()).then(|| ranges(&unread)) })
}

/// The pages that are read, counted from 0.
fn chosen(pages: &[Page<'_>]) -> BTreeSet<usize> {
    let count = pages.len();
    if count <= MOST_PAGES {
        return (0..count).collect();
    }
    let first = MOST_PAGES - LAST_PAGES - MOST_PAGES_WITH_LINKS;
    let between =
        (first..count - LAST_PAGES).filter(|&index| pages.get(index).is_some_and(|page| !links(page).is_empty()));
    (0..first).chain(between.take(MOST_PAGES_WITH_LINKS)).chain(count - LAST_PAGES..count).collect()
}

/// `pages 51 to 80, 82`: numbers that rise.
fn ranges(numbers: &[usize]) -> String {
    let parts = numbers.chunk_by(|one, next| one + 1 == *next).filter_map(|part| match part {
        [] => None,
        [one] => Some(one.to_string()),
        [first, .., last] => Some(format!("{first} to {last}")),
    });
    format!("pages {}", parts.collect::<Vec<_>>().join(", "))
}

/// The pages as a reader counts them: those without contents are no pages to hayro.
pub(crate) fn order(pdf: &Pdf) -> Vec<Option<ObjectIdentifier>> {
    let mut order = Vec::new();
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    if let Some(tree) = root.and_then(|root| root.get::<Dict<'_>>(&b"Pages"[..])) {
        leaves(&tree, 0, &mut order);
    }
    order
}

fn leaves(node: &Dict<'_>, depth: usize, order: &mut Vec<Option<ObjectIdentifier>>) {
    /// A tree of pages is a few levels deep, unless it is made to be endless.
    const DEEPEST: usize = 32;
    let Some(kids) = node.get::<Array<'_>>(&b"Kids"[..]) else {
        order.push(node.obj_id());
        return;
    };
    for kid in kids.iter::<Dict<'_>>() {
        if depth < DEEPEST && order.len() < MOST_COUNTED {
            leaves(&kid, depth + 1, order);
        }
    }
}

/// How many times as large as the page it is drawn, `times` at the most; none for one that cannot be drawn.
fn scale(page: &Page<'_>, times: f32) -> Option<f32> {
    let (width, height) = page.render_dimensions();
    let longest = width.max(height);
    if !(width > 0.0 && height > 0.0 && longest.is_finite()) {
        return None;
    }
    let scale = times.min(LONGEST_SIDE / longest);
    (width * scale >= 1.0 && height * scale >= 1.0).then_some(scale)
}

/// What the pages of a document share: its fonts.
#[derive(Default)]
pub(crate) struct Shared<'a> {
    drawn: RenderCache<'a>,
    counted: InterpreterCache<'a>,
}

/// Why a page was not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undrawn {
    /// Nothing of it could be seen.
    NoSize,
    /// There is more on it than is drawn in bounded memory.
    TooMuch,
}

/// The page in grey, so many times as large as it is, or smaller if that would be too large.
pub(crate) fn draw<'a>(
    page: &'a Page<'a>,
    shared: &Shared<'a>,
    settings: &InterpreterSettings,
    times: f32,
) -> std::result::Result<GrayImage, Undrawn> {
    let scale = scale(page, times).ok_or(Undrawn::NoSize)?;
    if !effort::is_bounded(page, &shared.counted, settings, scale) {
        return Err(Undrawn::TooMuch);
    }
    // A code may be made of the letters of a font: they are drawn where they are, and not moved to whole pixels.
    let drawing = RenderSettings { hinting: false, ..RenderSettings::default() };
    let pixels = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let drawn = render(page, &shared.drawn, settings, &drawing, &pixels);
    // The page is drawn on white, so that no transparency is left. Luma as the eye sees it (BT.601).
    let grey = drawn.data().iter().map(|pixel| {
        let sum = 299 * u32::from(pixel.r) + 587 * u32::from(pixel.g) + 114 * u32::from(pixel.b);
        (sum / 1000) as u8
    });
    GrayImage::from_raw(drawn.width().into(), drawn.height().into(), grey.collect()).ok_or(Undrawn::NoSize)
}

/// An annotation that does something when it is clicked on.
struct Link {
    /// The addresses that it leads to, one after another; `action:NAME` for something else.
    targets: Vec<String>,
    /// On the drawn page.
    area: Option<Area>,
}

/// What stands before the name of an action that is no link.
const ACTION: &str = "action:";

/// An action may name those that follow it. More of them are no invoice's.
const MOST_ACTIONS: usize = 16;

/// `Hidden` and `NoView` of ISO 32000, 12.5.3: nobody sees the annotation, and nobody clicks on it.
const UNSEEN: i32 = 0x02 | 0x20;

/// The additional actions (`AA`) that something under a code starts: by the mouse that moves over it, presses on it or
/// leaves it, and by being shown. Those of ISO 32000, table 197.
const TOUCHING: &[&[u8]] = &[b"U", b"D", b"E", b"X", b"Fo", b"Bl", b"PO", b"PV", b"PC", b"PI"];

/// Those that a page starts by being opened or left (table 198).
const OPENING: &[&[u8]] = &[b"O", b"C"];

/// Those of `AA` with these names.
fn actions<'a>(of: &Dict<'a>, names: &[&[u8]]) -> Vec<Dict<'a>> {
    let Some(additional) = of.get::<Dict<'_>>(&b"AA"[..]) else { return Vec::new() };
    names.iter().filter_map(|name| additional.get::<Dict<'_>>(*name)).collect()
}

/// Where the document itself leads when it is opened, or before it is saved, printed or closed (table 200).
fn opened_by_document(root: &Dict<'_>) -> Vec<String> {
    let opening = root.get::<Dict<'_>>(&b"OpenAction"[..]).into_iter();
    targets(opening.chain(actions(root, &[b"WC", b"WS", b"DS", b"WP", b"DP"])).collect())
}

/// The addresses that actions lead to, and those that follow them; `action:NAME` for something else.
fn targets(mut waiting: Vec<Dict<'_>>) -> Vec<String> {
    let mut targets = Vec::new();
    for _ in 0..MOST_ACTIONS {
        let Some(action) = waiting.pop() else { break };
        let name = || action.get::<Name<'_>>(&b"S"[..]).map(|name| format!("{ACTION}{}", name.as_str()));
        targets.extend(action.get::<PdfString<'_>>(&b"URI"[..]).map(|text| text_of(&text)).or_else(name));
        match action.get::<Dict<'_>>(&b"Next"[..]) {
            Some(next) => waiting.push(next),
            None => {
                let several = action.get::<Array<'_>>(&b"Next"[..]);
                waiting.extend(several.iter().flat_map(|several| several.iter::<Dict<'_>>().take(MOST_ACTIONS)));
            }
        }
    }
    targets
}

/// An address is plain ASCII; programs that write all their texts as UTF-16 or with a byte order mark write it so, too.
fn text_of(bytes: &[u8]) -> String {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        plain => String::from_utf8_lossy(plain).into_owned(),
    }
}

impl Link {
    fn of(annotation: &Dict<'_>, page: &Page<'_>) -> Option<Self> {
        let clicked = annotation.get(&b"A"[..]).into_iter();
        let mut targets = targets(clicked.chain(actions(annotation, TOUCHING)).collect());
        // A link to a place in the document has no action.
        if targets.is_empty() && annotation.contains_key(&b"Dest"[..]) {
            targets.push(format!("{ACTION}GoTo"));
        }
        (!targets.is_empty()).then(|| Self { targets, area: area(annotation, page) })
    }

    /// The texts of the codes that it lies over.
    fn over(&self, codes: &[Code]) -> Vec<String> {
        let Some(link) = self.area else { return Vec::new() };
        let is_over = |code: &&Code| code.areas.iter().any(|area| link.is_over(*area));
        codes.iter().filter(is_over).map(|code| code.text.clone()).collect()
    }
}

/// Where an annotation is on the drawn page; none for one that is not seen.
fn area(annotation: &Dict<'_>, page: &Page<'_>) -> Option<Area> {
    if annotation.get::<i32>(&b"F"[..]).unwrap_or(0) & UNSEEN != 0 {
        return None;
    }
    let sides: Vec<f32> = annotation.get::<Array<'_>>(&b"Rect"[..])?.iter::<f32>().take(4).collect();
    let [left, bottom, right, top] = sides[..] else { return None };
    // The columns of the matrix, as ISO 32000, 8.3.3 has it: of x, of y, and what is added.
    let [x_to_x, x_to_y, y_to_x, y_to_y, to_x, to_y] =
        page.initial_transform(true).as_coeffs().map(|number| number as f32);
    let drawn =
        [(left, bottom), (right, top)].map(|(x, y)| (x_to_x * x + y_to_x * y + to_x, x_to_y * x + y_to_y * y + to_y));
    Some(Area::around(drawn)?.scaled(scale(page, RESOLUTION / 72.0)?))
}

/// What can be clicked on, on a page.
fn links(page: &Page<'_>) -> Vec<Link> {
    let Some(annotations) = page.raw().get::<Array<'_>>(&b"Annots"[..]) else { return Vec::new() };
    let annotations = annotations.iter::<Dict<'_>>().take(MOST_ANNOTATIONS);
    annotations.filter_map(|annotation| Link::of(&annotation, page)).collect()
}

/// True if the first bytes say that the file is a PDF.
pub fn is_pdf(bytes: &[u8]) -> bool {
    // Some programs put a few bytes before the header; readers look for it in the first thousand.
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    start.windows(5).any(|window| window == b"%PDF-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_the_encodings_of_texts() {
        let address = "https://qr.ksef.mf.gov.pl/ż";
        let units: Vec<u16> = address.encode_utf16().collect();
        let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            mark.iter().copied().chain(units.iter().flat_map(|unit| bytes(*unit))).collect::<Vec<u8>>()
        };
        for bytes in [
            address.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", address.as_bytes()].concat(),
            wide(b"\xFE\xFF", u16::to_be_bytes),
            wide(b"\xFF\xFE", u16::to_le_bytes),
        ] {
            assert_eq!(text_of(&bytes), address);
        }
        assert_eq!(text_of(b"\xFE\xFF\x00"), "");
    }
}
