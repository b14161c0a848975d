//! Books in files: many who write at once, files that are damaged, of others, of a later version, read-only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ksef_qr::Result;
use ksef_qr::book::{Book, Entry, Event, Facts, Filter, Found, Happening, InvoiceKey, Place, Recorded, State};
use ksef_qr::deadline::Calendar;
use ksef_qr::values::Environment;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;

use crate::common::fixture;
use crate::common::papers::{FILES, ksef_number, now, papers};

fn create(folder: &Path) -> (PathBuf, Book) {
    let path = folder.join("firm.book");
    let book = Book::create(&Place::File(path.clone()), Environment::Test, now()).unwrap();
    (path, book)
}

fn open(path: &Path) -> Result<Book> {
    Book::open(&Place::File(path.to_owned()), now())
}

fn entries(book: &Book) -> Vec<Entry> {
    let mut entries = Vec::new();
    book.each(&Filter::default(), &mut |entry| {
        entries.push(entry);
        Ok(true)
    })
    .unwrap();
    entries
}

/// Each signs for itself and enters the same invoices, some under the same numbers: every invoice is signed once, every number
/// is given once, and all print the same codes.
pub fn many_at_once(place: &Place) {
    const WRITERS: usize = 24;
    Book::create(place, Environment::Test, now()).unwrap();
    let mut printed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let told: Vec<Vec<(String, String)>> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let book = Book::open(place, now()).unwrap();
                    let mut files: Vec<usize> = (0..papers().len()).collect();
                    files.shuffle(&mut rand::rng());
                    let mut printed = Vec::new();
                    for chunk in files.chunks(7) {
                        let facts: Vec<_> = chunk.iter().map(|file| &papers()[*file].facts).collect();
                        let found = book.look_up(&facts).unwrap();
                        let wanted: Vec<usize> = chunk
                            .iter()
                            .zip(&found)
                            .filter(|(_, found)| **found == Found::New)
                            .map(|(file, _)| *file)
                            .collect();
                        let new: Vec<_> =
                            wanted.iter().map(|file| papers()[*file].new_entry(Some(writer % 3), "a writer")).collect();
                        let entered = book.enter(&new.iter().collect::<Vec<_>>()).unwrap();
                        let entered = wanted.into_iter().zip(entered);
                        let known = chunk.iter().copied().zip(found).filter(|(_, found)| *found != Found::New);
                        for (file, found) in known.chain(entered) {
                            let paper = &papers()[file];
                            match found {
                                Found::New => printed.push((paper.hash().base64(), paper.kod2[writer % 3].url.clone())),
                                Found::Known(entry) => {
                                    assert_eq!(entry.facts.hash, paper.hash());
                                    printed.push((paper.hash().base64(), entry.kod2().unwrap().url.clone()));
                                }
                                Found::NumberTaken(other) => {
                                    assert_ne!(other.facts.hash, paper.hash(), "the same file is no other one");
                                    assert_eq!(other.facts.number, paper.facts.number);
                                }
                            }
                        }
                    }
                    printed
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    for (digest, url) in told.into_iter().flatten() {
        printed.entry(digest).or_default().insert(url);
    }
    assert!(printed.values().all(|urls| urls.len() == 1), "an invoice has two codes");
    let book = Book::open(place, now()).unwrap();
    let entries = entries(&book);
    assert_eq!(entries.len(), papers().len() / FILES, "each number once");
    let of_book: BTreeMap<String, BTreeSet<String>> =
        entries.iter().map(|entry| (entry.facts.hash.base64(), [entry.kod2().unwrap().url.clone()].into())).collect();
    assert_eq!(printed, of_book);
    assert!(entries.iter().all(|entry| entry.events.len() == 1));
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
}

#[test]
fn twenty_four_writers_sign_each_invoice_once() {
    let folder = tempfile::tempdir().unwrap();
    many_at_once(&Place::File(folder.path().join("firm.book")));
}

