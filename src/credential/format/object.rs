//! The objects of a file, recognised by their structure: a name may end in anything, a PEM label may say anything.

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Reader as _, SliceReader, Tag, Tagged};
use zeroize::Zeroizing;

use super::pem::{self, Block};

/// One object of a certificate or key file.
pub(in crate::credential) enum Object {
    /// An X.509 certificate, DER.
    Certificate(Zeroizing<Vec<u8>>),
    /// A certificate request, PKCS#10.
    Request,
    /// A public key, X.509 or PKCS#1.
    PublicKey,
    /// A private key in the clear, DER.
    Key(KeyForm, Zeroizing<Vec<u8>>),
    /// An encrypted private key, PKCS#8 DER.
    EncryptedKey(Zeroizing<Vec<u8>>),
    /// A private key under OpenSSL's PEM encryption: the value of the header `DEK-Info`, and the decoded body.
    LegacyKey { dek_info: String, ciphertext: Zeroizing<Vec<u8>> },
    /// A key and its certificate in one, under a password: PKCS#12, DER or BER.
    Pkcs12(Zeroizing<Vec<u8>>),
    /// A KSeF token: a password of the API, no key.
    Token,
    /// None of these. Holds what the file looks like: "it is empty".
    Unknown(String),
}

/// How a private key in the clear is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::credential) enum KeyForm {
    /// `PRIVATE KEY`, RFC 5958.
    Pkcs8,
    /// `EC PRIVATE KEY`, RFC 5915.
    Sec1,
    /// `RSA PRIVATE KEY`, RFC 8017.
    Pkcs1,
}

impl Object {
    /// The first object of the file that is wanted, or else simply the first: a certificate is found beside its key
    /// and a key behind its EC parameters.
    pub(in crate::credential) fn find(file: &[u8], wanted: fn(&Self) -> bool) -> Self {
        let mut first = None;
        for object in objects(file) {
            if wanted(&object) {
                return object;
            }
            first.get_or_insert(object);
        }
        first.unwrap_or_else(|| Self::Unknown(describe(file)))
    }

    pub(in crate::credential) fn is_certificate(&self) -> bool {
        matches!(self, Self::Certificate(_))
    }

    pub(in crate::credential) fn is_private_key(&self) -> bool {
        matches!(self, Self::Key(..) | Self::EncryptedKey(_) | Self::LegacyKey { .. })
    }

    pub(in crate::credential) fn is_pkcs12(&self) -> bool {
        matches!(self, Self::Pkcs12(_))
    }

    /// What it is, as the end of "it is ...".
    pub(in crate::credential) fn describe(&self) -> String {
        let known = match self {
            Self::Certificate(_) => "a certificate",
            Self::Request => "a certificate request",
            Self::PublicKey => "a public key",
            Self::Key(..) | Self::EncryptedKey(_) | Self::LegacyKey { .. } => "a private key",
            Self::Pkcs12(_) => "a PKCS#12 file",
            Self::Token => "a KSeF token",
            Self::Unknown(looks) => return looks.strip_prefix("it is ").unwrap_or(looks).to_owned(),
        };
        known.to_owned()
    }

    /// Recognises DER by the tags of its outermost sequence, which differ between all the forms there are.
    pub(in crate::credential) fn from_der(der: Zeroizing<Vec<u8>>) -> Option<Self> {
        use Tag::{BitString, Integer, ObjectIdentifier, OctetString, Sequence};

        let Some(fields) = fields(&der) else {
            // Windows and Java write PKCS#12 in BER, with lengths that DER does not have.
            return begins_like_pkcs12(&der).then_some(Self::Pkcs12(der));
        };
        Some(match tags(&fields)[..] {
            [Sequence, Sequence, BitString] if is_request(fields[0]) => Self::Request,
            [Sequence, Sequence, BitString] => Self::Certificate(der),
            [Sequence, BitString] | [Integer, Integer] => Self::PublicKey,
            [Sequence, OctetString] => Self::EncryptedKey(der),
            [Integer, Sequence, OctetString, ..] => Self::Key(KeyForm::Pkcs8, der),
            [Integer, OctetString, ..] => Self::Key(KeyForm::Sec1, der),
            [Integer, Integer, _, _, _, _, _, _, _, ..] => Self::Key(KeyForm::Pkcs1, der),
            [Integer, Sequence, ..] => Self::Pkcs12(der),
            [ObjectIdentifier, Tag::ContextSpecific { .. }] => Self::Unknown("it is a PKCS#7 file".to_owned()),
            _ => return None,
        })
    }

    fn from_pem(block: Block<'_>) -> Option<Self> {
        match block.header("DEK-Info") {
            Some(dek_info) => Some(Self::LegacyKey { dek_info: dek_info.to_owned(), ciphertext: block.bytes }),
            None => Self::from_der(block.bytes),
        }
    }
}

pub(in crate::credential) fn objects(file: &[u8]) -> Vec<Object> {
    let pem: Vec<_> = pem::blocks(file).filter_map(Object::from_pem).collect();
    if !pem.is_empty() {
        return pem;
    }
    let object = Object::from_der(Zeroizing::new(file.to_vec()))
        .or_else(|| Object::from_der(pem::decode_base64(file)?))
        .or_else(|| is_token(file).then_some(Object::Token));
    match object {
        None => pem::unescaped(file).map(|plain| objects(&plain)).unwrap_or_default(),
        Some(object) => vec![object],
    }
}

