//! The invoice itself, on paper.

use super::draft::{Content, Document, Draft, Made};
use crate::batch::input::Input;
use crate::error::{Result, Warning, WarningKind};
use crate::paper::{Languages, Look, Printout};

/// Draws each invoice as a PDF, with its codes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Printing {
    /// In which language, or both.
    pub languages: Languages,
    /// False for an invoice on which no codes belong.
    pub with_codes: bool,
    /// The firm's logo, colour, note and footer.
    pub look: Look,
}

impl Printing {
    /// In these languages, with the codes.
    pub fn new(languages: Languages) -> Self {
        Self { languages, with_codes: true, look: Look::default() }
    }
}

impl Document for Printing {
    fn kind(&self) -> &'static str {
        "printed"
    }

    fn ending(&self) -> &'static str {
        ".invoice.pdf"
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["PDF", "PDFs"]
    }

    fn begin(&self, input: &Input, invoice: &mut Vec<u8>, largest: u64) -> Result<Box<dyn Draft + '_>> {
        input.read(invoice, largest)?;
        Ok(Box::new(Undrawn { printing: self, xml: invoice.clone() }))
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"%PDF") && bytes.trim_ascii_end().ends_with(b"%%EOF")
    }

    /// It says that ksef-qr made it.
    fn may_replace(&self, found: &[u8]) -> bool {
        memchr::memmem::find(found, b"ksef-qr").is_some()
    }
}

/// An invoice before it is drawn. Its bytes go into the PDF.
struct Undrawn<'p> {
    printing: &'p Printing,
    xml: Vec<u8>,
}

impl Draft for Undrawn<'_> {
    fn finish(&self, content: &Content<'_>) -> Result<Made> {
        let (codes, warning) = match self.printing.with_codes {
            true => content.codes_of_invoice()?,
            false => (content.none_of_the_codes()?, None),
        };
        let printed = Printout::new(content.invoice, &self.xml, self.printing.languages)
            .codes(codes)
            .ksef_number(content.ksef_number)
            .receipt(content.receipt)
            .mode(content.mode)
            .look(&self.printing.look)
            .pdf()?;
        let mut made = Made::new(printed.bytes);
        made.codes = (codes.len() < content.codes.len()).then_some(codes.len());
        made.warnings.extend(warning);
        if !printed.missing.is_empty() {
            let few: Vec<String> = printed.missing.iter().take(5).map(|c| format!("U+{:04X}", u32::from(*c))).collect();
            let more = if printed.missing.len() > few.len() { ", and more" } else { "" };
            let message =
                format!("letters that the page cannot show, and the XML in the PDF has: {}{more}", few.join(", "));
            made.warnings.push(Warning::new(WarningKind::LettersNotDrawn, message));
        }
        Ok(made)
    }
}
