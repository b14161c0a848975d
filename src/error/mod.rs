//! What can go wrong, and the one registry of the codes that say so.
//!
//! An [`Error`] refuses, a [`Warning`] lets pass; each has a kind, which a program compares, and a stable code, which
//! stands in manifests and reports. [`explain`] says what a code means and what to do about it; so does
//! `docs/codes.md`. A new code is a row in `kind.rs`, `warning.rs` or `verify_code.rs`; a new question
//! of an audit is one in `registry.rs`.
//!
//! ```
//! use ksef_qr::Invoice;
//! use ksef_qr::error::ErrorKind;
//!
//! let error = Invoice::read(b"\xEF\xBB\xBF<Faktura/>").unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::ByteOrderMark);
//! assert_eq!(error.code(), "byte_order_mark");
//! assert!(error.is_invoice(), "the next invoice may be signed");
//! assert_eq!(error.hint(), "KSeF refuses a byte order mark. Export without it.");
//! ```

mod callers_hints;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod error;
mod kind;
mod registry;
mod verify_code;
mod warning;

pub use callers_hints::Hints;
pub use error::{Error, Result};
pub use kind::{CODES, ErrorGroup, ErrorKind};
pub use registry::{Class, Explanation, explain, explanations};
pub use verify_code::CHECKS;
pub use warning::{Warning, WarningKind};

/// As the rooms say it, who name it on every other page.
pub(crate) use kind::ErrorKind as Kind;
pub(crate) use verify_code::CheckCode;
