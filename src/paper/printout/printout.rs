use super::content::{Content, NAME, STRONG, TEXT};
use super::page::{Drawn, Item, Layout};
use super::pdf::{About, pdf};
use super::words::{Languages, Words};
use crate::deadline::Mode;
use crate::error::{Error, Kind, Result};
use crate::invoice::{Form, Invoice};
use crate::paper::language::Language;
use crate::render::Code;
use crate::values::KsefNumber;
use crate::xml::Element;

/// An invoice that is to be drawn.
///
/// ```
/// use ksef_qr::Invoice;
/// use ksef_qr::paper::{Languages, Printout};
///
/// # fn main() -> ksef_qr::Result<()> {
/// # let xml = include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml");
/// let invoice = Invoice::read(xml)?;
/// let printed = Printout::new(&invoice, xml, Languages::default()).pdf()?;
/// assert!(printed.bytes.starts_with(b"%PDF-1.7"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printout<'a> {
    invoice: &'a Invoice,
    xml: &'a [u8],
    codes: &'a [Code],
    ksef_number: Option<&'a KsefNumber>,
    mode: Option<Mode>,
    languages: Languages,
}

/// The PDF, and what is not on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrintedInvoice {
    /// The file.
    pub bytes: Vec<u8>,
    /// Letters that the font does not have, each once: a replacement character stands for them.
    pub missing: Vec<char>,
}

/// A module is half a millimetre, so that codes are read off a printout whatever printed it.
const MODULE: f32 = 0.5 * 72.0 / 25.4;

impl<'a> Printout<'a> {
    /// Of an invoice and its exact bytes, without codes.
    pub fn new(invoice: &'a Invoice, xml: &'a [u8], languages: Languages) -> Self {
        Self { invoice, xml, codes: &[], ksef_number: None, mode: None, languages }
    }

    /// With codes, drawn after all else: KOD I, or KOD I and KOD II.
    #[must_use]
    pub fn codes(self, codes: &'a [Code]) -> Self {
        Self { codes, ..self }
    }

    /// With the number that KSeF gave.
    #[must_use]
    pub fn ksef_number(self, ksef_number: Option<&'a KsefNumber>) -> Self {
        Self { ksef_number, ..self }
    }

    /// With the mode that it was issued in.
    #[must_use]
    pub fn mode(self, mode: Option<Mode>) -> Self {
        Self { mode, ..self }
    }

    /// Draws it.
    ///
    /// # Errors
    /// `not_drawn`, of a form that is not drawn (PEF), or of what no form allows.
    pub fn pdf(&self) -> Result<PrintedInvoice> {
        let form = self.invoice.form();
        if !matches!(form, Form::Fa3 | Form::Fa2 | Form::FaRr1) {
            let message = format!("an invoice of {form}; FA(3), FA(2) and FA_RR(1) are drawn");
            return Err(Error::new(Kind::NotDrawn, message));
        }
        let text = std::str::from_utf8(self.xml).ok();
        let root = text.and_then(Element::read).ok_or_else(|| {
            Error::new(Kind::NotDrawn, "its elements are nested deeper than those of any invoice".to_owned())
        })?;
        let drawn = self.drawn(&root);
        let words = self.words();
        let language = if self.languages == Languages::One(Language::English) { "en" } else { "pl" };
        let (pl, en) = ("Faktura ustrukturyzowana w XML", "The structured invoice, XML");
        let about = About {
            title: format!("{} {}", words.say("Faktura", "Invoice"), self.invoice.number()),
            author: self.invoice.seller_name().unwrap_or("ksef-qr").to_owned(),
            language,
            date: self.invoice.issue_date(),
            hash: self.invoice.hash(),
            xml: self.xml,
            description: if language == "en" { en } else { pl },
        };
        Ok(PrintedInvoice { missing: missing(&drawn), bytes: pdf(&drawn, &about)? })
    }

    fn words(&self) -> Words {
        Words { languages: self.languages, is_rr: self.invoice.form() == Form::FaRr1 }
    }

    fn drawn(&self, root: &Element) -> Drawn {
        let words = self.words();
        let mut layout = Layout::new();
        let mut content = Content { layout: &mut layout, words, currency: String::new() };
        let mut known = Vec::new();
        if let Some(number) = self.ksef_number {
            known.push((words.say("Numer KSeF", "KSeF number"), number.as_str().to_owned()));
            known.push((words.say("Data przyjęcia w KSeF", "Taken by KSeF on"), number.day().to_string()));
        }
        if let Some(mode) = self.mode {
            known.push((words.say("Tryb wystawienia", "Mode of issue"), mode_words(words, mode)));
        }
        let system = words.say("Krajowy System e-Faktur", "KSeF, the Polish national e-invoice system");
        let file = content.invoice(root, &system, known);
        self.draw_codes(content.layout);
        let hash = (words.say("Skrót SHA-256 pliku", "SHA-256 digest of the file"), self.invoice.hash().base64());
        content.file(file, vec![hash]);
        let foot = format!("{} {}", words.say("Faktura", "Invoice"), self.invoice.number());
        layout.finish(&foot, |page, count| match words.languages {
            Languages::One(Language::English) => format!("page {page} of {count}"),
            Languages::One(Language::Polish) => format!("strona {page} z {count}"),
            Languages::Both => format!("strona / page {page} / {count}"),
        })
    }

    fn draw_codes(&self, layout: &mut Layout) {
        if self.codes.is_empty() {
            return;
        }
        let words = self.words();
        layout.heading(&words.say("Weryfikacja w KSeF", "Verification in KSeF"));
        for (code, place) in self.codes.iter().zip(0..) {
            let (name, what) = match place {
                0 => ("KOD I", words.say("sprawdź fakturę w KSeF", "check the invoice in KSeF")),
                _ => ("KOD II", words.say("sprawdź wystawcę faktury", "check the issuer of the invoice")),
            };
            let heading = format!("{name} – {what}");
            let label = code.label().as_str().to_owned();
            let texts = vec![(STRONG, heading.clone()), (TEXT, label), (NAME, code.link().to_owned())];
            layout.code(code, MODULE, heading, texts);
            layout.gap(4.0);
        }
    }
}

fn mode_words(words: Words, mode: Mode) -> String {
    match mode {
        Mode::Offline24 => "offline24".to_owned(),
        Mode::Unavailable { .. } => words.say("offline – niedostępność KSeF", "offline – KSeF unavailable"),
        Mode::Failure { .. } => words.say("awaryjny – awaria KSeF", "failure of KSeF"),
        Mode::Total => words.say("awaria całkowita KSeF", "total failure of KSeF"),
    }
}

fn missing(drawn: &Drawn) -> Vec<char> {
    let mut missing = Vec::new();
    for item in drawn.pages.iter().flatten() {
        let Item::Text { style, text, .. } = item else { continue };
        for character in style.typeface().lacks(text) {
            if !missing.contains(&character) {
                missing.push(character);
            }
        }
    }
    missing
}

/// The pages of a document that takes the place of the invoice's.
#[cfg(test)]
pub(super) fn drawn_of(invoice: &Invoice, xml: &str, languages: Languages) -> Drawn {
    let root = Element::read(xml).unwrap_or_default();
    Printout::new(invoice, xml.as_bytes(), languages).drawn(&root)
}
