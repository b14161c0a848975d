//! Which number stands under a code: what lies beside an invoice, what a table of pairs says, whose UPO it is.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{IN_TEST, fixture, ksef_qr, lines, parse, records, run, status, stderr};
use serde_json::Value;

const NUMBER: &str = "5265877635-20260616-0100001AF629-15";
const BASIC: &str = "invoices/good/fa3-basic.xml";
const PDF: &str = "pdf/producers/fa3-basic.pdf";

/// Another number that can be this invoice's.
const OTHER: &str = "5265877635-20260616-0100001AF62A-7A";

/// The digest of `fa3-basic.xml`.
const DIGEST: &str = "n8otcJbcdk3Wg1g7fM+BJen2qMj5oYP5TUzR5G0x4Oo=";

fn metadata(digest: &str) -> String {
    format!(
        r#"{{"invoices":[{{"ksefNumber":"{NUMBER}","invoiceNumber":"FV/2026/06/001","invoiceHash":"{digest}","seller":{{"nip":"5265877635"}}}}]}}"#
    )
}

/// A folder `in` with one invoice, and perhaps metadata beside it.
fn export(folder: &Path, name: &str, metadata: Option<&str>) {
    fs::create_dir_all(folder.join("in")).unwrap();
    fs::copy(fixture(BASIC), folder.join("in").join(name)).unwrap();
    if let Some(metadata) = metadata {
        fs::write(folder.join("in/_metadata.json"), metadata).unwrap();
    }
}

fn link(folder: &Path, options: &[&str]) -> Output {
    run(ksef_qr(folder).args(["link", "in", "--out", "codes"]).args(IN_TEST).args(options))
}

