//! Files as people have them: other things in the place of an invoice or a PDF, texts as Windows saves them, invoices beside
//! their PDFs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{IN_TEST, credential, fixture, invoices, ksef_qr, lines, run, sign, status, stderr};
use serde_json::Value;

const PDF: &str = "pdf/producers/fa3-basic.pdf";
const INVOICE: &str = "invoices/good/fa3-basic.xml";

fn stamp(folder: &Path, args: &[&str]) -> Command {
    let mut command = ksef_qr(folder);
    // One PDF stands for all: which one it shows is another test's.
    command.args(["stamp", "--pdf-mismatch", "ignore"]).args(IN_TEST).args(credential()).args(args);
    command
}

/// Of each invoice: its input, and the code, the message and what the error is about if it was refused.
fn told(output: &std::process::Output) -> Vec<Value> {
    lines(output).into_iter().filter(|line| line["type"] == "invoice").collect()
}

/// What is not an invoice, and the code that names it.
fn others() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let file = |name: &str| fs::read(fixture(name)).unwrap();
    let signed = b"\x30\x82\x10\x00\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0\x82\x0F\xF1";
    let mut large = file(PDF);
    large.resize(4_000_000, b' ');
    vec![
        ("a.pdf", file(PDF), "input_is_pdf", "it is a PDF"),
        ("large.pdf", large, "input_is_pdf", "it is a PDF"),
        ("behind.pdf", file("pdf/header-behind-garbage.pdf"), "input_is_pdf", "it is a PDF"),
        ("f.xml", file("archives/good.zip"), "input_is_archive", "a ZIP archive"),
        ("f.xml.gz", file("archives/good.tar.gz"), "input_is_archive", "compressed by gzip"),
        ("t.xml", file("archives/good.tar"), "input_is_archive", "an archive"),
        ("7z.xml", b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(), "input_is_archive", "an archive"),
        ("cert.xml", file("keys/offline-ec.crt"), "input_is_certificate", "a certificate"),
        ("text.xml", file("keys/offline-ec.with-text.crt"), "input_is_certificate", "a certificate"),
        ("der.xml", file("keys/offline-ec.der.cer"), "input_is_certificate", "a certificate"),
        ("key.xml", file("keys/offline-ec.key"), "input_is_key", "a private key"),
        ("pkcs8.xml", file("keys/offline-ec.pkcs8.der"), "input_is_key", "a private key"),
        ("sec1.xml", file("keys/offline-ec.sec1.der"), "input_is_key", "a private key"),
        ("locked.xml", file("keys/offline-ec.encrypted.der"), "input_is_key", "a private key"),
        ("rsa.xml", file("keys/offline-rsa.pkcs1.der"), "input_is_key", "a private key"),
        ("p12.xml", file("keys/offline-ec.p12"), "input_is_key", "PKCS#12"),
        ("ber.xml", file("keys/offline-ec.ber.p12"), "input_is_key", "PKCS#12"),
        ("f.xml.p7m", signed.to_vec(), "input_is_signed", "a signed file"),
        ("pem.p7m", b"-----BEGIN CMS-----\nMII\n".to_vec(), "input_is_signed", "a signed file"),
        ("m.ndjson", file("cases/manifest-bom.ndjson"), "input_is_json", "a manifest"),
        ("m.json", file("cases/_metadata.json"), "input_is_json", "JSON"),
        ("zero.xml", vec![0; 2000], "input_is_placeholder", "zeros and nothing else"),
        ("png.xml", b"\x89PNG\r\n\x1A\n".to_vec(), "input_is_picture", "a picture"),
        ("upo.xml", file("upo/good/invoice.xml"), "unknown_form", "it is a UPO"),
        ("page.xml", b"<!DOCTYPE html>\n<html><br></html>".to_vec(), "unknown_form", "a web page"),
        ("empty.xml", Vec::new(), "empty_file", "the file is empty"),
        // What was right stays so.
        ("text.txt", b"seller;number\n".to_vec(), "not_well_formed", ""),
        ("utf16.xml", b"\xFF\xFE<\0a\0".to_vec(), "not_utf8", "UTF-16"),
    ]
}

