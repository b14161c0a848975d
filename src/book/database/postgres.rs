//! The book in a PostgreSQL server: several tills, servers or offices over one.
//!
//! Its tables stand in the schema `ksef_qr`. A client that is cut off leaves nothing half done: the server takes back what it
//! did not commit, and the next attempt finds what it did.

use std::collections::HashMap;
use std::error::Error as _;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{ToSql, WasNull, WrongType};
use postgres::{Client, GenericClient, Row, Statement};

use super::schema;
use super::store::{FoundRow, Rows, Selection, Store};
use crate::book::address::ServerAddress;
use crate::book::entry::InvoiceRow;
use crate::book::event::{EventRow, moment};
use crate::error::{Error, Kind, Result};
use crate::values::Environment;

/// So often a transaction is tried in which another was in the way, or whose connection broke: long enough for a server that
/// starts anew.
const ATTEMPTS: u32 = 16;

/// So often a book is opened whose connection breaks meanwhile.
const OPENINGS: u32 = 4;

/// Between two attempts, times their number.
const PAUSE: Duration = Duration::from_millis(100);

/// Nothing waits for ever, on either side of the line: milliseconds.
const LIMITS: &str = "SET search_path TO ksef_qr; SET statement_timeout = 60000; SET lock_timeout = 60000; \
     SET idle_in_transaction_session_timeout = 60000; SET client_min_messages = error";

/// "KSeF": who holds it may change the tables.
const MIGRATION_LOCK: i64 = 0x4B53_6546;

