use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::address::Place;
#[cfg(feature = "postgres")]
use super::database::FoundRow;
#[cfg(feature = "postgres")]
use super::database::Postgres;
use super::database::Sqlite;
use super::database::{Selection, Store};
use super::entry::{Entry, Facts};
use super::event::{Event, EventRow};
use super::transaction::{self, Found, NewEntry, Recorded, entry};
use crate::error::{Error, Kind, Result};
use crate::files::{put_in_place, sync_file};
use crate::values::{Day, Environment, InvoiceHash, Nip};

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

    /// Opens a book that is there, to read it alone: the right to write is not needed. Whatever is entered fails.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_to_read(place: &Place, now: SystemTime) -> Result<Self> {
        Ok(Self::of(match place {
            Place::File(path) => Database::File(Sqlite::open_to_read(path, now)?),
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
            found = transaction::numbered(rows, (seller.as_str(), kind.unwrap_or_default(), number))?;
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
            found = transaction::look_up(rows, invoices)?;
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
            entered = transaction::enter(rows, new)?;
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
            recorded = transaction::record(rows, events)?;
            Ok(())
        })?;
        Ok(recorded)
    }

    /// Enters, all or none, that codes were drawn ([`Happening::Drawn`](super::Happening::Drawn)), and says of how many that is
    /// news: as [`record`](Self::record) does, without reading what the book has of each invoice.
    ///
    /// # Errors
    /// `book_unavailable`, `book_unwritable`, `book_damaged`.
    pub fn enter_drawn(&self, drawn: &[(InvoiceHash, Event)]) -> Result<usize> {
        let rows_of: Vec<(String, EventRow)> =
            drawn.iter().map(|(hash, event)| (hash.base64(), event.to_row())).collect();
        let mut added = 0;
        self.database().store().transaction(&mut |rows| {
            added = rows.insert_drawn(&rows_of)?;
            Ok(())
        })?;
        Ok(added)
    }

    /// Enters that another file is sent in place of one that KSeF did not take, as its technical correction. False if the
    /// book knew it. One that KSeF refused gives way to the next.
    ///
    /// # Errors
    /// `book_lacks_invoice`, if the first file is not in the book; `corrected_already` if it was corrected by another file
    /// (KSeF: 21166); `correction_of_accepted` if KSeF took it (KSeF: 21167); `book_contradiction` if it is annulled, or the
    /// second file has codes of its own; those of the database.
    pub fn correct(&self, first: &InvoiceHash, corrected: &Facts, at: SystemTime, cause: &str) -> Result<bool> {
        let mut is_new = false;
        self.database().store().transaction(&mut |rows| {
            is_new = transaction::correct(rows, first, corrected, at, cause)?;
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

    /// Gives all entries that can be read. [`check`](Self::check) tells of the others.
    ///
    /// # Errors
    /// `book_unavailable`, `book_damaged` if the database itself cannot be read.
    pub fn each_readable(&self, each: &mut dyn FnMut(Entry)) -> Result<()> {
        self.database().store().select(&Selection::default(), &mut |found| {
            entry(found).into_iter().for_each(&mut *each);
            Ok(true)
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
    /// book is a file too, and says that it was made `now`.
    ///
    /// # Errors
    /// `book_exists`, `book_unwritable`, `book_unavailable`.
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "a file's copy is the file's"))]
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
                    let done = copy.transaction(&mut |rows| transaction::insert(rows, waiting));
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
