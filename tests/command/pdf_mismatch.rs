//! A PDF gets the codes of the invoice that it shows, and no other's.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{IN_TEST, credential, fixture, ksef_qr, records, run};
use serde_json::Value;

/// PDFs of six programs, each named after its invoice.
const PRODUCERS: [&str; 6] =
    ["fa3-basic", "fa3-consumer", "fa3-correction", "fa3-eu-buyer", "fa3-third-party", "pef-basic"];

fn stamp(folder: &Path, more: &[&str]) -> (Output, Vec<Value>) {
    let mut command = ksef_qr(folder);
    _ = fs::remove_dir_all(folder.join("ksef-qr-out"));
    let output = run(command.arg("stamp").args(IN_TEST).args(credential()).args(more));
    let mut lines = records(&folder.join("ksef-qr-out/manifest.ndjson"));
    lines.retain(|line| line["type"] == "invoice");
    (output, lines)
}

/// A table of the producers' PDFs with each other's invoices.
fn pairs(folder: &Path, pairs: impl Iterator<Item = (usize, usize)>) -> (Output, Vec<Value>) {
    let mut table = "pdf,invoice\n".to_owned();
    for (pdf, invoice) in pairs {
        let [pdf, invoice] = [pdf, invoice].map(|index| PRODUCERS[index % PRODUCERS.len()]);
        let pdf = fixture(&format!("pdf/producers/{pdf}.pdf"));
        writeln!(table, "{pdf},{}", fixture(&format!("invoices/good/{invoice}.xml"))).unwrap();
    }
    fs::write(folder.join("pairs.csv"), table).unwrap();
    stamp(folder, &["--pairs", "pairs.csv"])
}

fn warnings(line: &Value) -> Vec<&str> {
    let all = line["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|warning| warning["code"].as_str().unwrap()).filter(|code| code.starts_with("pdf_")).collect()
}

#[test]
fn right_pairs_pass_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let (output, lines) = pairs(folder.path(), (0..6).map(|row| (row, row)));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(lines.len(), 6);
    for line in &lines {
        assert!(line["status"] == "signed" && warnings(line).is_empty(), "{line}");
    }
}

/// A row was deleted in one column of a spreadsheet.
#[test]
fn rows_that_moved_by_one_do_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let (output, lines) = pairs(folder.path(), (0..6).map(|row| (row, row + 1)));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    for line in &lines {
        assert_eq!(line["error"]["code"], "pdf_of_another_invoice", "{line}");
        assert!(line.get("kod1").is_none() && line.get("kod2").is_none(), "nothing is signed: {line}");
    }
    let message = lines[0]["error"]["message"].as_str().unwrap();
    assert_eq!(message, "it shows the number FV/2026/06/001, and the invoice has D 00214/06/2026");
    assert_eq!(fs::read_dir(folder.path().join("ksef-qr-out")).unwrap().count(), 1, "the manifest alone");
}

#[test]
fn of_all_pairs_the_right_ones_pass() {
    let folder = tempfile::tempdir().unwrap();
    let (_, lines) = pairs(folder.path(), (0..36).map(|pair| (pair / 6, pair % 6)));
    let passed: Vec<usize> = (0..36).filter(|&pair| lines[pair]["status"] == "signed").collect();
    assert_eq!(passed, [0, 7, 14, 21, 28, 35]);
}

#[test]
fn what_is_done_is_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    fs::write(folder.path().join("f1.xml"), text.replace("FV/2026/06/001", "FV/2026/06/999")).unwrap();
    let pdf = fixture("pdf/producers/fa3-basic.pdf");
    let stamp = |more: &[&str]| {
        let (output, mut lines) = stamp(folder.path(), &[&[pdf.as_str(), "--invoice", "f1.xml"], more].concat());
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), lines.remove(0))
    };
    let (status, told, line) = stamp(&[]);
    assert_eq!(status, Some(1), "{told}");
    assert_eq!(line["error"]["code"], "pdf_of_another_invoice");
    assert!(told.contains("FV/2026/06/001") && told.contains("FV/2026/06/999"), "{told}");
    assert!(told.contains("--pdf-mismatch ignore"), "{told}");
    let (status, told, line) = stamp(&["--pdf-mismatch", "warn"]);
    assert_eq!((status, warnings(&line)), (Some(0), vec!["pdf_of_another_invoice"]), "{told}");
    let (status, told, line) = stamp(&["--pdf-mismatch", "ignore"]);
    assert_eq!((status, warnings(&line)), (Some(0), Vec::new()), "{told}");
}

