//! `ksef-qr book list`: a table, for people, for spreadsheets, for programs.

use ksef_qr::book::{COLUMNS, Entry, GUARDED, SendBy, State};
use ksef_qr::deadline::Calendar;
use ksef_qr::{Environment, Error};

use crate::cli::book::open_to_read;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{BookList, ListForm};
use crate::cli::words::say::{print, translated, words};
use crate::cli::words::text::{DIM, printable};

/// In bytes: so much is written at once.
const AT_ONCE: usize = 1 << 16;

/// Lines on standard output, many at a time.
#[derive(Default)]
pub struct Lines(String);

impl Lines {
    /// # Errors
    /// If standard output cannot be written.
    pub fn push(&mut self, line: &str) -> ksef_qr::Result<bool> {
        self.0 += line;
        self.0.push('\n');
        if self.0.len() >= AT_ONCE { self.flush().map(|_| true) } else { Ok(true) }
    }

    fn flush(&mut self) -> ksef_qr::Result<ExitStatus> {
        let written = print(self.0.as_bytes());
        self.0.clear();
        written.map_err(|error| {
            error
                .downcast()
                .unwrap_or_else(|error| Error::new(ksef_qr::error::ErrorKind::OutputUnwritable, error.to_string()))
        })
    }

    /// # Errors
    /// As [`push`](Self::push).
    pub fn end(mut self) -> ksef_qr::Result<ExitStatus> {
        self.flush()
    }
}

pub fn run(settings: &BookList) -> anyhow::Result<ExitStatus> {
    let book = open_to_read(&settings.book, settings.now)?;
    let environment = book.environment();
    let mut lines = Lines::default();
    match settings.form {
        ListForm::Csv => lines.push(&format!("\u{FEFF}{}\r", COLUMNS.join(";")))?,
        ListForm::Table | ListForm::Json => true,
    };
    let mut count = 0_u64;
    book.each(&settings.filter, &mut |entry| {
        count += 1;
        lines.push(&match settings.form {
            ListForm::Json => entry.to_json(environment, false),
            ListForm::Csv => row(&entry, environment),
            ListForm::Table if count == 1 => format!("{}\n{}", heading(), in_words(&entry)),
            ListForm::Table => in_words(&entry),
        })
    })?;
    if count == 0 && settings.form == ListForm::Table {
        lines.push(&words!("no such invoice"))?;
    }
    Ok(lines.end()?)
}

fn heading() -> String {
    format!(
        "{DIM}{:<10} {:<11} {:<10} {:<10} {:<35} {}{DIM:#}",
        translated("state"),
        translated("send by"),
        translated("issued"),
        translated("seller"),
        translated("KSeF number"),
        translated("number")
    )
}

fn in_words(entry: &Entry) -> String {
    let facts = &entry.facts;
    let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let send_by = match entry.due(&Calendar::default()).filter(|_| entry.corrects().is_none()) {
        Some(SendBy::Day(day)) => day.to_string(),
        // As `due` has it, if nobody said why the invoice was issued offline.
        Some(SendBy::AtFirst(day)) => format!("{day}?"),
        _ => "-".to_owned(),
    };
    let number = text(entry.ksef_number().map(ToString::to_string));
    let state = entry.state().name().replace('_', " ");
    let state = translated(&state);
    let issued = facts.issue_date.to_string();
    format!(
        "{state:<10} {send_by:<11} {issued:<10} {:<10} {number:<35} {}",
        facts.seller.as_str(),
        printable(&facts.number)
    )
}

/// A row of a table, in the order of its columns, with the carriage return that spreadsheets write.
fn row(entry: &Entry, environment: Environment) -> String {
    let facts = &entry.facts;
    let refusal = if let State::Refused(reason) = entry.state() { Some(reason) } else { None };
    let cells: [Option<String>; COLUMNS.len()] = [
        Some(entry.state().name().to_owned()),
        entry.send_by().map(|day| day.to_string()),
        Some(facts.seller.to_string()),
        facts.kind.clone(),
        Some(facts.number.clone()),
        Some(facts.issue_date.to_string()),
        entry.ksef_number().map(ToString::to_string),
        Some(facts.hash.base64()),
        facts.buyer.clone(),
        Some(facts.form.clone()),
        entry.mode().map(str::to_owned),
        refusal,
        entry.events.first().and_then(|event| jiff::Timestamp::try_from(event.at).ok()).map(|at| at.to_string()),
        Some(facts.kod1(environment).to_string()),
        entry.kod2().map(|kod2| kod2.url.clone()),
    ];
    let cells = cells.map(|cell| cell.map(|text| quoted(&text)).unwrap_or_default());
    cells.join(";") + "\r"
}

/// A cell that is text, whatever a spreadsheet thinks of it.
fn quoted(text: &str) -> String {
    let text = printable(text);
    let guard = if text.starts_with(GUARDED) { "'" } else { "" };
    match text.contains(['"', ';', ',']) {
        true => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
        false => format!("{guard}{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("F/1", "F/1"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1;A2)", "\"'@SUM(A1;A2)\""),
            ("a\"b", "\"a\"\"b\""),
            ("\t=1", "\u{FFFD}=1"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
