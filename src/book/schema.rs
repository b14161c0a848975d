//! The tables, and how an older version's become today's.
//!
//! Both databases have the same tables and the same columns; what each calls a number that counts up, and where it keeps
//! them, differs. A migration is never changed once it was released: the next one is added behind it.

use crate::error::{Error, Kind, Result};
use crate::values::Environment;

/// The version of the tables that this program writes: the number of migrations.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// One text a version, each of several statements. `{id}` is a whole number that counts up by itself.
const MIGRATIONS: &[&str] = &["
CREATE TABLE book (
    version     BIGINT NOT NULL PRIMARY KEY,
    environment TEXT NOT NULL,
    at          TEXT NOT NULL,
    program     TEXT NOT NULL
);
CREATE TABLE invoice (
    id         {id},
    sha256     TEXT NOT NULL UNIQUE,
    seller     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    number     TEXT NOT NULL,
    copy       BIGINT NOT NULL,
    issue_date TEXT NOT NULL,
    form       TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    buyer      TEXT,
    UNIQUE (seller, kind, number, copy)
);
CREATE TABLE event (
    id           {id},
    invoice      BIGINT NOT NULL REFERENCES invoice (id),
    type         TEXT NOT NULL,
    at           TEXT NOT NULL,
    cause        TEXT NOT NULL,
    send_by      TEXT,
    ksef_number  TEXT,
    other_sha256 TEXT,
    kod2         TEXT,
    detail       TEXT
);
CREATE INDEX event_invoice ON event (invoice);
CREATE INDEX event_ksef_number ON event (ksef_number) WHERE ksef_number IS NOT NULL;
CREATE INDEX event_closed ON event (invoice) WHERE type IN ('accepted', 'annulled');
CREATE INDEX event_other ON event (other_sha256) WHERE other_sha256 IS NOT NULL;
"];

/// The migrations that a book of this version still lacks, in the words of a database.
///
/// # Errors
/// `book_newer`, if the book was written by a later version of this program.
pub(super) fn missing(version: i64, id: &str) -> Result<Vec<(i64, String)>> {
    let have = usize::try_from(version).unwrap_or_default();
    if have > MIGRATIONS.len() {
        let message = format!("its tables are of version {version}, and this program knows those up to {VERSION}");
        return Err(Error::new(Kind::BookNewer, message));
    }
    Ok((version + 1..).zip(MIGRATIONS.iter().skip(have).map(|text| text.replace("{id}", id))).collect())
}

/// The row that says which version a book has now.
pub(super) const ENTER_VERSION: &str = "INSERT INTO book (version, environment, at, program) VALUES ($1, $2, $3, $4)";

/// The newest row.
pub(super) const READ_VERSION: &str = "SELECT version, environment FROM book ORDER BY version DESC LIMIT 1";

pub(super) const PROGRAM: &str = concat!("ksef-qr ", env!("CARGO_PKG_VERSION"));

/// # Errors
/// `book_damaged`.
pub(super) fn environment(name: &str) -> Result<Environment> {
    Environment::ALL
        .into_iter()
        .find(|environment| environment.name() == name)
        .ok_or_else(|| Error::new(Kind::BookDamaged, format!("it says that it is of the environment {name:?}")))
}
