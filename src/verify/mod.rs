//! The inverse of signing: a link and what is at hand, to a report that says what is right, what is wrong and what
//! only KSeF knows.
//!
//! ```
//! use ksef_qr::Certificate;
//! use ksef_qr::verify::{Outcome, Verifier};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../../fixtures/keys/offline-ec.crt");
//! # let xml = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml").to_vec();
//! # let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_782_820_800);
//! let verifier = Verifier::new(now)
//!     .with_invoice("invoice.xml", xml)
//!     .with_certificate("firm.crt", Certificate::parse(certificate)?);
//! let report = verifier.link("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/2026-06-15/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo");
//! assert!(report.has_failed());
//! assert_eq!(report.check("date_iso").unwrap().reason(), "the date is \"2026-06-15\": the year stands first");
//! assert_eq!(report.check("invoice_digest").unwrap().outcome(), Outcome::Ok);
//! # Ok(())
//! # }
//! ```
//!
//! Public keys only, no file, no clock, no network. Nothing that KSeF alone knows is implied: whether the invoice
//! arrived, whether the certificate was revoked, whether its owner may issue in the context. Each of these is listed as
//! not checked.

mod address;
mod canonical;
mod certificates;
mod check;
mod ecdsa;
mod encoded;
mod explain;
mod fields;
mod invoices;
mod manifest;
mod messages;
mod order;
mod pair;
mod parts;
mod path;
mod report;
mod rsa_pss;
mod signature;
mod variants;

pub use check::{Check, Outcome};
pub use codes::CHECKS;
pub use manifest::{Codes, Entry, Picture};
pub use parts::CodeKind;
pub use report::{Report, Subject};

use std::time::SystemTime;

use certificates::CertificateFile;
use codes::Code;
use invoices::InvoiceFile;
use parts::Parts;

use crate::credential::Certificate;
use crate::link::Link;
use crate::values::{ContextId, Environment, IssueDate, Nip};

/// What a check can find stands in the registry of codes.
mod codes {
    pub use crate::error::CHECKS;
    pub(crate) use crate::error::CheckCode as Code;
}

/// Verifies links against the invoices and certificates at hand.
#[derive(Debug)]
pub struct Verifier {
    now: SystemTime,
    invoices: Vec<InvoiceFile>,
    certificates: Vec<CertificateFile>,
}

impl Verifier {
    /// Knows no invoice and no certificate: checks how links are spelled. `now` is the moment that validity is
    /// checked against.
    pub fn new(now: SystemTime) -> Self {
        Self { now, invoices: Vec::new(), certificates: Vec::new() }
    }

    /// Adds an invoice, the exact bytes of its file. Links are compared with the one that has their digest. `name` is
    /// what reasons call it.
    #[must_use]
    pub fn with_invoice(mut self, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.invoices.push(InvoiceFile::new(name.into(), bytes));
        self
    }

    /// Adds a certificate. The serial number in a KOD II picks among them: during a replacement two are in use.
    #[must_use]
    pub fn with_certificate(mut self, name: impl Into<String>, certificate: Certificate) -> Self {
        self.certificates.push(CertificateFile { name: name.into(), certificate });
        self
    }

    /// Verifies one link, or whatever text a QR code held.
    pub fn link(&self, text: &str) -> Report {
        let examined = Examined::of(text);
        self.report(&examined, None, &self.invoices)
    }

    /// As [`links`](Self::links), for links that are known to be of one invoice: they are compared with this file alone.
    pub fn links_of_invoice<T: AsRef<str>>(&self, texts: &[T], name: &str, bytes: Vec<u8>) -> Vec<Report> {
        let file = InvoiceFile::new(name.to_owned(), bytes);
        self.reports(texts, std::slice::from_ref(&file))
    }

    /// True if there is an invoice to compare links with.
    pub fn has_invoices(&self) -> bool {
        !self.invoices.is_empty()
    }

    /// Verifies links that were found together: each by itself, then KOD I and KOD II of one invoice against each
    /// other. Those with one digest belong together; so do a KOD I and a KOD II that are alone.
    pub fn links<T: AsRef<str>>(&self, texts: &[T]) -> Vec<Report> {
        self.reports(texts, &self.invoices)
    }