const WORDS: schema::Words =
    schema::Words { id: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", key: "BIGINT PRIMARY KEY" };

/// A book in a server.
pub(in crate::book) struct Postgres {
    address: ServerAddress,
    connection: Connection,
    environment: Environment,
    place: String,
}

/// A connection with what was prepared on it.
struct Connection {
    client: EndedApart,
    statements: HashMap<&'static str, Statement>,
}

/// A client that ends on a thread of its own. The driver waits for the end in a runtime of its own, which panics on a thread of
/// another runtime; and where a book is dropped is its owner's affair: a service drops it with its last request.
struct EndedApart(Option<Client>);

impl Deref for EndedApart {
    type Target = Client;

    #[expect(clippy::expect_used, reason = "nothing but the end takes it out")]
    fn deref(&self) -> &Client {
        self.0.as_ref().expect("a client that has not ended")
    }
}

impl DerefMut for EndedApart {
    #[expect(clippy::expect_used, reason = "nothing but the end takes it out")]
    fn deref_mut(&mut self) -> &mut Client {
        self.0.as_mut().expect("a client that has not ended")
    }
}

impl Drop for EndedApart {
    fn drop(&mut self) {
        let ending = Arc::new(Mutex::new(self.0.take()));
        let of_thread = ending.clone();
        let end = move || drop(of_thread.lock().unwrap_or_else(PoisonError::into_inner).take());
        match std::thread::Builder::new().spawn(end) {
            Ok(thread) => _ = thread.join(),
            // Without a thread it is left to the end of the process, which closes it.
            Err(_) => std::mem::forget(ending),
        }
    }
}

impl Postgres {
    /// Makes a new book.
    ///
    /// # Errors
    /// `book_exists`, `book_unavailable`, `book_unwritable`.
    pub(in crate::book) fn create(address: ServerAddress, environment: Environment, now: SystemTime) -> Result<Self> {
        Self::begin(address, Some(environment), now)
    }

    /// Opens one that is there.
    ///
    /// # Errors
    /// `book_missing`, `book_newer`, `book_unavailable`, `book_damaged`.
    pub(in crate::book) fn open(address: ServerAddress, now: SystemTime) -> Result<Self> {
        Self::begin(address, None, now)
    }

    fn begin(address: ServerAddress, new: Option<Environment>, now: SystemTime) -> Result<Self> {
        let place = address.to_string();
        let about = |error: Error| error.about(place.clone());
        let mut attempt = 1;
        loop {
            let client = address.connect().map_err(about)?;
            let opened = Connection::of(client).and_then(|mut connection| {
                let environment = migrate(&mut connection.client, new, now)?;
                Ok((connection, environment))
            });
            match opened {
                Ok((connection, environment)) => return Ok(Self { address, connection, environment, place }),
                // A connection that was there broke. Of a new book it is not known whether it was made.
                Err(error) if new.is_none() && error.kind() == Kind::BookUnavailable && attempt < OPENINGS => {
                    std::thread::sleep(PAUSE * attempt);
                    attempt += 1;
                }
                Err(error) => return Err(about(error)),
            }
        }
    }
}

impl Connection {
    fn open(address: &ServerAddress) -> Result<Self> {
        Self::of(address.connect()?)
    }

    fn of(mut client: Client) -> Result<Self> {
        client.batch_execute(LIMITS).map_err(|error| failed(&error))?;
        Ok(Self { client: EndedApart(Some(client)), statements: HashMap::new() })
    }
}

/// Makes the tables, or brings them up to date; says which KSeF they are for.
fn migrate(client: &mut Client, new: Option<Environment>, now: SystemTime) -> Result<Environment> {
    let mut transaction = client.transaction().map_err(|error| failed(&error))?;
    let run = |error: postgres::Error| failed(&error);
    // Of two who make it at the same moment, one comes too late. What is there is looked up behind the lock alone: a
    // connection remembers what it did not find.
    if new.is_some() {
        transaction.query("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).map_err(run)?;
    }
    let is_there: bool = transaction
        .query_one("SELECT to_regclass('ksef_qr.book') IS NOT NULL", &[])
        .and_then(|row| row.try_get(0))
        .map_err(run)?;
    let (version, environment) = match (is_there, new) {
        (true, Some(_)) => return Err(Error::new(Kind::BookExists, "the database has a book already")),
        (false, None) => return Err(Error::new(Kind::BookMissing, "the database has no book")),
        (false, Some(environment)) => {
            transaction.batch_execute("CREATE SCHEMA IF NOT EXISTS ksef_qr").map_err(run)?;
            (0, environment)
        }
        (true, None) => version_of(&mut transaction)?,
    };
    if !schema::missing(version, WORDS)?.is_empty() {
        let mut version = version;
        if is_there {
            transaction.query("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).map_err(run)?;
            (version, _) = version_of(&mut transaction)?;
        }
        for (version, text) in schema::missing(version, WORDS)? {
            transaction.batch_execute(&text).map_err(run)?;
            transaction
                .execute(schema::ENTER_VERSION, &[&version, &environment.name(), &moment(now), &schema::PROGRAM])
                .map_err(run)?;
        }
    }
    transaction.commit().map_err(run)?;
    Ok(environment)
}

fn version_of(client: &mut impl GenericClient) -> Result<(i64, Environment)> {
    let mut read = || -> Read<Option<(i64, String)>> {
        let Some(row) = client.query_opt(schema::READ_VERSION, &[])? else { return Ok(None) };
        Ok(Some((row.try_get(0)?, row.try_get(1)?)))
    };
    let said = read().map_err(|error| failed(&error))?;
    let (version, name) =
        said.ok_or_else(|| Error::new(Kind::BookDamaged, "it does not say of which version it is"))?;
    Ok((version, schema::environment(&name)?))
}

/// What PostgreSQL says, as an error of ours. The texts of the driver hold no password.
pub(in crate::book) fn failed(error: &postgres::Error) -> Error {
    let kind = match error.code() {
        Some(&SqlState::DISK_FULL | &SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::INSUFFICIENT_PRIVILEGE) => {
            Kind::BookUnwritable
        }
        Some(
            &SqlState::UNDEFINED_TABLE
            | &SqlState::UNDEFINED_COLUMN
            | &SqlState::UNDEFINED_FUNCTION
            | &SqlState::DATATYPE_MISMATCH
            | &SqlState::DATA_CORRUPTED
            | &SqlState::INDEX_CORRUPTED,
        ) => Kind::BookDamaged,
        None if is_of_another_type(error) => Kind::BookDamaged,
        Some(&SqlState::INVALID_PASSWORD) => Kind::BookPassword,
        // The server asks for one, and the driver has none: its own error.
        None if lacks_password(error) => {
            return Error::new(Kind::BookPassword, "PostgreSQL: the server asks for a password, and none was given");
        }
        _ => Kind::BookUnavailable,
    };
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        source = cause.source();
    }
    Error::new(
        kind,
        match kind {
            Kind::BookUnwritable if error.code() == Some(&SqlState::DISK_FULL) => {
                format!("the server's disk is full (PostgreSQL: {said})")
            }
            Kind::BookUnwritable => format!("this user may not do that in the database (PostgreSQL: {said})"),
            Kind::BookDamaged => format!("the tables are not those of a book (PostgreSQL: {said})"),
            _ => format!("the server did not do it (PostgreSQL: {said})"),
        },
    )
}

/// True if the server asked for a password that the driver was not given.
fn lacks_password(error: &postgres::Error) -> bool {
    error.source().is_some_and(|source| source.to_string() == "password missing")
}

/// True if a column is not of the type that it should have: the driver's own error, which the server knows nothing of.
fn is_of_another_type(error: &postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<WrongType>() || source.is::<WasNull>())
}

/// Why an attempt failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The next one fails too.
    Lasting,
    /// Another program was in the way.
    Conflict,
    /// The connection broke; whether the server kept what it was given is not known. What is asked for again is entered once
    /// all the same.
    Broken,
}

