//! `ksef-qr book` and `ksef-qr status`: what happened to invoices, for people and programs.

use std::fs;
use std::path::Path;
use std::process::Output;

use ksef_qr::book::{Book, Event, Happening, Place, Recorded};
use ksef_qr::values::InvoiceHash;
use serde_json::Value;

use crate::common::{credential, fixture, ksef_qr, lines, run, status, stderr, stdout};

/// Runs a line of arguments by the book of the folder; `@` in front of a word makes it a fixture.
fn book(folder: &Path, line: &str) -> Output {
    at(folder, line, "2026-06-30T12:00:00Z")
}

fn at(folder: &Path, line: &str, now: &str) -> Output {
    let words = line.split_whitespace();
    let words = words.map(|word| word.strip_prefix('@').map_or_else(|| word.to_owned(), fixture));
    run(ksef_qr(folder).env_remove("KSEF_QR_BOOK").args(words).args(["--now", now]))
}

fn done(output: &Output) -> &str {
    assert_eq!(status(output), 0, "{}", stderr(output));
    stdout(output)
}

/// The usual invoice with another number and another date.
fn invoice(folder: &Path, name: &str, number: &str, date: &str) -> InvoiceHash {
    let text = fs::read_to_string(fixture("invoices/good/fa3-basic.xml")).unwrap();
    let text = text.replace("FV/2026/06/001", number).replace("<P_1>2026-06-15", &format!("<P_1>{date}"));
    fs::write(folder.join(name), &text).unwrap();
    InvoiceHash::of(text.as_bytes())
}

fn sign(folder: &Path, line: &str, now: &str) {
    let words = line.split_whitespace();
    let output = run(ksef_qr(folder)
        .args(["sign", "--env", "test", "--quiet", "--format", "none", "--overwrite", "--now", now])
        .args(credential())
        .args(words));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
}

/// A book with one invoice of 15 June, `f1.xml`, to be sent by the 16th.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(&book(folder.path(), "book create firm.book --env test"));
    invoice(folder.path(), "f1.xml", "FV/2026/06/001", "2026-06-15");
    sign(folder.path(), "f1.xml --book firm.book --mode offline24", "2026-06-15T12:00:00Z");
    folder
}

/// The last line of JSON.
fn summary(output: &Output) -> Value {
    lines(output).pop().unwrap()
}

fn counts(output: &Output) -> [u64; 4] {
    let summary = summary(output);
    ["added", "known", "unknown", "contradictions"].map(|name| summary[name].as_u64().unwrap())
}

/// The state of each invoice by its number.
fn states(folder: &Path) -> Vec<(String, String)> {
    let entry = |line: Value| {
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        (text("invoice_number"), text("state"))
    };
    let mut states: Vec<_> = lines(&book(folder, "book list --json --book firm.book")).into_iter().map(entry).collect();
    states.sort();
    states
}

fn answer(hash: &InvoiceHash, rest: &str) -> String {
    format!("[{{\"invoiceHash\":\"{}\",{rest}}}]", hash.base64())
}

#[test]
fn a_book_is_made_once_and_found_in_its_folder() {
    let folder = folder();
    let folder = folder.path();
    let again = book(folder, "book create firm.book --env test");
    assert_eq!(status(&again), 2);
    assert!(stderr(&again).contains("[book_exists]"), "{}", stderr(&again));
    assert!(done(&book(folder, "book list")).contains("FV/2026/06/001"));
    done(&book(folder, "book create second.book --env test"));
    let which = book(folder, "book list");
    assert_eq!(status(&which), 2);
    assert!(stderr(&which).contains("this folder has 2 of them"), "{}", stderr(&which));
    let output = run(ksef_qr(folder).env("KSEF_QR_BOOK", "second.book").args(["book", "list"]));
    assert_eq!(stdout(&output), "no such invoice\n");
}

#[test]
fn due_tells_the_monitor() {
    let folder = folder();
    let folder = folder.path();
    for (line, now, expected, said) in [
        ("book due", "2026-06-15T12:00:00Z", 0, "nothing is due today"),
        ("book due --within 1d", "2026-06-15T12:00:00Z", 1, "send by 2026-06-16 (Tuesday) (in 1 day)"),
        ("book due", "2026-06-16T12:00:00Z", 1, "(today)"),
        ("book due --overdue", "2026-06-16T12:00:00Z", 0, "nothing is overdue"),
        // Half past midnight in Poland.
        ("book due --overdue", "2026-06-16T22:30:00Z", 1, "(1 day late)"),
        ("book due --overdue --seller 5251469286", "2026-06-17T22:30:00Z", 0, "nothing is overdue"),
    ] {
        let output = at(folder, line, now);
        assert_eq!(status(&output), expected, "{line} {now}: {}", stderr(&output));
        assert!(stdout(&output).contains(said), "{line} {now}: {}", stdout(&output));
    }
    let output = at(folder, "book due --json", "2026-06-17T12:00:00Z");
    let line = summary(&output);
    assert_eq!((&line["when"], &line["days_left"], &line["assumed"]), (&"overdue".into(), &(-1).into(), &false.into()));
}

