//! `verify --book`: is a code the one that the book has, and what became of its invoice.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ksef_qr::book::{Book, Event, Facts, Happening, Place, Recorded};
use ksef_qr::values::{Environment, InvoiceHash, KsefNumber};
use ksef_qr::verify::{Outcome, Verifier};
use ksef_qr::{Invoice, verify};
use serde_json::{Value, json};

use crate::common::{IN_TEST, credential, file, fixture, ksef_qr, lines, records, run, sign, status, stderr};

const NUMBER: &str = "5265877635-20260616-0100001AF629-15";

/// A folder with a book, and an invoice `f.xml` that was signed by it, into `out`.
fn signed(more: &[&str]) -> (tempfile::TempDir, InvoiceHash) {
    let folder = tempfile::tempdir().unwrap();
    Book::create(&at(folder.path()), Environment::Test, SystemTime::now()).unwrap();
    let bytes = file("correction/first.xml");
    // What a code is made of is as it should be.
    let text = String::from_utf8(bytes).unwrap().replace("525-146-92-86", "5251469286");
    fs::write(folder.path().join("f.xml"), &text).unwrap();
    let output = run(sign(folder.path()).args(["f.xml", "--book", "firm.book", "--quiet", "--out", "out"]).args(more));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    (folder, InvoiceHash::of(text.as_bytes()))
}

fn at(folder: &Path) -> Place {
    Place::File(folder.join("firm.book"))
}

fn open(folder: &Path) -> Book {
    Book::open(&at(folder), SystemTime::now()).unwrap()
}

fn record(folder: &Path, hash: InvoiceHash, what: Happening) {
    let event = Event::new(what, SystemTime::now(), "a test");
    assert_eq!(open(folder).record(&[(hash, event)]).unwrap(), [Recorded::Added]);
}

/// Both links of a run.
fn links(folder: &Path, out: &str) -> [String; 2] {
    let line = records(&folder.join(out).join("manifest.ndjson")).remove(0);
    ["kod1", "kod2"].map(|code| line[code]["url"].as_str().unwrap().to_owned())
}

/// What `verify --book` says of one link: the exit status, and what it says by code.
fn verify(folder: &Path, link: &str, more: &[&str]) -> (i32, Value) {
    let now = ["--now", "2026-06-30T12:00:00Z"];
    let output = run(ksef_qr(folder).args(["verify", link, "--json"]).args(now).args(more));
    let said = lines(&output).remove(0);
    let checks = said["checks"].as_array().unwrap_or_else(|| panic!("{said}")).iter();
    let of = |check: &Value| (check["code"].as_str().unwrap().to_owned(), json!([check["outcome"], check["reason"]]));
    (status(&output), Value::Object(checks.map(of).collect()))
}

const BOOK: [&str; 2] = ["--book", "firm.book"];

#[test]
fn what_the_book_knows_is_said_of_both_codes() {
    let (folder, hash) = signed(&["--mode", "offline24"]);
    let folder = folder.path();
    for (link, kind) in links(folder, "out").iter().zip(["book_kod1", "book_kod2"]) {
        let (status, checks) = verify(folder, link, &BOOK);
        assert_eq!((status, &checks[kind][0]), (0, &"ok".into()), "{checks}");
        let reason =
            "in the book FV/2026/06/001 is issued, and not sent; KSeF must have it by 2026-06-16, which is past";
        assert_eq!(checks["book_entry"], json!(["ok", reason]));
        // Without the book nothing of it.
        assert_eq!(verify(folder, link, &[]).1["book_entry"], Value::Null);
    }
    let [kod1, _] = links(folder, "out");
    let refusal = Happening::Refused { status: Some(430), reason: "Błąd: P_6".to_owned() };
    record(folder, hash, refusal);
    let said = verify(folder, &kod1, &BOOK).1["book_entry"][1].clone();
    assert!(said.as_str().unwrap().contains("refused by KSeF (Błąd: P_6); KSeF must have it by 2026-06-16"), "{said}");
    record(folder, hash, Happening::Accepted { number: KsefNumber::parse(NUMBER).unwrap(), corrected_by: None });
    let said = verify(folder, &kod1, &BOOK).1["book_entry"].clone();
    assert_eq!(said, json!(["ok", format!("in the book FV/2026/06/001 has the KSeF number {NUMBER}")]));
}

