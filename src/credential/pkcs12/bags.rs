use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Decode as _, Encode as _, Reader as _};
use pkcs8::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::asn1::{damaged, each, explicit};
use super::budget::Budget;
use super::decrypt::decrypt;
use super::password::Password;
use crate::error::{Error, Kind, Result};

/// What a file holds, in its order: keys and certificates, decrypted. Bags of other kinds are passed over.
#[derive(Default)]
pub(super) struct Bags {
    pub(super) keys: Vec<Bag>,
    pub(super) certificates: Vec<Bag>,
}

/// A key (PKCS#8) or a certificate (X.509), and how it is called. Wiped when dropped.
pub(super) struct Bag {
    pub(super) der: Zeroizing<Vec<u8>>,
    pub(super) friendly_name: Option<String>,
    /// Joins a key and its certificate.
    pub(super) local_key_id: Option<Vec<u8>>,
}

impl Bags {
    /// Adds the bags of a `SafeContents`, DER.
    ///
    /// # Errors
    /// `p12_unreadable` for damage, `p12_encryption_unsupported` and `password_wrong` for keys that cannot be opened.
    pub(super) fn add(&mut self, contents: &[u8], password: &Password, budget: &mut Budget) -> Result<()> {
        let contents = AnyRef::from_der(contents).map_err(|_| damaged())?;
        self.add_all(contents, password, budget, DEEPEST)
    }

    fn add_all(&mut self, contents: AnyRef<'_>, password: &Password, budget: &mut Budget, depth: u8) -> Result<()> {
        for (kind, value, attributes) in safe_bags(contents).map_err(|_| damaged())? {
            // 1.2.840.113549.1.12.10.1.x, RFC 7292, section 4.2.
            let der = match kind.to_string().strip_prefix("1.2.840.113549.1.12.10.1.") {
                Some("1") => value.to_der().map(Zeroizing::new).map_err(|_| damaged())?,
                Some("2") => shrouded_key(value, password, budget)?,
                Some("3") => match certificate(value).map_err(|_| damaged())? {
                    Some(der) => Zeroizing::new(der.to_vec()),
                    None => continue,
                },
                Some("6") => {
                    let deeper = depth.checked_sub(1).ok_or_else(damaged)?;
                    self.add_all(value, password, budget, deeper)?;
                    continue;
                }
                _ => continue,
            };
            let (friendly_name, local_key_id) =
                attributes.map(names).transpose().map_err(|_| damaged())?.unwrap_or_default();
            let bags = if kind == CERTIFICATE_BAG { &mut self.certificates } else { &mut self.keys };
            bags.push(Bag { der, friendly_name, local_key_id });
        }
        Ok(())
    }
}

/// Bags within bags. Nobody writes them, and the standard allows them.
const DEEPEST: u8 = 4;

const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

/// Kind, value, attributes.
type SafeBag<'a> = (ObjectIdentifier, AnyRef<'a>, Option<AnyRef<'a>>);

fn safe_bags(contents: AnyRef<'_>) -> der::Result<Vec<SafeBag<'_>>> {
    each(contents, |bag| {
        bag.sequence(|reader| {
            let kind = ObjectIdentifier::decode(reader)?;
            let value = explicit(reader)?;
            let attributes = if reader.is_finished() { None } else { Some(AnyRef::decode(reader)?) };
            Ok::<_, der::Error>((kind, value, attributes))
        })
    })
}

/// The bytes of a certificate; nothing, if it is one of another kind than X.509.
fn certificate(bag: AnyRef<'_>) -> der::Result<Option<&[u8]>> {
    bag.sequence(|reader| {
        let kind = ObjectIdentifier::decode(reader)?;
        let value = explicit(reader)?;
        match kind {
            X509_CERTIFICATE => Ok(Some(value.decode_as::<&OctetStringRef>()?.as_bytes())),
            _ => Ok(None),
        }
    })
}

fn shrouded_key(bag: AnyRef<'_>, password: &Password, budget: &mut Budget) -> Result<Zeroizing<Vec<u8>>> {
    let (scheme, ciphertext) = bag
        .sequence(|reader| {
            let scheme = AlgorithmIdentifierRef::decode(reader)?;
            Ok::<_, der::Error>((scheme, <&OctetStringRef>::decode(reader)?))
        })
        .map_err(|_| damaged())?;
    // The MAC has agreed with the password by now; Java lets a key have another one than its file.
    decrypt(scheme, ciphertext.as_bytes(), password, budget)?
        .ok_or_else(|| Error::new(Kind::PasswordWrong, "the password opens the PKCS#12 file, and not the key in it"))
}

/// Friendly name and local key ID; what else there is in the attributes counts for nothing.
fn names(attributes: AnyRef<'_>) -> der::Result<(Option<String>, Option<Vec<u8>>)> {
    let mut names = (None, None);
    let attributes = each(attributes, |attribute| {
        attribute.sequence(|reader| Ok::<_, der::Error>((ObjectIdentifier::decode(reader)?, AnyRef::decode(reader)?)))
    })?;
    for (kind, values) in attributes {
        let Some(value) = each(values, Ok)?.into_iter().next() else { continue };
        match kind {
            FRIENDLY_NAME => names.0 = Some(utf16(value.value())),
            LOCAL_KEY_ID => names.1 = Some(value.value().to_vec()),
            _ => {}
        }
    }
    Ok(names)
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<_> = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    String::from_utf16_lossy(&units)
}
