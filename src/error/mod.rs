//! What can go wrong, and the one registry of the codes that say so: of errors, of warnings, and of what `verify` finds.

mod check_code;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod error;
mod warning;

pub use check_code::CHECKS;
pub use error::{CODES, Error, Result};
pub use warning::Warning;

pub(crate) use check_code::Code as CheckCode;
pub(crate) use error::Kind;
