//! What came of a technical correction, as a line of JSON. A contract (`docs/schema/correct.json`): fields are added, never changed
//! or removed.

use serde::Serialize;

use super::correction::{Correction, Request};
use super::difference::{Difference, Judgement};
use super::verdict::{CorrectionFile, Verdict};
use crate::check::FindingLine;
use crate::error::{Error, Warning};
use crate::invoice::Invoice;
use crate::upo::InvoiceStatus;
use crate::values::{Environment, InvoiceHash, KsefNumber};

/// What the line says of those who judged.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Which KSeF refused the first file.
    pub environment: Environment,
    /// True if the files were validated against the Ministry's schemas.
    pub schema_validated: bool,
    /// What to do about a refusal: [`Error::hint`], or the caller's words.
    pub hint: fn(&Error) -> &'static str,
}

impl Verdict {
    /// The line, without its newline.
    pub fn to_json(&self, circumstances: Circumstances) -> String {
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&CorrectionLine::of(self, circumstances)).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct CorrectionLine<'c> {
    r#type: &'static str,
    status: &'static str,
    invoice_number: Option<&'c str>,
    seller_nip: Option<String>,
    first: FileLine<'c>,
    corrected: FileLine<'c>,
    judgement: Option<&'static str>,
    counts: Option<Counts>,
    differences: Vec<DifferenceLine<'c>>,
    refusal: Option<RefusalLine<'c>>,
    allowed: Vec<&'static str>,
    warnings: Vec<WarningLine<'c>>,
    /// Null where it may be sent.
    error: Option<ErrorLine<'c>>,
    /// Null where it may not.
    request: Option<&'c Request>,
    /// With `--book`: true if it was entered now, false if the book knew it; null without, and where it may not be sent.
    entered: Option<bool>,
    environment: &'static str,
    schema_validated: bool,
    version: &'static str,
}

#[derive(Serialize)]
struct FileLine<'c> {
    input: &'c str,
    size_bytes: usize,
    hash_base64: String,
    hash_base64url: String,
    accepted: bool,
    findings: Vec<FindingLine<'c>>,
}

#[derive(Serialize)]
struct Counts {
    content: u64,
    unclear: u64,
    form: u64,
}

#[derive(Serialize)]
struct DifferenceLine<'c> {
    judgement: &'static str,
    change: &'static str,
    place: &'c str,
    field: Option<&'static str>,
    before: Option<&'c str>,
    after: Option<&'c str>,
    first_line: Option<u32>,
    corrected_line: Option<u32>,
    reason: &'static str,
}

#[derive(Serialize)]
struct RefusalLine<'c> {
    code: Option<i32>,
    description: &'c str,
    details: &'c [String],
    offline: Option<bool>,
    original_ksef_number: Option<&'c str>,
}

#[derive(Serialize)]
struct WarningLine<'c> {
    code: &'static str,
    message: &'c str,
}

#[derive(Serialize)]
struct ErrorLine<'c> {
    code: &'static str,
    message: &'c str,
    hint: &'static str,
    input: Option<&'c str>,
}

impl<'c> CorrectionLine<'c> {
    fn of(verdict: &'c Verdict, circumstances: Circumstances) -> Self {
        let (correction, invoice) = (verdict.correction.as_ref(), verdict.corrected.checked.invoice());
        let allowed = [(verdict.exceptions.content, "content"), (verdict.exceptions.online, "online")];
        Self {
            r#type: "correction",
            status: if verdict.request.is_ok() { "allowed" } else { "refused" },
            invoice_number: invoice.map(Invoice::number),
            seller_nip: invoice.map(|invoice| invoice.seller().to_string()),
            first: FileLine::of(&verdict.first),
            corrected: FileLine::of(&verdict.corrected),
            judgement: correction.map(|correction| correction.judgement().name()),
            counts: correction.map(|correction| Counts {
                content: correction.count(Judgement::Content),
                unclear: correction.count(Judgement::Unclear),
                form: correction.count(Judgement::Form),
            }),
            differences: correction.iter().flat_map(|one| one.differences()).map(DifferenceLine::of).collect(),
            refusal: correction.and_then(Correction::refusal).map(RefusalLine::of),
            allowed: allowed.iter().filter(|(given, _)| *given).map(|(_, name)| *name).collect(),
            warnings: verdict.warnings.iter().map(WarningLine::of).collect(),
            error: verdict.request.as_ref().err().map(|error| ErrorLine {
                code: error.code(),
                message: error.message(),
                hint: (circumstances.hint)(error),
                input: error.input(),
            }),
            request: verdict.request.as_ref().ok(),
            entered: verdict.entered,
            environment: circumstances.environment.name(),
            schema_validated: circumstances.schema_validated,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl<'c> FileLine<'c> {
    fn of(file: &'c CorrectionFile) -> Self {
        let hash = InvoiceHash::of(&file.bytes);
        Self {
            input: &file.name,
            size_bytes: file.bytes.len(),
            hash_base64: hash.base64(),
            hash_base64url: hash.base64url(),
            accepted: file.checked.is_accepted(),
            findings: file.checked.findings().iter().map(FindingLine::of).collect(),
        }
    }
}

impl<'c> DifferenceLine<'c> {
    fn of(difference: &'c Difference) -> Self {
        Self {
            judgement: difference.judgement.name(),
            change: difference.change.name(),
            place: &difference.place,
            field: difference.field,
            before: difference.before.as_deref(),
            after: difference.after.as_deref(),
            first_line: difference.first_line,
            corrected_line: difference.corrected_line,
            reason: difference.reason,
        }
    }
}

impl<'c> RefusalLine<'c> {
    fn of(status: &'c InvoiceStatus) -> Self {
        Self {
            code: status.code,
            description: &status.description,
            details: &status.details,
            offline: status.is_offline,
            original_ksef_number: status.original.as_ref().map(KsefNumber::as_str),
        }
    }
}

impl<'c> WarningLine<'c> {
    fn of(warning: &'c Warning) -> Self {
        Self { code: warning.code(), message: warning.message() }
    }
}
