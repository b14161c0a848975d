//! The invoice itself, on paper.

use super::draft::{Content, Document, Draft, Made, is_own};
use crate::batch::input::Input;
use crate::error::{Result, Warning, WarningKind};
use crate::paper::{Language, Languages, Look, PrintedInvoice, Printout};
use crate::render::Code;

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

    fn may_replace(&self, found: &[u8]) -> bool {
        is_own(self.ending(), found)
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
        let printed = self.drawn(content, codes, self.printing.languages, &self.printing.look)?;
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

    /// It is drawn in the other languages, and without a look.
    fn difference(&self, content: &Content<'_>, found: &[u8]) -> String {
        let Printing { languages, look, with_codes } = self.printing;
        let codes =
            if *with_codes { content.codes_of_invoice().map_or(content.codes, |(codes, _)| codes) } else { &[] };
        let is_it = |languages, look: &Look| {
            self.drawn(content, codes, languages, look).is_ok_and(|printed| printed.bytes == found)
        };
        let plain = Look::default();
        for other in [Languages::One(Language::Polish), Languages::One(Language::English), Languages::Both] {
            let language = || format!("the language was {}, and is {} in this run", tag(other), tag(*languages));
            match other == *languages {
                false if is_it(other, look) => return language(),
                true if is_it(other, &plain) => return "there was no look, and there is one in this run".to_owned(),
                false if is_it(other, &plain) => {
                    return format!("there was no look, and there is one in this run; {}", language());
                }
                _ => {}
            }
        }
        "the look (logo, colour, note, footer) is another, or what KSeF confirmed, or the version of the program"
            .to_owned()
    }
}

impl Undrawn<'_> {
    fn drawn(
        &self,
        content: &Content<'_>,
        codes: &[Code],
        languages: Languages,
        look: &Look,
    ) -> Result<PrintedInvoice> {
        Printout::new(content.invoice, &self.xml, languages)
            .codes(codes)
            .ksef_number(content.ksef_number)
            .receipt(content.receipt)
            .mode(content.mode)
            .look(look)
            .pdf()
    }
}

fn tag(languages: Languages) -> &'static str {
    match languages {
        Languages::One(language) => language.tag(),
        _ => "both",
    }
}
