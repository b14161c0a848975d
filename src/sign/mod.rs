//! From facts to signed links: which context issues, and the signature of KOD II.
//!
//! An [`Issuer`] has a credential and a [`LinkSigner`]. The signer is `in_memory` (any key in memory), `deterministic` (an EC
//! key whose signatures are to repeat) or the caller's own.
//!
//! ```
//! use ksef_qr::sign::{Algorithm, SignatureEncoding, signer};
//! use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let credential = Credential::from_bytes(certificate, key, Some(password), &Conditions::new(Environment::Test, now))?;
//! let signer = signer(&credential, SignatureEncoding::Der)?;
//! let issuer = Issuer::with_signer(credential, signer);
//! let links = issuer.sign(&Invoice::read(xml)?)?;
//! assert_eq!(links.algorithm, Algorithm::Es256Der);
//! # Ok(())
//! # }
//! ```

mod context;
mod deterministic;
mod in_memory;
mod issuer;
mod link_signer;
mod new_key;

pub use context::{ContextChoice, ContextSource, IssuingFor};
pub use deterministic::deterministic_signer;
pub use in_memory::signer;
pub use issuer::{Issuer, SignedLinks};
pub use link_signer::{Algorithm, LinkSigner, SignatureEncoding};
pub use new_key::KeyType;

pub(crate) use in_memory::{QuickVerifier, random, request_signature};
pub(crate) use issuer::is_verified;