/// One outage, from its announcement to the last UPO: one invoice is refused, and corrected.
pub fn outage(place: &Place) {
    let book = Book::create(place, Environment::Test, now()).unwrap();
    let files: Vec<usize> = (0..5).map(|nth| nth * FILES).collect();
    let new: Vec<_> = files.iter().map(|file| papers()[*file].new_entry(Some(0), "sign")).collect();
    assert_eq!(book.enter(&new.iter().collect::<Vec<_>>()).unwrap(), vec![Found::New; 5]);
    let all = |what: &Happening| -> Vec<Recorded> {
        let events: Vec<_> =
            files.iter().map(|file| (papers()[*file].hash(), Event::new(what.clone(), now(), "KSeF x"))).collect();
        book.record(&events).unwrap()
    };
    let state = |file: usize| book.find(&papers()[file].hash()).unwrap().unwrap().state();
    // The outage lasts: no day yet. Then it ends.
    let day = |text: &str| Some(text.parse().unwrap());
    let lasts = Happening::Moved { send_by: None, is_not_sent: false };
    assert_eq!(all(&lasts), vec![Recorded::Known; 5], "there was no day before");
    let ended = Happening::Moved { send_by: day("2026-07-07"), is_not_sent: false };
    assert_eq!(all(&ended), vec![Recorded::Added; 5]);
    assert_eq!(all(&ended), vec![Recorded::Known; 5]);
    assert_eq!(all(&Happening::Sent { reference: Some("20260701-SO-1".to_owned()) }), vec![Recorded::Added; 5]);
    // Four are taken, one is refused, and corrected by another file with the same number.
    let (refused, corrected) = (files[4], files[4] + 1);
    let one = |file: usize, what: Happening| {
        book.record(&[(papers()[file].hash(), Event::new(what, now(), "KSeF y"))]).unwrap().remove(0)
    };
    let accepted = |nth| Happening::Accepted { number: ksef_number(nth), corrected_by: None };
    for (nth, file) in files[..4].iter().enumerate() {
        assert_eq!(one(*file, accepted(nth)), Recorded::Added);
    }
    assert_eq!(one(refused, Happening::Refused { status: Some(450), reason: "schema".to_owned() }), Recorded::Added);
    let mut filter = Filter::default();
    filter.is_open = true;
    let open = || {
        let mut open = Vec::new();
        book.each(&filter, &mut |entry| {
            open.push(entry.state().name());
            Ok(true)
        })
        .unwrap();
        open
    };
    assert_eq!(open(), ["refused"]);
    let (first, second) = (papers()[refused].hash(), &papers()[corrected].facts);
    assert!(book.correct(&first, second, now(), "correct").unwrap());
    assert!(!book.correct(&first, second, now(), "correct").unwrap());
    assert_eq!(
        book.correct(&first, &papers()[files[4] + 2].facts, now(), "correct").unwrap_err().code(),
        "corrected_already"
    );
    assert_eq!(
        book.correct(&papers()[files[0]].hash(), &papers()[files[0] + 1].facts, now(), "correct").unwrap_err().code(),
        "correction_of_accepted"
    );
    assert_eq!((open(), state(refused)), (vec!["corrected"], State::Corrected(second.hash)));
    // The last UPO names the corrected file; its number is that of the code that the buyer holds.
    assert_eq!(one(corrected, accepted(4)), Recorded::Added);
    assert_eq!(open(), Vec::<&str>::new());
    assert_eq!(state(refused), State::Accepted(ksef_number(4)));
    assert_eq!(state(corrected), State::Accepted(ksef_number(4)));
    assert_eq!(one(corrected, accepted(4)), Recorded::Known);
    assert!(matches!(one(files[0], accepted(1)), Recorded::Contradiction(_)));
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
}

#[test]
fn an_outage_from_its_announcement_to_the_last_upo() {
    let folder = tempfile::tempdir().unwrap();
    outage(&Place::File(folder.path().join("firm.book")));
}

