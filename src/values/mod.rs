//! The values that KSeF works with: each a type that is checked when it is made, and never again.
//!
//! ```
//! use ksef_qr::values::{ContextId, InvoiceHash, KsefNumber, Nip};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let nip = Nip::parse("5265877635")?;
//! assert!(nip.has_valid_checksum());
//! assert_eq!(ContextId::nip(nip).to_string(), "Nip:5265877635");
//!
//! let number = KsefNumber::parse("5265877635-20250826-0100001AF629-AF")?;
//! assert_eq!(number.seller(), nip);
//!
//! let hash = InvoiceHash::of(b"<root>test</root>");
//! assert_eq!((hash.base64url().len(), hash.base64().len()), (43, 44));
//! # Ok(())
//! # }
//! ```

mod base64url;
mod context;
mod day;
mod environment;
mod eu_vat_number;
mod hash;
mod issue_date;
mod ksef_number;
mod nip;
mod polish_letter;
mod rule;
mod serial;
mod written_number;

pub use context::ContextId;
pub use day::Day;
pub use environment::Environment;
pub use hash::InvoiceHash;
pub use issue_date::IssueDate;
pub use ksef_number::KsefNumber;
pub use nip::Nip;
pub use polish_letter::without_polish_mark;
pub use rule::{Rule, Rules};
pub use serial::CertificateSerial;
pub use written_number::{NumberForm, WrittenNumber};

pub(crate) use base64url::push_base64url;
