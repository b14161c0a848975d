//! What a run makes around the codes of each invoice: a stamped PDF, a confirmation.

use super::manifest::{Code, DocumentRecord, Picture};
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::pdf::{self, Original, Stamp};
use crate::qr::Symbol;
use crate::values::InvoiceHash;
use crate::warning::Warning;

/// The kinds, and what their files end in.
pub(super) const DOCUMENTS: [(&str, &str); 1] = [("stamped", ".pdf")];

/// Which document to make.
#[derive(Debug)]
pub enum Document {
    /// The PDF that the invoice comes with, with its codes on it.
    Stamped(Stamping),
}

/// How to stamp.
pub struct Stamping {
    /// Where, and how large.
    pub stamp: Stamp,
    /// The password of the PDFs, if they have one.
    pub password: Option<zeroize::Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Stamping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stamping").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}

/// A document that was begun: what it is made of was read.
pub(super) struct Draft<'d> {
    document: &'d Document,
    original: Option<Read>,
}

/// A PDF that is to be stamped.
struct Read {
    pdf: Original,
    digest: InvoiceHash,
    invoice: String,
}

/// What goes into a document.
pub(super) struct Content<'c> {
    pub(super) invoice: &'c Invoice,
    pub(super) codes: Vec<(&'c Code, Symbol)>,
}

/// A document, ready to be written.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    pub(super) pages: Vec<u32>,
    pub(super) warnings: Vec<Warning>,
}

impl Document {
    /// The kind, as the manifest names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Stamped(_) => "stamped",
        }
    }

    /// What the files end in, after the stem: `.pdf`.
    pub fn ending(&self) -> &'static str {
        match self {
            Self::Stamped(_) => ".pdf",
        }
    }

    /// A document that is made of nothing but the invoice.
    pub(super) fn begin(&self) -> Draft<'_> {
        Draft { document: self, original: None }
    }

    /// A document that is made of a PDF. The invoice in it is put into `invoice`, if it does not lie elsewhere.
    pub(super) fn open(&self, bytes: Vec<u8>, beside: Option<String>, invoice: &mut Vec<u8>) -> Result<Draft<'_>> {
        let Self::Stamped(stamping) = self;
        let digest = InvoiceHash::of(&bytes);
        let pdf = Original::read(bytes, stamping.password.as_ref().map(|password| password.as_slice()))?;
        let name = match beside {
            Some(name) => name,
            None => {
                let found = invoice_in(&pdf)?;
                *invoice = found.bytes;
                found.name
            }
        };
        Ok(Draft { document: self, original: Some(Read { pdf, digest, invoice: name }) })
    }

    /// True for a file that was written to its end, as far as its last bytes tell.
    pub(super) fn is_whole(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Stamped(_) => bytes.starts_with(b"%PDF") && bytes.trim_ascii_end().ends_with(b"%%EOF"),
        }
    }

    /// True if a file of this name may be replaced when replacing is asked for: what we made, and not what somebody
    /// gave us to stamp.
    pub(super) fn may_replace(&self, found: &[u8]) -> bool {
        match self {
            Self::Stamped(_) => pdf::is_stamped(found),
        }
    }
}

/// The one invoice among the XML files of a PDF.
fn invoice_in(pdf: &Original) -> Result<pdf::Embedded> {
    let mut embedded = pdf.embedded_xml()?;
    let count = embedded.len();
    // Beside KSeF's own form a PDF may hold the invoice as Factur-X.
    embedded.retain(|file| Invoice::read(&file.bytes).err().is_none_or(|error| error.kind() != Kind::UnknownForm));
    match (embedded.len(), embedded.pop()) {
        (1, Some(invoice)) => Ok(invoice),
        (0, _) if count == 0 => Err(Error::new(Kind::InvoiceNotEmbedded, "no XML file is embedded in the PDF")),
        (0, _) => Err(Error::new(Kind::InvoiceNotEmbedded, "none of the XML files in the PDF is an invoice for KSeF")),
        (several, _) => Err(Error::new(Kind::InvoiceEmbeddedTwice, format!("the PDF holds {several} invoices"))),
    }
}

impl Draft<'_> {
    /// Which document it is.
    pub(super) fn document(&self) -> &Document {
        self.document
    }

    /// The document in the manifest.
    pub(super) fn record(&self, place: Picture, made: &Made) -> DocumentRecord {
        DocumentRecord {
            kind: self.document.kind().to_owned(),
            place,
            pages: made.pages.clone(),
            invoice: self.original.as_ref().map(|original| original.invoice.clone()),
            pdf_sha256: self.digest(),
        }
    }

    /// The digest of the PDF before it is stamped.
    pub(super) fn digest(&self) -> Option<String> {
        self.original.as_ref().map(|original| original.digest.base64())
    }

    /// Makes it.
    pub(super) fn finish(&self, content: &Content<'_>) -> Result<Made> {
        match (self.document, &self.original) {
            (Document::Stamped(stamping), Some(original)) => {
                let codes: Vec<pdf::Code<'_>> = content
                    .codes
                    .iter()
                    .map(|(code, symbol)| pdf::Code { symbol, label: &code.label, url: &code.url })
                    .collect();
                let stamped = original.pdf.stamp(&codes, &stamping.stamp)?;
                Ok(Made { bytes: stamped.bytes, pages: stamped.pages, warnings: stamped.warnings })
            }
            (Document::Stamped(_), None) => {
                Err(Error::new(Kind::InputNotPdf, "it comes without a PDF that could be stamped"))
            }
        }
    }
}
