//! Runs that keep a book: what it has is given out again, what is new is in it before anybody sees it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use ksef_qr::book::{Book, Event, Filter, Happening, Place, Recorded, State};
use ksef_qr::values::{Environment, InvoiceHash, KsefNumber};
use serde_json::Value;

use crate::common::{
    IN_TEST, credential, file, files, invoices, ksef_qr, read_back, records, run, sign, status, stderr,
};

fn at(folder: &Path) -> Place {
    Place::File(folder.join("firm.book"))
}

/// A folder with an empty book.
fn with_book() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Book::create(&at(folder.path()), Environment::Test, SystemTime::now()).unwrap();
    folder
}

fn open(folder: &Path) -> Book {
    Book::open(&at(folder), SystemTime::now()).unwrap()
}

fn sign_by_book(folder: &Path) -> Command {
    let mut command = sign(folder);
    command.args(["--book", "firm.book", "--quiet"]);
    command
}

fn link_by_book(folder: &Path) -> Command {
    let mut command = ksef_qr(folder);
    command.arg("link").args(IN_TEST).args(["--book", "firm.book", "--quiet"]);
    command
}

/// The links of the signed lines, by input.
fn kod2(manifest: &Path) -> BTreeMap<String, String> {
    let of = |line: Value| Some((line["input"].as_str()?.to_owned(), line["kod2"]["url"].as_str()?.to_owned()));
    records(manifest).into_iter().filter_map(of).collect()
}

fn summary(folder: &Path, out: &str) -> Value {
    records(&folder.join(out).join("manifest.ndjson")).pop().unwrap()
}

fn record(folder: &Path, hash: InvoiceHash, what: Happening) {
    let event = Event::new(what, SystemTime::now(), "a test");
    assert_eq!(open(folder).record(&[(hash, event)]).unwrap(), [Recorded::Added]);
}

const NUMBER: &str = "5265877635-20260616-0100001AF629-15";

/// The usual invoice, as `f.xml`.
fn usual(folder: &Path) -> (PathBuf, InvoiceHash) {
    let bytes = file("invoices/good/fa3-basic.xml");
    let path = folder.join("f.xml");
    fs::write(&path, &bytes).unwrap();
    (path, InvoiceHash::of(&bytes))
}

#[test]
fn what_is_in_the_book_is_given_out_again_and_not_signed() {
    let folder = with_book();
    let folder = folder.path();
    invoices(folder, 100);
    // Fourteen of them cannot be signed.
    let first = run(sign_by_book(folder).args(["in", "--out", "first"]));
    assert_eq!(status(&first), 1, "{}", stderr(&first));
    assert_eq!(summary(folder, "first")["from_book"], Value::Null);
    let second = run(sign_by_book(folder).args(["in", "--out", "second", "--format", "svg"]));
    assert_eq!(status(&second), 1, "{}", stderr(&second));
    let [first, second] =
        ["first", "second"].map(|out| (kod2(&folder.join(out).join("manifest.ndjson")), summary(folder, out)));
    assert_eq!(first.0.len(), 86);
    assert_eq!(first.0, second.0);
    assert_eq!((&second.1["from_book"], &second.1["signed"]), (&86.into(), &86.into()));
    let book = open(folder);
    let mut known = BTreeMap::new();
    let mut drawn = Vec::new();
    book.each(&Filter::default(), &mut |entry| {
        let name = entry.events[0].cause.strip_prefix("sign ").unwrap().to_owned();
        known.insert(name, entry.kod2().unwrap().url.clone());
        drawn.extend(entry.events.iter().filter_map(|event| match &event.what {
            Happening::Drawn { formats } => Some(formats.clone()),
            _ => None,
        }));
        assert_eq!(entry.state(), State::Issued);
        Ok(true)
    })
    .unwrap();
    assert_eq!(known, first.0);
    assert_eq!(["png", "svg"].map(|format| drawn.iter().filter(|one| *one == format).count()), [86, 86]);
    assert!(book.check(&mut |_| {}).unwrap().is_empty());
    // What is drawn is what the book has.
    let (input, link) = first.0.iter().next().unwrap();
    let stem = Path::new(input).file_stem().unwrap().to_str().unwrap();
    assert_eq!(&read_back(&folder.join(format!("first/{stem}.kod2.png"))), link);
}

