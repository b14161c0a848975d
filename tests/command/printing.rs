//! Invoices that are drawn: with which codes, what is told of them, and what a second run does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::SystemTime;

use ksef_qr::Environment;
use ksef_qr::book::{Book, Event, Happening, Place};
use ksef_qr::values::InvoiceHash;
use serde_json::Value;

use crate::common::{file, fixture, ksef_qr, records, run, status, stderr};

const INVOICE: &str = "invoices/good/fa3-basic.xml";

fn print(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ksef-qr"));
    command.current_dir(folder).env_remove("KSEF_QR_KEY_PASSWORD").args(["print", "--env", "test", "--quiet"]);
    command.args(["--now", "2026-06-30T12:00:00Z"]);
    command
}

fn signing(folder: &Path) -> Command {
    let mut command = print(folder);
    command.args(["--cert", &fixture("keys/offline-ec.crt"), "--key", &fixture("keys/offline-ec.pkcs8.pem")]);
    command
}

fn done(output: &Output) {
    assert_eq!(status(output), 0, "{}", stderr(output));
}

/// Where clicks on a PDF lead.
fn links(pdf: &Path) -> BTreeSet<String> {
    let pdf = lopdf::Document::load(pdf).unwrap();
    let url = |object: &lopdf::Object| Some(object.as_dict().ok()?.get(b"A").ok()?.as_dict().ok()?.clone());
    let inside = |action: lopdf::Dictionary| Some(action.get(b"URI").ok()?.as_str().ok()?.to_vec());
    let found = pdf.objects.values().filter_map(url).filter_map(inside);
    found.map(|url| String::from_utf8(url).unwrap()).filter(|url| url.contains("ksef.mf.gov.pl")).collect()
}

fn kinds(pdf: &Path) -> Vec<&'static str> {
    let is = |link: &String| if link.contains("/certificate/") { "certificate" } else { "invoice" };
    links(pdf).iter().map(is).collect()
}

fn first(folder: &Path, out: &str) -> Value {
    records(&folder.join(out).join("manifest.ndjson")).remove(0)
}

#[test]
fn the_codes_are_those_that_belong_on_the_invoice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pdf = |out: &str| folder.join(out).join("fa3-basic.invoice.pdf");
    done(&run(signing(folder).args([&fixture(INVOICE), "--mode", "failure", "--out", "failure"])));
    assert_eq!(kinds(&pdf("failure")), ["certificate", "invoice"]);
    let number = "5265877635-20260616-0100001AF629-15";
    done(&run(print(folder).args([&fixture(INVOICE), "--ksef-number", number, "--out", "number"])));
    assert_eq!(kinds(&pdf("number")), ["invoice"]);
    // The number alone makes it one code, whatever the mode was.
    done(&run(print(folder).args([&fixture(INVOICE), "--ksef-number", number, "--mode", "failure", "--out", "later"])));
    assert_eq!(kinds(&pdf("later")), ["invoice"]);
    done(&run(print(folder).args([&fixture(INVOICE), "--mode", "total", "--out", "total"])));
    assert_eq!(kinds(&pdf("total")), [] as [&str; 0]);
    let summary = records(&folder.join("total/manifest.ndjson")).pop().unwrap();
    assert_eq!(summary["warnings"], serde_json::json!([]));
}

#[test]
fn what_would_be_wrong_in_a_buyers_hands_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let output = run(print(folder).args([&fixture(INVOICE), "--kod1-alone", "--mode", "offline24", "--out", "alone"]));
    assert_eq!(status(&output), 1);
    assert_eq!(first(folder, "alone")["error"]["code"], "kod2_missing");
    assert!(!folder.join("alone/fa3-basic.invoice.pdf").exists());
    let output = run(signing(folder).args([&fixture(INVOICE), "--mode", "total", "--out", "total"]));
    assert_eq!(status(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("carry no codes"), "{}", stderr(&output));
}

/// While KSeF is out, a VAT RR invoice carries no codes.
#[test]
fn a_vat_rr_invoice_of_an_outage_is_drawn_without_codes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let context = ["--context", "Nip:5265877635"];
    let rr = fixture("invoices/good/rr-basic.xml");
    done(&run(signing(folder).args(context).args([&rr, "--mode", "failure", "--out", "rr"])));
    assert_eq!(kinds(&folder.join("rr/rr-basic.invoice.pdf")), [] as [&str; 0]);
    let warnings = first(folder, "rr")["warnings"].as_array().unwrap().clone();
    assert!(warnings.iter().any(|warning| warning["code"] == "no_codes_expected"), "{warnings:?}");
    // No certificate is needed for it.
    done(&run(print(folder).args([&rr, "--mode", "failure", "--no-codes", "--out", "alone"])));
    for out in ["rr", "alone"] {
        assert_eq!(first(folder, out)["document"]["codes"], serde_json::json!([]));
        is_verified(folder, out);
    }
}

