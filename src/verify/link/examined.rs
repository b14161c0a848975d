//! A link taken apart; and, of one that [`Link::parse`] refuses, each thing that is wrong with it.

use super::address;
use super::facts::{CodeKind, LinkFacts};
use super::path;
use crate::error::CheckCode;
use crate::link::Link;
use crate::report::quoted;
use crate::verify::report::Check;

/// No link is longer (see `link.rs`); with every character percent-encoded it is three times that.
const LONGEST: usize = 3 * 2048;

/// A link taken apart, and how it is spelled.
#[derive(Debug)]
pub(in crate::verify) struct Examined {
    pub(in crate::verify) text: String,
    pub(in crate::verify) facts: LinkFacts,
    pub(in crate::verify) checks: Vec<Check>,
}

impl Examined {
    pub(in crate::verify) fn of(text: &str) -> Self {
        let (facts, checks) = match Link::parse(text) {
            Ok(link) => {
                let facts = LinkFacts::of(&link);
                let kind = facts.kind.map_or("link", CodeKind::name);
                let host = facts.environment.unwrap_or_default().host();
                let checks = vec![Check::ok(CheckCode::LinkForm, format!("a well-formed {kind}, leading to {host}"))];
                (facts, checks)
            }
            Err(error) => {
                let mut checks = Vec::new();
                let facts = explain(text, &mut checks);
                if checks.is_empty() {
                    checks.push(Check::fail(CheckCode::LinkMalformed, error.message()));
                }
                (facts, checks)
            }
        };
        Self { text: text.to_owned(), facts, checks }
    }

    /// True if the text names neither a host of KSeF nor one of its paths.
    pub(in crate::verify) fn is_foreign(&self) -> bool {
        let LinkFacts { kind, environment, .. } = &self.facts;
        kind.is_none() && environment.is_none() && !self.text.to_ascii_lowercase().contains("ksef")
    }
}

/// What stands around a link in a program or a text, and is taken along with it.
const AROUND: &[char] = &['"', '\'', '`', '<', '>', '(', ')', '[', ']', ',', ';', '„', '”', '“', '‘', '’', '«', '»'];

/// The link without what stands around it in a text, and with slashes as they are.
fn bare(text: &str, checks: &mut Vec<Check>) -> String {
    // In a JSON text that stands in another, quotes are escaped too.
    let inner = text.trim_matches(|sign| AROUND.contains(&sign) || sign == '\\');
    if inner.len() != text.len() {
        checks.push(Check::fail(CheckCode::LinkQuoted, format!("the link stands as {}", quoted(text))));
    }
    let unescaped = [r"\/", r"\u002f", r"\u002F"].iter().fold(inner.to_owned(), |text, slash| text.replace(slash, "/"));
    if unescaped.len() != inner.len() {
        let written = if inner.contains(r"\u002") { r"\u002f" } else { r"\/" };
        let reason = format!("the slashes are written {written}, as PHP and JSON write them");
        checks.push(Check::fail(CheckCode::SlashesEscaped, reason));
    }
    unescaped
}

/// Takes a broken link apart as far as it goes.
fn explain(text: &str, checks: &mut Vec<Check>) -> LinkFacts {
    if text.len() > LONGEST {
        let reason = format!("the text has {} characters", text.len());
        checks.push(Check::fail(CheckCode::LinkTooLong, reason));
        return LinkFacts::default();
    }
    let whole: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect();
    let mut found = Vec::new();
    let has_spaces = whole.len() != text.len();
    let whole = bare(&whole, &mut found);
    let Some(address) = address::read(&whole, &mut found) else {
        // Words have spaces; in what is not a link they are no mistake.
        checks.append(&mut found);
        return LinkFacts::default();
    };
    if has_spaces {
        checks.push(Check::fail(CheckCode::WhiteSpace, format!("{} holds white space", quoted(text))));
    }
    checks.append(&mut found);
    let mut facts = LinkFacts { environment: address.environment, ..LinkFacts::default() };
    path::read(&address, &mut facts, checks);
    facts
}