impl Cause {
    fn of(error: &postgres::Error) -> Self {
        match error.code() {
            Some(&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE) => Self::Conflict,
            Some(
                &SqlState::ADMIN_SHUTDOWN
                | &SqlState::CRASH_SHUTDOWN
                | &SqlState::CANNOT_CONNECT_NOW
                | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            ) => Self::Broken,
            Some(_) => Self::Lasting,
            None if is_of_another_type(error) => Self::Lasting,
            // Closed, reset, cut off in the middle of an answer.
            None => Self::Broken,
        }
    }
}

/// An attempt that failed.
struct Failure {
    error: Error,
    cause: Cause,
}

impl Postgres {
    fn attempt(
        &mut self,
        is_transaction: bool,
        work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>,
    ) -> std::result::Result<(), Failure> {
        let of = |error: &postgres::Error| Failure { error: failed(error), cause: Cause::of(error) };
        let Connection { client, statements } = &mut self.connection;
        let mut cause = Cause::Lasting;
        if is_transaction {
            let mut transaction = client.transaction().map_err(|error| of(&error))?;
            match work(&mut Open { client: &mut transaction, statements, cause: &mut cause }) {
                Ok(()) => transaction.commit().map_err(|error| of(&error)),
                Err(error) => Err(Failure { error, cause }),
            }
        } else {
            work(&mut Open { client: &mut **client, statements, cause: &mut cause })
                .map_err(|error| Failure { error, cause })
        }
    }

    fn with_attempts(&mut self, is_transaction: bool, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let mut attempt = 1;
        loop {
            let Err(Failure { error, cause }) = self.attempt(is_transaction, work) else { return Ok(()) };
            if cause == Cause::Lasting || attempt == ATTEMPTS {
                return Err(if error.input().is_some() { error } else { error.about(self.place.clone()) });
            }
            std::thread::sleep(PAUSE * attempt);
            attempt += 1;
            // A server that starts anew is not there at once; what fails here fails again with the next attempt.
            if (cause == Cause::Broken || self.connection.client.is_closed())
                && let Ok(connection) = Connection::open(&self.address)
            {
                self.connection = connection;
            }
        }
    }
}

impl Store for Postgres {
    fn environment(&self) -> Environment {
        self.environment
    }

    fn place(&self) -> &str {
        &self.place
    }

    fn transaction(&mut self, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        self.with_attempts(true, work)
    }

    fn rows(&mut self, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        self.with_attempts(false, work)
    }

