//! Who signs KOD II: a certificate, its private key, and the [`Credential`] that exists only if the two belong
//! together and KSeF would accept them.
//!
//! Bytes come in, checked types go out. Nothing here opens a file, asks for a password, reads a clock or signs.
//!
//! | file | turns | into |
//! |---|---|---|
//! | `format/` | bytes | the objects of a file, recognised by their structure |
//! | `certificate/` | a certificate, DER | a [`Certificate`] |
//! | `certificate_file` | a chain, a bundle, an answer of the API | its [`KsefCertificate`]s |
//! | `key_file` | | a file that is open, or locked by a password |
//! | `private_key/`, `pkcs12/` | a file | a [`KeyFile`] with a [`PrivateKey`], a [`Pkcs12`] in it |
//! | `credential` | a certificate and its key | a [`Credential`] |
//!
//! ```
//! use ksef_qr::credential::{Certificate, Conditions, Credential, KeyFile, PrivateKey, Purpose};
//! use ksef_qr::Environment;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let certificate = Certificate::parse(certificate)?;
//! assert_eq!(certificate.purpose(), Purpose::Offline);
//!
//! let key = match PrivateKey::read(key)? {
//!     KeyFile::Open(key) => key,
//!     KeyFile::Locked(locked) => locked.open(password)?,
//! };
//! // Refuses a key of another certificate, and a certificate that is not valid now.
//! let credential = Credential::new(certificate, key, &Conditions::new(Environment::Test, now))?;
//! assert!(credential.warnings().is_empty());
//! # Ok(())
//! # }
//! ```

mod certificate;
mod certificate_file;
mod format;
mod open_or_locked;
mod pkcs12;
mod private_key;
mod public_key;

#[expect(clippy::module_inception, reason = "the noun of this folder, and the module that joins the others")]
mod credential;

pub use certificate::{Certificate, Owner, Purpose, mask_pesel};
pub use certificate_file::{KsefCertificate, certificates, read_certificates};
pub use credential::{Conditions, Credential, PublicCredential, check_pair};
pub use open_or_locked::{KeyFile, Locked};
pub use pkcs12::Pkcs12;
pub use private_key::{PrivateKey, check_password};
pub use public_key::KeyKind;

#[cfg(feature = "register")]
pub(crate) use certificate::check_issuer;
pub(crate) use credential::{check_dates, check_purpose};
pub(crate) use public_key::PublicKey;
