use pkcs8::der::asn1::AnyRef;
use pkcs8::der::oid::db::rfc5911;
use pkcs8::der::{self, Decode as _, Reader as _};
use zeroize::Zeroizing;

use super::asn1::{content_info, damaged, data, each, encrypted_data};
use super::bags::Bags;
use super::budget::Budget;
use super::decrypt::decrypt;
use super::mac::Mac;
use super::password::Password;
use crate::credential::format::ber;
use crate::error::{Error, Kind, Result};

/// A file that is not opened yet: its contents, and the MAC over them.
pub(super) struct Sealed<'a> {
    contents: &'a [u8],
    mac: Mac<'a>,
}

impl<'a> Sealed<'a> {
    /// Reads a `PFX`, DER.
    ///
    /// # Errors
    /// `p12_unreadable` for damage; `p12_encryption_unsupported` for files that are sealed by a signature;
    /// `p12_mac_missing`.
    pub(super) fn read(der: &'a [u8]) -> Result<Self> {
        let (version, kind, contents, mac) = AnyRef::from_der(der)
            .and_then(|pfx| {
                pfx.sequence(|reader| {
                    let version = u8::decode(reader)?;
                    let (kind, contents) = content_info(AnyRef::decode(reader)?)?;
                    let mac = if reader.is_finished() { None } else { Some(Mac::read(AnyRef::decode(reader)?)?) };
                    Ok::<_, der::Error>((version, kind, contents, mac))
                })
            })
            .map_err(|_| damaged())?;
        if kind == rfc5911::ID_SIGNED_DATA {
            let message = "the PKCS#12 file is sealed by a signature instead of a password, which is not supported";
            return Err(Error::new(Kind::P12EncryptionUnsupported, message));
        }
        if version != 3 || kind != rfc5911::ID_DATA {
            return Err(damaged());
        }
        let mac = mac.ok_or_else(|| Error::new(Kind::P12MacMissing, "the PKCS#12 file has no MAC"))?;
        Ok(Self { contents: data(contents).map_err(|_| damaged())?, mac })
    }

    /// True if the password is the file's, and the file is as it was made.
    ///
    /// # Errors
    /// `p12_encryption_unsupported`, `p12_unreadable`.
    pub(super) fn is_opened_by(&self, password: &Password, budget: &mut Budget) -> Result<bool> {
        self.mac.verify(self.contents, password, budget)
    }

    /// Decrypts everything. Believes what the file says: the MAC comes first.
    ///
    /// # Errors
    /// `p12_encryption_unsupported`, `p12_unreadable`, `password_wrong`.
    pub(super) fn open(&self, password: &Password, budget: &mut Budget) -> Result<Bags> {
        let contents = ber::to_der(self.contents).ok_or_else(damaged)?;
        let parts = AnyRef::from_der(&contents).and_then(|parts| each(parts, content_info)).map_err(|_| damaged())?;
        let mut bags = Bags::default();
        for (kind, part) in parts {
            let plain = match kind {
                rfc5911::ID_DATA => Zeroizing::new(data(part).map_err(|_| damaged())?.to_vec()),
                rfc5911::ID_ENCRYPTED_DATA => {
                    let (scheme, ciphertext) = encrypted_data(part).map_err(|_| damaged())?;
                    // The MAC has agreed with the password, so this is no mistyped one.
                    decrypt(scheme, &ciphertext, password, budget)?.ok_or_else(damaged)?
                }
                _ => {
                    let message = "a part of the PKCS#12 file is encrypted for a certificate, which is not supported";
                    return Err(Error::new(Kind::P12EncryptionUnsupported, message));
                }
            };
            bags.add(&ber::to_der(&plain).ok_or_else(damaged)?, password, budget)?;
        }
        Ok(bags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PASSWORD: &[u8] = b"Throwaway-Key_2026";

    const FILES: [&[u8]; 4] = [
        include_bytes!("../../../fixtures/keys/offline-ec.in-the-clear.p12"),
        include_bytes!("../../../fixtures/keys/offline-ec.no-names.p12"),
        include_bytes!("../../../fixtures/keys/offline-ec.p12"),
        include_bytes!("../../../fixtures/keys/offline-ec.legacy.p12"),
    ];

    fn open(contents: &[u8], mac: Mac<'_>) -> Result<Bags> {
        let password = Password::candidates(PASSWORD).remove(0);
        Sealed { contents, mac }.open(&password, &mut Budget::new())
    }

    #[test]
    fn what_is_damaged_below_opens_undamaged() {
        for file in FILES {
            let Sealed { contents, mac } = Sealed::read(file).unwrap();
            assert_eq!(open(contents, mac).unwrap().keys.len(), 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        /// What the MAC would have stopped, were the password not known to whoever damaged the file.
        #[test]
        fn damage_behind_the_mac_never_panics(
            file in proptest::sample::select(&FILES[..]),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            cut in proptest::option::of(any::<prop::sample::Index>()),
        ) {
            let mut contents = Sealed::read(file).unwrap().contents.to_vec();
            for (place, byte) in damage {
                let place = place.index(contents.len());
                contents[place] = byte;
            }
            if let Some(cut) = cut {
                contents.truncate(cut.index(contents.len()));
            }
            if let Err(error) = open(&contents, Sealed::read(file).unwrap().mac) {
                prop_assert!(error.is_credential());
            }
        }
    }
}
