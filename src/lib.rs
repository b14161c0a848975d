//! ksef-qr
mod error;
mod values;

pub use error::{CODES, Error, Result};
pub use values::{CertificateSerial, ContextId, Environment, InvoiceHash, IssueDate, KsefNumber, Nip, Rule, Rules};
