use std::time::{Duration, SystemTime};

use ksef_qr::link::Link;
use ksef_qr::verify::Verifier;

/// A link, against a plain grammar of the Ministry's text; and what `verify` says of anything.
pub fn link(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let verifier = Verifier::new(now);
    for report in verifier.links(&text.lines().take(20).collect::<Vec<_>>()) {
        _ = report.has_failed();
    }
    let parsed = Link::parse(&text);
    match (&parsed, is_plain(&text)) {
        (Ok(link), _) => {
            assert_eq!(link.to_string(), text, "a link has one spelling");
            assert!(is_plain(&text), "taken, and not by the grammar");
        }
        (Err(_), false) => {}
        // What the grammar does not know: days of the calendar, kinds of context, the last bits of Base64.
        (Err(error), true) => assert!(
            [
                "date_malformed",
                "context_malformed",
                "hash_malformed",
                "link_malformed",
                "serial_malformed",
                "nip_malformed"
            ]
            .contains(&error.code()),
            "{error}"
        ),
    }
}

fn is_plain(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let mut parts = rest.split('/');
    let host = parts.next().unwrap_or_default();
    if !["qr.ksef.mf.gov.pl", "qr-demo.ksef.mf.gov.pl", "qr-test.ksef.mf.gov.pl"].contains(&host) {
        return false;
    }
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let base64 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    match parts.collect::<Vec<_>>()[..] {
        ["invoice", nip, date, hash] => {
            let day: Vec<&str> = date.split('-').collect();
            let is_day = matches!(day[..], [d, m, y] if digits(d, 2) && digits(m, 2) && digits(y, 4));
            digits(nip, 10) && is_day && hash.len() == 43 && base64(hash)
        }
        ["certificate", kind, value, nip, serial, hash, signature] => {
            let is_context = ["Nip", "InternalId", "NipVatUe", "PeppolId"].contains(&kind) && !value.is_empty();
            let is_serial = !serial.is_empty() && serial.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
            let is_hash = hash.len() == 43 && base64(hash);
            is_context && digits(nip, 10) && is_serial && is_hash && signature.len() >= 80 && base64(signature)
        }
        _ => false,
    }
}
