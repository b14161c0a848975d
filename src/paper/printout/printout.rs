use super::content::{Content, NAME, STRONG, TEXT};
use super::look::{FOOTER, Look, footer_lines};
use super::page::{CodeToDraw, Drawn, INNER, Item, Layout};
use super::pdf::{About, pdf};
use super::words::{Languages, Words};
use crate::deadline::Mode;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::paper::language::Language;
use crate::render::Code;
use crate::upo::Receipt;
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
    receipt: Option<&'a Receipt>,
    mode: Option<Mode>,
    languages: Languages,
    look: Option<&'a Look>,
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
        Self { invoice, xml, codes: &[], ksef_number: None, receipt: None, mode: None, languages, look: None }
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

    /// With what the UPO confirms.
    #[must_use]
    pub fn receipt(self, receipt: Option<&'a Receipt>) -> Self {
        Self { receipt, ..self }
    }

    /// With the mode that it was issued in.
    #[must_use]
    pub fn mode(self, mode: Option<Mode>) -> Self {
        Self { mode, ..self }
    }

    /// As the firm wants its invoices to look.
    #[must_use]
    pub fn look(self, look: &'a Look) -> Self {
        Self { look: Some(look), ..self }
    }

    /// Draws it.
    ///
    /// # Errors
    /// `not_drawn`, of what no form allows.
    pub fn pdf(&self) -> Result<PrintedInvoice> {
        let text = std::str::from_utf8(self.xml).ok();
        let root = text.and_then(Element::read).ok_or_else(|| {
            Error::new(Kind::NotDrawn, "its elements are nested deeper than those of any invoice".to_owned())
        })?;
        let drawn = self.drawn(&root);
        let words = self.words();
        let language = if self.languages == Languages::One(Language::English) { "en" } else { "pl" };
        let (pl, en) = ("Faktura ustrukturyzowana w XML", "The structured invoice, XML");
        let plain = Look::default();
        let about = About {
            title: format!("{} {}", words.say("Faktura", "Invoice"), self.invoice.number()),
            author: self.invoice.seller_name().unwrap_or("ksef-qr").to_owned(),
            language,
            date: self.invoice.issue_date(),
            hash: self.invoice.hash(),
            xml: self.xml,
            description: if language == "en" { en } else { pl },
            look: self.look.unwrap_or(&plain),
        };
        Ok(PrintedInvoice { missing: missing(&drawn), bytes: pdf(&drawn, &about)? })
    }

    fn words(&self) -> Words {
        Words { languages: self.languages, form: self.invoice.form(), kind: "" }
    }

    pub(super) fn drawn(&self, root: &Element) -> Drawn {
        let words = self.words();
        let footer = self.look.map_or_else(Vec::new, |look| footer_lines(&look.footer, INNER));
        let mut layout = Layout::new((FOOTER, footer));
        let logo = self.look.and_then(|look| look.logo.as_ref()).map(|logo| logo.size);
        let mut content = Content { layout: &mut layout, words, currency: String::new(), logo };
        let mut known = Vec::new();
        if let Some(number) = self.ksef_number {
            known.push((words.say("Numer KSeF", "KSeF number"), number.as_str().to_owned()));
            known.push((words.say("Data przyjęcia w KSeF", "Taken by KSeF on"), number.day().to_string()));
        }
        if let Some(receipt) = self.receipt {
            for (name, value) in [
                (words.say("Przesłano do KSeF", "Sent to KSeF"), receipt.sent.as_deref().map(time)),
                (words.say("Nadano numer KSeF", "KSeF number given"), receipt.numbered.as_deref().map(time)),
                (words.say("Tryb wysyłki (UPO)", "Mode of sending (UPO)"), receipt.sending.clone()),
                (words.say("Sesja KSeF (UPO)", "KSeF session (UPO)"), receipt.session.clone()),
            ] {
                known.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
            }
        }
        if let Some(mode) = self.mode {
            known.push((words.say("Tryb wystawienia", "Mode of issue"), mode_words(words, mode)));
        }
        let system = words.say("Krajowy System e-Faktur", "KSeF, the Polish national e-invoice system");
        let of_pef;
        let file = match self.invoice.form().is_pef() {
            true => {
                of_pef = content.pef(root, &system, known);
                Some(&of_pef)
            }
            false => content.invoice(root, &system, known),
        };
        let note = self.look.map(|look| look.note.as_str()).filter(|note| !note.is_empty());
        if let Some(note) = note {
            content.layout.gap(8.0);
            content.paragraph(TEXT, note.to_owned());
        }
        let hash = (words.say("Skrót SHA-256 pliku", "SHA-256 digest of the file"), self.invoice.hash().base64());
        let file = content.file(file, vec![hash]);
        self.draw_codes(content.layout, file);
        let foot = format!("{} {}", words.say("Faktura", "Invoice"), self.invoice.number());
        layout.finish(&foot, |page, count| match words.languages {
            Languages::One(Language::English) => format!("page {page} of {count}"),
            Languages::One(Language::Polish) => format!("strona {page} z {count}"),
            Languages::Both => format!("strona / page {page} / {count}"),
        })
    }

    /// The codes, and the small print after them.
    fn draw_codes(&self, layout: &mut Layout, file: String) {
        let words = self.words();
        let codes: Vec<CodeToDraw<'_>> = self
            .codes
            .iter()
            .zip(0..)
            .map(|(code, place)| {
                let (name, what) = match place {
                    0 => ("KOD I", words.say("sprawdź fakturę w KSeF", "check the invoice in KSeF")),
                    _ => ("KOD II", words.say("sprawdź wystawcę faktury", "check the issuer of the invoice")),
                };
                CodeToDraw {
                    code,
                    heading: (STRONG, format!("{name} – {what}")),
                    label: (STRONG, code.label().as_str().to_owned()),
                    link: (NAME, code.link().to_owned()),
                }
            })
            .collect();
        let heading = words.say("Weryfikacja w KSeF", "Verification in KSeF");
        layout.codes(&heading, &codes, MODULE, (NAME, file));
    }
}

/// `2026-06-16T11:05:40.841+02:00` as people write it: the day, and the time to the second.
fn time(value: &str) -> String {
    let is_time = value.get(10..11) == Some("T") && value.get(19..).is_some();
    match (value.get(..10), value.get(11..19)) {
        (Some(day), Some(time)) if is_time => {
            let zone = value.get(19..).unwrap_or_default().trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            format!("{day} {time} {zone}").trim_end().to_owned()
        }
        _ => value.to_owned(),
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
