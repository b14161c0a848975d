//! PKCS#12 (RFC 7292): the key, its certificate and often the issuers' in one file, under a password.

mod asn1;
mod bags;
mod budget;
mod decrypt;
mod derivation;
mod mac;
mod password;
mod sealed;

#[expect(clippy::module_inception, reason = "the noun of this folder, and the module that joins the others")]
mod pkcs12;

pub use pkcs12::Pkcs12;
