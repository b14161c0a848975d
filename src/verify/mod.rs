//! Verification of a code, the inverse of signing: a link and what is at hand, to a report that says what is right, what is
//! wrong and what only KSeF knows.
//!
//! ```
//! use ksef_qr::credential::Certificate;
//! use ksef_qr::verify::{Outcome, Verifier};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml").to_vec();
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let verifier = Verifier::new(now)
//!     .with_invoice("invoice.xml", xml)
//!     .with_certificate("firm.crt", Certificate::parse(certificate)?);
//! let report = verifier.link("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/2026-06-15/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo");
//! assert!(report.has_failed());
//! assert_eq!(report.check("date_iso").unwrap().message(), "the date is \"2026-06-15\": the year stands first");
//! assert_eq!(report.check("invoice_digest").unwrap().outcome(), Outcome::Ok);
//! # Ok(())
//! # }
//! ```
//!
//! | room | looks at |
//! |---|---|
//! | `link` | how a link is spelled, and what it says |
//! | `invoice` | a link beside the invoices at hand: digest, seller, date |
//! | `signature` | the signature of KOD II beside the certificates at hand |
//! | `book` | a link beside the book of invoices (feature `book`) |
//! | `manifest` | what a line of a manifest says beside its links |
//! | `told` | what else the line says, beside its invoice |
//! | `redraw` | a picture beside what this program draws for its link |
//!
//! Each thing that can be wrong has a code, a row in the registry of codes (`error/verify_code.rs`).
//!
//! Public keys only, no file, no clock, no network; a book is asked if there is one ([`Verifier::with_book`]). Nothing that KSeF alone knows is implied: whether the invoice
//! arrived, whether the certificate was revoked, whether its owner may issue in the context. Each of these is listed as
//! not checked.

#[cfg(feature = "book")]
mod book;
mod invoice;
mod line;
mod link;
mod manifest;
mod redraw;
mod report;
mod signature;
mod told;
mod verifier;

pub use line::ReportLine;
pub use link::facts::CodeKind;
pub use manifest::{ManifestCodes, ManifestEntry, ManifestPicture};
pub use redraw::Redraw;
pub use report::{Check, Report, ReportSubject};
pub use verifier::{LinksTogether, Verifier};

pub use crate::error::CHECKS;
pub use crate::report::Outcome;
