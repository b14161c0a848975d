//! The document of our own that a buyer gets in place of the invoice.

use super::draft::{Content, Document, Draft, Made, is_own};
use crate::batch::input::Input;
use crate::error::Result;
use crate::paper::{Confirmation, ConfirmationFacts, Format, Language, QrBy, Roll};

/// Makes a confirmation of the transaction ("potwierdzenie transakcji") for each invoice.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Confirming {
    /// In which language.
    pub language: Language,
    /// For which printer, on which paper.
    pub printer: Printer,
}

impl Confirming {
    /// In a language, for a printer.
    pub fn new(language: Language, printer: Printer) -> Self {
        Self { language, printer }
    }
}

/// What a confirmation is printed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Printer {
    /// Any printer, by a PDF.
    Pdf(Format),
    /// A receipt printer that takes ESC/POS.
    EscPos(Roll, QrBy),
    /// A label printer that takes ZPL, and the width of its labels in millimetres.
    Zpl(u32, QrBy),
}

impl Document for Confirming {
    fn kind(&self) -> &'static str {
        "confirmation"
    }

    fn ending(&self) -> &'static str {
        match self.printer {
            Printer::Pdf(_) => ".confirmation.pdf",
            Printer::EscPos(..) => ".confirmation.escpos",
            Printer::Zpl(..) => ".confirmation.zpl",
        }
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["confirmation", "confirmations"]
    }

    fn begin(&self, input: &Input, invoice: &mut Vec<u8>, largest: u64) -> Result<Box<dyn Draft + '_>> {
        input.read(invoice, largest)?;
        Ok(Box::new(Unwritten(self)))
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        match self.printer {
            Printer::Pdf(_) => bytes.starts_with(b"%PDF") && bytes.trim_ascii_end().ends_with(b"%%EOF"),
            // Resets the printer first.
            Printer::EscPos(..) => bytes.starts_with(b"\x1B@"),
            Printer::Zpl(..) => bytes.starts_with(b"^XA") && bytes.trim_ascii_end().ends_with(b"^XZ"),
        }
    }

    fn may_replace(&self, found: &[u8]) -> bool {
        is_own(self.ending(), found)
    }
}

/// A confirmation before it is written: there is nothing more to know.
struct Unwritten<'c>(&'c Confirming);

impl Draft for Unwritten<'_> {
    fn difference(&self, content: &Content<'_>, found: &[u8]) -> String {
        let Confirming { language, printer } = *self.0;
        let other = [Language::Polish, Language::English].into_iter().find(|other| *other != language);
        let is_it = |other: &Language| {
            Unwritten(&Confirming::new(*other, printer)).finish(content).is_ok_and(|made| made.bytes == found)
        };
        match other.filter(is_it) {
            Some(other) => {
                format!("the language was {}, and is {} in this run", other.tag(), language.tag())
            }
            None => {
                "the paper, the size or the error correction of the codes, or the version of the program is another"
                    .to_owned()
            }
        }
    }

    fn finish(&self, content: &Content<'_>) -> Result<Made> {
        let Confirming { language, printer } = *self.0;
        let invoice = content.invoice;
        let facts = ConfirmationFacts {
            ksef_number: content.ksef_number,
            mode: content.mode,
            ..ConfirmationFacts::of(invoice)
        };
        let confirmation = Confirmation::new(&facts, content.codes, language);
        let bytes = match printer {
            Printer::Pdf(format) => confirmation.pdf(format),
            Printer::EscPos(roll, qr) => confirmation.escpos(roll, qr),
            Printer::Zpl(width_mm, qr) => confirmation.zpl(width_mm, qr)?.into_bytes(),
        };
        Ok(Made::new(bytes))
    }
}
