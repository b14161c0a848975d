//! What the codes mean: one of them, a list of all, and the page `docs/codes.md`.

use std::fmt::Write as _;

use ksef_qr::Error;
use ksef_qr::error::{Class, ErrorGroup, ErrorKind, Explanation, explain, explanations};

use crate::cli::exit::ExitStatus;
use crate::cli::words::hints;
use crate::cli::words::say::{print, translated, words};
use crate::cli::words::text::{BOLD, DIM};

/// How many similar codes are named where there is none of that name.
const MOST_SIMILAR: usize = 5;

/// Prints what a code means, or all codes.
pub fn run(code: Option<&str>, markdown: bool) -> anyhow::Result<ExitStatus> {
    let text = match code {
        Some(code) => one(code)?,
        None if markdown => self::markdown(),
        None => list(),
    };
    print(text.as_bytes())
}

/// All that a code can mean: the same code may be an error here and a warning there.
fn one(asked: &str) -> Result<String, Error> {
    let code = plain(asked);
    let mut text = String::new();
    for explanation in explain(&code) {
        if !text.is_empty() {
            text.push('\n');
        }
        let class = explanation.class;
        _ = writeln!(text, "{BOLD}{code}{BOLD:#}  {DIM}{}{DIM:#}", translated(place(class)));
        _ = writeln!(text, "  {}", translated(explanation.meaning));
        _ = writeln!(text, "{}", words!("  What to do: {}", translated(hints::explained(&explanation))));
        if let Class::Error(kind) = class
            && let Some(rule) = hints::rule(kind)
        {
            _ = writeln!(text, "{}", words!("  To sign all the same: --allow {rule}"));
        }
    }
    if text.is_empty() { Err(unknown(asked, &code)) } else { Ok(text) }
}

/// As it may be copied: in brackets or quotes, in capitals, with dashes.
fn plain(asked: &str) -> String {
    let asked = asked.trim_matches(|c: char| c.is_whitespace() || "[]()\"'`,.:;".contains(c));
    asked.to_lowercase().replace(['-', ' '], "_")
}

fn unknown(asked: &str, code: &str) -> Error {
    let similar = similar(code).join(", ");
    let message = match &*similar {
        "" => format!("there is no code {asked:?}"),
        similar => format!("there is no code {asked:?}; similar are {similar}"),
    };
    Error::new(ErrorKind::CodeUnknown, message)
}

/// Codes that were perhaps meant, the most similar first.
fn similar(code: &str) -> Vec<&'static str> {
    let mut codes: Vec<(usize, &str)> =
        explanations().filter_map(|known| Some((difference(code, known.code)?, known.code))).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().take(MOST_SIMILAR).map(|(_, code)| code).collect()
}

/// How far a code is from the one that is asked for, or from some words of it; `None` if it is another.
fn difference(asked: &str, code: &str) -> Option<usize> {
    let is_part = asked.len() >= 3 && code.contains(asked);
    let starts = std::iter::once(0).chain(code.match_indices('_').map(|(at, _)| at + 1));
    let ends = || code.match_indices('_').map(|(at, _)| at).chain([code.len()]);
    let parts = starts.flat_map(|start| ends().filter(move |end| *end > start).map(move |end| &code[start..end]));
    // A third of the letters may be wrong. Of what is left out, each letter counts, but little.
    let close = parts.map(|part| (distance(asked, part), part.len())).filter(|(wrong, length)| wrong * 3 <= *length);
    let nearest = close.map(|(wrong, length)| 8 * wrong + code.len() - length).min();
    nearest.or(is_part.then(|| code.len() - asked.len()))
}

/// How many letters are to be put in, left out or changed to make one of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    // Nothing is similar to what is longer than any code.
    const LONGEST: usize = 64;
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().take(LONGEST).enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, of_other) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *of_other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// Where a code comes from, in a few words.
fn place(class: Class) -> &'static str {
    match class {
        Class::Error(kind) => match kind.group() {
            ErrorGroup::Invoice => "error, or found by check",
            ErrorGroup::Credential => "error, or found by cert check",
            _ => "error",
        },
        Class::Warning(_) => "warning",
        Class::Verify => "looked at or found by verify",
        _ => "looked at by cert check",
    }
}

