//! The book against a plain model of it: whatever is done, in whatever order, with crashes in between, on both databases.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ksef_qr::book::{Book, Entry, Event, Filter, Found, Happening, NewEntry, Place, Recorded};
use ksef_qr::values::{Day, Environment};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use crate::common::papers::{FILES, Paper, ksef_number, now, papers};

/// So many numbers, and three files to each.
const NUMBERS: usize = 4;

/// A call of the book.
#[derive(Clone, Debug)]
enum Call {
    LookUp(Vec<usize>),
    /// Files, each with one of its KOD II or with KOD I alone, and whether its number may be there before.
    Enter(Vec<(usize, Option<usize>, bool)>, Disturbance),
    Record(Vec<(usize, Word)>, Disturbance),
    Correct(usize, usize, Disturbance),
    OfNumber(usize),
    /// Closed, and opened again.
    Reopen,
    /// Goes on with a copy of the files as they are in the middle of a transaction: SQLite only.
    PowerCut,
    Backup,
}

/// What happens to an invoice.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Drawn(u8),
    HandedOver,
    Sent(u8),
    Refused(u8),
    Accepted(usize),
    Moved(Option<u8>),
    NotSent,
    Annulled,
}

/// What goes wrong while it is written, at which of the events.
#[derive(Clone, Copy, Debug)]
enum Disturbance {
    None,
    /// The transaction fails.
    Crash(usize),
    /// The connection breaks once: of a server.
    Cut(usize),
}

const CRASH: &str = "crash";
const CUT: &str = "cut";

impl Disturbance {
    fn cause(self, at: usize) -> &'static str {
        match self {
            Self::Crash(nth) if nth == at => CRASH,
            Self::Cut(nth) if nth == at => CUT,
            _ => "a test",
        }
    }
}

/// What the model has of an invoice.
#[derive(Clone, Debug)]
struct Row {
    file: usize,
    /// In which call it was entered.
    call: usize,
    state: &'static str,
    /// Of one that is corrected: the state without that.
    uncorrected: &'static str,
    kod2: Option<usize>,
    send_by: Option<Day>,
    number: Option<usize>,
    corrected_by: Option<usize>,
    corrects: Option<usize>,
    was_handed_over: bool,
    drawn: BTreeSet<u8>,
    last_of_ksef: Option<Word>,
    events: usize,
}

impl Row {
    fn new(file: usize, call: usize, state: &'static str) -> Self {
        Self {
            file,
            call,
            state,
            uncorrected: state,
            kod2: None,
            send_by: None,
            number: None,
            corrected_by: None,
            corrects: None,
            was_handed_over: false,
            drawn: BTreeSet::new(),
            last_of_ksef: None,
            events: 1,
        }
    }

    fn text(&self) -> String {
        let Self { file, state, kod2, send_by, number, corrected_by, corrects, events, .. } = self;
        format!("{file} {state} {kod2:?} {send_by:?} {number:?} {corrected_by:?} {corrects:?} {events}")
    }

    fn is_open(&self) -> bool {
        ["issued", "sent", "refused", "corrected"].contains(&self.state)
    }
}

/// The rules of the book in the plainest form: one list, read from its beginning each time.
#[derive(Clone, Debug, Default)]
struct Model {
    rows: Vec<Row>,
    calls: usize,
}

fn number_of(file: usize) -> usize {
    file / FILES
}

fn day(nth: u8) -> Day {
    format!("2026-07-{:02}", nth + 1).parse().unwrap()
}

impl Model {
    fn at(&self, file: usize) -> Option<usize> {
        self.rows.iter().position(|row| row.file == file)
    }

    /// The first file that has a number and was not annulled.
    fn holder(&self, number: usize) -> Option<usize> {
        self.rows.iter().find(|row| number_of(row.file) == number && row.state != "annulled").map(|row| row.file)
    }

    fn look_up(&self, file: usize) -> String {
        match (self.at(file), self.holder(number_of(file))) {
            (Some(_), _) => format!("known {file}"),
            (None, Some(other)) => format!("taken {other}"),
            (None, None) => "new".to_owned(),
        }
    }

