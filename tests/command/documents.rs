//! Documents of a run through the command: stamped PDFs, confirmations, sheets.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{files, fixture, records, run};
use serde_json::Value;

const INVOICE: &str = "invoices/good/fa3-basic.xml";
const PDF: &str = "pdf/producers/fa3-basic.pdf";

/// `ksef-qr COMMAND` in the test environment, on a day when all fixtures are issued.
fn ksef_qr(folder: &Path, command: &str) -> Command {
    let mut ksef_qr = crate::common::program();
    ksef_qr.current_dir(folder).env_remove("KSEF_QR_KEY_PASSWORD").args([command, "--env", "test"]);
    ksef_qr.args(["--now", "2026-06-30T12:00:00Z"]);
    ksef_qr
}

fn signing(folder: &Path, command: &str) -> Command {
    let mut command = ksef_qr(folder, command);
    command.args(["--cert", &fixture("keys/offline-ec.crt"), "--key", &fixture("keys/offline-ec.pkcs8.pem")]);
    command
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Folders of PDFs and of their invoices: f1 and f2.
fn pairs(folder: &Path) {
    let text = fs::read_to_string(fixture(INVOICE)).unwrap();
    for name in ["pdfs", "xml"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    // Both are printed as the PDF has it.
    for (number, spelled) in [("f1", "FV/2026/06/001"), ("f2", "FV/2026/06/1")] {
        fs::copy(fixture(PDF), folder.join(format!("pdfs/{number}.pdf"))).unwrap();
        fs::write(folder.join(format!("xml/{number}.xml")), text.replace("FV/2026/06/001", spelled)).unwrap();
    }
}

fn urls(line: &Value) -> [&str; 2] {
    ["kod1", "kod2"].map(|code| line[code]["url"].as_str().unwrap())
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn pdfs_are_stamped_and_stay_as_they_were_underneath() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    let output = run(signing(folder.path(), "stamp").args(["pdfs", "--invoice", "xml"]));
    assert_eq!(status(&output), 0, "{}", told(&output));
    let out = folder.path().join("ksef-qr-out");
    assert_eq!(files(&out), ["f1.pdf", "f2.pdf", "manifest.ndjson"].map(String::from).into());
    let original = fs::read(fixture(PDF)).unwrap();
    for line in &records(&out.join("manifest.ndjson"))[..2] {
        let document = &line["document"];
        assert_eq!((&document["type"], &document["pages"]), (&"stamped".into(), &serde_json::json!([1])));
        assert_eq!(document["invoice"], line["input"].as_str().unwrap().replace("pdf", "xml").replace("xmls", "xml"));
        let stamped = fs::read(out.join(document["file"].as_str().unwrap())).unwrap();
        assert!(stamped.starts_with(&original) && stamped.len() > original.len());
        // The links to click on.
        assert!(urls(line).iter().all(|url| has(&stamped, url)));
        assert_eq!(fs::read(folder.path().join(line["input"].as_str().unwrap())).unwrap(), original);
    }
}

/// A page of their own names the invoice, and its codes are read from it. It is known as ours: stamped once is enough.
#[test]
fn codes_get_a_page_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let stamp = |pdf: &str, more: &[&str]| {
        let invoice = fixture(INVOICE);
        run(signing(folder.path(), "stamp").args([pdf, "--invoice", &invoice]).args(more))
    };
    let full = fixture("pdf/everyday/full.pdf");
    let output = stamp(&full, &["--out", "auto"]);
    assert_eq!(status(&output), 0, "{}", told(&output));
    let line = &records(&folder.path().join("auto/manifest.ndjson"))[0];
    assert_eq!(line["document"]["pages"], serde_json::json!([2]));
    assert_eq!(line["warnings"][0]["code"], "place_moved");
    let given = fixture(PDF);
    let output = stamp(&given, &["--new-page", "--size-mm", "30", "--arrange", "stacked", "--out", "new"]);
    assert_eq!(status(&output), 0, "{}", told(&output));
    for pdf in ["auto/full.pdf", "new/fa3-basic.pdf"] {
        let mut verify = crate::common::program();
        let said = run(verify.current_dir(folder.path()).args(["verify", pdf])).stdout;
        let said = String::from_utf8_lossy(&said);
        assert_eq!(said.matches(&format!("{pdf}, page 2; page 2, link")).count(), 2, "{said}");
    }
    let again = stamp("auto/full.pdf", &["--out", "again"]);
    assert_eq!(status(&again), 1);
    assert!(told(&again).contains("stamped by ksef-qr already"), "{}", told(&again));
}

#[test]
fn the_invoice_in_a_pdf_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let run = |pdf: &str, out: &str| run(signing(folder.path(), "stamp").args([&fixture(pdf), "--out", out]));
    assert_eq!(status(&run("pdf/pdfa-3b.pdf", "out")), 0);
    let line = &records(&folder.path().join("out/manifest.ndjson"))[0];
    assert_eq!(line["size_bytes"], fs::metadata(fixture(INVOICE)).unwrap().len());
    assert!(line["document"]["invoice"].as_str().unwrap().contains("basic"));
    for (pdf, code) in
        [("pdf/letter.pdf", "invoice_not_embedded"), ("pdf/attachment-no-xml.pdf", "invoice_not_embedded")]
    {
        let output = run(pdf, code);
        assert_eq!(status(&output), 1);
        assert!(told(&output).contains(&format!("[{code}]")), "{pdf}: {}", told(&output));
        fs::remove_dir_all(folder.path().join(code)).unwrap();
    }
}

