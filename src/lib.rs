//! ksef-qr
mod error;
mod invoice;
mod link;
mod values;
mod warning;

pub use error::{CODES, Error, Result};
pub use invoice::{Buyer, Form, Invoice, Party};
pub use link::{Kod1, Kod2, Link, UnsignedKod2};
pub use values::{CertificateSerial, ContextId, Environment, InvoiceHash, IssueDate, KsefNumber, Nip, Rule, Rules};
pub use warning::Warning;
