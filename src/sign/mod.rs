//! From facts to signed links: which context issues, and the signature of KOD II.
//!
//! An [`Issuer`] has a credential and a [`LinkSigner`]. The signer is `aws` (any key in memory), `deterministic` (an EC
//! key whose signatures are to repeat) or the caller's own.

mod aws;
mod context;
mod deterministic;
mod issuer;
mod link_signer;
mod new_key;

pub use aws::signer;
pub use context::{ContextChoice, ContextSource};
pub use deterministic::deterministic_signer;
pub use issuer::{Issuer, SignedLinks};
pub use link_signer::{Algorithm, LinkSigner, SignatureEncoding};
pub use new_key::KeyType;

pub(crate) use aws::{random, request_signature};
