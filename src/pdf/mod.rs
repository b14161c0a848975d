//! Codes onto PDFs that exist.
//!
//! A PDF is read as its cross-references describe it, object by object as they are needed; what is new is
//! appended as an incremental update (ISO 32000-1, 7.5.6). A damaged one is written anew first, if that is asked for. Else the file that was given stays, byte for byte, the
//! beginning of the file that is made: signatures still verify for the revision that they signed; tags, attachments,
//! metadata and the identification as PDF/A stay. It reads no clock and draws no random numbers: the same input gives the same bytes.
//!
//! Codes, labels and written links are one form per document, drawn in black and white without transparency, the text in
//! an embedded font, marked as an artifact. Over each code lies a link annotation with its address as description. In a
//! tagged PDF (PDF/UA) these annotations are not part of the structure, which strict checkers of PDF/UA report.
//!
//! | room | holds |
//! |---|---|
//! | `document` | where objects lie, how they are read, unpacked and followed |
//! | `encryption` | what they are encrypted with |
//! | `page` | the pages, how they lie before the reader, what they draw, and where there is ink |
//! | `text` | what the pages say, for who wants to know whose they are |
//! | `stamp` | what is to be drawn, a free place for it, who has signed, the update |
//!
//! ```
//! use ksef_qr::pdf::{Corner, Original, Stamp};
//! use ksef_qr::{Code, EccLevel, Label};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let bytes = include_bytes!("../../fixtures/pdf/blank.pdf").to_vec();
//! let code = Code::new("https://qr.ksef.mf.gov.pl/", Label::OFFLINE, EccLevel::M)?;
//! let stamp = Stamp::default().corner(Corner::TopRight).distance_mm(15.0, 15.0);
//! let stamped = Original::read(bytes, None)?.stamp(&[code], &stamp)?;
//! assert_eq!(stamped.pages, [1]);
//! # Ok(())
//! # }
//! ```
//!
//! This module knows no files and no invoices.

mod document;
mod embedded;
mod encryption;
mod original;
mod page;
pub mod remedy;
mod repair;
mod settings;
mod stamp;
mod text;

pub use embedded::Embedded;
pub use original::Original;
pub use settings::{Anchor, Arrangement, Corner, Occupied, PageDrawer, Pages, Size, Stamp};
pub use stamp::{NewPage, Stamped, StampedPlace};
pub use text::PageText;
