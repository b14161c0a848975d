use std::fmt;

use super::bags::{Bag, Bags};
use super::damaged;
use super::password::Password;
use super::sealed::Sealed;
use super::work::Work;
use crate::credential::contents::Object;
use crate::credential::{Certificate, PrivateKey, PublicKey, ber};
use crate::error::{Error, Kind, Result};

/// An opened PKCS#12 file (`.p12`, `.pfx`): keys and certificates. Wiped from memory when dropped; keys are never
/// printed.
pub struct Pkcs12 {
    bags: Bags,
}

impl Pkcs12 {
    /// Opens a PKCS#12 file, DER or BER, of any encryption that exporters use: PBES2, or 3DES and RC2 of old. Nothing
    /// in it is believed before its MAC (HMAC, or PBMAC1 of RFC 9579) has agreed with the password.
    ///
    /// Without a password the empty one is tried, and none at all. Neither `file` nor `password` is wiped here: they
    /// are the caller's.
    ///
    /// # Errors
    /// `p12_unreadable` for anything else, saying what it looks like, and for damage; `p12_mac_missing`;
    /// `p12_encryption_unsupported` for other algorithms, and for key derivations that would take seconds;
    /// `password_missing`; `password_wrong`, which damage can look like, too.
    pub fn open(file: &[u8], password: Option<&[u8]>) -> Result<Self> {
        let file = match Object::find(file, Object::is_pkcs12) {
            Object::Pkcs12(file) => file,
            other => {
                let message = format!("not a PKCS#12 file: it is {}", other.describe());
                return Err(Error::new(Kind::P12Unreadable, message));
            }
        };
        let der = ber::to_der(&file).ok_or_else(damaged)?;
        let sealed = Sealed::read(&der)?;
        let mut work = Work::new();
        for candidate in Password::candidates(password.unwrap_or_default()) {
            if sealed.is_opened_by(&candidate, &mut work)? {
                return Ok(Self { bags: sealed.open(&candidate, &mut work)? });
            }
        }
        Err(match password {
            None => Error::new(Kind::PasswordMissing, "the PKCS#12 file is encrypted"),
            Some(_) => Error::new(Kind::PasswordWrong, "the password does not open the PKCS#12 file, or it is damaged"),
        })
    }

    /// Every certificate of the file, DER, in its order, the issuers' too.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.bags.certificates.iter().map(|bag| &bag.der[..])
    }

    /// The key called `name` and its certificate; without a name the only key there is. A name is a friendly name, a
    /// local key ID in hexadecimal, or the serial number of the certificate.
    ///
    /// A key's certificate is the one with its public key, and among several of those the one with its local key ID.
    ///
    /// # Errors
    /// `p12_key_missing`, `p12_several_keys`, `p12_entry_unknown`, `p12_certificate_missing`; those of
    /// [`PrivateKey::parse`] and [`Certificate::parse`] for what the two are not to be.
    pub fn pair(&self, name: Option<&str>) -> Result<(Certificate, PrivateKey)> {
        let bag = self.pick(name)?;
        let key = PrivateKey::from_pkcs8(&bag.der)?;
        let certificate = self.certificate_of(bag, key.public_key()).ok_or_else(|| {
            Error::new(Kind::P12CertificateMissing, "the PKCS#12 file holds a key without its certificate")
        })?;
        Ok((Certificate::parse(&certificate.der)?, key))
    }

    fn pick(&self, name: Option<&str>) -> Result<&Bag> {
        let keys = &self.bags.keys;
        if keys.is_empty() {
            let message = match self.bags.certificates.len() {
                0 => "the PKCS#12 file is empty".to_owned(),
                count => format!("the PKCS#12 file holds certificates only ({count}), and no private key"),
            };
            return Err(Error::new(Kind::P12KeyMissing, message));
        }
        let picked: Vec<_> = keys.iter().filter(|key| name.is_none_or(|name| self.is_called(key, name))).collect();
        match (&picked[..], name) {
            ([only], _) => Ok(only),
            ([], Some(name)) => {
                let message = format!("no key of the PKCS#12 file is called {name:?}: it holds {}", self.list(keys));
                Err(Error::new(Kind::P12EntryUnknown, message))
            }
            (_, Some(name)) => {
                let message = format!("{} keys of the PKCS#12 file are called {name:?}", picked.len());
                Err(Error::new(Kind::P12SeveralKeys, message))
            }
            (_, None) => {
                let message = format!("the PKCS#12 file holds {} keys: {}", keys.len(), self.list(keys));
                Err(Error::new(Kind::P12SeveralKeys, message))
            }
        }
    }

    fn is_called(&self, key: &Bag, name: &str) -> bool {
        key.friendly_name.as_deref() == Some(name)
            || key.local_key_id.as_ref().is_some_and(|id| hex(id).eq_ignore_ascii_case(name))
            || self.serial(key).is_some_and(|serial| serial.eq_ignore_ascii_case(name))
    }

    /// `"firm" (01F20A5D352AE590), "old firm" (…)`: at most ten, of any number.
    fn list(&self, keys: &[Bag]) -> String {
        let name = |key: &Bag| {
            let name = key.friendly_name.as_deref().map_or("without a name".to_owned(), |name| format!("{name:?}"));
            self.serial(key).map_or(name.clone(), |serial| format!("{name} ({serial})"))
        };
        let names: Vec<_> = keys.iter().take(10).map(name).collect();
        names.join(", ")
    }

    /// Of the key's certificate, as KSeF writes it.
    fn serial(&self, key: &Bag) -> Option<String> {
        let public_key = PrivateKey::from_pkcs8(&key.der).ok()?;
        let certificate = self.certificate_of(key, public_key.public_key())?;
        Some(Certificate::parse(&certificate.der).ok()?.serial().to_string())
    }

    fn certificate_of(&self, key: &Bag, public_key: &PublicKey) -> Option<&Bag> {
        let has_id = |bag: &&Bag| key.local_key_id.is_some() && bag.local_key_id == key.local_key_id;
        let of_key: Vec<_> = self.bags.certificates.iter().filter(|bag| is_of(&bag.der, public_key)).collect();
        let named = of_key.iter().copied().find(has_id);
        // One that has only the ID is given all the same: what is wrong with it is then told of the pair.
        named.or(of_key.first().copied()).or_else(|| self.bags.certificates.iter().find(has_id))
    }
}

/// True if a certificate, whatever else is wrong with it, is for the key.
fn is_of(certificate: &[u8], public_key: &PublicKey) -> bool {
    Certificate::public_key_of(certificate).is_some_and(|found| found == *public_key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl fmt::Debug for Pkcs12 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bags { keys, certificates } = &self.bags;
        write!(f, "Pkcs12({} [secret keys elided], {} certificates)", keys.len(), certificates.len())
    }
}
