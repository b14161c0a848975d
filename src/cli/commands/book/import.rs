//! `ksef-qr book import`: what KSeF said, former codes, another book, into this one.

use std::fs;
use std::io::{self, BufRead, BufReader, Cursor, Read as _};
use std::path::Path;

use ksef_qr::Error;
use ksef_qr::batch::{ArchiveEntry, Output, entries_of_kinds};
use ksef_qr::book::{
    Book, Entry, Event, FormerEntry, Found, Happening, InvoiceKey, NumberedInvoice, Recorded, Said, Statement,
};
use ksef_qr::credential::Certificate;
use ksef_qr::deadline::Calendar;
use ksef_qr::error::ErrorKind;
use ksef_qr::files::{Decoded, open_text};
use ksef_qr::manifest::{Lines, RawLine};
use ksef_qr::values::InvoiceHash;
use serde::Serialize;
use walkdir::WalkDir;

use super::statement::Counts;
use crate::cli::book::open;
use crate::cli::commands::deadline::{announcements, calendar};
use crate::cli::credential::key_file::certificates;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{BookImport, SecretSource};
use crate::cli::words::failure::{self, ErrorLine};
use crate::cli::words::say::{say, words};
use crate::cli::words::text::{counted, printable};

/// In bytes. A session's answer of 10 000 invoices has a tenth of it.
const LARGEST: u64 = 100_000_000;

/// How much of a file tells what it is, in bytes.
const HEAD: u64 = 4096;

/// So many invoices are entered in one transaction.
const AT_ONCE: usize = 500;

/// A file of another kind can be wrong in every line.
const MOST_FAULTS: u64 = 20;

/// The files of a folder that are looked at, by the ends of their names; archives beside them.
const KINDS: [&str; 4] = ["xml", "json", "ndjson", "csv"];

pub fn run(settings: &BookImport) -> anyhow::Result<ExitStatus> {
    let mut known = Vec::new();
    for path in &settings.certificates {
        let found = certificates(path, &SecretSource::VariableOrPrompt)?;
        known.extend(found.into_iter().map(|found| found.certificate));
    }
    let book = open(&settings.book, settings.now)?;
    let mut importing = Importing {
        settings,
        book,
        certificates: known,
        counts: Counts::default(),
        files: 0,
        passed_over: 0,
        unread: 0,
    };
    for path in &settings.files {
        importing.path(path)?;
    }
    if let Some(path) = &settings.announcements {
        importing.announcements(path)?;
    }
    importing.end()
}

struct Importing<'s> {
    settings: &'s BookImport,
    book: Book,
    certificates: Vec<Certificate>,
    counts: Counts,
    /// That were read.
    files: u64,
    /// Files of a folder that say nothing of invoices in KSeF, such as the invoices themselves.
    passed_over: u64,
    /// Files, or lines of them, that could not be read.
    unread: u64,
}

/// The last line. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct Summary {
    r#type: &'static str,
    #[serde(flatten)]
    counts: Counts,
    files: u64,
    passed_over: u64,
    unread: u64,
    environment: &'static str,
    version: &'static str,
}

