//! Events to facts: what an invoice says, and whether KSeF would take the file.
//!
//! ```
//! use ksef_qr::invoice::{Buyer, Form, Invoice};
//! use ksef_qr::values::IssueDate;
//! use ksef_qr::Environment;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! let invoice = Invoice::read(xml)?;
//! assert_eq!((invoice.form(), invoice.number()), (Form::Fa3, "FV/2026/06/001"));
//! assert_eq!(invoice.seller().as_str(), "5265877635");
//! assert!(matches!(invoice.buyer(), Buyer::Nip(_)));
//!
//! let warnings = invoice.review(Environment::Prod, IssueDate::parse("2026-06-01")?)?;
//! assert_eq!(warnings[0].code(), "issue_date_in_future");
//! # Ok(())
//! # }
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `form` | the five forms, and where each keeps its fields: a new form or field begins here |
//! | `texts` | the texts of those fields, gathered from the events of `xml` |
//! | `build` | texts to an [`Invoice`], each checked |
//! | `delivery` | whether it reaches its buyer |
//! | `read` | bytes to an [`Invoice`], or to all that is wrong with them |
//! | `file_kind` | what a file is that is no XML, by its first bytes |
//! | `rules` | what an environment and a day add to that |
//! | `field_positions` | where a field stands, once there is a fault to point at |
//!
//! Knows no file, no clock and no environment: what depends on those is [`Invoice::review`]'s, which is given them.

mod build;
mod delivery;
mod fault;
mod field_positions;
mod file_kind;
mod form;
#[expect(clippy::module_inception, reason = "the noun of this room")]
mod invoice;
mod party;
mod printed;
mod read;
mod rules;
mod texts;

pub use form::Form;
pub use invoice::Invoice;
pub use party::{Buyer, Party, ThirdParty};

pub(crate) use fault::Fault;
pub(crate) use file_kind::FileKind;
pub(crate) use read::Examination;
#[cfg(any(test, fuzzing))]
pub(crate) use texts::TextReader;
