use std::sync::Arc;

use crate::book::Book;

/// The book that a run keeps.
#[derive(Debug)]
#[non_exhaustive]
pub struct Bookkeeping {
    /// Where every invoice is looked up and entered.
    pub book: Arc<Book>,
    /// Who enters them, for people: `sign`.
    pub cause: String,
}

impl Bookkeeping {
    /// Of a run that this is the cause of.
    pub fn new(book: impl Into<Arc<Book>>, cause: impl Into<String>) -> Self {
        Self { book: book.into(), cause: cause.into() }
    }
}