    fn select(&mut self, selection: &Selection, each: &mut dyn FnMut(FoundRow) -> Result<bool>) -> Result<()> {
        if self.connection.client.is_closed() {
            self.connection = Connection::open(&self.address)?;
        }
        let Selection { is_open, seller, number, issued_from, issued_to } = selection;
        let wanted =
            [("seller =", seller), ("number =", number), ("issue_date >=", issued_from), ("issue_date <=", issued_to)];
        let mut conditions = Vec::new();
        let mut parameters: Vec<&(dyn ToSql + Sync)> = Vec::new();
        for (condition, value) in wanted.iter().filter_map(|(condition, value)| Some((condition, value.as_ref()?))) {
            parameters.push(value);
            conditions.push(format!("i.{condition} ${}", parameters.len()));
        }
        let open = if *is_open { "JOIN open_invoice o ON o.invoice = i.id" } else { "" };
        let wanted = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let text = format!(
            "SELECT {INVOICE}, {EVENT} FROM invoice i JOIN event e ON e.invoice = i.id {open} {wanted} ORDER BY i.id, e.id"
        );
        // One statement sees one moment.
        let read = || -> Read<Result<()>> {
            // It may be read for longer than anything else may take: an export, a backup.
            let mut transaction = self.connection.client.build_transaction().read_only(true).start()?;
            transaction.batch_execute("SET LOCAL statement_timeout = 0")?;
            let mut rows = transaction.query_raw(&*text, parameters)?;
            let mut open: Option<FoundRow> = None;
            while let Some(row) = rows.next()? {
                let (id, fields) = invoice(&row)?;
                match &mut open {
                    Some(((last, _), events)) if *last == id => events.push(event(&row)?),
                    _ => {
                        if let Some(done) = open.replace(((id, fields), vec![event(&row)?])) {
                            match each(done) {
                                Ok(true) => {}
                                Ok(false) => return Ok(Ok(())),
                                Err(error) => return Ok(Err(error)),
                            }
                        }
                    }
                }
            }
            Ok(open.map_or(Ok(()), |done| each(done).map(|_| ())))
        };
        match read() {
            Ok(done) => done,
            Err(error) => Err(failed(&error).about(self.place.clone())),
        }
    }

    /// The server looks after its own files.
    fn check(&mut self) -> Result<Vec<String>> {
        let mut count = |text: &str| -> Read<i64> {
            let mut transaction = self.connection.client.build_transaction().read_only(true).start()?;
            transaction.batch_execute("SET LOCAL statement_timeout = 0")?;
            transaction.query_one(text, &[])?.try_get(0)
        };
        let [too_many, missing] = schema::COUNT_STRAYS;
        let mut counts = || -> Read<[i64; 2]> { Ok([count(too_many)?, count(missing)?]) };
        match counts() {
            Ok(counts) => Ok(schema::strays(counts).collect()),
            Err(error) => Err(failed(&error).about(self.place.clone())),
        }
    }
}

const INVOICE: &str = "i.id, i.sha256, i.seller, i.kind, i.number, i.copy, i.issue_date, i.form, i.size_bytes, i.buyer";
const EVENT: &str = "e.type, e.at, e.cause, e.send_by, e.ksef_number, e.other_sha256, e.kod2, e.detail";

type Read<T> = std::result::Result<T, postgres::Error>;

/// A column of another type is an error: the tables may have been changed by others.
fn invoice(row: &Row) -> Read<(i64, InvoiceRow)> {
    Ok((
        row.try_get(0)?,
        InvoiceRow {
            sha256: row.try_get(1)?,
            seller: row.try_get(2)?,
            kind: row.try_get(3)?,
            number: row.try_get(4)?,
            copy: row.try_get(5)?,
            issue_date: row.try_get(6)?,
            form: row.try_get(7)?,
            size_bytes: row.try_get(8)?,
            buyer: row.try_get(9)?,
        },
    ))
}

/// Behind the columns of the invoice.
fn event(row: &Row) -> Read<EventRow> {
    const FROM: usize = 10;
    Ok(EventRow {
        r#type: row.try_get(FROM)?,
        at: row.try_get(FROM + 1)?,
        cause: row.try_get(FROM + 2)?,
        send_by: row.try_get(FROM + 3)?,
        ksef_number: row.try_get(FROM + 4)?,
        other_sha256: row.try_get(FROM + 5)?,
        kod2: row.try_get(FROM + 6)?,
        detail: row.try_get(FROM + 7)?,
    })
}

/// The rows, by many at a time: a server is far away.
struct Open<'t, C> {
    client: &'t mut C,
    statements: &'t mut HashMap<&'static str, Statement>,
    /// Set by an error: whether the whole may be tried again.
    cause: &'t mut Cause,
}

impl<C: GenericClient> Open<'_, C> {
    fn query(&mut self, text: &'static str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let mut run = || {
            let statement = match self.statements.get(text) {
                Some(statement) => statement.clone(),
                None => {
                    let statement = self.client.prepare(text)?;
                    self.statements.insert(text, statement.clone());
                    statement
                }
            };
            self.client.query(&statement, parameters)
        };
        run().map_err(|error| {
            *self.cause = Cause::of(&error);
            failed(&error)
        })
    }
}