#[test]
fn a_calendar_replaces_its_own_kind_alone() {
    let folder = folder();
    let folder = folder.path();
    for _ in 0..2 {
        assert_eq!(status(&at(folder, "book due --ics ksef.ics --quiet", "2026-06-20T12:00:00Z")), 1);
    }
    let calendar = fs::read_to_string(folder.join("ksef.ics")).unwrap();
    // What is late stands on today.
    assert!(calendar.contains("DTSTART;VALUE=DATE:20260620\r\n"), "{calendar}");
    assert!(calendar.contains("SUMMARY:Send 1 invoice to KSeF\\, due on 2026-06-16\r\n"), "{calendar}");
    assert_eq!(status(&book(folder, "book due --ics f1.xml")), 2);
}

/// Without a mode the first day that it can be counts: nothing is forgotten.
#[test]
fn an_invoice_without_a_mode_is_due_on_the_next_working_day() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "F/2", "2026-06-19");
    sign(folder, "f2.xml --book firm.book", "2026-06-19T12:00:00Z");
    let output = at(folder, "book due --json", "2026-06-22T12:00:00Z");
    let found: Vec<_> = lines(&output).into_iter().filter(|line| line["invoice_number"] == "F/2").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["send_by"], &found[0]["assumed"]), (&"2026-06-22".into(), &true.into()));
}

#[test]
fn what_ksef_said_is_read_again_and_again_without_harm() {
    let folder = folder();
    let folder = folder.path();
    let hash = invoice(folder, "f2.xml", "F/2", "2026-06-15");
    sign(folder, "f2.xml --book firm.book", "2026-06-15T12:00:00Z");
    fs::create_dir(folder.join("answers")).unwrap();
    for name in ["session.xml", "session.json", "invoice.xml"] {
        fs::copy(fixture(&format!("upo/good/{name}")), folder.join("answers").join(name)).unwrap();
    }
    let sent = |reference: &str, status: &str| {
        answer(
            &hash,
            &format!("\"referenceNumber\":\"{reference}\",\"status\":{{\"code\":{status},\"description\":\"x\"}}"),
        )
    };
    fs::write(folder.join("answers/a1.json"), sent("20260616-EE-2F15D39000-242207E5C4-09", "150")).unwrap();
    fs::write(folder.join("answers/a2.json"), sent("20260616-EE-2F15D39000-242207E5C4-09", "450")).unwrap();
    // Not an answer, and none of the book's business.
    fs::write(folder.join("answers/other.json"), "{\"x\":1}").unwrap();
    fs::copy(folder.join("f1.xml"), folder.join("answers/f1.xml")).unwrap();
    let first = book(folder, "book import answers --json");
    assert_eq!(status(&first), 0, "{}", stderr(&first));
    assert_eq!(counts(&first), [3, 2, 4, 0]);
    assert_eq!((&summary(&first)["files"], &summary(&first)["passed_over"]), (&5.into(), &2.into()));
    assert_eq!(states(folder), [("F/2", "refused"), ("FV/2026/06/001", "accepted")].map(|(a, b)| (a.into(), b.into())));
    let before = stdout(&book(folder, "book export")).to_owned();
    // Sent once more: what KSeF said of the first time is old.
    done(&book(folder, "book mark sent f2.xml"));
    let again = book(folder, "book import answers --json");
    assert_eq!(counts(&again), [0, 5, 4, 0], "{}", stdout(&again));
    assert_eq!(states(folder)[0].1, "sent");
    fs::write(folder.join("answers/a3.json"), sent("20260617-EE-2F15D39000-242207E5C4-09", "450")).unwrap();
    assert_eq!(counts(&book(folder, "book import answers --json"))[0], 1);
    assert_eq!(states(folder)[0].1, "refused");
    let events = |text: &str| text.matches("\"at\":").count();
    assert_eq!(events(stdout(&book(folder, "book export"))), events(&before) + 2);
}

