//! What a signature may cover: the text that KSeF asks for, and what people sign in its place.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use sha2::{Digest as _, Sha256};

use crate::error::CheckCode;
use crate::link::{Kod1, UnsignedKod2};
use crate::values::{Environment, InvoiceHash};
use crate::verify::link::address::OBSOLETE;
use crate::verify::link::facts::LinkFacts;
use crate::verify::report::Check;

/// What was signed, or its digest.
#[derive(Clone, Debug)]
pub(super) enum Signed {
    /// Bytes that are hashed once before they are signed.
    Text(Vec<u8>),
    /// What takes the place of that hash.
    Digest([u8; 32]),
}

/// One thing that a signature may cover.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) signed: Signed,
    /// None where this is right.
    pub(super) code: Option<CheckCode>,
    /// In words: `the link's text`.
    pub(super) what: &'static str,
}

impl Message {
    /// The digest that a signature over the message covers.
    pub(super) fn sha256(&self) -> [u8; 32] {
        match &self.signed {
            Signed::Text(bytes) => Sha256::digest(bytes).into(),
            Signed::Digest(digest) => *digest,
        }
    }
}

/// What a signature turned out to be, where it was made with the key and covers one of the messages.
pub(super) enum Verdict {
    /// It is as KSeF asks.
    Good {
        /// What it covers, in words.
        how: &'static str,
        /// The check that says how it is written.
        encoding: Check,
    },
    /// It was made with this key, but not as KSeF asks.
    Bad(Check),
}

/// What KSeF asks for; none if too little of the link can be read.
pub(super) fn right(link: &LinkFacts) -> Option<Vec<Message>> {
    let canonical = unsigned(link).map(|unsigned| unsigned.signed_text());
    let text = if link.signed.is_empty() { canonical.as_ref()? } else { &link.signed };
    let mut list = List(Vec::new());
    list.right(text, "the link as it stands");
    if let Some(canonical) = canonical.as_ref().filter(|canonical| *canonical != text) {
        list.right(canonical, "the link as it should be spelled");
    }
    Some(list.0)
}

/// What people sign in its place, the likely first.
pub(super) fn wrong(link: &LinkFacts) -> Vec<Message> {
    let unsigned = unsigned(link);
    let canonical = unsigned.as_ref().map(UnsignedKod2::signed_text).unwrap_or_default();
    let text = if link.signed.is_empty() { &canonical } else { &link.signed };
    let mut list = List(Vec::new());
    list.around(text);
    list.hashed(text);
    if let Some(unsigned) = unsigned {
        list.other_digest_forms(text, &unsigned.hash);
        list.other_texts(&unsigned, link);
    }
    list.0
}

fn unsigned(link: &LinkFacts) -> Option<UnsignedKod2> {
    Some(UnsignedKod2 {
        environment: link.environment?,
        context: link.context.clone()?,
        seller: link.seller?,
        serial: link.serial?,
        hash: link.hash?,
    })
}

struct List(Vec<Message>);

impl List {
    fn right(&mut self, text: &str, what: &'static str) {
        self.0.push(Message { signed: Signed::Text(text.as_bytes().to_vec()), code: None, what });
    }

    fn wrong(&mut self, code: CheckCode, what: &'static str, text: impl Into<Vec<u8>>) {
        self.0.push(Message { signed: Signed::Text(text.into()), code: Some(code), what });
    }

    /// Too much or too little at either end, another encoding.
    fn around(&mut self, text: &str) {
        self.wrong(CheckCode::SignatureOverScheme, "the link with https:// in front", format!("https://{text}"));
        self.wrong(CheckCode::SignatureOverScheme, "the link with http:// in front", format!("http://{text}"));
        self.wrong(
            CheckCode::SignatureOverScheme,
            "https:// and a slash at the end as well",
            format!("https://{text}/"),
        );
        self.wrong(CheckCode::SignatureOverSlash, "the link with a slash at the end", format!("{text}/"));
        self.wrong(CheckCode::SignatureOverNewline, "the link with a newline at the end", format!("{text}\n"));
        self.wrong(CheckCode::SignatureOverNewline, "the link with CR LF at the end", format!("{text}\r\n"));
        let utf16 = "the link in UTF-16";
        let little = || text.encode_utf16().flat_map(u16::to_le_bytes);
        self.wrong(CheckCode::SignatureOverUtf16, utf16, little().collect::<Vec<u8>>());
        self.wrong(CheckCode::SignatureOverUtf16, utf16, [0xFF, 0xFE].into_iter().chain(little()).collect::<Vec<u8>>());
        self.wrong(
            CheckCode::SignatureOverUtf16,
            utf16,
            text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
        );
        self.wrong(CheckCode::SignatureOverOtherText, "the link with a byte order mark", format!("\u{FEFF}{text}"));
        if let Some((_, path)) = text.split_once('/') {
            self.wrong(CheckCode::SignatureWithoutHost, "the link without its host", format!("/{path}"));
            self.wrong(CheckCode::SignatureWithoutHost, "the link without its host", path);
            for environment in Environment::ALL {
                let other = format!("{}/{path}", environment.host());
                if other != text {
                    self.wrong(CheckCode::SignatureForOtherHost, host_of(environment), other);
                }
            }
            // The hosts of 2025, and the folder that stood before the path then.
            let path = path.strip_prefix("client-app/").unwrap_or(path);
            for (host, _) in OBSOLETE {
                for folder in ["client-app/", ""] {
                    let other = format!("{host}/{folder}{path}");
                    if other != text {
                        self.wrong(CheckCode::SignatureForOtherHost, "the link with a host of 2025", other);
                    }
                }
            }
        }
        self.wrong(CheckCode::SignatureOverOtherText, "the link in small letters", text.to_ascii_lowercase());
        self.wrong(CheckCode::SignatureOverOtherText, "the link in capitals", text.to_ascii_uppercase());
    }

