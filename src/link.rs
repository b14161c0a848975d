//! KOD I and KOD II as links, to the character, and back (`kody-qr.md`).
//!
//! ```
//! use ksef_qr::link::{Kod1, Link};
//! use ksef_qr::{Environment, Invoice};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let xml = include_bytes!("../fixtures/invoices/good/fa3-basic.xml");
//! let kod1 = Kod1::of(&Invoice::read(xml)?, Environment::Test);
//! let text = kod1.to_string();
//! assert!(text.starts_with("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/"));
//! assert_eq!(Link::parse(&text)?, Link::Kod1(kod1));
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::values::{CertificateSerial, ContextId, Environment, InvoiceHash, IssueDate, Nip, push_base64url};

const SCHEME: &str = "https://";

/// No link is longer: an RSA signature of 8192 bits makes 1366 characters of it.
const LONGEST: usize = 2048;

/// KOD I: leads to the invoice in KSeF.
///
/// `https://{host}/invoice/{seller NIP}/{DD-MM-YYYY}/{hash}`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kod1 {
    /// Which KSeF.
    pub environment: Environment,
    /// The seller's NIP.
    pub seller: Nip,
    /// The issue date.
    pub issue_date: IssueDate,
    /// The digest of the invoice file.
    pub hash: InvoiceHash,
}

impl Kod1 {
    /// The link to an invoice.
    pub fn of(invoice: &Invoice, environment: Environment) -> Self {
        Self { environment, seller: invoice.seller(), issue_date: invoice.issue_date(), hash: *invoice.hash() }
    }

    /// The link, ready to print.
    pub(crate) fn link(&self) -> String {
        let mut link = String::with_capacity(128);
        for part in [SCHEME, self.environment.host(), "/invoice/", self.seller.as_str(), "/"] {
            link.push_str(part);
        }
        self.issue_date.push_day_first(&mut link);
        link.push('/');
        self.hash.push_base64url(&mut link);
        link
    }
}

/// The link, ready to print.
impl fmt::Display for Kod1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.link())
    }
}

/// KOD II before it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnsignedKod2 {
    /// Which KSeF. Its host is part of the signed text.
    pub environment: Environment,
    /// Who issues the invoice.
    pub context: ContextId,
    /// The seller's NIP.
    pub seller: Nip,
    /// The serial number of the certificate that the signature verifies with.
    pub serial: CertificateSerial,
    /// The digest of the invoice file.
    pub hash: InvoiceHash,
}

impl UnsignedKod2 {
    /// The link up to the signature. What is signed is this, less the `https://`: see
    /// [`signed_text`](Self::signed_text).
    fn unsigned_link(&self) -> String {
        // Room for the signature of an EC key, so that the finished link needs no second allocation.
        let mut link = String::with_capacity(256);
        link.push_str(SCHEME);
        link.push_str(self.environment.host());
        link.push_str("/certificate/");
        for part in [self.context.type_name(), self.context.value(), self.seller.as_str()] {
            link.push_str(part);
            link.push('/');
        }
        self.serial.push(&mut link);
        link.push('/');
        self.hash.push_base64url(&mut link);
        link
    }

    /// The text to sign: no scheme, no slash at the end, UTF-8.
    pub fn signed_text(&self) -> String {
        self.unsigned_link().split_off(SCHEME.len())
    }

    /// Signs with whatever `sign` does to the text, and finishes the link.
    pub(crate) fn sign_with(&self, sign: impl FnOnce(&[u8]) -> Result<Vec<u8>>) -> Result<String> {
        let mut link = self.unsigned_link();
        let signature = sign(&link.as_bytes()[SCHEME.len()..])?;
        link.push('/');
        push_base64url(&signature, &mut link);
        Ok(link)
    }
}

/// KOD II: proves who issued the invoice.
///
/// `https://{host}/certificate/{context type}/{context value}/{seller NIP}/{certificate serial}/{hash}/{signature}`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kod2 {
    /// What is signed.
    pub unsigned: UnsignedKod2,
    /// The signature's bytes: 64 (EC, P1363), up to 72 (EC, DER) or the size of the RSA modulus.
    pub signature: Vec<u8>,
}

/// The link, ready to print.
impl fmt::Display for Kod2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.unsigned.unsigned_link(), URL_SAFE_NO_PAD.encode(&self.signature))
    }
}