#[test]
fn a_code_that_was_made_outside_of_the_book_fails() {
    let (folder, _) = signed(&[]);
    let folder = folder.path();
    // A second signature of the same key, and one of another certificate.
    let rsa = ["--cert", &fixture("keys/offline-rsa.crt"), "--key", &fixture("keys/offline-rsa.pkcs8.pem")];
    for (out, [cert, cert_file, key, key_file], differing) in [
        ("again", &credential().each_ref().map(|part| &**part), &["the signature is another"][..]),
        ("rsa", &rsa, &["the certificate is ", "the signature is another"][..]),
    ] {
        let arguments = ["sign", "f.xml", "--quiet", "--out", out, cert, cert_file, key, key_file];
        let output = run(ksef_qr(folder).args(arguments).args(IN_TEST));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let [kod1, kod2] = links(folder, out);
        let (status, checks) =
            verify(folder, &kod2, &[&BOOK[..], &["--cert", cert_file, "--invoice", "f.xml"]].concat());
        assert_eq!((status, &checks["signature"][0]), (1, &"ok".into()), "{checks}");
        assert_eq!(checks["book_kod2"][0], "fail");
        let reason = checks["book_kod2"][1].as_str().unwrap();
        assert!(differing.iter().all(|part| reason.contains(part)), "{reason}");
        // KOD I is the same, whoever makes it.
        assert_eq!(verify(folder, &kod1, &BOOK).0, 0);
    }
    let [kod1, kod2] = links(folder, "out");
    let other = kod2.replace("/Nip/5265877635/", "/Nip/5251469286/");
    let (status, checks) = verify(folder, &other, &BOOK);
    assert_eq!(status, 1);
    let reason = "KOD II is not the one that the book has: the context is Nip:5251469286, in the book Nip:5265877635";
    assert_eq!(checks["book_kod2"], json!(["fail", reason]));
    let (status, checks) = verify(folder, &kod1.replace("15-06-2026", "14-06-2026"), &BOOK);
    assert_eq!((status, &checks["book_kod1"][0]), (1, &"fail".into()), "{checks}");
    // In a manifest too.
    let output = run(ksef_qr(folder).args(["verify", "rsa", "--json"]).args(BOOK).args(&IN_TEST[2..]));
    let failed = |line: &Value| {
        line["checks"]
            .as_array()
            .is_some_and(|checks| checks.iter().any(|check| check["code"] == "book_kod2" && check["outcome"] == "fail"))
    };
    assert!(lines(&output).iter().any(failed));
}

#[test]
fn an_invoice_that_has_no_kod_2_in_the_book() {
    let (folder, _) = signed(&[]);
    let folder = folder.path();
    let [_, kod2] = links(folder, "out");
    Book::create(&Place::File(folder.join("new.book")), Environment::Test, SystemTime::now()).unwrap();
    let unknown = json!(["not_checked", "the book has no invoice with this digest"]);
    let (before, checks) = verify(folder, &kod2, &["--book", "new.book"]);
    assert_eq!((before, &checks["book_entry"], &checks["book_kod2"]), (0, &unknown, &Value::Null));
    let output = run(ksef_qr(folder).args(["link", "f.xml", "--out", "l", "--book", "new.book"]).args(IN_TEST));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let (after, checks) = verify(folder, &kod2, &["--book", "new.book"]);
    assert_eq!(after, 1);
    assert_eq!(checks["book_kod2"], json!(["fail", "the book has no KOD II of this invoice"]));
    assert_eq!(checks["book_entry"], json!(["ok", "in the book FV/2026/06/001 has KOD I alone"]));
}

#[test]
fn codes_of_an_annulled_invoice_fail() {
    let (folder, hash) = signed(&[]);
    let folder = folder.path();
    record(folder, hash, Happening::Annulled);
    for link in links(folder, "out") {
        let (status, checks) = verify(folder, &link, &BOOK);
        assert_eq!(status, 1);
        assert_eq!(checks["book_annulled"], json!(["fail", "in the book FV/2026/06/001 is annulled"]));
    }
}

