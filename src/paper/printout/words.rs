//! Words and values in the language that is asked for.

use std::str::FromStr;

use super::labels::{self, Kind, Label};
use super::pef_labels;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::invoice::Form;
use crate::paper::language::{Language, NO_BREAK};

/// The language of an invoice on paper: one, or both of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Languages {
    /// One of them.
    One(Language),
    /// Polish, and English after it.
    Both,
}

/// Polish.
impl Default for Languages {
    fn default() -> Self {
        Self::One(Language::Polish)
    }
}

/// `pl`, `en`, `both`.
impl FromStr for Languages {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "both" => Ok(Self::Both),
            one => one.parse().map(Self::One).map_err(|_| {
                Error::new(ErrorKind::SettingMalformed, format!("{one:?} is not a language of invoices: pl, en, both"))
            }),
        }
    }
}

/// Says everything in these languages, of this form.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) languages: Languages,
    pub(super) form: Form,
    /// Its kind, as FA has it (`KOR_ZAL`), where labels depend on it.
    pub(super) kind: &'static str,
}

impl Words {
    /// Of two wordings the one, or both.
    pub(super) fn say(self, pl: &str, en: &str) -> String {
        match self.languages {
            Languages::One(Language::Polish) => pl.to_owned(),
            Languages::One(Language::English) => en.to_owned(),
            Languages::Both if pl == en => pl.to_owned(),
            // A line ends after the slash, and not before it.
            Languages::Both => format!("{pl}{NO_BREAK}/ {en}"),
        }
    }

    /// What an element is called: by its own name, if it is none that we know.
    pub(super) fn label(self, name: &str) -> String {
        match self.row(name) {
            Some(label) => self.say(label.pl, label.en),
            None if self.form.is_pef() => pef_labels::words_of(name),
            None => name.to_owned(),
        }
    }

    /// What an element is called away from the element around it.
    pub(super) fn label_within(self, parent: &str, name: &str) -> String {
        match self.form.is_pef() && pef_labels::is_generic(name) {
            true => format!("{} – {}", self.label(parent), self.label(name)),
            false => self.label(name),
        }
    }

    pub(super) fn kind(self, name: &str) -> Kind {
        match self.row(name) {
            Some(label) => label.kind,
            None if self.form.is_pef() => pef_labels::kind(name),
            None => Kind::Text,
        }
    }

    pub(super) fn is_rr(self) -> bool {
        self.form == Form::FaRr1
    }

    fn row(self, name: &str) -> Option<&'static Label> {
        if self.form.is_pef() { pef_labels::label(name) } else { labels::label(self.is_rr(), self.kind, name) }
    }

    /// A value as it is written on paper. Nothing is rounded, and what is not understood is left as it stands.
    pub(super) fn value(self, name: &str, value: &str) -> String {
        match self.kind(name) {
            Kind::Figure => self.figure(value),
            Kind::Money => self.money(value),
            Kind::Account => account(value),
            Kind::Mark if value == "1" || value == "true" => self.say("tak", "yes"),
            Kind::Mark if value == "2" || value == "false" => self.say("nie", "no"),
            kind => labels::listed(kind, value).map_or_else(|| value.to_owned(), |(pl, en)| self.say(pl, en)),
        }
    }

    /// `2205.39` is `2 205,39` in Polish, and `2 205.39` in English.
    pub(super) fn figure(self, value: &str) -> String {
        self.language_of_figures().figure(value)
    }

    /// An amount or a price: `2205.4` is `2 205,40`.
    pub(super) fn money(self, value: &str) -> String {
        self.language_of_figures().money(value)
    }

    fn language_of_figures(self) -> Language {
        if let Languages::One(language) = self.languages { language } else { Language::Polish }
    }

    /// `2 205,39 PLN`.
    pub(super) fn amount(self, value: &str, currency: &str) -> String {
        let figure = self.money(value);
        if currency.is_empty() { figure } else { format!("{figure}{NO_BREAK}{currency}") }
    }
}