/// The fields of a DER sequence that fills `der` to the last byte.
fn fields(der: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(der).ok()?;
    let fields = reader
        .sequence(|reader| {
            let mut fields = Vec::new();
            while !reader.is_finished() {
                fields.push(reader.decode()?);
            }
            Ok::<_, pkcs8::der::Error>(fields)
        })
        .ok()?;
    reader.finish().ok()?;
    Some(fields)
}

/// A sequence of any length, then version 3, then another sequence.
fn begins_like_pkcs12(ber: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = ber else { return false };
    let length_of_length = if *length < 0x80 { 0 } else { usize::from(length & 0x7F) };
    rest.get(length_of_length..).is_some_and(|rest| rest.starts_with(&[0x02, 0x01, 0x03, 0x30]))
}

fn tags(fields: &[AnyRef<'_>]) -> Vec<Tag> {
    fields.iter().map(Tagged::tag).collect()
}

/// A request's body has four fields at most, a certificate's six at least.
fn is_request(body: AnyRef<'_>) -> bool {
    let count = body.sequence(|reader| {
        let mut count = 0;
        while !reader.is_finished() {
            reader.decode::<AnyRef<'_>>()?;
            count += 1;
        }
        Ok::<_, pkcs8::der::Error>(count)
    });
    count.is_ok_and(|count: usize| count <= 4)
}

/// `20260615-EC-0123456789-ABCDEF0123-AB`, alone or followed by `|nip-5265877635|` and a secret.
fn is_token(file: &[u8]) -> bool {
    let reference = file.trim_ascii().split(|&byte| byte == b'|').next().unwrap_or_default();
    let groups: Vec<_> = reference.split(|&byte| byte == b'-').collect();
    groups.iter().map(|group| group.len()).eq([8, 2, 10, 10, 2])
        && groups[0].iter().all(u8::is_ascii_digit)
        && groups.concat().iter().all(u8::is_ascii_alphanumeric)
}

/// What an unknown file looks like, so that a person who gave the wrong one sees which it is. Never quotes it.
fn describe(file: &[u8]) -> String {
    const MAGIC: [(&[u8], &str); 6] = [
        (b"<", "it is an XML document"),
        (b"%PDF", "it is a PDF document"),
        (b"PK\x03\x04", "it is a ZIP archive"),
        (b"\xFF\xFE", "it is UTF-16 text, and no certificate or key is written so"),
        (b"\xFE\xFF", "it is UTF-16 text, and no certificate or key is written so"),
        (b"\x30", "it begins like DER, and is cut short, damaged or something else"),
    ];
    let start = file.trim_ascii_start();
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    if start.is_empty() {
        return "it is empty".to_owned();
    }
    if let Some(block) = pem::blocks(file).next() {
        return format!("its PEM block {:?} is damaged or something else", block.label);
    }
    if pem::begins(file) {
        return "its PEM block is cut short: the END line is missing".to_owned();
    }
    let looks = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, looks)| *looks);
    let text = || std::str::from_utf8(file).is_ok_and(|text| !text.contains('\0'));
    looks
        .unwrap_or_else(|| if text() { "it is text without a PEM block" } else { "it is neither PEM nor DER" })
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        for token in
            ["20260615-EC-0123456789-ABCDEF0123-AB|nip-5265877635|0f1e2d3c", "20260615-EC-0123456789-ABCDEF0123-AB\r\n"]
        {
            assert!(is_token(token.as_bytes()), "{token}");
        }
        for other in
            ["", "|", "20260615", "5265877635-20250826-0100001AF629-AF", "2026061a-EC-0123456789-ABCDEF0123-AB"]
        {
            assert!(!is_token(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_unknown_files_look_like() {
        for (file, expected) in [
            (&b""[..], "empty"),
            (b" \r\n", "empty"),
            (b"hello", "text"),
            (b"<?xml version=\"1.0\"?>", "XML"),
            (b"\xEF\xBB\xBF<Faktura/>", "XML"),
            (b"\xFF\xFE-\0-\0", "UTF-16"),
            (b"\x30\x82\x02\x00\x01", "cut short"),
            (b"-----BEGIN CERTIFICATE-----\nMIIC", "END line is missing"),
            (b"-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----", "\"CERTIFICATE\" is damaged"),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "OPENSSH"),
            (b"\x00\x01\x02", "neither"),
        ] {
            match Object::find(file, Object::is_certificate) {
                Object::Unknown(looks) => assert!(looks.contains(expected), "{looks}, not {expected}"),
                _ => panic!("{expected}: taken for something known"),
            }
        }
    }

    #[test]
    fn pkcs12_in_ber() {
        for file in [
            &[0x30, 0x80, 2, 1, 3, 0x30, 0x80][..],
            &[0x30, 9, 2, 1, 3, 0x30, 0x80],
            &[0x30, 0x82, 9, 9, 2, 1, 3, 0x30],
        ] {
            assert!(matches!(Object::find(file, Object::is_private_key), Object::Pkcs12(_)));
        }
        assert!(matches!(Object::find(&[0x30, 0x80, 2, 1, 0, 0x30, 0x80], Object::is_private_key), Object::Unknown(_)));
    }
}