/// Either link, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// A KOD I.
    Kod1(Kod1),
    /// A KOD II.
    Kod2(Kod2),
}

impl Link {
    /// Takes a link apart into checked parts. What comes back from `to_string` is the link itself, to the
    /// character: anything that could be written in a second way is refused.
    ///
    /// # Errors
    /// `link_malformed`, and the code of the part that is malformed (`nip_malformed`, `date_malformed`,
    /// `context_malformed`, `serial_malformed`, `hash_malformed`).
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(malformed(format!("the text has {} characters, too many for a link", text.len())));
        }
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| malformed(format!("a link starts with {SCHEME}")))?;
        let (host, path) = rest.split_once('/').ok_or_else(|| malformed("the link ends after the host"))?;
        let environment = Environment::from_host(host)
            .ok_or_else(|| malformed(format!("{host:?} is not a host of KSeF verification links")))?;
        match *path.split('/').collect::<Vec<_>>() {
            ["invoice", seller, date, hash] => Ok(Self::Kod1(Kod1 {
                environment,
                seller: Nip::parse(seller)?,
                issue_date: IssueDate::parse_day_first(date)?,
                hash: InvoiceHash::from_base64url(hash)?,
            })),
            ["certificate", context_type, context_value, seller, serial, hash, signature] => Ok(Self::Kod2(Kod2 {
                unsigned: UnsignedKod2 {
                    environment,
                    context: ContextId::new(context_type, context_value)?,
                    seller: Nip::parse(seller)?,
                    serial: CertificateSerial::parse(serial)?,
                    hash: InvoiceHash::from_base64url(hash)?,
                },
                signature: decode_signature(signature)?,
            })),
            ["invoice", ..] => Err(malformed("KOD I has three parts after /invoice/: NIP, date, hash")),
            ["certificate", ..] => Err(malformed(
                "KOD II has six parts after /certificate/: context type, context, NIP, serial number, hash, signature",
            )),
            _ => Err(malformed("the path starts with neither /invoice/ nor /certificate/")),
        }
    }
}

impl FromStr for Link {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kod1(kod1) => kod1.fmt(f),
            Self::Kod2(kod2) => kod2.fmt(f),
        }
    }
}

fn malformed(message: impl Into<String>) -> Error {
    Error::new(Kind::LinkMalformed, message)
}