#[test]
fn what_is_no_invoice_is_named_and_the_command_that_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, code, words) in others() {
        fs::write(folder.path().join(name), bytes).unwrap();
        let done = run(sign(folder.path()).args([name, "--json", "--format", "none"]));
        let error = &lines(&done)[0]["error"];
        assert_eq!(error["code"], code, "{name}");
        assert!(error["message"].as_str().unwrap().contains(words), "{name}: {error}");
        assert_eq!(status(&done), 1, "{name}");
        for command in ["check", "advise"] {
            let done = run(ksef_qr(folder.path()).arg(command).args([name, "--json"]));
            assert!(String::from_utf8_lossy(&done.stdout).contains(&format!("\"{code}\"")), "{command} {name}");
        }
    }
}

/// `stamp` of one PDF with each of these as its invoice, and of each of these as the PDF.
#[test]
fn the_file_at_fault_is_named_and_not_its_partner() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture(PDF), folder.path().join("one.pdf")).unwrap();
    fs::copy(fixture(INVOICE), folder.path().join("invoice.xml")).unwrap();
    for (name, bytes, code, words) in others() {
        fs::write(folder.path().join(name), &bytes).unwrap();
        let done = run(&mut stamp(folder.path(), &["one.pdf", "--invoice", name, "--json"]));
        let lines = told(&done);
        let error = &lines[0]["error"];
        assert_eq!(
            (&lines[0]["input"], &error["code"], &error["input"]),
            (&"one.pdf".into(), &code.into(), &name.into())
        );
        assert!(error["message"].as_str().unwrap().contains(words), "{name}: {error}");
        if code == "input_is_pdf" {
            continue;
        }
        let done = run(&mut stamp(folder.path(), &[name, "--invoice", "invoice.xml", "--json"]));
        let lines = told(&done);
        let expected = if ["empty_file", "input_is_placeholder"].contains(&code) { code } else { "input_not_pdf" };
        assert_eq!((&lines[0]["input"], &lines[0]["error"]["code"]), (&name.into(), &expected.into()), "{name}");
        assert_eq!(lines[0]["error"]["input"], Value::Null, "{name}");
    }
    let done = run(&mut stamp(folder.path(), &["invoice.xml", "--invoice", "one.pdf", "--json"]));
    let error = told(&done)[0]["error"].clone();
    assert_eq!(error["code"], "input_not_pdf");
    assert!(error["message"].as_str().unwrap().contains("one.pdf is a PDF: were they swapped?"), "{error}");
}

/// Invoices f1 and f2, and their PDFs, in one folder.
fn pairs(folder: &Path) {
    let text = fs::read_to_string(fixture(INVOICE)).unwrap();
    for number in ["f1", "f2"] {
        fs::copy(fixture(PDF), folder.join(format!("{number}.pdf"))).unwrap();
        fs::write(folder.join(format!("{number}.xml")), text.replace("FV/2026/06/001", number)).unwrap();
    }
}

/// What each PDF was stamped with, or why it was not.
fn pairing(output: &std::process::Output) -> Vec<String> {
    let name = |value: &Value| value.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let told = |line: &Value| match line["error"]["code"].as_str() {
        Some(code) => format!("{} {code}", name(&line["input"])),
        None => format!("{} {}", name(&line["input"]), name(&line["document"]["invoice"])),
    };
    self::told(output).iter().map(told).collect()
}

#[test]
fn an_invoice_beside_its_pdf_pairs_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("in");
    fs::create_dir(&place).unwrap();
    pairs(&place);
    let both = ["f1.pdf f1.xml", "f2.pdf f2.xml"];
    let stamped = |args: &[&str]| pairing(&run(stamp(folder.path(), args).arg("--json").arg("--overwrite")));
    assert_eq!(stamped(&["in"]), both);
    assert_eq!(stamped(&["in/f1.pdf"]), both[..1]);
    assert_eq!(stamped(&["in/f1.pdf", "in/f1.xml", "in/f2.pdf", "in/f2.xml"]), both);
    assert_eq!(stamped(&["in/*"]), both);
    // Given along, from elsewhere; without its PDF; without any.
    fs::create_dir(folder.path().join("xml")).unwrap();
    fs::rename(place.join("f2.xml"), folder.path().join("xml/f2.xml")).unwrap();
    assert_eq!(stamped(&["in/f2.pdf", "xml/f2.xml"]), both[1..]);
    assert_eq!(stamped(&["in"]), ["f1.pdf f1.xml", "f2.pdf invoice_not_embedded"]);
    assert_eq!(stamped(&["in/f1.pdf", "xml/f2.xml"]), ["f1.pdf f1.xml", "f2.xml pair_missing"]);
    assert_eq!(stamped(&["xml/f2.xml"]), ["f2.xml input_not_pdf"]);
    // Of two names that differ in their capitals nobody knows which is meant.
    fs::copy(place.join("f1.xml"), place.join("f1.XML")).unwrap();
    if place.join("f1.Xml").exists() {
        return;
    }
    assert_eq!(stamped(&["in/f1.pdf"]), ["f1.pdf pair_ambiguous"]);
}