#[test]
fn answers_that_cannot_be_are_told() {
    let folder = folder();
    let folder = folder.path();
    done(&book(folder, "book import @upo/good/session.xml"));
    let two = book(folder, "book import @upo/good/two-numbers.xml --json");
    assert_eq!((status(&two), counts(&two)[3]), (1, 1), "{}", stderr(&two));
    assert!(stdout(&two).contains("\"code\":\"book_contradiction\""));
    for (line, code) in [
        ("book import @upo/good/production.xml", "upo_wrong_environment"),
        ("book import @upo/bad/truncated.xml", "upo_malformed"),
        ("book import @upo/bad/other.json", "book_import_unknown"),
        ("book import f1.xml", "book_import_unknown"),
        ("book import missing.xml", "file_missing"),
        ("book import @fonts", "file_missing"),
        ("book import @announcements/messages.json", "book_import_unknown"),
        ("book import @keys/password.txt", "book_import_unknown"),
    ] {
        let output = book(folder, line);
        assert_eq!(status(&output), 2, "{line}");
        assert!(stderr(&output).contains(&format!("[{code}]")), "{line}: {}", stderr(&output));
    }
}

#[test]
fn former_codes_come_as_they_are() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "F/2", "2026-06-15");
    sign(folder, "f2.xml --manifest m.ndjson --mode offline24", "2026-06-15T12:00:00Z");
    let manifest = fs::read_to_string(folder.join("m.ndjson")).unwrap();
    let line: Value = serde_json::from_str(manifest.lines().next().unwrap()).unwrap();
    let read = book(folder, "book import m.ndjson --json --cert @keys/offline-ec.crt");
    assert_eq!(counts(&read), [1, 0, 0, 0], "{}", stderr(&read));
    let shown = summary(&book(folder, "book show f2.xml --json"));
    assert_eq!((&shown["kod2"], &shown["send_by"]), (&line["kod2"]["url"], &"2026-06-16".into()));
    assert_eq!(counts(&book(folder, "book import m.ndjson --json")), [0, 1, 0, 0]);
    // The same file, signed once more elsewhere: the book's codes count.
    sign(folder, "f2.xml --manifest again.ndjson", "2026-06-15T12:00:00Z");
    let again = book(folder, "book import again.ndjson --json");
    assert_eq!((status(&again), counts(&again)), (1, [0, 0, 0, 1]));
    // Another file with the number.
    invoice(folder, "f3.xml", "F/2", "2026-06-14");
    sign(folder, "f3.xml --manifest other.ndjson", "2026-06-15T12:00:00Z");
    let taken = book(folder, "book import other.ndjson");
    assert_eq!(status(&taken), 1);
    assert!(stderr(&taken).contains("[issued_number]"), "{}", stderr(&taken));
    assert_eq!(counts(&book(folder, "book import other.ndjson --allow issued-number --json")), [1, 0, 0, 0]);
    // Changed by hand.
    let changed = manifest.replacen("\"issue_date\":\"2026-06-15\"", "\"issue_date\":\"2026-06-16\"", 1);
    fs::write(folder.join("changed.ndjson"), changed).unwrap();
    let changed = book(folder, "book import changed.ndjson");
    assert!(stderr(&changed).contains("line 1") && stderr(&changed).contains("[codes_of_another_invoice]"));
    let signature = line["kod2"]["url"].as_str().unwrap();
    let end = signature.rsplit('/').next().unwrap();
    let other = if &end[10..11] == "A" { "B" } else { "A" };
    let forged = manifest.replace(end, &format!("{}{other}{}", &end[..10], &end[11..]));
    fs::write(folder.join("forged.ndjson"), forged).unwrap();
    let forged = book(folder, "book import forged.ndjson --cert @keys/offline-ec.crt");
    assert!(stderr(&forged).contains("[codes_signature_wrong]"), "{}", stderr(&forged));
}

#[test]
fn numbers_come_from_a_table_that_a_spreadsheet_filled_in() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "=1+1", "2026-06-15");
    sign(folder, "f2.xml --book firm.book", "2026-06-15T12:00:00Z");
    let table = done(&book(folder, "book list --open --csv")).to_owned();
    assert!(table.starts_with('\u{FEFF}') && table.contains(";'=1+1;"), "{table}");
    let row = table.lines().find(|line| line.contains("=1+1")).unwrap();
    let filled = row.replacen(";2026-06-15;;", ";2026-06-15;5265877635-20260616-0100001AF629-15;", 1);
    fs::write(folder.join("filled.csv"), table.replace(row, &filled)).unwrap();
    assert_eq!(counts(&book(folder, "book import filled.csv --json")), [1, 0, 0, 0]);
    assert!(states(folder).contains(&("=1+1".to_owned(), "accepted".to_owned())));
    let by_number =
        "ksef_number,seller_nip,invoice_number\n5265877635-20260626-0200A0D6723E-7A,5265877635,FV/2026/06/001\n";
    fs::write(folder.join("n.csv"), by_number).unwrap();
    assert_eq!(counts(&book(folder, "book import n.csv --json")), [1, 0, 0, 0]);
    assert_eq!(counts(&book(folder, "book import n.csv --json")), [0, 1, 0, 0]);
    fs::write(folder.join("bad.csv"), "ksef_number,hash_base64\n1,x\n").unwrap();
    let bad = book(folder, "book import bad.csv");
    assert!(stderr(&bad).contains("line 2"), "{}", stderr(&bad));
    fs::write(folder.join("strange.csv"), "ksef_number,note\n").unwrap();
    let strange = book(folder, "book import strange.csv");
    assert!(stderr(&strange).contains("[book_import_damaged]"), "{}", stderr(&strange));
}

