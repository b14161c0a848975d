//! The answers of KSeF in JSON that pair digests with numbers: of a session's invoices (`GET /sessions/{…}/invoices`), of one
//! invoice in a session, of a query for metadata, and the `_metadata.json` of an export package (`open-api.json`:
//! `SessionInvoicesResponse`, `SessionInvoiceStatusResponse`, `InvoiceMetadata`).

use std::borrow::Cow;

use serde::Deserialize;

use super::answer::{Answer, FileStatus, Page, Said, number_of_seller};
use crate::error::{Error, Kind, Result};
use crate::values::{Environment, InvoiceHash, KsefNumber};

/// The file is there already, under the number that `extensions` name.
const DUPLICATE: i32 = 440;

/// True for what can only be JSON: no XML begins so.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '['])
}

/// All that the answer says.
pub(super) fn answer(text: &str) -> Result<Answer> {
    let (files, has_more) = files(text)?;
    let mut environments = Vec::new();
    for file in &files {
        let environment = file.upo_download_url.as_deref().and_then(environment_of);
        environments.extend(environment.filter(|environment| !environments.contains(environment)));
    }
    let files = files.into_iter().enumerate();
    let files =
        files.map(|(index, file)| status(file).map_err(|error| at(index + 1, &error))).collect::<Result<_>>()?;
    Ok(Answer { environments, page: Page::Json { has_more }, files })
}

/// What the answer says of each file, in its own words.
pub(super) fn statuses(text: &str) -> Result<Vec<InvoiceStatus>> {
    let of = |(index, file)| InvoiceStatus::of(file).map_err(|error| at(index + 1, &error));
    files(text)?.0.into_iter().enumerate().map(of).collect()
}

/// The files, and whether there are more than this answer holds.
fn files(text: &str) -> Result<(Vec<File<'_>>, bool)> {
    Ok(if text.trim_ascii_start().starts_with('[') {
        (parse::<Vec<File<'_>>>(text)?, false)
    } else {
        let Root { invoices, invoice_hash, continuation_token, has_more, is_truncated } = parse(text)?;
        match (invoices, invoice_hash) {
            (Some(invoices), _) => {
                let has_token = continuation_token.is_some_and(|token| !token.is_empty());
                (invoices, has_token || has_more == Some(true) || is_truncated == Some(true))
            }
            // Of one invoice: the same fields, without a list around them.
            (None, Some(_)) => (vec![parse(text)?], false),
            (None, None) => {
                let message = "it is JSON, and neither the answer about a session's invoices nor a package's metadata";
                return Err(Error::new(Kind::UpoMalformed, message));
            }
        }
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Root<'a> {
    #[serde(borrow)]
    invoices: Option<Vec<File<'a>>>,
    #[serde(borrow)]
    invoice_hash: Option<Cow<'a, str>>,
    #[serde(borrow)]
    continuation_token: Option<Cow<'a, str>>,
    has_more: Option<bool>,
    is_truncated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(borrow)]
    invoice_hash: Cow<'a, str>,
    #[serde(borrow)]
    ksef_number: Option<Cow<'a, str>>,
    #[serde(borrow)]
    invoice_number: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reference_number: Option<Cow<'a, str>>,
    #[serde(borrow)]
    seller: Option<Seller<'a>>,
    #[serde(borrow)]
    hash_of_corrected_invoice: Option<Cow<'a, str>>,
    #[serde(borrow)]
    upo_download_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    invoicing_mode: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Status<'a>>,
}

#[derive(Deserialize)]
struct Seller<'a> {
    #[serde(borrow)]
    nip: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Status<'a> {
    code: i32,
    #[serde(borrow)]
    description: Option<Cow<'a, str>>,
    #[serde(borrow)]
    details: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    extensions: Option<Extensions<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions<'a> {
    #[serde(borrow)]
    original_ksef_number: Option<Cow<'a, str>>,
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("it is JSON, and no answer of KSeF that gives numbers: {error}");
        Error::new(Kind::UpoMalformed, message).caused_by(error)
    })
}

fn at(place: usize, error: &Error) -> Error {
    let kind = match error.kind() {
        Kind::HashMalformed | Kind::NipMalformed => Kind::UpoMalformed,
        kind => kind,
    };
    Error::new(kind, format!("invoice {place}: {}", error.message()))
}

