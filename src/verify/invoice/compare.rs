//! A link against the invoices at hand.

use super::check::Check;
use super::codes::Code;
use super::parts::{CodeKind, Parts};
use super::variants;
use crate::error::Result;
use crate::invoice::Invoice;
use crate::values::{InvoiceHash, IssueDate, Rule, Rules};

/// An invoice file, as far as links are compared with it.
#[derive(Debug)]
pub(super) struct InvoiceFile {
    name: String,
    bytes: Vec<u8>,
    hash: InvoiceHash,
    facts: Result<Invoice>,
}

impl InvoiceFile {
    pub(super) fn new(name: String, bytes: Vec<u8>) -> Self {
        // Whether KSeF takes the file is another question than whether the code is its own.
        let all: Rules = Rule::ALL.into_iter().collect();
        let facts = Invoice::read_allowing(&bytes, all);
        Self { hash: InvoiceHash::of(&bytes), name, bytes, facts }
    }
}

/// Compares; gives back the issue date of the invoice that the link is of, where it is known.
pub(super) fn check(parts: &Parts, files: &[InvoiceFile], checks: &mut Vec<Check>) -> Option<IssueDate> {
    if files.is_empty() {
        checks.push(Check::not_checked(Code::InvoiceDigest, "no invoice was given to compare with"));
        return None;
    }
    let Some(hash) = &parts.hash else {
        checks.push(Check::not_checked(Code::InvoiceDigest, "the link's digest cannot be made out"));
        return None;
    };
    let file = digest(parts, hash, files, checks)?;
    match &file.facts {
        Ok(invoice) => {
            facts(parts, invoice, &file.name, checks);
            Some(invoice.issue_date())
        }
        Err(error) => {
            let reason = format!("{}: {}", file.name, error.message());
            checks.push(Check::not_checked(Code::InvoiceFacts, reason));
            None
        }
    }
}

/// Finds the invoice: by its digest, by the digest of what it may have been, or because it is the only one.
fn digest<'f>(
    parts: &Parts,
    hash: &InvoiceHash,
    files: &'f [InvoiceFile],
    checks: &mut Vec<Check>,
) -> Option<&'f InvoiceFile> {
    if let Some(file) = files.iter().find(|file| file.hash == *hash) {
        checks.push(Check::ok(Code::InvoiceDigest, format!("the digest is that of {}", file.name)));
        return Some(file);
    }
    for file in files {
        if let Some(cause) = variants::find(&file.bytes, hash) {
            let reason = format!("the digest is not that of {}, but that of {}", file.name, cause.what);
            checks.push(Check::fail(cause.code, reason));
            return Some(file);
        }
    }
    if let [file] = files {
        let size = file.bytes.len();
        let reason = format!("the digest is not that of {} ({size} bytes)", file.name);
        checks.push(Check::fail(Code::InvoiceDigest, reason));
        return Some(file);
    }
    let count = files.len();
    let alike: Vec<&InvoiceFile> = files.iter().filter(|file| is_alike(parts, file)).collect();
    let reason = match &alike[..] {
        [file] => format!("the digest is of none of the {count} invoices; NIP and date are those of {}", file.name),
        _ => format!("the digest is of none of the {count} invoices"),
    };
    checks.push(Check::fail(Code::InvoiceDigest, reason));
    None
}

fn is_alike(parts: &Parts, file: &InvoiceFile) -> bool {
    let Ok(invoice) = &file.facts else { return false };
    parts.seller == Some(invoice.seller()) && parts.issue_date == Some(invoice.issue_date())
}

fn facts(parts: &Parts, invoice: &Invoice, name: &str, checks: &mut Vec<Check>) {
    if let Some(seller) = parts.seller {
        let found = invoice.seller();
        let is_context = parts.context.as_ref().is_some_and(|context| context.taxpayer() == Some(found));
        checks.push(if seller == found {
            Check::ok(Code::InvoiceSeller, format!("the seller is {found}, as in {name}"))
        } else if is_context {
            let reason =
                format!("the seller of {name} is {found}, who stands as the context; the link's seller is {seller}");
            Check::fail(Code::ContextSellerSwapped, reason)
        } else {
            Check::fail(Code::InvoiceSeller, format!("the seller of {name} is {found}, in the link it is {seller}"))
        });
    }
    if let Some(date) = parts.issue_date {
        let found = invoice.issue_date();
        checks.push(if date == found {
            Check::ok(Code::InvoiceDate, format!("the issue date is {found}, as in {name}"))
        } else if date.with_day_and_month_swapped() == Some(found) {
            let reason = format!("{name} was issued on {found}, the link says {date}: month and day changed places");
            Check::fail(Code::DateOrder, reason)
        } else {
            Check::fail(Code::InvoiceDate, format!("{name} was issued on {found}, the link says {date}"))
        });
    } else if parts.kind == Some(CodeKind::Kod1) {
        checks.push(Check::not_checked(Code::InvoiceDate, "the link's date cannot be made out"));
    }
}