    /// The text hashed before the signing function hashed it again.
    fn hashed(&mut self, text: &str) {
        let digest: [u8; 32] = Sha256::digest(text).into();
        let hex = InvoiceHash::from_bytes(digest).as_bytes().map(|byte| format!("{byte:02x}")).concat();
        let twice = CheckCode::SignatureHashedTwice;
        self.wrong(twice, "the SHA-256 digest of the link, hashed once more", digest);
        self.wrong(twice, "the hexadecimal digest of the link, hashed once more", hex.to_ascii_uppercase());
        self.wrong(twice, "the hexadecimal digest of the link, hashed once more", hex);
        self.wrong(twice, "the Base64 digest of the link, hashed once more", STANDARD.encode(digest));
        self.wrong(twice, "the Base64URL digest of the link, hashed once more", URL_SAFE.encode(digest));
    }

    fn other_digest_forms(&mut self, text: &str, hash: &InvoiceHash) {
        let Some(front) = text.rsplit_once('/').map(|(front, _)| front) else { return };
        let hex = hash.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        for (what, digest) in [
            ("the link with the digest in standard Base64", STANDARD.encode(hash.as_bytes())),
            ("the link with the digest in standard Base64", STANDARD_NO_PAD.encode(hash.as_bytes())),
            ("the link with padding left in the digest", URL_SAFE.encode(hash.as_bytes())),
            ("the link with the digest in hexadecimal", hex.to_ascii_uppercase()),
            ("the link with the digest in hexadecimal", hex),
        ] {
            self.wrong(CheckCode::SignatureOverOtherDigestForm, what, format!("{front}/{digest}"));
        }
        let escaped = STANDARD.encode(hash.as_bytes()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let what = "the link with the digest percent-encoded";
        self.wrong(CheckCode::SignatureOverOtherDigestForm, what, format!("{front}/{escaped}"));
    }

    fn other_texts(&mut self, unsigned: &UnsignedKod2, link: &LinkFacts) {
        let other = CheckCode::SignatureOverOtherText;
        let kod2 = unsigned.signed_text();
        let serial = unsigned.serial.to_string();
        self.wrong(
            other,
            "the link with the serial number in small letters",
            kod2.replace(&serial, &serial.to_ascii_lowercase()),
        );
        self.wrong(
            other,
            "the link without zeros before the serial number",
            kod2.replace(&serial, serial.trim_start_matches('0')),
        );
        let type_name = unsigned.context.type_name();
        for (what, name) in [
            ("the link with the context type in small letters", type_name.to_ascii_lowercase()),
            ("the link with the context type in capitals", type_name.to_ascii_uppercase()),
        ] {
            self.wrong(other, what, kod2.replace(&format!("/{type_name}/"), &format!("/{name}/")));
        }
        if let Some(front) = kod2.rsplit_once('/').map(|(front, _)| front) {
            self.wrong(other, "the link without the digest", front);
        }
        if let Some(issue_date) = link.issue_date {
            let kod1 =
                Kod1 { environment: unsigned.environment, seller: unsigned.seller, issue_date, hash: unsigned.hash };
            let kod1 = kod1.to_string();
            self.wrong(other, "KOD I", kod1.trim_start_matches("https://"));
            self.wrong(other, "KOD I with https://", kod1);
        }
        let invoice = CheckCode::SignatureOfInvoice;
        let digest = *unsigned.hash.as_bytes();
        self.0.push(Message { signed: Signed::Digest(digest), code: Some(invoice), what: "the invoice, not the link" });
        self.wrong(invoice, "the invoice's digest, not the link", digest);
        self.wrong(invoice, "the invoice's digest in Base64URL, not the link", unsigned.hash.base64url());
        self.wrong(invoice, "the invoice's digest in Base64, not the link", unsigned.hash.base64());
    }
}

fn host_of(environment: Environment) -> &'static str {
    match environment {
        Environment::Prod => "the link with the host of production",
        Environment::Demo => "the link with the host of demo",
        Environment::Test => "the link with the host of the test environment",
    }
}