    /// What is said, and whether an event is written.
    fn enter(&mut self, file: usize, kod2: Option<usize>, may_repeat: bool) -> (String, bool) {
        let said = self.look_up(file);
        if let Some(at) = self.at(file) {
            let row = &mut self.rows[at];
            let is_added = row.state == "linked" && kod2.is_some();
            if is_added {
                (row.kod2, row.state) = (kod2, "issued");
                row.events += 1;
            }
            return (said, is_added);
        }
        if said != "new" && !may_repeat {
            return (said, false);
        }
        let mut row = Row::new(file, self.calls, if kod2.is_some() { "issued" } else { "linked" });
        row.kod2 = kod2;
        self.rows.push(row);
        ("new".to_owned(), true)
    }

    fn record(&mut self, file: usize, word: Word) -> &'static str {
        let Some(at) = self.at(file) else { return "unknown" };
        let row = &self.rows[at];
        let (is_accepted, is_annulled) = (row.state == "accepted", row.state == "annulled");
        let said = match word {
            Word::Accepted(number) if is_accepted && row.number != Some(number) => "contradiction",
            _ if is_annulled && word != Word::Annulled => "contradiction",
            Word::Annulled if ["sent", "corrected", "accepted"].contains(&row.state) || row.was_handed_over => {
                "contradiction"
            }
            Word::Annulled if is_annulled => "known",
            Word::Accepted(_) | Word::Sent(_) | Word::Refused(_) | Word::Moved(_) | Word::NotSent if is_accepted => {
                "known"
            }
            Word::HandedOver if row.was_handed_over => "known",
            Word::Drawn(format) if row.drawn.contains(&format) => "known",
            Word::Sent(_) | Word::Refused(_) if row.last_of_ksef == Some(word) => "known",
            Word::NotSent if row.state == "not_sent" => "known",
            Word::Moved(day_of) if row.state != "not_sent" && row.send_by == day_of.map(day) => "known",
            Word::Accepted(number) => {
                // One number, one file; or the two of a technical correction.
                let strangers = self.rows.iter().filter(|other| other.number == Some(number) && other.file != file);
                let related = [row.corrects, row.corrected_by];
                if strangers.into_iter().any(|other| !related.contains(&Some(other.file))) {
                    "contradiction"
                } else {
                    "added"
                }
            }
            _ => "added",
        };
        if said == "added" {
            self.happens(at, word);
            if let (Word::Annulled, Some(first)) = (word, self.rows[at].corrects) {
                let first = self.at(first).unwrap();
                let row = &mut self.rows[first];
                if row.corrected_by == Some(file) {
                    row.corrected_by = None;
                    row.events += 1;
                    if row.state == "corrected" {
                        row.state = row.uncorrected;
                    }
                }
            }
            if let (Word::Accepted(number), Some(first)) = (word, self.rows[at].corrects) {
                let first = self.at(first).unwrap();
                if !["accepted", "annulled"].contains(&self.rows[first].state) {
                    self.happens(first, Word::Accepted(number));
                }
            }
        }
        said
    }

    fn happens(&mut self, at: usize, word: Word) {
        let row = &mut self.rows[at];
        row.events += 1;
        match word {
            Word::Drawn(format) => {
                row.drawn.insert(format);
            }
            Word::HandedOver => row.was_handed_over = true,
            Word::Sent(_) => {
                row.last_of_ksef = Some(word);
                if row.is_open() || row.state == "linked" {
                    row.state = "sent";
                }
            }
            Word::Refused(_) => {
                row.last_of_ksef = Some(word);
                row.uncorrected = "refused";
                if row.state != "corrected" {
                    row.state = "refused";
                }
            }
            Word::Accepted(number) => (row.state, row.number) = ("accepted", Some(number)),
            Word::Moved(day_of) => {
                row.send_by = day_of.map(day);
                if row.state == "not_sent" {
                    row.state = "issued";
                }
            }
            Word::NotSent => (row.state, row.send_by) = ("not_sent", None),
            Word::Annulled => row.state = "annulled",
        }
    }

    fn correct(&mut self, first: usize, second: usize) -> &'static str {
        let Some(at) = self.at(first) else { return "book_lacks_invoice" };
        let row = &self.rows[at];
        // A correction that was refused is none.
        let was_refused = |by: &usize| self.at(*by).is_some_and(|at| self.rows[at].state == "refused");
        match row {
            Row { corrected_by: Some(by), .. } if *by == second => "known",
            Row { corrected_by: Some(by), .. } if !was_refused(by) => "corrected_already",
            Row { state: "accepted", .. } => "correction_of_accepted",
            Row { state: "annulled", .. } => "book_contradiction",
            Row { corrects: Some(_), .. } => "corrected_already",
            _ if self.at(second).is_some() => "book_contradiction",
            _ => {
                // It gives way to this one.
                if let Some(refused) = row.corrected_by.and_then(|by| self.at(by)) {
                    let row = &mut self.rows[refused];
                    row.state = "annulled";
                    row.events += 1;
                }
                let row = &mut self.rows[at];
                row.events += 1;
                if row.state != "corrected" {
                    row.uncorrected = row.state;
                }
                (row.state, row.corrected_by) = ("corrected", Some(second));
                let mut row = Row::new(second, self.calls, "correction");
                row.corrects = Some(first);
                self.rows.push(row);
                "new"
            }
        }
    }
}

