//! The book of invoices, as options name it.

use std::time::SystemTime;

use ksef_qr::Environment;
use ksef_qr::book::{Book, Place};

#[cfg(feature = "postgres")]
use crate::cli::credential::secret::Secret;
use crate::cli::settings::BookPlace;

/// Where the password of the database's user is looked for, in this order.
#[cfg(feature = "postgres")]
const PASSWORD_VARIABLES: [&str; 2] = ["KSEF_QR_BOOK_PASSWORD", "PGPASSWORD"];

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

#[cfg_attr(not(feature = "postgres"), expect(clippy::unnecessary_wraps, reason = "a server may have a password"))]
fn with_password(place: &BookPlace) -> anyhow::Result<Place> {
    match &place.place {
        #[cfg(feature = "postgres")]
        Place::Server(address) => {
            let mut secret = place.password_file.as_deref().map(Secret::from_file).transpose()?;
            for name in PASSWORD_VARIABLES {
                if secret.is_none() {
                    secret = Secret::from_variable(name)?;
                }
            }
            let address = address.clone();
            Ok(Place::Server(match secret {
                Some(secret) => address.with_password(&secret.into_bytes()),
                None => address,
            }))
        }
        file => Ok(file.clone()),
    }
}
