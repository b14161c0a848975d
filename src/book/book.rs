use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::address::Place;
use super::entry::{Entry, Facts, InvoiceRow, State};
use super::event::{Event, EventRow, Happening, IssuedKod2};
#[cfg(feature = "postgres")]
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::store::{FoundRow, Rows, Selection, Store};
use crate::error::{Error, Kind, Result};
use crate::files::{put_in_place, sync_file};
use crate::manifest::Signature;
use crate::sign::SignedLinks;
use crate::values::{Day, Environment, InvoiceHash, KsefNumber, Nip};

/// A book of invoices, open. It may be used by any number of threads, and by other programs at the same time.
pub struct Book {
    store: Mutex<Database>,
    environment: Environment,
    place: String,
}

#[cfg_attr(feature = "postgres", expect(clippy::large_enum_variant, reason = "a book has one"))]
pub(super) enum Database {
    File(Sqlite),
    #[cfg(feature = "postgres")]
    Server(Postgres),
}

impl Database {
    pub(super) fn store(&mut self) -> &mut dyn Store {
        match self {
            Self::File(store) => store,
            #[cfg(feature = "postgres")]
            Self::Server(store) => store,
        }
    }
}

/// An invoice that is to be entered, with the codes that were made for it.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The file.
    pub facts: Facts,
    /// [`Happening::Issued`].
    pub issued: Event,
    /// True if another file may have been issued with its number before.
    pub may_repeat: bool,
}

impl NewEntry {
    /// An invoice that was signed now.
    pub fn signed(facts: Facts, links: &SignedLinks, at: SystemTime, cause: &str) -> Self {
        let signature = Signature {
            context: links.context.clone(),
            algorithm: links.algorithm,
            serial: links.serial,
            is_deterministic: links.is_deterministic,
        };
        let kod2 = Some(IssuedKod2 { url: links.kod2.clone(), signature });
        let what = Happening::Issued { kod2, mode: None, send_by: None, is_rehearsed: false };
        Self { facts, issued: Event { what, at, cause: cause.to_owned() }, may_repeat: false }
    }
}

/// What the book has of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The invoice, and its codes if it has both.
    Known(Entry),
    /// Neither the file nor its number.
    New,
    /// Another file that was issued with its seller, kind and number, and was not annulled.
    NumberTaken(Entry),
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is in the book now.
    Added,
    /// The book knew it already, or knows better: what is accepted is not sent any more.
    Known,
    /// The book has no invoice with this digest.
    Unknown,
    /// It cannot be, after what happened before: `book_contradiction`.
    Contradiction(Error),
}

/// Which entries to read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Filter {
    /// Only what KSeF must still get.
    pub is_open: bool,
    /// Only what has one of these states, by their names; all if there is none.
    pub states: Vec<String>,
    /// Only this seller's.
    pub seller: Option<Nip>,
    /// Only this invoice number.
    pub number: Option<String>,
    /// From this issue date on.
    pub issued_from: Option<Day>,
    /// Up to this issue date.
    pub issued_to: Option<Day>,
}

impl Filter {
    fn selection(&self) -> Selection {
        Selection {
            is_open: self.is_open,
            seller: self.seller.map(|seller| seller.to_string()),
            number: self.number.clone(),
            issued_from: self.issued_from.map(|day| day.to_string()),
            issued_to: self.issued_to.map(|day| day.to_string()),
        }
    }

    fn takes(&self, entry: &Entry) -> bool {
        let state = entry.state();
        (!self.is_open || state.is_open())
            && (self.states.is_empty() || self.states.iter().any(|name| name == state.name()))
    }
}

impl Book {
    /// Makes a new book, of one KSeF: test invoices and real ones never stand in one.
    ///
    /// # Errors
    /// `book_exists`, `book_unavailable`, `book_unwritable`.
    pub fn create(place: &Place, environment: Environment, now: SystemTime) -> Result<Self> {
        Ok(Self::of(match place {
            Place::File(path) => Database::File(Sqlite::create(path, environment, now)?),
            #[cfg(feature = "postgres")]
            Place::Server(address) => Database::Server(Postgres::create(address.clone(), environment, now)?),
        }))
    }