fn file_of(entry: &Entry) -> usize {
    papers().iter().position(|paper| paper.hash() == entry.facts.hash).unwrap()
}

fn text_of(entry: &Entry) -> String {
    let file = file_of(entry);
    let of = |hash: Option<_>| hash.map(|hash| papers().iter().position(|paper| paper.hash() == hash).unwrap());
    let kod2 = entry.kod2().map(|kod2| papers()[file].kod2.iter().position(|one| one == kod2).unwrap());
    let number = entry.ksef_number().map(|number| (0..NUMBERS).find(|nth| ksef_number(*nth) == *number).unwrap());
    format!(
        "{file} {} {kod2:?} {:?} {number:?} {:?} {:?} {}",
        entry.state().name(),
        entry.send_by(),
        of(entry.corrected_by()),
        of(entry.corrects()),
        entry.events.len()
    )
}

fn found(found: &Found) -> String {
    match found {
        Found::Known(entry) => format!("known {}", file_of(entry)),
        Found::NumberTaken(entry) => format!("taken {}", file_of(entry)),
        Found::New => "new".to_owned(),
    }
}

fn happening(word: Word) -> Happening {
    match word {
        Word::Drawn(format) => Happening::Drawn { formats: format!("format {format}") },
        Word::HandedOver => Happening::HandedOver,
        Word::Sent(0) => Happening::Sent { reference: None },
        Word::Sent(nth) => Happening::Sent { reference: Some(format!("20260630-SO-{nth}")) },
        Word::Refused(nth) => {
            Happening::Refused { status: Some(400 + u16::from(nth)), reason: format!("błąd „{nth}” ' \\ \0") }
        }
        Word::Accepted(nth) => Happening::Accepted { number: ksef_number(nth), corrected_by: None },
        Word::Moved(nth) => Happening::Moved { send_by: nth.map(day), is_not_sent: false },
        Word::NotSent => Happening::Moved { send_by: None, is_not_sent: true },
        Word::Annulled => Happening::Annulled,
    }
}

/// What a run draws goes a shorter way, which comes to the same. Of every other file it goes the long one.
fn is_drawing(words: &[(usize, Word)]) -> bool {
    words.iter().all(|(file, word)| matches!(word, Word::Drawn(_)) && file % 2 == 0)
}

/// A book under test, its model, and the way to the database past the book.
struct Subject {
    book: Option<Book>,
    place: Place,
    model: Model,
    /// Of the database in a file.
    file: Option<PathBuf>,
    folder: tempfile::TempDir,
    backups: usize,
}

impl Subject {
    fn new(place: Option<Place>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = place.is_none().then(|| folder.path().join("firm.book"));
        let place = place.unwrap_or_else(|| Place::File(file.clone().unwrap()));
        let book = Some(Book::create(&place, Environment::Test, now()).unwrap());
        let subject = Self { book, place, model: Model::default(), file, folder, backups: 0 };
        subject.disturb();
        subject
    }

