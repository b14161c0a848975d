use cryptoki::error::{Error as Pkcs11Error, RvError};

use crate::error::{Error, Kind};

/// What a token's library says, in our words. PINs are no part of it.
pub(super) fn fault(doing: &str, error: Pkcs11Error) -> Error {
    let (kind, found) = match &error {
        Pkcs11Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => {
            (Kind::PinWrong, "the PIN is wrong".to_owned())
        }
        Pkcs11Error::Pkcs11(RvError::PinLocked, _) => (Kind::PinLocked, "the token's PIN is locked".to_owned()),
        Pkcs11Error::Pkcs11(RvError::PinExpired, _) => {
            (Kind::PinWrong, "the token's PIN has expired and must be changed".to_owned())
        }
        Pkcs11Error::Pkcs11(value, _) => (Kind::TokenFailed, format!("the token answers {value:?}")),
        Pkcs11Error::LibraryLoading(_) => (Kind::TokenModule, "the PKCS#11 library cannot be loaded".to_owned()),
        other => (Kind::TokenFailed, format!("the PKCS#11 library does not do as it should: {other}")),
    };
    Error::new(kind, format!("{found} ({doing})")).caused_by(error)
}