/// KSeF took none of them, so that the next may be sent.
#[test]
fn a_correction_that_was_refused_gives_way_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (_, book) = create(folder.path());
    let [first, refused, last] = [0, 1, 2].map(|file| &papers()[file]);
    assert_eq!(book.enter(&[&first.new_entry(Some(0), "a test")]).unwrap(), [Found::New]);
    assert!(book.correct(&first.hash(), &refused.facts, now(), "a test").unwrap());
    let correct = |file: &crate::common::papers::Paper| book.correct(&first.hash(), &file.facts, now(), "a test");
    assert_eq!(correct(last).unwrap_err().code(), "corrected_already", "KSeF has not said anything of it");
    let record = |file: &crate::common::papers::Paper, what| {
        book.record(&[(file.hash(), Event::new(what, now(), "a test"))]).unwrap().remove(0)
    };
    let no = Happening::Refused { status: Some(450), reason: "schema".to_owned() };
    assert_eq!(record(refused, no), Recorded::Added);
    assert!(correct(last).unwrap() && !correct(last).unwrap());
    assert_eq!(correct(refused).unwrap_err().code(), "corrected_already");
    let state = |file: &crate::common::papers::Paper| book.find(&file.hash()).unwrap().unwrap().state();
    assert_eq!((state(first), state(refused)), (State::Corrected(last.facts.hash), State::Annulled));
    assert_eq!(record(last, Happening::Accepted { number: ksef_number(0), corrected_by: None }), Recorded::Added);
    assert_eq!((state(first), state(last)), (State::Accepted(ksef_number(0)), State::Accepted(ksef_number(0))));
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
}

/// Nobody has it, and nobody will: the first file is where it was, and another may take its place.
#[test]
fn a_correction_that_was_annulled_gives_way_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (_, book) = create(folder.path());
    let [first, mistaken, last] = [0, 1, 2].map(|file| &papers()[file]);
    assert_eq!(book.enter(&[&first.new_entry(Some(0), "a test")]).unwrap(), [Found::New]);
    let record = |file: &crate::common::papers::Paper, what| {
        book.record(&[(file.hash(), Event::new(what, now(), "a test"))]).unwrap().remove(0)
    };
    let found = |file: &crate::common::papers::Paper| book.find(&file.hash()).unwrap().unwrap();
    let no = Happening::Refused { status: Some(430), reason: "schema".to_owned() };
    assert_eq!(record(first, no), Recorded::Added);
    assert!(book.correct(&first.hash(), &mistaken.facts, now(), "a test").unwrap());
    assert!(matches!(record(first, Happening::Annulled), Recorded::Contradiction(_)));
    assert_eq!(record(mistaken, Happening::Annulled), Recorded::Added);
    assert_eq!((found(first).state(), found(first).corrected_by()), (State::Refused("schema".to_owned()), None));
    // A table names it by its number, as the only one that is alive.
    let Facts { seller, kind, number, .. } = first.facts.clone();
    let key = InvoiceKey::Number { seller, kind, number };
    assert_eq!(book.of_key(&key).unwrap().map(|entry| entry.facts.hash), Some(first.hash()));
    assert!(book.correct(&first.hash(), &last.facts, now(), "a test").unwrap());
    assert_eq!(found(first).state(), State::Corrected(last.hash()));
    assert_eq!(book.of_key(&key).unwrap().map(|entry| entry.facts.hash), Some(last.hash()));
    // The other way on: it is withdrawn altogether.
    assert_eq!(record(last, Happening::Annulled), Recorded::Added);
    assert_eq!(record(first, Happening::Annulled), Recorded::Added);
    assert_eq!(found(first).state(), State::Annulled);
    assert_eq!(book.check(&mut |_| {}).unwrap(), []);
    // Whoever reads its events elsewhere comes to the same.
    let lines: Vec<String> = entries(&book).iter().map(|entry| entry.to_json(Environment::Test, true)).collect();
    let read = lines.iter().map(|line| Entry::read_json(line.as_bytes(), Environment::Test).unwrap());
    assert_eq!(read.collect::<Vec<_>>(), entries(&book));
}

