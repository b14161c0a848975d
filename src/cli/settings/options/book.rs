use std::path::PathBuf;

use ksef_qr::book::Place;

use crate::cli::args::BookArgs;

/// The variable that says where the book is, where no option does.
pub const BOOK_VARIABLE: &str = "KSEF_QR_BOOK";

/// Where a book is, and where the password to it is.
#[derive(Clone, Debug)]
pub struct BookPlace {
    pub place: Place,
    pub password_file: Option<PathBuf>,
}

impl BookPlace {
    /// None if neither an option nor the variable says it.
    ///
    /// # Errors
    /// `book_address`.
    pub fn from_args(args: BookArgs) -> anyhow::Result<Option<Self>> {
        let named = args.book.or_else(|| std::env::var(BOOK_VARIABLE).ok().filter(|place| !place.is_empty()));
        let Some(text) = named else { return Ok(None) };
        Ok(Some(Self { place: Place::parse(&text)?, password_file: args.book_password_file }))
    }
}
