//! Settings that several commands have.

mod book;
mod codes;
mod pictures;
mod run;
mod secret;
mod signing;
mod when;

pub use book::BookPlace;
pub use codes::{Codes, KsefNumbers, NO_SOURCE};
pub use pictures::Pictures;
pub use run::{Run, is_single, jobs, sources, without_source};
pub use secret::{SecretSource, VARIABLE};
pub use signing::{RegisterChoice, Signature, Signing, SigningKey};
pub use when::When;
