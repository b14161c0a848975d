//! `ksef-qr verify` on what people give it: folders, patterns, lists, other files; and on what strangers made.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{credential, files, fixture, invoices, ksef_qr, lines, run, scanner, sign, status, stderr, stdout};

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";

fn verify(folder: &Path) -> Command {
    scanner();
    let mut command = ksef_qr(folder);
    command.args(["verify", "--now", "2026-06-30T12:00:00Z"]);
    command
}

/// `CODE outcome` of all checks of lines of a type.
fn checks(output: &Output, kind: &str) -> Vec<String> {
    let told = lines(output);
    let checks = told.iter().filter(|line| line["type"] == kind).flat_map(|line| line["checks"].as_array().unwrap());
    checks.map(|check| format!("{} {}", check["code"].as_str().unwrap(), check["outcome"].as_str().unwrap())).collect()
}

fn has(checks: &[String], wanted: &str) -> bool {
    checks.iter().any(|check| check == wanted)
}

/// A run of three invoices, beside them.
fn signed(folder: &Path) {
    invoices(folder, 3);
    assert!(run(sign(folder).args(["in", "--quiet"])).status.success());
}

/// Drawn again and compared, or read: the quick way and the slow one, with as many lines as several threads share.
#[test]
fn pictures_of_a_manifest_are_compared_or_read_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    invoices(folder.path(), 3);
    let made = run(sign(folder.path()).args(["in", "--quiet", "--format", "png,svg,pdf"]));
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    let out = folder.path().join("ksef-qr-out");
    let verified = || run(verify(folder.path()).args(["--json", "--manifest", "ksef-qr-out/manifest.ndjson"]));
    let order = |output: &Output| -> Vec<String> {
        lines(output).iter().filter_map(|line| line["place"].as_str().map(str::to_owned)).collect()
    };
    let pictures: Vec<(PathBuf, Vec<u8>)> = files(&out)
        .into_iter()
        .filter(|name| !name.ends_with("ndjson"))
        .map(|name| (out.join(&name), fs::read(out.join(name)).unwrap()))
        .collect();
    // One is another's, and one is no picture any more.
    let damage = || {
        fs::copy(out.join("f00000.kod2.png"), out.join("f00001.kod2.png")).unwrap();
        fs::write(out.join("f00002.kod1.svg"), "<svg/>").unwrap();
    };
    let quick = verified();
    assert_eq!(status(&quick), 0, "{}", stdout(&quick));
    assert_eq!(stdout(&quick).matches(" is the picture of its link").count(), 18);
    damage();
    let quick_of_damaged = verified();
    assert_eq!(status(&quick_of_damaged), 1);
    assert!(stdout(&quick_of_damaged).contains("f00001.kod2.png holds another link"));

    for (picture, bytes) in &pictures {
        fs::write(picture, [bytes, &b"\n"[..]].concat()).unwrap();
    }
    let slow = verified();
    assert_eq!(stdout(&slow).matches(" reads back as its link").count(), 18);
    damage();
    let slow_of_damaged = verified();
    for kind in ["entry", "link", "pair"] {
        assert_eq!(checks(&quick, kind), checks(&slow, kind), "{kind}");
        assert_eq!(checks(&quick_of_damaged, kind), checks(&slow_of_damaged, kind), "{kind}");
    }
    assert_eq!((order(&quick), order(&quick)), (order(&slow), order(&quick_of_damaged)));
    let places: Vec<usize> =
        order(&quick).iter().map(|place| place.strip_prefix("line ").unwrap().parse().unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn folders_patterns_and_manifests_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    signed(folder.path());
    let summary = |arguments: &[&str]| -> Value {
        let output = run(verify(folder.path()).args(arguments).args(["--json", "--invoice", "in"]));
        assert_eq!(status(&output), 0, "{arguments:?}: {}", stdout(&output));
        lines(&output).pop().unwrap()
    };
    let by_option = summary(&["--manifest", "ksef-qr-out/manifest.ndjson"]);
    assert_eq!(summary(&["ksef-qr-out/manifest.ndjson"]), by_option, "a manifest needs no option");
    // What the manifest names is not read again.
    assert_eq!(summary(&["ksef-qr-out"]), by_option, "the folder of a run");
    assert_eq!(summary(&["ksef-qr-out/*.png"])["subjects"], 6);
    fs::remove_file(folder.path().join("ksef-qr-out/manifest.ndjson")).unwrap();
    assert_eq!(summary(&["ksef-qr-out"])["subjects"], 6, "pictures alone");

    for (missing, message) in [("ksef-qr-out/*.pdf", "there is no such file"), ("in", "holds no PDF")] {
        let output = run(verify(folder.path()).arg(missing));
        assert_eq!(status(&output), 2, "{missing}");
        assert!(stdout(&output).contains(message), "{missing}: {}", stdout(&output));
    }
}

