use std::collections::HashMap;
use std::fmt;
#[cfg(feature = "book")]
use std::sync::Arc;
use std::time::SystemTime;

#[cfg(feature = "book")]
use super::book;
use super::invoice::compare::{self, InvoiceFile, InvoiceFiles};
use super::link::examined::Examined;
use super::link::facts::{CodeKind, LinkFacts};
use super::manifest::ManifestCodes;
use super::report::{Check, Report, ReportSubject};
use super::signature::certificates;
use super::signature::verification::{CertificateFile, CertificateFiles};
use crate::credential::Certificate;
use crate::error::CheckCode;
use crate::values::{ContextId, Environment, InvoiceHash, IssueDate, Nip};

/// Verifies links against the invoices and certificates at hand.
#[derive(Debug)]
pub struct Verifier {
    now: SystemTime,
    invoices: InvoiceFiles,
    certificates: CertificateFiles,
    #[cfg(feature = "book")]
    book: Option<book::SeenBook>,
}

impl Verifier {
    /// Knows no invoice and no certificate: checks how links are spelled. `now` is the moment that validity is
    /// checked against.
    pub fn new(now: SystemTime) -> Self {
        Self {
            now,
            invoices: InvoiceFiles::default(),
            certificates: CertificateFiles::default(),
            #[cfg(feature = "book")]
            book: None,
        }
    }

    /// Adds an invoice, the exact bytes of its file. Links are compared with the one that has their digest. `name` is
    /// what messages call it.
    #[must_use]
    pub fn with_invoice(mut self, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.invoices.add(InvoiceFile::new(name.into(), bytes));
        self
    }

    /// Adds a certificate. The serial number in a KOD II picks among them: during a replacement two are in use.
    /// Where it picks none or the signature is not by the one that it picks, it is told which of the others signed; 32 are tried,
    /// those of the link's context first.
    #[must_use]
    pub fn with_certificate(mut self, name: impl Into<String>, certificate: Certificate) -> Self {
        self.certificates.add(CertificateFile::new(name.into(), certificate));
        self
    }

    /// Adds the book of invoices. What it knows of the invoice of a link is told, a code that is not the one that it has fails,
    /// and the codes of a file that was corrected belong to its technical correction too. Nothing is entered.
    #[cfg(feature = "book")]
    #[must_use]
    pub fn with_book(mut self, book: impl Into<Arc<crate::book::Book>>) -> Self {
        self.book = Some(book::SeenBook { book: book.into(), sees: None });
        self
    }

    /// The same for somebody who may not see all of it: an invoice of which `sees` is false is told of as one that the book
    /// does not have.
    #[cfg(feature = "book")]
    #[must_use]
    pub fn with_book_seen_by(
        mut self,
        book: impl Into<Arc<crate::book::Book>>,
        sees: impl Fn(&crate::book::Entry) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.book = Some(book::SeenBook { book: book.into(), sees: Some(Box::new(sees)) });
        self
    }

    /// Verifies one link, or whatever text a QR code held.
    pub fn link(&self, text: &str) -> Report {
        let examined = Examined::of(text);
        self.report(&examined, None, &self.invoices)
    }

    /// Verifies the links of a manifest's line, and what else it says of its invoice. They are compared with the file that it
    /// names, where that is at hand, and with no other; else with the invoices that this verifier was given. The line's own
    /// report is the first.
    pub fn line(&self, mut line: ManifestCodes, invoice: Option<Vec<u8>>) -> Vec<Report> {
        let named = invoice.map(|bytes| InvoiceFiles::of(InvoiceFile::new(line.input.clone(), bytes)));
        let invoices = named.as_ref().unwrap_or(&self.invoices);
        if let Some(invoice) = line.told.hash.and_then(|hash| invoices.invoice(&hash)) {
            line.compare(invoice);
        }
        let links = LinksTogether::of(self, &line.links, invoices);
        let of_links: Vec<Report> = links.reports().collect();
        [line.report].into_iter().chain(of_links).collect()
    }

    /// True if there is an invoice to compare links with.
    pub fn has_invoices(&self) -> bool {
        !self.invoices.is_empty()
    }

    /// Verifies links that were found together: each on its own, then KOD I and KOD II of one invoice against each
    /// other. Those with one digest belong together; so do a KOD I and a KOD II that are alone.
    pub fn links<T: AsRef<str>>(&self, texts: &[T]) -> Vec<Report> {
        self.links_together(texts).reports().collect()
    }

