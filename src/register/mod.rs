//! The register: what somebody who looks after certificates has to know of each, in one file that people read and
//! compare, and that says which certificate signs today.
//!
//! ```
//! use ksef_qr::Environment;
//! use ksef_qr::register::{Register, Wanted};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let text = include_str!("../../fixtures/register/pair.toml");
//! # let now = "2026-06-30T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
//! let register = Register::parse(text)?;
//! let entry = register.select(&Wanted::new(Environment::Test, now))?;
//! assert_eq!(entry.name, "firm-2026");
//! # Ok(())
//! # }
//! ```
//!
//! Text comes in, entries and text go out. Nothing here opens a file: whether a certificate's file still holds what its
//! entry says, [`Entry::check`] finds out, once the caller has read it. A password is never in a register, only where
//! it is kept: an entry that seems to hold one is refused.

mod calendar;
mod edit;
mod entry;
mod expiry;
mod facts;
mod fields;
mod roster;
mod select;
mod status;
mod succession;

#[expect(clippy::module_inception, reason = "the noun of this folder, which the others add to")]
mod register;

pub use calendar::calendar;
pub use edit::{HEADER, add, add_all, set_status};
pub use entry::{Entry, KeyPlace, PasswordPlace, SignsFor};
pub use expiry::Expiry;
pub use facts::Facts;
pub use register::Register;
pub use roster::Roster;
pub use select::{Obstacle, Wanted};
pub use status::{RevocationReason, Status};
pub use succession::{Signing, Succession};
