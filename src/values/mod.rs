//! The words of KSeF: each a type that is checked when it is made, and never again.

mod context;
mod date;
mod day;
mod environment;
mod hash;
mod ksef_number;
mod nip;
mod rule;
mod serial;

pub use context::ContextId;
pub use date::IssueDate;
pub use day::Day;
pub use environment::Environment;
pub use hash::InvoiceHash;
pub use ksef_number::KsefNumber;
pub use nip::Nip;
pub use rule::{Rule, Rules};
pub use serial::CertificateSerial;
