//! Many invoices: sources to workers to one sink, in the order they came.
//!
//! ```text
//! source ──jobs──▶ workers (read, sign, draw, write aside) ──records──▶ sink (manifest in order, then pictures in place)
//!    ▲                                                                       │
//!    └──────────────────────────── tickets ◀─────────────────────────────────┘
//! ```
//!
//! A job needs a ticket, and the sink gives it back once the record is written: however long the batch, only
//! as many invoices are in memory as there are tickets. This is the only module that writes files.

mod archive;
mod codes;
#[cfg(feature = "pdf")]
mod confirming;
mod document;
mod earlier;
mod edit;
mod folder;
mod handing;
mod input;
mod journal;
mod line;
mod lock;
mod manifest;
mod names;
mod numbers;
mod output;
mod pair_table;
mod pairing;
mod pairs;
mod pipeline;
mod place;
#[cfg(feature = "pdf")]
mod sheet;
mod shelf;
mod sink;
mod source;
#[cfg(feature = "pdf")]
mod stamping;
mod task;
mod worker;

pub use archive::{Entry, entries};
pub use codes::Codes;
#[cfg(feature = "pdf")]
pub use confirming::{Confirming, Printer};
pub use document::{Content, Document, Draft, Made, PdfSource};
pub use edit::edit_file;
pub use folder::{remove_secret_file, write_file, write_new_file, write_secret_file};
pub use input::Input;
pub use manifest::{Code, DocumentRecord, Done, Kept, Outcome, Picture, Record, Sending, SignedCode, Summary};
pub use numbers::Numbers;
pub use output::{Existing, Manifest, Output};
pub use pairs::Pdfs;
pub use pipeline::{Batch, Interrupt, Observer};
pub use source::Source;
#[cfg(feature = "pdf")]
pub use stamping::Stamping;
pub use task::{Drawing, Task};
