//! PKCS#12 (RFC 7292): the key, its certificate and often the issuers' in one file, under a password.

mod bags;
mod derivation;
mod lock;
mod mac;
mod password;
mod sealed;
mod work;

#[expect(clippy::module_inception, reason = "the noun of this folder, and the module that joins the others")]
mod pkcs12;

pub use pkcs12::Pkcs12;

use crate::error::{Error, Kind};

/// Whatever is wrong with the structure: the library's own words are left out, they could quote a key.
fn damaged() -> Error {
    Error::new(Kind::P12Unreadable, "the PKCS#12 file is damaged or cut short")
}
