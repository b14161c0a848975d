//! `ksef-qr book`: the book for people.

mod check;
mod due;
mod import;
mod list;
mod mark;
mod meant;
mod show;
mod statement;

use ksef_qr::book::Filter;

use crate::cli::book::{create, open, open_to_read};
use crate::cli::commands::book::list::Lines;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::Keeping;
use crate::cli::words::say::say;
use crate::cli::words::text::printable;

pub use due::due;

/// Runs a command.
pub fn run(settings: &Keeping) -> anyhow::Result<ExitStatus> {
    match settings {
        Keeping::Create(settings) => {
            let book = create(&settings.book, settings.environment, settings.now)?;
            let environment = book.environment().name();
            say!("{}: a new book of the environment {environment}", printable(book.place()));
            Ok(ExitStatus::Done)
        }
        Keeping::Import(settings) => import::run(settings),
        Keeping::Due(settings) => due::run(settings),
        Keeping::List(settings) => list::run(settings),
        Keeping::Show(settings) => show::run(settings),
        Keeping::Mark(settings) => mark::run(settings),
        Keeping::Check(settings) => check::run(settings),
        Keeping::Export(settings) => {
            let book = open_to_read(&settings.book, settings.now)?;
            let mut lines = Lines::default();
            book.each(&Filter::default(), &mut |entry| lines.push(&entry.to_json(book.environment(), true)))?;
            Ok(lines.end()?)
        }
        Keeping::Backup(settings) => {
            let book = open(&settings.book, settings.now)?;
            book.copy_to(&settings.file, settings.now)?;
            say!("{}: a copy of {}", printable(&settings.file.to_string_lossy()), printable(book.place()));
            Ok(ExitStatus::Done)
        }
    }
}