/// 26 digits as banks write them: `90 1940 1076 …`; others, with their country, in fours.
fn account(value: &str) -> String {
    if !value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return value.to_owned();
    }
    let first = if value.len() == 26 && value.bytes().all(|byte| byte.is_ascii_digit()) { 2 } else { 4 };
    let mut text = String::new();
    for (place, character) in value.chars().enumerate() {
        if place >= first && (place - first).is_multiple_of(4) {
            text.push(NO_BREAK);
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(languages: &str) -> Words {
        Words { languages: languages.parse().unwrap(), form: Form::Fa3, kind: "" }
    }

    #[test]
    fn figures_are_grouped_and_never_rounded() {
        for (value, pl, en) in [
            ("2205.39", "2 205,39", "2 205.39"),
            ("-1234567.000001", "-1 234 567,000001", "-1 234 567.000001"),
            ("0", "0", "0"),
            ("100", "100", "100"),
            ("1000", "1 000", "1 000"),
            ("abc", "abc", "abc"),
            ("1.", "1.", "1."),
            (".5", ".5", ".5"),
            ("1e5", "1e5", "1e5"),
        ] {
            let plain = |text: String| text.replace(NO_BREAK, " ");
            assert_eq!(plain(words("pl").figure(value)), pl);
            assert_eq!(plain(words("en").figure(value)), en);
        }
        assert_eq!(words("pl").amount("5.00", "EUR"), "5,00\u{a0}EUR");
    }

    #[test]
    fn amounts_have_two_decimals_at_least() {
        for (value, pl, en) in [
            ("2205.39", "2 205,39", "2 205.39"),
            ("57.7", "57,70", "57.70"),
            ("-1000", "-1 000,00", "-1 000.00"),
            ("0", "0,00", "0.00"),
            ("0.00012", "0,00012", "0.00012"),
            ("abc", "abc", "abc"),
            ("1.", "1.", "1."),
            (".5", ".5", ".5"),
            ("1e5", "1e5", "1e5"),
            ("", "", ""),
        ] {
            let plain = |text: String| text.replace(NO_BREAK, " ");
            assert_eq!([plain(words("pl").money(value)), plain(words("en").money(value))], [pl, en]);
        }
        assert_eq!([words("pl").value("P_11", "12"), words("pl").value("P_8B", "12")], ["12,00", "12"]);
    }

    #[test]
    fn values_are_words() {
        assert_eq!(words("both").value("FormaPlatnosci", "6"), "przelew\u{a0}/ bank transfer");
        assert_eq!(words("pl").value("FormaPlatnosci", "66"), "66");
        assert_eq!(words("en").value("P_17", "2"), "no");
        assert_eq!(words("pl").value("P_12", "0 WDT"), "0% WDT");
        assert_eq!(
            words("pl").value("NrRB", "90194010760000123456780001").replace(NO_BREAK, " "),
            "90 1940 1076 0000 1234 5678 0001"
        );
        let rr = Words { form: Form::FaRr1, ..words("pl") };
        assert_eq!([rr.value("FormaPlatnosci", "1"), rr.label("P_7")], ["przelew", "Cena jedn."]);
        assert_eq!(words("pl").value("FormaPlatnosci", "1"), "gotówka");
        assert_eq!(words("pl").label("Nieznany"), "Nieznany");
        let due = |kind: &str, name| Words { kind: labels::kind_of(kind), ..words("pl") }.label(name);
        assert_eq!([due("VAT", "P_15"), due("KOR", "P_15")], ["Kwota należności ogółem", "Korekta kwoty należności"]);
        assert_eq!([due("ROZ", "P_15"), due("x", "P_15")], ["Kwota pozostała do zapłaty", "Kwota należności ogółem"]);
        assert_eq!(
            [due("KOR_ZAL", "P_15ZK"), due("KOR_ZAL", "P_1")],
            ["Kwota zapłaty przed korektą", "Data wystawienia"]
        );
        assert_eq!("de".parse::<Languages>().unwrap_err().code(), "setting_malformed");
    }
}
