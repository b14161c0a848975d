//! The book as a file: SQLite.
//!
//! Its journal is a write-ahead log, and each transaction is on the disk when it ends (`synchronous = FULL`): what is in the
//! book is there after a power cut too.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params, params_from_iter};

use super::schema;
use super::sqlite_file::{
    APPLICATION_ID, Access, Beside, OpenFile, Opened, Unchanging, WORDS, failed, in_folder, keep_log, migrate,
    open_file, see_file, see_that_it_is_a_book, version,
};
use super::store::{FoundRow, Rows, Selection, Store};
use crate::book::entry::InvoiceRow;
use crate::book::event::EventRow;
use crate::error::{Error, Kind, Result};
use crate::files::write_new_file;
use crate::values::Environment;

/// A book in a file.
pub(in crate::book) struct Sqlite {
    connection: Connection,
    environment: Environment,
    place: String,
    file: OpenFile,
    /// Of a file that is read as one that nobody writes in: how it was when it was opened.
    unchanging: Option<Unchanging>,
}

impl Sqlite {
    /// Makes a new book.
    ///
    /// # Errors
    /// `book_exists`, `book_unavailable`, `book_unwritable`.
    pub(in crate::book) fn create(path: &Path, environment: Environment, now: std::time::SystemTime) -> Result<Self> {
        let about = |error: Error| error.about(path.to_string_lossy());
        // Made in memory, and put there whole: of two who make the same book, one is told.
        let made = || -> Result<_> {
            let mut empty = Connection::open_in_memory().map_err(|error| failed(&error))?;
            empty.pragma_update(None, "application_id", APPLICATION_ID).map_err(|error| failed(&error))?;
            migrate(&mut empty, 0, environment, now)?;
            let bytes = empty.serialize("main").map_err(|error| failed(&error))?;
            write_new_file(path, &bytes).map_err(|error| match error.kind() {
                Kind::OutputExists => Error::new(Kind::BookExists, "there is a file of this name"),
                _ => Error::new(Kind::BookUnwritable, error.message()),
            })?;
            let opened = open_file(path, Access::ReadAndWrite)?;
            keep_log(&opened.0)?;
            Ok(opened)
        };
        let opened = made().map_err(about)?;
        Ok(Self::of(opened, environment, path))
    }

    /// Opens one that is there.
    ///
    /// # Errors
    /// `book_missing`, `book_foreign`, `book_newer`, `book_unavailable`, `book_damaged`.
    pub(in crate::book) fn open(path: &Path, now: std::time::SystemTime) -> Result<Self> {
        let about = |error: Error| error.about(path.to_string_lossy());
        see_file(path).map_err(about)?;
        let mut opened = open_file(path, Access::ReadAndWrite).map_err(about)?;
        see_that_it_is_a_book(&opened.0).map_err(about)?;
        keep_log(&opened.0).map_err(about)?;
        let (version, environment) = version(&opened.0).map_err(about)?;
        migrate(&mut opened.0, version, environment, now).map_err(about)?;
        Ok(Self::of(opened, environment, path))
    }

    /// Opens one that is there, to read it alone. The right to write is not needed: not in the file, and not in its folder.
    ///
    /// Whoever has that right uses it as others do: a reader that may write tidies up the log beside the file when it goes, and
    /// one that may not leaves it lying there, in its own name.
    ///
    /// # Errors
    /// As [`open`](Self::open); `book_unwritable` if it is of an older version, and may not be brought up to date.
    pub(in crate::book) fn open_to_read(path: &Path, now: std::time::SystemTime) -> Result<Self> {
        let about = |error: Error| error.about(path.to_string_lossy());
        see_file(path).map_err(about)?;
        let usual = open_file(path, Access::ReadAndWrite).and_then(|opened| {
            // SQLite opens what it may not write too, and says so.
            if opened.0.is_readonly("main").map_err(|error| failed(&error))? {
                return Ok(None);
            }
            see_that_it_is_a_book(&opened.0)?;
            let (version, environment) = version(&opened.0)?;
            Ok(Some((opened, version, environment)))
        });
        match usual {
            Ok(Some((_, version, _))) if !schema::missing(version, WORDS).map_err(about)?.is_empty() => {
                Self::open(path, now)
            }
            Ok(Some((opened, _, environment))) => {
                opened.0.pragma_update(None, "query_only", true).map_err(|error| about(failed(&error)))?;
                Ok(Self::of(opened, environment, path))
            }
            Ok(None) => Self::open_read_only(path).map_err(about),
            Err(error) if matches!(error.kind(), Kind::BookUnavailable | Kind::BookUnwritable) => {
                Self::open_read_only(path).map_err(about)
            }
            Err(error) => Err(about(error)),
        }
    }

