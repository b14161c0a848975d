//! Documents of our own: codes on sheets of labels, and the confirmation of a transaction.
//!
//! - [`Sheet`]: any number of codes on A4, for labels, written as they come.
//! - [`Confirmation`]: what a buyer gets in place of an offline invoice ("potwierdzenie transakcji"), as PDF for A4, A5 and
//!   receipt rolls, as ESC/POS for receipt printers and as ZPL for label printers.
//!
//! Nothing here reads a clock or a file, and the same input gives the same bytes.
//!
//! ```
//! use ksef_qr::paper::{CodeOnPaper, Confirmation, ConfirmationFacts, Format, Language};
//! use ksef_qr::deadline::Mode;
//! use ksef_qr::{EccLevel, Invoice, Label, Symbol};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! # let kod1 = "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
//! let invoice = Invoice::read(xml)?;
//! let facts = ConfirmationFacts { mode: Some(Mode::Offline24), ..ConfirmationFacts::of(&invoice) };
//! let symbol = Symbol::encode(kod1, EccLevel::default())?;
//! let codes = [CodeOnPaper { symbol: &symbol, label: &Label::OFFLINE, url: kod1 }];
//! let confirmation = Confirmation::new(&facts, &codes, Language::Polish);
//! assert!(confirmation.pdf(Format::A4).starts_with(b"%PDF-1.7"));
//! # Ok(())
//! # }
//! ```

mod canvas;
mod confirmation;
mod confirmation_pdf;
mod content;
mod cp852;
mod document;
mod escpos;
mod facts;
mod format;
mod grid;
mod language;
mod lines;
mod raster;
mod sheet;
#[cfg(test)]
mod tests;
mod words;
mod zpl;

pub use confirmation::Confirmation;
pub use facts::ConfirmationFacts;
pub use format::{Format, QrBy, Roll};
pub use grid::Grid;
pub use language::Language;
pub use sheet::Sheet;

use crate::qr::{QUIET_ZONE, Symbol};
use crate::render::Label;

/// A code, what stands under it, and the link it holds.
#[derive(Clone, Copy, Debug)]
pub struct CodeOnPaper<'a> {
    /// The code.
    pub symbol: &'a Symbol,
    /// The text under it: `OFFLINE` or the KSeF number under KOD I, `CERTYFIKAT` under KOD II.
    pub label: &'a Label,
    /// The link, which can be clicked on.
    pub url: &'a str,
}

impl CodeOnPaper<'_> {
    /// The side in modules, with the quiet zone.
    fn side(&self) -> f64 {
        (self.symbol.size() + 2 * QUIET_ZONE) as f64
    }
}
