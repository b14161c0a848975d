use serde::Serialize;
use serde_json::Value;

use super::compare::{Found, compare};
use super::difference::{Change, Difference, Judgement};
use super::fields::Identity;
use crate::check::Checked;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::invoice::{FileKind, Invoice};
use crate::report::Outcome;
use crate::upo::InvoiceStatus;
use crate::values::InvoiceHash;

/// A file that KSeF refused, and the one that is to take its place.
#[derive(Clone, Debug)]
pub struct Correction {
    first: InvoiceHash,
    corrected: Invoice,
    differences: Vec<Difference>,
    counts: [u64; 3],
    /// By what the two are not the same invoice.
    other: Vec<Identity>,
    refusal: Option<InvoiceStatus>,
}

/// What may be overruled, knowingly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// Another content is let pass.
    pub content: bool,
    /// A file that KSeF took for one issued online is let pass.
    pub online: bool,
}

impl Exceptions {
    /// Nothing is overruled.
    pub const NONE: Self = Self { content: false, online: false };
}

/// What is in the body of `POST /sessions/online/{…}/invoices` beside the encrypted file (`open-api.json`,
/// `SendInvoiceRequest`). A technical correction is sent in an interactive session, never in a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Request {
    /// The digest of the corrected file, Base64 with padding.
    pub invoice_hash: String,
    /// The size of the corrected file in bytes.
    pub invoice_size: usize,
    /// True.
    pub offline_mode: bool,
    /// The digest of the first file, Base64 with padding.
    pub hash_of_corrected_invoice: String,
}

impl Correction {
    /// Compares the exact bytes of the two files. The first may have any fault; the corrected one is read as
    /// [`Invoice::read`] reads it.
    ///
    /// # Errors
    /// Those of [`check_first`](Self::check_first) and of [`Invoice::read`]; `correction_unchanged`.
    pub fn between(first: &[u8], corrected: &[u8]) -> Result<Self> {
        Self::check_first(first)?;
        if first == corrected {
            let message = "the two files are the same, byte for byte";
            return Err(Error::new(Kind::CorrectionUnchanged, message));
        }
        let invoice = Invoice::read(corrected)?;
        let Found { differences, counts, identities } = compare(first, corrected);
        Ok(Self {
            first: InvoiceHash::of(first),
            corrected: invoice,
            differences,
            counts,
            other: identities.into_iter().collect(),
            refusal: None,
        })
    }

    /// Whether the bytes can be a file that was sent as an invoice.
    ///
    /// # Errors
    /// `empty_file`, and those that begin with `input_is_`; `not_well_formed` for what holds no element at all.
    pub fn check_first(first: &[u8]) -> Result<()> {
        if let Some(other) = FileKind::of(first).and_then(FileKind::as_invoice) {
            return Err(other);
        }
        match first.contains(&b'<') {
            true => Ok(()),
            false => {
                Err(Error::new(Kind::NotWellFormed, "there is no element in the file: is it the one that was sent?"))
            }
        }
    }

    /// Takes up what KSeF answered on the first file: the status of the files of a session, or of one, in JSON.
    ///
    /// # Errors
    /// - `upo_malformed` for what is no such answer, and what [`InvoiceStatus::read`] says of the numbers in it;
    /// - `refusal_of_another_file` if it does not name the first file;
    /// - `correction_of_accepted` if KSeF took the first file (its error 21167), `correction_pending` if it is still
    ///   working on it, `corrected_already` if it took a correction of it (21166);
    /// - `refusal_not_technical` if it was refused for a reason that another file does not put right.
    pub fn after(mut self, answer: &[u8]) -> Result<Self> {
        if let Some(error) = of_request(answer) {
            return Err(error);
        }
        let statuses = InvoiceStatus::read(answer)?;
        let corrects = |status: &&InvoiceStatus| status.corrects == Some(self.first) && status.ksef_number.is_some();
        if let Some(number) = statuses.iter().find(corrects).and_then(|status| status.ksef_number.as_ref()) {
            let message = format!("KSeF took a technical correction of the first file already, as {number}");
            return Err(Error::new(Kind::CorrectedAlready, message));
        }
        // Sent again, a file may be there several times: taken once is taken.
        let named = || statuses.iter().filter(|status| status.hash == self.first);
        let Some(status) = named().find(|status| is_taken(status)).or_else(|| named().next_back()) else {
            return Err(self.not_named(&statuses));
        };
        Self::check(status)?;
        if status.code == Some(DUPLICATE) {
            self.renumber(status)?;
        }
        self.refusal = Some(status.clone());
        Ok(self)
    }

