//! The tables, and how an older version's become today's.
//!
//! Both databases have the same tables and the same columns; what each calls a number that counts up, and where it keeps
//! them, differs. A migration is never changed once it was released: the next one is added behind it.

use crate::error::{Error, Kind, Result};
use crate::values::Environment;

/// The version of the tables that this program writes: the number of migrations.
pub(in crate::book) const VERSION: i64 = MIGRATIONS.len() as i64;

/// One text a version, each of several statements. `{id}` is a whole number that counts up by itself, `{key}` one that does
/// not.
///
/// `open_invoice` follows from the events, and is there to be quick: those that were closed are many, those that are open
/// few. It is the one table in which a row does not stay.
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
    UNIQUE (number, seller, kind, copy)
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
CREATE TABLE open_invoice (
    invoice {key} REFERENCES invoice (id)
);
CREATE INDEX event_invoice ON event (invoice);
CREATE INDEX event_ksef_number ON event (ksef_number) WHERE ksef_number IS NOT NULL;
CREATE INDEX event_other ON event (other_sha256) WHERE other_sha256 IS NOT NULL;
"];

/// The migrations that a book of this version still lacks, in the words of a database.
///
/// # Errors
/// `book_newer`, if the book was written by a later version of this program.
pub(in crate::book) fn missing(version: i64, words: Words) -> Result<Vec<(i64, String)>> {
    let have = usize::try_from(version).unwrap_or_default();
    if have > MIGRATIONS.len() {
        let message = format!("its tables are of version {version}, and this program knows those up to {VERSION}");
        return Err(Error::new(Kind::BookNewer, message));
    }
    let in_words = |text: &&str| text.replace("{id}", words.id).replace("{key}", words.key);
    Ok((version + 1..).zip(MIGRATIONS.iter().skip(have).map(in_words)).collect())
}

/// What a database calls the numbers of rows.
#[derive(Clone, Copy)]
pub(in crate::book) struct Words {
    pub(in crate::book) id: &'static str,
    pub(in crate::book) key: &'static str,
}

/// How many rows of `open_invoice` are too many, and how many are missing.
pub(in crate::book) const COUNT_STRAYS: [&str; 2] = [
    "SELECT count(*) FROM open_invoice o WHERE EXISTS \
     (SELECT 1 FROM event e WHERE e.invoice = o.invoice AND e.type IN ('accepted', 'annulled'))",
    "SELECT count(*) FROM invoice i WHERE NOT EXISTS (SELECT 1 FROM open_invoice o WHERE o.invoice = i.id) \
     AND EXISTS (SELECT 1 FROM event e WHERE e.invoice = i.id AND (e.type IN ('sent', 'refused', 'corrected', 'moved') \
     OR (e.type = 'issued' AND e.kod2 IS NOT NULL))) AND NOT EXISTS \
     (SELECT 1 FROM event e WHERE e.invoice = i.id AND e.type IN ('accepted', 'annulled'))",
];

/// What these counts say, if they are not zero.
pub(in crate::book) fn strays(counts: [i64; 2]) -> impl Iterator<Item = String> {
    let words = ["are closed and stand among the open ones", "are open and do not stand among the open ones"];
    counts
        .into_iter()
        .zip(words)
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} invoices {words}"))
}

/// The row that says which version a book has now.
pub(in crate::book) const ENTER_VERSION: &str =
    "INSERT INTO book (version, environment, at, program) VALUES ($1, $2, $3, $4)";

/// The newest row.
pub(in crate::book) const READ_VERSION: &str = "SELECT version, environment FROM book ORDER BY version DESC LIMIT 1";

pub(in crate::book) const PROGRAM: &str = concat!("ksef-qr ", env!("CARGO_PKG_VERSION"));

/// # Errors
/// `book_damaged`.
pub(in crate::book) fn environment(name: &str) -> Result<Environment> {
    Environment::ALL
        .into_iter()
        .find(|environment| environment.name() == name)
        .ok_or_else(|| Error::new(Kind::BookDamaged, format!("it says that it is of the environment {name:?}")))
}
