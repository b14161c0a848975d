//! The book in a PostgreSQL server: several tills, servers or offices over one.
//!
//! Its tables stand in the schema `ksef_qr`. A client that is cut off leaves nothing half done: the server takes back what it
//! did not commit, and the next attempt finds what it did.

use std::collections::HashMap;
use std::error::Error as _;
use std::time::{Duration, SystemTime};

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, GenericClient, Row, Statement};

use super::address::ServerAddress;
use super::entry::InvoiceRow;
use super::event::{EventRow, moment};
use super::schema;
use super::store::{FoundRow, Rows, Selection, Store};
use crate::error::{Error, Kind, Result};
use crate::values::Environment;

/// So often a transaction is tried in which another was in the way, or whose connection broke.
const ATTEMPTS: u32 = 6;

/// Between two attempts, times their number.
const PAUSE: Duration = Duration::from_millis(100);

/// Nothing waits for ever, on either side of the line: milliseconds.
const LIMITS: &str = "SET search_path TO ksef_qr; SET statement_timeout = 60000; SET lock_timeout = 60000; \
     SET idle_in_transaction_session_timeout = 60000; SET client_min_messages = error";

/// "KSeF": who holds it may change the tables.
const MIGRATION_LOCK: i64 = 0x4B53_6546;

const ID: &str = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

/// A book in a server.
pub(super) struct Postgres {
    address: ServerAddress,
    connection: Connection,
    environment: Environment,
    place: String,
}

/// A connection with what was prepared on it.
struct Connection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Postgres {
    /// Makes a new book.
    ///
    /// # Errors
    /// `book_exists`, `book_unavailable`, `book_unwritable`.
    pub(super) fn create(address: ServerAddress, environment: Environment, now: SystemTime) -> Result<Self> {
        Self::begin(address, Some(environment), now)
    }

    /// Opens one that is there.
    ///
    /// # Errors
    /// `book_missing`, `book_newer`, `book_unavailable`, `book_damaged`.
    pub(super) fn open(address: ServerAddress, now: SystemTime) -> Result<Self> {
        Self::begin(address, None, now)
    }

    fn begin(address: ServerAddress, new: Option<Environment>, now: SystemTime) -> Result<Self> {
        let place = address.to_string();
        let about = |error: Error| error.about(place.clone());
        let mut connection = Connection::open(&address).map_err(about)?;
        let environment = migrate(&mut connection.client, new, now).map_err(about)?;
        Ok(Self { address, connection, environment, place })
    }
}

impl Connection {
    fn open(address: &ServerAddress) -> Result<Self> {
        let mut client = address.connect()?;
        client.batch_execute(LIMITS).map_err(|error| failed(&error))?;
        Ok(Self { client, statements: HashMap::new() })
    }
}