#[test]
fn codes_of_an_earlier_run_are_put_on_paper_and_not_signed_again() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    assert_eq!(status(&run(signing(folder.path(), "sign").args(["xml", "--format", "none", "--out", "signed"]))), 0);
    let manifest = "signed/manifest.ndjson";
    let signed = records(&folder.path().join(manifest));
    for (command, inputs, ending) in
        [("stamp", &["pdfs", "--invoice", "xml"][..], ".pdf"), ("confirm", &["xml"], ".confirmation.pdf")]
    {
        let output = run(ksef_qr(folder.path(), command).args(inputs).args(["--codes", manifest, "--out", command]));
        assert_eq!(status(&output), 0, "{}", told(&output));
        let made = records(&folder.path().join(command).join("manifest.ndjson"));
        for (one, other) in made[..2].iter().zip(&signed) {
            for field in ["kod1", "kod2", "context", "context_source", "hash_base64", "status"] {
                assert_eq!(one[field], other[field], "{command} {field}");
            }
            assert!(one["document"]["file"].as_str().unwrap().ends_with(ending));
        }
    }
    // The manifest that is read is not written over, whatever is asked for.
    let text = fs::read_to_string(folder.path().join(manifest)).unwrap();
    for more in ["--overwrite", "--resume"] {
        let output = run(ksef_qr(folder.path(), "confirm").args(["xml", "--codes", manifest, "--out", "signed", more]));
        assert_eq!(status(&output), 2, "{}", told(&output));
    }
    assert_eq!(fs::read_to_string(folder.path().join(manifest)).unwrap(), text);
    // Another file, another environment, no codes at all.
    let text = fs::read_to_string(folder.path().join("xml/f1.xml")).unwrap();
    fs::write(folder.path().join("xml/f1.xml"), text + "\n").unwrap();
    let output = run(ksef_qr(folder.path(), "confirm").args(["xml/f1.xml", "--codes", manifest, "--out", "a"]));
    assert!(told(&output).contains("[codes_missing]"), "{}", told(&output));
    let mut command = crate::common::program();
    command.current_dir(folder.path()).args([
        "confirm",
        "xml/f2.xml",
        "--codes",
        manifest,
        "--out",
        "b",
        "--env",
        "demo",
    ]);
    let output = run(&mut command);
    assert!(told(&output).contains("[codes_of_another_environment]"), "{}", told(&output));
    let output = run(ksef_qr(folder.path(), "confirm").arg("xml/f2.xml"));
    assert_eq!(status(&output), 2);
    assert!(told(&output).contains("say where the codes come from"), "{}", told(&output));
    let both = ["xml/f2.xml", "--codes", manifest, "--out", "c"];
    assert_eq!(status(&run(signing(folder.path(), "confirm").args(both))), 2);
}