/// The heading that a code stands under where all are listed.
fn heading(class: Class) -> &'static str {
    match class {
        Class::Error(kind) => match kind.group() {
            ErrorGroup::Invoice => "Errors: invoices, PDFs and their codes",
            ErrorGroup::Credential => "Errors: certificates, keys, passwords, the register",
            ErrorGroup::Value => "Errors: values and options",
            ErrorGroup::Io => "Errors: files",
            _ => "Errors: the program itself",
        },
        Class::Warning(_) => "Warnings",
        Class::Verify => "What verify looks at, and what it finds",
        _ => "What cert check looks at",
    }
}

/// By heading, in the order of the registry.
fn sections() -> Vec<(&'static str, Vec<Explanation>)> {
    let mut sections: Vec<(&str, Vec<Explanation>)> = Vec::new();
    for explanation in explanations() {
        let heading = heading(explanation.class);
        match sections.last_mut() {
            Some((last, codes)) if *last == heading => codes.push(explanation),
            _ => sections.push((heading, vec![explanation])),
        }
    }
    sections
}

fn list() -> String {
    let mut text = String::new();
    for (heading, codes) in sections() {
        _ = writeln!(text, "{BOLD}{}{BOLD:#}", translated(heading));
        let width = codes.iter().map(|known| known.code.len()).max().unwrap_or_default();
        for Explanation { code, meaning, .. } in codes {
            _ = writeln!(text, "  {code:width$}  {}", translated(meaning));
        }
        text.push('\n');
    }
    text.push_str(&words!("What to do about one of them: ksef-qr explain CODE"));
    text.push('\n');
    text
}

fn markdown() -> String {
    let mut text = String::from(
        "# Codes\n\n\
         <!-- Made by `ksef-qr explain --markdown > docs/codes.md`. The texts stand in src/error and src/cli/words/hints.rs. -->\n\n\
         Every refusal, warning and finding has a code of its own. It stands in brackets behind the message, and in \
         JSON as `code`; codes stay what they are from version to version, and new ones are added. \
         `ksef-qr explain CODE` says the same as this page.\n\n\
         What `ksef-qr check` finds has codes of errors of invoices, what `ksef-qr cert check` finds amiss those of \
         certificates.\n",
    );
    // What looks like a tag is not to be one, and a bar would end the cell.
    let cell = |text: &str| text.replace('<', "&lt;").replace('|', "\\|");
    for (heading, codes) in sections() {
        _ = write!(text, "\n## {heading}\n\n| code | what it means | what to do |\n|---|---|---|\n");
        for known in codes {
            let (meaning, hint) = (cell(known.meaning), cell(hints::explained(&known)));
            _ = writeln!(text, "| `{}` | {meaning} | {hint} |", known.code);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("password_wrong", "password_wrong"), 0);
        assert_eq!(distance("pasword_wrnog", "password_wrong"), 3);
        assert_eq!([distance("", "abc"), distance("abc", ""), distance("kitten", "sitting")], [3, 3, 3]);
    }

    #[test]
    fn a_code_is_found_as_it_was_copied() {
        for copied in ["password_wrong", "[password_wrong]", "PASSWORD-WRONG", "\"password_wrong\",", "password wrong"]
        {
            assert_eq!(plain(copied), "password_wrong");
        }
    }

    #[test]
    fn what_is_similar_is_named() {
        assert_eq!(similar("pasword_wrong")[0], "password_wrong");
        assert!(similar("password").contains(&"password_missing"));
        assert!(similar("pasword").contains(&"password_wrong"));
        assert_eq!(similar("certificate_is_authority")[0], "certificate_is_authority");
        assert!(similar("xyzzy").is_empty());
        assert!(similar("").is_empty());
    }

    #[test]
    fn every_code_stands_under_one_heading() {
        let headings: Vec<&str> = sections().iter().map(|(heading, _)| *heading).collect();
        let mut unique = headings.clone();
        unique.dedup();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), headings.len(), "{headings:?}");
    }
}