#[test]
fn a_file_of_links_is_a_list_of_links() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("links.txt"), format!("{KOD1}\r\n\n\"{}\",\n", KOD1.replace('/', "\\/"))).unwrap();
    let output = run(verify(folder.path()).args(["links.txt", "--json"]));
    let told = checks(&output, "link");
    assert_eq!(status(&output), 1);
    assert!(
        has(&told, "link_form ok") && has(&told, "link_quoted fail") && has(&told, "slashes_escaped fail"),
        "{told:?}"
    );
}

#[test]
fn other_files_are_named_as_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("codes.zip"), b"PK\x03\x04....").unwrap();
    for (path, words) in [
        (fixture("invoices/good/fa3-basic.xml"), "--invoice FILE"),
        (fixture("keys/offline-ec.crt"), "--cert FILE"),
        ("codes.zip".to_owned(), "Give the manifest"),
    ] {
        let output = run(verify(folder.path()).arg(&path));
        assert_eq!(status(&output), 1, "{path}");
        assert!(stdout(&output).contains(words), "{path}: {}", stdout(&output));
    }
}

/// What codes are compared with comes in an archive too, and what is no invoice has no digest to compare.
#[test]
fn invoices_to_compare_with_come_in_archives_and_are_invoices() {
    let folder = tempfile::tempdir().unwrap();
    let code = fixture("verify/codes/fa3-basic.kod1.png");
    for archive in ["archives/good.zip", "archives/good.tar.gz"] {
        let output = run(verify(folder.path()).args([&code, "--invoice", &fixture(archive), "--json"]));
        assert!(checks(&output, "link").iter().any(|check| check.starts_with("invoice_digest")), "{}", stdout(&output));
    }
    fs::write(folder.path().join("empty.xml"), "").unwrap();
    for (file, expected) in [(fixture("pdf/blank.pdf"), "input_is_pdf"), ("empty.xml".to_owned(), "empty_file")] {
        let output = run(verify(folder.path()).args([&code, "--invoice", &file, "--json"]));
        assert_eq!(status(&output), 2, "{file}");
        assert!(stdout(&output).contains(expected), "{file}: {}", stdout(&output));
    }
}

/// The link annotation over KOD II leads to KOD I: whoever clicks is shown another page than whoever scans.
#[test]
fn a_click_on_a_code_leads_where_the_code_does() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(verify(folder.path()).args([&fixture("cases/kod2-annotation-leads-to-kod1.pdf"), "--json"]));
    assert_eq!(status(&output), 1, "{}", stdout(&output));
    let told = checks(&output, "link");
    assert!(has(&told, "link_over_code fail"), "{told:?}");

    // What stamp makes is right, turned pages too.
    for pdf in ["blank.pdf", "rotate-90.pdf", "rotate-270.pdf", "cropped-rotated.pdf"] {
        let mut stamp = ksef_qr(folder.path());
        stamp.args(["stamp", "--env", "test", "--now", "2026-06-30T12:00:00Z", "--overwrite", "--quiet", "--new-page"]);
        stamp.args(credential()).args([&fixture(&format!("pdf/{pdf}")), "--invoice"]);
        stamp.arg(fixture("invoices/good/fa3-basic.xml"));
        let made = run(&mut stamp);
        assert_eq!(status(&made), 0, "{pdf}: {}", stderr(&made));
        let output = run(verify(folder.path()).args([&format!("ksef-qr-out/{pdf}"), "--json"]));
        let told = checks(&output, "link");
        assert_eq!(status(&output), 0, "{pdf}: {}", stdout(&output));
        assert_eq!(told.iter().filter(|check| *check == "link_over_code ok").count(), 2, "{pdf}: {told:?}");
    }
}

