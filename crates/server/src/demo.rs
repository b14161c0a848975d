//! All of it with a throwaway certificate, for the machine it runs on.

use std::sync::Arc;
use std::time::SystemTime;

use ksef_qr::book::{Book, Place};
use ksef_qr::{Conditions, Credential, Environment, Issuer, Result};

use crate::app::App;
use crate::desk::{Caller, Desk, Settings, Signers};
use crate::keys::{Key, Keys};

/// Test data of the project: a key that everybody has.
const CERTIFICATE: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.crt");
const KEY: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.key");
const PASSWORD: &[u8] = include_bytes!("../../../fixtures/keys/password.txt");

/// A service for everybody on this machine, in the test environment, with a book in `folder`.
///
/// # Errors
/// Those of the book.
pub fn app(folder: &std::path::Path) -> Result<App> {
    let now = SystemTime::now();
    let conditions = Conditions::new(Environment::Test, now);
    let credential = Credential::from_bytes(CERTIFICATE, KEY, Some(PASSWORD.trim_ascii_end()), &conditions)?;
    let book = Book::create(&Place::File(folder.join("demo.book")), Environment::Test, now)?;
    let signers = Signers::one(Issuer::new(credential)?);
    let desk = Desk::new(Settings { signers, book: Some(book), schemas: None, clock: SystemTime::now })?;
    let mut app = App::new(desk, Keys::default());
    app.is_local = true;
    app.guest = Some(Arc::new(Key::of_caller(Caller::anything("demo"))));
    Ok(app)
}