fn status(file: File<'_>) -> Result<FileStatus> {
    let File { invoice_hash, ksef_number, invoice_number, seller, hash_of_corrected_invoice, status, .. } = file;
    let seller = seller.and_then(|seller| seller.nip);
    let original = status.as_ref().and_then(|status| status.extensions.as_ref()?.original_ksef_number.as_deref());
    let said = match (ksef_number, &status) {
        (_, Some(Status { code: DUPLICATE, .. })) if original.is_some() => {
            Said::Duplicate { original: KsefNumber::parse(original.unwrap_or_default())? }
        }
        (Some(number), _) => Said::Taken {
            number: number_of_seller(&number, seller.as_deref())?,
            corrects: hash_of_corrected_invoice.as_deref().map(InvoiceHash::from_base64).transpose()?,
        },
        (None, Some(Status { code, description, .. })) => {
            let description = description.as_deref().unwrap_or_default();
            Said::NoNumber { status: format!("{code} {description}").trim_end().to_owned() }
        }
        (None, None) => {
            return Err(Error::new(Kind::UpoMalformed, "it has neither a KSeF number nor a status"));
        }
    };
    Ok(FileStatus {
        hash: InvoiceHash::from_base64(&invoice_hash)?,
        invoice_number: invoice_number.map(Cow::into_owned),
        said,
        receipt: None,
    })
}

/// What KSeF says of one file in a session, as it says it (`open-api.json`, `SessionInvoiceStatusResponse`).
///
/// ```
/// use ksef_qr::upo::InvoiceStatus;
///
/// # fn main() -> ksef_qr::Result<()> {
/// let answer = include_bytes!("../../fixtures/correction/refused.json");
/// let status = &InvoiceStatus::read(answer)?[0];
/// assert_eq!((status.code, status.is_offline), (Some(430), Some(true)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceStatus {
    /// The digest of the file.
    pub hash: InvoiceHash,
    /// The number that the issuer gave to the invoice, where KSeF could read it.
    pub invoice_number: Option<String>,
    /// The reference number that KSeF gave to the file when it came: another each time it is sent.
    pub reference: Option<String>,
    /// The KSeF number, if it has one.
    pub ksef_number: Option<KsefNumber>,
    /// The digest of the file that this one corrects technically.
    pub corrects: Option<InvoiceHash>,
    /// Whether KSeF takes it for one that was issued offline, where it says so (`invoicingMode`).
    pub is_offline: Option<bool>,
    /// The status: 200 taken, 100 and 150 being worked on, others refused. None in a list of metadata.
    pub code: Option<i32>,
    /// The status in words.
    pub description: String,
    /// Why, each reason by itself.
    pub details: Vec<String>,
    /// Of a duplicate (440): the number of the first.
    pub original: Option<KsefNumber>,
}

impl InvoiceStatus {
    fn of(file: File<'_>) -> Result<Self> {
        let status = file.status;
        let extensions = status.as_ref().and_then(|status| status.extensions.as_ref());
        let original = extensions.and_then(|extensions| extensions.original_ksef_number.as_deref());
        Ok(Self {
            hash: InvoiceHash::from_base64(&file.invoice_hash)?,
            invoice_number: file.invoice_number.map(Cow::into_owned),
            reference: file.reference_number.map(Cow::into_owned),
            ksef_number: file.ksef_number.as_deref().map(KsefNumber::parse).transpose()?,
            corrects: file.hash_of_corrected_invoice.as_deref().map(InvoiceHash::from_base64).transpose()?,
            is_offline: file.invoicing_mode.map(|mode| mode.eq_ignore_ascii_case("offline")),
            code: status.as_ref().map(|status| status.code),
            original: original.map(KsefNumber::parse).transpose()?,
            details: status
                .iter()
                .flat_map(|status| status.details.iter().flatten())
                .map(ToString::to_string)
                .collect(),
            description: status.and_then(|status| status.description).unwrap_or_default().into_owned(),
        })
    }
}