impl Importing<'_> {
    fn end(self) -> anyhow::Result<ExitStatus> {
        let Self { settings, book, counts, files, passed_over, unread, .. } = self;
        if settings.json {
            let (environment, version) = (book.environment().name(), env!("CARGO_PKG_VERSION"));
            let summary = Summary { r#type: "summary", counts, files, passed_over, unread, environment, version };
            say!("{}", serde_json::to_string(&summary)?);
        } else if !settings.quiet {
            let is_of_many = settings.files.len() > 1 || settings.files.iter().any(|path| path.is_dir());
            match unread {
                0 if files > 1 => say!("{}: {}", counted(files, "file"), counts.in_words()),
                1.. if files > 1 || is_of_many => {
                    let entered = counts.in_words();
                    say!("{}: {entered}; {unread} faults, which are told above", counted(files, "file"));
                }
                _ => {}
            }
        }
        Ok(match (files, unread + counts.contradictions) {
            (0, _) => ExitStatus::Nothing,
            (_, 0) => ExitStatus::Done,
            _ => ExitStatus::SomeRefused,
        })
    }

    fn path(&mut self, path: &Path) -> anyhow::Result<()> {
        if !path.is_dir() {
            return self.file(path, true);
        }
        let mut is_empty = true;
        for file in WalkDir::new(path).sort_by_file_name() {
            let file = file.map_err(io::Error::from)?;
            let is_kind = |end: &&str| file.path().extension().is_some_and(|found| found.eq_ignore_ascii_case(end));
            let is_wanted = KINDS.iter().any(is_kind) || is_archive(file.path());
            if file.file_type().is_file() && is_wanted {
                is_empty = false;
                self.file(file.path(), false)?;
            }
        }
        if is_empty {
            let message = "the folder holds neither *.xml nor *.json, *.ndjson, *.csv or an archive";
            self.refuse(&Error::new(ErrorKind::BookImportUnknown, message), &path.to_string_lossy());
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, is_named: bool) -> anyhow::Result<()> {
        let name = path.to_string_lossy();
        if is_archive(path) {
            match entries_of_kinds(path, &KINDS) {
                Ok(entries) => entries.iter().try_for_each(|entry| self.entry(entry))?,
                Err(error) => self.refuse(&error, &name),
            }
            return Ok(());
        }
        match open_text(path) {
            Ok(text) => self.source(&name, BufReader::with_capacity(1 << 16, text), is_named),
            Err(_) if !path.exists() => {
                self.refuse(&Error::new(ErrorKind::FileMissing, "there is no such file"), &name);
                Ok(())
            }
            Err(error) => {
                self.refuse(&error, &name);
                Ok(())
            }
        }
    }

    fn entry(&mut self, entry: &ArchiveEntry) -> anyhow::Result<()> {
        let name = entry.full_name();
        match entry.bytes(LARGEST) {
            Ok(bytes) => self.source(&name, BufReader::new(Decoded::new(Cursor::new(bytes))), false),
            Err(error) => {
                self.refuse(&error, &name);
                Ok(())
            }
        }
    }

    /// Reads a file. What is in a folder and no answer is passed over; what was named is refused.
    fn source(&mut self, name: &str, mut text: impl BufRead, is_named: bool) -> anyhow::Result<()> {
        let mut head = Vec::new();
        if let Err(error) = (&mut text).take(HEAD).read_to_end(&mut head) {
            self.refuse(&unreadable(&error), name);
            return Ok(());
        }
        let before = std::mem::take(&mut self.counts);
        let (unread, kind) = (self.unread, Kind::of(&head, name, is_named));
        let text = Cursor::new(head).chain(text);
        let done = match kind {
            Kind::Lines => self.lines(name, text),
            Kind::Unknown => Ok(false),
            Kind::Answer | Kind::Json | Kind::Table => self.whole(name, text, kind, is_named),
        };
        let counts = std::mem::replace(&mut self.counts, before);
        self.counts.add(counts);
        if done? {
            self.files += 1;
            if !self.settings.json && !self.settings.quiet {
                say!("{}: {}", printable(name), counts.in_words());
            }
        } else if is_named && self.unread == unread {
            let message =
                "it is neither a UPO nor an answer of KSeF, a manifest, an export of a book or a table of numbers";
            self.refuse(&Error::new(ErrorKind::BookImportUnknown, message), name);
        } else if self.unread == unread {
            self.passed_over += 1;
        }
        Ok(())
    }

    /// A UPO, JSON, a table. False if it is none of them.
    fn whole(&mut self, name: &str, text: impl BufRead, kind: Kind, is_named: bool) -> anyhow::Result<bool> {
        let mut bytes = Vec::new();
        if let Err(error) = text.take(LARGEST + 1).read_to_end(&mut bytes) {
            self.refuse(&unreadable(&error), name);
            return Ok(false);
        }
        if bytes.len() as u64 > LARGEST {
            let message = format!("it has more than {LARGEST} bytes, too many for such a file");
            self.refuse(&Error::new(ErrorKind::FileUnreadable, message), name);
            return Ok(false);
        }
        if let Kind::Table = kind {
            return self.table(name, &bytes);
        }
        let has = |word: &str| memchr::memmem::find(&bytes, word.as_bytes()).is_some();
        let (environment, now) = (self.book.environment(), self.settings.now);
        let file = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
        match Statement::read(&bytes, environment, file, now) {
            Ok(statements) => {
                for part in statements.chunks(AT_ONCE) {
                    let events: Vec<_> = part.iter().map(|one| (one.hash, one.event.clone())).collect();
                    for (one, recorded) in part.iter().zip(self.book.record(&events)?) {
                        self.counts.take(Said::of(name, one), &recorded, self.settings.json);
                    }
                }
                Ok(true)
            }
            // Other JSON in a folder is of other programs.
            Err(_) if matches!(kind, Kind::Json) && !has("invoiceHash") && (!is_named || !has("ksefNumber")) => {
                Ok(false)
            }
            Err(error) => {
                self.refuse(&error, name);
                Ok(false)
            }
        }
    }

    fn table(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<bool> {
        let rows = match NumberedInvoice::read_table(bytes) {
            Ok(rows) => rows,
            Err(error) => {
                self.refuse(&error, name);
                return Ok(false);
            }
        };
        let mut faults = 0;
        let mut waiting: Vec<(Option<String>, InvoiceHash, Event)> = Vec::new();
        for row in rows {
            let (row, entry) = match row.map(|row| (self.book.of_key(&row.key), row)) {
                Ok((Ok(entry), row)) => (row, entry),
                Ok((Err(error), row)) if error.kind() == ErrorKind::BookContradiction => {
                    let error = Error::new(error.kind(), format!("line {}: {}", row.line, error.message()));
                    faults += 1;
                    self.refuse(&error, name);
                    continue;
                }
                Ok((Err(error), _)) => return Err(error.into()),
                Err(error) => {
                    faults += 1;
                    self.refuse(&error, name);
                    if faults >= MOST_FAULTS {
                        break;
                    }
                    continue;
                }
            };
            match entry {
                // A number alone has no digest that a line could name.
                None => match &row.key {
                    InvoiceKey::Digest(hash) => {
                        let what = Happening::Accepted { number: row.number, corrected_by: None };
                        let said = Said { input: name, hash, number: None, event: what.name(), what: Some(&what) };
                        self.counts.take(said, &Recorded::Unknown, self.settings.json);
                    }
                    InvoiceKey::Number { .. } => self.counts.unknown += 1,
                },
                Some(entry) => {
                    let what = Happening::Accepted { number: row.number, corrected_by: None };
                    let cause = format!("{name}, line {}", row.line);
                    let event = Event::new(what, self.settings.now, cause);
                    waiting.push((Some(entry.facts.number.clone()), entry.facts.hash, event));
                }
            }
        }
        for part in waiting.chunks(AT_ONCE) {
            let events: Vec<_> = part.iter().map(|(_, hash, event)| (*hash, event.clone())).collect();
            for ((number, hash, event), recorded) in part.iter().zip(self.book.record(&events)?) {
                let what = Some(&event.what);
                let said = Said { input: name, hash, number: number.as_deref(), event: event.what.name(), what };
                self.counts.take(said, &recorded, self.settings.json);
            }
        }
        Ok(true)
    }

    /// A manifest, or an export of a book.
    fn lines(&mut self, name: &str, text: impl BufRead) -> anyhow::Result<bool> {
        let mut lines = Lines::new(text);
        let (mut entries, mut former) = (Vec::new(), Vec::new());
        let mut faults = 0;
        loop {
            let line = match lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    self.refuse(&unreadable(&error), name);
                    break;
                }
            };
            match self.line(&line) {
                Ok(Read::Entry(entry)) => entries.push(*entry),
                Ok(Read::Former(one)) => former.push(*one),
                Ok(Read::Nothing) => {}
                // All that a kill left of it.
                Err(_) if line.is_cut_short() && Entry::is_json(line.text) == Entry::is_json(b"") => break,
                Err(error) => {
                    let error = Error::new(error.kind(), format!("line {}: {}", line.number, error.message()));
                    self.refuse(&error, name);
                    faults += 1;
                    if faults >= MOST_FAULTS {
                        break;
                    }
                }
            }
            if entries.len() + former.len() >= AT_ONCE {
                self.restore(name, &mut entries)?;
                self.enter(name, &mut former)?;
            }
        }
        self.restore(name, &mut entries)?;
        self.enter(name, &mut former)?;
        Ok(true)
    }

    fn line(&self, line: &RawLine<'_>) -> ksef_qr::Result<Read> {
        let environment = self.book.environment();
        if Entry::is_json(line.text) {
            let entry = Entry::read_json(line.text, environment)?;
            entry.verify(environment, &self.certificates)?;
            return Ok(Read::Entry(Box::new(entry)));
        }
        let former = FormerEntry::read(line, environment, &self.certificates, self.settings.now)?;
        Ok(former.map_or(Read::Nothing, |former| Read::Former(Box::new(former))))
    }

    fn restore(&mut self, name: &str, entries: &mut Vec<Entry>) -> anyhow::Result<()> {
        for (entry, recorded) in entries.iter().zip(self.book.restore(entries)?) {
            let event = entry.events.last().map_or("issued", |event| event.what.name());
            self.take(name, &entry.facts.hash, &entry.facts.number, event, &recorded);
        }
        entries.clear();
        Ok(())
    }

    fn enter(&mut self, name: &str, former: &mut Vec<FormerEntry>) -> anyhow::Result<()> {
        for one in former.iter_mut() {
            one.entry.may_repeat = self.settings.may_repeat;
        }
        let new: Vec<_> = former.iter().map(|one| &one.entry).collect();
        let entered = self.book.enter(&new)?;
        let (mut numbered, mut numbers) = (Vec::new(), Vec::new());
        for (one, found) in former.iter().zip(entered) {
            let facts = &one.entry.facts;
            let recorded = outcome(&one.entry.issued.what, found);
            self.take(name, &facts.hash, &facts.number, "issued", &recorded);
            if let (Some(number), false) = (&one.ksef_number, matches!(recorded, Recorded::Contradiction(_))) {
                let what = Happening::Accepted { number: number.clone(), corrected_by: None };
                numbers.push((facts.hash, Event::new(what, self.settings.now, one.entry.issued.cause.clone())));
                numbered.push(facts);
            }
        }
        for ((facts, (_, event)), recorded) in numbered.into_iter().zip(&numbers).zip(self.book.record(&numbers)?) {
            let number = Some(&*facts.number);
            let what = Some(&event.what);
            let said = Said { input: name, hash: &facts.hash, number, event: event.what.name(), what };
            self.counts.take(said, &recorded, self.settings.json);
        }
        former.clear();
        Ok(())
    }

    fn announcements(&mut self, path: &Path) -> anyhow::Result<()> {
        let days_off = match &self.settings.non_working_days {
            Some(file) => calendar(file)?,
            None => Calendar::default(),
        };
        let announced = announcements(path)?;
        let name = path.to_string_lossy();
        let moved = self.book.announce(&announced, &days_off, self.settings.now, &name)?;
        let mut counts = Counts::default();
        for (facts, what, recorded) in &moved {
            let number = Some(&*facts.number);
            let said = Said { input: &name, hash: &facts.hash, number, event: what.name(), what: Some(what) };
            counts.take(said, recorded, self.settings.json);
        }
        self.counts.add(counts);
        self.files += 1;
        if !self.settings.json && !self.settings.quiet {
            let is_ended = |what: &Happening| matches!(what, Happening::Moved { is_not_sent: true, .. });
            let added = |ended: bool| {
                let is_so =
                    |what: &Happening, recorded: &Recorded| is_ended(what) == ended && *recorded == Recorded::Added;
                moved.iter().filter(|(_, what, recorded)| is_so(what, recorded)).count() as u64
            };
            let ended = match added(true) {
                0 => String::new(),
                count => words!(", {} not to be sent any more", counted(count, "invoice")),
            };
            say!("{}: the day for sending moved of {}{ended}", printable(&name), counted(added(false), "invoice"));
        }
        Ok(())
    }

    fn take(&mut self, input: &str, hash: &InvoiceHash, number: &str, event: &'static str, recorded: &Recorded) {
        let said = Said { input, hash, number: Some(number), event, what: None };
        self.counts.take(said, recorded, self.settings.json);
    }

    fn refuse(&mut self, error: &Error, name: &str) {
        self.unread += 1;
        if self.settings.json {
            say!("{}", ErrorLine::of_refusal(error, name).to_json());
        }
        failure::show(&error.clone().about(name).into());
    }
}