    /// The digest of the first file: what codes that were printed lead by, and what the request names.
    pub fn first(&self) -> &InvoiceHash {
        &self.first
    }

    /// The digest of the corrected file: under it KSeF will give its number.
    pub fn corrected(&self) -> &InvoiceHash {
        self.corrected.hash()
    }

    /// The corrected invoice.
    pub fn invoice(&self) -> &Invoice {
        &self.corrected
    }

    /// What differs, the worst first, then in the order of the file. Of each judgement the first thousand.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// How many differences there are of a judgement, those that are not kept counted as well.
    pub fn count(&self, judgement: Judgement) -> u64 {
        self.counts[judgement as usize]
    }

    /// The worst of all differences.
    pub fn judgement(&self) -> Judgement {
        let worst = [Judgement::Content, Judgement::Unclear].into_iter().find(|one| self.count(*one) > 0);
        worst.unwrap_or(Judgement::Form)
    }

    /// What KSeF said of the first file, once it was taken up.
    pub fn refusal(&self) -> Option<&InvoiceStatus> {
        self.refusal.as_ref()
    }

    /// Decides whether the correction may be sent, and what somebody should look at first: `correction_unclear`,
    /// `correction_changes_content` where it was overruled, `refusal_status_unknown`.
    ///
    /// # Errors
    /// `correction_of_another`, `correction_changes_content`, `correction_of_online`.
    pub fn judge(&self, exceptions: Exceptions) -> Result<Vec<Warning>> {
        if self.other.contains(&Identity::Number) && self.other.len() > 1 {
            let message =
                "the two files are two invoices: their numbers differ, and so do their dates, totals or parties";
            return Err(Error::new(Kind::CorrectionOfAnother, message));
        }
        let mut warnings = Vec::new();
        let online = self.refusal.as_ref().is_some_and(|status| status.is_offline == Some(false));
        if online {
            let message = "KSeF took the first file for one that was issued online".to_owned();
            if !exceptions.online {
                return Err(Error::new(Kind::CorrectionOfOnline, message));
            }
            warnings.extend(WarningKind::of(Kind::CorrectionOfOnline).map(|kind| Warning::new(kind, message)));
        }
        if let Some(content) = self.told(Judgement::Content) {
            let message = format!("the corrected file says something else than the first: {content}");
            if !exceptions.content {
                return Err(Error::new(Kind::CorrectionChangesContent, message));
            }
            warnings.extend(WarningKind::of(Kind::CorrectionChangesContent).map(|kind| Warning::new(kind, message)));
        }
        if let Some(unclear) = self.told(Judgement::Unclear) {
            let message = format!("it is unclear whether this is a matter of form: {unclear}");
            warnings.push(Warning::new(WarningKind::CorrectionUnclear, message));
        }
        if let Some(status) = self.refusal.as_ref().filter(|status| !is_known(status)) {
            let message =
                format!("KSeF refused the first file by a status that this version does not know: {}", said(status));
            warnings.push(Warning::new(WarningKind::RefusalStatusUnknown, message));
        }
        Ok(warnings)
    }

    /// What somebody should look at before, of a first file that was checked: `refusal_not_seen`.
    pub fn doubt(&self, first: &Checked) -> Option<Warning> {
        let message = "whether KSeF refused the first file, and why, cannot be seen: nothing is wrong with it that was looked for";
        (self.refusal.is_none() && first.is_accepted()).then(|| Warning::new(WarningKind::RefusalNotSeen, message))
    }

    /// Whether KSeF would take the corrected file, by what a check found in it.
    ///
    /// # Errors
    /// `correction_not_accepted`.
    pub fn check_corrected(corrected: &Checked) -> Result<()> {
        if corrected.is_accepted() {
            return Ok(());
        }
        let fault = corrected.findings().iter().find(|finding| finding.outcome() == Outcome::Fail);
        let fault = fault.map(|fault| format!(": {fault}")).unwrap_or_default();
        Err(Error::new(Kind::CorrectionNotAccepted, format!("KSeF would refuse the corrected file as well{fault}")))
    }