#[test]
fn the_codes_of_a_corrected_file_belong_to_its_technical_correction() {
    let (folder, hash) = signed(&["--mode", "offline24"]);
    let folder = folder.path();
    let corrected = file("correction/corrected.xml");
    fs::write(folder.join("c.xml"), &corrected).unwrap();
    fs::write(folder.join("other.xml"), file("correction/amount.xml")).unwrap();
    let [kod1, kod2] = links(folder, "out");
    let digest = |link: &str, more: &[&str]| {
        let (status, checks) = verify(folder, link, more);
        (status, checks["invoice_digest"].clone())
    };
    let with_book = |invoice| [&BOOK[..], &["--invoice", invoice]].concat();
    // Nobody has entered it yet.
    for more in [with_book("c.xml"), vec!["--invoice", "c.xml"]] {
        assert_eq!(digest(&kod1, &more).1[0], "fail");
    }
    let facts = Facts::from(&Invoice::read(&corrected).unwrap());
    assert!(open(folder).correct(&hash, &facts, SystemTime::now(), "a test").unwrap());
    let entry = verify(folder, &kod1, &BOOK).1["book_entry"][1].clone();
    assert!(entry.as_str().unwrap().contains("has a technical correction"), "nobody said that it was refused: {entry}");
    let said = |what: &str| {
        json!(["ok", format!("the digest is that of the file whose technical correction is c.xml: {what}")])
    };
    for link in [&kod1, &kod2] {
        let expected = (0, said("once KSeF takes it, this code leads to it"));
        assert_eq!(digest(link, &with_book("c.xml")), expected);
        // Among others; and the first file itself.
        let among = [&with_book("other.xml")[..], &["--invoice", "c.xml"]].concat();
        assert_eq!(digest(link, &among), expected);
        assert_eq!(digest(link, &with_book("f.xml")), (0, json!(["ok", "the digest is that of f.xml"])));
    }
    record(folder, facts.hash, Happening::Accepted { number: KsefNumber::parse(NUMBER).unwrap(), corrected_by: None });
    let expected = (0, said(&format!("KSeF took it, as {NUMBER}, and this code leads to it")));
    assert_eq!(digest(&kod1, &with_book("c.xml")), expected);
    let entry = verify(folder, &kod1, &BOOK).1["book_entry"][1].clone();
    assert!(entry.as_str().unwrap().contains(&facts.hash.base64()), "{entry}");
    // Another file is still another file, and without the book nobody knows.
    assert_eq!(digest(&kod1, &with_book("other.xml")).1[0], "fail");
    assert_eq!(digest(&kod1, &["--invoice", "c.xml"]).1[0], "fail");
}

#[test]
fn a_book_that_is_not_there_is_an_error_and_one_that_breaks_a_failure() {
    let (folder, _) = signed(&[]);
    let folder = folder.path();
    let [kod1, _] = links(folder, "out");
    let output = run(ksef_qr(folder).args(["verify", &kod1, "--book", "missing.book", "--json"]));
    assert_eq!((status(&output), &lines(&output)[0]["code"]), (2, &"book_missing".into()));
    // By the variable, as for the other commands.
    let output = run(ksef_qr(folder).env("KSEF_QR_BOOK", "missing.book").args(["verify", &kod1, "--json"]));
    assert_eq!(status(&output), 2);
    let verifier = Verifier::new(SystemTime::now()).with_book(open(folder));
    // Opened while it was whole; all but its first page is lost.
    let path: PathBuf = folder.join("firm.book");
    OpenOptions::new().write(true).open(path).unwrap().set_len(4096).unwrap();
    let report: verify::Report = verifier.link(&kod1);
    assert_eq!(report.check("book_entry").unwrap().outcome(), Outcome::Fail, "{report:?}");
}

#[test]
fn verifying_writes_nothing() {
    let (folder, hash) = signed(&[]);
    let folder = folder.path();
    let before = open(folder).find(&hash).unwrap();
    for link in links(folder, "out") {
        verify(folder, &link, &BOOK);
    }
    assert_eq!(open(folder).find(&hash).unwrap(), before);
}
