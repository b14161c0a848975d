//! Digests of what the invoice was before something changed it: each change is named.

use std::time::SystemTime;

use base64::Engine as _;
use ksef_qr::values::InvoiceHash;
use ksef_qr::verify::{Check, Outcome, Verifier};
use proptest::prelude::*;

fn fixture() -> String {
    let path = format!("{}/fixtures/invoices/good/fa3-basic.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// What is said of a code made from `hashed` beside the file `given`.
fn said(hashed: &[u8], given: &[u8]) -> (Vec<&'static str>, String) {
    let hash = InvoiceHash::of(hashed).base64url();
    let link = format!("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/{hash}");
    let report = Verifier::new(SystemTime::now()).with_invoice("f.xml", given.to_vec()).link(&link);
    let failed: Vec<&Check> = report.checks.iter().filter(|check| check.outcome() == Outcome::Fail).collect();
    let codes = failed.iter().map(|check| check.code()).collect();
    (codes, failed.first().map(|check| check.message().to_owned()).unwrap_or_default())
}

#[test]
fn the_change_is_named() {
    let lf = fixture();
    assert!(!lf.contains('\r') && lf.ends_with('\n') && lf.contains("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    let crlf = lf.replace('\n', "\r\n");
    let bom = format!("\u{FEFF}{lf}");
    let bare = lf.trim_end().to_owned();
    let body = lf.split_once("?>").unwrap().1;
    let utf16: Vec<u8> = lf.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let all_changed = format!("\u{FEFF}{}", crlf.trim_end());
    let declared = lf.replace("UTF-8", "utf-16");
    let same = "the digest is not that of f.xml, but that of the same";
    let cases: &[(&[u8], &[u8], &str, String)] = &[
        (crlf.as_bytes(), lf.as_bytes(), "digest_newlines", format!("{same} text with CR LF newlines")),
        (lf.as_bytes(), crlf.as_bytes(), "digest_newlines", format!("{same} text with LF newlines")),
        (bom.as_bytes(), lf.as_bytes(), "digest_bom", format!("{same} text with a byte order mark in front")),
        (lf.as_bytes(), bom.as_bytes(), "digest_bom", format!("{same} text with no byte order mark in front")),
        (bare.as_bytes(), lf.as_bytes(), "digest_final_newline", format!("{same} text with no newline at the end")),
        (lf.as_bytes(), bare.as_bytes(), "digest_final_newline", format!("{same} text with a newline at the end")),
        (
            all_changed.as_bytes(),
            lf.as_bytes(),
            "digest_newlines",
            format!("{same} text with CR LF newlines and a byte order mark in front and no newline at the end"),
        ),
        (&utf16, lf.as_bytes(), "digest_encoding", format!("{same} text in UTF-16 (little-endian)")),
        (&windows_1250(&lf), lf.as_bytes(), "digest_encoding", format!("{same} text in windows-1250")),
        (
            body.trim_start().as_bytes(),
            lf.as_bytes(),
            "digest_declaration",
            format!("{same} document without its first line (<?xml …?>)"),
        ),
        (
            declared.as_bytes(),
            lf.as_bytes(),
            "digest_declaration",
            format!("{same} document with encoding=\"utf-16\" in its first line"),
        ),
        (&[53; 3], lf.as_bytes(), "invoice_digest", format!("the digest is not that of f.xml ({} bytes)", lf.len())),
    ];
    for (hashed, given, code, reason) in cases {
        let (codes, found) = said(hashed, given);
        assert_eq!((&codes[..], &found), (&[*code][..], reason));
    }
    assert_eq!(said(lf.as_bytes(), lf.as_bytes()).0, [""; 0]);
}

/// The fixture holds Polish letters; these are the bytes an old Windows program would write.
fn windows_1250(text: &str) -> Vec<u8> {
    let letters = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ×";
    let bytes = b"\xB9\xE6\xEA\xB3\xF1\xF3\x9C\x9F\xBF\xA5\xC6\xCA\xA3\xD1\xD3\x8C\x8F\xAF\xD7";
    let byte = |c: char| if c.is_ascii() { c as u8 } else { bytes[letters.chars().position(|l| l == c).unwrap()] };
    assert!(!text.is_ascii());
    text.chars().map(byte).collect()
}

#[test]
fn rewritten_documents_and_digests_of_something_else() {
    let xml = fixture();
    let tight = "<a><b/><c>x</c></a>";
    let loose = "<a>\n  <b/>\n  <c>x</c>\n</a>";
    for (hashed, given, code) in [
        (&*tight.replace("/>", " />"), tight, "digest_reserialised"),
        (tight, loose, "digest_reserialised"),
        (&base64::engine::general_purpose::STANDARD.encode(&xml), &*xml, "digest_of_base64"),
    ] {
        assert_eq!(said(hashed.as_bytes(), given.as_bytes()).0, [code]);
    }
    assert_eq!(said(InvoiceHash::of(xml.as_bytes()).as_bytes(), xml.as_bytes()).0, ["digest_twice"]);
}

/// Canonical forms as libxml2 writes them (`xmllint --c14n`).
#[test]
fn canonical_forms_are_recognised() {
    for (given, canonical) in [
        (
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<a c='2' b=\"1\"><!-- x --><b/>\r\n<![CDATA[<&]]>&#13;&gt;&apos;</a>\r\n",
            "<a b=\"1\" c=\"2\"><b></b>\n&lt;&amp;&#xD;&gt;'</a>",
        ),
        (
            "<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\" p:z=\"1\" y=\"2\"><b xmlns=\"urn:d\" xmlns:q=\"urn:q\" q:x=\"&lt;&#9;\"/></p:a>",
            "<p:a xmlns=\"urn:d\" xmlns:p=\"urn:p\" y=\"2\" p:z=\"1\"><b xmlns:q=\"urn:q\" q:x=\"&lt;&#x9;\"></b></p:a>",
        ),
    ] {
        assert_eq!(said(canonical.as_bytes(), given.as_bytes()).0, ["digest_canonicalised"], "{given}");
    }
}

proptest! {
    /// Whatever the file: no form of it is mistaken for another file's, and none makes this panic.
    #[test]
    fn no_cause_is_made_up(given in "\\PC{0,80}|(<[a-z/ ='\"&;!\\[\\]?-]{0,9}>?\r?\n?){0,20}") {
        prop_assert_eq!(said(b"something else entirely", given.as_bytes()).0, ["invoice_digest"]);
    }

    #[test]
    fn any_bytes_are_searched(given: Vec<u8>) {
        prop_assert_eq!(said(b"something else entirely", &given).0, ["invoice_digest"]);
    }
}
