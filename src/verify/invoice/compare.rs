//! A link compared with the invoices at hand.

use super::digest_cause;
use crate::error::CheckCode;
use crate::error::Result;
use crate::invoice::Invoice;
use crate::values::{InvoiceHash, IssueDate, Rules};
use crate::verify::link::facts::{CodeKind, LinkFacts};
use crate::verify::report::Check;

/// An invoice's file, with what links are compared with.
#[derive(Debug)]
pub(in crate::verify) struct InvoiceFile {
    name: String,
    bytes: Vec<u8>,
    hash: InvoiceHash,
    facts: Result<Invoice>,
}

impl InvoiceFile {
    pub(in crate::verify) fn new(name: String, bytes: Vec<u8>) -> Self {
        // Whether the code belongs to the file does not depend on whether KSeF would take the file.
        let facts = Invoice::read_allowing(&bytes, Rules::ALL);
        Self { hash: InvoiceHash::of(&bytes), name, bytes, facts }
    }
}

/// Compares. Returns the issue date of the invoice that the link is of, where it is known.
pub(in crate::verify) fn check(link: &LinkFacts, files: &[InvoiceFile], checks: &mut Vec<Check>) -> Option<IssueDate> {
    if files.is_empty() {
        checks.push(Check::not_checked(CheckCode::InvoiceDigest, "no invoice was given to compare with"));
        return None;
    }
    let Some(hash) = &link.hash else {
        checks.push(Check::not_checked(CheckCode::InvoiceDigest, "the link's digest cannot be read"));
        return None;
    };
    let file = digest(link, hash, files, checks)?;
    match &file.facts {
        Ok(invoice) => {
            facts(link, invoice, &file.name, checks);
            Some(invoice.issue_date())
        }
        Err(error) => {
            let reason = format!("{}: {}", file.name, error.message());
            checks.push(Check::not_checked(CheckCode::InvoiceFacts, reason));
            None
        }
    }
}

/// Finds the invoice: by its digest, by the digest of what it may have been, or because it is the only one.
fn digest<'f>(
    link: &LinkFacts,
    hash: &InvoiceHash,
    files: &'f [InvoiceFile],
    checks: &mut Vec<Check>,
) -> Option<&'f InvoiceFile> {
    if let Some(file) = files.iter().find(|file| file.hash == *hash) {
        checks.push(Check::ok(CheckCode::InvoiceDigest, format!("the digest is that of {}", file.name)));
        return Some(file);
    }
    for file in files {
        if let Some(cause) = digest_cause::find(&file.bytes, hash) {
            let reason = format!("the digest is not that of {}, but that of {}", file.name, cause.what);
            checks.push(Check::fail(cause.code, reason));
            return Some(file);
        }
    }
    if let [file] = files {
        let size = file.bytes.len();
        let reason = format!("the digest is not that of {} ({size} bytes)", file.name);
        checks.push(Check::fail(CheckCode::InvoiceDigest, reason));
        return Some(file);
    }
    let count = files.len();
    let alike: Vec<&InvoiceFile> = files.iter().filter(|file| is_alike(link, file)).collect();
    let reason = match &alike[..] {
        [file] => format!("the digest is of none of the {count} invoices; NIP and date are those of {}", file.name),
        _ => format!("the digest is of none of the {count} invoices"),
    };
    checks.push(Check::fail(CheckCode::InvoiceDigest, reason));
    None
}

fn is_alike(link: &LinkFacts, file: &InvoiceFile) -> bool {
    let Ok(invoice) = &file.facts else { return false };
    link.seller == Some(invoice.seller()) && link.issue_date == Some(invoice.issue_date())
}

fn facts(link: &LinkFacts, invoice: &Invoice, name: &str, checks: &mut Vec<Check>) {
    if let Some(seller) = link.seller {
        let found = invoice.seller();
        let is_context = link.context.as_ref().is_some_and(|context| context.taxpayer() == Some(found));
        checks.push(if seller == found {
            Check::ok(CheckCode::InvoiceSeller, format!("the seller is {found}, as in {name}"))
        } else if is_context {
            let reason =
                format!("the seller of {name} is {found}, who stands as the context; the link's seller is {seller}");
            Check::fail(CheckCode::ContextSellerSwapped, reason)
        } else {
            Check::fail(
                CheckCode::InvoiceSeller,
                format!("the seller of {name} is {found}, in the link it is {seller}"),
            )
        });
    }
    if let Some(date) = link.issue_date {
        let found = invoice.issue_date();
        checks.push(if date == found {
            Check::ok(CheckCode::InvoiceDate, format!("the issue date is {found}, as in {name}"))
        } else if date.with_day_and_month_swapped() == Some(found) {
            let reason = format!("{name} was issued on {found}, the link says {date}: month and day changed places");
            Check::fail(CheckCode::DateOrder, reason)
        } else {
            Check::fail(CheckCode::InvoiceDate, format!("{name} was issued on {found}, the link says {date}"))
        });
    } else if link.kind == Some(CodeKind::Kod1) {
        checks.push(Check::not_checked(CheckCode::InvoiceDate, "the link's date cannot be read"));
    }
}
