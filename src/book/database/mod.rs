//! The databases that a book may be in, and their tables.

#[cfg(feature = "postgres")]
mod postgres;
mod schema;
mod sqlite;
mod sqlite_file;
mod store;

#[cfg(feature = "postgres")]
pub(super) use postgres::{Postgres, failed};
pub(super) use sqlite::Sqlite;
pub(super) use store::{FoundRow, Rows, Selection, Store};
