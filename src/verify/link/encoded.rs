//! Digest and signature: Base64 in the spellings that people use, one of which is right.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};

use crate::error::CheckCode;
use crate::report::quoted;
use crate::values::InvoiceHash;
use crate::verify::report::Check;

/// Takes what the strict decoder refuses: padding or none, bits behind the last byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// True if the text is 32 bytes of Base64 in any spelling.
pub(super) fn is_digest(text: &str) -> bool {
    decode(text).is_some_and(|bytes| bytes.len() == 32)
}

/// True if the text is as many bytes of Base64, in any spelling, as a signature may have.
pub(super) fn is_signature(text: &str) -> bool {
    decode(text).is_some_and(|bytes| is_signature_length(&bytes))
}

/// Reads the digest of a link.
pub(super) fn digest(text: &str, checks: &mut Vec<Check>) -> Option<InvoiceHash> {
    if let Ok(hash) = InvoiceHash::from_base64url(text) {
        return Some(hash);
    }
    let hash = |bytes: Vec<u8>| bytes.try_into().ok().map(InvoiceHash::from_bytes);
    if let Some(bytes) = hexadecimal(text.as_bytes()) {
        return match bytes.len() {
            32 => {
                checks.push(Check::fail(CheckCode::DigestHex, "the digest is written in hexadecimal"));
                hash(bytes)
            }
            length => {
                checks.push(wrong_length(length));
                None
            }
        };
    }
    let Some(bytes) = decode(text) else {
        checks.push(Check::fail(CheckCode::DigestMalformed, format!("{} is not a digest in Base64", quoted(text))));
        return None;
    };
    let bytes = match bytes.len() {
        32 => bytes,
        // The digest's hexadecimal text, encoded in turn.
        64 => match hexadecimal(&bytes) {
            Some(inner) => {
                let reason = "the digest was made hexadecimal text, and that text Base64";
                checks.push(Check::fail(CheckCode::DigestHex, reason));
                return hash(inner);
            }
            None => {
                checks.push(wrong_length(64));
                return None;
            }
        },
        length => {
            checks.push(wrong_length(length));
            return None;
        }
    };
    spelling(text, "digest", checks);
    hash(bytes)
}

/// Reads the signature of a link.
pub(super) fn signature(text: &str, checks: &mut Vec<Check>) -> Option<Vec<u8>> {
    let strict = URL_SAFE_NO_PAD.decode(text).ok();
    let hex = hexadecimal(text.as_bytes()).filter(|bytes| is_signature_length(bytes));
    if let Some(bytes) = hex {
        checks.push(Check::fail(CheckCode::SignatureMalformed, "the signature is written in hexadecimal"));
        return Some(bytes);
    }
    let Some(bytes) = strict.clone().or_else(|| decode(text)) else {
        checks
            .push(Check::fail(CheckCode::SignatureMalformed, format!("{} is not a signature in Base64", quoted(text))));
        return None;
    };
    if strict.is_none() {
        spelling(text, "signature", checks);
    }
    if is_signature_length(&bytes) {
        return Some(bytes);
    }
    if bytes.first() == Some(&0x30) && (40..=90).contains(&bytes.len()) {
        let reason = format!("the signature begins like DER and is broken: it has {} bytes", bytes.len());
        checks.push(Check::fail(CheckCode::SignatureDer, reason));
        return Some(bytes);
    }
    let reason = format!("the signature has {} bytes, which is neither ECDSA P-256 nor RSA", bytes.len());
    checks.push(Check::fail(CheckCode::SignatureLength, reason));
    None
}

/// As `link.rs` has it.
fn is_signature_length(bytes: &[u8]) -> bool {
    match *bytes {
        [0x30, length, ..] if (58..=70).contains(&length) && usize::from(length) + 2 == bytes.len() => true,
        _ => matches!(bytes.len(), 64 | 256..=1024),
    }
}

/// Says which of Base64's spellings was used. The text decodes.
fn spelling(text: &str, what: &str, checks: &mut Vec<Check>) {
    let mut fail = |code, reason: String| checks.push(Check::fail(code, reason));
    let plain = unescape(text);
    if plain != text {
        let often = if text.contains("%25") { " more than once" } else { "" };
        fail(CheckCode::Base64PercentEncoded, format!("the {what} is percent-encoded{often}: {}", quoted(text)));
    }
    if plain.ends_with('=') {
        fail(CheckCode::Base64Padding, format!("padding (=) was left at the end of the {what}"));
    }
    if plain.contains(['+', '/']) {
        fail(CheckCode::Base64Alphabet, format!("the {what} is in standard Base64: it holds + or /"));
    }
    let bare = to_url_alphabet(plain.trim_end_matches('='));
    if URL_SAFE_NO_PAD.decode(&bare).is_err() {
        let canonical = decode(text).map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default();
        let end = |text: &str| text.get(text.len().saturating_sub(2)..).unwrap_or_default().to_owned();
        let reason = format!("the {what} ends with {:?}, canonical is {:?}", end(&bare), end(&canonical));
        fail(CheckCode::Base64NotCanonical, reason);
    }
}

fn wrong_length(length: usize) -> Check {
    let looks = match length {
        16 => ", as MD5 has",
        20 => ", as SHA-1 has",
        48 => ", as SHA-384 has",
        64 => ", as SHA-512 has",
        _ => "",
    };
    Check::fail(CheckCode::DigestLength, format!("the digest has {length} bytes{looks}; SHA-256 has 32"))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    LENIENT.decode(to_url_alphabet(&unescape(text))).ok()
}

fn to_url_alphabet(text: &str) -> String {
    text.replace('+', "-").replace('/', "_")
}

/// A link that was encoded more often than that is no mistake any more.
const MOST_ENCODINGS: usize = 3;

/// Undoes the percent-encoding of standard Base64's three signs, however often it was done.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let pairs = [
        ("%2B", "+"),
        ("%2b", "+"),
        ("%2F", "/"),
        ("%2f", "/"),
        ("%3D", "="),
        ("%3d", "="),
        ("%2D", "-"),
        ("%5F", "_"),
    ];
    // What was encoded twice has an encoded % in front, and each time takes two signs more.
    let mut once = text.replace("%25", "%");
    for _ in 0..MOST_ENCODINGS {
        once = once.replace("%25", "%");
    }
    Cow::Owned(pairs.iter().fold(once, |text, (escape, sign)| text.replace(escape, sign)))
}

/// Hexadecimal of 16 bytes or more. Base64 of that length that holds nothing but such digits does not happen.
fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() < 32 || !text.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).map(|value| value as u8);
    text.chunks(2)
        .map(|pair| <[u8; 2]>::try_from(pair).ok().and_then(|[a, b]| Some(digit(a)? << 4 | digit(b)?)))
        .collect()
}
