use std::io::Read as _;

use ksef_qr::KsefNumber;
use ksef_qr::deadline::{Announcements, Calendar, Failure};
use ksef_qr::files::{Decoded, decoded};
use ksef_qr::upo::Upo;
use ksef_qr::values::WrittenNumber;

/// What the Ministry's service announces, and what is written by hand: days off, failures.
pub fn announcements(bytes: &[u8]) {
    _ = Announcements::parse(bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        _ = Calendar::parse(text);
        _ = text.parse::<Failure>();
    }
}

/// A UPO in XML, or KSeF's answer in JSON.
pub fn upo(bytes: &[u8]) {
    _ = Upo::parse(bytes);
}

/// Any text after its byte order mark: read at once, and in pieces.
pub fn decoder(bytes: &[u8]) {
    let at_once = decoded(bytes.to_vec());
    let mut in_pieces = Vec::new();
    let (first, rest) = bytes.split_at(bytes.len().min(5));
    Decoded::new(first.chain(rest)).read_to_end(&mut in_pieces).unwrap();
    assert!(at_once == in_pieces);
    // A character of two bytes takes three at most; of a half there are three for one.
    assert!(at_once.len() <= 3 * bytes.len());
}

/// A KSeF number, alone or with everything else that looks like one.
pub fn number(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parsed = KsefNumber::parse(&text);
    if let Ok(number) = &parsed {
        assert_eq!(number.to_string(), text);
    }
    if let Some(number) = WrittenNumber::of(&text) {
        let today = "2026-11-26".parse().unwrap();
        _ = (number.nip(), number.day(), number.month(), number.letters(), number.date(), number.warnings());
        _ = (number.technical(), number.check_sum(), number.expected_check_sum(), number.faults(today));
    }
}
