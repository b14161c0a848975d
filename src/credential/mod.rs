//! Who signs KOD II: a certificate, its private key, and the [`Credential`] that exists only if the two belong
//! together and KSeF would accept them.
//!
//! Bytes come in, checked types go out. Nothing here opens a file, asks for a password, reads a clock or signs.

mod algorithm;
mod ber;
mod certificate;
mod certificates;
mod contents;
mod issuer;
mod legacy_pem;
mod owner;
mod password_policy;
mod pbes2;
mod pem;
mod pkcs12;
mod private_key;
mod public_key;
mod subject;
mod validity;

#[expect(clippy::module_inception, reason = "the noun of this folder, and the module that joins the others")]
mod credential;

pub use certificate::{Certificate, Purpose};
pub use certificates::{KsefCertificate, certificates};
pub use credential::{Conditions, Credential, PublicCredential, check_pair};
pub use owner::Owner;
pub use password_policy::check_password;
pub use pkcs12::Pkcs12;
pub use private_key::PrivateKey;
pub use public_key::KeyKind;
pub use subject::mask_pesel;

pub(crate) use credential::{check_dates, check_purpose};
#[cfg(feature = "register")]
pub(crate) use issuer::check as check_issuer;
pub(crate) use public_key::PublicKey;