    /// For a user who may not write.
    fn open_read_only(path: &Path) -> Result<Self> {
        let beside = Beside::of(path);
        // Without a log nobody writes in it, and it needs none of the files that SQLite would make beside it.
        let opened = match beside {
            Beside::Nothing => open_file(path, Access::Unchanging),
            Beside::EmptyLog => open_file(path, Access::Read).or_else(|_| open_file(path, Access::Unchanging)),
            Beside::Log => open_file(path, Access::Read),
        };
        let opened = opened.map_err(|error| match beside {
            Beside::Log => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let message = format!(
                    "somebody writes in it, and this user may not read {name}-wal and {name}-shm beside it: {}",
                    error.message()
                );
                Error::new(Kind::BookUnavailable, message)
                    .with_hint("Let the user who reads it read these two files as well; whoever writes makes them with the rights of the book itself.")
            }
            Beside::Nothing | Beside::EmptyLog => {
                let message = format!("this user may not read it: {}", error.message());
                Error::new(error.kind(), message)
                    .with_hint("Let the user who reads it read the file, and enter its folder. The right to write is not needed.")
            }
        })?;
        see_that_it_is_a_book(&opened.0)?;
        let (version, environment) = version(&opened.0)?;
        if !schema::missing(version, WORDS)?.is_empty() {
            let message = "its tables are of an older version, and this user may not bring them up to date";
            return Err(Error::new(Kind::BookUnwritable, message));
        }
        Ok(Self::of(opened, environment, path))
    }

    fn of((connection, file, unchanging): Opened, environment: Environment, path: &Path) -> Self {
        Self { connection, environment, place: path.to_string_lossy().into_owned(), file, unchanging }
    }

    /// What was read of a file that nobody should have written in, is what was in it.
    fn after_reading<T>(&self, read: Result<T>) -> Result<T> {
        match &self.unchanging {
            Some(unchanging) if Unchanging::of(&self.file.path) != Some(*unchanging) => {
                Err(Error::new(Kind::BookUnavailable, "somebody wrote in it while it was read")
                    .about(self.place.clone())
                    .with_hint("Try again."))
            }
            _ => read,
        }
    }

    /// Copies the book as it is at this moment into a new file, while others go on writing.
    ///
    /// # Errors
    /// `book_unwritable`.
    pub(in crate::book) fn copy_to(&self, path: &Path) -> Result<()> {
        let path = in_folder(path);
        let name = path.to_str().ok_or_else(|| Error::new(Kind::BookUnwritable, "its name is no text"))?;
        self.connection.execute("VACUUM INTO ?1", [name]).map_err(|error| failed(&error))?;
        Ok(())
    }
}

impl Store for Sqlite {
    fn environment(&self) -> Environment {
        self.environment
    }

    fn place(&self) -> &str {
        &self.place
    }

    fn transaction(&mut self, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let about = |error: Error| if error.input().is_some() { error } else { error.about(self.place.clone()) };
        // Others are kept out from the beginning: what was read must still be so when it is written.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| about(failed(&error)))?;
        self.file.is_still_there().map_err(about)?;
        work(&mut Open(&transaction)).map_err(about)?;
        self.file.is_still_there().map_err(about)?;
        transaction.commit().map_err(|error| about(failed(&error)))
    }

    fn rows(&mut self, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let about = |error: Error| error.about(self.place.clone());
        self.file.is_still_there().map_err(about)?;
        // One moment for all that is read.
        let transaction = self.connection.unchecked_transaction().map_err(|error| about(failed(&error)))?;
        self.after_reading(work(&mut Open(&transaction)).map_err(about))
    }

    fn select(&mut self, selection: &Selection, each: &mut dyn FnMut(FoundRow) -> Result<bool>) -> Result<()> {
        let about = |error: Error| error.about(self.place.clone());
        self.file.is_still_there().map_err(about)?;
        let selected = select(&self.connection, selection, each).map_err(about).and_then(|done| done);
        self.after_reading(selected)
    }

    fn check(&mut self) -> Result<Vec<String>> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
            let mut said = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
            said.retain(|line| line != "ok");
            let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
            let strays = statement.query_map([], |_| Ok(()))?.count();
            if strays > 0 {
                said.push(format!("{strays} events are of no invoice"));
            }
            let count = |text: &str| self.connection.query_row(text, [], |row| row.get(0));
            let [too_many, missing] = schema::COUNT_STRAYS;
            said.extend(schema::strays([count(too_many)?, count(missing)?]));
            Ok(said)
        };
        read().map_err(|error| failed(&error).about(self.place.clone()))
    }
}

const INVOICE: &str = "i.id, i.sha256, i.seller, i.kind, i.number, i.copy, i.issue_date, i.form, i.size_bytes, i.buyer";
const EVENT: &str = "type, at, cause, send_by, ksef_number, other_sha256, kod2, detail";

