//! The command, as people and programs run it: one file for each concern; `cmd.rs` runs the cases of `tests/cmd`.

#[path = "../common/mod.rs"]
mod common;

mod archives;
mod batch;
mod book;
mod book_for_people;
mod book_kills;
mod cert_check;
mod check;
mod cmd;
mod correct;
mod documents;
mod durable;
mod explain;
mod failures;
mod inputs;
mod keys;
mod numbers;
mod offices;
mod outage;
mod overwrite;
mod pdf_mismatch;
mod pictures_pdf;
mod polish;
mod printing;
mod register_fill;
mod replacement;
mod resume;
mod scanner;
mod schemas;
mod secrets;
mod settings_kept;
mod unchanged;
mod upo;
mod verify;
mod verify_by_book;
mod watch;