#[test]
fn a_run_is_taken_up_again_with_the_same_codes() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    let out = folder.path().join("ksef-qr-out");
    let stamp = |more: &[&str]| {
        let mut command = signing(folder.path(), "stamp");
        run(command.args(["pdfs", "--invoice", "xml", "--resume"]).args(more))
    };
    assert_eq!(status(&stamp(&[])), 0);
    let lines = || {
        let mut lines = records(&out.join("manifest.ndjson"));
        lines.pop();
        lines
    };
    let (before, f1, f2) = (lines(), fs::read(out.join("f1.pdf")).unwrap(), fs::read(out.join("f2.pdf")).unwrap());

    // One is gone, one is cut short.
    fs::remove_file(out.join("f1.pdf")).unwrap();
    fs::write(out.join("f2.pdf"), &f2[..f2.len() / 2]).unwrap();
    assert_eq!(status(&stamp(&[])), 0);
    assert_eq!(lines(), before);
    assert_eq!([fs::read(out.join("f1.pdf")).unwrap(), fs::read(out.join("f2.pdf")).unwrap()], [f1.clone(), f2]);

    // The invoicing system made one of the PDFs anew: it gets the codes that were signed.
    let pdf = folder.path().join("pdfs/f2.pdf");
    fs::copy(fixture("pdf/letter.pdf"), &pdf).unwrap();
    assert_eq!(status(&stamp(&[])), 0);
    let after = lines();
    assert_eq!(after[0], before[0]);
    assert_eq!(urls(&after[1]), urls(&before[1]));
    assert_ne!(after[1]["document"]["pdf_sha256"], before[1]["document"]["pdf_sha256"]);
    let stamped = fs::read(out.join("f2.pdf")).unwrap();
    assert!(stamped.starts_with(&fs::read(&pdf).unwrap()));
    assert!(urls(&before[1]).iter().all(|url| has(&stamped, url)));
    assert_eq!(status(&stamp(&[])), 0);
    assert_eq!(lines(), after);

    // A slip of the hand: results where the PDFs are, with the manifest of before.
    let manifest = out.join("manifest.ndjson");
    let given = fs::read(&pdf).unwrap();
    let output = stamp(&["--out", "pdfs", "--manifest", manifest.to_str().unwrap()]);
    assert!(told(&output).contains("[stamped_over_input]"), "{}", told(&output));
    assert_eq!(fs::read(&pdf).unwrap(), given);

    // Another place is another command.
    let output = stamp(&["--corner", "bottom-left"]);
    assert!(told(&output).contains("[resume_mismatch]"), "{}", told(&output));
    let output = run(signing(folder.path(), "confirm").args(["xml", "--resume"]));
    assert!(told(&output).contains("[resume_mismatch]"), "{}", told(&output));
    assert_eq!(fs::read(out.join("f1.pdf")).unwrap(), f1);
}

#[test]
fn no_pdf_that_was_given_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    let given = || fs::read(folder.path().join("pdfs/f1.pdf")).unwrap();
    let original = given();
    let stamp = |out: &str, more: &[&str]| {
        let mut command = signing(folder.path(), "stamp");
        run(command.args(["pdfs/f1.pdf", "--invoice", "xml", "--out", out]).args(more))
    };
    for (more, code) in [(&[][..], "stamped_over_input"), (&["--overwrite"], "stamped_over_input")] {
        let output = stamp("pdfs", more);
        assert_eq!(status(&output), 1);
        assert!(told(&output).contains(&format!("[{code}]")), "{}", told(&output));
        assert_eq!(given(), original);
        fs::remove_file(folder.path().join("pdfs/manifest.ndjson")).unwrap();
    }
    // Somebody's document of the same name elsewhere.
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("f1.pdf"), "%PDF-1.4 a contract %%EOF").unwrap();
    assert!(told(&stamp("other", &["--overwrite"])).contains("[stamped_over_input]"));
    // What we stamped may be replaced, if it is asked for.
    assert_eq!(status(&stamp("out", &[])), 0);
    let first = fs::read(folder.path().join("out/f1.pdf")).unwrap();
    assert_eq!(status(&stamp("out", &["--overwrite"])), 0);
    assert_ne!(fs::read(folder.path().join("out/f1.pdf")).unwrap(), first, "signed anew");
    // Through a link it is the same file.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("out", folder.path().join("same")).unwrap();
        let output = run(signing(folder.path(), "stamp").args([
            "same/f1.pdf",
            "--invoice",
            "xml",
            "--out",
            "out",
            "--overwrite",
        ]));
        assert!(told(&output).contains("[stamped_over_input]"), "{}", told(&output));
    }
}