    /// As [`links`](Self::links), for many: each report is made when it is asked for, by whichever thread.
    pub fn links_together<T: AsRef<str>>(&self, texts: &[T]) -> LinksTogether<'_> {
        LinksTogether::of(self, texts, &self.invoices)
    }

    /// `issue_date` is the one that this link's KOD I says.
    fn report(&self, examined: &Examined, issue_date: Option<IssueDate>, invoices: &InvoiceFiles) -> Report {
        let Examined { text, facts, checks } = examined;
        let mut checks = checks.clone();
        let subject = ReportSubject::Link { text: text.clone(), kind: facts.kind, is_foreign: examined.is_foreign() };
        if let Some(kind) = facts.kind {
            self.link_facts(facts, &mut checks);
            #[cfg(feature = "book")]
            let known = self.book.as_ref().map(|book| book.look_up(facts, self.now)).unwrap_or_default();
            #[cfg(feature = "book")]
            let correction = known.correction.as_ref().map(|(hash, why)| (hash, &**why));
            #[cfg(not(feature = "book"))]
            let correction = None;
            let invoice_date = compare::check(facts, invoices, correction, &mut checks);
            if kind == CodeKind::Kod2 {
                let issue_date = invoice_date.or(issue_date);
                let parts = LinkFacts { issue_date, ..facts.clone() };
                certificates::check(&parts, &self.certificates, issue_date, self.now, &mut checks);
            }
            #[cfg(feature = "book")]
            checks.extend(known.checks);
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

/// Links that were found together, and what there is to say of them: of each link, then of each pair.
#[derive(Debug)]
pub struct LinksTogether<'v> {
    verifier: &'v Verifier,
    invoices: &'v InvoiceFiles,
    links: Vec<Examined>,
    partners: Partners,
    /// The KOD I and the KOD II of each pair.
    pairs: Vec<(usize, usize)>,
}

impl<'v> LinksTogether<'v> {
    fn of<T: AsRef<str>>(verifier: &'v Verifier, texts: &[T], invoices: &'v InvoiceFiles) -> Self {
        let links: Vec<Examined> = texts.iter().map(|text| Examined::of(text.as_ref())).collect();
        let partners = Partners::of(&links);
        let kod2s = links.iter().enumerate().filter(|(_, one)| one.facts.kind == Some(CodeKind::Kod2));
        let pairs = kod2s.filter_map(|(index, kod2)| Some((partners.kod1(kod2)?, index))).collect();
        Self { verifier, invoices, links, partners, pairs }
    }

    /// How many reports there are: one of each link, in their order, and one of each pair.
    pub fn len(&self) -> usize {
        self.links.len() + self.pairs.len()
    }

    /// True if there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// The report of this number, from 0; none beyond [`len`](Self::len).
    pub fn report(&self, number: usize) -> Option<Report> {
        let Some(link) = self.links.get(number) else {
            let (kod1, kod2) = *self.pairs.get(number - self.links.len())?;
            let (kod1, kod2) = (self.links.get(kod1)?, self.links.get(kod2)?);
            let subject = ReportSubject::Pair { kod1: kod1.text.clone(), kod2: kod2.text.clone() };
            return Some(Report { subject, checks: pair(&kod1.facts, &kod2.facts) });
        };
        let kod1 = self.partners.kod1(link).and_then(|kod1| self.links.get(kod1));
        let kod1 = kod1.filter(|kod1| kod1.facts.hash == link.facts.hash);
        Some(self.verifier.report(link, kod1.and_then(|kod1| kod1.facts.issue_date), self.invoices))
    }

    fn reports(&self) -> impl Iterator<Item = Report> {
        (0..self.len()).filter_map(|number| self.report(number))
    }
}

/// Which KOD I belongs to a KOD II, among links that were found together.
#[derive(Debug)]
struct Partners {
    /// The first KOD I with each digest.
    by_hash: HashMap<InvoiceHash, usize>,
    /// The KOD I, if it and one KOD II are all there is.
    alone: Option<usize>,
}

impl Partners {
    fn of(all: &[Examined]) -> Self {
        let of_kind = |kind| {
            let all = all.iter().inspect(|_| work::count()).enumerate();
            all.filter(move |(_, one)| one.facts.kind == Some(kind))
        };
        let mut by_hash = HashMap::new();
        for (index, kod1) in of_kind(CodeKind::Kod1) {
            if let Some(hash) = kod1.facts.hash {
                by_hash.entry(hash).or_insert(index);
            }
        }
        let mut kod1s = of_kind(CodeKind::Kod1);
        let alone = kod1s.next().filter(|_| kod1s.next().is_none() && of_kind(CodeKind::Kod2).count() == 1);
        Self { by_hash, alone: alone.map(|(index, _)| index) }
    }

    fn kod1(&self, of: &Examined) -> Option<usize> {
        work::count();
        self.alone.or_else(|| self.by_hash.get(&of.facts.hash?).copied())
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

/// How many links were looked at to find the partners of all: a table of growth is kept in the tests.
mod work {
    #[cfg(test)]
    thread_local!(pub(super) static LOOKS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });

    pub(super) fn count() {
        #[cfg(test)]
        LOOKS.set(LOOKS.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of links of as many invoices.
    fn links(count: usize) -> Vec<String> {
        let digest = |index: usize| InvoiceHash::of(&index.to_le_bytes()).base64url();
        let kod1 = |index| format!("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/{}", digest(index));
        let front = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501";
        let kod2 = |index| format!("{front}/{}/{}", digest(index), "A".repeat(86));
        // Each KOD II as far from its KOD I as can be.
        (0..count).map(kod1).chain((0..count).rev().map(kod2)).collect()
    }

    #[test]
    fn partners_are_found_in_time_that_grows_with_the_links() {
        let looks = |count| {
            work::LOOKS.set(0);
            let reports = Verifier::new(SystemTime::UNIX_EPOCH).links(&links(count));
            assert_eq!(reports.len(), 3 * count, "each link, and each pair");
            work::LOOKS.get()
        };
        let [one, two, four] = [100, 200, 400].map(looks);
        assert!(two <= 2 * one && four <= 4 * one, "{one} {two} {four}");
    }

    #[test]
    fn invoices_are_tried_in_other_forms_once_and_not_for_each_link() {
        let tried = |count| {
            compare::work::FORMS.set(0);
            let invoices = [&b"<a/>\n"[..], b"<b/>\n", b"<c/>\n"];
            let verifier = invoices.iter().fold(Verifier::new(SystemTime::UNIX_EPOCH), |verifier, bytes| {
                verifier.with_invoice("f.xml", bytes.to_vec())
            });
            verifier.links(&links(count));
            compare::work::FORMS.get()
        };
        let [one, two, four] = [10, 20, 40].map(tried);
        assert!(one > 100 && two == one && four == one, "{one} {two} {four}");
    }
}
