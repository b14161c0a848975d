//! A line of a manifest against the links in it.

use super::link::facts::LinkFacts;
use super::report::{Check, Report, ReportSubject};
use super::told::Told;
use crate::error::{CheckCode, Error, Kind, Result};
use crate::invoice::Invoice;
use crate::link::Link;
use crate::manifest::{CodeLine, DocumentLine, InvoiceLine, ManifestLine};
use crate::render::Label;
use crate::report::quoted;
use crate::values::{ContextId, InvoiceHash, IssueDate, KsefNumber};

/// `%PDF`, as Base64 begins.
const PDF_IN_BASE64: &str = "JVBER";

/// What a line of a manifest is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ManifestEntry {
    /// An invoice with its codes.
    Codes(ManifestCodes),
    /// A refused invoice, which has none.
    Refused,
    /// The summary of the run.
    Summary,
}

/// An invoice's codes, as a manifest has them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ManifestCodes {
    /// The invoice's file, as it was named to the run.
    pub input: String,
    /// The links: KOD I, and KOD II if there is one.
    pub links: Vec<String>,
    /// Every picture of them, and the document around them, if it is a PDF.
    pub pictures: Vec<ManifestPicture>,
    /// Where the invoice is, if it is not `input`: the file beside the PDF, or the name of the one embedded in it.
    pub invoice: Option<String>,
    /// Whether the fields of the line say what the links say.
    pub report: Report,
    pub(super) told: Box<Told>,
}

/// A picture, or a PDF with codes on it, that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManifestPicture {
    /// The file's name, relative to the folder of the run, or in its archive; of a picture in the manifest itself, the
    /// field.
    pub name: String,
    /// Of a picture in the manifest itself: its bytes, in Base64.
    pub embedded: Option<String>,
    /// The links that it must hold: a picture one, a document all or those that its line names.
    pub urls: Vec<String>,
    /// Of a picture: what stands under the code.
    pub label: Option<Label>,
    /// True for a document, which may hold codes of other kinds too (a bank's, say), and the same on several pages.
    pub is_document: bool,
}

impl ManifestEntry {
    /// Reads a line, and compares its fields with its links. Fields that this version does not know are passed over.
    ///
    /// # Errors
    /// `manifest_malformed`.
    pub fn read(line: &str) -> Result<Self> {
        let malformed = |what: &str| Error::new(Kind::ManifestMalformed, what);
        match ManifestLine::read(line.as_bytes())
            .map_err(|error| malformed(&format!("no manifest's line: {error}")).caused_by(error))?
        {
            ManifestLine::Summary => Ok(Self::Summary),
            ManifestLine::Refused => Ok(Self::Refused),
            ManifestLine::Invoice(line) => ManifestCodes::of(&line).map(Self::Codes),
            ManifestLine::Foreign => Err(malformed("the line is of no type and status that a manifest has")),
        }
    }
}

impl ManifestPicture {
    /// Compares what was read from the picture with the link that it must hold.
    pub fn check(&self, found: &[String]) -> Check {
        let Self { name, urls, is_document, .. } = self;
        let fail = |why: String| Check::fail(CheckCode::ManifestPicture, why);
        let counts = |found: &&String| !is_document || Link::parse(found).is_ok();
        let mut counted = found.iter().filter(counts);
        if let Some(other) = counted.find(|found| !urls.contains(found)) {
            return fail(format!("{name} holds another link: {other}"));
        }
        match urls.iter().position(|url| !found.contains(url)) {
            None if urls.is_empty() => {
                Check::ok(CheckCode::ManifestPicture, format!("{name} has no codes, as its line says"))
            }
            Some(_) if found.is_empty() => fail(format!("no code was found in {name}")),
            Some(place) => fail(format!("{name} lacks KOD {}", ["I", "II"].get(place).unwrap_or(&"?"))),
            None if !is_document && found.len() > 1 => fail(format!("{name} holds {} codes, not one", found.len())),
            None => {
                let what = if urls.len() == 1 { "its link" } else { "its links" };
                Check::ok(CheckCode::ManifestPicture, format!("{name} reads back as {what}"))
            }
        }
    }

