//! Would KSeF accept this file? Every rule that a file, a date and a schema can answer, in the order of the file.
//!
//! The rules are those of [`invoice`](crate::invoice), which `sign` keeps to as well, from the same reading: a check lists
//! all that is wrong, where `sign` stops at the first, and what KSeF takes and the buyer never gets. Rules are added that no
//! single file can answer: [`Duplicates`] in a batch, its [`SessionSize`], and the deadline of a
//! [`Schedule`](crate::deadline::Schedule). Whoever has a validator ([`SchemaValidator`])
//! checks by the Ministry's schemas too: the crate `ksef-qr-scan` is one.
//!
//! ```
//! use ksef_qr::check::{Checker, Duplicates};
//! use ksef_qr::values::IssueDate;
//! use ksef_qr::Environment;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let checker = Checker::new(Environment::Prod, IssueDate::parse("2026-06-30")?);
//! let mut duplicates = Duplicates::default();
//!
//! let good = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! let mut checked = checker.check(good);
//! duplicates.check("good.xml", good, &mut checked);
//! assert!(checked.is_accepted());
//!
//! let checked = checker.check(include_bytes!("../../fixtures/invoices/bad/wrong-nip-checksum.xml"));
//! let finding = &checked.findings()[0];
//! assert_eq!(finding.code(), "nip_checksum");
//! assert_eq!(finding.position().map(|position| position.line()), Some(11));
//! # Ok(())
//! # }
//! ```
//!
//! What only KSeF knows is not judged: permissions, invoices sent earlier, its own state.

mod checker;
mod duplicates;
mod line;
mod session;

pub use checker::{Checked, Checker, SchemaValidator, Violation};
pub use duplicates::Duplicates;
pub use session::SessionSize;

pub(crate) use line::FindingLine;

pub use crate::report::Finding;
