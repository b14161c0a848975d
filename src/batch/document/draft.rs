//! What a run makes around the codes of each invoice: a stamped PDF, a confirmation.

use std::fmt;

use crate::advice::{Advice, Asked, Codes};
use crate::batch::input::Input;
use crate::deadline::Mode;
use crate::error::{Error, Kind, Result, Warning};
use crate::invoice::Invoice;
use crate::manifest::CodesPlace;
use crate::render::Code;
use crate::upo::Receipt;
use crate::values::{InvoiceHash, KsefNumber};

/// A document that a run makes of each invoice; all workers share one.
pub trait Document: fmt::Debug + Send + Sync {
    /// The kind, as the manifest names it: `stamped`.
    fn kind(&self) -> &'static str;

    /// What its files end in, after the stem: `.pdf`.
    fn ending(&self) -> &'static str;

    /// What people call it, in the singular and in the plural.
    fn nouns(&self) -> [&'static str; 2];

    /// Reads the invoice's exact bytes into `invoice`, `largest` at most, and whatever else the document is made of.
    ///
    /// # Errors
    /// Those of [`Input::read`], and the document's own.
    fn begin(&self, input: &Input, invoice: &mut Vec<u8>, largest: u64) -> Result<Box<dyn Draft + '_>>;

    /// True for a file that was written to its end, as far as its last bytes tell.
    fn is_whole(&self, bytes: &[u8]) -> bool;

    /// True if a file that has the document's name may be replaced when replacing is asked for.
    fn may_replace(&self, found: &[u8]) -> bool;
}

/// A document that was begun for one invoice.
pub trait Draft {
    /// Looks whether what the document is made of belongs to the invoice, before anything is signed. `xml` are the
    /// invoice's bytes.
    ///
    /// # Errors
    /// The document's own.
    fn compare(&self, invoice: &Invoice, xml: &[u8]) -> Result<Vec<Warning>> {
        let _ = (invoice, xml);
        Ok(Vec::new())
    }

    /// Makes the document.
    ///
    /// # Errors
    /// The document's own.
    fn finish(&self, content: &Content<'_>) -> Result<Made>;

    /// What is another in the document that an earlier run made of the same invoice, byte for byte another than this one: as
    /// exactly as it can be found out, and all that it may be where it cannot.
    fn difference(&self, content: &Content<'_>, found: &[u8]) -> String {
        let _ = (content, found);
        "the size, the error correction or the place of the codes is another".to_owned()
    }

    /// The PDF that it is made of, if it is made of one.
    fn source(&self) -> Option<&PdfSource> {
        None
    }
}

/// Where a stamped PDF comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PdfSource {
    /// Where the invoice was found: a file's path, or the name of the file embedded in the PDF.
    pub invoice: String,
    /// The digest of the PDF before it is stamped.
    pub digest: InvoiceHash,
}

impl PdfSource {
    /// The place of the invoice, and the digest of the PDF as it was.
    pub fn new(invoice: impl Into<String>, digest: InvoiceHash) -> Self {
        Self { invoice: invoice.into(), digest }
    }
}

/// What goes into a document.
#[non_exhaustive]
pub struct Content<'c> {
    /// The invoice.
    pub invoice: &'c Invoice,
    /// KOD I, and KOD II if there is one.
    pub codes: &'c [Code],
    /// The number under KOD I, where it is known.
    pub ksef_number: Option<&'c KsefNumber>,
    /// What the UPO confirms besides, where one was given.
    pub receipt: Option<&'c Receipt>,
    /// Why the invoice was issued outside of KSeF, if that is known.
    pub mode: Option<Mode>,
}

