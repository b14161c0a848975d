//! What came of the invoices of a run, and what an earlier run recorded of them.

use std::time::SystemTime;

use super::codes::{CodeRecord, InvoiceLinks, Picture, SignedCode, by_name};
use crate::advice::Advice;
use crate::deadline::Mode;
use crate::error::{Error, Warning};
use crate::invoice::Invoice;
use crate::values::{Day, InvoiceHash, KsefNumber, Nip, Rules};

/// What came of one invoice: a line of the manifest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The input, as the user named it.
    pub input: String,
    /// What was done, or why nothing was.
    pub outcome: InvoiceOutcome,
    /// The moment, if the run acted as if it were another than it was.
    pub rehearsed_at: Option<SystemTime>,
}

impl Record {
    /// An invoice that got no codes.
    pub fn refused(input: impl Into<String>, error: Error) -> Self {
        Self { input: input.into(), outcome: InvoiceOutcome::Refused(error), rehearsed_at: None }
    }
}

/// What came of an invoice.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "the largest is the usual one")]
pub enum InvoiceOutcome {
    /// It has its codes now.
    Done(Done),
    /// It has the codes of an earlier run.
    Kept(Kept),
    /// It has none.
    Refused(Error),
}

/// An invoice with its codes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Done {
    /// The facts.
    pub invoice: Invoice,
    /// KOD I.
    pub kod1: CodeRecord,
    /// The number under KOD I, where it is known.
    pub ksef_number: Option<KsefNumber>,
    /// KOD II, if it was asked for.
    pub kod2: Option<SignedCode>,
    /// Every rule that was overridden for this invoice or its certificate.
    pub allowed: Rules,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
    /// What is true of many invoices of a run and is said once, in its summary: of whoever signs.
    pub run_warnings: Vec<Warning>,
    /// The document that was made around the codes, if one was asked for.
    pub document: Option<DocumentRecord>,
    /// By when KSeF must have it, if it is known why it was issued offline.
    pub sending: Option<Sending>,
    /// The digest of the file when an earlier run drew its codes, if they were drawn anew: because the file changed,
    /// or because its KSeF number is known now.
    pub replaces: Option<InvoiceHash>,
    /// True if its codes were made before, by another run, and come from the book.
    pub is_from_book: bool,
}

impl Done {
    /// The codes, by name.
    pub fn codes(&self) -> impl Iterator<Item = (&'static str, &CodeRecord)> {
        by_name(&self.kod1, self.kod2.as_ref().map(|kod2| &kod2.code))
    }

    /// What a later run will find.
    pub(crate) fn to_earlier(&self, input: &str) -> EarlierRecord {
        EarlierRecord {
            input: input.to_owned(),
            hash: *self.invoice.hash(),
            seller: self.invoice.seller(),
            number: self.invoice.number().to_owned(),
            kind: self.invoice.kind().map(str::to_owned),
            ksef_number: self.ksef_number.clone(),
            kod1: self.kod1.clone(),
            kod2: self.kod2.clone(),
            document: self.document.clone(),
            replaces: self.replaces,
        }
    }

    /// Which document may be handed over, if that is known: why the invoice was issued offline, or which
    /// number it has.
    pub fn advice(&self) -> Option<Advice> {
        let mode = self.sending.map(|sending| sending.mode);
        let is_known = mode.is_some() || self.ksef_number.is_some();
        is_known.then(|| Advice::of(&self.invoice, mode, self.ksef_number.as_ref()))
    }
}

/// When to send an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sending {
    /// Why it was issued outside of KSeF.
    pub mode: Mode,
    /// The last day for it; none while the outage lasts.
    pub by: Option<Day>,
}

/// An invoice that an earlier run signed. Its line stays as it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Kept {
    /// What that run recorded.
    pub record: EarlierRecord,
    /// True if a picture was not there, or not whole, and was drawn again from its link.
    pub redrawn: bool,
}

/// What an earlier run recorded of an invoice that it signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EarlierRecord {
    /// The input, as the user named it.
    pub input: String,
    /// The digest of the invoice file.
    pub hash: InvoiceHash,
    /// The seller's NIP.
    pub seller: Nip,
    /// The invoice's number.
    pub number: String,
    /// The invoice's kind, as `Invoice::kind` has it.
    pub kind: Option<String>,
    /// The number under KOD I, where it was known.
    pub ksef_number: Option<KsefNumber>,
    /// KOD I.
    pub kod1: CodeRecord,
    /// KOD II, if there is one.
    pub kod2: Option<SignedCode>,
    /// The document that was made around the codes, if one was.
    pub document: Option<DocumentRecord>,
    /// The digest of the file before, if the codes were drawn anew then.
    pub replaces: Option<InvoiceHash>,
}

impl EarlierRecord {
    /// The codes, by name.
    pub fn codes(&self) -> impl Iterator<Item = (&'static str, &CodeRecord)> {
        by_name(&self.kod1, self.kod2.as_ref().map(|kod2| &kod2.code))
    }

    /// The links, without their pictures.
    pub(crate) fn links(&self) -> InvoiceLinks {
        InvoiceLinks {
            ksef_number: self.ksef_number.clone(),
            kod1: self.kod1.to_link(),
            kod2: self.kod2.as_ref().map(SignedCode::to_link),
        }
    }
}

/// Where on a page the codes are, in millimetres from the upper left corner of the page as the reader sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct CodesPlace {
    /// The page, counted from 1.
    pub page: u32,
    /// From the left edge of the page.
    pub left_mm: u32,
    /// From its upper edge.
    pub top_mm: u32,
    /// The width of the codes with all that belongs to them.
    pub width_mm: u32,
    /// Their height.
    pub height_mm: u32,
}

/// A document made around the codes of an invoice, as the manifest gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentRecord {
    /// `stamped` or `confirmation`.
    pub kind: String,
    /// The file, or its bytes.
    pub place: Picture,
    /// The pages that carry the codes, from 1 on, if it is a stamped PDF.
    pub pages: Vec<u32>,
    /// Where the codes are on each of them, if a place was looked for.
    pub places: Vec<CodesPlace>,
    /// Where the invoice of a stamped PDF was found: a file's path, or the name of the embedded file.
    pub invoice: Option<String>,
    /// The SHA-256 digest of the PDF before it was stamped, in Base64.
    pub pdf_sha256: Option<String>,
    /// How many of the invoice's codes stand on it, the first ones; none if all do.
    pub codes: Option<usize>,
}
