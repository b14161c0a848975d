//! The book of invoices, as options name it.

use std::time::SystemTime;

use ksef_qr::Environment;
use ksef_qr::book::{Book, Place};

use crate::cli::settings::BookPlace;

/// Opens a book that is there.
pub fn open(place: &BookPlace, now: SystemTime) -> anyhow::Result<Book> {
    Ok(Book::open(&with_password(place)?, now)?)
}

/// Opens a book that is there, to read it: the right to write in it is not needed.
pub fn open_to_read(place: &BookPlace, now: SystemTime) -> anyhow::Result<Book> {
    Ok(Book::open_to_read(&with_password(place)?, now)?)
}

/// Makes a new one.
pub fn create(place: &BookPlace, environment: Environment, now: SystemTime) -> anyhow::Result<Book> {
    Ok(Book::create(&with_password(place)?, environment, now)?)
}

fn with_password(place: &BookPlace) -> anyhow::Result<Place> {
    Ok(place.place.clone().with_password_of(place.password_file.as_deref())?)
}
