//! The manifest: one JSON object a line. A contract with other programs: fields are added, never changed.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::advice::Advice;
use crate::deadline::Mode;
use crate::error::{Error, Warning};
use crate::invoice::Invoice;
use crate::render::{Label, PictureFormat};
use crate::sign::{Algorithm, ContextChoice};
use crate::values::{CertificateSerial, Day, Environment, InvoiceHash, KsefNumber, Rule, Rules};

/// What came of one invoice: a line of the manifest.
#[derive(Clone, Debug)]
pub struct Record {
    /// The input, as the user named it.
    pub input: String,
    /// What was done, or why nothing was.
    pub outcome: Outcome,
}

/// What came of an invoice.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "the largest is the usual one")]
pub enum Outcome {
    /// It has its codes now.
    Done(Done),
    /// It has the codes of an earlier run.
    Kept(Kept),
    /// It has none.
    Refused(Error),
}

/// An invoice with its codes.
#[derive(Clone, Debug)]
pub struct Done {
    /// The facts.
    pub invoice: Invoice,
    /// KOD I.
    pub kod1: Code,
    /// The number under KOD I, where it is known.
    pub ksef_number: Option<KsefNumber>,
    /// KOD II, if it was asked for.
    pub kod2: Option<SignedCode>,
    /// Every rule that was overridden for this invoice or its certificate.
    pub allowed: Rules,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
    /// The document that was made around the codes, if one was asked for.
    pub document: Option<DocumentRecord>,
    /// By when KSeF must have it, if the run was told why it was issued offline.
    pub sending: Option<Sending>,
    /// The digest of the file when an earlier run drew its codes, if they were drawn anew: because the file changed,
    /// or because its KSeF number is known now.
    pub replaces: Option<InvoiceHash>,
}

impl Done {
    /// The codes, by name.
    pub fn codes(&self) -> impl Iterator<Item = (&'static str, &Code)> {
        [Some(("kod1", &self.kod1)), self.kod2.as_ref().map(|kod2| ("kod2", &kod2.code))].into_iter().flatten()
    }
}

/// When to send an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Why it was issued outside of KSeF.
    pub mode: Mode,
    /// The last day for it; none while the outage lasts.
    pub by: Option<Day>,
}

/// An invoice that an earlier run signed. Its line stays as it is.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The digest of the invoice file.
    pub hash: InvoiceHash,
    /// The invoice's number.
    pub number: String,
    /// The number under KOD I, where it was known.
    pub ksef_number: Option<KsefNumber>,
    /// KOD I.
    pub kod1: Code,
    /// KOD II, if there is one.
    pub kod2: Option<SignedCode>,
    /// The document that was made around the codes, if one was.
    pub document: Option<DocumentRecord>,
    /// True if a picture was not there, or not whole, and was drawn again from its link.
    pub redrawn: bool,
}

impl Done {
    /// Which document may be handed over, if that is known: the run was told why the invoice was issued offline, or which
    /// number it has.
    pub fn advice(&self) -> Option<Advice> {
        let mode = self.sending.map(|sending| sending.mode);
        let is_known = mode.is_some() || self.ksef_number.is_some();
        is_known.then(|| Advice::of(&self.invoice, mode, self.ksef_number.as_ref()))
    }
}

impl Kept {
    /// The codes, by name.
    pub fn codes(&self) -> impl Iterator<Item = (&'static str, &Code)> {
        [Some(("kod1", &self.kod1)), self.kod2.as_ref().map(|kod2| ("kod2", &kod2.code))].into_iter().flatten()
    }
}

/// A link, and the pictures of it.
#[derive(Clone, Debug)]
pub struct Code {
    /// The link.
    pub url: String,
    /// What stands under the code.
    pub label: Label,
    /// The pictures, one a format.
    pub pictures: Vec<(PictureFormat, Picture)>,
}

impl Code {
    pub(super) fn without_pictures(&self) -> Self {
        Self { url: self.url.clone(), label: self.label.clone(), pictures: Vec::new() }
    }
}

/// A picture, as the manifest gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A file, by its name in the output folder or archive.
    File(String),
    /// The bytes, in Base64.
    Embedded(String),
}

impl Picture {
    /// `png_base64`.
    pub(super) fn embedded_field(format: PictureFormat) -> String {
        format!("{}_base64", format.extension())
    }
}