#[test]
fn documents_go_where_pictures_go() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    let stamp = |more: &[&str]| {
        let mut command = signing(folder.path(), "stamp");
        run(command.args(["pdfs", "--invoice", "xml"]).args(more))
    };
    assert_eq!(status(&stamp(&["--out", "codes.zip"])), 0);
    let entries = ksef_qr::batch::entries(&folder.path().join("codes.zip"), "pdf").unwrap();
    assert_eq!(entries.iter().map(ksef_qr::batch::ArchiveEntry::name).collect::<Vec<_>>(), ["f1.pdf", "f2.pdf"]);
    assert!(entries[0].bytes(1 << 20).unwrap().ends_with(b"%%EOF\n"));
    assert_eq!(status(&stamp(&["--out", "codes.zip", "--resume"])), 0);
    assert_eq!(status(&stamp(&["--out", "codes.zip", "--overwrite"])), 0);
    // An archive of PDFs that were given is not replaced.
    let other = fs::read(folder.path().join("codes.zip")).unwrap();
    assert!(has(&other, "f1.pdf"));
    assert_eq!(status(&stamp(&["--embed", "--manifest", "embedded.ndjson"])), 0);
    let line = &records(&folder.path().join("embedded.ndjson"))[0];
    assert!(line["document"]["base64"].as_str().unwrap().starts_with("JVBER"));
    assert!(line["document"].get("file").is_none());
}

#[test]
fn verify_reads_the_codes_of_a_stamped_pdf() {
    crate::common::scanner();
    let folder = tempfile::tempdir().unwrap();
    let stamp = |more: &[&str]| {
        let mut command = signing(folder.path(), "stamp");
        assert_eq!(status(&run(command.args([&fixture("pdf/pdfa-3b.pdf"), "--overwrite"]).args(more))), 0);
    };
    let verify = || {
        let mut command = crate::common::program();
        command.current_dir(folder.path()).args(["verify", "--manifest", "ksef-qr-out/manifest.ndjson", "--json"]);
        command.args(["--cert", &fixture("keys/offline-ec.crt"), "--now", "2026-06-30T12:00:00Z"]);
        let output = run(&mut command);
        (status(&output), String::from_utf8(output.stdout).unwrap())
    };
    stamp(&[]);
    let (status, report) = verify();
    assert_eq!(status, 0, "{report}");
    assert!(report.contains("reads back as its links"), "{report}");
    // The PDF of another run: its KOD II is signed anew.
    let path = folder.path().join("ksef-qr-out/pdfa-3b.pdf");
    let other = fs::read(&path).unwrap();
    stamp(&[]);
    fs::write(&path, other).unwrap();
    let (status, report) = verify();
    assert_eq!(status, 1, "{report}");
    assert!(report.contains("holds another link"), "{report}");
}

#[test]
fn a_confirmation_for_every_printer() {
    let folder = tempfile::tempdir().unwrap();
    let mut made: Vec<PathBuf> = Vec::new();
    for (more, ending) in [
        (&["--paper", "a5", "--language", "en"][..], "pdf"),
        (&["--print", "escpos", "--paper", "58mm"], "escpos"),
        (&["--print", "zpl", "--qr-by", "printer"], "zpl"),
    ] {
        let output = run(signing(folder.path(), "confirm").args([&fixture(INVOICE), "--out", ending]).args(more));
        assert_eq!(status(&output), 0, "{}", told(&output));
        let file = folder.path().join(ending).join(format!("fa3-basic.confirmation.{ending}"));
        let line = &records(&folder.path().join(ending).join("manifest.ndjson"))[0];
        assert_eq!(line["document"]["type"], "confirmation");
        assert_eq!(file.file_name().unwrap().to_str(), line["document"]["file"].as_str());
        made.push(file);
    }
    let [pdf, escpos, zpl] = [0, 1, 2].map(|index: usize| fs::read(&made[index]).unwrap());
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(escpos.starts_with(b"\x1B@") && has(&escpos, "FV/2026/06/001"));
    assert!(zpl.starts_with(b"^XA") && has(&zpl, "https://qr-test.ksef.mf.gov.pl/certificate/Nip/"));
    let output = run(signing(folder.path(), "confirm").args([&fixture(INVOICE), "--print", "escpos", "--paper", "a4"]));
    assert_eq!(status(&output), 2);
}