fn invoice(row: &Row<'_>) -> rusqlite::Result<(i64, InvoiceRow)> {
    Ok((
        row.get(0)?,
        InvoiceRow {
            sha256: row.get(1)?,
            seller: row.get(2)?,
            kind: row.get(3)?,
            number: row.get(4)?,
            copy: row.get(5)?,
            issue_date: row.get(6)?,
            form: row.get(7)?,
            size_bytes: row.get(8)?,
            buyer: row.get(9)?,
        },
    ))
}

fn event(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        r#type: row.get(0)?,
        at: row.get(1)?,
        cause: row.get(2)?,
        send_by: row.get(3)?,
        ksef_number: row.get(4)?,
        other_sha256: row.get(5)?,
        kod2: row.get(6)?,
        detail: row.get(7)?,
    })
}

fn events(connection: &Connection, id: i64) -> rusqlite::Result<Vec<EventRow>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {EVENT} FROM event WHERE invoice = $1 ORDER BY id"))?;
    statement.query_map([id], event)?.collect()
}

/// Lists invoices as open, and forgets them.
fn open(connection: &Connection, invoices: &mut Vec<i64>) -> rusqlite::Result<()> {
    /// In one statement.
    const AT_ONCE: usize = 64;
    for some in invoices.chunks(AT_ONCE) {
        let values = vec!["(?)"; some.len()].join(", ");
        let text = format!("INSERT OR IGNORE INTO open_invoice (invoice) VALUES {values}");
        connection.prepare_cached(&text)?.execute(params_from_iter(some))?;
    }
    invoices.clear();
    Ok(())
}

/// The outer error is the database's, the inner one `each`'s.
fn select(
    connection: &Connection,
    selection: &Selection,
    each: &mut dyn FnMut(FoundRow) -> Result<bool>,
) -> Result<Result<()>> {
    let mut work = || -> rusqlite::Result<Result<()>> {
        // One moment for all that is read.
        let transaction = connection.unchecked_transaction()?;
        let Selection { is_open, seller, number, issued_from, issued_to } = selection;
        let wanted =
            [("seller =", seller), ("number =", number), ("issue_date >=", issued_from), ("issue_date <=", issued_to)];
        // Only what is asked for: an index serves nothing that may be absent.
        let wanted = wanted.iter().filter_map(|(condition, value)| Some((condition, value.as_ref()?)));
        let (conditions, values): (Vec<String>, Vec<&String>) =
            wanted.map(|(condition, value)| (format!("i.{condition} ?"), value)).unzip();
        // The order of the tables is that in which they are read.
        let from = if *is_open { "open_invoice o CROSS JOIN invoice i ON i.id = o.invoice" } else { "invoice i" };
        let conditions =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let mut statement =
            transaction.prepare_cached(&format!("SELECT {INVOICE} FROM {from} {conditions} ORDER BY i.id"))?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let (id, row) = invoice(row)?;
            match each(((id, row), events(&transaction, id)?)) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    };
    work().map_err(|error| failed(&error))
}

/// The rows of an open connection.
struct Open<'c>(&'c Connection);

impl Open<'_> {
    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(self.0).map_err(|error| failed(&error))
    }
}