fn label_and_codes(line: &Value) -> (&str, Vec<&str>) {
    let codes = line["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning["code"].as_str());
    (line["kod1"]["label"].as_str().or(line["error"]["code"].as_str()).unwrap(), codes.collect())
}

#[test]
fn what_lies_beside_an_invoice_says_its_number() {
    let named = format!("{NUMBER}.xml");
    let (own, other) = (metadata(DIGEST), metadata("mtGV5R2i/5ThKBIt9oedEfWrlJ4sFk7bWeU6c/BLVY0="));
    for (name, metadata, label, codes) in [
        ("f1.xml", None, "OFFLINE", vec![]),
        ("f1.xml", Some(&own[..]), NUMBER, vec![]),
        (&named, Some(&own), NUMBER, vec![]),
        (&named, None, NUMBER, vec!["ksef_number_by_file_name"]),
        (&named, Some("{}"), NUMBER, vec!["metadata_unreadable", "ksef_number_by_file_name"]),
        ("f1.xml", Some("not JSON"), "OFFLINE", vec!["metadata_unreadable"]),
        ("f1.xml", Some(r#"{"invoices":[]}"#), "OFFLINE", vec![]),
        // What was exported was changed since, and its code would lead nowhere.
        (&named, Some(&other), "upo_other_file", vec![]),
        // Of another seller, and of the time before the invoice.
        ("6511153259-20260616-0100001AF629-CD.xml", None, "OFFLINE", vec!["ksef_number_not_used"]),
        ("5265877635-20250826-0100001AF629-AF.xml", None, "OFFLINE", vec!["ksef_number_not_used"]),
        // Mistyped, a collective identifier.
        ("5265877635-20260616-0100001AF629-16.xml", None, "OFFLINE", vec!["ksef_number_not_used"]),
        ("IZ 1111111111-IZ202607-65ED02180000-E7.xml", None, "OFFLINE", vec!["ksef_number_not_used"]),
        // With other words around it.
        (&format!("FA_{NUMBER}.xml"), None, NUMBER, vec!["ksef_number_by_file_name"]),
        (&format!("{NUMBER}_visual.xml"), None, NUMBER, vec!["ksef_number_by_file_name"]),
        (&format!("faktura_{} (1).xml", NUMBER.to_lowercase()), None, NUMBER, vec!["ksef_number_by_file_name"]),
        // The file was named by another number than the metadata give it.
        (&format!("{OTHER}.xml"), Some(&own), NUMBER, vec!["ksef_number_contradiction"]),
        (&format!("{NUMBER} {OTHER}.xml"), None, "OFFLINE", vec!["ksef_number_not_used"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        export(folder.path(), name, metadata);
        let output = link(folder.path(), &["--format", "none", "--json"]);
        assert_eq!(label_and_codes(&lines(&output)[0]), (label, codes), "{name} {metadata:?}");
    }
}

#[test]
fn a_number_that_is_given_wins_over_what_lies_beside() {
    let named = format!("{OTHER}.xml");
    let upo = fixture("upo/good/invoice.xml");
    for (name, metadata, options, label, warnings) in [
        (&*named, None, ["--ksef-number", NUMBER], NUMBER, 1),
        (&*named, None, ["--upo", &*upo], NUMBER, 1),
        ("f1.xml", Some(metadata(DIGEST)), ["--ksef-number", OTHER], OTHER, 1),
        ("f1.xml", Some(metadata(DIGEST)), ["--upo", &*upo], NUMBER, 0),
        (&*named, Some(metadata(DIGEST)), ["--ksef-number", OTHER], OTHER, 1),
        (&*named, Some(metadata(DIGEST)), ["--upo", &*upo], NUMBER, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        export(folder.path(), name, metadata.as_deref());
        let mut command = ksef_qr(folder.path());
        command.args(["link", &format!("in/{name}"), "--format", "none", "--json"]).args(IN_TEST).args(options);
        let output = lines(&run(&mut command));
        assert_eq!(
            label_and_codes(&output[0]),
            (label, vec!["ksef_number_contradiction"; warnings]),
            "{name} {options:?}"
        );
    }
}

/// Writes the invoice into folders of `in`, each with its own name and ending.
fn in_folders(folder: &Path, files: &[(&str, &str, &str)]) {
    let text = fs::read_to_string(fixture(BASIC)).unwrap();
    for (place, name, ending) in files {
        fs::create_dir_all(folder.join("in").join(place)).unwrap();
        fs::write(folder.join("in").join(place).join(name), format!("{text}{ending}")).unwrap();
    }
}

#[test]
fn one_number_is_not_given_to_two_invoices() {
    let named = format!("{NUMBER}.xml");
    for jobs in ["1", "4"] {
        let folder = tempfile::tempdir().unwrap();
        // The same file twice is no contradiction; the third and the fifth are other files.
        let third = ("c", &*named, "<!-- c -->");
        in_folders(
            folder.path(),
            &[("a", &named, ""), ("b", &named, ""), third, ("d", "f1.xml", "<!-- d -->"), ("e", "f1.xml", "")],
        );
        let text = fs::read_to_string(fixture(BASIC)).unwrap();
        let digest = ksef_qr::values::InvoiceHash::of((text + "<!-- d -->").as_bytes()).base64();
        fs::write(folder.path().join("in/d/_metadata.json"), metadata(&digest)).unwrap();
        let output = link(folder.path(), &["--jobs", jobs]);
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("stands under another invoice of this run"), "{}", stderr(&output));
        let records = records(&folder.path().join("codes/manifest.ndjson"));
        let labels: Vec<_> = records[..5].iter().map(|record| label_and_codes(record).0).collect();
        let refused = "ksef_number_contradiction";
        assert_eq!(labels, [NUMBER, NUMBER, refused, refused, "OFFLINE"], "{jobs} jobs");
        assert_eq!((&records[5]["linked"], &records[5]["refused"]), (&3.into(), &2.into()));
        let files = fs::read_dir(folder.path().join("codes")).unwrap().count();
        assert_eq!(files, 1 + 3, "the manifest, and no picture of the refused ones");
    }
}

#[test]
fn a_resumed_run_knows_the_numbers_of_the_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let named = format!("{NUMBER}.xml");
    in_folders(folder.path(), &[("a", &named, "")]);
    assert_eq!(status(&link(folder.path(), &[])), 0);
    in_folders(folder.path(), &[("b", &named, "<!-- b -->")]);
    for _ in 0..2 {
        let output = link(folder.path(), &["--resume"]);
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("[ksef_number_contradiction]"), "{}", stderr(&output));
        let records = records(&folder.path().join("codes/manifest.ndjson"));
        assert_eq!(label_and_codes(&records[0]).0, NUMBER);
        assert_eq!(records.last().unwrap()["kept"], 1);
    }
}

#[test]
fn a_resumed_run_takes_the_number_that_came_and_never_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let label = || {
        let records = records(&folder.path().join("codes/manifest.ndjson"));
        (records[0]["kod1"]["label"].as_str().unwrap().to_owned(), records.last().unwrap()["kept"].clone())
    };
    export(folder.path(), "f1.xml", None);
    assert_eq!(status(&link(folder.path(), &[])), 0);
    assert_eq!(label(), ("OFFLINE".to_owned(), 0.into()));
    assert_eq!(status(&link(folder.path(), &["--resume"])), 0);
    assert_eq!(label(), ("OFFLINE".to_owned(), 1.into()));
    export(folder.path(), "f1.xml", Some(&metadata(DIGEST)));
    assert_eq!(status(&link(folder.path(), &["--resume"])), 0);
    assert_eq!(label(), (NUMBER.to_owned(), 0.into()));
    fs::remove_file(folder.path().join("in/_metadata.json")).unwrap();
    assert_eq!(status(&link(folder.path(), &["--resume"])), 0);
    assert_eq!(label(), (NUMBER.to_owned(), 1.into()));
    // Once more with the UPO of a technical correction: what was drawn stays.
    let output = link(folder.path(), &["--resume", "--upo", &fixture("upo/good/other-digest.xml")]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("technical correction"), "{}", stderr(&output));
    assert_eq!(label().0, NUMBER);
}

#[test]
fn a_changed_file_may_be_a_technical_correction() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), "f1.xml", None);
    assert_eq!(status(&link(folder.path(), &[])), 0);
    let text = fs::read_to_string(fixture(BASIC)).unwrap();
    fs::write(folder.path().join("in/f1.xml"), text + "<!-- -->").unwrap();
    let output = link(folder.path(), &["--resume"]);
    assert!(stderr(&output).contains("technical correction"), "{}", stderr(&output));
    assert_eq!(records(&folder.path().join("codes/manifest.ndjson"))[0]["replaces"], DIGEST, "it must be kept");
}

