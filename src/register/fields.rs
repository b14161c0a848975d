use std::time::SystemTime;

use toml_edit::{Item, TableLike};

use crate::error::{Error, Kind, Result};
use crate::values::Day;

/// In characters: a sentence or two.
const LONGEST: usize = 1000;

/// Words in the names of fields that nobody but a password's owner would write.
const SECRETIVE: [&str; 9] = ["password", "passwd", "pass", "passphrase", "pin", "secret", "haslo", "hasło", "value"];

/// The fields of one table of a register, each known by name.
pub(super) struct Fields<'t> {
    text: &'t str,
    table: &'t dyn TableLike,
    at: usize,
}

impl<'t> Fields<'t> {
    /// Takes a table that begins at a position of the text, if it has no field beside those `known`.
    pub(super) fn new(text: &'t str, table: &'t dyn TableLike, at: usize, known: &[&str]) -> Result<Self> {
        let fields = Self { text, table, at };
        match table.iter().map(|(name, _)| name).find(|name| !known.contains(name)) {
            Some(name) => Err(fields.unknown(name, known)),
            None => Ok(fields),
        }
    }

    fn unknown(&self, name: &str, known: &[&str]) -> Error {
        let line = self.line_of(name);
        if name.to_lowercase().split(['_', '-']).any(|word| SECRETIVE.contains(&word)) {
            return secret(line, &format!("the field {name:?} seems to hold a password"));
        }
        let meant = known.iter().find(|known| is_near(known, name));
        let meant = meant.map(|meant| format!(" (is {meant:?} meant?)")).unwrap_or_default();
        malformed(line, &format!("there is no field {name:?}{meant}"))
    }

    /// The line in which the table begins. Counted when there is something to tell, because counting reads the text.
    pub(super) fn line(&self) -> usize {
        line_at(self.text, self.at)
    }

    /// The line of the field's name, or of the table if there is no such field.
    pub(super) fn line_of(&self, name: &str) -> usize {
        line_at(self.text, self.position_of(name))
    }

    pub(super) fn position_of(&self, name: &str) -> usize {
        let (key, item) = self.table.get_key_value(name).unzip();
        let at = key.and_then(toml_edit::Key::span).or_else(|| item.and_then(Item::span));
        at.map_or(self.at, |at| at.start)
    }

    pub(super) fn item(&self, name: &str) -> Option<&'t Item> {
        self.table.get(name)
    }

    /// A text of one line, not empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>> {
        let Some(item) = self.item(name) else { return Ok(None) };
        let text = item.as_str().ok_or_else(|| self.wrong(name, "is a text in quotes"))?;
        if text.trim().is_empty() || text.chars().any(char::is_control) || text.chars().count() > LONGEST {
            return Err(self.wrong(name, "is one line of text, not empty, of at most 1000 characters"));
        }
        Ok(Some(text.to_owned()))
    }

    pub(super) fn required(&self, name: &str) -> Result<String> {
        self.text(name)?.ok_or_else(|| malformed(self.line(), &format!("the field {name:?} is missing")))
    }

    /// A text that `read` understands; what it is, in `what`.
    pub(super) fn parsed<T>(&self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        read(&self.required(name)?).ok_or_else(|| self.wrong(name, what))
    }

    /// A day, with quotes around it or without.
    pub(super) fn day(&self, name: &str) -> Result<Option<Day>> {
        let Some(item) = self.item(name) else { return Ok(None) };
        let text = item.as_datetime().map(ToString::to_string).or_else(|| item.as_str().map(str::to_owned));
        let day = text.and_then(|text| text.parse().ok());
        day.map(Some).ok_or_else(|| self.wrong(name, "is a day that exists, such as 2026-11-30"))
    }

    pub(super) fn time(&self, name: &str) -> Result<SystemTime> {
        let item = self.item(name).ok_or_else(|| malformed(self.line(), &format!("the field {name:?} is missing")))?;
        let time = item.as_datetime().and_then(|time| time.to_string().parse::<jiff::Timestamp>().ok());
        time.map(Into::into).ok_or_else(|| self.wrong(name, "is a moment, such as 2026-01-01T00:00:00Z"))
    }

    /// Never quotes what was found: it may be what should not be there.
    pub(super) fn wrong(&self, name: &str, what: &str) -> Error {
        malformed(self.line_of(name), &format!("{name:?} {what}"))
    }
}

/// Lines are counted from 1.
pub(super) fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count()
}

pub(super) fn malformed(line: usize, message: &str) -> Error {
    Error::new(Kind::RegisterMalformed, format!("line {line}: {message}"))
}

pub(super) fn secret(line: usize, message: &str) -> Error {
    Error::new(Kind::RegisterHoldsPassword, format!("line {line}: {message}"))
}

/// True for a slip of the finger: the same but for one letter added, left out or exchanged, or for dashes and capitals.
fn is_near(known: &str, name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    let same_start = known.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    let same_end = known.chars().rev().zip(name.chars().rev()).take_while(|(a, b)| a == b).count();
    let (known, name) = (known.chars().count(), name.chars().count());
    known.abs_diff(name) <= 1 && same_start + same_end + 1 >= known.max(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger() {
        for name in ["sytem", "systemm", "System", "sistem", "system"] {
            assert!(is_near("system", name), "{name}");
        }
        assert!(is_near("replace_by", "replace-by"));
        for name in ["systm1", "sys", "note", ""] {
            assert!(!is_near("system", name), "{name}");
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!([0, 1, 2, 3].map(|at| line_at("a\nb\nc", at)), [1, 1, 2, 2]);
    }
}