/// An accounting office has many sellers, each with a first invoice.
#[test]
fn the_same_number_of_another_seller_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    let other = text.replace("5265877635", "6511153251");
    fs::write(folder.path().join("other.xml"), other).unwrap();
    let pdf = fixture("pdf/producers/fa3-basic.pdf");
    let more = [pdf.as_str(), "--invoice", "other.xml", "--context", "Nip:6511153251"];
    let (_, lines) = stamp(folder.path(), &more);
    assert_eq!(lines[0]["error"]["code"], "pdf_of_another_invoice", "{}", lines[0]);
    assert!(lines[0]["error"]["message"].as_str().unwrap().contains("5265877635"), "{}", lines[0]);
}

#[test]
fn without_text_nobody_can_tell() {
    let folder = tempfile::tempdir().unwrap();
    let (pdf, invoice) = (fixture("pdf/blank.pdf"), fixture("invoices/good/fa3-basic.xml"));
    let (output, lines) = stamp(folder.path(), &[&pdf, "--invoice", &invoice]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(warnings(&lines[0]), ["pdf_not_compared"], "{}", lines[0]);
}

/// Two series of numbers: the invoice that is corrected is named on its correction.
#[test]
fn an_invoice_that_is_only_spoken_of_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    for (lines, number, expected) in [
        (
            &["Faktura korygujaca nr FK/2/2026", "do faktury VAT nr FV/1/2026"][..],
            "FV/1/2026",
            "pdf_of_another_invoice",
        ),
        (&["Faktura korygujaca nr FK/2/2026", "do faktury VAT nr FV/1/2026"], "FK/2/2026", ""),
        (&["Faktura nr R/9/2026", "Faktura zaliczkowa nr ZAL/3/2026"], "ZAL/3/2026", "pdf_of_another_invoice"),
        (&["Faktura zaliczkowa nr ZAL/3/2026"], "ZAL/3/2026", ""),
        (&["Faktura nr 5/2026", "za okres 06/2026"], "6/2026", "pdf_of_another_invoice"),
        (&["Faktura nr FV 12/2026"], "12/2026", "pdf_of_another_invoice"),
        (&["Faktura FA/1/2026"], "1/2026", "pdf_of_another_invoice"),
        (&["Faktura VAT/1/2026"], "VAT/1/2026", ""),
        (&["Faktura nr 7"], "7", ""),
        (&["Faktura nr 8", "7 szt."], "7", "pdf_of_another_invoice"),
        (&["7 | 2026-06-15"], "7", "pdf_not_compared"),
        (&["Faktura", "FV/1/2026", "Zaplacono faktury: FV/9/2025"], "FV/1/2026", ""),
        (&["F A K T U R A", "F V / 1 0 3 / 2 0 2 6"], "FV/103/2026", ""),
        (&["Faktura nr FV/1/2026", "FV/12/2026"], "FV/1/2026", ""),
        (&["Umowa najmu lokalu uzytkowego"], "FV/1/2026", "pdf_of_another_invoice"),
    ] {
        let foot = ["Sprzedawca NIP 526-587-76-35", "Razem zaplacono przelewem w ciagu czternastu dni"];
        let content = [lines, &foot[..]].concat().join(") Tj T* (");
        fs::write(folder.path().join("f.pdf"), page(&format!("BT /F 10 Tf 14 TL 50 780 Td ({content}) Tj ET")))
            .unwrap();
        fs::write(folder.path().join("f.xml"), text.replace("FV/2026/06/001", number)).unwrap();
        let (output, said) = stamp(folder.path(), &["f.pdf", "--invoice", "f.xml"]);
        let code =
            said[0]["error"]["code"].as_str().unwrap_or_else(|| warnings(&said[0]).first().copied().unwrap_or(""));
        assert_eq!(code, expected, "{lines:?} {number}: {output:?}");
    }
}

/// A PDF of one page of Helvetica.
fn page(content: &str) -> String {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F << /Type /Font \
         /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = "xref\n0 5\n0000000000 65535 f \n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", pdf.len()).unwrap();
        writeln!(pdf, "{} 0 obj\n{object}\nendobj", index + 1).unwrap();
    }
    format!("{pdf}{table}trailer << /Root 1 0 R /Size 5 >>\nstartxref\n{}\n%%EOF\n", pdf.len())
}
