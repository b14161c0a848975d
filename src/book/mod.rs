//! The book of invoices: for each one issued, which codes it has, by when KSeF must have it, what KSeF said of it.
//!
//! A book is a database: a file ([`Place::File`], SQLite) or a schema in a PostgreSQL server, for several tills or offices
//! over one book (`Place::Server`, feature `postgres`). Events are added to it, and nothing is ever changed or taken out:
//! the [`State`] of an invoice follows from what happened to it.
//!
//! ```
//! use ksef_qr::book::{Book, Facts, Found, NewEntry, Place};
//! # use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
//! # let folder = std::env::temp_dir().join(format!("ksef-qr-book-{}", std::process::id()));
//! # let now = std::time::SystemTime::now();
//! # let place = Place::File(folder.clone());
//! # let issuer = Issuer::new(Credential::from_bytes(certificate, key, Some(password), &Conditions::new(Environment::Test, now))?)?;
//! let book = Book::create(&place, Environment::Test, now)?;
//! let invoice = Invoice::read(xml)?;
//! let facts = Facts::from(&invoice);
//! // Whoever comes first signs; whoever comes later gets the same codes.
//! if book.look_up(&[&facts])? == [Found::New] {
//!     let new = NewEntry::signed(facts, &issuer.sign(&invoice)?, now, "an example");
//!     assert_eq!(book.enter(&[&new])?, [Found::New]);
//! }
//! let entry = book.find(invoice.hash())?.expect("it was entered");
//! assert_eq!(entry.state().name(), "issued");
//! assert!(entry.kod2().is_some());
//! # drop(book);
//! # for end in ["", "-wal", "-shm"] { std::fs::remove_file(format!("{}{end}", folder.display())).ok(); }
//! # Ok(())
//! # }
//! ```
//!
//! # The files
//!
//! | file | holds |
//! |---|---|
//! | `book` | [`Book`], open: what callers ask and enter |
//! | `transaction` | what that means in rows, the same on both databases |
//! | `entry`, `event` | an invoice, what happened to it, the state that follows |
//! | `answers`, `number_table`, `manifests`, `export` | what is read into it, and out of it again |
//! | `said` | what was said of an invoice, and what came of it, as JSON |
//! | `calendar` | days for sending, as a calendar |
//! | `address` | where it is |
//! | `database` | SQLite and PostgreSQL, and their tables |
//!
//! # The tables
//!
//! They may be read by others with plain SQL; see `docs/book.md`. Nobody but this module writes in them.

mod address;
mod answers;
#[expect(clippy::module_inception, reason = "the noun of this room")]
mod book;
mod calendar;
mod corrections;
mod database;
mod due;
mod entry;
mod event;
mod export;
mod manifests;
mod number_table;
mod said;
mod transaction;

pub use address::Place;
#[cfg(feature = "postgres")]
pub use address::{PASSWORD_VARIABLES, ServerAddress};
pub use answers::{SendBy, Statement};
pub use book::{Book, Filter};
pub use calendar::SendingDays;
pub use due::Due;
pub use entry::{Entry, Facts, State};
pub use event::{Event, Happening, IssuedKod2};
pub use manifests::FormerEntry;
pub use number_table::{COLUMNS, GUARDED, InvoiceKey, NumberedInvoice};
pub use said::Said;
pub use transaction::{Found, NewEntry, Recorded};