    fn book(&self) -> &Book {
        self.book.as_ref().unwrap()
    }

    /// What makes transactions fail at an event of that cause.
    fn disturb(&self) {
        match &self.file {
            Some(file) => raw(file)
                .execute_batch(&format!(
                    "CREATE TRIGGER disturb BEFORE INSERT ON event WHEN NEW.cause = '{CRASH}' \
                     BEGIN SELECT RAISE(ABORT, 'a test'); END"
                ))
                .unwrap(),
            #[cfg(all(unix, feature = "postgres"))]
            None => crate::common::postgres::connect(&self.place.to_string())
                .unwrap()
                .batch_execute(&format!(
                    "CREATE SEQUENCE ksef_qr.cuts; CREATE FUNCTION ksef_qr.disturb() RETURNS trigger AS $$ BEGIN \
                     IF NEW.cause = '{CRASH}' THEN RAISE EXCEPTION 'a test'; END IF; \
                     IF NEW.cause = '{CUT}' AND nextval('ksef_qr.cuts') % 3 = 1 THEN \
                     PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF; \
                     RETURN NEW; END $$ LANGUAGE plpgsql; \
                     CREATE TRIGGER disturb BEFORE INSERT ON ksef_qr.event FOR EACH ROW EXECUTE FUNCTION ksef_qr.disturb()"
                ))
                .unwrap(),
            #[cfg(not(all(unix, feature = "postgres")))]
            None => unreachable!(),
        }
    }

    /// What the book says of these events; of those that only draw, how many are news.
    fn record(&self, words: &[(usize, Word)], disturbance: Disturbance) -> Result<String, String> {
        let event = |(at, (file, word)): (usize, &(usize, Word))| {
            (papers()[*file].hash(), Event::new(happening(*word), now(), disturbance.cause(at)))
        };
        let events: Vec<_> = words.iter().enumerate().map(event).collect();
        let name = |recorded: &Recorded| match recorded {
            Recorded::Added => "added",
            Recorded::Known => "known",
            Recorded::Unknown => "unknown",
            Recorded::Contradiction(_) => "contradiction",
        };
        let said = match is_drawing(words) {
            true => self.book().enter_drawn(&events).map(|news| news.to_string()),
            false => self.book().record(&events).map(|all| lines(all.iter().map(name))),
        };
        said.map_err(|error| error.to_string())
    }