/// The PDF has the codes that its line says, and no others.
fn is_verified(folder: &Path, out: &str) {
    let manifest = folder.join(out).join("manifest.ndjson");
    let output = run(Command::new(env!("CARGO_BIN_EXE_ksef-qr"))
        .args(["verify", "--manifest"])
        .arg(manifest)
        .arg("--cert")
        .arg(fixture("keys/offline-ec.crt")));
    assert!(status(&output) == 0 && !stderr(&output).contains("FAIL"), "{}", stderr(&output));
}

/// A draft has no codes, and nobody looks for them.
#[test]
fn what_is_drawn_without_codes_is_verified_without_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let output = run(print(folder).args([&fixture(INVOICE), "--no-codes", "--out", "draft"]));
    done(&output);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("https://"));
    done(&run(signing(folder).args([&fixture(INVOICE), "--mode", "failure", "--out", "both"])));
    assert_eq!(first(folder, "both")["document"].get("codes"), None);
    is_verified(folder, "draft");
    is_verified(folder, "both");
    // A PDF that lacks what its line has is found, and one that has what it must not have.
    let pdf = |out: &str| folder.join(out).join("fa3-basic.invoice.pdf");
    let (draft, both) = (fs::read(pdf("draft")).unwrap(), fs::read(pdf("both")).unwrap());
    fs::write(pdf("both"), draft).unwrap();
    fs::write(pdf("draft"), both).unwrap();
    for (out, expected) in [("both", "no QR code and no link was found"), ("draft", "holds another link")] {
        let manifest = folder.join(out).join("manifest.ndjson");
        let output = run(Command::new(env!("CARGO_BIN_EXE_ksef-qr")).arg("verify").arg("--manifest").arg(manifest));
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + stderr(&output);
        assert!(status(&output) == 1 && said.contains(expected), "{out}: {said}");
    }
}

#[test]
fn letters_that_cannot_be_drawn_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = String::from_utf8(file(INVOICE)).unwrap();
    fs::write(folder.join("f.xml"), text.replacen("<P_7>", "<P_7>漢字 ", 1)).unwrap();
    done(&run(print(folder).args(["f.xml", "--no-codes", "--out", "out"])));
    let warning = first(folder, "out")["warnings"][0].clone();
    assert_eq!(warning["code"], "letters_not_drawn");
    assert!(warning["message"].as_str().unwrap().contains("U+6F22, U+5B57"), "{warning}");
}

#[test]
fn a_second_run_draws_what_is_missing_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["f1", "f2"] {
        let text = String::from_utf8(file(INVOICE)).unwrap();
        fs::write(folder.join(format!("{name}.xml")), text.replace("FV/2026/06/001", name)).unwrap();
    }
    let again = || done(&run(signing(folder).args(["f1.xml", "f2.xml", "--out", "out", "--resume"])));
    again();
    let [one, two] = ["f1", "f2"].map(|name| folder.join(format!("out/{name}.invoice.pdf")));
    let (before, other) = (fs::read(&one).unwrap(), fs::read(&two).unwrap());
    fs::remove_file(&one).unwrap();
    again();
    // The same codes: they were signed once.
    assert!(fs::read(&one).unwrap() == before && fs::read(&two).unwrap() == other);
    let summary = records(&folder.join("out/manifest.ndjson")).pop().unwrap();
    assert_eq!((&summary["kept"], &summary["redrawn"]), (&2.into(), &1.into()), "{summary}");
}

#[test]
fn out_of_an_archive_into_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let zip = fixture("archives/good.zip");
    done(&run(print(folder).args([&zip, "--no-codes", "--out", "drawn.zip"])));
    let lines = records(&folder.join("drawn.ndjson"));
    let drawn: Vec<_> = lines.iter().filter(|line| line["document"]["type"] == "printed").collect();
    assert!(drawn.len() > 1 && drawn.len() + 1 == lines.len());
    let bytes = fs::read(folder.join("drawn.zip")).unwrap();
    for line in drawn {
        let name = line["document"]["file"].as_str().unwrap();
        assert!(bytes.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
}

#[test]
fn the_book_has_what_was_drawn_and_gives_it_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let place = Place::File(folder.join("firm.book"));
    Book::create(&place, Environment::Test, SystemTime::now()).unwrap();
    for out in ["first", "second"] {
        done(&run(signing(folder).args([&fixture(INVOICE), "--book", "firm.book", "--out", out])));
    }
    let [one, two] = ["first", "second"].map(|out| folder.join(out).join("fa3-basic.invoice.pdf"));
    assert_eq!(links(&one), links(&two));
    assert_eq!(first(folder, "second")["from_book"], true);
}