    /// Opens a book that is there. One of an older version is brought up to date; `now` is when that was.
    ///
    /// A book is never made by the way: of a name that was mistyped, every invoice would be signed a second time.
    ///
    /// # Errors
    /// `book_missing`, `book_foreign`, `book_newer`, `book_unavailable`, `book_unwritable`, `book_damaged`.
    pub fn open(place: &Place, now: SystemTime) -> Result<Self> {
        Ok(Self::of(match place {
            Place::File(path) => Database::File(Sqlite::open(path, now)?),
            #[cfg(feature = "postgres")]
            Place::Server(address) => Database::Server(Postgres::open(address.clone(), now)?),
        }))
    }

    fn of(mut database: Database) -> Self {
        let store = database.store();
        let (environment, place) = (store.environment(), store.place().to_owned());
        Self { store: Mutex::new(database), environment, place }
    }

    /// Which KSeF its invoices are for.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// Where it is: the path, or the URL without a password.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// # Errors
    /// `book_wrong_environment`, if it is for another KSeF.
    pub fn check_environment(&self, environment: Environment) -> Result<()> {
        if environment == self.environment {
            return Ok(());
        }
        let message = format!("the book is of the environment {}, not {}", self.environment.name(), environment.name());
        Err(Error::new(Kind::BookWrongEnvironment, message).about(self.place.clone()))
    }

    pub(super) fn database(&self) -> MutexGuard<'_, Database> {
        // A transaction that panicked was taken back.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The invoice file with this digest, if the book has it.
    ///
    /// # Errors
    /// `book_unavailable`, `book_damaged`.
    pub fn find(&self, hash: &InvoiceHash) -> Result<Option<Entry>> {
        let digest = hash.base64();
        let mut found = None;
        self.database().store().rows(&mut |rows| {
            found = rows.by_digest(&[&digest])?.into_iter().next().map(entry).transpose()?;
            Ok(())
        })?;
        Ok(found)
    }