/// What a line was.
enum Read {
    Entry(Box<Entry>),
    Former(Box<FormerEntry>),
    Nothing,
}

/// What a file may be, by its beginning.
#[derive(Clone, Copy)]
enum Kind {
    /// Of a manifest or an export.
    Lines,
    /// A UPO.
    Answer,
    Json,
    Table,
    Unknown,
}

impl Kind {
    fn of(head: &[u8], name: &str, is_named: bool) -> Self {
        let head = head.trim_ascii_start();
        let is_line = |kind: &str| head.starts_with(format!("{{\"type\":\"{kind}\"").as_bytes());
        let first_line = head.split(|&byte| byte == b'\n').next().unwrap_or_default().to_ascii_lowercase();
        let has = |text: &[u8], word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
        match head.first() {
            _ if is_line("invoice") || is_line("summary") || is_line("book_entry") => Self::Lines,
            Some(b'{' | b'[') => Self::Json,
            Some(b'<') if has(head, "upo.schematy.mf.gov.pl") => Self::Answer,
            Some(b'<') | None => Self::Unknown,
            // Other tables in a folder are of other programs.
            _ if has(&first_line, "ksef_number") || (is_named && name.to_lowercase().ends_with(".csv")) => Self::Table,
            _ => Self::Unknown,
        }
    }
}

