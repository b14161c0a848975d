use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

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
        let Held { private_key, certificates, .. } = self.pick(name)?;
        let key = private_key?;
        let all = &certificates.bags[..];
        let named: Vec<&Bag> =
            all.iter().copied().filter(|other| name.is_some_and(|name| is_named(other, name))).collect();
        let certificate = match (all, &named[..]) {
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

    /// The key called `name`, as by [`pair`](Self::pair), whether or not it has a certificate.
    ///
    /// # Errors
    /// `p12_key_missing`, `p12_several_keys`, `p12_entry_unknown`; those of [`PrivateKey::parse`].
    pub fn key(&self, name: Option<&str>) -> Result<PrivateKey> {
        self.pick(name)?.private_key
    }

    fn pick(&self, name: Option<&str>) -> Result<Held<'_>> {
        let mut keys = self.keys(name);
        if keys.is_empty() {
            let message = match self.bags.certificates.len() {
                0 => "the PKCS#12 file is empty".to_owned(),
                count => format!("the PKCS#12 file holds certificates only ({count}), and no private key"),
            };
            return Err(Error::new(Kind::P12KeyMissing, message));
        }
        let picked: Vec<_> = keys.extract_if(.., |key| name.is_none_or(|name| key.is_called(name))).collect();
        match (<[Held<'_>; 1]>::try_from(picked), name) {
            (Ok([only]), _) => Ok(only),
            (Err(picked), Some(name)) if picked.is_empty() => {
                let message = format!("no key of the PKCS#12 file is called {name:?}: it holds {}", list(&keys));
                Err(Error::new(Kind::P12EntryUnknown, message))
            }
            (Err(picked), Some(name)) => {
                let message = format!("{} keys of the PKCS#12 file are called {name:?}", picked.len());
                Err(Error::new(Kind::P12SeveralKeys, message))
            }
            (Err(picked), None) => {
                let message = format!("the PKCS#12 file holds {} keys: {}", picked.len(), list(&picked));
                Err(Error::new(Kind::P12SeveralKeys, message))
            }
        }
    }

    /// Every key with its certificates. Each is read once: a file of a thousand of both would keep a computer busy for
    /// long if all were compared with all.
    fn keys(&self, name: Option<&str>) -> Vec<Held<'_>> {
        let (mut by_key, mut by_id) = (HashMap::<_, Vec<&Bag>>::new(), HashMap::new());
        // Each once, even if the file has it twice.
        let mut seen = HashSet::new();
        for bag in &self.bags.certificates {
            if let Some(id) = &bag.local_key_id {
                by_id.entry(&id[..]).or_insert(bag);
            }
            // Whatever else is wrong with it.
            count_read();
            let public_key = || Certificate::public_key_of(&bag.der).and_then(|key| key.to_spki().ok());
            if seen.insert(&bag.der[..])
                && let Some(public_key) = public_key()
            {
                by_key.entry(public_key).or_default().push(bag);
            }
        }
        // Shared by the keys: a file may hold one of them a thousand times.
        let shared = |bags| Rc::new(Certificates::new(bags, name));
        let by_key: HashMap<_, _> = by_key.into_iter().map(|(key, bags)| (key, shared(bags))).collect();
        let keys = self.bags.keys.iter().map(|bag| {
            count_read();
            let private_key = PrivateKey::from_pkcs8(&bag.der);
            let public_key = private_key.as_ref().ok().and_then(|key| key.public_key_der().ok());
            // One that has only the ID is still given: whatever is wrong with it shows when the two are joined.
            let of_id = || bag.local_key_id.as_ref().and_then(|id| by_id.get(&id[..])).copied();
            let certificates = public_key.and_then(|key| by_key.get(&key)).map(Rc::clone);
            let certificates = certificates.unwrap_or_else(|| shared(of_id().into_iter().collect()));
            Held { bag, private_key, certificates }
        });
        keys.collect()
    }
}