/// Makes the tables, or brings them up to date; says which KSeF they are for.
fn migrate(client: &mut Client, new: Option<Environment>, now: SystemTime) -> Result<Environment> {
    let mut transaction = client.transaction().map_err(|error| failed(&error))?;
    let run = |error: postgres::Error| failed(&error);
    let is_there: bool =
        transaction.query_one("SELECT to_regclass('ksef_qr.book') IS NOT NULL", &[]).map_err(run)?.get(0);
    let (version, environment) = match (is_there, new) {
        (true, Some(_)) => return Err(Error::new(Kind::BookExists, "the database has a book already")),
        (false, None) => return Err(Error::new(Kind::BookMissing, "the database has no book")),
        (false, Some(environment)) => {
            transaction.query("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).map_err(run)?;
            // Of two who make it at the same moment, one comes too late.
            let made: bool =
                transaction.query_one("SELECT to_regclass('ksef_qr.book') IS NOT NULL", &[]).map_err(run)?.get(0);
            if made {
                return Err(Error::new(Kind::BookExists, "the database has a book already"));
            }
            transaction.batch_execute("CREATE SCHEMA IF NOT EXISTS ksef_qr").map_err(run)?;
            (0, environment)
        }
        (true, None) => version_of(&mut transaction)?,
    };
    if !schema::missing(version, ID)?.is_empty() {
        let mut version = version;
        if is_there {
            transaction.query("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).map_err(run)?;
            (version, _) = version_of(&mut transaction)?;
        }
        for (version, text) in schema::missing(version, ID)? {
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
    let row = client.query_one(schema::READ_VERSION, &[]).map_err(|error| failed(&error))?;
    Ok((row.get(0), schema::environment(row.get(1))?))
}

/// What PostgreSQL says, as an error of ours. The texts of the driver hold no password.
pub(super) fn failed(error: &postgres::Error) -> Error {
    let kind = match error.code() {
        Some(&SqlState::DISK_FULL | &SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::INSUFFICIENT_PRIVILEGE) => {
            Kind::BookUnwritable
        }
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::UNDEFINED_COLUMN | &SqlState::DATA_CORRUPTED) => Kind::BookDamaged,
        _ => Kind::BookUnavailable,
    };
    let mut message = format!("PostgreSQL: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        source = cause.source();
    }
    Error::new(kind, message)
}

/// True for an attempt that may succeed if it is made again. What was asked for is entered once, however often it is tried.
fn is_passing(error: &postgres::Error) -> bool {
    error.is_closed()
        || matches!(
            error.code(),
            Some(
                &SqlState::T_R_DEADLOCK_DETECTED
                    | &SqlState::T_R_SERIALIZATION_FAILURE
                    | &SqlState::ADMIN_SHUTDOWN
                    | &SqlState::CRASH_SHUTDOWN
                    | &SqlState::CANNOT_CONNECT_NOW
            )
        )
}

/// An attempt that failed: for good, or so that the next may succeed.
struct Failure {
    error: Error,
    is_passing: bool,
}

impl Postgres {
    fn attempt(
        &mut self,
        is_transaction: bool,
        work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>,
    ) -> std::result::Result<(), Failure> {
        let of = |error: &postgres::Error| Failure { error: failed(error), is_passing: is_passing(error) };
        let Connection { client, statements } = &mut self.connection;
        let mut passing = false;
        let done = if is_transaction {
            let mut transaction = client.transaction().map_err(|error| of(&error))?;
            let done = work(&mut Open { client: &mut transaction, statements, passing: &mut passing });
            match done {
                Ok(()) => transaction.commit().map_err(|error| of(&error)),
                Err(error) => Err(Failure { error, is_passing: passing }),
            }
        } else {
            let done = work(&mut Open { client, statements, passing: &mut passing });
            done.map_err(|error| Failure { error, is_passing: passing })
        };
        done.map_err(|failure| Failure {
            is_passing: failure.is_passing || self.connection.client.is_closed(),
            ..failure
        })
    }

    fn with_attempts(&mut self, is_transaction: bool, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let mut attempt = 1;
        loop {
            let Err(Failure { error, is_passing }) = self.attempt(is_transaction, work) else { return Ok(()) };
            let about = |error: Error| if error.input().is_some() { error } else { error.about(self.place.clone()) };
            if !is_passing || attempt == ATTEMPTS {
                return Err(about(error));
            }
            std::thread::sleep(PAUSE * attempt);
            attempt += 1;
            // A server that starts anew is not there at once.
            if self.connection.client.is_closed()
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
        let open = match selection.is_open {
            true => {
                " AND NOT EXISTS (SELECT 1 FROM event c WHERE c.invoice = i.id AND c.type IN ('accepted', 'annulled'))"
            }
            false => "",
        };
        let text = format!(
            "SELECT {INVOICE}, {EVENT} FROM invoice i JOIN event e ON e.invoice = i.id \
             WHERE ($1::text IS NULL OR i.seller = $1) AND ($2::text IS NULL OR i.number = $2) \
             AND ($3::text IS NULL OR i.issue_date >= $3) AND ($4::text IS NULL OR i.issue_date <= $4){open} \
             ORDER BY i.id, e.id"
        );
        let Selection { seller, number, issued_from, issued_to, .. } = selection;
        let parameters: [&(dyn ToSql + Sync); 4] = [seller, number, issued_from, issued_to];
        // One statement sees one moment.
        let mut read = || -> std::result::Result<Result<()>, postgres::Error> {
            let mut rows = self.connection.client.query_raw(&*text, parameters)?;
            let mut open: Option<FoundRow> = None;
            while let Some(row) = rows.next()? {
                let (id, fields) = invoice(&row);
                match &mut open {
                    Some(((last, _), events)) if *last == id => events.push(event(&row, 10)),
                    _ => {
                        if let Some(done) = open.replace(((id, fields), vec![event(&row, 10)])) {
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
        Ok(Vec::new())
    }
}

const INVOICE: &str = "i.id, i.sha256, i.seller, i.kind, i.number, i.copy, i.issue_date, i.form, i.size_bytes, i.buyer";
const EVENT: &str = "e.type, e.at, e.cause, e.send_by, e.ksef_number, e.other_sha256, e.kod2, e.detail";

fn invoice(row: &Row) -> (i64, InvoiceRow) {
    (
        row.get(0),
        InvoiceRow {
            sha256: row.get(1),
            seller: row.get(2),
            kind: row.get(3),
            number: row.get(4),
            copy: row.get(5),
            issue_date: row.get(6),
            form: row.get(7),
            size_bytes: row.get(8),
            buyer: row.get(9),
        },
    )
}

/// From this column on.
fn event(row: &Row, from: usize) -> EventRow {
    EventRow {
        r#type: row.get(from),
        at: row.get(from + 1),
        cause: row.get(from + 2),
        send_by: row.get(from + 3),
        ksef_number: row.get(from + 4),
        other_sha256: row.get(from + 5),
        kod2: row.get(from + 6),
        detail: row.get(from + 7),
    }
}

/// The rows, by many at a time: a server is far away.
struct Open<'t, C> {
    client: &'t mut C,
    statements: &'t mut HashMap<&'static str, Statement>,
    /// Set by an error after which the whole may be tried again.
    passing: &'t mut bool,
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
            *self.passing = is_passing(&error);
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
            let (id, fields) = invoice(&row);
            match found.last_mut() {
                Some(((last, _), events)) if *last == id => events.push(event(&row, 10)),
                _ => found.push(((id, fields), vec![event(&row, 10)])),
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
            let n: i64 = row.get(0);
            if let Some(of) = usize::try_from(n - 1).ok().and_then(|n| found.get_mut(n)) {
                of.push((row.get(1), row.get(2)));
            }
        }
        Ok(found)
    }

    fn by_ksef_number(&mut self, numbers: &[&str]) -> Result<Vec<(String, String)>> {
        const TEXT: &str = "SELECT e.ksef_number, i.sha256 FROM event e JOIN invoice i ON i.id = e.invoice \
             WHERE e.ksef_number = ANY($1)";
        Ok(self.query(TEXT, &[&numbers])?.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    fn insert_invoices(&mut self, rows: &[InvoiceRow]) -> Result<Vec<Option<i64>>> {
        const TEXT: &str = "INSERT INTO invoice \
             (sha256, seller, kind, number, copy, issue_date, form, size_bytes, buyer) \
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], \
             $8::bigint[], $9::text[]) ON CONFLICT DO NOTHING RETURNING id, sha256";
        let texts = |of: fn(&InvoiceRow) -> &str| rows.iter().map(of).collect::<Vec<&str>>();
        let numbers = |of: fn(&InvoiceRow) -> i64| rows.iter().map(of).collect::<Vec<i64>>();
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
        let ids: HashMap<&str, i64> = inserted.iter().map(|row| (row.get(1), row.get(0))).collect();
        Ok(rows.iter().map(|row| ids.get(&*row.sha256).copied()).collect())
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
        Ok(())
    }

    fn lock(&mut self, invoices: &[i64]) -> Result<bool> {
        self.query("SELECT id FROM invoice WHERE id = ANY($1) ORDER BY id FOR UPDATE", &[&invoices])?;
        Ok(true)
    }
}
