use super::facts::ConfirmationFacts;
use super::words::Words;
use crate::deadline::Mode;
use crate::invoice::{Buyer, Form};
use crate::link::Link;
use crate::paper::flow::{HeadedCode, Row};
use crate::paper::language::{Language, NO_BREAK};
use crate::render::Code;

/// What stands on a confirmation, from its top to its end, before anybody knows on which paper.
pub(super) struct Content<'a> {
    pub(super) title: &'static str,
    /// That it is not an invoice, and where the invoice is.
    pub(super) notes: [&'static str; 2],
    pub(super) facts: Vec<Row>,
    pub(super) codes: Vec<HeadedCode<'a>>,
    pub(super) to_download: &'static str,
    /// What the buyer has to type in for that.
    pub(super) needed: Vec<Row>,
    pub(super) mistakes: &'static str,
}

impl<'a> Content<'a> {
    pub(super) fn new(facts: &ConfirmationFacts<'_>, codes: &'a [Code], language: Language) -> Self {
        let words = Words::of(language);
        let where_it_is = if facts.ksef_number.is_some() { words.is_in_ksef } else { words.will_be_in_ksef };
        Self {
            title: words.title,
            notes: [words.no_invoice, where_it_is],
            facts: rows(facts, words, language),
            codes: codes.iter().map(|code| HeadedCode { heading: heading(code, words), code }).collect(),
            to_download: words.to_download,
            needed: needed(facts, words),
            mistakes: words.mistakes,
        }
    }
}

pub(in crate::paper) fn rows(facts: &ConfirmationFacts<'_>, words: &Words, language: Language) -> Vec<Row> {
    let is_rr = facts.form == Form::FaRr1;
    let document = match (is_rr, facts.is_correction) {
        (false, false) => words.invoice,
        (false, true) => words.correction,
        (true, false) => words.rr_invoice,
        (true, true) => words.rr_correction,
    };
    let seller = [facts.seller_name.map(str::to_owned), Some(format!("{} {}", words.nip, facts.seller))];
    let buyer = [facts.buyer_name.map(str::to_owned), Some(identifier(facts.buyer, words))];
    let mode = match facts.mode {
        Some(Mode::Offline24) => Some(words.offline24),
        Some(Mode::Unavailable { .. }) => Some(words.unavailable),
        Some(Mode::Failure { .. }) => Some(words.failure),
        // After a total failure there are no codes, and so no confirmation.
        Some(Mode::Total) | None => None,
    };
    let some = |name, value: Option<String>| value.map(|value| Row { name, value });
    [
        some(words.document, Some(document.to_owned())),
        some(words.number, Some(facts.number.to_owned())),
        some(words.issue_date, Some(facts.issue_date.to_string())),
        some(if is_rr { words.farmer } else { words.seller }, Some(both(seller))),
        some(words.buyer, Some(both(buyer))),
        some(words.total, total(facts, |total| language.money(total))),
        some(words.mode, mode.map(str::to_owned)),
        some(words.ksef_number, facts.ksef_number.map(ToString::to_string)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn needed(facts: &ConfirmationFacts<'_>, words: &Words) -> Vec<Row> {
    let some = |name, value: Option<String>| value.map(|value| Row { name, value });
    [
        some(words.number, Some(facts.number.to_owned())),
        some(words.buyer_id, Some(identifier(facts.buyer, words))),
        // To be typed in, as the invoice writes it.
        some(words.total, total(facts, str::to_owned)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A name and a number, one under the other.
fn both(lines: [Option<String>; 2]) -> String {
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn identifier(buyer: &Buyer, words: &Words) -> String {
    match buyer {
        Buyer::Nip(nip) => format!("{} {nip}", words.nip),
        Buyer::EuVat(number) => format!("{} {number}", words.eu_vat),
        Buyer::Other(id) => format!("{} {id}", words.other_id),
        Buyer::Unidentified => words.no_id.to_owned(),
    }
}

fn total(facts: &ConfirmationFacts<'_>, written: impl Fn(&str) -> String) -> Option<String> {
    facts.total.map(|total| match facts.currency {
        Some(currency) => format!("{}{NO_BREAK}{currency}", written(total)),
        None => written(total),
    })
}

pub(in crate::paper) fn heading(code: &Code, words: &Words) -> &'static str {
    match Link::parse(code.link()) {
        Ok(Link::Kod2(_)) => words.kod2,
        _ => words.kod1,
    }
}