#[test]
fn the_invoice_beside_a_pdf_and_the_one_in_it_are_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixture("pdf/pdfa-3b.pdf"), folder.path().join("a.pdf")).unwrap();
    let invoice = fs::read(fixture(INVOICE)).unwrap();
    let stamped = |bytes: &[u8], args: &[&str]| {
        fs::write(folder.path().join("a.xml"), bytes).unwrap();
        pairing(&run(stamp(folder.path(), args).arg("--json").arg("--overwrite")))
    };
    assert_eq!(stamped(&invoice, &["a.pdf"]), ["a.pdf a.xml"]);
    let other = String::from_utf8(invoice.clone()).unwrap().replace("FV/2026/06/001", "FV/2026/06/002");
    assert_eq!(stamped(other.as_bytes(), &["a.pdf"]), ["a.pdf invoice_embedded_differs"]);
    // Whoever says which one it is has a reason.
    assert_eq!(stamped(other.as_bytes(), &["a.pdf", "--invoice", "a.xml"]), ["a.pdf a.xml"]);
    // Other XML beside it is no invoice, and the one in the PDF counts.
    let upo = fs::read(fixture("cases/upo_te.xml")).unwrap();
    assert!(stamped(&upo, &["a.pdf"])[0].contains("fa3-basic"));
}

/// An archive that stores a PDF as it is has the PDF's first bytes near its own.
#[test]
fn an_archive_of_a_pdf_is_no_pdf() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = fs::read(fixture(PDF)).unwrap();
    let mut stored = b"PK\x03\x04\x14\0\0\0\0\0".to_vec();
    stored.extend(&pdf);
    let mut tar = vec![0; 512];
    tar[..5].copy_from_slice(b"a.pdf");
    tar[257..262].copy_from_slice(b"ustar");
    tar.extend(&pdf);
    for (name, bytes) in [("a.pdf", stored), ("b.pdf", tar)] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let done = run(&mut stamp(folder.path(), &[name, "--invoice", &fixture(INVOICE), "--json"]));
        assert_eq!(told(&done)[0]["error"]["code"], "input_not_pdf", "{name}: {}", stderr(&done));
    }
}