/// The two files of a technical correction are one invoice, which is to be sent once.
#[test]
fn a_correction_is_due_with_its_first_file() {
    let folder = tempfile::tempdir().unwrap();
    let (_, book) = create(folder.path());
    let [first, second] = [0, 1].map(|file| &papers()[file]);
    assert_eq!(book.enter(&[&first.new_entry(Some(0), "a test")]).unwrap(), [Found::New]);
    assert!(book.correct(&first.hash(), &second.facts, now(), "a test").unwrap());
    for what in
        [Happening::Sent { reference: None }, Happening::Refused { status: Some(430), reason: "schema".to_owned() }]
    {
        book.record(&[(second.hash(), Event::new(what, now(), "a test"))]).unwrap();
        let mut due = Vec::new();
        let today = "2026-06-30".parse().unwrap();
        book.each_due(&Filter::default(), &Calendar::default(), today, &mut |one| {
            due.push(one.entry.facts.hash);
            Ok(true)
        })
        .unwrap();
        assert_eq!(due, [first.hash()]);
    }
}

/// KSeF takes the first file or its technical correction, never both.
#[test]
fn one_ksef_number_is_not_of_a_file_and_its_correction() {
    for is_first_taken in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (_, book) = create(folder.path());
        let [first, second] = [0, 1].map(|file| &papers()[file]);
        assert_eq!(book.enter(&[&first.new_entry(Some(0), "a test")]).unwrap(), [Found::New]);
        assert!(book.correct(&first.hash(), &second.facts, now(), "a test").unwrap());
        let said = |file: &crate::common::papers::Paper, cause: &str| {
            let what = Happening::Accepted { number: ksef_number(0), corrected_by: None };
            book.record(&[(file.hash(), Event::new(what, now(), cause))]).unwrap().remove(0)
        };
        let (one, other) = if is_first_taken { (first, second) } else { (second, first) };
        assert_eq!(said(one, "KSeF 1"), Recorded::Added);
        let Recorded::Contradiction(error) = said(other, "KSeF 2") else { panic!("{is_first_taken}") };
        assert!(error.message().contains("to its technical correction"), "{error}");
        // A table that names both files is no answer of KSeF.
        if !is_first_taken {
            assert_eq!(said(other, "numbers.csv, line 2"), Recorded::Known);
        }
    }
}

/// What is written in a file that has no name any more, nobody reads.
#[cfg(unix)]
#[test]
fn a_book_that_was_replaced_is_not_written_in() {
    for is_replaced in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (path, book) = create(folder.path());
        let copy = folder.path().join("copy.book");
        book.copy_to(&copy, now()).unwrap();
        if is_replaced {
            fs::rename(&copy, &path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let new = papers()[0].new_entry(Some(0), "a test");
        for error in [
            book.enter(&[&new]).unwrap_err(),
            book.look_up(&[&papers()[0].facts]).unwrap_err(),
            book.each(&Filter::default(), &mut |_| Ok(true)).unwrap_err(),
        ] {
            assert_eq!(error.code(), "book_unavailable");
            let word = if is_replaced { "replaced" } else { "removed" };
            assert!(error.message().contains(word) && error.hint().contains("Start the program again"), "{error}");
        }
        if is_replaced {
            assert_eq!(open(&path).unwrap().enter(&[&new]).unwrap(), [Found::New]);
        }
    }
}

/// KSeF gives one number to one file, and to the one that it corrects.
#[test]
fn one_ksef_number_is_of_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (_, book) = create(folder.path());
    let [first, other, corrected] = [0, FILES, 1].map(|file| &papers()[file]);
    for paper in [first, other] {
        assert_eq!(book.enter(&[&paper.new_entry(Some(0), "a test")]).unwrap(), [Found::New]);
    }
    assert!(book.correct(&first.hash(), &corrected.facts, now(), "a test").unwrap());
    let accepted = |file: &crate::common::papers::Paper| {
        let what = Happening::Accepted { number: ksef_number(0), corrected_by: None };
        (file.hash(), Event::new(what, now(), "a test"))
    };
    let taken = |recorded: &[Recorded]| recorded.iter().map(|one| *one == Recorded::Added).collect::<Vec<_>>();
    // Of two in one answer the second is wrong, and so is it in a later answer.
    assert_eq!(taken(&book.record(&[accepted(corrected), accepted(other)]).unwrap()), [true, false]);
    assert!(matches!(&book.record(&[accepted(other)]).unwrap()[..], [Recorded::Contradiction(_)]));
    // The first file has the number of its correction; to say so again is no news.
    assert_eq!(book.record(&[accepted(first), accepted(corrected)]).unwrap(), [Recorded::Known, Recorded::Known]);
    assert_eq!(book.find(&first.hash()).unwrap().unwrap().ksef_number(), Some(&ksef_number(0)));
    assert_eq!(book.find(&other.hash()).unwrap().unwrap().ksef_number(), None);
}

