//! The record of a run: one JSON object a line. A contract with other programs: fields are added, never changed.
//!
//! ```text
//! Record ──to_line──▶ ManifestLine ──▶ file ──▶ Lines ──▶ ManifestLine ──▶ EarlierRecord   (sign --resume, stamp --codes)
//!                                                   └────▶ what verify compares
//! ```
//!
//! A field stands once, in `line`, where it is written and read. What was made is a [`Record`]; what a later run finds is
//! an [`EarlierRecord`]. Which names the files have that a line names is decided in
//! `file_names`.
//!
//! ```
//! use ksef_qr::manifest::Lines;
//!
//! let manifest = b"{\"type\":\"summary\",\"signed\":0}\n{\"type\":\"su";
//! let mut lines = Lines::new(&manifest[..]);
//! assert!(!lines.next_line()?.unwrap().is_cut_short());
//! assert!(lines.next_line()?.unwrap().is_cut_short());
//! assert!(lines.next_line()?.is_none());
//! # Ok::<(), std::io::Error>(())
//! ```

mod borrowed_text;
mod codes;
mod file_names;
mod known_codes;
mod line;
mod lines;
mod read;
mod record;
mod summary;
mod write;

pub use codes::{CodeRecord, Picture, Signature, SignedCode};
pub use known_codes::KnownCodes;
pub use lines::{LONGEST_LINE, Lines, RawLine};
pub use record::{CodesPlace, DocumentRecord, Done, EarlierRecord, InvoiceOutcome, Kept, Record, Sending};
pub use summary::{CertificateCount, Summary};

pub(crate) use codes::{InvoiceLinks, LabelledLink, SignedLink};
pub(crate) use file_names::{DOCUMENT_ENDINGS, FileNames, TakenNames};
pub(crate) use known_codes::of_another_invoice;
pub(crate) use line::{CodeLine, DocumentLine, InvoiceLine, ManifestLine};
pub(crate) use lines::{Extent, LINE_START};