impl<'c> Content<'c> {
    /// The codes that belong on the invoice itself by the rules ([`Advice`]), as far as its mode or its number are known; else all
    /// that there are. With what is to be said of it.
    ///
    /// # Errors
    /// `kod2_missing`: both codes belong on it, and there is KOD I alone.
    pub fn codes_of_invoice(&self) -> Result<(&'c [Code], Option<Warning>)> {
        if self.mode.is_none() && self.ksef_number.is_none() {
            return Ok((self.codes, None));
        }
        let advice = Advice::of(self.invoice, self.mode, self.ksef_number);
        match (advice.codes(), self.codes) {
            (_, []) => Ok((self.codes, None)),
            (Codes::None, _) => Ok((&[], advice.warning_for(Asked::Invoice))),
            (Codes::Kod1, codes) => Ok((codes.get(..1).unwrap_or(codes), None)),
            (Codes::Both, [_]) => {
                let why = advice.reasons().last().map(ToString::to_string).unwrap_or_default();
                Err(Error::new(Kind::Kod2Missing, format!("KOD I alone would stand on it: {why}")))
            }
            (Codes::Both, codes) => Ok((codes, None)),
        }
    }

    /// None, as somebody asked for it.
    ///
    /// # Errors
    /// `kod2_missing`: the invoice was issued offline, and codes belong on it.
    pub fn none_of_the_codes(&self) -> Result<&'c [Code]> {
        let Some(mode) = self.mode else { return Ok(&[]) };
        match Advice::of(self.invoice, Some(mode), self.ksef_number).codes() {
            Codes::None => Ok(&[]),
            Codes::Kod1 | Codes::Both => {
                let message = format!(
                    "codes belong on an invoice of the mode {}, and it would be drawn without them",
                    mode.name()
                );
                Err(Error::new(Kind::Kod2Missing, message))
            }
        }
    }
}

/// A document, ready to be written.
#[non_exhaustive]
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// The pages that carry the codes, from 1 on, if it has pages that do not.
    pub pages: Vec<u32>,
    /// Where the codes are on each of them, if a place was looked for.
    pub places: Vec<CodesPlace>,
    /// How many of the codes it carries, the first ones; none if all.
    pub codes: Option<usize>,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
}

impl Made {
    /// A file all of whose pages carry the codes, or that has none, and nothing to look at.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, pages: Vec::new(), places: Vec::new(), codes: None, warnings: Vec::new() }
    }
}

/// True for a document of ours, by what its name ends in and by what stands in it.
pub(crate) fn is_own(ending: &str, bytes: &[u8]) -> bool {
    match ending {
        ".pdf" => is_stamped(bytes),
        ".confirmation.pdf" | ".invoice.pdf" => names_us(bytes),
        // Reset, no Kanji, the letters of Central Europe.
        ".confirmation.escpos" => bytes.starts_with(b"\x1B@\x1C.\x1Bt\x12"),
        // UTF-8, and the width.
        ".confirmation.zpl" => bytes.starts_with(b"^XA\n^CI28\n^PW"),
        _ => false,
    }
}

/// True for a PDF that names ksef-qr as its creator, where a PDF says that: in the dictionary that its last trailer names.
pub(crate) fn names_us(pdf: &[u8]) -> bool {
    let after = |text: &[u8], mark: &[u8]| memchr::memmem::rfind(text, mark).map(|at| at + mark.len());
    let information = || {
        let trailer = pdf.get(after(pdf, b"trailer")?..)?;
        let reference = trailer.get(after(trailer, b"/Info ")?..)?;
        let number: Vec<u8> = reference.iter().copied().take_while(u8::is_ascii_digit).collect();
        let object = pdf.get(after(pdf, &[b"\n", &*number, b" 0 obj"].concat())?..)?;
        object.get(..memchr::memmem::find(object, b"endobj")?)
    };
    let is_named = |dictionary: &[u8]| {
        [&b"/Creator(ksef-qr)"[..], b"/Creator (ksef-qr)"]
            .iter()
            .any(|mark| memchr::memmem::find(dictionary, mark).is_some())
    };
    pdf.starts_with(b"%PDF-") && information().is_some_and(is_named)
}

/// True for a PDF whose pages know our codes, by their name there.
pub(crate) fn is_stamped(pdf: &[u8]) -> bool {
    memchr::memmem::find(pdf, b"/KsefQr").is_some()
}