    /// The files that were issued with this seller, kind and number, oldest first.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn of_number(&self, seller: Nip, kind: Option<&str>, number: &str) -> Result<Vec<Entry>> {
        let mut found = Vec::new();
        self.database().store().rows(&mut |rows| {
            found = numbered(rows, (seller.as_str(), kind.unwrap_or_default(), number))?;
            Ok(())
        })?;
        Ok(found)
    }

    /// What the book has of these invoices, in their order, before anything is signed for them.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn look_up(&self, invoices: &[&Facts]) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        self.database().store().rows(&mut |rows| {
            found = look_up(rows, invoices)?;
            Ok(())
        })?;
        Ok(found)
    }

    /// Enters invoices with their codes, all or none. Once this returns they are in the book, even if the power fails.
    ///
    /// What comes back stands in their order: [`Found::New`] of one that was entered now. Of a [`Found::Known`] one the book
    /// has the codes that count, and those given here are not to be shown to anybody: another program was faster. KOD II is
    /// added to an invoice that had KOD I alone.
    ///
    /// # Errors
    /// `book_unavailable`, `book_unwritable`, `book_damaged`.
    pub fn enter(&self, new: &[&NewEntry]) -> Result<Vec<Found>> {
        let mut entered = Vec::new();
        self.database().store().transaction(&mut |rows| {
            entered = enter(rows, new, 0)?;
            Ok(())
        })?;
        Ok(entered)
    }

    /// Enters what happened to invoices, all or none; `Issued`, `Corrected` and `Corrects` are entered by
    /// [`enter`](Self::enter) and [`correct`](Self::correct).
    ///
    /// An event that is in the book already changes nothing, so that an answer of KSeF may be read again and again. If a
    /// technical correction is accepted, the first file has its number.
    ///
    /// # Errors
    /// `book_unavailable`, `book_unwritable`, `book_damaged`.
    pub fn record(&self, events: &[(InvoiceHash, Event)]) -> Result<Vec<Recorded>> {
        let mut recorded = Vec::new();
        self.database().store().transaction(&mut |rows| {
            recorded = record(rows, events)?;
            Ok(())
        })?;
        Ok(recorded)
    }

    /// Enters that another file is sent in place of one that KSeF did not take, as its technical correction. False if the
    /// book knew it.
    ///
    /// # Errors
    /// `book_lacks_invoice`, if the first file is not in the book; `corrected_already` if it was corrected by another file
    /// (KSeF: 21166); `correction_of_accepted` if KSeF took it (KSeF: 21167); `book_contradiction` if it is annulled, or the
    /// second file has codes of its own; those of the database.
    pub fn correct(&self, first: &InvoiceHash, corrected: &Facts, at: SystemTime, cause: &str) -> Result<bool> {
        let mut is_new = false;
        self.database().store().transaction(&mut |rows| {
            is_new = correct(rows, first, corrected, at, cause)?;
            Ok(())
        })?;
        Ok(is_new)
    }

    /// Gives the entries that a filter takes, in the order in which they were entered, as of one moment, until `each` returns
    /// false. No more than one is in memory.
    ///
    /// # Errors
    /// `book_unavailable`, `book_damaged`; those of `each`.
    pub fn each(&self, filter: &Filter, each: &mut dyn FnMut(Entry) -> Result<bool>) -> Result<()> {
        self.database().store().select(&filter.selection(), &mut |found| {
            let entry = entry(found).map_err(|error| error.about(self.place.clone()))?;
            if filter.takes(&entry) { each(entry) } else { Ok(true) }
        })
    }

    /// Reads all of it, and says what is wrong with it; nothing if all is well. `progress` is told how many were read.
    ///
    /// # Errors
    /// `book_unavailable`.
    pub fn check(&self, progress: &mut dyn FnMut(u64)) -> Result<Vec<Error>> {
        let said = self.database().store().check()?;
        let mut faults: Vec<Error> =
            said.into_iter().map(|line| Error::new(Kind::BookDamaged, line).about(self.place.clone())).collect();
        let mut read = 0;
        let mut strange = Vec::new();
        let done = self.database().store().select(&Selection::default(), &mut |found| {
            if let Err(error) = entry(found).and_then(|entry| entry.check(self.environment)) {
                strange.push(error.about(self.place.clone()));
            }
            read += 1;
            progress(read);
            Ok(true)
        });
        faults.extend(strange);
        match done {
            Err(error) if error.kind() == Kind::BookDamaged => faults.push(error),
            done => done?,
        }
        Ok(faults)
    }

    /// Copies the book as it is at this moment into a new file, while others go on writing in it. The copy of a server's
    /// book is a file too.
    ///
    /// # Errors
    /// `book_exists`, `book_unwritable`, `book_unavailable`.
    pub fn copy_to(&self, path: &Path, now: SystemTime) -> Result<()> {
        /// So many are written in one transaction.
        #[cfg(feature = "postgres")]
        const AT_ONCE: usize = 1000;
        let mut database = self.database();
        whole(path, &mut |path| match &mut *database {
            Database::File(store) => store.copy_to(path),
            #[cfg(feature = "postgres")]
            Database::Server(store) => {
                let mut copy = Sqlite::create(path, self.environment, now)?;
                let mut waiting: Vec<FoundRow> = Vec::new();
                let mut put = |waiting: &mut Vec<FoundRow>| {
                    let done = copy.transaction(&mut |rows| insert(rows, waiting));
                    waiting.clear();
                    done
                };
                store.select(&Selection::default(), &mut |found| {
                    waiting.push(found);
                    if waiting.len() >= AT_ONCE {
                        put(&mut waiting)?;
                    }
                    Ok(true)
                })?;
                put(&mut waiting)
            }
        })
    }
}