impl<C: GenericClient> Rows for Open<'_, C> {
    fn by_digest(&mut self, digests: &[&str]) -> Result<Vec<FoundRow>> {
        const TEXT: &str = "SELECT i.id, i.sha256, i.seller, i.kind, i.number, i.copy, i.issue_date, i.form, \
             i.size_bytes, i.buyer, e.type, e.at, e.cause, e.send_by, e.ksef_number, e.other_sha256, e.kod2, e.detail \
             FROM invoice i JOIN event e ON e.invoice = i.id WHERE i.sha256 = ANY($1) ORDER BY i.id, e.id";
        let mut found: Vec<FoundRow> = Vec::new();
        for row in self.query(TEXT, &[&digests])? {
            let read = || Ok((invoice(&row)?, event(&row)?));
            let ((id, fields), event) = read().map_err(|error| failed(&error))?;
            match found.last_mut() {
                Some(((last, _), events)) if *last == id => events.push(event),
                _ => found.push(((id, fields), vec![event])),
            }
        }
        Ok(found)
    }

    fn by_number(&mut self, numbers: &[(&str, &str, &str)]) -> Result<Vec<Vec<(i64, String)>>> {
        const TEXT: &str = "SELECT w.n, i.copy, i.sha256 \
             FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (seller, kind, number, n) \
             JOIN invoice i USING (seller, kind, number) ORDER BY w.n, i.copy";
        let sellers: Vec<&str> = numbers.iter().map(|one| one.0).collect();
        let kinds: Vec<&str> = numbers.iter().map(|one| one.1).collect();
        let texts: Vec<&str> = numbers.iter().map(|one| one.2).collect();
        let mut found = vec![Vec::new(); numbers.len()];
        for row in self.query(TEXT, &[&sellers, &kinds, &texts])? {
            let read = || Ok((row.try_get::<_, i64>(0)?, row.try_get(1)?, row.try_get(2)?));
            let (n, copy, digest) = read().map_err(|error| failed(&error))?;
            if let Some(of) = usize::try_from(n - 1).ok().and_then(|n| found.get_mut(n)) {
                of.push((copy, digest));
            }
        }
        Ok(found)
    }

    fn by_ksef_number(&mut self, numbers: &[&str]) -> Result<Vec<(String, String)>> {
        const TEXT: &str = "SELECT e.ksef_number, i.sha256 FROM event e JOIN invoice i ON i.id = e.invoice \
             WHERE e.ksef_number = ANY($1)";
        let read = |row: &Row| -> Read<(String, String)> { Ok((row.try_get(0)?, row.try_get(1)?)) };
        self.query(TEXT, &[&numbers])?.iter().map(|row| read(row).map_err(|error| failed(&error))).collect()
    }

    fn insert_invoices(&mut self, rows: &[InvoiceRow]) -> Result<Vec<Option<i64>>> {
        const TEXT: &str = "INSERT INTO invoice \
             (sha256, seller, kind, number, copy, issue_date, form, size_bytes, buyer) \
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], \
             $8::bigint[], $9::text[]) ON CONFLICT DO NOTHING RETURNING id, sha256";
        // Two who enter the same numbers at the same moment meet them in the same order: none holds what the other waits for.
        let mut sorted: Vec<&InvoiceRow> = rows.iter().collect();
        sorted.sort_by_key(|row| (&row.number, &row.seller, &row.kind));
        let rows_as_given = rows;
        let rows = sorted;
        let texts = |of: fn(&InvoiceRow) -> &str| rows.iter().map(|row| of(row)).collect::<Vec<&str>>();
        let numbers = |of: fn(&InvoiceRow) -> i64| rows.iter().map(|row| of(row)).collect::<Vec<i64>>();
        let buyers: Vec<Option<&str>> = rows.iter().map(|row| row.buyer.as_deref()).collect();
        let inserted = self.query(
            TEXT,
            &[
                &texts(|row| &row.sha256),
                &texts(|row| &row.seller),
                &texts(|row| &row.kind),
                &texts(|row| &row.number),
                &numbers(|row| row.copy),
                &texts(|row| &row.issue_date),
                &texts(|row| &row.form),
                &numbers(|row| row.size_bytes),
                &buyers,
            ],
        )?;
        let read = |row: &'_ Row| -> Read<(String, i64)> { Ok((row.try_get(1)?, row.try_get(0)?)) };
        let ids = inserted.iter().map(read).collect::<Read<HashMap<String, i64>>>().map_err(|error| failed(&error))?;
        Ok(rows_as_given.iter().map(|row| ids.get(&*row.sha256).copied()).collect())
    }

    fn insert_events(&mut self, rows: &[(i64, EventRow)]) -> Result<()> {
        // In their order: what counts them up does so as they come.
        const TEXT: &str = "INSERT INTO event \
             (invoice, type, at, cause, send_by, ksef_number, other_sha256, kod2, detail) \
             SELECT invoice, type, at, cause, send_by, ksef_number, other_sha256, kod2, detail \
             FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], \
             $9::text[]) WITH ORDINALITY \
             AS e (invoice, type, at, cause, send_by, ksef_number, other_sha256, kod2, detail, n) ORDER BY n";
        let invoices: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let texts = |of: fn(&EventRow) -> &str| rows.iter().map(|row| of(&row.1)).collect::<Vec<&str>>();
        let maybe =
            |of: fn(&EventRow) -> Option<&str>| rows.iter().map(|row| of(&row.1)).collect::<Vec<Option<&str>>>();
        self.query(
            TEXT,
            &[
                &invoices,
                &texts(|row| &row.r#type),
                &texts(|row| &row.at),
                &texts(|row| &row.cause),
                &maybe(|row| row.send_by.as_deref()),
                &maybe(|row| row.ksef_number.as_deref()),
                &maybe(|row| row.other_sha256.as_deref()),
                &maybe(|row| row.kod2.as_deref()),
                &maybe(|row| row.detail.as_deref()),
            ],
        )?;
        let mut opened: Vec<i64> = rows.iter().filter(|(_, row)| row.opens()).map(|(id, _)| *id).collect();
        opened.sort_unstable();
        if !opened.is_empty() {
            let text = "INSERT INTO open_invoice (invoice) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING";
            self.query(text, &[&opened])?;
        }
        let closed: Vec<i64> = rows.iter().filter(|(_, row)| row.closes()).map(|(id, _)| *id).collect();
        if !closed.is_empty() {
            self.query("DELETE FROM open_invoice WHERE invoice = ANY($1)", &[&closed])?;
        }
        Ok(())
    }

    fn insert_drawn(&mut self, rows: &[(String, EventRow)]) -> Result<usize> {
        const TEXT: &str = "INSERT INTO event (invoice, type, at, cause, detail) \
             SELECT DISTINCT ON (i.id, w.type, w.detail) i.id, w.type, w.at, w.cause, w.detail \
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY \
             AS w (sha256, type, at, cause, detail, n) JOIN invoice i USING (sha256) \
             WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.invoice = i.id \
             AND (e.type = 'annulled' OR (e.type = w.type AND e.detail IS NOT DISTINCT FROM w.detail))) \
             ORDER BY i.id, w.type, w.detail, w.n RETURNING id";
        let digests: Vec<&str> = rows.iter().map(|row| &*row.0).collect();
        // Who annuls one of them meanwhile is waited for.
        self.query("SELECT id FROM invoice WHERE sha256 = ANY($1) ORDER BY id FOR UPDATE", &[&digests])?;
        let texts = |of: fn(&EventRow) -> &str| rows.iter().map(|row| of(&row.1)).collect::<Vec<&str>>();
        let details: Vec<Option<&str>> = rows.iter().map(|row| row.1.detail.as_deref()).collect();
        let (types, moments, causes) = (texts(|row| &row.r#type), texts(|row| &row.at), texts(|row| &row.cause));
        Ok(self.query(TEXT, &[&digests, &types, &moments, &causes, &details])?.len())
    }

    fn lock(&mut self, invoices: &[i64]) -> Result<bool> {
        self.query("SELECT id FROM invoice WHERE id = ANY($1) ORDER BY id FOR UPDATE", &[&invoices])?;
        Ok(true)
    }
}
