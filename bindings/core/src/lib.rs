//! What every binding of ksef-qr stands on: calls that take bytes and options and give bytes and JSON, from memory to memory.
//!
//! A binding is thin over this crate: it turns the values of its language into those of [`File`] and options (one object of
//! JSON), and an [`Answer`] back. Options are named as in the service; the lines of an answer are those of `docs/contracts.md`.
//!
//! | module | turns | into |
//! |---|---|---|
//! | `answer` | what came of a call | lines of JSON, and pictures and documents beside them |
//! | `options` | JSON | settings of the library; what is unknown is refused |
//! | `issuer` | certificates and keys, or a register | an [`Issuer`] |
//! | `book` | an address | a [`Book`] |
//! | `make` | invoices, an issuer | codes and documents, over all processors |
//! | `look` | invoices, links, dates, numbers | what is right and wrong about them |
//!
//! # Invariants
//!
//! - Nothing is global: all that is kept is in an [`Issuer`] or a [`Book`]. Both are shared by any number of threads.
//! - No call panics: what the library does not foresee comes out as the error `internal`.
//! - A file is read where a path is given, for certificates, keys, registers and books, and nowhere else. Nothing is written but the
//!   book.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answer;
mod book;
mod issuer;
mod look;
mod make;
mod options;

pub use answer::{Answer, Item, Status};
pub use book::Book;
pub use issuer::Issuer;
pub use ksef_qr::{Error, Result};
pub use look::{check, deadline, draw, number, verify};
pub use make::{File, confirm, link, sign, stamp};

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does `work`, and turns a panic into the error `internal`: no panic crosses into another language.
///
/// # Errors
/// Those of the work, and `internal`.
pub fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ksef_qr::error::ErrorKind::Internal, "the library failed in a way that it does not foresee"))
    })
}

#[cfg(test)]
mod tests;
