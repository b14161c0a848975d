use std::path::PathBuf;

use anyhow::bail;
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
    /// A book that must be there: one that is named, or the only one of this folder.
    ///
    /// # Errors
    /// `book_address`; usage, if there is none or several.
    pub fn of_folder(args: BookArgs) -> anyhow::Result<Self> {
        let password_file = args.book_password_file.clone();
        if let Some(named) = Self::from_args(args)? {
            return Ok(named);
        }
        let is_book = |path: &PathBuf| path.extension().is_some_and(|end| end == "book") && path.is_file();
        let mut found: Vec<PathBuf> =
            std::fs::read_dir(".").into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_book).collect();
        found.sort();
        match &found[..] {
            [only] => {
                let place = Place::File(only.strip_prefix(".").unwrap_or(only).to_owned());
                Ok(Self { place, password_file })
            }
            [] => bail!(
                "say which book: --book PLACE or the variable {BOOK_VARIABLE}; there is no *.book file in this folder (`ksef-qr \
                 book create` makes one)"
            ),
            _ => bail!(
                "say which book: --book PLACE or the variable {BOOK_VARIABLE}; this folder has {} of them",
                found.len()
            ),
        }
    }

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
