use std::ops::Range;

use super::folded_text::{FoldedText, Gap};

/// Where a text announces the number of an invoice: behind "Faktura VAT nr".
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heading {
    /// Where the number begins.
    pub(super) at: usize,
    /// It is another invoice that is spoken of: the one that is corrected, or was paid in advance.
    pub(super) is_reference: bool,
    /// A word such as "nr" stands before it.
    is_named: bool,
}

const DOCUMENTS: [&str; 8] =
    ["FAKTURA", "RACHUNEK", "KOREKTA", "SAMOFAKTURA", "INVOICE", "RECHNUNG", "FACTURE", "EFAKTURA"];

/// In Polish "faktury" is "of the invoice": another's, unless "numer" stands before.
const OF_DOCUMENTS: [&str; 4] = ["FAKTURY", "RACHUNKU", "DOKUMENTU", "KOREKTY"];

const NUMBERS: [&str; 8] = ["NR", "NUMER", "NO", "NUMBER", "N", "NUM", "NUMERZE", "SYMBOL"];

/// What may stand between the name of the document and its number.
const BETWEEN: [&str; 28] = [
    "VAT",
    "RR",
    "PEF",
    "FA",
    "KSEF",
    "ORYGINAL",
    "KOPIA",
    "DUPLIKAT",
    "ORIGINAL",
    "KORYGUJACA",
    "KORYGUJACEJ",
    "KOREKTA",
    "SPRZEDAZY",
    "SPRZEDAZOWA",
    "MARZA",
    "KONCOWA",
    "KONCOWY",
    "ROZLICZENIOWA",
    "ROZLICZAJACA",
    "UPROSZCZONA",
    "WEWNETRZNA",
    "EKSPORTOWA",
    "USTRUKTURYZOWANA",
    "ELEKTRONICZNA",
    "ZBIORCZA",
    "INVOICE",
    "FAKTURA",
    "WDT",
];

/// Words by which another invoice is spoken of.
const REFERENCES: [&str; 19] = [
    "KORYGOWANA",
    "KORYGOWANEJ",
    "KORYGOWANY",
    "KORYGOWANEGO",
    "PIERWOTNA",
    "PIERWOTNEJ",
    "PIERWOTNEGO",
    "ZALICZKOWA",
    "ZALICZKOWEJ",
    "ZALICZKOWE",
    "ZALICZKOWYCH",
    "PROFORMA",
    "PRO",
    "FORMA",
    "DO",
    "DOTYCZY",
    "CORRECTED",
    "POPRZEDNIEJ",
    "POPRZEDNIA",
];

/// Short words that belong to no number.
const NO_PREFIXES: [&str; 30] = [
    "A", "I", "Z", "ZE", "ZA", "W", "DLA", "DOK", "ID", "LP", "OD", "STR", "SER", "OF", "FOR", "TO", "NIP", "KRS",
    "BDO", "TEL", "FAX", "UL", "AL", "PL", "PLN", "EUR", "USD", "ZL", "PO", "DN",
];

/// Words between the name of the document and its number, at most.
const MOST_BETWEEN: usize = 5;

/// All places where a text announces a number.
pub(super) fn headings(text: &FoldedText) -> Vec<Heading> {
    let mut headings = Vec::new();
    let (mut at, mut before) = (0, String::new());
    while at < text.signs.len() {
        let end = text.word_end(at);
        let word = text.letters_from(at);
        let is = |words: &[&str]| words.contains(&word.as_str());
        if is(&DOCUMENTS) || is(&OF_DOCUMENTS) {
            let is_named = NUMBERS.contains(&before.as_str());
            let is_reference = is(&OF_DOCUMENTS) && !is_named || REFERENCES.contains(&before.as_str());
            let heading = Heading { at: at + word.chars().count(), is_reference, is_named };
            headings.extend(number_behind(text, heading));
        }
        before = word;
        at = end;
    }
    headings
}