    /// What the request to KSeF says. It is the caller's to [`judge`](Self::judge) first.
    pub fn request(&self) -> Request {
        Request {
            invoice_hash: self.corrected().base64(),
            invoice_size: self.corrected.size(),
            offline_mode: true,
            hash_of_corrected_invoice: self.first.base64(),
        }
    }

    /// The first difference of a judgement in words, and how many more there are.
    fn told(&self, judgement: Judgement) -> Option<String> {
        let Difference { place, reason, .. } = self.differences.iter().find(|one| one.judgement == judgement)?;
        let place = if place.is_empty() { "the file" } else { place };
        Some(match self.count(judgement) {
            1 => format!("{place} ({reason})"),
            2 => format!("{place} ({reason}), and 1 more difference"),
            count => format!("{place} ({reason}), and {} more differences", count - 1),
        })
    }

    fn not_named(&self, statuses: &[InvoiceStatus]) -> Error {
        let digest = self.first.base64();
        let number = self.corrected.number();
        let message = if statuses.iter().any(|status| status.hash == *self.corrected()) {
            "KSeF's answer is about the corrected file, and not about the first: were the two swapped?".to_owned()
        } else if let Some(other) = statuses.iter().find(|status| status.invoice_number.as_deref() == Some(number)) {
            let other = other.hash.base64();
            format!(
                "KSeF's answer is about a file of the invoice {number} with the digest {other}, and the first file has {digest}"
            )
        } else {
            format!("KSeF's answer names no file with the digest {digest}, which is that of the first")
        };
        Error::new(Kind::RefusalOfAnotherFile, message)
    }

    /// Whether a status is a refusal that another file puts right.
    fn check(status: &InvoiceStatus) -> Result<()> {
        let refuse = |kind, message| Err(Error::new(kind, message));
        if is_taken(status) {
            let number = status.ksef_number.as_ref().map(|number| format!(", as {number}")).unwrap_or_default();
            return refuse(Kind::CorrectionOfAccepted, format!("KSeF took the first file{number}"));
        }
        let said = said(status);
        let why = match status.code {
            None => {
                return refuse(
                    Kind::CorrectionPending,
                    "KSeF's answer says nothing of how the first file fared".to_owned(),
                );
            }
            Some(100..200) => {
                return refuse(Kind::CorrectionPending, format!("KSeF is still working on the first file: {said}"));
            }
            Some(405) => "the session failed, and nothing is wrong with the file: send it again in another session",
            Some(410) => "a permission is missing, which no other file puts right",
            Some(415) => {
                "KSeF does not take attachments of this seller, or not in this session; the file need not be another"
            }
            Some(435) => "the file could not be decrypted: encrypt the same file again and send it",
            Some(500 | 550) => "KSeF failed, and nothing is said against the file: send the same file again",
            Some(_) => return Ok(()),
        };
        refuse(Kind::RefusalNotTechnical, format!("KSeF refused the first file: {said}; {why}"))
    }

    /// A duplicate gets another number: the Ministry names it among what a technical correction puts right.
    fn renumber(&mut self, status: &InvoiceStatus) -> Result<()> {
        let of_identity = |one: &Difference| one.place.split_once('/').and_then(|(_, place)| Identity::of(place));
        let number =
            |one: &&mut Difference| one.change == Change::Changed && of_identity(one) == Some(Identity::Number);
        let is_other = |one: &Difference| {
            one.judgement == Judgement::Content
                && (of_identity(one) == Some(Identity::Seller) || one.place.ends_with("/RodzajFaktury"))
        };
        if let Some(number) = self.differences.iter_mut().find(number).filter(|one| one.judgement == Judgement::Content)
        {
            number.judgement = Judgement::Unclear;
            number.reason = "another number for a duplicate; is it the invoice's own?";
            self.counts[Judgement::Content as usize] -= 1;
            self.counts[Judgement::Unclear as usize] += 1;
            self.other.retain(|one| *one != Identity::Number);
            self.differences.sort_by_key(|one| std::cmp::Reverse(one.judgement));
            return Ok(());
        }
        if self.differences.iter().any(is_other) {
            return Ok(());
        }
        let original = status.original.as_ref().map(|number| format!(", {number}")).unwrap_or_default();
        let message = format!(
            "KSeF has an invoice of this seller, kind and number{original}; the corrected file has the same, and would be refused again"
        );
        Err(Error::new(Kind::RefusalNotTechnical, message))
    }
}

