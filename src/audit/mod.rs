//! The audit of a certificate and its key, item by item, before they are relied on: what the guides to KSeF certificates
//! tell their readers to check by hand.
//!
//! ```
//! use ksef_qr::audit::{Audit, KeyOnDisk};
//! use ksef_qr::report::Outcome;
//! use ksef_qr::credential::Certificate;
//! use ksef_qr::Environment;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let certificate = Certificate::parse(certificate)?;
//! let items = Audit::of(&certificate, Environment::Test, now)
//!     .with_key(KeyOnDisk::new(key).with_mode(Some(0o600)))
//!     .with_password(password)
//!     .with_nip("5265877635".parse()?)
//!     .items();
//! assert!(items.iter().all(|item| item.outcome() != Outcome::Fail));
//! # Ok(())
//! # }
//! ```
//!
//! Each item is a question, [`ItemName`], and the finding that answers it. What is asked of the certificate is in
//! `certificate`, what is asked of the key, its file and its password in `key`.

#[expect(clippy::module_inception, reason = "the noun of this room")]
mod audit;
mod certificate;
mod item;
mod key;

pub use audit::{Audit, KeyOnDisk};
pub use item::{Item, ItemName};