#[test]
fn invoices_of_pdfs_come_in_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("pdfs");
    fs::create_dir(&place).unwrap();
    fs::copy(fixture(PDF), place.join("a.pdf")).unwrap();
    for name in ["good.zip", "good.tar.gz"] {
        fs::copy(fixture(&format!("archives/{name}")), folder.path().join(name)).unwrap();
        let done =
            run(stamp(folder.path(), &["pdfs/a.pdf", "--invoice", name, "--json", "--overwrite"]).arg("--quiet"));
        assert_eq!(told(&done)[0]["document"]["invoice"], format!("{name}!a.XML"), "{}", stderr(&done));
        // The names of the two others are one, and those are without a PDF.
        let done = run(&mut stamp(folder.path(), &["pdfs", "--invoice", name, "--json", "--overwrite"]));
        assert_eq!(
            pairing(&done),
            [
                "a.pdf good.zip!a.XML".replace("good.zip", name),
                "b.xml pair_missing".into(),
                "b.xml pair_missing".into()
            ]
        );
    }
    fs::write(folder.path().join("no.zip"), "no").unwrap();
    let done = run(&mut stamp(folder.path(), &["pdfs/a.pdf", "--invoice", "no.zip", "--json"]));
    let lines = told(&done);
    assert_eq!(
        (&lines[0]["input"], &lines[0]["error"]["code"]),
        (&"no.zip".into(), &"input_archive_unreadable".into())
    );
    assert_eq!(status(&done), 2);
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn lists_and_manifests_are_read_as_windows_saves_them() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    for encode in [
        utf16,
        |text: &str| format!("\u{FEFF}{text}").into_bytes(),
        |text: &str| std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
    ] {
        fs::write(folder.path().join("list.txt"), encode("in/f00001.xml\r\nin/f00002.xml\r\n")).unwrap();
        let done = run(sign(folder.path()).args(["--files-from", "list.txt", "--json", "--format", "none"]));
        assert_eq!((told(&done).len(), status(&done)), (2, 0), "{}", stderr(&done));
        let mut text = String::from_utf8(done.stdout).unwrap().replace('\n', "\r\n");
        fs::write(folder.path().join("codes.ndjson"), encode(&text)).unwrap();
        let done = run(ksef_qr(folder.path()).arg("verify").args(&IN_TEST[2..]).args([
            "--manifest",
            "codes.ndjson",
            "--json",
        ]));
        assert_eq!(status(&done), 0, "{}", String::from_utf8_lossy(&done.stdout));
        // Codes of an earlier run.
        fs::copy(fixture(PDF), folder.path().join("f00001.pdf")).unwrap();
        let mut command = ksef_qr(folder.path());
        command.arg("stamp").args(IN_TEST).args([
            "f00001.pdf",
            "--invoice",
            "in/f00001.xml",
            "--codes",
            "codes.ndjson",
        ]);
        let done = run(command.args(["--json", "--overwrite"]));
        assert_eq!(status(&done), 0, "{}", stderr(&done));
        assert!(text.contains(told(&done)[0]["kod2"]["url"].as_str().unwrap()));
        // Links on standard input.
        text = format!("{}\r\n", told(&done)[0]["kod1"]["url"].as_str().unwrap());
        let links = folder.path().join("links.txt");
        fs::write(&links, encode(&text)).unwrap();
        let mut command = ksef_qr(folder.path());
        command.args(["verify", "-", "--json"]).args(&IN_TEST[2..]).stdin(fs::File::open(&links).unwrap());
        assert_eq!(status(&run(&mut command)), 0);
    }
}

/// It is not read to its end: one that is endless has none.
#[test]
fn a_line_that_no_link_fills_is_no_list() {
    let folder = tempfile::tempdir().unwrap();
    let links = folder.path().join("links.txt");
    fs::write(&links, format!("https://qr-test.ksef.mf.gov.pl/\n{}", "a".repeat(70_000))).unwrap();
    let mut verifications = vec![(links.to_str().unwrap(), links.clone()), ("-", links.clone())];
    if cfg!(unix) {
        verifications.push(("-", "/dev/zero".into()));
    }
    for (subject, standard_input) in verifications {
        let mut command = ksef_qr(folder.path());
        command.args(["verify", "--json", subject]).stdin(fs::File::open(standard_input).unwrap());
        let done = run(&mut command);
        assert_eq!(status(&done), 1, "{}", stderr(&done));
        let error = &lines(&done)[0]["error"];
        assert_eq!(error["code"], "input_unreadable");
        assert_eq!(error["message"], "it is no list of links: a line of it has 65536 bytes or more");
        assert!(error["hint"].as_str().unwrap().starts_with("Give one link a line."));
    }
}

/// The manifests of the cases, as PowerShell 5 and Notepad leave them.
#[test]
fn manifests_from_the_field_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for manifest in ["manifest-bom.ndjson", "manifest-powershell-utf16.ndjson"] {
        let manifest = fixture(&format!("cases/{manifest}"));
        let done = run(ksef_qr(folder.path()).args(["verify", "--manifest", &manifest, "--json"]));
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(text.contains("\"manifest_digest\"") && !text.contains("manifest_malformed"), "{text}");
        fs::copy(fixture(PDF), folder.path().join("base.pdf")).unwrap();
        let mut command = ksef_qr(folder.path());
        command.args(["stamp", "base.pdf", "--codes", &manifest, "--invoice", &fixture("cases/base.xml"), "--json"]);
        let done = run(command.arg("--overwrite"));
        let error = &lines(&done)[0]["error"];
        // Whether it has this invoice's codes is another question.
        assert!(
            !stderr(&done).contains("manifest_damaged") && error["code"] != "manifest_damaged",
            "{}",
            stderr(&done)
        );
    }
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("fifo")).status().unwrap().success());
    fs::copy(fixture(PDF), folder.path().join("one.pdf")).unwrap();
    for endless in ["/dev/zero", "fifo"] {
        let done = run(&mut stamp(folder.path(), &["--pairs", endless, "--json"]));
        assert_eq!(told(&done)[0]["error"]["code"], "pair_table_unreadable", "{endless}");
        let done = run(&mut stamp(folder.path(), &["one.pdf", "--invoice", endless, "--json"]));
        assert_eq!(told(&done)[0]["error"]["code"], "input_not_regular", "{endless}");
        let mut command = ksef_qr(folder.path());
        let done = run(command.args(["stamp", "one.pdf", "--codes", endless]));
        assert_eq!(status(&done), 2, "{endless}");
        assert!(stderr(&done).contains("[input_not_regular]"), "{}", stderr(&done));
    }
    let done = run(sign(folder.path()).args(["--files-from", "/dev/zero", "--json"]));
    assert_eq!(told(&done)[0]["error"]["code"], "input_unreadable");
}