    /// The check of a document in which a click on a code leads elsewhere than the code; none if no click does.
    ///
    /// `links` are what lies over codes: the text of the link, and that of the code.
    pub fn check_links<'t>(&self, links: impl Iterator<Item = (&'t str, &'t str)>) -> Option<Check> {
        self.misled(links, "a click on")
    }

    /// The same of links that are followed when the page is opened, without a click.
    pub fn check_opened_links<'t>(&self, links: impl Iterator<Item = (&'t str, &'t str)>) -> Option<Check> {
        self.misled(links, "opening the page of")
    }

    fn misled<'t>(&self, mut links: impl Iterator<Item = (&'t str, &'t str)>, what: &str) -> Option<Check> {
        let (link, code) = links.find(|(link, code)| link != code && self.urls.iter().any(|url| url == code))?;
        let which =
            self.urls.iter().position(|url| url == code).map_or("?", |place| ["I", "II"].get(place).unwrap_or(&"?"));
        let name = &self.name;
        let reason = format!("{name}: {what} KOD {which} leads elsewhere than the code: to {link:?}");
        Some(Check::fail(CheckCode::LinkOverCode, reason))
    }

    /// The check of a picture that nobody tried to read.
    pub fn not_read(&self, why: &str) -> Check {
        Check::not_checked(CheckCode::ManifestPicture, format!("{}: {why}", self.name))
    }

    /// The check of a picture that cannot be read.
    pub fn unreadable(&self, why: &str) -> Check {
        Check::fail(CheckCode::ManifestPicture, format!("{}: {why}", self.name))
    }
}

impl ManifestCodes {
    /// The check of an invoice that is not where it may be opened: it stands for "not compared".
    pub fn invoice_elsewhere(&self) -> Check {
        let name = self.invoice.as_deref().unwrap_or(&self.input);
        let reason = format!("{} is not in the manifest's folder, so it was not opened and not compared", quoted(name));
        Check::not_checked(CheckCode::ManifestInvoice, reason)
    }

    /// Fails if the line says something else of its invoice than this one, which has its digest.
    pub(super) fn compare(&mut self, invoice: &Invoice) {
        if let Some(field) = self.told.difference(invoice) {
            let message = format!("{field} is not in the line as in the invoice");
            self.report.checks.push(Check::fail(CheckCode::ManifestFacts, message));
        }
    }

    fn of(line: &InvoiceLine<'_>) -> Result<Self> {
        let malformed = |what: &str| Error::new(Kind::ManifestMalformed, what);
        let kod1 = line.kod1.as_ref().ok_or_else(|| malformed("the line has no kod1"))?;
        if line.is_signed() && line.kod2.is_none() {
            return Err(malformed("the line says signed and has no kod2"));
        }
        let mut checks = Vec::new();
        facts(line, kod1, &mut checks);
        let codes = || [Some(kod1), line.kod2.as_ref()].into_iter().flatten();
        let links: Vec<String> = codes().map(|code| code.url.to_string()).collect();
        let mut pictures: Vec<ManifestPicture> = codes().flat_map(pictures_of).collect();
        pictures.extend(line.document.as_ref().and_then(|document| document_with(document, &links)));
        let invoice = line.document.as_ref().and_then(|document| document.invoice.as_deref().map(str::to_owned));
        let input = line.input.to_string();
        let report = Report { subject: ReportSubject::Entry { input: input.clone() }, checks };
        Ok(Self { input, links, pictures, invoice, report, told: Box::new(Told::of(line)) })
    }
}

fn pictures_of(code: &CodeLine<'_>) -> impl Iterator<Item = ManifestPicture> {
    code.pictures.iter().map(|picture| {
        let text = picture.text.to_string();
        let (name, embedded) = match picture.is_embedded {
            true => (picture.field().into_owned(), Some(text)),
            false => (text, None),
        };
        let label = Label::new(&code.label).ok();
        ManifestPicture { name, embedded, urls: vec![code.url.to_string()], label, is_document: false }
    })
}

/// Bytes for a printer of receipts or labels are not drawn, and so not read back.
fn document_with(document: &DocumentLine<'_>, links: &[String]) -> Option<ManifestPicture> {
    let is_pdf = |file: &str| file.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("pdf"));
    let (name, embedded) = match (document.file.as_deref(), document.base64.as_deref()) {
        (Some(file), _) if is_pdf(file) => (file, None),
        (None, Some(bytes)) if bytes.starts_with(PDF_IN_BASE64) => ("document", Some(bytes.to_owned())),
        _ => return None,
    };
    // Only a document of our own making may be without one.
    let told = document.codes.as_ref().filter(|_| &*document.r#type != "stamped");
    let count = told.map_or(links.len(), Vec::len);
    let urls = links.iter().take(count).cloned().collect();
    Some(ManifestPicture { name: name.to_owned(), embedded, urls, label: None, is_document: true })
}