/// Of the seller, kind and number of another invoice.
const DUPLICATE: i32 = 440;

fn is_taken(status: &InvoiceStatus) -> bool {
    status.ksef_number.is_some() || matches!(status.code, Some(200..300))
}

fn is_known(status: &InvoiceStatus) -> bool {
    // Of the file, of its number, of its content (`open-api.json`, `SessionInvoiceStatusResponse`).
    matches!(status.code, Some(430 | DUPLICATE | 450))
}

/// In characters.
const LONGEST_SAID: usize = 300;

/// The status in KSeF's own words.
fn said(status: &InvoiceStatus) -> String {
    let code = status.code.map(|code| code.to_string()).unwrap_or_default();
    let mut said = format!("{code} {}", status.description);
    for detail in &status.details {
        said.push_str("; ");
        said.push_str(detail);
    }
    match said.char_indices().nth(LONGEST_SAID) {
        Some((end, _)) => format!("{}…", said[..end].trim()),
        None => said.trim().to_owned(),
    }
}

/// What KSeF answers to the request itself: 21166 and 21167 (`open-api.json`), in both of its forms.
fn of_request(answer: &[u8]) -> Option<Error> {
    let answer = answer.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(answer);
    // The answer about a session is long, and this one short.
    let answer: Value = (answer.len() < 100_000).then(|| serde_json::from_slice(answer).ok())??;
    let old = answer.pointer("/exception/exceptionDetailList").and_then(Value::as_array);
    let codes = old.or_else(|| answer.get("errors").and_then(Value::as_array))?;
    let code = |one: &Value| one.get("exceptionCode").or_else(|| one.get("code")).and_then(Value::as_i64);
    codes.iter().filter_map(code).find_map(|code| {
        let (kind, message) = match code {
            21166 => (Kind::CorrectedAlready, "KSeF has a technical correction of this file already (21166)"),
            21167 => (Kind::CorrectionOfAccepted, "KSeF took this file, or is working on it (21167)"),
            _ => return None,
        };
        Some(Error::new(kind, message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = include_str!("../../fixtures/correction/first.xml");
    const CORRECTED: &str = include_str!("../../fixtures/correction/corrected.xml");
    const NUMBER: &str = "5265877635-20260616-0100001AF629-15";

    fn between() -> Correction {
        Correction::between(FIRST.as_bytes(), CORRECTED.as_bytes()).unwrap()
    }

    fn status(more: &str) -> String {
        format!(r#"{{"invoiceHash":"{}",{more}}}"#, between().first().base64())
    }

    fn code(answer: &str) -> &'static str {
        between().after(answer.as_bytes()).map_or_else(|error| error.code(), |_| "refused")
    }

    #[test]
    fn what_ksef_may_have_said() {
        let of = |code: u16| status(&format!(r#""status":{{"code":{code},"description":"Opis","details":["x"]}}"#));
        let corrected = between().corrected().base64();
        for (answer, expected) in [
            (of(430), "refused"),
            (of(450), "refused"),
            (of(499), "refused"),
            (of(200), "correction_of_accepted"),
            (status(&format!(r#""ksefNumber":"{NUMBER}""#)), "correction_of_accepted"),
            (format!("[{},{}]", of(430), of(200)), "correction_of_accepted"),
            (format!("[{},{}]", of(500), of(430)), "refused"),
            (of(100), "correction_pending"),
            (of(150), "correction_pending"),
            (status(r#""invoiceNumber":"1""#), "correction_pending"),
            (of(405), "refusal_not_technical"),
            (of(410), "refusal_not_technical"),
            (of(415), "refusal_not_technical"),
            (of(435), "refusal_not_technical"),
            (of(440), "refusal_not_technical"),
            (of(500), "refusal_not_technical"),
            (of(550), "refusal_not_technical"),
            (
                format!(
                    "[{},{{\"invoiceHash\":\"{corrected}\",\"ksefNumber\":\"{NUMBER}\",\"hashOfCorrectedInvoice\":\"{}\"}}]",
                    of(430),
                    between().first().base64()
                ),
                "corrected_already",
            ),
            (of(430).replace(&between().first().base64(), &corrected), "refusal_of_another_file"),
            ("[]".to_owned(), "refusal_of_another_file"),
            ("{}".to_owned(), "upo_malformed"),
            ("<Potwierdzenie/>".to_owned(), "upo_malformed"),
            (r#"{"exception":{"exceptionDetailList":[{"exceptionCode":21166}]}}"#.to_owned(), "corrected_already"),
            (r#"{"title":"Bad Request","status":400,"errors":[{"code":21167}]}"#.to_owned(), "correction_of_accepted"),
            (r#"{"exception":{"exceptionDetailList":[{"exceptionCode":-1}]}}"#.to_owned(), "upo_malformed"),
        ] {
            assert_eq!(code(&answer), expected, "{answer}");
        }
    }

    #[test]
    fn a_status_that_is_not_known_is_told() {
        let answer = status(r#""status":{"code":460,"description":"Coś nowego"}"#);
        let warnings = between().after(answer.as_bytes()).unwrap().judge(Exceptions::NONE).unwrap();
        assert_eq!(warnings.iter().map(Warning::code).collect::<Vec<_>>(), ["refusal_status_unknown"]);
    }

    #[test]
    fn an_invoice_that_was_sent_online_is_not_corrected_so() {
        let answer = status(r#""invoicingMode":"Online","status":{"code":430,"description":"Opis"}"#);
        let correction = between().after(answer.as_bytes()).unwrap();
        assert_eq!(correction.judge(Exceptions::NONE).unwrap_err().code(), "correction_of_online");
        let warnings = correction.judge(Exceptions { online: true, ..Exceptions::NONE }).unwrap();
        assert_eq!(warnings[0].code(), "correction_of_online");
    }

    #[test]
    fn a_duplicate_gets_another_number() {
        let number = "<P_2>FV/2026/06/001</P_2>";
        let renumbered = CORRECTED.replace(number, "<P_2>FV/2026/06/001A</P_2>");
        let correction = || Correction::between(FIRST.as_bytes(), renumbered.as_bytes()).unwrap();
        assert_eq!(correction().judge(Exceptions::NONE).unwrap_err().code(), "correction_changes_content");
        let answer = status(&format!(
            r#""status":{{"code":440,"description":"Duplikat","extensions":{{"originalKsefNumber":"{NUMBER}"}}}}"#
        ));
        let after = correction().after(answer.as_bytes()).unwrap();
        assert_eq!(after.judgement(), Judgement::Unclear);
        assert_eq!(after.judge(Exceptions::NONE).unwrap()[0].code(), "correction_unclear");
        let error = between().after(answer.as_bytes()).unwrap_err();
        assert!(error.message().contains("would be refused again"), "{error}");
    }

    #[test]
    fn two_invoices_are_told_apart_whatever_is_allowed() {
        let all = Exceptions { content: true, online: true };
        let others: [&[u8]; 3] = [
            include_bytes!("../../fixtures/invoices/good/fa3-eu-buyer.xml"),
            include_bytes!("../../fixtures/invoices/good/rr-basic.xml"),
            include_bytes!("../../fixtures/invoices/good/pef-basic.xml"),
        ];
        for other in others {
            let error = Correction::between(FIRST.as_bytes(), other).unwrap().judge(all).unwrap_err();
            assert_eq!(error.code(), "correction_of_another");
        }
    }

    #[test]
    fn what_is_no_invoice_and_what_is_the_same() {
        for (first, expected) in [
            (&b""[..], "empty_file"),
            (b"%PDF-1.7", "input_is_pdf"),
            (b"just text", "not_well_formed"),
            (CORRECTED.as_bytes(), "correction_unchanged"),
        ] {
            let error = Correction::between(first, CORRECTED.as_bytes()).unwrap_err();
            assert_eq!(error.code(), expected);
        }
        // The two were swapped: the corrected file is read as strictly as any.
        let error = Correction::between(CORRECTED.as_bytes(), FIRST.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "buyer_nip_malformed");
    }
}
