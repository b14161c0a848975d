//! Many invoices: sources to workers to one sink, in the order they came.
//!
//! ```text
//! input ──jobs──▶ workers (read, sign, draw, write aside) ──records──▶ sink (manifest in order, then pictures in place)
//!    ▲                                                                  │
//!    └─────────────────────────── tickets ◀─────────────────────────────┘
//! ```
//!
//! A job needs a ticket, and the sink gives it back once the record is written: however long the batch, only
//! as many invoices are in memory as there are tickets. This is the only module that writes what users keep.
//!
//! | folder | what for |
//! |---|---|
//! | `input` | files, folders, archives, lists and tables: one invoice after the other |
//! | `document` | what is made around the codes: stamped PDFs, confirmations |
//! | `comparison` | whether a PDF shows the invoice whose codes it is to get |
//! | `output` | the folder or archive of pictures, and the manifest |
//! | `observers` | who watches a run, and warns at its end |
//! | `run` | the threads, and the stages of one invoice |
//!
//! ```no_run
//! use ksef_qr::batch::{Batch, CodeSource, Interrupt, Numbers, Observer, Output, Source};
//! use ksef_qr::manifest::Record;
//! use ksef_qr::values::IssueDate;
//! use ksef_qr::Environment;
//!
//! struct Names;
//!
//! impl Observer for Names {
//!     fn record(&mut self, record: &Record) {
//!         println!("{}", record.input);
//!     }
//! }
//!
//! let codes = CodeSource::Link { environment: Environment::Test, numbers: Numbers::None };
//! let today = IssueDate::today(std::time::SystemTime::now());
//! let mut batch = Batch::new(vec![Source::Path("in".into())], codes, Output::at("out".into()), today);
//! batch.drawing.formats.clear();
//! let summary = batch.run(&Interrupt::new(), &mut Names)?;
//! println!("{} linked, {} refused", summary.linked, summary.refused);
//! # Ok::<(), ksef_qr::Error>(())
//! ```

#[cfg(feature = "book")]
mod bookkeeping;
mod code_source;
#[cfg(feature = "pdf")]
mod comparison;
mod document;
mod input;
mod observers;
mod output;
mod run;
mod settings;

#[cfg(feature = "book")]
pub use bookkeeping::Bookkeeping;
pub use code_source::{CodeSource, Issuers, Numbers};
#[cfg(feature = "pdf")]
pub use comparison::Mismatch;
#[cfg(feature = "pdf")]
pub use document::{Confirming, Printer, Printing, Stamping};
pub use document::{Content, Document, Draft, Made, PdfSource};
pub use input::{ArchiveEntry, Input, InvoiceFile, Pdfs, Source, entries, entries_of_kinds};
pub use observers::{Observer, Unchanged};
pub use output::{Existing, Manifest, Output};
pub use run::Interrupt;
pub use settings::{Admission, Batch, Drawing};