#[test]
fn what_is_no_book_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    let others = [
        fs::read(fixture("invoices/good/fa3-basic.xml")).unwrap(),
        Vec::new(),
        b"SQLite format 3\0".to_vec(),
        vec![0; 8192],
    ];
    for bytes in others {
        fs::write(&path, &bytes).unwrap();
        assert_eq!(open(&path).unwrap_err().code(), "book_foreign", "{}", bytes.len());
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE invoice (id INTEGER); INSERT INTO invoice VALUES (1)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    assert_eq!(open(&path).unwrap_err().code(), "book_foreign");
    assert_eq!(fs::read(&path).unwrap(), before, "another program's database stays as it is");
    assert_eq!(open(folder.path()).unwrap_err().code(), "book_foreign");
    assert_eq!(open(&folder.path().join("missing")).unwrap_err().code(), "book_missing");
    let create = |path: &Path| Book::create(&Place::File(path.to_owned()), Environment::Test, now());
    assert_eq!(create(&path).unwrap_err().code(), "book_exists");
    assert_eq!(create(&folder.path().join("no/folder")).unwrap_err().code(), "book_unwritable");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["other"]);
}

#[test]
fn what_stands_in_the_tables_is_not_believed() {
    for (text, code) in [
        ("UPDATE book SET version = 1000", "book_newer"),
        ("UPDATE book SET version = 9223372036854775807", "book_newer"),
        ("UPDATE book SET version = 'one'", "book_damaged"),
        ("UPDATE book SET version = -7", "book_damaged"),
        ("UPDATE book SET environment = 'moon'", "book_damaged"),
        ("UPDATE book SET environment = x'ff'", "book_damaged"),
        ("DELETE FROM book", "book_damaged"),
        ("DROP TABLE book", "book_damaged"),
        ("DROP TABLE event", "book_damaged"),
        ("ALTER TABLE event DROP COLUMN cause", "book_damaged"),
        ("UPDATE invoice SET seller = 'nobody'", "book_damaged"),
        ("UPDATE invoice SET seller = x'ff00'", "book_damaged"),
        ("UPDATE invoice SET issue_date = '2026-02-30'", "book_damaged"),
        ("UPDATE invoice SET size_bytes = 'many'", "book_damaged"),
        ("UPDATE event SET type = 'burnt'", "book_damaged"),
        ("UPDATE event SET type = 'accepted'", "book_damaged"),
        ("UPDATE event SET at = 'yesterday'", "book_damaged"),
        ("UPDATE event SET kod2 = 'https://example.com'", "book_damaged"),
        ("UPDATE event SET detail = '{'", "book_damaged"),
        ("UPDATE event SET detail = NULL", "book_damaged"),
        ("UPDATE event SET send_by = 'soon'", "book_damaged"),
        ("UPDATE event SET cause = x'ff'", "book_damaged"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (path, book) = create(folder.path());
        book.enter(&[&papers()[0].new_entry(Some(0), "a test")]).unwrap();
        drop(book);
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.execute_batch(&format!("PRAGMA foreign_keys = OFF; {text}")).unwrap();
        drop(raw);
        let said = open(&path).and_then(|book| book.find(&papers()[0].hash()));
        assert_eq!(said.unwrap_err().code(), code, "{text}");
    }
    // What does not hinder the reading, the check finds.
    for (text, words) in [
        ("DELETE FROM open_invoice", "do not stand among the open ones"),
        ("UPDATE event SET type = 'annulled', kod2 = NULL, detail = NULL", "among the open ones"),
        (
            "INSERT INTO event (invoice, type, at, cause) VALUES (77, 'annulled', '2026-06-30T12:00:00Z', '')",
            "of no invoice",
        ),
        (
            "INSERT INTO event (invoice, type, at, cause, kod2, detail) SELECT invoice, type, at, cause, kod2, detail FROM event",
            "more than one KOD II",
        ),
        ("DELETE FROM event", "has no events"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (path, book) = create(folder.path());
        book.enter(&[&papers()[0].new_entry(Some(0), "a test")]).unwrap();
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.execute_batch(&format!("PRAGMA foreign_keys = OFF; {text}")).unwrap();
        let faults = book.check(&mut |_| {}).unwrap();
        assert!(faults.iter().any(|fault| fault.to_string().contains(words)), "{text}: {faults:?}");
        assert!(faults.iter().all(|fault| fault.code() == "book_damaged"));
    }
}

/// Every way in, on a file of which anything may be wrong: an error that says so, or what was entered; never a panic.
#[test]
fn damaged_files_are_errors() {
    const CODES: [&str; 6] =
        ["book_damaged", "book_foreign", "book_newer", "book_unavailable", "book_unwritable", "book_missing"];
    let folder = tempfile::tempdir().unwrap();
    let (path, book) = create(folder.path());
    let new: Vec<_> = papers().iter().step_by(FILES).map(|paper| paper.new_entry(Some(0), "a test")).collect();
    book.enter(&new.iter().collect::<Vec<_>>()).unwrap();
    drop(book);
    let whole = fs::read(&path).unwrap();
    let mut random = rand::rng();
    let mut told = 0;
    for round in 0..400 {
        let mut bytes = whole.clone();
        if round % 4 == 0 {
            bytes.truncate(random.random_range(0..bytes.len()));
        } else {
            for _ in 0..=round % 7 {
                // The first page holds the tables' texts, and breaks most.
                let end = if round % 2 == 0 { 4096 } else { bytes.len() };
                bytes[random.random_range(0..end)] ^= 1 << random.random_range(0..8);
            }
        }
        let path = folder.path().join(format!("{round}.book"));
        fs::write(&path, &bytes).unwrap();
        let ways = || -> Result<()> {
            let book = open(&path)?;
            let facts: Vec<_> = papers().iter().map(|paper| &paper.facts).collect();
            let mut results = vec![book.look_up(&facts).map(|_| ())];
            results.push(book.each(&Filter::default(), &mut |_| Ok(true)));
            results.push(book.check(&mut |_| {}).map(|_| ()));
            results.push(book.enter(&[&papers()[1].new_entry(Some(1), "a test")]).map(|_| ()));
            let event = Event::new(Happening::HandedOver, now(), "a test");
            results.push(book.record(&[(papers()[0].hash(), event)]).map(|_| ()));
            results.push(book.copy_to(&folder.path().join(format!("{round}.copy")), now()));
            results.into_iter().collect()
        };
        if let Err(error) = ways() {
            assert!(CODES.contains(&error.code()), "{}: {error}", error.code());
            assert!(error.input().is_some_and(|input| input.contains(".book") || input.contains(".copy")), "{error:?}");
            told += 1;
        }
        for end in ["", "-wal", "-shm"] {
            fs::remove_file(format!("{}{end}", path.display())).ok();
        }
    }
    assert!(told > 50, "{told} of 400 were told of");
}

#[test]
fn a_backup_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let (_, book) = create(folder.path());
    book.enter(&[&papers()[0].new_entry(Some(0), "a test")]).unwrap();
    let copy = folder.path().join("copy.book");
    book.copy_to(&copy, now()).unwrap();
    assert_eq!(book.copy_to(&copy, now()).unwrap_err().code(), "book_exists");
    assert_eq!(book.copy_to(&folder.path().join("no/copy.book"), now()).unwrap_err().code(), "book_unwritable");
    assert_eq!(entries(&open(&copy).unwrap()), entries(&book));
    // A backup is a book like any other.
    open(&copy).unwrap().enter(&[&papers()[FILES].new_entry(Some(0), "a test")]).unwrap();
    assert_eq!(entries(&book).len(), 1);
    drop(book);
    let names: BTreeSet<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["copy.book", "firm.book"].map(str::to_owned).into(), "nothing is left beside them");
}