/// The PDF with one of its objects changed, by an update behind it.
fn with_object(pdf: &[u8], number: u32, replace: (&str, &str)) -> Vec<u8> {
    let text = String::from_utf8_lossy(pdf);
    let begin = format!("{number} 0 obj\n");
    let after = |needle: &str| text.rsplit_once(needle).unwrap().1;
    let object = after(&format!("\n{begin}")).split("endobj").next().unwrap();
    assert!(object.contains(replace.0), "{object}");
    let object = object.replacen(replace.0, replace.1, 1);
    let (start, size) =
        (after("startxref").split_whitespace().next().unwrap(), after("/Size ").split(['/', '>']).next());
    let mut bytes = pdf.to_vec();
    let at = bytes.len();
    bytes.extend_from_slice(format!("{begin}{object}endobj\n").as_bytes());
    let table = bytes.len();
    let table = format!(
        "xref\n{number} 1\n{at:010} 00000 n \ntrailer\n<</Size {}/Root 1 0 R/Prev {start}>>\nstartxref\n{table}\n%%EOF\n",
        size.unwrap()
    );
    bytes.extend_from_slice(table.as_bytes());
    bytes
}

/// What is done by pressing a button instead of by a click, by opening the page, or by opening the document, is done to
/// whoever wants to scan.
#[test]
fn additional_actions_lead_where_the_code_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut stamp = ksef_qr(folder.path());
    stamp.args(["stamp", "--env", "test", "--now", "2026-06-30T12:00:00Z", "--quiet"]).args(credential());
    stamp.args([&fixture("pdf/blank.pdf"), "--invoice", &fixture("invoices/good/fa3-basic.xml")]);
    assert_eq!(status(&run(&mut stamp)), 0);
    let stamped = fs::read(folder.path().join("ksef-qr-out/blank.pdf")).unwrap();
    let utf16 =
        "https://elsewhere.example/".bytes().fold("FEFF".to_owned(), |hex, byte| hex + &format!("00{byte:02X}"));
    let away = format!("<</S/URI/URI<{utf16}>>>");
    let plain = "<</S/URI/URI(https://elsewhere.example/)>>";
    for (name, number, before, after) in [
        ("pressed", 14, "/P 4 0 R", format!("/P 4 0 R/AA<</D{away}>>")),
        ("widget", 14, "/Subtype/Link", format!("/Subtype/Widget/FT/Btn/Ff 65536/AA<</U{plain}>>")),
        ("moved-over", 13, "/P 4 0 R", format!("/P 4 0 R/AA<</E<</S/JavaScript/JS(1)/Next{away}>>>>")),
        ("utf-16", 13, "/A<<", format!("/A{away}/Z<<")),
        ("page", 4, "/Type/Page", format!("/Type/Page/AA<</O{plain}>>")),
        ("document", 1, "/Pages 3 0 R", format!("/Pages 3 0 R/OpenAction{plain}")),
        ("document-aa", 1, "/Pages 3 0 R", format!("/Pages 3 0 R/AA<</WC{away}>>")),
    ] {
        let path = format!("{name}.pdf");
        fs::write(folder.path().join(&path), with_object(&stamped, number, (before, &after))).unwrap();
        let output = run(verify(folder.path()).args([&path, "--json"]));
        assert_eq!(status(&output), 1, "{name}: {}", stdout(&output));
        assert!(has(&checks(&output, "link"), "link_over_code fail"), "{name}: {}", stdout(&output));
        assert!(stdout(&output).contains("\\\"https://elsewhere.example/\\\""), "{name}: {}", stdout(&output));
        assert!(!stdout(&output).contains("\\u0000"), "{name}: {}", stdout(&output));
    }
    // To show the first page, and to lead to the code that is there, is no harm.
    for (number, before, after) in [
        (1, "/Pages 3 0 R", "/Pages 3 0 R/OpenAction<</S/GoTo/D[4 0 R/Fit]>>".to_owned()),
        (14, "/P 4 0 R", "/P 4 0 R/AA<</PI<<>>>>".to_owned()),
    ] {
        fs::write(folder.path().join("good.pdf"), with_object(&stamped, number, (before, &after))).unwrap();
        let output = run(verify(folder.path()).args(["good.pdf", "--json"]));
        assert_eq!(status(&output), 0, "{}", stdout(&output));
    }
}

/// A PDF of one page, which is empty but for a link annotation.
fn pdf(area: &str, action: &str) -> Vec<u8> {
    let link = format!("<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[{area}]/A{action}>>");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[{link}]/Contents 4 0 R>>"),
        "<</Length 0>>stream\n\nendstream".to_owned(),
    ];
    let mut text = "%PDF-1.7\n".to_owned();
    let mut table = "xref\n0 5\n0000000000 65535 f \n".to_owned();
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", text.len()).unwrap();
        writeln!(text, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let start = text.len();
    format!("{text}{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").into_bytes()
}