#[test]
fn announcements_move_the_days() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "F/2", "2026-06-30");
    invoice(folder, "f3.xml", "F/3", "2026-06-30");
    sign(folder, "f2.xml --book firm.book --mode failure", "2026-06-30T12:00:00Z");
    sign(folder, "f3.xml --book firm.book --mode offline24", "2026-06-30T12:00:00Z");
    let day = |name: &str| {
        let shown = summary(&book(folder, &format!("book show {name} --json")));
        (shown["state"].as_str().unwrap().to_owned(), shown["send_by"].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!((day("f2.xml").1, day("f3.xml").1), ("-".to_owned(), "2026-07-01".to_owned()));
    let waits = book(folder, "book due");
    assert!(stderr(&waits).contains("1 invoice waits for the end of an outage"), "{}", stderr(&waits));
    let announced = "book import --announcements @announcements/messages.json";
    assert!(done(&book(folder, announced)).ends_with("the day for sending moved of 2 invoices\n"));
    // The failure ended on 2 July, and 7 working days follow.
    for name in ["f2.xml", "f3.xml"] {
        assert_eq!(day(name), ("issued".to_owned(), "2026-07-13".to_owned()), "{name}");
    }
    assert_eq!(day("f1.xml").1, "2026-06-16", "it was late before");
    assert!(done(&book(folder, announced)).ends_with("moved of 0 invoices\n"), "again without harm");
    // Older messages leave the list.
    fs::write(folder.join("later.json"), "[]").unwrap();
    done(&book(folder, "book import --announcements later.json"));
    assert_eq!(day("f3.xml").1, "2026-07-13");
    let messages = fs::read_to_string(fixture("announcements/messages.json")).unwrap();
    let total = r#"[{"id":"T","eventId":9,"category":"TOTAL_FAILURE","type":"FAILURE_START","title":"","text":"",
        "start":"2026-07-06T07:00:00Z","version":1,"published":"2026-07-06T07:00:00Z"},"#;
    let total = messages.replacen('[', total, 1);
    fs::write(folder.join("total.json"), total).unwrap();
    let ended = book(folder, "book import --announcements total.json");
    assert!(done(&ended).contains("2 invoices not to be sent any more"), "{}", stdout(&ended));
    assert_eq!(
        (day("f2.xml").0, day("f3.xml").0, day("f1.xml").0),
        ("not_sent".into(), "not_sent".into(), "issued".into())
    );
    assert_eq!(status(&book(folder, "book import --announcements @announcements/status.json")), 2);
}

#[test]
fn marks_say_what_no_file_says() {
    let folder = folder();
    let folder = folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    fs::copy(folder.join("f1.xml"), folder.join("in/f1.xml")).unwrap();
    invoice(&folder.join("in"), "stranger.xml", "S/1", "2026-06-15");
    let marked =
        book(folder, "book mark sent in --reference 20260616-SB-0123456789-ABCDEF0123-45 --note courier --json");
    assert_eq!(status(&marked), 1, "{}", stderr(&marked));
    assert!(stderr(&marked).contains("[book_lacks_invoice]"));
    assert_eq!(states(folder)[0].1, "sent");
    let annulled = book(folder, "book mark annulled FV/2026/06/001");
    assert_eq!(status(&annulled), 1);
    assert!(stderr(&annulled).contains("what KSeF may have cannot be annulled"), "{}", stderr(&annulled));
    assert_eq!(status(&book(folder, "book mark handed-over in/stranger.xml")), 2);
    assert_eq!(status(&book(folder, "book mark annulled f1.xml --reference x")), 2);
    invoice(folder, "f2.xml", "F/2", "2026-06-15");
    sign(folder, "f2.xml --book firm.book", "2026-06-15T12:00:00Z");
    done(&book(folder, "book mark annulled F/2"));
    done(&book(folder, "book mark annulled F/2"));
    assert_eq!(states(folder)[0].1, "annulled");
}

#[test]
fn an_invoice_is_found_by_whatever_names_it() {
    let folder = folder();
    let folder = folder.path();
    done(&book(folder, "book import @upo/good/session.xml"));
    let shown = summary(&book(folder, "book show f1.xml --json"));
    let text = |field: &str| shown[field].as_str().unwrap().to_owned();
    for name in ["invoice_number", "hash_base64", "kod1", "kod2", "ksef_number"].map(text) {
        assert_eq!(summary(&book(folder, &format!("book show {name} --json"))), shown, "{name}");
    }
    let words = done(&book(folder, "book show f1.xml")).to_owned();
    assert!(words.contains("accepted as 5265877635-20260616-0100001AF629-15 (KSeF session.xml)"), "{words}");
    let missing = book(folder, "book show F/404");
    assert_eq!(status(&missing), 1);
    assert!(stderr(&missing).contains("[book_lacks_invoice]"));
    assert_eq!(status(&book(folder, "book show none.xml")), 2);
}