/// A document made around the codes of an invoice, as the manifest gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRecord {
    /// `stamped` or `confirmation`.
    pub kind: String,
    /// The file, or its bytes.
    pub place: Picture,
    /// The pages that carry the codes, from 1 on, if it is a stamped PDF.
    pub pages: Vec<u32>,
    /// Where the invoice of a stamped PDF was found: a file's path, or the name of the embedded file.
    pub invoice: Option<String>,
    /// The SHA-256 digest of the PDF before it was stamped, in Base64.
    pub pdf_sha256: Option<String>,
}

/// A KOD II, and how it was signed.
#[derive(Clone, Debug)]
pub struct SignedCode {
    /// The link and its pictures.
    pub code: Code,
    /// The context it names, and why.
    pub context: ContextChoice,
    /// What it was signed with.
    pub algorithm: Algorithm,
    /// The certificate it names.
    pub serial: CertificateSerial,
}

impl Record {
    /// The line, its newline included. One that was kept has its line already.
    pub fn to_line(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Done(done) => Some(to_line(&Line::of_done(&self.input, done))),
            Outcome::Refused(error) => Some(to_line(&Line::of_refused(&self.input, error))),
            Outcome::Kept(_) => None,
        }
    }
}

/// What came of the whole run: the last line of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Invoices with KOD I and KOD II, kept ones included.
    pub signed: u64,
    /// Invoices with KOD I alone, kept ones included.
    pub linked: u64,
    /// Invoices that were refused.
    pub refused: u64,
    /// Invoices that have the codes of an earlier run.
    pub kept: u64,
    /// Kept invoices with pictures that had to be drawn again.
    pub redrawn: u64,
    /// Invoices that changed after an earlier run had signed them, and were signed anew.
    pub replaced: u64,
    /// True if the run was stopped before its end.
    pub interrupted: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// Which KSeF the links lead to.
    #[serde(serialize_with = "environment")]
    pub environment: Environment,
    /// What somebody should look at, beyond the single invoices: the certificate, numbers without an invoice.
    #[serde(serialize_with = "warnings")]
    pub warnings: Vec<Warning>,
    /// The version of this program.
    pub version: &'static str,
}

impl Summary {
    /// The line, its newline included.
    pub fn to_line(&self) -> String {
        #[derive(Serialize)]
        struct SummaryLine<'a> {
            r#type: &'static str,
            #[serde(flatten)]
            summary: &'a Summary,
        }
        to_line(&SummaryLine { r#type: "summary", summary: self })
    }

    pub(super) fn count(&mut self, record: &Record) {
        let has_kod2 = match &record.outcome {
            Outcome::Done(done) => {
                // With its KSeF number now, but as it was.
                let is_same = done.replaces == Some(*done.invoice.hash());
                self.replaced += u64::from(done.replaces.is_some() && !is_same);
                done.kod2.is_some()
            }
            Outcome::Kept(kept) => {
                self.kept += 1;
                self.redrawn += u64::from(kept.redrawn);
                kept.kod2.is_some()
            }
            Outcome::Refused(_) => return self.refused += 1,
        };
        *(if has_kod2 { &mut self.signed } else { &mut self.linked }) += 1;
    }

    /// Counts a line of an earlier run that stays without a record of its own.
    pub(super) fn count_kept(&mut self, is_signed: bool) {
        self.kept += 1;
        *(if is_signed { &mut self.signed } else { &mut self.linked }) += 1;
    }
}

fn to_line(value: &impl Serialize) -> String {
    // Nothing in these structures can fail to serialise: no maps with odd keys, no fallible implementation.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

#[derive(Serialize)]
struct Line<'a> {
    r#type: &'static str,
    status: &'static str,
    input: &'a str,
    #[serde(flatten)]
    facts: Option<Facts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine<'a>>,
}

#[derive(Serialize)]
struct Facts<'a> {
    form: &'static str,
    invoice_number: &'a str,
    kind: Option<&'a str>,
    seller_nip: String,
    buyer: Option<String>,
    self_billed: bool,
    attachment: bool,
    issue_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_source: Option<&'static str>,
    size_bytes: usize,
    hash_base64: String,
    hash_base64url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ksef_number: Option<&'a str>,
    kod1: CodeLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kod2: Option<CodeLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<DocumentLine<'a>>,
    #[serde(flatten)]
    sending: Option<SendingLine>,
    allowed: Vec<&'static str>,
    #[serde(serialize_with = "warnings")]
    warnings: &'a Vec<Warning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

#[derive(Serialize)]
struct SendingLine {
    mode: &'static str,
    send_by: Option<String>,
    hand_over: Option<&'static str>,
}

#[derive(Serialize)]
struct CodeLine<'a> {
    url: &'a str,
    label: &'a str,
    #[serde(flatten, serialize_with = "pictures")]
    pictures: &'a [(PictureFormat, Picture)],
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_serial: Option<String>,
}