/// Renderers that read other bytes than the stamp counted on show a page without codes, whose links are still there.
#[test]
fn a_link_whose_code_is_not_to_be_seen_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.pdf");
    fs::write(&path, pdf("10 10 90 90", &format!("<</S/URI/URI({KOD1})>>"))).unwrap();
    let output = run(verify(folder.path()).args(["f.pdf", "--json"]));
    assert_eq!(status(&output), 1, "{}", stdout(&output));
    assert!(has(&checks(&output, "link"), "link_without_code fail"), "{}", stdout(&output));
}

/// Of a long document the pages that were not read are told of.
#[test]
fn pages_of_a_long_document_that_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let whole = String::from_utf8(pdf("10 10 90 90", &format!("<</S/URI/URI({KOD1})>>"))).unwrap();
    // The page with the link is the 94th. Objects are found by searching, as they have moved.
    let kids = (10..103).chain([3]).chain(103..159).map(|number| format!("{number} 0 R ")).collect::<Vec<_>>().concat();
    let page = |number| format!("{number} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n");
    let long = whole.replacen("[3 0 R]/Count 1", &format!("[{kids}]/Count 150"), 1);
    let long = long.replacen("xref\n", &((10..159).map(page).collect::<String>() + "xref\n"), 1);
    fs::write(folder.path().join("f.pdf"), long).unwrap();
    let output = run(verify(folder.path()).args(["f.pdf", "--json"]));
    assert!(stdout(&output).contains("pages 51 to 93, 95 to 140"), "{}", stdout(&output));
    assert!(has(&checks(&output, "link"), "pages_unread not_checked"), "{}", stdout(&output));
}

/// A manifest, or the PDF that it is about, names files; which are opened is not theirs to choose.
#[cfg(unix)]
/// The links do not say it, and whoever reads the manifest goes by it.
#[test]
fn what_a_line_says_of_its_invoice_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    signed(folder.path());
    let path = folder.path().join("ksef-qr-out/manifest.ndjson");
    let whole = fs::read_to_string(&path).unwrap();
    let first = whole.lines().next().unwrap();
    let verified = |line: &str| {
        fs::write(&path, format!("{line}\n")).unwrap();
        let invoice = folder.path().join("in/f00000.xml");
        let mut command = verify(folder.path());
        let command = command.args(["--json", "--manifest", "ksef-qr-out/manifest.ndjson", "--invoice"]).arg(invoice);
        checks(&run(command), "entry")
    };
    assert!(!has(&verified(first), "manifest_facts fail"));
    let fields = ["invoice_number", "form", "kind", "buyer", "size_bytes", "self_billed", "attachment"];
    for field in fields {
        let mut line = crate::common::parse_line(first);
        line[field] = match &line[field] {
            Value::Bool(said) => (!said).into(),
            Value::Number(_) => 7.into(),
            _ => "FA(2)".into(),
        };
        assert!(has(&verified(&line.to_string()), "manifest_facts fail"), "{field}");
    }
}