#[test]
fn a_run_says_what_is_to_be_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (domestic, consumer) = (fixture(INVOICE), fixture("invoices/good/fa3-consumer.xml"));
    let mut number = 0;
    let mut warnings = |command: &str, more: &[&str]| {
        number += 1;
        let out = format!("out{number}");
        let output = run(signing(folder.path(), command).args(["--out", &out]).args(more));
        assert_eq!(status(&output), 0, "{}", told(&output));
        let lines = records(&folder.path().join(out).join("manifest.ndjson"));
        let codes = lines.last().unwrap()["warnings"].as_array().unwrap();
        let codes: Vec<String> = codes.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect();
        codes
    };
    assert_eq!(warnings("confirm", &[&domestic, "--mode", "offline24"]), [""; 0]);
    assert_eq!(warnings("confirm", &[&consumer, "--mode", "offline24"]), ["invoice_expected"]);
    assert_eq!(warnings("confirm", &[&domestic, "--mode", "failure"]), ["invoice_expected"]);
    assert_eq!(warnings("sign", &[&domestic, "--mode", "offline24"]), ["confirmation_expected"]);
    let pdf = fixture(PDF);
    assert_eq!(warnings("stamp", &[&pdf, "--invoice", &domestic, "--mode", "offline24"]), ["confirmation_expected"]);
    let consumers = fixture("pdf/producers/fa3-consumer.pdf");
    assert_eq!(warnings("stamp", &[&consumers, "--invoice", &consumer, "--mode", "offline24"]), [""; 0]);
    assert_eq!(warnings("stamp", &[&pdf, "--invoice", &domestic]), [""; 0]);
    // Whatever the mode.
    assert_eq!(warnings("confirm", &[&consumer]), ["invoice_expected"]);
    assert_eq!(warnings("confirm", &[&domestic]), [""; 0]);
}

#[test]
fn one_code_where_two_belong_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = ksef_qr(folder.path(), "confirm");
    let output = run(command.args([&fixture(INVOICE), "--kod1-alone", "--mode", "offline24"]));
    assert_eq!(status(&output), 0);
    let lines = records(&folder.path().join("ksef-qr-out/manifest.ndjson"));
    assert_eq!(lines[1]["warnings"][0]["code"], "codes_expected");
}

/// A PDF of one empty page, in which these files are embedded.
fn holding(files: &[(&str, &[u8])]) -> Vec<u8> {
    let specification = |index: usize| 4 + 2 * index;
    let all = (0..files.len()).map(|index| format!("{} 0 R ", specification(index))).collect::<Vec<_>>().concat();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R /AF [{all}] >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_vec(),
    ];
    for (index, (name, bytes)) in files.iter().enumerate() {
        let stream = specification(index) + 1;
        objects.push(format!("<< /Type /Filespec /F ({name}) /EF << /F {stream} 0 R >> >>").into_bytes());
        let head = format!("<< /Type /EmbeddedFile /Length {} >>\nstream\n", bytes.len());
        objects.push([head.as_bytes(), bytes, b"\nendstream"].concat());
    }
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", pdf.len()).unwrap();
        pdf.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let end =
        format!("{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", objects.len() + 1, pdf.len());
    pdf.extend(end.bytes());
    pdf
}

/// What a hybrid invoice of another standard is called, and what it is; its encoding is not what is wrong with it.
#[test]
fn what_a_pdf_holds_instead_of_an_invoice_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let factur_x =
        "<rsm:CrossIndustryInvoice xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\"/>";
    let with_mark = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{factur_x}");
    let latin =
        format!("<?xml version=\"1.0\" encoding=\"windows-1250\"?><!-- \u{17c} -->{factur_x}").replace('\u{17c}', "z");
    let invoice = fs::read(fixture(INVOICE)).unwrap();
    let marked = [b"\xEF\xBB\xBF", &invoice[..]].concat();
    for (files, code, words) in [
        (
            &[("factur-x.xml", factur_x.as_bytes())][..],
            "invoice_not_embedded",
            "\"factur-x.xml\" is a Factur-X or ZUGFeRD invoice",
        ),
        (&[("a.xml", with_mark.as_bytes())], "invoice_not_embedded", "\"a.xml\" is a Factur-X"),
        (&[("a.xml", latin.as_bytes())], "invoice_not_embedded", "\"a.xml\" is a Factur-X"),
        (
            &[("a.xml", b"<a/>"), ("b.xml", b"<b xmlns='urn:c'/>")],
            "invoice_not_embedded",
            "\"a.xml\" has the root element \"a\", \"b.xml\" has the root element \"b\" in \"urn:c\"",
        ),
        // Of an invoice for KSeF it is.
        (&[("a.xml", &marked)], "byte_order_mark", "byte order mark"),
    ] {
        fs::write(folder.path().join("f.pdf"), holding(files)).unwrap();
        let output = run(signing(folder.path(), "stamp").args(["f.pdf", "--overwrite"]));
        let told = told(&output);
        assert!(status(&output) == 1 && told.contains(&format!("[{code}]")) && told.contains(words), "{words}: {told}");
    }
    fs::write(folder.path().join("f.pdf"), holding(&[("factur-x.xml", factur_x.as_bytes()), ("fa.xml", &invoice)]))
        .unwrap();
    assert_eq!(status(&run(signing(folder.path(), "stamp").args(["f.pdf", "--overwrite"]))), 0);
}