#[derive(Serialize)]
struct DocumentLine<'a> {
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<&'a str>,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    pages: &'a [u32],
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pdf_sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a str>,
    message: &'a str,
    hint: &'static str,
}

#[derive(Serialize)]
struct WarningLine<'a> {
    code: &'static str,
    message: &'a str,
}

impl<'a> Line<'a> {
    fn of_done(input: &'a str, done: &'a Done) -> Self {
        let status = if done.kod2.is_some() { "signed" } else { "linked" };
        Self { r#type: "invoice", status, input, facts: Some(Facts::of(done)), error: None }
    }

    fn of_refused(input: &'a str, error: &'a Error) -> Self {
        let error = ErrorLine {
            code: error.code(),
            input: error.input().filter(|about| *about != input),
            message: error.message(),
            hint: error.hint(),
        };
        Self { r#type: "invoice", status: "refused", input, facts: None, error: Some(error) }
    }
}

impl<'a> Facts<'a> {
    fn of(done: &'a Done) -> Self {
        let invoice = &done.invoice;
        let signed = done.kod2.as_ref();
        Self {
            form: invoice.form().name(),
            invoice_number: invoice.number(),
            kind: invoice.kind(),
            seller_nip: invoice.seller().to_string(),
            buyer: Some(invoice.buyer().to_string()).filter(|buyer| !buyer.is_empty()),
            self_billed: invoice.is_self_billed(),
            attachment: invoice.has_attachment(),
            issue_date: invoice.issue_date().to_string(),
            context: signed.map(|signed| signed.context.context.to_string()),
            context_source: signed.map(|signed| signed.context.source.name()),
            size_bytes: invoice.size(),
            hash_base64: invoice.hash().base64(),
            hash_base64url: invoice.hash().base64url(),
            ksef_number: done.ksef_number.as_ref().map(KsefNumber::as_str),
            kod1: CodeLine::of(&done.kod1),
            kod2: signed.map(|signed| CodeLine {
                algorithm: Some(signed.algorithm.name()),
                certificate_serial: Some(signed.serial.to_string()),
                ..CodeLine::of(&signed.code)
            }),
            document: done.document.as_ref().map(DocumentLine::of),
            sending: done.sending.map(|sending| SendingLine {
                mode: sending.mode.name(),
                send_by: sending.by.map(|day| day.to_string()),
                hand_over: done.advice().map(|advice| advice.document().name()),
            }),
            allowed: done.allowed.iter().map(Rule::name).collect(),
            warnings: &done.warnings,
            replaces: done.replaces.as_ref().map(InvoiceHash::base64),
        }
    }
}

impl<'a> CodeLine<'a> {
    fn of(code: &'a Code) -> Self {
        Self {
            url: &code.url,
            label: code.label.as_str(),
            pictures: &code.pictures,
            algorithm: None,
            certificate_serial: None,
        }
    }
}

impl<'a> DocumentLine<'a> {
    fn of(document: &'a DocumentRecord) -> Self {
        let (file, base64) = match &document.place {
            Picture::File(name) => (Some(&**name), None),
            Picture::Embedded(bytes) => (None, Some(&**bytes)),
        };
        Self {
            r#type: &document.kind,
            file,
            base64,
            pages: &document.pages,
            invoice: document.invoice.as_deref(),
            pdf_sha256: document.pdf_sha256.as_deref(),
        }
    }
}

/// `"png": "f1.kod1.png"` or `"png_base64": "iVBO…"`, one field a format.
fn pictures<S: Serializer>(pictures: &[(PictureFormat, Picture)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pictures.iter().map(|(format, picture)| match picture {
        Picture::File(name) => (Cow::Borrowed(format.extension()), name),
        Picture::Embedded(bytes) => (Cow::Owned(Picture::embedded_field(*format)), bytes),
    }))
}

fn warnings<S: Serializer>(warnings: &[Warning], serializer: S) -> Result<S::Ok, S::Error> {
    serializer
        .collect_seq(warnings.iter().map(|warning| WarningLine { code: warning.code(), message: warning.message() }))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn environment<S: Serializer>(environment: &Environment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(environment.name())
}
