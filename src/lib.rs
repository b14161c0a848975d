//! ksef-qr
mod error;
mod invoice;
mod values;
mod warning;

pub use error::{CODES, Error, Result};
pub use invoice::{Buyer, Form, Invoice, Party};
pub use values::{CertificateSerial, ContextId, Environment, InvoiceHash, IssueDate, KsefNumber, Nip, Rule, Rules};
pub use warning::Warning;