/// A key, and the certificates that are for it.
struct Held<'a> {
    bag: &'a Bag,
    private_key: Result<PrivateKey>,
    certificates: Rc<Certificates<'a>>,
}

impl Held<'_> {
    fn is_called(&self, name: &str) -> bool {
        self.bag.friendly_name.as_deref() == Some(name)
            || self.bag.local_key_id.as_ref().is_some_and(|id| hex(id).eq_ignore_ascii_case(name))
            || self.certificates.hold_serial
    }
}

/// The certificates of one key, in the order of the file.
struct Certificates<'a> {
    bags: Vec<&'a Bag>,
    /// True if the name that is looked for is the serial number of one of them.
    hold_serial: bool,
}

impl<'a> Certificates<'a> {
    fn new(bags: Vec<&'a Bag>, name: Option<&str>) -> Self {
        let has_name =
            |name: &str| bags.iter().any(|bag| serial(bag).is_some_and(|serial| serial.eq_ignore_ascii_case(name)));
        Self { hold_serial: name.is_some_and(has_name), bags }
    }
}

/// `"firm" (01F20A5D352AE590), "old firm" (…)`: at most ten, of any number.
fn list(keys: &[Held<'_>]) -> String {
    let name = |key: &Held<'_>| {
        let name = key.bag.friendly_name.as_deref().map_or("without a name".to_owned(), |name| format!("{name:?}"));
        let serials: Vec<_> = key.certificates.bags.iter().take(10).filter_map(|bag| serial(bag)).collect();
        if serials.is_empty() { name } else { format!("{name} ({})", serials.join(", ")) }
    };
    let names: Vec<_> = keys.iter().take(10).map(name).collect();
    names.join(", ")
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
    count_read();
    Some(Certificate::parse(&certificate.der).ok()?.serial().to_string())
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

/// Counted for the test of growth, which is the only one to look.
fn count_read() {
    #[cfg(test)]
    READ.set(READ.get() + 1);
}

#[cfg(test)]
thread_local! {
    /// How many keys and certificates were read.
    static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.der");
    const CERTIFICATE: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.der.cer");

    fn bag(der: Vec<u8>) -> Bag {
        Bag { der: Zeroizing::new(der), friendly_name: None, local_key_id: None }
    }

    /// As many certificates as keys, all of one key: the certificates differ in their signature.
    fn many(count: u16) -> Pkcs12 {
        let certificate = |number: u16| {
            let mut der = CERTIFICATE.to_vec();
            let end = der.len() - 2;
            der[end..].copy_from_slice(&number.to_be_bytes());
            bag(der)
        };
        let keys = (0..count).map(|_| bag(KEY.to_vec())).collect();
        Pkcs12 { bags: Bags { keys, certificates: (0..count).map(certificate).collect() } }
    }

    #[test]
    fn the_work_grows_with_keys_and_certificates() {
        for name in [None, Some("01F0A1B2C3D4E501"), Some("01F0A1B2C3D4E5FF")] {
            let work = |count| {
                let (file, before) = (many(count), READ.get());
                let refused = file.pair(name).unwrap_err();
                assert!(matches!(refused.kind(), Kind::P12SeveralKeys | Kind::P12EntryUnknown), "{refused}");
                READ.get() - before
            };
            let read = [50, 100, 200].map(work);
            // At most 100 serial numbers are told in a message.
            let most = |count: usize| 3 * count + 100;
            assert!(read[0] <= most(50) && read[1] <= most(100) && read[2] <= most(200), "{name:?}: {read:?}");
        }
    }

    #[test]
    fn a_key_is_there_without_its_certificate() {
        let file = Pkcs12 { bags: Bags { keys: vec![bag(KEY.to_vec())], certificates: Vec::new() } };
        assert_eq!(file.pair(None).unwrap_err().code(), "p12_certificate_missing");
        assert_eq!(file.key(None).unwrap().pkcs8_der(), KEY);
        assert_eq!(file.key(Some("firm")).unwrap_err().code(), "p12_entry_unknown");
    }
}
