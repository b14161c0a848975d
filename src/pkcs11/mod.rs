//! Keys that never leave a token or an HSM, by its maker's PKCS#11 library.
//!
//! A [`TokenUri`] says where the key is. With the feature `pkcs11` a `Token` is found by it, unlocked by its PIN, and
//! gives a `LinkSigner`, which `Issuer::with_outside_key` takes.
//!
//! ```
//! use ksef_qr::pkcs11::TokenUri;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let uri: TokenUri = "pkcs11:token=firm;object=offline?module-path=/usr/lib/softhsm/libsofthsm2.so".parse()?;
//! assert_eq!((uri.token(), uri.object()), (Some("firm"), Some("offline")));
//! # Ok(())
//! # }
//! ```

mod uri;

#[cfg(feature = "pkcs11")]
mod fault;
#[cfg(feature = "pkcs11")]
mod sessions;
#[cfg(feature = "pkcs11")]
mod signer;
#[cfg(feature = "pkcs11")]
mod token;
#[cfg(feature = "pkcs11")]
mod token_key;

pub use uri::TokenUri;

#[cfg(feature = "pkcs11")]
pub use token::Token;
#[cfg(feature = "pkcs11")]
pub use token_key::TokenKey;
