//! A line of a manifest against the links in it.

use serde::Deserialize;

use super::check::Check;
use super::codes::Code;
use super::parts::Parts;
use super::report::{Report, Subject};
use crate::error::{Error, Kind, Result};
use crate::link::Link;
use crate::values::{ContextId, InvoiceHash, IssueDate, KsefNumber};

/// `%PDF`, as Base64 begins.
const PDF_IN_BASE64: &str = "JVBER";

/// What a line of a manifest is.
#[derive(Clone, Debug)]
pub enum Entry {
    /// An invoice with its codes.
    Codes(Codes),
    /// A refused invoice, which has none.
    Refused,
    /// The summary of the run.
    Summary,
}

/// An invoice's codes, as a manifest has them.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The invoice's file, as it was named to the run.
    pub input: String,
    /// The links: KOD I, and KOD II if there is one.
    pub links: Vec<String>,
    /// Every picture of them, and the document around them, if it is a PDF.
    pub pictures: Vec<Picture>,
    /// Where the invoice is, if it is not `input`: the file beside the PDF, or the name of the one embedded in it.
    pub invoice: Option<String>,
    /// Whether the fields of the line say what the links say.
    pub report: Report,
}

/// A picture, or a PDF with codes on it, that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file's name, relative to the folder of the run, or in its archive; of a picture in the manifest itself, the
    /// field.
    pub name: String,
    /// Of a picture in the manifest itself: its bytes, in Base64.
    pub embedded: Option<String>,
    /// The links that it must hold: a picture one, a document all.
    pub urls: Vec<String>,
    /// True for a document, which may hold codes of other kinds too (a bank's, say), and the same on several pages.
    pub is_document: bool,
}

impl Entry {
    /// Reads a line, and compares its fields with its links. Fields that this version does not know are passed over.
    ///
    /// # Errors
    /// `manifest_malformed`.
    pub fn read(line: &str) -> Result<Self> {
        let malformed = |what: &str| Error::new(Kind::ManifestMalformed, what);
        let line: Line = serde_json::from_str(line)
            .map_err(|error| malformed(&format!("no manifest's line: {error}")).caused_by(error))?;
        match (&*line.r#type, line.status.as_deref()) {
            ("summary", _) => Ok(Self::Summary),
            ("invoice", Some("refused")) => Ok(Self::Refused),
            ("invoice", Some("signed" | "linked")) => Codes::of(line).map(Self::Codes),
            _ => Err(malformed("the line is of no type and status that a manifest has")),
        }
    }
}

impl Picture {
    /// Compares what was read from the picture with the link that it must hold.
    pub fn check(&self, found: &[String]) -> Check {
        let Self { name, urls, is_document, .. } = self;
        let fail = |why: String| Check::fail(Code::ManifestPicture, why);
        let counts = |found: &&String| !is_document || Link::parse(found).is_ok();
        let mut counted = found.iter().filter(counts);
        if let Some(other) = counted.find(|found| !urls.contains(found)) {
            return fail(format!("{name} holds another link: {other}"));
        }
        match urls.iter().position(|url| !found.contains(url)) {
            Some(_) if found.is_empty() => fail(format!("no code was found in {name}")),
            Some(place) => fail(format!("{name} lacks KOD {}", ["I", "II"].get(place).unwrap_or(&"?"))),
            None if !is_document && found.len() > 1 => fail(format!("{name} holds {} codes, not one", found.len())),
            None => {
                let what = if urls.len() == 1 { "its link" } else { "its links" };
                Check::ok(Code::ManifestPicture, format!("{name} reads back as {what}"))
            }
        }
    }

    /// The check of a picture that cannot be read.
    pub fn unreadable(&self, why: &str) -> Check {
        Check::fail(Code::ManifestPicture, format!("{}: {why}", self.name))
    }
}

#[derive(Deserialize)]
struct Line {
    r#type: String,
    status: Option<String>,
    #[serde(default)]
    input: String,
    seller_nip: Option<String>,
    issue_date: Option<String>,
    context: Option<String>,
    hash_base64: Option<String>,
    hash_base64url: Option<String>,
    ksef_number: Option<String>,
    kod1: Option<CodeLine>,
    kod2: Option<CodeLine>,
    document: Option<DocumentLine>,
}

#[derive(Deserialize)]
struct DocumentLine {
    file: Option<String>,
    base64: Option<String>,
    invoice: Option<String>,
}

#[derive(Deserialize)]
struct CodeLine {
    url: String,
    label: Option<String>,
    png: Option<String>,
    svg: Option<String>,
    pdf: Option<String>,
    png_base64: Option<String>,
    svg_base64: Option<String>,
    pdf_base64: Option<String>,
    algorithm: Option<String>,
    certificate_serial: Option<String>,
}