impl Rows for Open<'_> {
    fn by_digest(&mut self, digests: &[&str]) -> Result<Vec<FoundRow>> {
        self.run(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {INVOICE} FROM invoice i WHERE i.sha256 = $1"))?;
            let mut found = Vec::new();
            for digest in digests {
                if let Some((id, row)) = statement.query_row([digest], invoice).optional()? {
                    found.push(((id, row), events(connection, id)?));
                }
            }
            Ok(found)
        })
    }

    fn by_number(&mut self, numbers: &[(&str, &str, &str)]) -> Result<Vec<Vec<(i64, String)>>> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT copy, sha256 FROM invoice WHERE seller = $1 AND kind = $2 AND number = $3 ORDER BY copy",
            )?;
            let mut of = |(seller, kind, number): &(&str, &str, &str)| {
                statement.query_map(params![seller, kind, number], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            };
            numbers.iter().map(&mut of).collect()
        })
    }

    fn by_ksef_number(&mut self, numbers: &[&str]) -> Result<Vec<(String, String)>> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT e.ksef_number, i.sha256 FROM event e JOIN invoice i ON i.id = e.invoice WHERE e.ksef_number = $1",
            )?;
            let mut found = Vec::new();
            for number in numbers {
                for row in statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))? {
                    found.push(row?);
                }
            }
            Ok(found)
        })
    }

    fn insert_invoices(&mut self, rows: &[InvoiceRow]) -> Result<Vec<Option<i64>>> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(
                "INSERT OR IGNORE INTO invoice (sha256, seller, kind, number, copy, issue_date, form, size_bytes, buyer) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )?;
            let mut insert = |row: &InvoiceRow| {
                let InvoiceRow { sha256, seller, kind, number, copy, issue_date, form, size_bytes, buyer } = row;
                let inserted =
                    statement.execute(params![sha256, seller, kind, number, copy, issue_date, form, size_bytes, buyer])?;
                Ok((inserted == 1).then(|| connection.last_insert_rowid()))
            };
            rows.iter().map(&mut insert).collect()
        })
    }

    fn insert_events(&mut self, rows: &[(i64, EventRow)]) -> Result<()> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "INSERT INTO event (invoice, {EVENT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            ))?;
            let mut close = connection.prepare_cached("DELETE FROM open_invoice WHERE invoice = $1")?;
            // Many are opened by one statement.
            let mut opened: Vec<i64> = Vec::new();
            for (invoice, row) in rows {
                let EventRow { r#type, at, cause, send_by, ksef_number, other_sha256, kod2, detail } = row;
                statement.execute(params![
                    invoice,
                    r#type,
                    at,
                    cause,
                    send_by,
                    ksef_number,
                    other_sha256,
                    kod2,
                    detail
                ])?;
                if row.opens() {
                    opened.push(*invoice);
                }
                if row.closes() {
                    // In the order in which it happened.
                    open(connection, &mut opened)?;
                    close.execute([invoice])?;
                }
            }
            open(connection, &mut opened)
        })
    }

    fn insert_drawn(&mut self, rows: &[(String, EventRow)]) -> Result<usize> {
        self.run(|connection| {
            // `$1` would be a name to SQLite, and counted where it first stands.
            let mut statement = connection.prepare_cached(
                "INSERT INTO event (invoice, type, at, cause, detail) SELECT i.id, ?2, ?3, ?4, ?5 FROM invoice i \
                 WHERE i.sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.invoice = i.id \
                 AND (e.type = 'annulled' OR (e.type = ?2 AND e.detail IS ?5)))",
            )?;
            let mut insert = |(digest, row): &(String, EventRow)| {
                let EventRow { r#type, at, cause, detail, .. } = row;
                statement.execute(params![digest, r#type, at, cause, detail])
            };
            rows.iter().map(&mut insert).sum()
        })
    }

    /// A transaction keeps all others out anyway.
    fn lock(&mut self, _: &[i64]) -> Result<bool> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_book_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("firm.book");
        let now = std::time::SystemTime::now();
        let made = Sqlite::create(&path, Environment::Test, now).unwrap();
        let opened = Sqlite::open(&path, now).unwrap();
        for Sqlite { connection, .. } in [&made, &opened] {
            let say = |name| connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
            // 2 is FULL.
            assert_eq!(say("synchronous").unwrap(), 2.into());
            assert_eq!(say("journal_mode").unwrap(), "wal".to_owned().into());
            assert_eq!(say("foreign_keys").unwrap(), 1.into());
        }
    }

    /// What is asked for often is found by an index, whatever stands in the book.
    #[test]
    fn nothing_is_searched_through() {
        let folder = tempfile::tempdir().unwrap();
        let now = std::time::SystemTime::now();
        let book = Sqlite::create(&folder.path().join("firm.book"), Environment::Test, now).unwrap();
        let plan = |text: &str| {
            let mut statement = book.connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
            rows.map(std::result::Result::unwrap).collect::<Vec<_>>().join("; ")
        };
        for (text, index) in [
            ("SELECT * FROM invoice i WHERE i.sha256 = 'x'", "sqlite_autoindex_invoice_1"),
            (
                "SELECT * FROM invoice WHERE seller = 'x' AND kind = 'y' AND number = 'z' ORDER BY copy",
                "sqlite_autoindex_invoice_2",
            ),
            ("SELECT * FROM invoice i WHERE i.number = 'x' ORDER BY i.id", "sqlite_autoindex_invoice_2"),
            ("SELECT * FROM event e JOIN invoice i ON i.id = e.invoice WHERE e.ksef_number = 'x'", "event_ksef_number"),
            ("SELECT * FROM event WHERE invoice = 1 ORDER BY id", "event_invoice"),
        ] {
            let plan = plan(text);
            assert!(plan.contains(index) && !plan.contains("SCAN"), "{text}: {plan}");
        }
        let open = plan("SELECT * FROM open_invoice o CROSS JOIN invoice i ON i.id = o.invoice ORDER BY i.id");
        assert!(open.starts_with("SCAN o; SEARCH i USING INTEGER PRIMARY KEY"), "{open}");
    }

    #[test]
    fn a_name_is_always_a_file() {
        assert_eq!(in_folder(Path::new(":memory:")), Path::new("./:memory:"));
        assert_eq!(in_folder(Path::new("/x/firm.book")), Path::new("/x/firm.book"));
    }
}
