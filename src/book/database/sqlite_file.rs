//! The file of a book: opened to write or to read alone, and still the one that its path names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};

use super::schema;
use crate::book::event::moment;
use crate::error::{Error, Kind, Result};
use crate::values::Environment;

/// "KSeF", by which a file is known as a book (`PRAGMA application_id`).
pub(super) const APPLICATION_ID: i64 = 0x4B53_6546;

/// How long a transaction waits for those of other programs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The pages of 4 KiB in the log that are enough to bring them into the file: each time waits for the disk twice.
const LARGEST_LOG: i64 = 8_000;

/// What SQLite keeps of the file in memory, in KiB, as it wants it: negative.
const CACHE_KIB: i64 = -32_000;

pub(super) const WORDS: schema::Words = schema::Words { id: "INTEGER PRIMARY KEY", key: "INTEGER PRIMARY KEY" };

/// With its folder: some names alone are no file to SQLite, `:memory:`.
pub(super) fn in_folder(path: &Path) -> PathBuf {
    if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() }
}

/// What a connection may do with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    ReadAndWrite,
    /// With the log that others write beside it.
    Read,
    /// As a file that nobody writes in.
    Unchanging,
}

/// What lies beside a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Nothing,
    /// A program has it open, or left this behind; all that was written is in the book itself.
    EmptyLog,
    Log,
}

impl Beside {
    pub(super) fn of(path: &Path) -> Self {
        let size = |end: &str| std::fs::metadata(beside(path, end)).ok().map(|found| found.len());
        match (size("-wal"), size("-journal")) {
            (None, None) => Self::Nothing,
            (Some(0), None) => Self::EmptyLog,
            _ => Self::Log,
        }
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// How a file looks as long as nobody writes in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unchanging {
    size: u64,
    modified: Option<std::time::SystemTime>,
}

impl Unchanging {
    /// None if somebody writes in it.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        let is_quiet = Beside::of(path) != Beside::Log;
        is_quiet.then(|| Self { size: found.len(), modified: found.modified().ok() })
    }
}

/// Which file is open, to be seen again under its name. It is never opened a second time for that: when any handle of a file is
/// closed, a program loses all locks that it has on it.
pub(super) struct OpenFile {
    pub(super) path: PathBuf,
    id: Option<FileId>,
}

/// The device, and the number of the file on it.
#[cfg(unix)]
type FileId = (u64, u64);
/// Windows lets nobody replace or remove a file that SQLite has open.
#[cfg(not(unix))]
type FileId = ();

#[cfg(unix)]
fn id_of(found: &std::fs::Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino())
}
#[cfg(not(unix))]
fn id_of(_: &std::fs::Metadata) -> FileId {}

impl OpenFile {
    pub(super) fn of(path: &Path) -> Self {
        let path = in_folder(path);
        let id = std::fs::metadata(&path).ok().map(|found| id_of(&found));
        Self { path, id }
    }

    /// What is written in a file that has no name any more, nobody reads: the invoices of it would be signed again.
    ///
    /// # Errors
    /// `book_unavailable`.
    pub(super) fn is_still_there(&self) -> Result<()> {
        let message = match std::fs::metadata(&self.path) {
            Ok(found) if self.id == Some(id_of(&found)) => return Ok(()),
            Ok(_) => "the file was replaced by another while it was open".to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                "the file was removed or renamed while it was open".to_owned()
            }
            Err(error) => format!("the file cannot be seen any more: {error}"),
        };
        Err(Error::new(Kind::BookUnavailable, message).with_hint(
            "Nothing was entered. Start the program again: it goes on with the book that is there then. Stop whatever writes in a book before you put another in its place.",
        ))
    }
}

/// A connection, the file that it is to, and how that was if it is not to change.
pub(super) type Opened = (Connection, OpenFile, Option<Unchanging>);

pub(super) fn see_file(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err(Error::new(Kind::BookForeign, "it is not a file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::new(Kind::BookMissing, "there is no such file"))
        }
        Err(error) => Err(Error::new(Kind::BookUnavailable, error.to_string())),
    }
}

pub(super) fn see_that_it_is_a_book(connection: &Connection) -> Result<()> {
    let id: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(|error| failed(&error))?;
    match id {
        APPLICATION_ID => Ok(()),
        _ => Err(Error::new(Kind::BookForeign, "it is a database of another program")),
    }
}

pub(super) fn version(connection: &Connection) -> Result<(i64, Environment)> {
    let (version, name): (i64, String) = connection
        .query_row(schema::READ_VERSION, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| failed(&error))?;
    Ok((version, schema::environment(&name)?))
}