/// What is said of an invoice that is too large does not hold for a PDF.
#[test]
fn a_pdf_that_is_too_large_is_no_large_invoice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.pdf");
    fs::write(&path, fs::read(fixture(PDF)).unwrap()).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_len(100_000_001).unwrap();
    let output = run(signing(folder.path(), "stamp").args(["f.pdf", "--invoice", &fixture(INVOICE)]));
    let told = told(&output);
    assert!(status(&output) == 1 && told.contains("[pdf_limits]") && !told.contains("--allow size"), "{told}");
}

#[test]
fn what_cannot_be_paired_says_why() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    fs::remove_file(folder.path().join("xml/f2.xml")).unwrap();
    fs::write(folder.path().join("bad.csv"), "a;b\n").unwrap();
    for (more, codes) in [
        (&["pdfs", "--invoice", "xml"][..], "pair_missing"),
        (&["nothing.pdf", "--invoice", "xml/f1.xml"], "input_missing"),
        (&["--pairs", "bad.csv"], "pair_table_unreadable"),
        (&["xml/f1.xml", "--invoice", "xml/f1.xml"], "input_not_pdf"),
    ] {
        let output = run(signing(folder.path(), "stamp").args(more).args(["--overwrite"]));
        assert!(told(&output).contains(&format!("[{codes}]")), "{more:?}: {}", told(&output));
    }
}

#[test]
fn a_manifest_that_was_changed_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    assert_eq!(status(&run(signing(folder.path(), "sign").args(["xml", "--format", "none", "--out", "signed"]))), 0);
    let text = fs::read_to_string(folder.path().join("signed/manifest.ndjson")).unwrap();
    for (number, (old, new)) in
        [("/15-06-2026/", "/01-01-2020/"), ("\"label\":\"OFFLINE\"", "\"label\":\"PAID\"")].into_iter().enumerate()
    {
        let changed = folder.path().join(format!("changed{number}.ndjson"));
        fs::write(&changed, text.replace(old, new)).unwrap();
        let out = format!("out{number}");
        let args = ["xml/f1.xml", "--codes", changed.to_str().unwrap(), "--out", &out];
        let output = run(ksef_qr(folder.path(), "confirm").args(args));
        assert!(told(&output).contains("[codes_of_another_invoice]"), "{}", told(&output));
    }
    // Signed, it says, and KOD II is gone.
    let mut line = records(&folder.path().join("signed/manifest.ndjson")).remove(0);
    line.as_object_mut().unwrap().remove("kod2");
    fs::write(folder.path().join("cut.ndjson"), format!("{line}\n")).unwrap();
    let output = run(ksef_qr(folder.path(), "confirm").args(["xml/f1.xml", "--codes", "cut.ndjson", "--out", "out2"]));
    assert_eq!(status(&output), 2);
    assert!(told(&output).contains("[manifest_damaged]"), "{}", told(&output));
}