#[test]
fn a_book_goes_to_another_place_and_back() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "F/2", "2026-06-15");
    sign(folder, "f2.xml --book firm.book", "2026-06-15T12:00:00Z");
    done(&book(folder, "book mark annulled f2.xml"));
    invoice(folder, "f3.xml", "F/2", "2026-06-14");
    sign(folder, "f3.xml --book firm.book", "2026-06-15T12:00:00Z");
    done(&book(folder, "book import @upo/good/session.xml"));
    let export = done(&book(folder, "book export --book firm.book")).to_owned();
    fs::write(folder.join("e.ndjson"), &export).unwrap();
    done(&book(folder, "book create second.book --env test"));
    assert_eq!(counts(&book(folder, "book import e.ndjson --book second.book --json")), [3, 0, 0, 0]);
    assert_eq!(counts(&book(folder, "book import e.ndjson --book second.book --json")), [0, 3, 0, 0]);
    assert_eq!(done(&book(folder, "book export --book second.book")), export);
    // It goes on there, and comes back.
    done(&book(folder, "book mark handed-over f3.xml --book second.book"));
    let later = done(&book(folder, "book export --book second.book")).to_owned();
    fs::write(folder.join("later.ndjson"), &later).unwrap();
    assert_eq!(counts(&book(folder, "book import later.ndjson --book firm.book --json")), [1, 2, 0, 0]);
    assert_eq!(done(&book(folder, "book export --book firm.book")), later);
    assert_eq!(counts(&book(folder, "book import e.ndjson --book firm.book --json")), [0, 3, 0, 0], "older is known");
    // Each goes on by itself.
    done(&book(folder, "book mark sent f3.xml --book firm.book"));
    done(&book(folder, "book mark sent f3.xml --note x --book second.book"));
    fs::write(folder.join("apart.ndjson"), done(&book(folder, "book export --book second.book"))).unwrap();
    let apart = book(folder, "book import apart.ndjson --book firm.book --json");
    assert_eq!((status(&apart), counts(&apart)), (1, [0, 2, 0, 1]));
    // Of another KSeF, damaged, a list.
    done(&book(folder, "book create prod.book --env prod"));
    let wrong = book(folder, "book import e.ndjson --book prod.book");
    assert!(stderr(&wrong).contains("[book_wrong_environment]"), "{}", stderr(&wrong));
    for damage in
        [export.replacen("\"type\":\"issued\"", "\"type\":\"lost\"", 1), export.replace("/certificate/", "/x/")]
    {
        fs::write(folder.join("damaged.ndjson"), damage).unwrap();
        done(&book(folder, "book create third.book --env test"));
        let damaged = book(folder, "book import damaged.ndjson --book third.book");
        assert_eq!(status(&damaged), 1);
        assert!(stderr(&damaged).contains("[book_import_damaged]"), "{}", stderr(&damaged));
        fs::remove_file(folder.join("third.book")).unwrap();
    }
}

#[test]
fn a_copy_is_a_book_and_check_reads_it_all() {
    let folder = folder();
    let folder = folder.path();
    done(&book(folder, "book backup copy.book --book firm.book"));
    let again = book(folder, "book backup copy.book --book firm.book");
    assert!(stderr(&again).contains("[book_exists]"), "{}", stderr(&again));
    let checked = book(folder, "book check --book copy.book --cert @keys/offline-ec.crt --json");
    assert_eq!(summary(&checked)["verified"], 1, "{}", stdout(&checked));
    let export = |name: &str| stdout(&book(folder, &format!("book export --book {name}"))).to_owned();
    assert_eq!(export("copy.book"), export("firm.book"));
    // A byte of the signature in the file itself.
    let mut bytes = fs::read(folder.join("copy.book")).unwrap();
    let shown = summary(&book(folder, "book show f1.xml --json --book firm.book"));
    let link = shown["kod2"].as_str().unwrap().as_bytes();
    let place = bytes.windows(link.len()).position(|part| part == link).unwrap() + link.len() - 10;
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    fs::write(folder.join("copy.book"), &bytes).unwrap();
    for end in ["copy.book-wal", "copy.book-shm"] {
        _ = fs::remove_file(folder.join(end));
    }
    let damaged = book(folder, "book check --book copy.book --cert @keys/offline-ec.crt");
    assert_eq!(status(&damaged), 1, "{}", stdout(&damaged));
    assert!(stdout(&damaged).contains("[codes_signature_wrong]"), "{}", stdout(&damaged));
}

