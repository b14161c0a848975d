//! What a database must be able to do for the book. What it means, `book` knows.

use crate::book::entry::InvoiceRow;
use crate::book::event::EventRow;
use crate::error::Result;
use crate::values::Environment;

/// A row of an invoice by the number that it has in the database.
pub(in crate::book) type Numbered<R> = (i64, R);

/// An invoice with its events, as rows.
pub(in crate::book) type FoundRow = (Numbered<InvoiceRow>, Vec<EventRow>);

/// Which invoices to read.
#[derive(Clone, Debug, Default)]
pub(in crate::book) struct Selection {
    /// Only those that KSeF may still have to get. Some that it need not may be among them.
    pub(in crate::book) is_open: bool,
    pub(in crate::book) seller: Option<String>,
    pub(in crate::book) number: Option<String>,
    /// The first and the last issue date, as `2026-06-15`.
    pub(in crate::book) issued_from: Option<String>,
    pub(in crate::book) issued_to: Option<String>,
}

/// A database, open for reading.
pub(in crate::book) trait Store: Send {
    /// Which KSeF the invoices are for.
    fn environment(&self) -> Environment;

    /// Where it is, without a password.
    fn place(&self) -> &str;

    /// Reads and writes in one transaction. What `work` returns is kept, unless it is an error. It may be called again, if
    /// another program was in the way.
    fn transaction(&mut self, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()>;

    /// Reads without keeping anybody out.
    fn rows(&mut self, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()>;

    /// Gives the invoices of a selection, in the order in which they were entered, as of one moment, until `each` returns
    /// false.
    fn select(&mut self, selection: &Selection, each: &mut dyn FnMut(FoundRow) -> Result<bool>) -> Result<()>;

    /// Whether the database itself finds itself whole; what it says if it does not.
    fn check(&mut self) -> Result<Vec<String>>;
}

/// The rows, within a transaction or outside of one.
pub(in crate::book) trait Rows {
    /// The invoices with these digests and their events; in any order, and those that are there.
    fn by_digest(&mut self, digests: &[&str]) -> Result<Vec<FoundRow>>;

    /// The digests that have this number, oldest first: of `(seller, kind, number)`.
    fn by_number(&mut self, numbers: &[(&str, &str, &str)]) -> Result<Vec<Vec<(i64, String)>>>;

    /// The digests of the invoices that have one of these KSeF numbers, each with its number.
    fn by_ksef_number(&mut self, numbers: &[&str]) -> Result<Vec<(String, String)>>;

    /// Enters invoices. None for one that is there already: its digest, or its number with its copy.
    fn insert_invoices(&mut self, rows: &[InvoiceRow]) -> Result<Vec<Option<i64>>>;

    /// Enters events, each with its invoice, and keeps the list of those that are open.
    fn insert_events(&mut self, rows: &[(i64, EventRow)]) -> Result<()>;

    /// Enters that codes were drawn, each with its digest; not for an invoice that was annulled or is not there, nor for one
    /// that has the same event. How many were entered.
    fn insert_drawn(&mut self, rows: &[(String, EventRow)]) -> Result<usize>;

    /// Keeps others from adding events to these invoices until the transaction ends. True if they may have done so before:
    /// what was read of them is to be read again.
    fn lock(&mut self, invoices: &[i64]) -> Result<bool>;
}
