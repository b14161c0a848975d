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
//! let wanted = Wanted { environment: Environment::Test, now, owner: None, context: None };
//! let entry = register.select(&wanted)?;
//! assert_eq!(entry.name, "firm-2026");
//! # Ok(())
//! # }
//! ```
//!
//! Text comes in, entries and text go out. Nothing here opens a file: whether a certificate's file still holds what its
//! entry says is [`Entry::check`]'s to tell, once the caller has read it. A password is never in a register, only
//! where it is kept: an entry that seems to hold one is refused.

mod calendar;
mod edit;
mod entry;
mod expiry;
mod facts;
mod fields;
mod key_place;
mod password_place;
mod read;
mod select;
mod status;

pub use calendar::calendar;
pub use edit::{HEADER, add, set_status};
pub use entry::Entry;
pub use expiry::Expiry;
pub use facts::Facts;
pub use key_place::KeyPlace;
pub use password_place::PasswordPlace;
pub use read::Register;
pub use select::{Obstacle, Wanted};
pub use status::{RevocationReason, Status};