fn stamp(folder: &Path, table: &str, options: &[&str]) -> Output {
    fs::copy(fixture(PDF), folder.join("f1.pdf")).unwrap();
    fs::copy(fixture(BASIC), folder.join("f1.xml")).unwrap();
    fs::write(folder.join("pairs.csv"), table).unwrap();
    let mut command = ksef_qr(folder);
    command.args(["stamp", "--pairs", "pairs.csv", "--embed", "--json", "--new-page"]).args(IN_TEST);
    run(command.args(options))
}

#[test]
fn a_table_of_pairs_says_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let with = |number: &str| format!("pdf;invoice;ksef_number\nf1.pdf;f1.xml;{number}\n");
    let upo = fixture("upo/good/invoice.xml");
    for (table, options, expected) in [
        (with(NUMBER), &[][..], NUMBER),
        (with(NUMBER), &["--upo", &upo], NUMBER),
        (with(NUMBER), &["--kod1-alone"], "ksef_number_contradiction"),
        (with("5265877635-20260616-0100001AF62A-7A"), &["--upo", &upo], "ksef_number_contradiction"),
        (with("6511153259-20251015-010020140418-0D"), &[], "ksef_number_of_another"),
        (with("5265877635-20260616-0100001AF629-16"), &[], "ksef_number_checksum"),
        (with("1111111111-IZ202607-65ED02180000-E7"), &[], "ksef_number_is_collective"),
        (with("20250625-EE-319D7EE000-B67F415CDC-2C"), &[], "ksef_number_is_reference"),
        ("pdf;invoice;numer KSeF\nf1.pdf;f1.xml;\n".to_owned(), &[], "pair_table_unreadable"),
        (format!("pdf;invoice;ksef_number\nf1.pdf;f1.xml;\nf1.pdf;f1.xml;{NUMBER}\n"), &[], "ksef_number_missing"),
        // Nothing says where the codes come from.
        (with(""), &[], ""),
        ("pdf;invoice\nf1.pdf;f1.xml\n".to_owned(), &[], ""),
        (with(""), &["--kod1-alone"], "OFFLINE"),
    ] {
        let output = stamp(folder.path(), &table, options);
        if expected.is_empty() {
            assert_eq!(status(&output), 2, "{table} {options:?}");
            continue;
        }
        let lines = parse(str::from_utf8(&output.stdout).unwrap());
        assert_eq!(label_and_codes(&lines[0]).0, expected, "{table} {options:?}: {}", stderr(&output));
    }
}

