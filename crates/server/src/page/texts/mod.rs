//! Every text of the page, in two languages. One struct names them, so that a text that is missing in one of the languages does
//! not compile; `polish.rs` and `english.rs` hold them, for people who write and not program.

mod english;
mod findings;
mod polish;
mod words;

use super::language::Language;

pub(super) use findings::{explained, looked_at};
pub(super) use words::{Texts, fill};

impl Texts {
    /// Those of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Polish => &polish::TEXTS,
            Language::English => &english::TEXTS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_numbers() {
        let invoices = &Texts::of(Language::Polish).book.invoices;
        for (number, noun) in
            [(0, "faktur"), (1, "faktura"), (2, "faktury"), (5, "faktur"), (12, "faktur"), (22, "faktury")]
        {
            assert_eq!(invoices.of(number), format!("{number}\u{a0}{noun}"));
        }
        assert_eq!(invoices.of(112), "112\u{a0}faktur");
        assert_eq!(Texts::of(Language::English).book.invoices.of(2), "2\u{a0}invoices");
    }

    #[test]
    fn days_and_amounts_as_they_are_written() {
        let (polish, english) = (Texts::of(Language::Polish), Texts::of(Language::English));
        let day: ksef_qr::values::Day = "2026-11-30".parse().unwrap();
        assert_eq!(polish.day(day), "30\u{a0}listopada\u{a0}2026 (poniedziałek)");
        assert_eq!(english.day(day), "30\u{a0}November\u{a0}2026 (Monday)");
        assert_eq!(polish.amount("1234567.8"), "1\u{a0}234\u{a0}567,8");
        assert_eq!(polish.amount("-500"), "\u{2212}500");
        assert_eq!(english.amount("2205.39"), "2,205.39");
        assert_eq!(english.amount("<b>"), "<b>");
    }

    /// The names of the fields are checked by the compiler; that none is empty or the other language's by mistake is seen here.
    #[test]
    fn no_text_is_missing_and_values_stand_in_the_same_texts() {
        let sources = [include_str!("polish.rs"), include_str!("english.rs")];
        let texts = sources.map(|source| {
            let strings: Vec<&str> = source.split('"').skip(1).step_by(2).collect();
            assert!(strings.iter().all(|text| !text.trim().is_empty()), "an empty text");
            strings
        });
        assert_eq!(texts[0].len(), texts[1].len());
        for (polish, english) in texts[0].iter().zip(&texts[1]) {
            assert_eq!(polish.matches("{}").count(), english.matches("{}").count(), "{polish:?}, {english:?}");
        }
    }
}