impl Codes {
    fn of(line: Line) -> Result<Self> {
        let malformed = |what: &str| Error::new(Kind::ManifestMalformed, what);
        let kod1 = line.kod1.as_ref().ok_or_else(|| malformed("the line has no kod1"))?;
        if line.status.as_deref() == Some("signed") && line.kod2.is_none() {
            return Err(malformed("the line says signed and has no kod2"));
        }
        let codes = || [Some(kod1), line.kod2.as_ref()].into_iter().flatten();
        let mut checks = Vec::new();
        facts(&line, kod1, &mut checks);
        let links: Vec<String> = codes().map(|code| code.url.clone()).collect();
        let mut pictures: Vec<Picture> = codes()
            .flat_map(|code| {
                let files = [&code.png, &code.svg, &code.pdf].into_iter().flatten();
                let embedded = [
                    ("png_base64", &code.png_base64),
                    ("svg_base64", &code.svg_base64),
                    ("pdf_base64", &code.pdf_base64),
                ];
                let embedded = embedded.into_iter().filter(|(_, bytes)| bytes.is_some());
                let files = files.map(|name| (name.clone(), None));
                files.chain(embedded.map(|(field, bytes)| (field.to_owned(), bytes.clone()))).map(|(name, embedded)| {
                    Picture { name, embedded, urls: vec![code.url.clone()], is_document: false }
                })
            })
            .collect();
        let document = line.document.as_ref().and_then(|document| {
            let urls = links.clone();
            match (&document.file, &document.base64) {
                // Bytes for a printer of receipts or labels are not drawn, and so not read back.
                (Some(file), _) if file.rsplit_once('.').is_some_and(|(_, ending)| ending == "pdf") => {
                    Some(Picture { name: file.clone(), embedded: None, urls, is_document: true })
                }
                (None, Some(bytes)) if bytes.starts_with(PDF_IN_BASE64) => {
                    let (name, embedded) = ("document".to_owned(), Some(bytes.clone()));
                    Some(Picture { name, embedded, urls, is_document: true })
                }
                _ => None,
            }
        });
        pictures.extend(document);
        let invoice = line.document.as_ref().and_then(|document| document.invoice.clone());
        let report = Report { subject: Subject::Entry { input: line.input.clone() }, checks };
        Ok(Self { input: line.input, links, pictures, invoice, report })
    }
}

fn facts(line: &Line, kod1: &CodeLine, checks: &mut Vec<Check>) {
    let parts = |code: &CodeLine| Link::parse(&code.url).map(|link| Parts::of(&link)).unwrap_or_default();
    let first = parts(kod1);
    let second = line.kod2.as_ref().map(parts);
    let both = || [Some(&first), second.as_ref()].into_iter().flatten();

    let spellings = [
        line.hash_base64.as_deref().map(InvoiceHash::from_base64),
        line.hash_base64url.as_deref().map(InvoiceHash::from_base64url),
    ];
    let digests: Vec<Option<InvoiceHash>> = spellings.into_iter().map(|hash| hash?.ok()).collect();
    let digest = digests.first().copied().flatten();
    let agree = digest.is_some() && digests.iter().all(|other| *other == digest) && both().all(|of| of.hash == digest);
    checks.push(said(Code::ManifestDigest, "the digest", agree));

    let seller = line.seller_nip.as_deref();
    let agree = both().all(|of| of.seller.is_some_and(|nip| Some(nip.as_str()) == seller));
    checks.push(said(Code::ManifestSeller, "the seller's NIP", agree));

    let date = line.issue_date.as_deref().and_then(|date| IssueDate::parse(date).ok());
    checks.push(said(Code::ManifestDate, "the issue date", date.is_some() && first.issue_date == date));

    checks.push(label_of_kod1(line, kod1));
    let (Some(code), Some(second)) = (&line.kod2, second) else { return };
    let context = line.context.as_deref().and_then(|context| context.parse::<ContextId>().ok());
    checks.push(said(Code::ManifestContext, "the context", context.is_some() && second.context == context));

    let serial = second.serial.map(|serial| serial.to_string());
    let agree = serial.is_some() && serial == code.certificate_serial;
    checks.push(said(Code::ManifestSerial, "the certificate's serial number", agree));

    let fits = match (code.algorithm.as_deref(), second.signature.as_deref()) {
        (Some("ES256-P1363"), Some(signature)) => signature.len() == 64,
        (Some("ES256-DER"), Some(signature)) => signature.first() == Some(&0x30) && signature.len() <= 72,
        (Some("PS256"), Some(signature)) => signature.len() >= 256,
        _ => false,
    };
    checks.push(said(Code::ManifestAlgorithm, "the algorithm", fits));
    let label = code.label.as_deref();
    checks.push(match label {
        Some("CERTYFIKAT") => Check::ok(Code::ManifestLabel, "CERTYFIKAT stands under KOD II"),
        _ => Check::fail(Code::ManifestLabel, format!("{} stands under KOD II, not CERTYFIKAT", shown(label))),
    });
}

fn label_of_kod1(line: &Line, kod1: &CodeLine) -> Check {
    let label = kod1.label.as_deref();
    let number = line.ksef_number.as_deref();
    match (label, number) {
        (Some("OFFLINE"), None) => Check::ok(Code::ManifestLabel, "OFFLINE stands under KOD I"),
        (Some(label), Some(number)) if label == number => match KsefNumber::parse(number) {
            Ok(_) => Check::ok(Code::ManifestLabel, format!("the KSeF number {number} stands under KOD I")),
            Err(error) => Check::fail(Code::ManifestLabel, format!("{} [{}]", error.message(), error.code())),
        },
        _ => {
            let expected = number.unwrap_or("OFFLINE");
            Check::fail(Code::ManifestLabel, format!("{} stands under KOD I, not {expected}", shown(label)))
        }
    }
}

fn shown(label: Option<&str>) -> String {
    label.map_or("nothing".to_owned(), |label| format!("{label:?}"))
}

fn said(code: Code, what: &str, agree: bool) -> Check {
    match agree {
        true => Check::ok(code, format!("{what} is the same in the line and in its links")),
        false => Check::fail(code, format!("{what} is not the same in the line and in its links")),
    }
}
