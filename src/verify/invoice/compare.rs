//! A link compared with the invoices at hand.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::digest_cause::{self, Cause};
use crate::error::{CheckCode, Result};
use crate::invoice::Invoice;
use crate::values::{InvoiceHash, IssueDate, Nip, Rules};
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

/// In bytes, of all invoices together: the first of them are tried in other forms, a hundred and fifty each.
const MOST_TRIED: usize = 64_000_000;

/// The invoices at hand, found by their digests: as many links may be compared with as many invoices.
#[derive(Debug, Default)]
pub(in crate::verify) struct InvoiceFiles {
    files: Vec<InvoiceFile>,
    by_hash: HashMap<InvoiceHash, usize>,
    /// By seller and issue date: the first, and whether there are others.
    alike: HashMap<(Nip, IssueDate), (usize, bool)>,
    /// By the digest of any other form of the file, or rather by the first eight bytes of it. Made for the first link whose
    /// digest is not among those of the files.
    by_form: OnceLock<HashMap<u64, usize>>,
}

impl InvoiceFiles {
    pub(in crate::verify) fn of(file: InvoiceFile) -> Self {
        let mut files = Self::default();
        files.add(file);
        files
    }

    pub(in crate::verify) fn add(&mut self, file: InvoiceFile) {
        let place = self.files.len();
        self.by_hash.entry(file.hash).or_insert(place);
        if let Ok(invoice) = &file.facts {
            let alike = self.alike.entry((invoice.seller(), invoice.issue_date()));
            alike.and_modify(|(_, has_others)| *has_others = true).or_insert((place, false));
        }
        self.by_form = OnceLock::new();
        self.files.push(file);
    }

    pub(in crate::verify) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The invoice with this digest, if it can be read.
    pub(in crate::verify) fn invoice(&self, hash: &InvoiceHash) -> Option<&Invoice> {
        self.of_hash(hash)?.facts.as_ref().ok()
    }

    fn of_hash(&self, hash: &InvoiceHash) -> Option<&InvoiceFile> {
        self.files.get(*self.by_hash.get(hash)?)
    }

    /// The file that had this digest in another form, and which form that was.
    fn of_other_form(&self, hash: &InvoiceHash) -> Option<(&InvoiceFile, Cause)> {
        let by_form = self.by_form.get_or_init(|| {
            let mut by_form = HashMap::new();
            let mut left = MOST_TRIED;
            for (place, file) in self.files.iter().enumerate() {
                let Some(less) = left.checked_sub(file.bytes.len()) else { break };
                left = less;
                digest_cause::each(&file.bytes, |hash| {
                    work::count();
                    by_form.entry(start(&hash)).or_insert(place);
                });
            }
            by_form
        });
        let file = self.files.get(*by_form.get(&start(hash))?)?;
        Some((file, digest_cause::find(&file.bytes, hash)?))
    }

    /// The only file of the link's seller and issue date.
    fn alike(&self, link: &LinkFacts) -> Option<&InvoiceFile> {
        match self.alike.get(&(link.seller?, link.issue_date?))? {
            (place, false) => self.files.get(*place),
            (_, true) => None,
        }
    }
}

fn start(hash: &InvoiceHash) -> u64 {
    hash.as_bytes().iter().take(8).fold(0, |start, byte| start << 8 | u64::from(*byte))
}

/// Compares. Returns the issue date of the invoice that the link is of, where it is known.
///
/// `correction`: the digest of the technical correction of the link's invoice, if one is known of, and what is to be said of it.
pub(in crate::verify) fn check(
    link: &LinkFacts,
    files: &InvoiceFiles,
    correction: Option<(&InvoiceHash, &str)>,
    checks: &mut Vec<Check>,
) -> Option<IssueDate> {
    if files.is_empty() {
        checks.push(Check::not_checked(CheckCode::InvoiceDigest, "no invoice was given to compare with"));
        return None;
    }
    let Some(hash) = &link.hash else {
        checks.push(Check::not_checked(CheckCode::InvoiceDigest, "the link's digest cannot be read"));
        return None;
    };
    let file = digest(link, hash, files, correction, checks)?;
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
    files: &'f InvoiceFiles,
    correction: Option<(&InvoiceHash, &str)>,
    checks: &mut Vec<Check>,
) -> Option<&'f InvoiceFile> {
    if let Some(file) = files.of_hash(hash) {
        checks.push(Check::ok(CheckCode::InvoiceDigest, format!("the digest is that of {}", file.name)));
        return Some(file);
    }
    // The Ministry's offline/korekta-techniczna.md, step 7: the first file's code leads to the corrected invoice.
    if let Some((corrected, why)) = correction
        && let Some(file) = files.of_hash(corrected)
    {
        let reason = format!("the digest is that of the file whose technical correction is {}: {why}", file.name);
        checks.push(Check::ok(CheckCode::InvoiceDigest, reason));
        return Some(file);
    }
    if let Some((file, cause)) = files.of_other_form(hash) {
        let reason = format!("the digest is not that of {}, but that of {}", file.name, cause.what);
        checks.push(Check::fail(cause.code, reason));
        return Some(file);
    }
    if let [file] = &files.files[..] {
        let size = file.bytes.len();
        let reason = format!("the digest is not that of {} ({size} bytes)", file.name);
        checks.push(Check::fail(CheckCode::InvoiceDigest, reason));
        return Some(file);
    }
    let count = files.files.len();
    let reason = match files.alike(link) {
        Some(file) => format!("the digest is of none of the {count} invoices; NIP and date are those of {}", file.name),
        None => format!("the digest is of none of the {count} invoices"),
    };
    checks.push(Check::fail(CheckCode::InvoiceDigest, reason));
    None
}

fn facts(link: &LinkFacts, invoice: &Invoice, name: &str, checks: &mut Vec<Check>) {
    if let Some(seller) = link.seller {
        let found = invoice.seller();
        let is_context = link.context.as_ref().is_some_and(|context| context.taxpayer() == Some(found));
        checks.push(if seller == found {
            Check::ok(CheckCode::InvoiceSeller, format!("the seller is {found}, as in {name}"))
        } else if is_context {
            let reason =
                format!("the seller of {name} is {found}, who is given as the context; the link's seller is {seller}");
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

/// How many forms of invoices were tried: a table of growth is kept in the tests of the verifier.
pub(in crate::verify) mod work {
    #[cfg(test)]
    thread_local!(pub(in crate::verify) static FORMS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });

    pub(super) fn count() {
        #[cfg(test)]
        FORMS.set(FORMS.get() + 1);
    }
}
