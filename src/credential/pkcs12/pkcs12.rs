use std::fmt;

use zeroize::Zeroizing;

use super::asn1::damaged;
use super::bags::{Bag, Bags};
use super::budget::Budget;
use super::password::Password;
use super::sealed::Sealed;
use crate::credential::certificate::Certificate;
use crate::credential::format::ber;
use crate::credential::format::object::Object;
use crate::credential::open_or_locked::{KeyFile, Locked};
use crate::credential::private_key::PrivateKey;
use crate::credential::public_key::PublicKey;
use crate::error::{Error, Kind, Result};

/// An opened PKCS#12 file (`.p12`, `.pfx`): keys and certificates. Wiped from memory when dropped; keys are never
/// printed.
pub struct Pkcs12 {
    bags: Bags,
}

impl Pkcs12 {
    /// Reads a PKCS#12 file, DER or BER, of any encryption that exporters use: PBES2, or 3DES and RC2 of old. Nothing
    /// in it is believed before its MAC (HMAC, or PBMAC1 of RFC 9579) has agreed with the password.
    ///
    /// It is open if the empty password opens it, or none at all. `file` is not wiped here: it is the caller's.
    ///
    /// # Errors
    /// `p12_unreadable` for anything else, saying what it looks like, and for damage; `p12_mac_missing`;
    /// `p12_encryption_unsupported` for other algorithms, and for key derivations that would take seconds. Once it is
    /// opened, also `password_wrong`, which damage can look like, too.
    pub fn read(file: &[u8]) -> Result<KeyFile<Self>> {
        let der = Self::der(file)?;
        if let Some(opened) = Self::try_password(&der, b"")? {
            return Ok(KeyFile::Open(opened));
        }
        let unlock = move |password: &[u8]| Self::try_password(&der, password)?.ok_or_else(password_wrong);
        Ok(KeyFile::Locked(Locked::new("the PKCS#12 file is encrypted", unlock)))
    }

    /// Reads the file and opens it with the password. Without one it is opened only if it needs none; with one it is
    /// opened only by that.
    ///
    /// # Errors
    /// Those of [`read`](Self::read); `password_missing`.
    pub fn open(file: &[u8], password: Option<&[u8]>) -> Result<Self> {
        match password {
            None => Self::read(file)?.open(None),
            Some(password) => Self::try_password(&Self::der(file)?, password)?.ok_or_else(password_wrong),
        }
    }

    /// The file in DER.
    fn der(file: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let file = match Object::find(file, Object::is_pkcs12) {
            Object::Pkcs12(file) => file,
            other => {
                let message = format!("not a PKCS#12 file: it is {}", other.describe());
                return Err(Error::new(Kind::P12Unreadable, message));
            }
        };
        ber::to_der(&file).ok_or_else(damaged)
    }

    /// What is in the file; nothing, if the password is not the one.
    fn try_password(der: &[u8], password: &[u8]) -> Result<Option<Self>> {
        let sealed = Sealed::read(der)?;
        let mut budget = Budget::new();
        for candidate in Password::candidates(password) {
            if sealed.is_opened_by(&candidate, &mut budget)? {
                return Ok(Some(Self { bags: sealed.open(&candidate, &mut budget)? }));
            }
        }
        Ok(None)
    }

    /// Every certificate of the file, DER, in its order, the issuers' too.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.bags.certificates.iter().map(|bag| &bag.der[..])
    }

    /// The key called `name` and its certificate; without a name the only key there is. A name is a friendly name, a
    /// local key ID in hexadecimal, or the serial number of the certificate.
    ///
    /// A key's certificate is the one with its public key. A key may have several, the next one beside the one that
    /// ends: then the name is that of one of them.
    ///
    /// # Errors
    /// `p12_key_missing`, `p12_several_keys`, `p12_entry_unknown`, `p12_certificate_missing`; those of
    /// [`PrivateKey::parse`] and [`Certificate::parse`] for what the two are not to be.
    pub fn pair(&self, name: Option<&str>) -> Result<(Certificate, PrivateKey)> {
        let bag = self.pick(name)?;
        let key = PrivateKey::from_pkcs8(&bag.der)?;
        let certificates = self.certificates_of(bag, key.public_key());
        let named: Vec<&Bag> =
            certificates.iter().copied().filter(|other| name.is_some_and(|name| is_named(other, name))).collect();
        let certificate = match (&certificates[..], &named[..]) {
            ([], _) => {
                let message = "the PKCS#12 file holds a key without its certificate";
                return Err(Error::new(Kind::P12CertificateMissing, message));
            }
            ([only], _) | (_, [only]) => only,
            (several, _) => {
                let serials: Vec<_> = several.iter().take(10).filter_map(|bag| serial(bag)).collect();
                let message =
                    format!("the key has {} certificates in the PKCS#12 file: {}", several.len(), serials.join(", "));
                return Err(Error::new(Kind::P12SeveralKeys, message));
            }
        };
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
            || self.serials(key).iter().any(|serial| serial.eq_ignore_ascii_case(name))
    }

    /// `"firm" (01F20A5D352AE590), "old firm" (…)`: at most ten, of any number.
    fn list(&self, keys: &[Bag]) -> String {
        let name = |key: &Bag| {
            let name = key.friendly_name.as_deref().map_or("without a name".to_owned(), |name| format!("{name:?}"));
            let serials = self.serials(key);
            if serials.is_empty() { name } else { format!("{name} ({})", serials.join(", ")) }
        };
        let names: Vec<_> = keys.iter().take(10).map(name).collect();
        names.join(", ")
    }

    /// Of the key's certificates, as KSeF writes them.
    fn serials(&self, key: &Bag) -> Vec<String> {
        let Ok(private_key) = PrivateKey::from_pkcs8(&key.der) else { return Vec::new() };
        self.certificates_of(key, private_key.public_key()).into_iter().filter_map(serial).collect()
    }

    /// Each once, even if the file has it twice.
    fn certificates_of(&self, key: &Bag, public_key: &PublicKey) -> Vec<&Bag> {
        let mut of_key: Vec<&Bag> = Vec::new();
        for bag in self.bags.certificates.iter().filter(|bag| is_of(&bag.der, public_key)) {
            if of_key.iter().all(|known| known.der != bag.der) {
                of_key.push(bag);
            }
        }
        if of_key.is_empty() {
            // One that has only the ID is still given: whatever is wrong with it shows when the two are joined.
            let has_id = |bag: &&Bag| key.local_key_id.is_some() && bag.local_key_id == key.local_key_id;
            of_key.extend(self.bags.certificates.iter().find(has_id));
        }
        of_key
    }
}

fn password_wrong() -> Error {
    Error::new(Kind::PasswordWrong, "the password does not open the PKCS#12 file, or it is damaged")
}

fn is_named(certificate: &Bag, name: &str) -> bool {
    certificate.friendly_name.as_deref() == Some(name)
        || certificate.local_key_id.as_ref().is_some_and(|id| hex(id).eq_ignore_ascii_case(name))
        || serial(certificate).is_some_and(|serial| serial.eq_ignore_ascii_case(name))
}

fn serial(certificate: &Bag) -> Option<String> {
    Some(Certificate::parse(&certificate.der).ok()?.serial().to_string())
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
