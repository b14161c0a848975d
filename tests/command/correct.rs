//! `ksef-qr correct`: hostile files, large ones, and what it says together with what other commands say.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use crate::common::{file, fixture, ksef_qr, lines, run, status, stdout};
use ksef_qr::correction::{Correction, Exceptions, Judgement};
use ksef_qr::values::InvoiceHash;
use serde_json::Value;

const NOW: [&str; 2] = ["--now", "2026-06-16T12:00:00Z"];

fn corrected() -> String {
    String::from_utf8(file("correction/corrected.xml")).unwrap()
}

/// The answer, in the bounds of time.
fn answer(first: &[u8], corrected: &str) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("first.xml"), first).unwrap();
    fs::write(folder.path().join("corrected.xml"), corrected).unwrap();
    let begun = Instant::now();
    let output = run(ksef_qr(folder.path()).args(["correct", "first.xml", "corrected.xml", "--json"]).args(NOW));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    (status(&output), lines(&output).remove(0))
}

#[test]
fn hostile_first_files_are_answered() {
    // The time for 30 MB is in proportion.
    const SIZE: usize = 300_000;
    let fill = |piece: &str| format!("<Faktura>{}", piece.repeat(SIZE / piece.len()));
    let corrected = corrected();
    let spaced = format!("{}{}", " ".repeat(SIZE), corrected.replace("?>", "?>\n"));
    for first in [
        fill("<a>"),
        fill("<a/>"),
        fill("<a b='1' b='2' "),
        fill("&a;"),
        fill("&"),
        fill("<"),
        fill("</"),
        fill("</a>"),
        fill("<!--"),
        fill("<![CDATA["),
        fill("<!DOCTYPE ["),
        fill("<!ENTITY a '&a;'>"),
        fill("<FaWiersz><NrWierszaFa>1</NrWierszaFa></FaWiersz>"),
        fill("<x xmlns:a='b' xmlns='c'>"),
        (0..20_000).fold("<Faktura>".to_owned(), |text, n| text + &format!("<n{n} a{n}=''/>")),
        spaced,
        "<".to_owned(),
    ] {
        let (status, line) = answer(first.as_bytes(), &corrected);
        assert!(matches!(status, 0 | 1), "{}: {line}", &first[..20]);
        assert_eq!(line["first"]["hash_base64"], InvoiceHash::of(first.as_bytes()).base64());
        assert!(line["differences"].as_array().unwrap().len() <= 3_000);
    }
}

/// An invoice of so many lines, its amounts written with this sign before the decimals.
fn of_lines(count: usize, sign: char) -> String {
    let basic = corrected();
    let (before, after) = basic.split_once("    <Platnosc>").unwrap();
    let mut text = before.to_owned();
    for line in 3..count {
        _ = write!(
            text,
            "<FaWiersz><NrWierszaFa>{line}</NrWierszaFa><P_7>Uchwyt</P_7><P_8B>1</P_8B><P_11>{line}{sign}00</P_11></FaWiersz>"
        );
    }
    text + "    <Platnosc>" + after
}

#[test]
fn ten_thousand_lines_are_compared_one_by_one() {
    let (first, corrected) = (of_lines(8_000, ','), of_lines(8_000, '.'));
    let correction = Correction::between(first.as_bytes(), corrected.as_bytes()).unwrap();
    assert_eq!((correction.judgement(), correction.count(Judgement::Form)), (Judgement::Form, 7_997));
    let other = corrected.replacen("<P_11>7000.00<", "<P_11>7001.00<", 1);
    let correction = Correction::between(first.as_bytes(), other.as_bytes()).unwrap();
    assert_eq!(correction.count(Judgement::Content), 1);
    assert_eq!(correction.differences()[0].place, "Faktura/Fa/FaWiersz[7000]/P_11");
    let error = correction.judge(Exceptions::NONE).unwrap_err();
    assert!(error.message().contains("FaWiersz[7000]/P_11"), "{error}");
}

/// One line less at the beginning, and all after it with other numbers: no other way than to look at each.
#[test]
fn the_time_grows_with_the_size_and_no_faster() {
    let time = |lines: usize| {
        let (first, corrected) = (of_lines(lines, ','), of_lines(lines, '.'));
        let renumbered = corrected.replace("<NrWierszaFa>", "<NrWierszaFa>1");
        let once = || {
            let begun = Instant::now();
            Correction::between(first.as_bytes(), renumbered.as_bytes()).unwrap();
            begun.elapsed()
        };
        (0..3).map(|_| once()).min().unwrap()
    };
    let (small, large) = (time(1_500), time(6_000));
    assert!(large < small * 12, "{small:?} for 1 500 lines, {large:?} for 6 000");
}

/// How each is judged beside the invoice that it was made of. Some of them were made with another content.
const BAD: [&str; 38] = [
    "attribute-with-less-than form",
    "bom form",
    "cdata-end-in-text content",
    "comment-double-hyphen form",
    "discouraged-character form",
    "discouraged-reference form",
    "doctype form",
    "duplicate-attribute form",
    "entity-bomb content",
    "forbidden-character form",
    "future-date content",
    "impossible-date content",
    "malformed-date form",
    "malformed-nip content",
    "mismatched-tags form",
    "missing-date content",
    "missing-nip content",
    "missing-number content",
    "nip-with-dashes form",
    "not-utf8 unclear",
    "processing-instruction form",
    "raw-ampersand content",
    "reference-to-nul content",
    "space-before-declaration form",
    "text-after-root form",
    "truncated content",
    "truncated-in-tag content",
    "two-dates content",
    "two-roots content",
    "unbound-prefix form",
    "unclosed-comment content",
    "undefined-entity form",
    "unknown-form form",
    "unknown-root content",
    "utf16 form",
    "wrong-encoding form",
    "wrong-nip-checksum content",
    "xml-1.1 form",
];

#[test]
fn every_bad_invoice_can_be_compared() {
    let corrected = file("invoices/good/fa3-basic.xml");
    let mut judged = Vec::new();
    for entry in fs::read_dir(fixture("invoices/bad")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if Correction::check_first(&bytes).is_err() {
            continue;
        }
        let correction = Correction::between(&bytes, &corrected).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        judged.push(format!("{name} {}", correction.judgement()));
    }
    judged.sort();
    assert_eq!(judged, BAD);
}

#[test]
fn the_digests_are_those_of_openssl() {
    let output = run(ksef_qr(fixture("").as_ref())
        .args(["correct", "correction/first.xml", "correction/corrected.xml", "--json"])
        .args(NOW));
    let line: Value = serde_json::from_str(stdout(&output)).unwrap();
    for (field, name) in [("invoiceHash", "corrected.xml"), ("hashOfCorrectedInvoice", "first.xml")] {
        let path = fixture(&format!("correction/{name}"));
        let digest = run(std::process::Command::new("openssl").args(["dgst", "-sha256", "-binary", &path]));
        let bytes: [u8; 32] = digest.stdout.try_into().unwrap();
        assert_eq!(line["request"][field], InvoiceHash::from_bytes(bytes).base64());
    }
}
