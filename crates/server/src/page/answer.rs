//! What came of the files of one invoice, ready to be told in either language.

use ksef_qr::Error;
use ksef_qr::advice::{Advice, Codes, DocumentKind, Reason};
use ksef_qr::deadline::Due;
use ksef_qr::error::Warning;
use ksef_qr::invoice::Invoice;
use ksef_qr::report::Finding;
use ksef_qr::values::Day;

use super::language::Language;
use super::texts::explained;

/// What came of one invoice.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// The names of its files.
    pub name: String,
    /// What it says, if it can be read.
    pub facts: Option<Facts>,
    /// For what KSeF would refuse it, or why it has no codes.
    pub faults: Vec<Told>,
    /// What somebody should look at.
    pub remarks: Vec<Told>,
    /// Why its PDF has no codes on it, if it has none.
    pub pdf_fault: Option<Told>,
    /// The number that KSeF gave it, by the book: it is not sent any more.
    pub ksef_number: Option<String>,
    /// When it is to be sent.
    pub due: Option<Due>,
    /// What its buyer may be given.
    pub advice: Option<Advised>,
    /// What was made.
    pub files: Vec<MadeFile>,
    /// True if the book had its codes already.
    pub is_from_book: bool,
}

/// What an invoice says of itself.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub number: String,
    pub issued: Day,
    pub seller: String,
    pub buyer: Option<String>,
    pub total: Option<(String, Option<String>)>,
}

/// What a buyer may be given, and why.
#[derive(Clone, Debug)]
pub(super) struct Advised {
    pub document: DocumentKind,
    pub codes: Codes,
    pub reasons: Vec<Reason>,
}

/// A file that can be taken away.
#[derive(Clone, Debug)]
pub(super) struct MadeFile {
    pub what: What,
    /// Its name, unlike any other of the results.
    pub name: String,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Kod1,
    Kod2,
    Stamped,
    Confirmation,
}

/// Something that was found, by its code and in the library's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub code: String,
    pub message: String,
    pub hint: String,
    /// Line and column in the file.
    pub position: Option<(u64, u64)>,
}

/// The same in one language.
pub(super) struct InWords {
    pub what: String,
    pub hint: String,
    /// The library's own words, where they are not said already.
    pub details: Option<String>,
}

impl Told {
    /// In English by the library, in Polish by the code.
    pub fn in_words(&self, language: Language) -> InWords {
        match (language, explained(&self.code)) {
            (Language::Polish, Some(row)) => {
                InWords { what: row.meaning.to_owned(), hint: row.hint.to_owned(), details: Some(self.message.clone()) }
            }
            _ => InWords { what: sentence(&self.message), hint: self.hint.clone(), details: None },
        }
    }
}

impl From<&Error> for Told {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            hint: error.hint().to_owned(),
            position: None,
        }
    }
}

impl From<&Warning> for Told {
    fn from(warning: &Warning) -> Self {
        Self {
            code: warning.code().to_owned(),
            message: warning.message().to_owned(),
            hint: warning.hint().to_owned(),
            position: None,
        }
    }
}

impl From<&Finding> for Told {
    fn from(finding: &Finding) -> Self {
        let position = finding.position().map(|position| (position.line() as u64, position.column() as u64));
        Self {
            code: finding.code().to_owned(),
            message: finding.message().to_owned(),
            hint: finding.hint().to_owned(),
            position,
        }
    }
}

impl From<&Invoice> for Facts {
    fn from(invoice: &Invoice) -> Self {
        let named = |name: Option<&str>, id: String| match name {
            Some(name) if !id.is_empty() => format!("{name} ({id})"),
            Some(name) => name.to_owned(),
            None => id,
        };
        let buyer_id = match invoice.buyer().nip() {
            Some(nip) => format!("NIP\u{a0}{nip}"),
            None => invoice.buyer().to_string().split_once(':').map(|(_, id)| id.to_owned()).unwrap_or_default(),
        };
        let buyer = named(invoice.buyer_name(), buyer_id);
        Self {
            number: invoice.number().to_owned(),
            issued: invoice.issue_date().into(),
            seller: named(invoice.seller_name(), format!("NIP\u{a0}{}", invoice.seller())),
            buyer: Some(buyer).filter(|buyer| !buyer.is_empty()),
            total: invoice.total().map(|total| (total.to_owned(), invoice.currency().map(str::to_owned))),
        }
    }
}

impl From<&Advice> for Advised {
    fn from(advice: &Advice) -> Self {
        let reasons = advice.reasons().iter().chain(advice.remarks()).copied().collect();
        Self { document: advice.document(), codes: advice.codes(), reasons }
    }
}

impl Answer {
    /// True if nothing keeps it from being handed over and sent.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// True if its last day is over.
    pub fn is_overdue(&self, today: Day) -> bool {
        matches!(self.due, Some(Due::By(day)) if day < today)
    }

    /// The file of a kind.
    pub fn file(&self, what: What) -> Option<&MadeFile> {
        self.files.iter().find(|file| file.what == what)
    }
}

/// With a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if !sentence.ends_with(['.', '?', '!', '…', ':']) {
        sentence.push('.');
    }
    sentence
}

/// Why something may be handed over: the rule in words, and where it stands.
pub(super) fn reason(reason: &Reason, language: Language) -> (String, String) {
    match (language, explained(reason.code())) {
        (Language::Polish, Some(row)) => (row.meaning.to_owned(), polish_source(reason.source())),
        _ => (sentence(reason.text()), reason.source().to_owned()),
    }
}

/// The names of the acts as they are called in Poland.
fn polish_source(source: &str) -> String {
    [
        ("VAT Act", "ustawa o VAT"),
        ("Handbook, part II", "Podręcznik KSeF 2.0, cz. II"),
        (", which does not name art. 106ng", " (nie wymienia art. 106ng)"),
        ("Regulation", "rozporządzenie w sprawie korzystania z KSeF"),
        (" with art.", " w zw. z art."),
        (" and ", " i "),
        (" to ", "–"),
    ]
    .iter()
    .fold(source.to_owned(), |text, (english, polish)| text.replace(english, polish))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ksef_qr::deadline::Mode;

    #[test]
    fn every_reason_is_said_in_polish() {
        let invoices: [&[u8]; 4] = [
            include_bytes!("../../../../fixtures/invoices/good/fa3-basic.xml"),
            include_bytes!("../../../../fixtures/invoices/good/fa3-consumer.xml"),
            include_bytes!("../../../../fixtures/invoices/good/rr-basic.xml"),
            include_bytes!("../../../../fixtures/invoices/good/pef-basic.xml"),
        ];
        let modes = [Mode::Offline24, Mode::Unavailable { ended: None }, Mode::Failure { ended: None }, Mode::Total];
        for invoice in invoices {
            let invoice = Invoice::read(invoice).unwrap();
            for mode in modes {
                for rule in Advised::from(&Advice::of(&invoice, Some(mode), None)).reasons {
                    assert!(explained(rule.code()).is_some(), "{}", rule.code());
                    let (_, source) = reason(&rule, Language::Polish);
                    assert!(!source.contains("VAT Act") && !source.contains("Handbook"), "{source}");
                }
            }
        }
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("the file is empty"), "The file is empty.");
        assert_eq!(sentence("Is it?"), "Is it?");
    }
}
