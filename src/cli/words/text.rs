//! How text looks. Colours come and go with the terminal (anstream), words do not.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

use crate::cli::words::catalog::polish;
use crate::cli::words::language::{Language, language};

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
/// What is right.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What deserves a second look.
pub const ODD: Style = AnsiColor::Yellow.on_default().bold();

/// `1 invoice`, `2 invoices`; `5 faktur`.
pub fn counted(count: u64, noun: &str) -> String {
    match (language(), polish_noun(noun, count)) {
        (Language::Polish, Some(noun)) => format!("{count}\u{a0}{noun}"),
        _ => format!("{count} {noun}{}", if count == 1 { "" } else { "s" }),
    }
}

fn polish_noun(noun: &str, count: u64) -> Option<&'static str> {
    (language() == Language::Polish).then(|| polish().noun(noun, count))?
}

/// Text from outside, harmless on a terminal: an invoice's number or a file's name may hold escape sequences.
pub fn printable(text: &str) -> Cow<'_, str> {
    // Marks that reverse the direction of writing can make one name look like another.
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    match text.contains(steers) {
        true => Cow::Owned(text.chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_steers_the_terminal() {
        assert_eq!(printable("F/1\u{1b}[2J\n"), "F/1\u{FFFD}[2J\u{FFFD}");
        assert_eq!(printable("a\u{202E}b"), "a\u{FFFD}b");
        assert_eq!(printable("zażółć"), "zażółć");
    }

    #[test]
    fn one_and_several() {
        assert_eq!([counted(1, "invoice"), counted(2, "picture")], ["1 invoice", "2 pictures"]);
    }
}
