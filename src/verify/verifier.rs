use std::fmt;
use std::time::SystemTime;

use super::invoice::compare::{self, InvoiceFile};
use super::link::examined::Examined;
use super::link::facts::{CodeKind, LinkFacts};
use super::report::Check;
use super::report::{Report, ReportSubject};
use super::signature::certificates;
use super::signature::verification::CertificateFile;
use crate::credential::Certificate;
use crate::error::CheckCode;
use crate::values::{ContextId, Environment, IssueDate, Nip};

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
    /// what messages call it.
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

    /// Verifies links that were found together: each on its own, then KOD I and KOD II of one invoice against each
    /// other. Those with one digest belong together; so do a KOD I and a KOD II that are alone.
    pub fn links<T: AsRef<str>>(&self, texts: &[T]) -> Vec<Report> {
        self.reports(texts, &self.invoices)
    }

    fn reports<T: AsRef<str>>(&self, texts: &[T], invoices: &[InvoiceFile]) -> Vec<Report> {
        let all: Vec<Examined> = texts.iter().map(|text| Examined::of(text.as_ref())).collect();
        let of_kind = |kind| all.iter().filter(move |one: &&Examined| one.facts.kind == Some(kind));
        let partner = |kod2: &Examined| {
            let alone = of_kind(CodeKind::Kod1).count() == 1 && of_kind(CodeKind::Kod2).count() == 1;
            of_kind(CodeKind::Kod1)
                .find(|kod1| alone || kod1.facts.hash.is_some() && kod1.facts.hash == kod2.facts.hash)
        };
        let mut reports: Vec<Report> = all
            .iter()
            .map(|one| {
                let kod1 = partner(one).filter(|kod1| kod1.facts.hash == one.facts.hash);
                self.report(one, kod1.and_then(|kod1| kod1.facts.issue_date), invoices)
            })
            .collect();
        for kod2 in of_kind(CodeKind::Kod2) {
            let Some(kod1) = partner(kod2) else { continue };
            let subject = ReportSubject::Pair { kod1: kod1.text.clone(), kod2: kod2.text.clone() };
            reports.push(Report { subject, checks: pair(&kod1.facts, &kod2.facts) });
        }
        reports
    }

    /// `issue_date` is the one that this link's KOD I says.
    fn report(&self, examined: &Examined, issue_date: Option<IssueDate>, invoices: &[InvoiceFile]) -> Report {
        let Examined { text, facts, checks } = examined;
        let mut checks = checks.clone();
        let subject = ReportSubject::Link { text: text.clone(), kind: facts.kind, is_foreign: examined.is_foreign() };
        if let Some(kind) = facts.kind {
            self.link_facts(facts, &mut checks);
            let invoice_date = compare::check(facts, invoices, &mut checks);
            if kind == CodeKind::Kod2 {
                let issue_date = invoice_date.or(issue_date);
                let parts = LinkFacts { issue_date, ..facts.clone() };
                certificates::check(&parts, &self.certificates, issue_date, self.now, &mut checks);
            }
            unknown(kind, &mut checks);
        }
        Report { subject, checks }
    }

    /// Checks the link on its own.
    fn link_facts(&self, facts: &LinkFacts, checks: &mut Vec<Check>) {
        if let Some(seller) = facts.seller {
            checks.push(checksum("seller's NIP", seller, facts.environment));
        }
        let context = facts.context.as_ref().and_then(ContextId::taxpayer);
        if let Some(context) = context.filter(|nip| Some(*nip) != facts.seller) {
            checks.push(checksum("context's NIP", context, facts.environment));
        }
        let today = IssueDate::today(self.now);
        if let Some(date) = facts.issue_date.filter(|date| *date > today) {
            checks.push(Check::fail(
                CheckCode::IssueDateInFuture,
                format!("the issue date {date} is after today, {today}"),
            ));
        }
    }
}

fn checksum(what: &str, nip: Nip, environment: Option<Environment>) -> Check {
    if nip.has_valid_checksum() {
        return Check::ok(CheckCode::NipChecksum, format!("the check digit of the {what} {nip} fits"));
    }
    let wrong = format!("the check digit of the {what} {nip} is wrong");
    match environment {
        Some(Environment::Demo | Environment::Test) => {
            Check::ok(CheckCode::NipChecksum, format!("{wrong}, which only production refuses"))
        }
        _ => Check::fail(CheckCode::NipChecksum, wrong),
    }
}

/// What no file and no computation can show.
fn unknown(kind: CodeKind, checks: &mut Vec<Check>) {
    let mut push = |code, reason| checks.push(Check::only_ksef(code, reason));
    match kind {
        CodeKind::Kod1 => push(CheckCode::KsefReceived, "only KSeF knows whether the invoice arrived"),
        CodeKind::Kod2 => {
            push(CheckCode::KsefCertificateStatus, "only KSeF knows whether the certificate is blocked or revoked");
            push(CheckCode::KsefPermissions, "only KSeF knows whether its owner may issue invoices in this context");
        }
    }
}

/// KOD I and KOD II of one invoice: do they say the same?
fn pair(kod1: &LinkFacts, kod2: &LinkFacts) -> Vec<Check> {
    let digests = (kod1.hash.map(|hash| hash.base64url()), kod2.hash.map(|hash| hash.base64url()));
    let sellers = (kod1.seller, kod2.seller);
    let hosts = (kod1.environment.map(Environment::host), kod2.environment.map(Environment::host));
    vec![
        same(CheckCode::PairDigest, "digest", digests.0.as_ref(), digests.1.as_ref()),
        same(CheckCode::PairSeller, "seller's NIP", sellers.0.as_ref(), sellers.1.as_ref()),
        same(CheckCode::PairHost, "host", hosts.0.as_ref(), hosts.1.as_ref()),
    ]
}

fn same<T: PartialEq + fmt::Display>(code: CheckCode, what: &str, kod1: Option<&T>, kod2: Option<&T>) -> Check {
    match (kod1, kod2) {
        (Some(one), Some(two)) if one == two => Check::ok(code, format!("both codes have the same {what}, {one}")),
        (Some(one), Some(two)) => Check::fail(code, format!("the {what} is {one} in KOD I and {two} in KOD II")),
        _ => Check::not_checked(code, format!("the {what} cannot be read in both codes")),
    }
}
