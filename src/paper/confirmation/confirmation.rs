use std::ops::RangeInclusive;

use super::content::Content;
use super::facts::ConfirmationFacts;
use super::paper_format::{Format, QrBy, Roll};
use super::{escpos, pdf, zpl};
use crate::error::Result;
use crate::paper::language::Language;
use crate::render::Code;

/// The confirmation of a transaction ("potwierdzenie transakcji"): what a buyer gets at the till in place of an invoice that
/// is issued offline and is not in KSeF yet.
///
/// It is voluntary, and no invoice, which its first lines say. It names the invoice, carries its codes with their links, and
/// tells what the buyer types in to download the invoice from KSeF: its number, the buyer's identifier or that there is
/// none, and the total (Podręcznik KSeF 2.0, part II, 1.6.6 and 5.5). Whether an invoice may be confirmed in this way is not
/// decided here.
///
/// Texts of any length and in any letters are taken. Long ones are broken into lines; letters that are missing from the
/// font or from the printer's code page are replaced, visibly.
pub struct Confirmation<'a> {
    content: Content<'a>,
    language: Language,
    number: &'a str,
}

impl<'a> Confirmation<'a> {
    /// How wide the labels of label printers may be, in millimetres.
    pub const LABEL_WIDTH_MM: RangeInclusive<u32> = zpl::WIDTH_MM;

    /// Puts together what it says. The codes are KOD I and KOD II, or KOD I alone; they are told apart by their links.
    pub fn new(facts: &ConfirmationFacts<'a>, codes: &'a [Code], language: Language) -> Self {
        Self { content: Content::new(facts, codes, language), language, number: facts.number }
    }

    /// Writes a PDF 1.7: vector codes, clickable, text in an embedded font, no date.
    ///
    /// On A4 and A5 the codes stand side by side, with modules of 0.7 mm if there is room, on as many pages as the text
    /// takes. A receipt has one page, as long as what stands on it; its codes stand one under the other, with modules of
    /// four dots (1/203 inch, so 0.5 mm), or fewer if the code would not fit: an RSA-signed KOD II has three on a 58 mm roll.
    pub fn pdf(&self, format: Format) -> Vec<u8> {
        let title = format!("{} – {}", self.content.title, self.number);
        pdf::write(&self.content, &title, self.language, format)
    }

    /// Writes the bytes that a receipt printer takes: ESC/POS as Epson documents it, 203 dpi, text in code page 852.
    ///
    /// The sequences are the initialisation, `ESC t 18`, `ESC a`, `ESC E`, `GS v 0` (raster) or `GS ( k` (the printer's own
    /// QR code, model 2), and `GS V 66`, which cuts. Letters that the code page lacks become the closest ASCII letter
    /// or `?`.
    pub fn escpos(&self, roll: Roll, qr: QrBy) -> Vec<u8> {
        escpos::write(&self.content, roll, qr)
    }

    /// Writes a label for a ZPL printer of 203 dpi that is `width_mm` wide ([`LABEL_WIDTH_MM`](Self::LABEL_WIDTH_MM)), and as long as
    /// it has to be.
    ///
    /// Text is UTF-8 (`^CI28`) in the printer's scalable font, codes are raster (`^GFA`) or the printer's own (`^BQ`).
    /// Which letters are printed depends on the printer's font.
    ///
    /// # Errors
    /// `setting_malformed` for another width.
    pub fn zpl(&self, width_mm: u32, qr: QrBy) -> Result<String> {
        zpl::write(&self.content, width_mm, qr)
    }
}