fn decode_signature(text: &str) -> Result<Vec<u8>> {
    // The decoder refuses padding and trailing bits, so each signature has one spelling.
    let signature = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed("the signature is not canonical Base64URL"))?;
    match *signature {
        // ECDSA as ASN.1 DER is 70 to 72 bytes, and one less for each zero that a number happens to start with.
        [0x30, length, ..] if (58..=70).contains(&length) && usize::from(length) + 2 == signature.len() => {
            Ok(signature)
        }
        _ if matches!(signature.len(), 64 | 256..=1024) => Ok(signature),
        _ => Err(malformed(format!("a signature of {} bytes is neither ECDSA P-256 nor RSA", signature.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KOD1: &str =
        "https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";

    fn kod2() -> String {
        let hash = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
        let signature = "A".repeat(86);
        format!("https://qr.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/{hash}/{signature}")
    }

    #[test]
    fn what_is_signed_is_the_link_without_scheme_and_signature() {
        let Link::Kod2(kod2) = Link::parse(&kod2()).unwrap() else { panic!("KOD II") };
        assert_eq!(
            kod2.unsigned.signed_text(),
            "qr.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
        );
    }

    #[test]
    fn everything_else_is_refused() {
        for (from, to) in [
            ("https://", "http://"),
            ("https://", "HTTPS://"),
            ("https://", ""),
            ("https://", " https://"),
            ("qr-test.", "ksef-test."),
            ("qr-test.", "QR-test."),
            ("qr-test.ksef.mf.gov.pl", "qr-test.ksef.mf.gov.pl:443"),
            ("qr-test.ksef.mf.gov.pl", "qr-test.ksef.mf.gov.pl.example.com"),
            ("/invoice/", "/invoice//"),
            ("/invoice/", "/Invoice/"),
            ("1111111111", "PL1111111111"),
            ("01-02-2026", "2026-02-01"),
            ("01-02-2026", "1-2-2026"),
            ("01-02-2026", "30-02-2026"),
            ("WzIE", "WzIE/"),
            ("WzIE", "WzIF"), // the same digest, not canonical
            ("WzIE", "WzIE="),
            ("WzIE", "WzIE?x=1"),
            ("WzIE", "WzIE#"),
            ("WzIE", "WzIE\n"),
        ] {
            let broken = KOD1.replace(from, to);
            assert_ne!(broken, KOD1, "{from}");
            assert!(Link::parse(&broken).is_err(), "{broken}");
        }
        for (from, to) in [
            ("/Nip/", "/nip/"),
            ("01F20A5D352AE590", "01f20a5d352ae590"),
            ("01F20A5D352AE590", "1F20A5D352AE590"),
            ("/AAAA", "/AAA+"),
            ("/AAAA", "/AAAAA"),
            ("/AAAA", "/"),
        ] {
            let broken = kod2().replace(from, to);
            assert_ne!(broken, kod2(), "{from}");
            assert!(Link::parse(&broken).is_err(), "{broken}");
        }
        assert!(Link::parse(&(kod2() + "B")).is_err());
        assert!(Link::parse(&(kod2()[..kod2().len() - 1].to_owned() + "B")).is_err(), "trailing bits");
        assert!(Link::parse(&format!("{KOD1}{}", "/".repeat(100_000))).is_err());
    }

    fn nip() -> impl Strategy<Value = String> {
        "[1-9](([0-9][1-9])|([1-9][0-9]))[0-9]{7}"
    }

    fn context() -> impl Strategy<Value = ContextId> {
        prop_oneof![
            nip().prop_map(|nip| format!("Nip:{nip}")),
            (nip(), "[0-9]{5}").prop_map(|(nip, unit)| format!("InternalId:{nip}-{unit}")),
            (nip(), "(DE[0-9]{9}|NL[0-9A-Z+*]{12}|IE[0-9][0-9A-Z+*][0-9]{5}[A-Z]|RO[0-9]{2,10})")
                .prop_map(|(nip, vat)| format!("NipVatUe:{nip}-{vat}")),
            "PeppolId:P[A-Z]{2}[0-9]{6}",
        ]
        .prop_map(|text| text.parse().unwrap())
    }

    fn link() -> impl Strategy<Value = Link> {
        let environment = prop::sample::select(Environment::ALL.to_vec());
        let signature = prop_oneof![
            prop::collection::vec(any::<u8>(), 64..=64),
            prop::collection::vec(any::<u8>(), 68..=70).prop_map(|rest| [vec![0x30, rest.len() as u8], rest].concat()),
            prop::collection::vec(any::<u8>(), 256..=256)
        ];
        let date = (1_i16..=9999, 1_i8..=12, 1_i8..=28)
            .prop_map(|(y, m, d)| IssueDate::parse(&format!("{y:04}-{m:02}-{d:02}")).unwrap());
        (environment, nip(), date, any::<[u8; 32]>(), context(), any::<u64>(), signature, any::<bool>()).prop_map(
            |(environment, seller, issue_date, hash, context, serial, signature, first)| {
                let seller = Nip::parse(&seller).unwrap();
                let hash = InvoiceHash::from_bytes(hash);
                if first {
                    return Link::Kod1(Kod1 { environment, seller, issue_date, hash });
                }
                let serial = CertificateSerial::parse(&format!("{serial:016X}")).unwrap();
                Link::Kod2(Kod2 { unsigned: UnsignedKod2 { environment, context, seller, serial, hash }, signature })
            },
        )
    }

    proptest! {
        #[test]
        fn there_and_back(link in link()) {
            let text = link.to_string();
            prop_assert_eq!(Link::parse(&text), Ok(link));
        }

        #[test]
        fn what_parses_is_written_back_to_the_character(link in link(), at in any::<prop::sample::Index>(), c in any::<char>()) {
            let mut text = link.to_string();
            let at = at.index(text.len());
            text.replace_range(at..=at, c.encode_utf8(&mut [0; 4]));
            if let Ok(parsed) = Link::parse(&text) {
                prop_assert_eq!(parsed.to_string(), text);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,300}") {
            _ = Link::parse(&text);
            _ = Link::parse(&format!("https://qr.ksef.mf.gov.pl/{text}"));
        }
    }
}