/// A new file that is there whole, and on the disk, or not at all.
fn whole(path: &Path, make: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
    let about = |error: Error| error.about(path.to_string_lossy());
    let unwritable = |error: std::io::Error| about(Error::new(Kind::BookUnwritable, error.to_string()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.symlink_metadata().is_ok() {
        return Err(about(Error::new(Kind::BookExists, "there is a file of this name")));
    }
    let beside = tempfile::Builder::new().prefix(".ksef-qr-").tempdir_in(folder).map_err(unwritable)?;
    let copy = beside.path().join("copy");
    make(&copy).map_err(about)?;
    sync_file(&copy).map_err(unwritable)?;
    let copy = tempfile::TempPath::try_from_path(copy).map_err(unwritable)?;
    put_in_place(copy, path, false).map_err(|error| match error.kind() {
        Kind::OutputExists => about(Error::new(Kind::BookExists, "there is a file of this name")),
        _ => about(Error::new(Kind::BookUnwritable, error.message())),
    })
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment, place, .. } = self;
        f.debug_struct("Book").field("place", place).field("environment", environment).finish_non_exhaustive()
    }
}

pub(super) fn entry(((_, invoice), events): FoundRow) -> Result<Entry> {
    let facts = Facts::of_row(invoice)?;
    let events = events.into_iter().map(Event::of_row).collect::<Result<_>>()?;
    Ok(Entry { facts, events })
}

/// Rows as they are, from another book.
#[cfg(feature = "postgres")]
fn insert(rows: &mut dyn Rows, found: &[FoundRow]) -> Result<()> {
    let invoices: Vec<InvoiceRow> = found.iter().map(|((_, invoice), _)| invoice.clone()).collect();
    let ids = rows.insert_invoices(&invoices)?;
    let mut events = Vec::new();
    for (id, (_, of)) in ids.into_iter().zip(found) {
        let id = id.ok_or_else(|| Error::new(Kind::BookDamaged, "an invoice stands in it twice"))?;
        events.extend(of.iter().map(|event| (id, event.clone())));
    }
    rows.insert_events(&events)
}

/// The invoices of a number, oldest first.
fn numbered(rows: &mut dyn Rows, number: (&str, &str, &str)) -> Result<Vec<Entry>> {
    let digests = rows.by_number(&[number])?.pop().unwrap_or_default();
    let digests: Vec<&str> = digests.iter().map(|(_, digest)| &**digest).collect();
    rows.by_digest(&digests)?.into_iter().map(entry).collect()
}

/// By digest, with the number that each has in the database.
pub(super) fn by_digest(rows: &mut dyn Rows, digests: &[&str]) -> Result<HashMap<String, (i64, Entry)>> {
    let found = rows.by_digest(digests)?;
    found.into_iter().map(|row| Ok((row.0.1.sha256.clone(), (row.0.0, entry(row)?)))).collect()
}

/// The file that has the number of an invoice, if one has it that was not annulled; and the copy that is the next.
fn taken(rows: &mut dyn Rows, digests: &[(i64, String)]) -> Result<(Option<Entry>, i64)> {
    let next = digests.last().map_or(0, |(copy, _)| copy + 1);
    let names: Vec<&str> = digests.iter().map(|(_, digest)| &**digest).collect();
    if names.is_empty() {
        return Ok((None, next));
    }
    let mut found = by_digest(rows, &names)?;
    let live = names.iter().rev().filter_map(|name| found.remove(*name)).map(|(_, entry)| entry);
    Ok((live.filter(|entry| entry.state() != State::Annulled).last(), next))
}

