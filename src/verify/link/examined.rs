//! What is wrong with a link that `Link::parse` refuses, each thing by its own code.

use super::address;
use super::check::{Check, quoted};
use super::codes::Code;
use super::parts::Parts;
use super::path;

/// No link is longer (see `link.rs`); with every character percent-encoded it is three times that.
const LONGEST: usize = 3 * 2048;

/// Takes a broken link apart as far as it goes. At least one check fails.
pub(super) fn explain(text: &str) -> (Parts, Vec<Check>) {
    let mut checks = Vec::new();
    let parts = parts(text, &mut checks);
    (parts, checks)
}

fn parts(text: &str, checks: &mut Vec<Check>) -> Parts {
    if text.len() > LONGEST {
        let reason = format!("the text has {} characters", text.len());
        checks.push(Check::fail(Code::LinkTooLong, reason));
        return Parts::default();
    }
    let whole: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect();
    let mut found = Vec::new();
    let Some(address) = address::read(&whole, &mut found) else {
        // Words have spaces; in what is no link they are no mistake.
        checks.append(&mut found);
        return Parts::default();
    };
    if whole.len() != text.len() {
        checks.push(Check::fail(Code::WhiteSpace, format!("{} holds white space", quoted(text))));
    }
    checks.append(&mut found);
    let mut parts = Parts { environment: address.environment, ..Parts::default() };
    path::read(&address, &mut parts, checks);
    parts
}