#[test]
fn status_is_told_in_ten_lines() {
    let folder = folder();
    let folder = folder.path();
    let book_now = Book::open(&Place::File(folder.join("firm.book")), std::time::SystemTime::now()).unwrap();
    for number in 2..40 {
        let hash = invoice(folder, "f.xml", &format!("F/{number}"), "2026-06-15");
        sign(folder, "f.xml --book firm.book --mode offline24", "2026-06-15T12:00:00Z");
        if number < 6 {
            let refused = Happening::Refused { status: Some(450), reason: format!("x\u{1b}[2J{number}") };
            let event = Event::new(refused, std::time::SystemTime::now(), "a test");
            assert_eq!(book_now.record(&[(hash, event)]).unwrap(), [Recorded::Added]);
        }
    }
    let told = at(folder, "status --credentials @register/pair.toml", "2026-06-16T12:00:00Z");
    let words = done(&told);
    assert!(words.lines().count() <= 10, "{words}");
    assert!(
        words.contains("39 invoices not in KSeF yet: 35 issued, 4 refused") && words.contains("39 to be sent today"),
        "{words}"
    );
    assert!(!words.contains('\u{1b}'), "{words:?}");
    assert!(words.contains("and 2 more; `ksef-qr book list --state refused` shows all"), "{words}");
    let line = summary(&at(folder, "status --json", "2026-06-17T12:00:00Z"));
    assert_eq!((&line["overdue"], &line["next_send_by"]), (&39.into(), &"2026-06-16".into()));
}

/// Of a run that is told another mode than the book has, the answer is the book's, and the book can be put right.
#[test]
fn a_mode_is_that_of_the_book_and_can_be_put_right() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "F/2", "2026-06-30");
    let of_run = |out: &str| {
        sign(folder, &format!("f2.xml --book firm.book --mode failure --out {out}"), "2026-06-30T12:00:00Z");
        crate::common::records(&folder.join(out).join("manifest.ndjson")).remove(0)
    };
    sign(folder, "f2.xml --book firm.book", "2026-06-30T12:00:00Z");
    let line = of_run("second");
    assert_eq!((&line["mode"], &line["send_by"]), (&Value::Null, &Value::Null), "{line}");
    let warning = line["warnings"].to_string();
    for part in ["book_mode", "without a mode", "offline24", "failure", "book mark mode"] {
        assert!(warning.contains(part), "{part}: {warning}");
    }
    for wrong in [
        "mode f2.xml",
        "mode f2.xml --mode total",
        "mode f2.xml --mode offline24 --ended 2026-07-01",
        "sent f2.xml --mode failure",
    ] {
        assert_eq!(status(&book(folder, &format!("book mark {wrong}"))), 2, "{wrong}");
    }
    done(&book(folder, "book mark mode f2.xml --mode failure"));
    assert!(done(&book(folder, "book mark mode f2.xml --mode failure")).contains("1 known"));
    let shown = || summary(&book(folder, "book show f2.xml --json --book firm.book"));
    assert_eq!((&shown()["mode"], &shown()["send_by"]), (&"failure".into(), &Value::Null));
    let waits = book(folder, "book due");
    assert!(stderr(&waits).contains("1 invoice waits for the end of an outage"), "{}", stderr(&waits));
    // Announcements go by it, and runs too.
    done(&book(folder, "book import --announcements @announcements/messages.json"));
    assert_eq!(shown()["send_by"], "2026-07-13");
    let line = of_run("third");
    assert_eq!((&line["mode"], &line["send_by"]), (&"failure".into(), &"2026-07-13".into()));
    assert!(!line["warnings"].to_string().contains("book_mode"), "{line}");
    // It goes to another place with the rest, and the whole is whole.
    fs::write(folder.join("firm.ndjson"), done(&book(folder, "book export"))).unwrap();
    done(&book(folder, "book create other.book --env test"));
    done(&book(folder, "book import firm.ndjson --book other.book"));
    done(&book(folder, "book check --book other.book"));
    let there = summary(&book(folder, "book show f2.xml --json --book other.book"));
    assert_eq!(there, shown());
    // And back again: one of its own choice has a day at once.
    done(&book(folder, "book mark mode f2.xml --mode offline24 --book firm.book"));
    let back = summary(&book(folder, "book show f2.xml --json --book firm.book"));
    assert_eq!((&back["mode"], &back["send_by"]), (&"offline24".into(), &"2026-07-01".into()));
}