/// A pipe without a writer is given up; one with a writer is read.
#[cfg(unix)]
#[test]
fn pipes_are_read_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("fifo")).status().unwrap().success());
    let invoice = fixture(INVOICE);
    let commands = [
        &["link", &invoice, "--env", "test", "--embed", "--json", "--upo", "fifo"][..],
        &["sign", &invoice, "--env", "test", "--embed", "--json", "--credentials", "fifo"],
        &["cert", "show", "fifo", "--json"],
        &["verify", "fifo", "--json"],
    ];
    // Each of them waits for some seconds.
    let waiting = commands.map(|arguments| {
        let mut command = ksef_qr(folder.path());
        let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        (arguments, command.spawn().unwrap())
    });
    for (arguments, waiting) in waiting {
        let done = waiting.wait_with_output().unwrap();
        assert_ne!(status(&done), 0, "{arguments:?}");
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        assert!(said.contains("nobody writes into it"), "{arguments:?}: {said}");
    }
    let substituted = Command::new("bash")
        .arg("-c")
        .arg(r#""$0" cert show <(cat "$1") && "$0" verify --json <(sleep 1; cat "$2")"#)
        .env("KSEF_QR_CONFIG", "")
        .env("KSEF_QR_LANG", "en")
        .arg(env!("CARGO_BIN_EXE_ksef-qr"))
        .args([fixture("keys/offline-ec.crt"), fixture("verify/codes/fa3-basic.kod1.png")])
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&substituted.stdout).contains("\"KOD I\"") || substituted.status.success(),
        "{substituted:?}"
    );
}

/// `--out codes.png` would be a folder of that name, full of other files.
#[test]
fn a_folder_is_not_called_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["codes.png", "codes.SVG", "out.7z", "result.pdf", "m.json"] {
        for command in ["sign", "confirm", "link"] {
            let mut run_of = ksef_qr(folder.path());
            run_of.args([command, &fixture(INVOICE), "--out", name]).args(IN_TEST);
            if command != "link" {
                run_of.args(credential());
            }
            let done = run(&mut run_of);
            assert_eq!(status(&done), 2, "{command} {name}");
            assert!(stderr(&done).contains("give the name of a folder"), "{}", stderr(&done));
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::create_dir(folder.path().join("old.png")).unwrap();
    assert_eq!(status(&run(sign(folder.path()).args([&fixture(INVOICE), "--out", "old.png"]))), 0);
}

/// As it is copied out of a letter or a table.
#[test]
fn a_ksef_number_is_taken_as_people_copy_it() {
    let folder = tempfile::tempdir().unwrap();
    let link = |number: &str| {
        let mut command = ksef_qr(folder.path());
        command.args(["link", &fixture("cases/5265877635-20261126-0100001AF629-CD.xml"), "--env", "test", "--json"]);
        run(command.args(["--now", "2026-11-30T12:00:00Z", "--embed", "--ksef-number", number]))
    };
    for number in ["5265877635-20261126-0100001AF629-CD", " 5265877635-20261126-0100001af629-cd\n"] {
        let done = link(number);
        assert_eq!(told(&done)[0]["ksef_number"], "5265877635-20261126-0100001AF629-CD", "{}", stderr(&done));
    }
    assert_eq!(status(&link("5265877635-20261126-0100001AF629-CE")), 2);
}