#[test]
fn strangers_do_not_choose_which_files_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    signed(folder.path());
    let path = folder.path().join("ksef-qr-out/manifest.ndjson");
    let own = fs::read_to_string(&path).unwrap();
    let first = own.lines().next().unwrap();
    let secret = folder.path().join("secret.xml");
    fs::copy(folder.path().join("in/f00000.xml"), &secret).unwrap();
    let pipe = folder.path().join("ksef-qr-out/pipe.xml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink(&secret, folder.path().join("ksef-qr-out/link.xml")).unwrap();
    for input in [
        "in/f00000.xml",
        "secret.xml",
        "../secret.xml",
        secret.to_str().unwrap(),
        "pipe.xml",
        "ksef-qr-out/pipe.xml",
        "link.xml",
        "/dev/zero",
        "/etc/shadow",
    ] {
        fs::write(&path, first.replace("in/f00000.xml", input) + "\n").unwrap();
        let started = Instant::now();
        let output = run(verify(folder.path()).args(["--json", "--manifest", "ksef-qr-out/manifest.ndjson"]));
        assert!(started.elapsed() < Duration::from_secs(60), "{input}");
        assert_eq!(status(&output), 0, "{input}: {}", stdout(&output));
        let told = checks(&output, "entry");
        assert!(has(&told, "manifest_invoice not_checked"), "{input}: {told:?}");
        assert!(has(&checks(&output, "link"), "invoice_digest not_checked"), "{input}");
    }
    // In the folder it is opened, by either name; and one that is given is taken wherever it is.
    fs::copy(&secret, folder.path().join("ksef-qr-out/f.xml")).unwrap();
    for input in ["f.xml", "ksef-qr-out/f.xml"] {
        fs::write(&path, first.replace("in/f00000.xml", input) + "\n").unwrap();
        let output = run(verify(folder.path()).args(["--json", "--manifest", "ksef-qr-out/manifest.ndjson"]));
        assert!(has(&checks(&output, "link"), "invoice_digest ok"), "{input}: {}", stdout(&output));
    }
    fs::write(&path, first.to_owned() + "\n").unwrap();
    let words = run(verify(folder.path()).args(["--manifest", "ksef-qr-out/manifest.ndjson"]));
    assert!(stderr(&words).contains("Give the invoices with --invoice"), "{}", stderr(&words));
    let given = run(verify(folder.path()).args(["ksef-qr-out/manifest.ndjson", "--invoice", "in", "--json"]));
    assert!(has(&checks(&given, "link"), "invoice_digest ok"));

    // A picture that is a link to a file elsewhere is not opened either.
    let png = folder.path().join("ksef-qr-out/f00000.kod1.png");
    fs::rename(&png, folder.path().join("elsewhere.png")).unwrap();
    std::os::unix::fs::symlink("../elsewhere.png", &png).unwrap();
    let output = run(verify(folder.path()).args(["--json", "ksef-qr-out/manifest.ndjson"]));
    assert_eq!(status(&output), 1);
    assert!(stdout(&output).contains("leads out of the manifest's folder"), "{}", stdout(&output));
}

/// The embedded invoice is the one that the PDF is about, whatever lies in the current folder under its name.
#[test]
fn an_embedded_invoice_is_taken_before_a_file_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut stamp = ksef_qr(folder.path());
    stamp.args(["stamp", "--env", "test", "--now", "2026-06-30T12:00:00Z", "--quiet"]).args(credential());
    assert_eq!(status(&run(stamp.arg(fixture("pdf/pdfa-3b.pdf")))), 0);
    let manifest = fs::read_to_string(folder.path().join("ksef-qr-out/manifest.ndjson")).unwrap();
    let line: Value = serde_json::from_str(manifest.lines().next().unwrap()).unwrap();
    let name = line["document"]["invoice"].as_str().unwrap();
    for place in [folder.path().join(name), folder.path().join("ksef-qr-out").join(name)] {
        fs::copy(fixture("invoices/good/fa3-consumer.xml"), place).unwrap();
    }
    let output = run(verify(folder.path()).args(["--json", "ksef-qr-out/manifest.ndjson"]));
    assert_eq!(status(&output), 0, "{}", stdout(&output));
    assert!(has(&checks(&output, "link"), "invoice_digest ok"), "{}", stdout(&output));
}

/// Readers leave `https://` out; letters put brackets around it, JSON writes its slashes in its own way.
#[test]
fn links_are_known_without_their_scheme_and_in_what_stands_around_them() {
    let folder = tempfile::tempdir().unwrap();
    let bare = KOD1.strip_prefix("https://").unwrap();
    for (text, code) in [
        (bare.to_owned(), "scheme_missing fail"),
        (format!("({KOD1})"), "link_quoted fail"),
        (format!("[{KOD1}]"), "link_quoted fail"),
        (format!("\"{}\"", KOD1.replace('/', r"\u002f")), "slashes_escaped fail"),
        (KOD1.replace('/', r"\u002F"), "slashes_escaped fail"),
    ] {
        let output = run(verify(folder.path()).args([&text, "--json"]));
        let told = checks(&output, "link");
        assert!(has(&told, code), "{text}: {}", stdout(&output));
        // The rest of the link is read.
        assert!(!told.iter().any(|check| check.starts_with("digest_malformed")), "{text}: {told:?}");
    }
    // What is there is a file.
    let output = run(verify(folder.path()).args(["ksef.gov.pl.txt", "--json"]));
    assert!(stdout(&output).contains("input_missing"), "{}", stdout(&output));
}