#[test]
fn a_manifest_with_another_mode_is_told() {
    let folder = folder();
    let folder = folder.path();
    sign(folder, "f1.xml --book firm.book --mode offline24 --out second", "2026-06-15T12:00:00Z");
    let manifest = fs::read_to_string(folder.join("second/manifest.ndjson")).unwrap();
    fs::write(folder.join("m.ndjson"), manifest.replace("\"mode\":\"offline24\"", "\"mode\":\"failure\"")).unwrap();
    let imported = book(folder, "book import m.ndjson");
    assert_eq!(status(&imported), 1, "{}", stdout(&imported));
    for part in ["in the mode offline24", "in failure", "book mark mode"] {
        assert!(stderr(&imported).contains(part), "{}", stderr(&imported));
    }
    // The first manifest stays what it was, whatever was put right since.
    done(&book(folder, "book mark mode f1.xml --mode failure"));
    done(&book(folder, "book import m.ndjson second/manifest.ndjson"));
}

/// A correction that was entered by mistake: by the commands, from the first to the second.
#[test]
fn a_mistaken_correction_is_annulled() {
    let folder = folder();
    let folder = folder.path();
    let first = String::from_utf8(fs::read(fixture("correction/first.xml")).unwrap()).unwrap();
    fs::write(folder.join("first.xml"), first.replace("525-146-92-86", "5251469286").replace("FV/2026/06/001", "C/1"))
        .unwrap();
    let corrected = fs::read_to_string(fixture("correction/corrected.xml")).unwrap().replace("FV/2026/06/001", "C/1");
    fs::write(folder.join("c1.xml"), &corrected).unwrap();
    fs::write(folder.join("c2.xml"), corrected.replace("?>", "?>\n")).unwrap();
    sign(folder, "first.xml --book firm.book --mode offline24", "2026-06-15T12:00:00Z");
    let hash = InvoiceHash::of(&fs::read(folder.join("first.xml")).unwrap());
    let refused = r#""status":{"code":430,"description":"Błąd","details":["Plik niezgodny ze schematem XSD: P_6."]}"#;
    fs::write(folder.join("answer.json"), answer(&hash, refused)).unwrap();
    let correct = |name: &str| {
        at(
            folder,
            &format!("correct first.xml {name} --refusal answer.json --book firm.book --env test"),
            "2026-06-16T12:00:00Z",
        )
    };
    done(&correct("c1.xml"));
    let again = correct("c2.xml");
    let said = format!("{}{}", stdout(&again), stderr(&again));
    assert!(status(&again) == 1 && said.contains("corrected_already") && said.contains("book mark annulled"), "{said}");
    done(&book(folder, "book mark annulled c1.xml"));
    // By seller and number it is in the book.
    fs::write(
        folder.join("n.csv"),
        "seller_nip;invoice_number;ksef_number\r\n5265877635;C/1;5265877635-20260616-0100001AF629-15\r\n",
    )
    .unwrap();
    done(&book(folder, "book backup before.book"));
    let numbers = book(folder, "book import n.csv --book before.book --json");
    assert_eq!(counts(&numbers), [1, 0, 0, 0], "{}", stdout(&numbers));
    done(&correct("c2.xml"));
}

#[test]
fn lines_are_those_that_an_editor_shows() {
    let folder = folder();
    let folder = folder.path();
    let table = "seller_nip;invoice_number;ksef_number\r\n5265877635;FV/2026/06/001;x\r\n";
    fs::write(folder.join("n.csv"), table).unwrap();
    let read = book(folder, "book import n.csv");
    assert!(stderr(&read).contains("line 2:"), "{}", stderr(&read));
}

#[test]
fn a_folder_in_which_all_fails_is_summed_up() {
    let folder = folder();
    let folder = folder.path();
    fs::create_dir(folder.join("answers")).unwrap();
    for name in ["a.csv", "b.csv"] {
        fs::write(folder.join("answers").join(name), "ksef_number;note\n").unwrap();
    }
    let read = book(folder, "book import answers");
    assert!(stdout(&read).contains("0 files: nothing; 2 faults"), "{}", stdout(&read));
}

#[test]
fn check_names_the_invoice_and_verifies_the_others() {
    let folder = folder();
    let folder = folder.path();
    invoice(folder, "f2.xml", "F/2", "2026-06-15");
    sign(folder, "f2.xml --book firm.book", "2026-06-15T12:00:00Z");
    let database = rusqlite::Connection::open(folder.join("firm.book")).unwrap();
    database
        .execute("INSERT INTO event (invoice, type, at, cause) SELECT id, 'vanished', '2026-06-15T12:00:00Z', 'x' FROM invoice WHERE number = 'F/2'", [])
        .unwrap();
    drop(database);
    let checked = book(folder, "book check --cert @keys/offline-ec.crt");
    assert_eq!(status(&checked), 1);
    let said = stdout(&checked);
    assert!(
        said.contains("F/2 of 5265877635: the event vanished") && said.contains("1 signatures of KOD II verified"),
        "{said}"
    );
    assert!(!said.contains("says all that is wrong"), "{said}");
}