fn facts(line: &InvoiceLine<'_>, kod1: &CodeLine<'_>, checks: &mut Vec<Check>) {
    let parts = |code: &CodeLine<'_>| Link::parse(&code.url).map(|link| LinkFacts::of(&link)).unwrap_or_default();
    let first = parts(kod1);
    let second = line.kod2.as_ref().map(parts);
    let both = || [Some(&first), second.as_ref()].into_iter().flatten();

    let digest = InvoiceHash::from_base64(&line.hash_base64).ok();
    let is_same = digest.is_some() && InvoiceHash::from_base64url(&line.hash_base64url).ok() == digest;
    let agree = is_same && both().all(|of| of.hash == digest);
    checks.push(said(CheckCode::ManifestDigest, "the digest", agree));

    let agree = both().all(|of| of.seller.is_some_and(|nip| nip.as_str() == &*line.seller_nip));
    checks.push(said(CheckCode::ManifestSeller, "the seller's NIP", agree));

    let date = IssueDate::parse(&line.issue_date).ok();
    checks.push(said(CheckCode::ManifestDate, "the issue date", date.is_some() && first.issue_date == date));

    checks.push(label_of_kod1(line, kod1));
    let (Some(code), Some(second)) = (&line.kod2, second) else { return };
    let context = line.context.as_deref().and_then(|context| context.parse::<ContextId>().ok());
    checks.push(said(CheckCode::ManifestContext, "the context", context.is_some() && second.context == context));

    let serial = second.serial.map(|serial| serial.to_string());
    let agree = serial.is_some() && serial.as_deref() == code.certificate_serial.as_deref();
    checks.push(said(CheckCode::ManifestSerial, "the certificate's serial number", agree));

    let fits = match (code.algorithm.as_deref(), second.signature.as_deref()) {
        (Some("ES256-P1363"), Some(signature)) => signature.len() == 64,
        (Some("ES256-DER"), Some(signature)) => signature.first() == Some(&0x30) && signature.len() <= 72,
        (Some("PS256"), Some(signature)) => signature.len() >= 256,
        _ => false,
    };
    checks.push(said(CheckCode::ManifestAlgorithm, "the algorithm", fits));
    checks.push(match &*code.label {
        "CERTYFIKAT" => Check::ok(CheckCode::ManifestLabel, "CERTYFIKAT stands under KOD II"),
        label => Check::fail(CheckCode::ManifestLabel, format!("{} stands under KOD II, not CERTYFIKAT", shown(label))),
    });
}

fn label_of_kod1(line: &InvoiceLine<'_>, kod1: &CodeLine<'_>) -> Check {
    let number = line.ksef_number.as_deref();
    match (&*kod1.label, number) {
        ("OFFLINE", None) => Check::ok(CheckCode::ManifestLabel, "OFFLINE stands under KOD I"),
        (label, Some(_)) if line.kod2.is_some() => {
            let message = format!("{} stands under KOD I beside KOD II, not OFFLINE", shown(label));
            Check::fail(CheckCode::ManifestLabel, message)
        }
        (label, Some(number)) if label == number => match KsefNumber::parse(number) {
            Ok(_) => Check::ok(CheckCode::ManifestLabel, format!("the KSeF number {number} stands under KOD I")),
            Err(error) => Check::fail(CheckCode::ManifestLabel, format!("{} [{}]", error.message(), error.code())),
        },
        (label, _) => {
            let expected = number.unwrap_or("OFFLINE");
            Check::fail(CheckCode::ManifestLabel, format!("{} stands under KOD I, not {expected}", shown(label)))
        }
    }
}

fn shown(label: &str) -> String {
    if label.is_empty() { "nothing".to_owned() } else { format!("{label:?}") }
}

fn said(code: CheckCode, what: &str, agree: bool) -> Check {
    match agree {
        true => Check::ok(code, format!("{what} is the same in the line and in its links")),
        false => Check::fail(code, format!("{what} is not the same in the line and in its links")),
    }
}