    fn run(&mut self, call: &Call) -> Result<(), TestCaseError> {
        self.model.calls += 1;
        let before = self.model.clone();
        let mut is_lost = false;
        // What the model says may be lost by a crash.
        let mut crashes = |disturbance: Disturbance, at: usize, is_written: bool| {
            is_lost |= is_written && matches!(disturbance, Disturbance::Crash(nth) if nth == at);
        };
        let (said, expected): (Result<String, String>, String) = match call {
            Call::LookUp(files) => {
                let facts: Vec<_> = files.iter().map(|file| &papers()[*file].facts).collect();
                let said = self.book().look_up(&facts).map(|all| lines(all.iter().map(found)));
                (said.map_err(|error| error.to_string()), lines(files.iter().map(|file| self.model.look_up(*file))))
            }
            Call::Enter(files, disturbance) => {
                let new: Vec<NewEntry> = files
                    .iter()
                    .enumerate()
                    .map(|(at, (file, kod2, may_repeat))| NewEntry {
                        may_repeat: *may_repeat,
                        ..papers()[*file].new_entry(*kod2, disturbance.cause(at))
                    })
                    .collect();
                let said = self.book().enter(&new.iter().collect::<Vec<_>>());
                let said = said.map(|all| lines(all.iter().map(found))).map_err(|error| error.to_string());
                let expected = files.iter().enumerate().map(|(at, (file, kod2, may_repeat))| {
                    let (said, is_written) = self.model.enter(*file, *kod2, *may_repeat);
                    crashes(*disturbance, at, is_written);
                    said
                });
                (said, lines(expected))
            }
            Call::Record(words, disturbance) => {
                let said = self.record(words, *disturbance);
                let expected: Vec<&str> = words
                    .iter()
                    .enumerate()
                    .map(|(at, (file, word))| {
                        let said = self.model.record(*file, *word);
                        crashes(*disturbance, at, said == "added");
                        said
                    })
                    .collect();
                let news = expected.iter().filter(|said| **said == "added").count();
                (said, if is_drawing(words) { news.to_string() } else { lines(expected.into_iter()) })
            }
            Call::Correct(first, second, disturbance) => {
                let (first_hash, facts) = (papers()[*first].hash(), &papers()[*second].facts);
                let said = self.book().correct(&first_hash, facts, now(), disturbance.cause(0));
                let expected = self.model.correct(*first, *second);
                crashes(*disturbance, 0, expected == "new");
                let said = match said {
                    Ok(true) => Ok("new".to_owned()),
                    Ok(false) => Ok("known".to_owned()),
                    Err(error) if is_lost => Err(error.to_string()),
                    Err(error) => Ok(error.code().to_owned()),
                };
                (said, expected.to_owned())
            }
            Call::OfNumber(number) => {
                let facts = &papers()[number * FILES].facts;
                let said = self.book().of_number(facts.seller, facts.kind.as_deref(), &facts.number);
                let said = said.map(|all| lines(all.iter().map(text_of))).map_err(|error| error.to_string());
                let rows = self.model.rows.iter().filter(|row| number_of(row.file) == *number);
                (said, lines(rows.map(Row::text)))
            }
            Call::Reopen => {
                self.book = None;
                self.book = Some(Book::open(&self.place, now()).unwrap());
                (Ok(String::new()), String::new())
            }
            Call::PowerCut => {
                self.power_cut();
                (Ok(String::new()), String::new())
            }
            Call::Backup => {
                self.backups += 1;
                let path = self.folder.path().join(format!("copy{}", self.backups));
                self.book().copy_to(&path, now()).unwrap();
                self.compare(&Book::open(&Place::File(path), now()).unwrap())?;
                (Ok(String::new()), String::new())
            }
        };
        if is_lost {
            prop_assert!(said.is_err(), "{said:?}");
            self.model = before;
        } else {
            prop_assert_eq!(said, Ok(expected));
        }
        self.compare(self.book())
    }

    /// Everything that the book has, and all that it selects.
    fn compare(&self, book: &Book) -> Result<(), TestCaseError> {
        let rows = &self.model.rows;
        let mut all = Vec::new();
        book.each(&Filter::default(), &mut |entry| {
            all.push((file_of(&entry), text_of(&entry)));
            Ok(true)
        })
        .unwrap();
        // Those of one call may stand in any order.
        let calls: Vec<usize> =
            all.iter().map(|(file, _)| self.model.at(*file).map_or(0, |at| rows[at].call)).collect();
        prop_assert!(calls.is_sorted(), "{calls:?}");
        let all: BTreeSet<String> = all.into_iter().map(|(_, text)| text).collect();
        prop_assert_eq!(all, rows.iter().map(Row::text).collect::<BTreeSet<_>>());
        let select = |filter: &Filter| {
            let mut files = BTreeSet::new();
            book.each(filter, &mut |entry| Ok(files.insert(file_of(&entry)))).unwrap();
            files
        };
        let of_model = |is_wanted: &dyn Fn(&Row) -> bool| -> BTreeSet<usize> {
            rows.iter().filter(|row| is_wanted(row)).map(|row| row.file).collect()
        };
        let mut filter = Filter::default();
        filter.is_open = true;
        prop_assert_eq!(select(&filter), of_model(&Row::is_open));
        let mut filter = Filter::default();
        filter.states = vec!["accepted".to_owned(), "linked".to_owned()];
        prop_assert_eq!(select(&filter), of_model(&|row| ["accepted", "linked"].contains(&row.state)));
        let mut filter = Filter::default();
        let facts = &papers()[0].facts;
        (filter.number, filter.seller) = (Some(facts.number.clone()), Some(facts.seller));
        prop_assert_eq!(select(&filter), of_model(&|row| number_of(row.file) == 0));
        filter.issued_from = Some("2026-06-16".parse().unwrap());
        prop_assert_eq!(select(&filter), BTreeSet::new());
        let faults = book.check(&mut |_| {}).unwrap();
        prop_assert!(faults.is_empty(), "{faults:?}");
        Ok(())
    }