/// A KOD II is signed for one invoice: on another it is right for itself and wrong.
#[test]
fn codes_that_were_moved_to_another_invoice_are_not_given_out() {
    let folder = folder();
    let folder = folder.path();
    for (name, number) in [("f2.xml", "F/2"), ("f3.xml", "F/3")] {
        invoice(folder, name, number, "2026-06-15");
        sign(folder, &format!("{name} --book firm.book"), "2026-06-15T12:00:00Z");
    }
    let database = rusqlite::Connection::open(folder.join("firm.book")).unwrap();
    let kod2 = |number: &str| {
        format!("(SELECT kod2 FROM event JOIN invoice ON invoice.id = event.invoice WHERE number = '{number}')")
    };
    let of = "invoice = (SELECT id FROM invoice WHERE number = 'F/2')";
    let moved = database.execute(&format!("UPDATE event SET kod2 = {} WHERE {of}", kod2("F/3")), []).unwrap();
    assert_eq!(moved, 1);
    drop(database);
    let give_out = |line: &str| {
        let words = ["--env", "test", "--book", "firm.book", "--now", "2026-06-15T12:00:00Z"];
        run(ksef_qr(folder).args(line.split(' ')).args(words))
    };
    let signing = credential().join(" ");
    for line in ["link f2.xml --out drawn", &format!("sign f2.xml --out again {signing}")] {
        let done = give_out(line);
        assert_eq!(status(&done), 2, "{}", stderr(&done));
        assert!(stderr(&done).contains("book_damaged"), "{}", stderr(&done));
    }
    assert_eq!(status(&give_out(&format!("sign f1.xml --out again {signing}"))), 0);
}

#[test]
fn status_names_a_span_that_lists_it() {
    let folder = folder();
    let folder = folder.path();
    let told = at(folder, "status", "2026-06-05T12:00:00Z");
    let span = done(&told).split("--within ").nth(1).unwrap().split('`').next().unwrap().to_owned();
    assert_eq!(status(&at(folder, &format!("book due --within {span}"), "2026-06-05T12:00:00Z")), 1, "{span}");
    assert_eq!(span, "11d");
}

/// Whoever only looks needs no right to write: not in the book, not in its folder.
#[cfg(unix)]
#[test]
fn a_book_is_read_without_the_right_to_write() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let outer = folder();
    let book_folder = outer.path().join("kept");
    fs::create_dir(&book_folder).unwrap();
    let path = book_folder.join("firm.book");
    fs::rename(outer.path().join("firm.book"), &path).unwrap();
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(outer.path(), 0o755);
    // Whoever may do everything asks as nobody.
    let is_root = fs::metadata(outer.path()).unwrap().uid() == 0;
    let ask = |line: &str| {
        let mut command = ksef_qr(outer.path());
        command.env_remove("KSEF_QR_BOOK").args(line.split_whitespace()).args([
            "--book",
            "kept/firm.book",
            "--now",
            "2026-06-30T12:00:00Z",
        ]);
        if is_root {
            command.uid(65534).gid(65534);
        }
        run(&mut command)
    };
    let all = |what: &str| {
        for (line, expected) in [
            ("book list", 0),
            ("book due", 1),
            ("status", 0),
            ("book show FV/2026/06/001", 0),
            ("book export", 0),
            ("book check", 0),
        ] {
            let output = ask(line);
            assert_eq!(status(&output), expected, "{what}: {line}: {}", stderr(&output));
        }
    };
    set(&path, 0o444);
    set(&book_folder, 0o555);
    all("nobody writes in it");
    let marked = ask("book mark handed-over FV/2026/06/001");
    assert!(status(&marked) == 2 && stderr(&marked).contains("[book_un"), "{}", stderr(&marked));
    // Somebody writes in it meanwhile, and has not brought it into the file.
    set(&book_folder, 0o755);
    set(&path, 0o644);
    let open = Book::open(&Place::File(path.clone()), std::time::SystemTime::now()).unwrap();
    let hash = invoice(outer.path(), "f1.xml", "FV/2026/06/001", "2026-06-15");
    let event = Event::new(Happening::Sent { reference: None }, std::time::SystemTime::now(), "a test");
    assert_eq!(open.record(&[(hash, event)]).unwrap(), [Recorded::Added]);
    set(&book_folder, 0o555);
    if is_root {
        all("somebody writes in it");
        assert!(stdout(&ask("book list")).contains("sent"), "what stands in the log is read too");
        set(&book_folder.join("firm.book-shm"), 0o600);
        let read = ask("book list");
        let said = stderr(&read);
        assert!(
            status(&read) == 2 && said.contains("firm.book-shm") && said.contains("read these two files"),
            "{said}"
        );
    }
    set(&book_folder, 0o755);
    drop(open);
}