/// Passes over the words that may stand before the number.
fn number_behind(text: &FoldedText, mut heading: Heading) -> Option<Heading> {
    for _ in 0..=MOST_BETWEEN {
        text.sign(heading.at)?;
        let word = text.letters_from(heading.at);
        let is = |words: &[&str]| words.contains(&word.as_str());
        let next = heading.at + word.chars().count();
        // `FA/12/2026` begins with no such word; `nr12/2026` does.
        let gap = text.sign(next).map_or(Gap::Apart, |sign| sign.gap);
        let is_passed = gap == Gap::Apart && (is(&BETWEEN) || is(&REFERENCES)) || gap.is_open() && is(&NUMBERS);
        if !is_passed {
            return Some(heading);
        }
        heading.is_named |= is(&NUMBERS);
        heading.is_reference |= is(&REFERENCES);
        heading.at = next;
    }
    None
}

impl Heading {
    /// Where the number goes on behind a prefix that stands apart: `KM 117/26`.
    pub(super) fn behind_prefix(&self, text: &FoldedText) -> Option<usize> {
        const LONGEST: usize = 3;
        let end = text.word_end(self.at);
        let prefix = text.letters_from(self.at);
        let is_prefix = prefix.chars().count() == end - self.at && end - self.at <= LONGEST;
        (is_prefix && end < text.signs.len() && !NO_PREFIXES.contains(&prefix.as_str())).then_some(end)
    }

    /// Where the number lies that stands here, if it looks like one and can be read.
    pub(super) fn number(&self, text: &FoldedText) -> Option<Range<usize>> {
        let end = self.behind_prefix(text).map_or_else(|| text.word_end(self.at), |at| text.word_end(at));
        let signs = text.signs.get(self.at..end).unwrap_or_default();
        let joints: Vec<char> = signs.iter().skip(1).filter_map(|sign| sign.joint()).collect();
        let digits = signs.iter().filter(|sign| sign.is_digit()).count();
        let has_letters = digits < signs.len();
        // Dates: 15.06.2026, 2026-06-15.
        let is_date = !has_letters && matches!(joints[..], ['.', '.'] | ['-', '-']) && (6..=8).contains(&digits);
        let is_amount = joints.contains(&',');
        let is_readable = digits > 0 && !signs.iter().any(|sign| sign.is_unreadable());
        // `1/2` is a page.
        let is_joined = joints.iter().any(|&joint| joint != '.') && digits > 2;
        let looks = is_joined || has_letters || digits > 4 || self.is_named;
        (is_readable && looks && !is_date && !is_amount).then_some(self.at..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_announced() {
        for (text, expected) in [
            ("Faktura FV/2026/06/001", Some(("FV/2026/06/001", false))),
            ("FAKTURA VAT nr: 12/06/2026 Oryginał", Some(("12/06/2026", false))),
            ("Numer faktury\nD 00214/06/2026", Some(("D 00214/06/2026", false))),
            ("Faktura korygująca nr FK/2", Some(("FK/2", false))),
            ("do faktury VAT nr FV/1", Some(("FV/1", true))),
            ("Nr faktury korygowanej: FV/1", Some(("FV/1", true))),
            ("Faktura zaliczkowa nr ZAL/7", Some(("ZAL/7", true))),
            ("Invoice No. 7", Some(("7", false))),
            ("Faktura nr7/2026", Some(("7/2026", false))),
            ("Faktura Data wystawienia: 2026-06-15", None),
            ("Faktura 2026-06-15", None),
            ("Faktura VAT 23%", None),
            ("Faktura 1/2", None),
            ("Faktura NIP 526-587-76-35", None),
            ("Faktura FA/12/2026", Some(("FA/12/2026", false))),
            ("Faktura KM 117/26 - FV 1", Some(("KM 117/26", false))),
            ("Faktura", None),
            ("Zamówienie nr 12/2026", None),
        ] {
            let folded = FoldedText::of(text);
            let found = headings(&folded);
            let found =
                found.iter().find_map(|found| Some((folded.spelled(found.number(&folded)?), found.is_reference)));
            let expected = expected.map(|(number, is_reference)| (number.to_owned(), is_reference));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