#[test]
fn sheets_hold_the_codes_of_the_whole_run() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    let sign =
        |more: &[&str]| run(signing(folder.path(), "sign").args(["xml", "--format", "none", "--sheet"]).args(more));
    assert_eq!(status(&sign(&[])), 0);
    let out = folder.path().join("ksef-qr-out");
    assert_eq!(files(&out), ["manifest.ndjson", "sheet.pdf"].map(String::from).into());
    let sheet = fs::read(out.join("sheet.pdf")).unwrap();
    let found: Vec<String> = ksef_qr_scan::pdf(&sheet)
        .unwrap()
        .texts
        .into_iter()
        .filter(|found| found.origin == ksef_qr_scan::Origin::Code)
        .map(|found| found.text)
        .collect();
    let lines = records(&out.join("manifest.ndjson"));
    for line in &lines[..2] {
        assert!(urls(line).iter().all(|url| found.contains(&(*url).to_owned())), "{found:?}");
    }
    assert_eq!(found.len(), 4);
    // Taken up again, the sheet is the same, although nothing is signed.
    fs::remove_file(out.join("sheet.pdf")).unwrap();
    assert_eq!(status(&sign(&["--resume"])), 0);
    assert_eq!(fs::read(out.join("sheet.pdf")).unwrap(), sheet);
    // What is not ours is not replaced, whatever is asked for.
    fs::write(out.join("sheet.pdf"), "%PDF-1.4 mine").unwrap();
    assert_eq!(status(&sign(&["--resume"])), 2);
    fs::write(out.join("sheet.pdf"), &sheet).unwrap();
    // A second run does not replace it unasked, and a sheet needs a folder.
    assert_eq!(status(&sign(&["--manifest", "other.ndjson"])), 2);
    assert_eq!(status(&sign(&["--out", "codes.zip"])), 2);
    assert_eq!(status(&sign(&["--sheet=0x7"])), 2);
    assert_eq!(fs::read(out.join("sheet.pdf")).unwrap(), sheet);
}

/// `--out result.pdf` names the file, and not a folder.
#[test]
fn a_single_pdf_gets_the_name_that_was_given() {
    let folder = tempfile::tempdir().unwrap();
    pairs(folder.path());
    let stamp = |args: &str| run(signing(folder.path(), "stamp").args(args.split(' ')));
    let path = |name: &str| folder.path().join(name);
    for name in ["result.pdf", "new/RESULT.PDF", "pdfs/stamped.pdf"] {
        let output = stamp(&format!("pdfs/f1.pdf --invoice xml/f1.xml --out {name}"));
        assert_eq!(status(&output), 0, "{name}: {}", told(&output));
        let stamped = fs::read(path(name)).unwrap();
        assert!(stamped.starts_with(&fs::read(path("pdfs/f1.pdf")).unwrap()) && has(&stamped, "/KsefQr"), "{name}");
        let manifest = path(name).with_extension("ndjson");
        let line = records(&manifest).remove(0);
        let document = &line["document"];
        assert_eq!(document["file"], *path(name).file_name().unwrap().to_str().unwrap());
        assert_eq!(line["input"], "pdfs/f1.pdf");

        // Again: not over it, unless it is asked for; what is missing is made again.
        let again = stamp(&format!("pdfs/f1.pdf --invoice xml/f1.xml --out {name}"));
        assert!(told(&again).contains("[output_exists]"), "{name}: {}", told(&again));
        fs::remove_file(path(name)).unwrap();
        assert_eq!(status(&stamp(&format!("pdfs/f1.pdf --invoice xml/f1.xml --out {name} --resume"))), 0);
        assert!(fs::read(path(name)).unwrap() == stamped, "{name}");
        assert_eq!(status(&stamp(&format!("pdfs/f1.pdf --invoice xml/f1.xml --out {name} --overwrite"))), 0);
        assert!(fs::read(path(name)).unwrap() != stamped, "{name}: signed anew");
    }
    assert_eq!(fs::read_dir(path("new")).unwrap().count(), 2, "nothing is left behind");
    let own = stamp("pdfs/f1.pdf --invoice xml/f1.xml --out pdfs/f1.pdf --overwrite");
    assert!(told(&own).contains("[stamped_over_input]"), "{}", told(&own));
    for several in ["pdfs --invoice xml", "pdfs/f1.pdf pdfs/f2.pdf --invoice xml", "pdfs/*.pdf --invoice xml"] {
        let output = stamp(&format!("{several} --out several.pdf"));
        assert_eq!(status(&output), 2, "{several}");
        assert!(told(&output).contains("--out several.pdf names one PDF"), "{}", told(&output));
        assert!(!path("several.pdf").exists());
    }
    // A folder that is there is one, whatever its name.
    fs::create_dir(path("folder.pdf")).unwrap();
    fs::remove_file(path("pdfs/stamped.pdf")).unwrap();
    assert_eq!(status(&stamp("pdfs --invoice xml --out folder.pdf")), 0);
    assert!(path("folder.pdf/f2.pdf").exists());
}