/// What came of codes that were made before.
fn outcome(issued: &Happening, found: Found) -> Recorded {
    let contradiction = |kind, message| Recorded::Contradiction(Error::new(kind, message));
    let (own, mode) = match issued {
        Happening::Issued { kod2, mode, .. } => (kod2.as_ref(), mode.as_deref()),
        _ => (None, None),
    };
    match found {
        Found::New => Recorded::Added,
        Found::Known(entry) => match (entry.kod2(), own) {
            (Some(known), Some(own)) if known.url != own.url => {
                let number = &entry.facts.number;
                let message = format!("the book has another KOD II of {number}, and that of the book counts");
                Recorded::Contradiction(Error::new(ErrorKind::BookContradiction, message).with_hint(
                    "Which of the two codes does the buyer hold? The book gives out its own. A document that shows the other is made again: KSeF knows nothing of codes.",
                ))
            }
            _ => match mode.filter(|mode| entry.is_of_another_mode(mode)) {
                Some(mode) => {
                    let (number, known) = (&entry.facts.number, entry.counted_mode());
                    let message = format!(
                        "the book has {number} in the mode {known}, and the manifest in {mode}: that of the book counts"
                    );
                    Recorded::Contradiction(Error::new(ErrorKind::BookContradiction, message).with_hint(
                        "If the manifest is right, put the book right: `ksef-qr book mark mode INVOICE --mode MODE`, and import the announcements again.",
                    ))
                }
                None => Recorded::Known,
            },
        },
        Found::NumberTaken(other) => {
            let (number, digest) = (&other.facts.number, other.facts.hash.base64());
            let message = format!("the book has another file with the number {number}, with the digest {digest}");
            contradiction(ErrorKind::IssuedNumber, message)
        }
    }
}

fn is_archive(path: &Path) -> bool {
    matches!(Output::at(path.to_owned()), Output::Archive(_)) && fs::metadata(path).is_ok_and(|found| found.is_file())
}

fn unreadable(error: &io::Error) -> Error {
    Error::new(ErrorKind::FileUnreadable, format!("it cannot be read: {error}"))
}