pub(super) fn open_file(path: &Path, access: Access) -> Result<Opened> {
    let (file, unchanging) = (OpenFile::of(path), Unchanging::of(path));
    let connection = connect(path, access)?;
    file.is_still_there()?;
    if access == Access::ReadAndWrite {
        return Ok((connection, file, None));
    }
    // SQLite looks at what lies beside the file when it reads it first.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|error| failed(&error))?;
    Ok((connection, file, unchanging.filter(|_| access == Access::Unchanging)))
}

/// The address of a file to SQLite.
fn address(path: &Path, settings: &str) -> String {
    let path = in_folder(path);
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
    #[cfg(not(unix))]
    let text = path.to_string_lossy().replace('\\', "/");
    #[cfg(not(unix))]
    let bytes = text.as_bytes();
    // `C:/x` begins with a slash there.
    let mut address = if bytes.get(1) == Some(&b':') { "file:/".to_owned() } else { "file:".to_owned() };
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b':' => {
                address.push(char::from(*byte));
            }
            _ => _ = write!(address, "%{byte:02X}"),
        }
    }
    format!("{address}?{settings}")
}

pub(super) fn connect(path: &Path, access: Access) -> Result<Connection> {
    let read = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = match access {
        Access::ReadAndWrite => Connection::open_with_flags(
            in_folder(path),
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        ),
        // Nothing is made beside it: it would be this user's, and in the way of those who write.
        Access::Read => Connection::open_with_flags(address(path, "mode=ro&readonly_shm=1"), read),
        Access::Unchanging => Connection::open_with_flags(address(path, "mode=ro&immutable=1"), read),
    };
    let connection = opened.map_err(|error| failed(&error))?;
    let set = || {
        connection.busy_timeout(PATIENCE)?;
        // A book that somebody else gives us runs nothing of its own.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
        connection.pragma_update(None, "wal_autocheckpoint", LARGEST_LOG)?;
        connection.pragma_update(None, "foreign_keys", true)
    };
    set().map_err(|error| failed(&error))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Readers and the one who writes are not in each other's way. The file keeps it; of a book that was restored from a backup
/// it is set again. Never before it is known to be a book: another program's database stays as it is.
pub(super) fn keep_log(connection: &Connection) -> Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(|error| failed(&error))
}

pub(super) fn migrate(
    connection: &mut Connection,
    version: i64,
    environment: Environment,
    now: std::time::SystemTime,
) -> Result<()> {
    if schema::missing(version, WORDS)?.is_empty() {
        return Ok(());
    }
    let mut work = || -> rusqlite::Result<Result<()>> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have done it meanwhile.
        let has_table: bool =
            transaction
                .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'book')", [], |row| row.get(0))?;
        let version = match has_table {
            true => transaction.query_row(schema::READ_VERSION, [], |row| row.get(0))?,
            false => 0,
        };
        let missing = match schema::missing(version, WORDS) {
            Ok(missing) => missing,
            Err(error) => return Ok(Err(error)),
        };
        for (version, text) in missing {
            transaction.execute_batch(&text)?;
            transaction
                .execute(schema::ENTER_VERSION, params![version, environment.name(), moment(now), schema::PROGRAM])?;
        }
        transaction.commit()?;
        Ok(Ok(()))
    };
    work().map_err(|error| failed(&error))?
}

/// What SQLite says, as an error of ours.
pub(super) fn failed(error: &rusqlite::Error) -> Error {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure) => {
            Kind::BookUnwritable
        }
        Some(ErrorCode::NotADatabase) => Kind::BookForeign,
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted,
        ) => Kind::BookUnavailable,
        // What is corrupt; a table or a column that is not there, a value of another type.
        _ => Kind::BookDamaged,
    };
    Error::new(
        kind,
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => format!("the disk is full (SQLite: {error})"),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                format!("it may be read, and not written (SQLite: {error})")
            }
            Some(ErrorCode::SystemIoFailure) => format!("the disk failed (SQLite: {error})"),
            Some(ErrorCode::NotADatabase) => format!("it is no database (SQLite: {error})"),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                format!("other programs kept it for too long (SQLite: {error})")
            }
            Some(ErrorCode::CannotOpen) => {
                format!("it, or a file that is kept beside it, cannot be opened (SQLite: {error})")
            }
            Some(ErrorCode::DatabaseCorrupt) => format!("it is damaged (SQLite: {error})"),
            _ => format!("it cannot be used (SQLite: {error})"),
        },
    )
}
