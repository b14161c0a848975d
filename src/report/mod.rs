//! One model for "what was looked at, and what came of it", whoever looks.
//!
//! | who | asks | says |
//! |---|---|---|
//! | `check` | would KSeF take this file? | a [`Finding`] for each thing that is wrong or should be looked at |
//! | `verify` | is this code right? | a `Check` for each thing, right or wrong |
//! | `audit` | may this certificate be relied on? | an `Item` for each of its questions |
//! | whoever has a number | is it one of KSeF? | a [`NumberReport`] |
//!
//! A check is a finding by another name; an item is a question and the finding that answers it. So a program that shows
//! one of them shows all:
//!
//! ```
//! use ksef_qr::check::Checker;
//! use ksef_qr::report::{Finding, Outcome};
//! use ksef_qr::verify::Verifier;
//! use ksef_qr::values::IssueDate;
//! use ksef_qr::Environment;
//!
//! fn show(findings: &[Finding]) -> Vec<String> {
//!     let wrong = findings.iter().filter(|finding| finding.outcome() == Outcome::Fail);
//!     wrong.map(|finding| format!("{} [{}]", finding, finding.code())).collect()
//! }
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let xml = include_bytes!("../../fixtures/invoices/bad/wrong-nip-checksum.xml");
//! let checker = Checker::new(Environment::Prod, IssueDate::parse("2026-06-30")?);
//! let shown = show(checker.check(xml).findings());
//! assert_eq!(shown, ["line 11, column 7: the check digit of the seller's NIP 5265877636 is wrong [nip_checksum]"]);
//!
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let report = Verifier::new(now).link("http://qr.ksef.mf.gov.pl");
//! assert!(show(&report.checks)[0].ends_with("[scheme_http]"));
//! # Ok(())
//! # }
//! ```

mod finding;
mod number;
mod position;

pub use finding::{Finding, Outcome};
pub use number::NumberReport;
pub use position::Position;

pub(crate) use finding::{Topic, quoted};
