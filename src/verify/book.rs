//! A link beside the book of invoices: what became of the invoice, and whether the code is the one that the book has.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::SystemTime;

use super::link::facts::{CodeKind, LinkFacts};
use super::report::Check;
use crate::book::{Book, Entry, Happening, SendBy, State};
use crate::deadline::Calendar;
use crate::error::CheckCode;
use crate::link::Link;
use crate::values::{Day, Environment, InvoiceHash};

/// What the book has beside a link.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) checks: Vec<Check>,
    /// The technical correction of the link's invoice, and what is to be said where the invoice at hand is that one.
    pub(super) correction: Option<(InvoiceHash, String)>,
}

/// Whether somebody may be told of an invoice.
type Sees = dyn Fn(&Entry) -> bool + Send + Sync;

/// A book, as somebody sees it.
pub(super) struct SeenBook {
    pub(super) book: Arc<Book>,
    /// Which invoices they may be told of; all if there is none.
    pub(super) sees: Option<Box<Sees>>,
}

impl fmt::Debug for SeenBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenBook").field("book", &self.book).finish_non_exhaustive()
    }
}

impl SeenBook {
    /// Looks a link up.
    pub(super) fn look_up(&self, link: &LinkFacts, now: SystemTime) -> Known {
        let (Some(kind), Some(hash)) = (link.kind, &link.hash) else { return Known::default() };
        let sees = |entry: &Entry| self.sees.as_ref().is_none_or(|sees| sees(entry));
        let entry = match self.book.find(hash) {
            Ok(Some(entry)) if sees(&entry) => entry,
            // What may not be told of is answered as what is not there.
            Ok(_) => {
                let reason = match self.sees {
                    None => "the book has no invoice with this digest",
                    Some(_) => "among those that you may see, the book has no invoice with this digest",
                };
                return Known { checks: vec![Check::not_checked(CheckCode::BookEntry, reason)], correction: None };
            }
            Err(error) => {
                let reason = format!("the book cannot be asked: {}", error.message());
                return Known { checks: vec![Check::fail(CheckCode::BookEntry, reason)], correction: None };
            }
        };
        let mut checks = vec![state(&entry, now)];
        checks.push(match kind {
            CodeKind::Kod1 => kod1(link, &entry, self.book.environment()),
            CodeKind::Kod2 => kod2(link, &entry),
        });
        let correction = corrected_by(&entry).map(|by| (by, of_correction(&entry)));
        Known { checks, correction }
    }
}

/// The file in its place: entered by us, or named by KSeF.
fn corrected_by(entry: &Entry) -> Option<InvoiceHash> {
    let named = |happening: &Happening| match happening {
        Happening::Accepted { corrected_by, .. } => *corrected_by,
        _ => None,
    };
    entry.corrected_by().or_else(|| entry.events.iter().find_map(|event| named(&event.what)))
}

/// Why the codes of the first file lead to its technical correction.
fn of_correction(entry: &Entry) -> String {
    match entry.ksef_number() {
        Some(number) => format!("KSeF took it, as {number}, and this code leads to it"),
        None => "once KSeF takes it, this code leads to it".to_owned(),
    }
}

fn state(entry: &Entry, now: SystemTime) -> Check {
    let number = &entry.facts.number;
    let what = match entry.state() {
        State::Annulled => {
            return Check::fail(CheckCode::BookAnnulled, format!("in the book {number} is annulled"));
        }
        State::Linked => "has KOD I alone".to_owned(),
        State::Issued => "is issued, and not sent".to_owned(),
        State::Sent => "is sent, and has no KSeF number yet".to_owned(),
        State::Refused(reason) if reason.is_empty() => "is refused by KSeF".to_owned(),
        State::Refused(reason) => format!("is refused by KSeF ({reason})"),
        State::Corrected(by) => {
            let by = by.base64();
            match entry.was("refused") {
                true => format!(
                    "is refused by KSeF, and its technical correction, the file with the digest {by}, has no number yet"
                ),
                false => format!("has a technical correction, the file with the digest {by}, which has no number yet"),
            }
        }
        State::Correction(first) => {
            let first = first.base64();
            format!("is the technical correction of the file with the digest {first}, and has no KSeF number yet")
        }
        State::Accepted(ksef_number) => match corrected_by(entry) {
            Some(by) => {
                let by = by.base64();
                format!("has the KSeF number {ksef_number}, by its technical correction, the file with the digest {by}")
            }
            None => format!("has the KSeF number {ksef_number}"),
        },
        State::NotSent => "is not to be sent, because of a total failure".to_owned(),
    };
    let mut reason = format!("in the book {number} {what}");
    match entry.due(&Calendar::default()) {
        Some(SendBy::Day(day) | SendBy::AtFirst(day)) => {
            let late = if day < Day::of(now) { ", which is past" } else { "" };
            _ = write!(reason, "; KSeF must have it by {day}{late}");
        }
        Some(SendBy::Open) => reason.push_str("; it waits for the end of an outage"),
        None => {}
    }
    Check::ok(CheckCode::BookEntry, reason)
}

/// KOD I follows from the invoice, so that two of them can differ in what is no part of the digest alone.
fn kod1(link: &LinkFacts, entry: &Entry, environment: Environment) -> Check {
    let facts = &entry.facts;
    let mut differing = Vec::new();
    differ(&mut differing, "host", link.environment.map(Environment::host), Some(environment.host()));
    differ(&mut differing, "seller's NIP", link.seller.as_ref(), Some(&facts.seller));
    differ(&mut differing, "issue date", link.issue_date.as_ref(), Some(&facts.issue_date));
    outcome(CheckCode::BookKod1, "KOD I", &differing)
}

/// There is one KOD II of an invoice: another signature is another code, even if it is right by itself.
fn kod2(link: &LinkFacts, entry: &Entry) -> Check {
    let Some(kod2) = entry.kod2() else {
        return Check::fail(CheckCode::BookKod2, "the book has no KOD II of this invoice");
    };
    let of_book = match Link::parse(&kod2.url) {
        Ok(known) => LinkFacts::of(&known),
        Err(error) => {
            let reason = format!("the KOD II of the book is no link: {}", error.message());
            return Check::fail(CheckCode::BookKod2, reason);
        }
    };
    let mut differing = Vec::new();
    let hosts = [link, &of_book].map(|one| one.environment.map(Environment::host));
    differ(&mut differing, "host", hosts[0], hosts[1]);
    differ(&mut differing, "context", link.context.as_ref(), of_book.context.as_ref());
    differ(&mut differing, "seller's NIP", link.seller.as_ref(), of_book.seller.as_ref());
    differ(&mut differing, "certificate", link.serial.as_ref(), of_book.serial.as_ref());
    if link.signature != of_book.signature {
        differing.push("the signature is another".to_owned());
    }
    outcome(CheckCode::BookKod2, "KOD II", &differing)
}

fn outcome(code: CheckCode, name: &str, differing: &[String]) -> Check {
    match differing {
        [] => Check::ok(code, format!("{name} is the one that the book has")),
        _ => Check::fail(code, format!("{name} is not the one that the book has: {}", differing.join("; "))),
    }
}

fn differ<T>(differing: &mut Vec<String>, what: &str, here: Option<T>, in_book: Option<T>)
where
    T: PartialEq + fmt::Display,
{
    match (here, in_book) {
        (here, in_book) if here == in_book => {}
        (Some(here), Some(in_book)) => differing.push(format!("the {what} is {here}, in the book {in_book}")),
        _ => differing.push(format!("the {what} cannot be read")),
    }
}