/// Which KSeF an address of its API is of (`srodowiska.md`); none for other addresses.
fn environment_of(url: &str) -> Option<Environment> {
    let host = url.strip_prefix("https://")?.split(['/', ':', '?']).next()?;
    Some(match host {
        "api.ksef.mf.gov.pl" | "ksef.mf.gov.pl" => Environment::Prod,
        "api-demo.ksef.mf.gov.pl" | "ksef-demo.mf.gov.pl" => Environment::Demo,
        "api-test.ksef.mf.gov.pl" | "ksef-test.mf.gov.pl" => Environment::Test,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "mkht+3m5trnfxlTYhq3QFn74LkEO69MFNlsMAkCDSPA=";
    const NUMBER: &str = "5265877635-20250826-0100001AF629-AF";

    fn code(text: &str) -> &'static str {
        answer(text).map_or_else(|error| error.code(), |_| "read")
    }

    #[test]
    fn the_forms_that_are_taken() {
        let file = format!(
            r#"{{"invoiceHash":"{HASH}","ksefNumber":"{NUMBER}","netAmount":1.5,"seller":{{"nip":"5265877635"}}}}"#
        );
        for (text, has_more) in [
            (file.clone(), false),
            (format!(" [{file}]"), false),
            (format!(r#"{{"invoices":[{file}],"continuationToken":null}}"#), false),
            (format!(r#"{{"invoices":[{file}],"continuationToken":"W34"}}"#), true),
            (format!(r#"{{"hasMore":true,"isTruncated":false,"invoices":[{file}]}}"#), true),
        ] {
            let answer = answer(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(answer.files.len(), 1);
            assert!(matches!(answer.page, Page::Json { has_more: found } if found == has_more), "{text}");
            assert!(
                matches!(&answer.files[0].said, Said::Taken { number, corrects: None } if number.as_str() == NUMBER)
            );
        }
        for empty in ["[]", r#"{"invoices":[]}"#] {
            assert_eq!(answer(empty).unwrap().files.len(), 0, "{empty}");
        }
    }

    #[test]
    fn what_is_no_answer() {
        let deep = "[".repeat(100_000);
        for (text, expected) in [
            ("{}", "upo_malformed"),
            ("[", "upo_malformed"),
            (&deep, "upo_malformed"),
            ("[{}]", "upo_malformed"),
            (r#"{"invoices":{}}"#, "upo_malformed"),
            (r#"{"invoiceHash":"A","status":{"code":200}}"#, "upo_malformed"),
            (&format!(r#"[{{"invoiceHash":"{HASH}"}}]"#), "upo_malformed"),
            (&format!(r#"[{{"invoiceHash":"{HASH}","invoiceHash":"{HASH}"}}]"#), "upo_malformed"),
            (&format!(r#"[{{"invoiceHash":"{HASH}","ksefNumber":"{NUMBER}0"}}]"#), "ksef_number_malformed"),
            (
                &format!(r#"[{{"invoiceHash":"{HASH}","ksefNumber":"{}"}}]"#, NUMBER.replace("-AF", "-AE")),
                "ksef_number_checksum",
            ),
            (
                &format!(r#"[{{"invoiceHash":"{HASH}","ksefNumber":"{NUMBER}","seller":{{"nip":"1111111111"}}}}]"#),
                "upo_contradiction",
            ),
            (
                &format!(r#"[{{"invoiceHash":"{HASH}","ksefNumber":"{NUMBER}","hashOfCorrectedInvoice":"x"}}]"#),
                "upo_malformed",
            ),
        ] {
            assert_eq!(code(text), expected, "{}", text.get(..200).unwrap_or(text));
        }
    }

    #[test]
    fn an_address_tells_the_environment() {
        for (url, expected) in [
            ("https://api-test.ksef.mf.gov.pl/storage/01/x?sv=1", Some(Environment::Test)),
            ("https://api.ksef.mf.gov.pl/storage/01/x", Some(Environment::Prod)),
            ("https://api-demo.ksef.mf.gov.pl:443/x", Some(Environment::Demo)),
            ("https://api.ksef.mf.gov.pl.example.com/x", None),
            ("http://api.ksef.mf.gov.pl/x", None),
            ("", None),
        ] {
            assert_eq!(environment_of(url), expected, "{url}");
        }
    }
}