#[test]
fn a_upo_is_of_its_own_environment() {
    let folder = tempfile::tempdir().unwrap();
    let upo = |name: &str| fixture(&format!("upo/good/{name}"));
    let (pdf, invoice) = (fixture(PDF), fixture(BASIC));
    for command in
        [&["link", &invoice][..], &["confirm", &invoice], &["stamp", &pdf, "--invoice", &invoice, "--new-page"]]
    {
        for (environment, file, is_right) in [
            ("prod", upo("production.xml"), true),
            ("prod", upo("invoice.xml"), false),
            ("prod", upo("demo.xml"), false),
            ("prod", upo("session.json"), false),
            ("demo", upo("demo.xml"), true),
            ("demo", upo("production.xml"), false),
            ("test", upo("invoice.xml"), true),
            ("test", upo("session.json"), true),
            ("test", upo("production.xml"), false),
            ("test", upo("demo.xml"), false),
        ] {
            let mut ksef_qr = ksef_qr(folder.path());
            let options = ["--embed", "--json", "--now", "2026-06-30T12:00:00Z", "--env", environment, "--upo", &file];
            let output = run(ksef_qr.args(command).args(options));
            assert_eq!(status(&output), if is_right { 0 } else { 2 }, "{command:?} {environment} {file}");
            assert_eq!(stderr(&output).contains("[upo_wrong_environment]"), !is_right, "{}", stderr(&output));
        }
    }
    assert!(!folder.path().join("ksef-qr-out").exists());
}

/// A small file must not keep the command busy.
#[test]
fn hostile_answers_are_answered_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer.json");
    let entry = metadata(DIGEST);
    let entry = entry.strip_prefix(r#"{"invoices":["#).unwrap().strip_suffix("]}").unwrap();
    for (text, code) in [
        ("[".repeat(1_000_000), "upo_malformed"),
        (format!("[{}", "{},".repeat(1_000_000)), "upo_malformed"),
        (format!("[{}{entry}]", format!("{entry},").repeat(50_000)), ""),
        (format!(r#"{{"invoices":[],"x":{}{}}}"#, r#"{"a":"#.repeat(200), "}".repeat(200)), "upo_malformed"),
    ] {
        fs::write(&path, text).unwrap();
        let started = std::time::Instant::now();
        let mut command = ksef_qr(folder.path());
        let options = ["--format", "none", "--json", "--upo", path.to_str().unwrap()];
        let output = run(command.args(["link", &fixture(BASIC)]).args(options).args(IN_TEST));
        assert_eq!(status(&output), if code.is_empty() { 0 } else { 2 }, "{}", stderr(&output));
        assert!(stderr(&output).contains(code));
        assert!(started.elapsed().as_secs() < 20);
    }
}
