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
mod earlier;
mod edit;
mod folder;
mod input;
mod journal;
mod lock;
mod manifest;
mod names;
mod numbers;
mod output;
mod pairing;
mod pipeline;
mod place;
mod sink;
mod source;
mod worker;

pub use archive::{Entry, entries};
pub use edit::edit_file;
pub use folder::{write_file, write_new_file, write_secret_file};
pub use input::Input;
pub use manifest::{Code, Done, Kept, Outcome, Picture, Record, Sending, SignedCode, Summary};
pub use numbers::Numbers;
pub use output::{Existing, Manifest, Output};
pub use pipeline::{Batch, Interrupt, Observer};
pub use source::Source;
pub use worker::{Drawing, Task};