fn look_up(rows: &mut dyn Rows, invoices: &[&Facts]) -> Result<Vec<Found>> {
    let digests: Vec<String> = invoices.iter().map(|facts| facts.hash.base64()).collect();
    let names: Vec<&str> = digests.iter().map(|digest| &**digest).collect();
    let known = by_digest(rows, &names)?;
    let unknown: Vec<usize> = (0..invoices.len()).filter(|at| !known.contains_key(names[*at])).collect();
    let sellers: Vec<(Nip, &str, &str)> = unknown.iter().map(|at| invoices[*at].numbered()).collect();
    let numbers: Vec<(&str, &str, &str)> =
        sellers.iter().map(|(seller, kind, number)| (seller.as_str(), *kind, *number)).collect();
    let mut found: Vec<Found> = names
        .iter()
        .map(|name| known.get(*name).map_or(Found::New, |(_, entry)| Found::Known(entry.clone())))
        .collect();
    let taken_by = rows.by_number(&numbers)?;
    for (at, digests) in unknown.into_iter().zip(taken_by) {
        found[at] = match entered_meanwhile(rows, names[at], &digests)? {
            Some(entry) => Found::Known(entry),
            None => taken(rows, &digests)?.0.map_or(Found::New, Found::NumberTaken),
        };
    }
    Ok(found)
}

/// The invoice itself, if another program entered it between the question for its digest and that for its number.
fn entered_meanwhile(rows: &mut dyn Rows, name: &str, of_number: &[(i64, String)]) -> Result<Option<Entry>> {
    if of_number.iter().all(|(_, digest)| digest != name) {
        return Ok(None);
    }
    rows.by_digest(&[name])?.pop().map(entry).transpose()
}

/// So often an entry is tried again that another program's came before. More is not chance.
const RACES: u32 = 8;

fn enter(rows: &mut dyn Rows, new: &[&NewEntry], races: u32) -> Result<Vec<Found>> {
    let digests: Vec<String> = new.iter().map(|one| one.facts.hash.base64()).collect();
    let names: Vec<&str> = digests.iter().map(|digest| &**digest).collect();
    let mut known = by_digest(rows, &names)?;
    add_kod2(rows, new, &names, &mut known)?;
    let mut found: Vec<Option<Found>> =
        names.iter().map(|name| known.get(*name).map(|(_, entry)| Found::Known(entry.clone()))).collect();
    // Those to insert, each file once; the same file again is known as soon as the first is in.
    let mut first: HashSet<&str> = HashSet::new();
    let mut again: Vec<usize> = Vec::new();
    let mut wanted: Vec<usize> = Vec::new();
    for at in 0..new.len() {
        if found[at].is_some() {
            continue;
        }
        if first.insert(names[at]) {
            wanted.push(at);
        } else {
            again.push(at);
        }
    }
    let sellers: Vec<(Nip, &str, &str)> = wanted.iter().map(|at| new[*at].facts.numbered()).collect();
    let numbers: Vec<(&str, &str, &str)> =
        sellers.iter().map(|(seller, kind, number)| (seller.as_str(), *kind, *number)).collect();
    let by_number = rows.by_number(&numbers)?;
    // Of a number that this very call enters: its last copy, and the first file that has it.
    let mut given: HashMap<(&str, &str, &str), (i64, usize)> = HashMap::new();
    let mut inserted: Vec<(usize, InvoiceRow)> = Vec::new();
    for ((at, number), digests) in wanted.into_iter().zip(&numbers).zip(by_number) {
        let one = new[at];
        if let Some(entry) = entered_meanwhile(rows, names[at], &digests)? {
            found[at] = Some(Found::Known(entry));
            continue;
        }
        let (mut earlier, mut copy) = taken(rows, &digests)?;
        if let Some((last, by)) = given.get(number) {
            copy = last + 1;
            earlier = earlier.or_else(|| Some(entered(new[*by])));
        }
        if let Some(earlier) = earlier.filter(|_| !one.may_repeat) {
            found[at] = Some(Found::NumberTaken(earlier));
            continue;
        }
        given.entry(*number).or_insert((copy, at)).0 = copy;
        inserted.push((at, one.facts.to_row(copy)));
    }
    let invoice_rows: Vec<InvoiceRow> = inserted.iter().map(|(_, row)| row.clone()).collect();
    let ids = rows.insert_invoices(&invoice_rows)?;
    let mut events = Vec::with_capacity(ids.len());
    let mut in_between = Vec::new();
    for (id, (at, _)) in ids.into_iter().zip(&inserted) {
        match id {
            Some(id) => {
                events.push((id, new[*at].issued.to_row()));
                found[*at] = Some(Found::New);
            }
            None => in_between.push(*at),
        }
    }
    rows.insert_events(&events)?;
    // Somebody else's came between the question and the answer, and can be seen now.
    if !in_between.is_empty() {
        if races == RACES {
            return Err(Error::new(Kind::BookUnavailable, "other programs were always faster"));
        }
        let once_more: Vec<&NewEntry> = in_between.iter().map(|at| new[*at]).collect();
        for (at, entered) in in_between.iter().zip(enter(rows, &once_more, races + 1)?) {
            found[*at] = Some(entered);
        }
    }
    if !again.is_empty() {
        let once_more: Vec<&NewEntry> = again.iter().map(|at| new[*at]).collect();
        for (at, entered) in again.iter().zip(enter(rows, &once_more, races)?) {
            found[*at] = Some(entered);
        }
    }
    Ok(found.into_iter().map(|one| one.unwrap_or(Found::New)).collect())
}

