//! Documents of our own: codes on sheets of labels, and the confirmation of a transaction.
//!
//! - [`Sheet`]: any number of codes on A4, for labels, written as they come.
//! - [`Confirmation`]: what a buyer gets in place of an offline invoice ("potwierdzenie transakcji"), as PDF for A4, A5 and
//!   receipt rolls, as ESC/POS for receipt printers and as ZPL for label printers.
//! - [`Printout`]: the invoice itself.
//! - [`CodePage`]: the page that is added to a PDF whose own pages have no place for the codes.
//!
//! Nothing here reads a clock or a file, and the same input gives the same bytes.
//!
//! ```
//! use ksef_qr::paper::{Confirmation, ConfirmationFacts, Format, Language};
//! use ksef_qr::deadline::Mode;
//! use ksef_qr::{Code, EccLevel, Invoice, Label};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! # let kod1 = "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
//! let invoice = Invoice::read(xml)?;
//! let facts = ConfirmationFacts::of(&invoice).mode(Mode::Offline24);
//! let codes = [Code::new(kod1, Label::OFFLINE, EccLevel::default())?];
//! let confirmation = Confirmation::new(&facts, &codes, Language::Polish);
//! assert!(confirmation.pdf(Format::A4).starts_with(b"%PDF-1.7"));
//! # Ok(())
//! # }
//! ```

mod canvas;
mod confirmation;
mod document;
mod flow;
mod grid;
mod language;
mod printout;
mod sheet;

pub use confirmation::{CodePage, Confirmation, ConfirmationFacts, Format, QrBy, Roll};
pub use grid::Grid;
pub use language::Language;
pub use printout::{Colour, Languages, Logo, Look, PrintedInvoice, Printout};
pub use sheet::Sheet;