    /// The book as another computer would find it, if this one lost its power in the middle of a transaction.
    fn power_cut(&mut self) {
        let Some(file) = &self.file else { return };
        let connection = raw(file);
        connection
            .execute_batch(
                "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; \
                 UPDATE event SET cause = 'not to be seen' || randomblob(3000); \
                 DELETE FROM open_invoice",
            )
            .unwrap();
        let copy = self.folder.path().join(format!("after{}.book", self.model.calls));
        for end in ["", "-wal"] {
            fs::copy(with_end(file, end), with_end(&copy, end)).ok();
        }
        self.book = None;
        drop(connection);
        self.book = Some(Book::open(&Place::File(copy.clone()), now()).unwrap());
        self.place = Place::File(copy.clone());
        self.file = Some(copy);
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

fn raw(file: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(file).unwrap()
}

fn lines(texts: impl Iterator<Item = impl AsRef<str>>) -> String {
    texts.fold(String::new(), |mut all, text| {
        writeln!(all, "{}", text.as_ref()).unwrap();
        all
    })
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let file = || 0..NUMBERS * FILES;
    let disturbance = || {
        prop_oneof![
            6 => Just(Disturbance::None),
            2 => (0..4_usize).prop_map(Disturbance::Crash),
            1 => (0..4_usize).prop_map(Disturbance::Cut),
        ]
    };
    let kod2 = prop_oneof![4 => (0..3_usize).prop_map(Some), 1 => Just(None)];
    let word = prop_oneof![
        (0..3_u8).prop_map(Word::Drawn),
        Just(Word::HandedOver),
        (0..3_u8).prop_map(Word::Sent),
        (0..2_u8).prop_map(Word::Refused),
        (0..NUMBERS).prop_map(Word::Accepted),
        proptest::option::of(0..3_u8).prop_map(Word::Moved),
        Just(Word::NotSent),
        Just(Word::Annulled),
    ];
    let call = prop_oneof![
        2 => vec(file(), 0..6).prop_map(Call::LookUp),
        6 => (vec((file(), kod2, prop::bool::weighted(0.3)), 0..8), disturbance())
            .prop_map(|(files, disturbance)| Call::Enter(files, disturbance)),
        8 => (vec((file(), word), 0..6), disturbance()).prop_map(|(words, disturbance)| Call::Record(words, disturbance)),
        4 => (file(), file(), disturbance())
            .prop_map(|(first, second, disturbance)| Call::Correct(first, second, disturbance)),
        1 => (0..NUMBERS).prop_map(Call::OfNumber),
        1 => Just(Call::Reopen),
        1 => Just(Call::PowerCut),
        1 => Just(Call::Backup),
    ];
    vec(call, 1..25)
}

fn compare_with_model(cases: u32, place: &dyn Fn() -> Option<Place>) {
    let config =
        ProptestConfig { failure_persistence: None, max_shrink_iters: 2000, ..ProptestConfig::with_cases(cases) };
    TestRunner::new(config)
        .run(&calls(), |calls| {
            let mut subject = Subject::new(place());
            calls.iter().try_for_each(|call| subject.run(call))
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_book_in_a_file_does_what_its_model_does() {
    compare_with_model(100, &|| None);
}

#[cfg(all(unix, feature = "postgres"))]
#[test]
fn a_book_in_a_server_does_what_its_model_does() {
    let Some(server) = crate::common::postgres::Server::shared() else { return };
    compare_with_model(25, &|| Some(server.place()));
}

/// Nothing that stands here is used by the model alone.
#[test]
fn a_paper_has_several_codes() {
    let Paper { kod2, facts } = &papers()[0];
    assert!(kod2[0] != kod2[1] && kod2[1] != kod2[2]);
    assert_eq!(facts.number, papers()[FILES - 1].facts.number);
    assert_ne!(facts.hash, papers()[FILES - 1].facts.hash);
}