/// An invoice as it stands in the book once it is entered.
fn entered(new: &NewEntry) -> Entry {
    Entry { facts: new.facts.clone(), events: vec![new.issued.clone()] }
}

/// An invoice that had KOD I alone gets KOD II, once.
fn add_kod2(
    rows: &mut dyn Rows,
    new: &[&NewEntry],
    names: &[&str],
    known: &mut HashMap<String, (i64, Entry)>,
) -> Result<()> {
    let has_kod2 = |one: &NewEntry| matches!(one.issued.what, Happening::Issued { kod2: Some(_), .. });
    let lacks = |known: &HashMap<String, (i64, Entry)>, name: &str| {
        known.get(name).filter(|(_, entry)| entry.state() == State::Linked).map(|(id, _)| *id)
    };
    let wanted: Vec<usize> =
        (0..new.len()).filter(|at| has_kod2(new[*at]) && lacks(known, names[*at]).is_some()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<i64> = wanted.iter().filter_map(|at| lacks(known, names[*at])).collect();
    ids.sort_unstable();
    ids.dedup();
    if rows.lock(&ids)? {
        let again: Vec<&str> = wanted.iter().map(|at| names[*at]).collect();
        known.extend(by_digest(rows, &again)?);
    }
    let mut events = Vec::new();
    for at in wanted {
        if let Some(id) = lacks(known, names[at]) {
            events.push((id, new[at].issued.to_row()));
            if let Some((_, entry)) = known.get_mut(names[at]) {
                entry.events.push(new[at].issued.clone());
            }
        }
    }
    rows.insert_events(&events)
}

fn record(rows: &mut dyn Rows, events: &[(InvoiceHash, Event)]) -> Result<Vec<Recorded>> {
    let digests: Vec<String> = events.iter().map(|(hash, _)| hash.base64()).collect();
    let mut names: Vec<&str> = digests.iter().map(|digest| &**digest).collect();
    names.sort_unstable();
    names.dedup();
    let mut known = by_digest(rows, &names)?;
    // The first file of each technical correction, which gets its number.
    let firsts: Vec<String> =
        known.values().filter_map(|(_, entry)| entry.corrects()).map(|first| first.base64()).collect();
    let firsts: Vec<&str> = firsts.iter().map(|name| &**name).filter(|name| !known.contains_key(*name)).collect();
    let others = by_digest(rows, &firsts)?;
    known.extend(others);
    names.extend(firsts);
    let mut ids: Vec<i64> = known.values().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    if rows.lock(&ids)? {
        known.extend(by_digest(rows, &names)?);
    }
    let numbers: Vec<&str> = events
        .iter()
        .filter_map(|(_, event)| match &event.what {
            Happening::Accepted { number, .. } => Some(number.as_str()),
            _ => None,
        })
        .collect();
    let mut owners: HashMap<String, Vec<String>> = HashMap::new();
    for (number, digest) in rows.by_ksef_number(&numbers)? {
        owners.entry(number).or_default().push(digest);
    }
    let mut added: Vec<(i64, EventRow)> = Vec::new();
    let mut recorded = Vec::with_capacity(events.len());
    for ((_, event), digest) in events.iter().zip(&digests) {
        let Some((id, entry)) = known.get_mut(digest) else {
            recorded.push(Recorded::Unknown);
            continue;
        };
        let outcome = match entry.takes(&event.what) {
            Ok(true) if entry.was_said(event) => Recorded::Known,
            Ok(false) => Recorded::Known,
            Err(error) => Recorded::Contradiction(error),
            Ok(true) => match &event.what {
                Happening::Accepted { number, corrected_by } => {
                    check_owner(number, digest, *corrected_by, entry, &owners)
                        .map_or_else(Recorded::Contradiction, |()| Recorded::Added)
                }
                _ => Recorded::Added,
            },
        };
        if outcome == Recorded::Added {
            added.push((*id, event.to_row()));
            entry.events.push(event.clone());
            let first = entry.corrects();
            if let Happening::Accepted { number, .. } = &event.what {
                owners.entry(number.to_string()).or_default().push(digest.clone());
                let corrected_by = InvoiceHash::from_base64(digest).ok();
                if let Some((id, first)) = first.and_then(|first| known.get_mut(&first.base64())) {
                    let what = Happening::Accepted { number: number.clone(), corrected_by };
                    if first.takes(&what) == Ok(true) {
                        let event = Event { what, ..event.clone() };
                        added.push((*id, event.to_row()));
                        first.events.push(event);
                    }
                }
            }
        }
        recorded.push(outcome);
    }
    rows.insert_events(&added)?;
    Ok(recorded)
}

/// KSeF gives one number to one file, and to the one that it replaced.
fn check_owner(
    number: &KsefNumber,
    digest: &str,
    by: Option<InvoiceHash>,
    entry: &Entry,
    owners: &HashMap<String, Vec<String>>,
) -> Result<()> {
    let pair = [entry.corrects(), entry.corrected_by(), by].map(|other| other.map(|other| other.base64()));
    let is_other = |owner: &String| owner != digest && !pair.iter().flatten().any(|other| other == owner);
    match owners.get(number.as_str()).into_iter().flatten().find(|owner| is_other(owner)) {
        None => Ok(()),
        Some(other) => {
            let message =
                format!("the KSeF number {number} is that of another file in the book, with the digest {other}");
            Err(Error::new(Kind::BookContradiction, message))
        }
    }
}

impl Entry {
    /// True if KSeF said so before of the same sending. Its older answers may be read again after newer ones.
    fn was_said(&self, event: &Event) -> bool {
        let of_answer = |known: &Event| match &event.what {
            Happening::Refused { .. } => known.what == event.what,
            Happening::Sent { .. } => matches!(known.what, Happening::Sent { .. } | Happening::Refused { .. }),
            _ => false,
        };
        event.cause.starts_with(Event::KSEF)
            && self.events.iter().any(|known| known.cause == event.cause && of_answer(known))
    }

    /// False if this is no news.
    ///
    /// # Errors
    /// `book_contradiction`.
    fn takes(&self, what: &Happening) -> Result<bool> {
        let state = self.state();
        let contradiction = |message: String| Err(Error::new(Kind::BookContradiction, message));
        let number = &self.facts.number;
        match (what, &state) {
            (Happening::Issued { .. } | Happening::Corrected { .. } | Happening::Corrects { .. }, _) => {
                contradiction(format!("{number}: {} is not entered by itself", what.name()))
            }
            (Happening::Accepted { number: new, .. }, State::Accepted(old)) if new != old => {
                contradiction(format!("{number} has the KSeF number {old}, and is said to have {new}"))
            }
            (_, State::Annulled) if !matches!(what, Happening::Annulled) => {
                contradiction(format!("{number} was annulled, and is said to be {}", what.name()))
            }
            (Happening::Annulled, State::Accepted(_) | State::Sent | State::Corrected(_)) => {
                contradiction(format!("{number} is {state}: what KSeF may have cannot be annulled"))
            }
            (Happening::Annulled, _) if self.was("handed_over") => {
                contradiction(format!("{number} was handed over: what the buyer has cannot be annulled"))
            }
            (Happening::Accepted { .. } | Happening::Annulled, State::Accepted(_) | State::Annulled)
            | (Happening::Sent { .. } | Happening::Refused { .. } | Happening::Moved { .. }, State::Accepted(_)) => {
                Ok(false)
            }
            (Happening::HandedOver, _) => Ok(!self.was("handed_over")),
            (Happening::Drawn { .. }, _) => Ok(!self.events.iter().any(|event| event.what == *what)),
            (Happening::Moved { send_by, is_not_sent }, _) => {
                Ok(*is_not_sent != (state == State::NotSent) || (!is_not_sent && *send_by != self.send_by()))
            }
            // Sent and refused, and sent again: each is news if it is not the last of its kind.
            (Happening::Sent { .. } | Happening::Refused { .. }, _) => {
                let of_ksef = |event: &&Event| matches!(event.what, Happening::Sent { .. } | Happening::Refused { .. });
                Ok(self.events.iter().rev().find(of_ksef).is_none_or(|last| last.what != *what))
            }
            (Happening::Accepted { .. } | Happening::Annulled, _) => Ok(true),
        }
    }
}

fn correct(rows: &mut dyn Rows, first: &InvoiceHash, corrected: &Facts, at: SystemTime, cause: &str) -> Result<bool> {
    let (first_digest, digest) = (first.base64(), corrected.hash.base64());
    let mut known = by_digest(rows, &[&first_digest, &digest])?;
    let ids: Vec<i64> = known.values().map(|(id, _)| *id).collect();
    if rows.lock(&ids)? {
        known = by_digest(rows, &[&first_digest, &digest])?;
    }
    let Some((first_id, entry)) = known.get(&first_digest) else {
        return Err(Error::new(
            Kind::BookLacksInvoice,
            format!("the book has no invoice with the digest {first_digest}"),
        ));
    };
    let number = &entry.facts.number;
    if let Some(by) = entry.corrected_by() {
        if by == corrected.hash {
            return Ok(false);
        }
        let message = format!("{number} was corrected before, by the file with the digest {}", by.base64());
        return Err(Error::new(Kind::CorrectedAlready, message));
    }
    match entry.state() {
        State::Accepted(ksef_number) => {
            let message = format!("KSeF took {number}, and gave it the number {ksef_number}");
            return Err(Error::new(Kind::CorrectionOfAccepted, message));
        }
        State::Annulled => {
            return Err(Error::new(Kind::BookContradiction, format!("{number} was annulled")));
        }
        // Whatever KSeF said of it meanwhile.
        _ if entry.corrects().is_some() => {
            let message = format!("{number} is itself the technical correction of another file");
            return Err(Error::new(Kind::CorrectedAlready, message));
        }
        _ => {}
    }
    let event = |what| Event { what, at, cause: cause.to_owned() };
    let corrects = event(Happening::Corrects { first: *first });
    let id = match known.get(&digest) {
        Some((_, second)) => {
            let message = format!("{} is in the book already: {}", second.facts.number, second.state());
            return Err(Error::new(Kind::BookContradiction, message));
        }
        None => {
            let (seller, kind, number) = corrected.numbered();
            let digests = rows.by_number(&[(seller.as_str(), kind, number)])?.pop().unwrap_or_default();
            let copy = digests.last().map_or(0, |(copy, _)| copy + 1);
            rows.insert_invoices(&[corrected.to_row(copy)])?.pop().flatten().ok_or_else(|| {
                Error::new(Kind::BookContradiction, "another program entered the corrected file at the same moment")
            })?
        }
    };
    let corrected = event(Happening::Corrected { by: corrected.hash });
    rows.insert_events(&[(*first_id, corrected.to_row()), (id, corrects.to_row())])?;
    Ok(true)
}