/// Whoever has the book needs no key for what is in it.
#[test]
fn the_book_alone_gives_the_codes_and_then_the_number() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let place = Place::File(folder.join("firm.book"));
    Book::create(&place, Environment::Test, SystemTime::now()).unwrap();
    let by_book = |out: &str| run(print(folder).args([&fixture(INVOICE), "--book", "firm.book", "--out", out]));
    let code = |out: &str| first(folder, out)["error"]["code"].clone();
    let output = by_book("unknown");
    assert_eq!((status(&output), code("unknown")), (1, "codes_missing".into()), "{}", stderr(&output));
    done(&run(signing(folder).args([&fixture(INVOICE), "--book", "firm.book", "--out", "signed"])));
    done(&by_book("again"));
    let pdf = |out: &str| folder.join(out).join("fa3-basic.invoice.pdf");
    assert_eq!((links(&pdf("again")).len(), links(&pdf("again"))), (2, links(&pdf("signed"))));
    assert_eq!(first(folder, "again")["from_book"], true);
    // Once there is a number, KOD I with it is all that belongs on the invoice, also where the first run is continued.
    let hash = InvoiceHash::of(&file(INVOICE));
    let record = |what| {
        let book = Book::open(&place, SystemTime::now()).unwrap();
        book.record(&[(hash, Event::new(what, SystemTime::now(), "a test"))]).unwrap();
    };
    let number = "5265877635-20260616-0100001AF629-15";
    record(Happening::Accepted { number: number.parse().unwrap(), corrected_by: None });
    done(&by_book("number"));
    done(&run(print(folder).args([&fixture(INVOICE), "--book", "firm.book", "--out", "again", "--resume"])));
    for out in ["number", "again"] {
        assert_eq!((kinds(&pdf(out)), &first(folder, out)["ksef_number"]), (vec!["invoice"], &number.into()), "{out}");
    }
    // Another file with its number is not this invoice.
    let other = String::from_utf8(file(INVOICE)).unwrap() + "\n";
    fs::write(folder.join("other.xml"), other).unwrap();
    let output = run(print(folder).args(["other.xml", "--book", "firm.book", "--out", "other"]));
    assert_eq!((status(&output), code("other")), (1, "issued_number".into()), "{}", stderr(&output));
}

#[test]
fn the_firms_looks_are_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut logo = Vec::new();
    let mut encoder = png::Encoder::new(&mut logo, 60, 20);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[200; 60 * 20 * 3]).unwrap();
    fs::create_dir(folder.join("looks")).unwrap();
    fs::write(folder.join("looks/logo.png"), logo).unwrap();
    let text = "logo = 'logo.png'\nlogo_height_mm = 12\naccent = '#1f4e79'\nnote = 'Dziękujemy.'\nfooter = 'Żółw'";
    fs::write(folder.join("looks/look.toml"), text).unwrap();
    let draw = |look: &str, out: &str| {
        run(print(folder).args([&fixture(INVOICE), "--no-codes", "--look", look, "--out", out]))
    };
    done(&draw("looks/look.toml", "out"));
    let pdf = lopdf::Document::load(folder.join("out/fa3-basic.invoice.pdf")).unwrap();
    let is_picture = |object: &&lopdf::Object| {
        let stream = object.as_stream().ok();
        stream.is_some_and(|stream| {
            stream.dict.get(b"Subtype").is_ok_and(|kind| kind.as_name().is_ok_and(|kind| kind == b"Image"))
        })
    };
    assert_eq!(pdf.objects.values().filter(is_picture).count(), 1);
    for (look, why) in [
        ("accent = '#ffff00'", "line 1: the colour #ffff00 is too light"),
        ("logo = 'none.png'", "none.png"),
        ("logo = 'looks/look.toml'", "the logo is neither PNG nor JPEG"),
        ("colour = 'x'", "line 1: \"colour\" is not known here"),
    ] {
        fs::write(folder.join("wrong.toml"), look).unwrap();
        let output = draw("wrong.toml", "wrong");
        assert_eq!(status(&output), 2, "{look}");
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
}

#[test]
fn what_is_another_than_in_the_earlier_run_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("look.toml"), "accent = \"#1f4e79\"").unwrap();
    let good = fixture("invoices/good/fa3-basic.xml");
    let print = |more: &[&str]| {
        let args = ["print", &good, "--env", "test", "--kod1-alone", "--out", "printed", "--resume"];
        run(ksef_qr(folder.path()).args(args).args(more))
    };
    assert_eq!(status(&print(&[])), 0);
    for (more, difference) in [
        (&["--language", "both"][..], "the language was pl, and is both in this run"),
        (&["--look", "look.toml"][..], "there was no look, and there is one in this run"),
        (
            &["--look", "look.toml", "--language", "en"][..],
            "there was no look, and there is one in this run; the language was pl, and is en in this run",
        ),
    ] {
        let output = print(more);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(&format!("differs from what this run makes: {difference}\n")), "{more:?}: {told}");
    }
    assert_eq!(status(&print(&[])), 0);
}

#[test]
fn without_a_source_of_codes_the_way_without_codes_is_named_and_a_missing_file_first() {
    let folder = tempfile::tempdir().unwrap();
    let told = |input: &str| {
        let output = run(ksef_qr(folder.path()).args(["print", input, "--env", "test"]));
        assert_eq!(status(&output), 2);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = told(&fixture("invoices/good/fa3-basic.xml"));
    assert!(said.contains("--no-codes") && said.contains("--mode total"), "{said}");
    let said = told("none.xml");
    assert!(said.contains("none.xml: there is no such file"), "{said}");
}