#[test]
fn the_same_file_twice_in_a_run_is_signed_once() {
    let folder = with_book();
    let folder = folder.path();
    usual(folder);
    fs::copy(folder.join("f.xml"), folder.join("g.xml")).unwrap();
    let output = run(sign_by_book(folder).args(["f.xml", "g.xml", "f.xml", "--out", "out"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let links: Vec<_> = records(&folder.join("out/manifest.ndjson"))
        .into_iter()
        .filter_map(|line| line["kod2"]["url"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(links.len(), 3);
    assert!(links.iter().all(|link| *link == links[0]));
    assert_eq!(summary(folder, "out")["from_book"], 2);
}

#[test]
fn a_number_that_was_issued_before_is_told_of_before_it_is_signed() {
    let folder = with_book();
    let folder = folder.path();
    let (path, first) = usual(folder);
    assert_eq!(status(&run(sign_by_book(folder).args(["f.xml", "--out", "first"]))), 0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(folder.join("other.xml"), text + "\n").unwrap();
    let refused = run(sign_by_book(folder).args(["other.xml", "--out", "second"]));
    assert_eq!(status(&refused), 1, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("issued_number"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains(&first.base64()), "{}", stderr(&refused));
    let allowed = run(sign_by_book(folder).args(["other.xml", "--out", "third", "--allow", "issued-number"]));
    assert_eq!(status(&allowed), 0, "{}", stderr(&allowed));
    assert_eq!(records(&folder.join("third/manifest.ndjson"))[0]["allowed"], serde_json::json!(["issued-number"]));
    // Two new files with one number in one run.
    let text = fs::read_to_string(&path).unwrap().replace("FV/2026/06/001", "FV/2026/06/777");
    fs::write(folder.join("one.xml"), &text).unwrap();
    fs::write(folder.join("two.xml"), text + "\n").unwrap();
    let output = run(sign_by_book(folder).args(["one.xml", "two.xml", "--out", "fourth", "--jobs", "1"]));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let lines = records(&folder.join("fourth/manifest.ndjson"));
    assert_eq!(lines[0]["status"], "signed");
    assert_eq!(lines[1]["error"]["code"], "issued_number");
}

#[test]
fn an_annulled_invoice_gets_no_codes_and_leaves_its_number() {
    let folder = with_book();
    let folder = folder.path();
    let (path, hash) = usual(folder);
    assert_eq!(status(&run(sign_by_book(folder).args(["f.xml", "--out", "first"]))), 0);
    record(folder, hash, Happening::Annulled);
    for command in [&mut sign_by_book(folder), &mut link_by_book(folder)] {
        let refused = run(command.args(["f.xml", "--out", "second"]));
        assert_eq!(status(&refused), 1, "{}", stderr(&refused));
        assert!(stderr(&refused).contains("invoice_annulled"), "{}", stderr(&refused));
    }
    fs::write(folder.join("again.xml"), fs::read_to_string(&path).unwrap() + "\n").unwrap();
    let output = run(sign_by_book(folder).args(["again.xml", "--out", "third"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
}

#[test]
fn once_ksef_has_it_its_number_stands_under_kod_1() {
    let folder = with_book();
    let folder = folder.path();
    let (_, hash) = usual(folder);
    assert_eq!(status(&run(sign_by_book(folder).args(["f.xml", "--out", "first"]))), 0);
    let number = KsefNumber::parse(NUMBER).unwrap();
    record(folder, hash, Happening::Accepted { number, corrected_by: None });
    let output = run(link_by_book(folder).args(["f.xml", "--out", "number"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let line = &records(&folder.join("number/manifest.ndjson"))[0];
    assert_eq!(
        (&line["ksef_number"], &line["kod1"]["label"], &line["from_book"]),
        (&NUMBER.into(), &NUMBER.into(), &true.into())
    );
    // The codes of the offline invoice stay what they were, and something is said.
    let output = run(sign_by_book(folder).args(["f.xml", "--out", "offline"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let [first, again] = ["first", "offline"].map(|out| records(&folder.join(out).join("manifest.ndjson")).remove(0));
    assert_eq!((&first["kod1"]["url"], &first["kod1"]["label"]), (&again["kod1"]["url"], &"OFFLINE".into()));
    assert_eq!(first["kod2"]["url"], again["kod2"]["url"]);
    assert_eq!(again["warnings"][0]["code"], "ksef_number_not_used");
    // Another number than the book's.
    let other = "5265877635-20260616-0100001AF62A-7A";
    let output = run(link_by_book(folder).args(["f.xml", "--out", "other", "--ksef-number", other]));
    assert!(stderr(&output).contains("ksef_number_contradiction"), "{}", stderr(&output));
}

#[test]
fn an_invoice_that_had_kod_1_alone_gets_kod_2_once() {
    let folder = with_book();
    let folder = folder.path();
    let (_, hash) = usual(folder);
    assert_eq!(status(&run(link_by_book(folder).args(["f.xml", "--out", "link"]))), 0);
    assert_eq!(open(folder).find(&hash).unwrap().unwrap().state(), State::Linked);
    for out in ["first", "second"] {
        assert_eq!(status(&run(sign_by_book(folder).args(["f.xml", "--out", out]))), 0);
    }
    let links = ["first", "second"].map(|out| kod2(&folder.join(out).join("manifest.ndjson")));
    assert_eq!(links[0], links[1]);
    assert_eq!(open(folder).find(&hash).unwrap().unwrap().state(), State::Issued);
}

#[test]
fn documents_have_the_codes_of_the_book() {
    let folder = with_book();
    let folder = folder.path();
    usual(folder);
    let output = run(sign_by_book(folder).args(["f.xml", "--out", "codes", "--mode", "offline24"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let mut confirm = ksef_qr(folder);
    confirm.arg("confirm").args(IN_TEST).args(credential()).args([
        "--mode",
        "offline24",
        "--quiet",
        "--book",
        "firm.book",
    ]);
    let output = run(confirm.args(["f.xml", "--out", "paper"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(kod2(&folder.join("codes/manifest.ndjson")), kod2(&folder.join("paper/manifest.ndjson")));
    let hash = InvoiceHash::of(&fs::read(folder.join("f.xml")).unwrap());
    let entry = open(folder).find(&hash).unwrap().unwrap();
    assert_eq!(
        (entry.mode(), entry.send_by().map(|day| day.to_string()).as_deref()),
        (Some("offline24"), Some("2026-06-16"))
    );
    assert!(entry.events.iter().any(|event| event.what == Happening::Drawn { formats: "confirmation".into() }));
}

/// A run that has the book, and no key.
fn by_book_alone(folder: &Path, command: &str) -> Command {
    let mut run = ksef_qr(folder);
    run.arg(command).args(IN_TEST).args(["--book", "firm.book", "--quiet"]);
    run
}

fn first_line(folder: &Path, out: &str) -> Value {
    records(&folder.join(out).join("manifest.ndjson")).remove(0)
}

/// Refused without the book's codes, given them out again with them, and the number once there is one; and another file with its
/// number is another invoice.
#[test]
fn papers_and_sheets_need_the_book_alone() {
    let confirm: (&str, &[&str], &str) = ("confirm", &[], "f.confirmation.pdf");
    let sheet: (&str, &[&str], &str) = ("sign", &["--format", "none", "--sheet"], "sheet.pdf");
    for (command, more, paper) in [confirm, sheet] {
        let folder = with_book();
        let folder = folder.path();
        let (path, hash) = usual(folder);
        let by_book = |file: &str, out: &str| {
            let output = run(by_book_alone(folder, command).args([file, "--out", out]).args(more));
            let code = first_line(folder, out)["error"]["code"].as_str().map(str::to_owned);
            (status(&output), code)
        };
        let refused = |code: &str| (1, Some(code.to_owned()));
        assert_eq!(by_book("f.xml", "unknown"), refused("codes_missing"), "{command}");
        assert_eq!(status(&run(sign_by_book(folder).args(["f.xml", "--out", "signed"]))), 0);
        for out in ["first", "second"] {
            assert_eq!(by_book("f.xml", out), (0, None), "{command}");
            assert_eq!(kod2(&folder.join(out).join("manifest.ndjson")), kod2(&folder.join("signed/manifest.ndjson")));
            assert_eq!(first_line(folder, out)["from_book"], true, "{command}");
        }
        let codes = |out: &str| codes_on(&folder.join(out).join(paper));
        let [first, second] = ["first", "second"].map(|out| fs::read(folder.join(out).join(paper)).unwrap());
        assert!(first == second, "{command}");
        assert_eq!(codes("first"), ["certificate", "invoice"], "{command}");
        // Another file with its number is not this invoice.
        fs::write(folder.join("other.xml"), [fs::read(&path).unwrap(), b"\n".to_vec()].concat()).unwrap();
        assert_eq!(by_book("other.xml", "other"), refused("issued_number"), "{command}");
        // Once there is a number, KOD I with it is all that belongs on paper, also where the first run is continued.
        record(folder, hash, Happening::Accepted { number: KsefNumber::parse(NUMBER).unwrap(), corrected_by: None });
        assert_eq!(by_book("f.xml", "number"), (0, None), "{command}");
        let again = run(by_book_alone(folder, command).args(["f.xml", "--out", "first", "--resume"]).args(more));
        assert_eq!(status(&again), 0, "{command}: {}", stderr(&again));
        for out in ["number", "first"] {
            let line = first_line(folder, out);
            assert_eq!(
                (&line["ksef_number"], &line["kod1"]["label"]),
                (&NUMBER.into(), &NUMBER.into()),
                "{command} {out}"
            );
            assert_eq!(codes(out), ["invoice"], "{command} {out}");
        }
    }
}

/// One that nobody ever got is put on no paper.
#[test]
fn an_annulled_invoice_is_on_no_paper() {
    let folder = with_book();
    let folder = folder.path();
    let (_, hash) = usual(folder);
    assert_eq!(status(&run(sign_by_book(folder).args(["f.xml", "--out", "signed"]))), 0);
    record(folder, hash, Happening::Annulled);
    for (command, more) in [("confirm", &[][..]), ("print", &[]), ("sign", &["--format", "none", "--sheet"])] {
        let output = run(by_book_alone(folder, command).args(["f.xml", "--out", command]).args(more));
        assert_eq!(status(&output), 1, "{command}: {}", stderr(&output));
        assert_eq!(first_line(folder, command)["error"]["code"], "invoice_annulled", "{command}");
    }
}

/// Which codes a PDF has, by where they lead.
fn codes_on(pdf: &Path) -> Vec<&'static str> {
    let read = ksef_qr_scan::pdf(&fs::read(pdf).unwrap()).unwrap();
    let codes = read.texts.into_iter().filter(|found| found.origin == ksef_qr_scan::Origin::Code);
    let mut codes: Vec<_> =
        codes.map(|code| if code.text.contains("/certificate/") { "certificate" } else { "invoice" }).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn an_earlier_run_is_continued_and_comes_into_the_book() {
    let folder = with_book();
    let folder = folder.path();
    invoices(folder, 6);
    // Without a book at first.
    assert_eq!(status(&run(sign(folder).args(["in", "--out", "out", "--quiet"]))), 0);
    let before = kod2(&folder.join("out/manifest.ndjson"));
    let output = run(sign_by_book(folder).args(["in", "--out", "out", "--resume"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let mut entries = 0;
    open(folder)
        .each(&Filter::default(), &mut |_| {
            Ok({
                entries += 1;
                true
            })
        })
        .unwrap();
    assert_eq!(entries, 6);
    assert_eq!(status(&run(sign_by_book(folder).args(["in", "--out", "again"]))), 0);
    assert_eq!(kod2(&folder.join("again/manifest.ndjson")), before);
    // A manifest with other codes than the book's is not continued.
    assert_eq!(status(&run(sign(folder).args(["in", "--out", "other", "--quiet"]))), 0);
    let output = run(sign_by_book(folder).args(["in", "--out", "other", "--resume"]));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("book_contradiction"), "{}", stderr(&output));
    let mut again = ksef_qr(folder);
    again.arg("sign").args(IN_TEST).args(["--book", "firm.book", "--codes", "other/manifest.ndjson"]);
    let output = run(again.args(["in", "--out", "drawn"]));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains("book_contradiction"), "{}", stderr(&output));
}

#[test]
fn without_the_book_nothing_is_signed() {
    let folder = with_book();
    let folder = folder.path();
    usual(folder);
    let attempt = |book: &str, more: &[&str]| {
        let output = run(sign(folder).args(["f.xml", "--quiet", "--out", "out", "--json", "--book", book]).args(more));
        assert_eq!(status(&output), 2, "{book}: {}", stderr(&output));
        assert!(!folder.join("out").exists());
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(!stderr(&output).contains("hush") && !line.to_string().contains("hush"), "{line}");
        line["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(attempt("missing.book", &[]), "book_missing");
    assert_eq!(attempt("f.xml", &[]), "book_foreign");
    assert_eq!(attempt(".", &[]), "book_foreign");
    assert_eq!(attempt("mysql://x/y", &[]), "book_address");
    assert_eq!(attempt("postgres://till:hush@127.0.0.1:1/firm", &[]), "book_address");
    assert_eq!(attempt("postgres://till@127.0.0.1:1/firm?password=hush", &[]), "book_address");
    assert_eq!(attempt("postgres://till@127.0.0.1:1/firm", &[]), "book_unavailable");
    Book::create(&Place::File(folder.join("real.book")), Environment::Prod, SystemTime::now()).unwrap();
    assert_eq!(attempt("real.book", &[]), "book_wrong_environment");
    assert!(files(folder).contains("firm.book"));
}
