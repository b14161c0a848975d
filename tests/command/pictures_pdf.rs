//! `--format pdf` as a user runs it: in a folder, in an archive, in the manifest, resumed, verified.

use std::fs;
use std::path::Path;

use crate::common::{IN_TEST, files, invoices, ksef_qr, lines, records, run, scanner, sign, stdout};
use base64::Engine as _;
use ksef_qr_scan::Origin;

const CODES: [&str; 2] = ["kod1", "kod2"];

/// What a PDF says in its code, and where a click on it leads.
fn code_and_link(pdf: &[u8]) -> [String; 2] {
    let found = ksef_qr_scan::pdf(pdf).unwrap();
    [Origin::Code, Origin::Link].map(|origin| {
        let texts: Vec<&String> = found.texts.iter().filter(|one| one.origin == origin).map(|one| &one.text).collect();
        assert_eq!(texts.len(), 1, "{found:?}");
        texts[0].clone()
    })
}

fn verified(manifest: &Path) -> String {
    scanner();
    let mut command = ksef_qr(manifest.parent().unwrap());
    let done = run(command.args(["verify", "--json"]).args(&IN_TEST[2..]).arg("--manifest").arg(manifest));
    lines(&done);
    stdout(&done).to_owned()
}

#[test]
fn every_pdf_holds_its_link_twice_and_the_manifest_names_it() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    assert!(run(sign(folder.path()).args(["in", "--format", "pdf"])).status.success());
    let out = folder.path().join("ksef-qr-out");
    for record in &records(&out.join("manifest.ndjson"))[..3] {
        for code in CODES {
            let pdf = fs::read(out.join(record[code]["pdf"].as_str().unwrap())).unwrap();
            assert_eq!(code_and_link(&pdf), [record[code]["url"].as_str().unwrap(); 2]);
        }
    }
    assert_eq!(files(&out).len(), 7);
    let report = verified(&out.join("manifest.ndjson"));
    assert_eq!(report.matches(".pdf is the picture of its link").count(), 6, "{report}");

    // One that holds another's code is told.
    fs::copy(out.join("f00000.kod1.pdf"), out.join("f00001.kod1.pdf")).unwrap();
    let report = verified(&out.join("manifest.ndjson"));
    assert_eq!(report.matches(".pdf is the picture of its link").count(), 5, "{report}");
    assert!(report.contains("f00001.kod1.pdf holds"), "{report}");
}

#[test]
fn pdfs_in_an_archive_and_in_the_manifest_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let args = ["in", "--deterministic", "--format", "pdf"];
    assert!(run(sign(folder.path()).args(args)).status.success());
    assert!(run(sign(folder.path()).args(args).args(["--out", "codes.zip"])).status.success());
    let done = run(sign(folder.path()).args(args).args(["--embed", "--json"]));
    let embedded = lines(&done);
    for (record, line) in records(&folder.path().join("ksef-qr-out/manifest.ndjson"))[..2].iter().zip(&embedded) {
        for code in CODES {
            let file = fs::read(folder.path().join("ksef-qr-out").join(record[code]["pdf"].as_str().unwrap())).unwrap();
            let text = line[code]["pdf_base64"].as_str().unwrap();
            assert!(base64::engine::general_purpose::STANDARD.decode(text).unwrap() == file);
        }
    }
    let report = verified(&folder.path().join("codes.ndjson"));
    assert_eq!(report.matches(".pdf is the picture of its link").count(), 4, "{report}");
}

#[test]
fn a_run_is_resumed_with_the_pdfs_that_lack() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 2);
    let args = ["in", "--format", "pdf,svg"];
    assert!(run(sign(folder.path()).args(args)).status.success());
    let out = folder.path().join("ksef-qr-out");
    let before = fs::read(out.join("f00001.kod2.pdf")).unwrap();
    // One is gone, one was cut short.
    fs::remove_file(out.join("f00001.kod2.pdf")).unwrap();
    let cut = fs::read(out.join("f00000.kod1.pdf")).unwrap();
    fs::write(out.join("f00000.kod1.pdf"), &cut[..cut.len() / 2]).unwrap();
    assert!(run(sign(folder.path()).args(args).arg("--resume")).status.success());
    assert!(fs::read(out.join("f00001.kod2.pdf")).unwrap() == before);
    assert!(fs::read(out.join("f00000.kod1.pdf")).unwrap() == cut);
    let other = run(sign(folder.path()).args(["in", "--format", "pdf", "--resume"]));
    assert!(String::from_utf8_lossy(&other.stderr).contains("resume_mismatch"), "{other:?}");
}
