//! Certificates, keys and passwords by the paths of their files: each is read once, within limits, and opened with a password only
//! if it is locked.
//!
//! | file | holds |
//! |---|---|
//! | `secret` | [`Secret`]: a password or a PIN, from a file or a variable |
//! | `open` | [`read_key_file`], [`open`](open()) and what they lead to |
//! | `entry` | [`RegisterFile`], [`issuer_of`]: an entry of a register to who signs |
//!
//! ```
//! use ksef_qr::Result;
//! use ksef_qr::key_files::{Secret, private_key};
//!
//! # fn main() -> Result<()> {
//! # let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys");
//! # let (key, password) = (format!("{keys}/offline-ec.fast.key"), format!("{keys}/password.txt"));
//! let key = private_key(key.as_ref(), |_| Secret::from_file(password.as_ref()).map(Some))?;
//! # drop(key);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "register")]
mod entry;
mod open;
mod secret;

#[cfg(feature = "register")]
pub use entry::{RegisterFile, issuer_of};
pub use open::{open, pkcs12_pair, private_key, read_key_file};
pub use secret::{EXTENSIONS, Secret};