    fn reports<T: AsRef<str>>(&self, texts: &[T], invoices: &[InvoiceFile]) -> Vec<Report> {
        let all: Vec<Examined> = texts.iter().map(|text| Examined::of(text.as_ref())).collect();
        let of_kind = |kind| all.iter().filter(move |one: &&Examined| one.parts.kind == Some(kind));
        let partner = |kod2: &Examined| {
            let alone = of_kind(CodeKind::Kod1).count() == 1 && of_kind(CodeKind::Kod2).count() == 1;
            of_kind(CodeKind::Kod1)
                .find(|kod1| alone || kod1.parts.hash.is_some() && kod1.parts.hash == kod2.parts.hash)
        };
        let mut reports: Vec<Report> = all
            .iter()
            .map(|one| {
                let kod1 = partner(one).filter(|kod1| kod1.parts.hash == one.parts.hash);
                self.report(one, kod1.and_then(|kod1| kod1.parts.issue_date), invoices)
            })
            .collect();
        for kod2 in of_kind(CodeKind::Kod2) {
            let Some(kod1) = partner(kod2) else { continue };
            let subject = Subject::Pair { kod1: kod1.text.clone(), kod2: kod2.text.clone() };
            reports.push(Report { subject, checks: pair::check(&kod1.parts, &kod2.parts) });
        }
        reports
    }

    /// `issue_date` is the one that this link's KOD I says.
    fn report(&self, examined: &Examined, issue_date: Option<IssueDate>, invoices: &[InvoiceFile]) -> Report {
        let Examined { text, parts, checks } = examined;
        let mut checks = checks.clone();
        let subject = Subject::Link { text: text.clone(), kind: parts.kind, is_foreign: examined.is_foreign() };
        if let Some(kind) = parts.kind {
            self.facts(parts, &mut checks);
            let invoice_date = invoices::check(parts, invoices, &mut checks);
            if kind == CodeKind::Kod2 {
                let issue_date = invoice_date.or(issue_date);
                let parts = Parts { issue_date, ..parts.clone() };
                certificates::check(&parts, &self.certificates, issue_date, self.now, &mut checks);
            }
            unknown(kind, &mut checks);
        }
        Report { subject, checks }
    }

    /// What can be said of the link's own facts.
    fn facts(&self, parts: &Parts, checks: &mut Vec<Check>) {
        if let Some(seller) = parts.seller {
            checks.push(checksum("seller's NIP", seller, parts.environment));
        }
        let context = parts.context.as_ref().and_then(ContextId::taxpayer);
        if let Some(context) = context.filter(|nip| Some(*nip) != parts.seller) {
            checks.push(checksum("context's NIP", context, parts.environment));
        }
        let today = IssueDate::today(self.now);
        if let Some(date) = parts.issue_date.filter(|date| *date > today) {
            checks.push(Check::fail(Code::IssueDateInFuture, format!("the issue date {date} is after today, {today}")));
        }
    }
}

/// A link taken apart, and how it is spelled.
struct Examined {
    text: String,
    parts: Parts,
    checks: Vec<Check>,
}

impl Examined {
    fn of(text: &str) -> Self {
        let (parts, checks) = match Link::parse(text) {
            Ok(link) => {
                let parts = Parts::of(&link);
                let kind = parts.kind.map_or("link", CodeKind::name);
                let host = parts.environment.unwrap_or_default().host();
                let checks = vec![Check::ok(Code::LinkForm, format!("a well-formed {kind}, leading to {host}"))];
                (parts, checks)
            }
            Err(error) => {
                let (parts, mut checks) = explain::explain(text);
                if checks.is_empty() {
                    checks.push(Check::fail(Code::LinkMalformed, error.message()));
                }
                (parts, checks)
            }
        };
        Self { text: text.to_owned(), parts, checks }
    }

    /// True if the text names neither a host of KSeF nor one of its paths.
    fn is_foreign(&self) -> bool {
        let Parts { kind, environment, .. } = &self.parts;
        kind.is_none() && environment.is_none() && !self.text.to_ascii_lowercase().contains("ksef")
    }
}

fn checksum(what: &str, nip: Nip, environment: Option<Environment>) -> Check {
    if nip.has_valid_checksum() {
        return Check::ok(Code::NipChecksum, format!("the check digit of the {what} {nip} fits"));
    }
    let wrong = format!("the check digit of the {what} {nip} is wrong");
    match environment {
        Some(Environment::Demo | Environment::Test) => {
            Check::ok(Code::NipChecksum, format!("{wrong}, which only production refuses"))
        }
        _ => Check::fail(Code::NipChecksum, wrong),
    }
}

/// What no file and no computation can tell.
fn unknown(kind: CodeKind, checks: &mut Vec<Check>) {
    let mut push = |code, reason| checks.push(Check::not_checked(code, reason));
    match kind {
        CodeKind::Kod1 => push(Code::KsefReceived, "only KSeF knows whether the invoice arrived"),
        CodeKind::Kod2 => {
            push(Code::KsefCertificateStatus, "only KSeF knows whether the certificate is blocked or revoked");
            push(Code::KsefPermissions, "only KSeF knows whether its owner may issue invoices in this context");
        }
    }
}
