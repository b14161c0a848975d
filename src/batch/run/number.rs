//! The KSeF number under the code of one invoice: what else than the source of the codes says it, whether it can be, and
//! whether another invoice of the run has it.

use std::collections::HashMap;
use std::result;

use crate::batch::code_source::{CodeSource, Numbers};
use crate::batch::input::{Beside, Input, number_in_name};
use crate::batch::settings::Batch;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::invoice::Invoice;
use crate::link::{Kod1, Link};
use crate::manifest::{EarlierRecord, InvoiceLinks, InvoiceOutcome};
use crate::render::Label;
use crate::values::{Day, InvoiceHash, KsefNumber};

/// The links with the number that stands beside the invoice, in its table or in its folder, and what is to be said of it.
///
/// # Errors
/// `ksef_number_missing`, `ksef_number_contradiction`, `ksef_number_of_another`, `ksef_number_in_future`; `upo_contradiction`
/// and `upo_other_file`, of the metadata beside the invoice.
pub(super) fn settle(
    batch: &Batch,
    beside: &Beside,
    input: &Input,
    invoice: &Invoice,
    mut links: InvoiceLinks,
) -> Result<(InvoiceLinks, Vec<Warning>)> {
    let numbers = match &batch.codes {
        CodeSource::Link { numbers, .. } => Some(numbers),
        _ => None,
    };
    let mut warnings = Vec::new();
    match (input.ksef_number(), numbers) {
        (Some(number), Some(Numbers::Table)) => {
            invoice.check_ksef_number(number)?;
            put(number.clone(), &mut links);
        }
        (None, Some(Numbers::Table)) => {
            return Err(Error::new(Kind::KsefNumberMissing, "its line in the table of pairs has no KSeF number"));
        }
        (Some(number), _) if links.ksef_number.as_ref() != Some(number) => {
            let label = &links.kod1.label;
            let message =
                format!("the table of pairs says the KSeF number {number}, and {label} would stand under the code");
            return Err(Error::new(Kind::KsefNumberContradiction, message));
        }
        _ => {}
    }
    match numbers {
        Some(Numbers::Beside) => {
            if let Some(number) = found_beside(batch, beside, input, invoice, &mut warnings)? {
                invoice.check_ksef_number(&number)?;
                put(number, &mut links);
            }
        }
        Some(Numbers::Upo(upo)) => warnings.extend(upo.warning(invoice.hash())),
        _ if links.ksef_number.is_none() => warnings.extend(not_used(batch, beside, input, invoice)),
        _ => {}
    }
    if let Some(number) = &links.ksef_number {
        number.check_given_by(Day::from(batch.today))?;
        warnings.extend(number.warning());
        warnings.extend(contradicted(batch, beside, input, invoice, number));
    }
    Ok((links, warnings))
}

/// False if something else than stands under its code is to stand there by now: the UPO has come since, or the codes with
/// their number, or the number lies beside the invoice, or is what `by_book` says of one whose codes the book has.
pub(super) fn is_labelled(
    batch: &Batch,
    beside: &Beside,
    input: &Input,
    earlier: &EarlierRecord,
    by_book: impl FnOnce(&InvoiceHash) -> Option<KsefNumber>,
) -> bool {
    let is = |number: &KsefNumber| Label::from(number) == earlier.kod1.label;
    match &batch.codes {
        CodeSource::Link { numbers: Numbers::Upo(upo), .. } => upo.number(&earlier.hash).is_some_and(is),
        CodeSource::Link { numbers: Numbers::Table, .. } => input.ksef_number().is_some_and(is),
        CodeSource::Link { numbers: Numbers::Beside, .. } => {
            let Ok(Link::Kod1(kod1)) = Link::parse(&earlier.kod1.url) else { return true };
            let found = in_metadata(beside, input, &earlier.hash)
                .or_else(|| number_in_name(input, &kod1, earlier.kind.as_deref()).ok()?);
            found.is_none_or(|number| is(&number))
        }
        CodeSource::Reuse { environment, codes } => {
            codes.label(&earlier.hash, *environment).is_none_or(|label| *label == earlier.kod1.label)
        }
        CodeSource::Booked { .. } => by_book(&earlier.hash).is_none_or(|number| is(&number)),
        _ => true,
    }
}

fn put(number: KsefNumber, links: &mut InvoiceLinks) {
    links.kod1.label = Label::from(&number);
    links.ksef_number = Some(number);
}

/// The number that lies beside the invoice.
fn found_beside(
    batch: &Batch,
    beside: &Beside,
    input: &Input,
    invoice: &Invoice,
    warnings: &mut Vec<Warning>,
) -> Result<Option<KsefNumber>> {
    if let Some(package) = beside.package(input) {
        match &package.upo {
            Ok(upo) => match upo.number_of(invoice) {
                Ok(number) => {
                    warnings.extend(upo.warning(invoice.hash()));
                    return Ok(Some(number.clone()));
                }
                Err(error) if matches!(error.kind(), Kind::UpoContradiction | Kind::UpoOtherFile) => {
                    return Err(Error::new(error.kind(), format!("by the UPO {}: {}", package.name, error.message())));
                }
                Err(_) => {}
            },
            Err(error) => warnings.push(Warning::new(WarningKind::MetadataUnreadable, error.to_string())),
        }
    }
    let (number, warning) = match in_name(batch, input, invoice) {
        Ok(None) => return Ok(None),
        Ok(Some(number)) => {
            let message = format!("the KSeF number {number} was taken from the name of the file");
            (Some(number), Warning::new(WarningKind::KsefNumberByFileName, message))
        }
        Err(why) => {
            let message = format!("OFFLINE stands under the code, and the name of the file has {why}");
            (None, Warning::new(WarningKind::KsefNumberNotUsed, message))
        }
    };
    warnings.push(warning);
    Ok(number)
}

/// What lies beside the invoice says another number of it than the one under its code.
fn contradicted<'n>(
    batch: &Batch,
    beside: &Beside,
    input: &Input,
    invoice: &Invoice,
    number: &'n KsefNumber,
) -> impl Iterator<Item = Warning> + use<'n> {
    let places = [
        (in_metadata(beside, input, invoice.hash()), "the _metadata.json beside it"),
        (in_name(batch, input, invoice).ok().flatten(), "the name of its file"),
    ];
    places.into_iter().filter_map(move |(found, place)| {
        let other = found.filter(|other| other != number)?;
        let message = format!("{number} stands under the code, and by {place} the invoice has the KSeF number {other}");
        Some(Warning::new(WarningKind::KsefNumberContradiction, message))
    })
}

/// A number lies beside an invoice that is to have none.
fn not_used(batch: &Batch, beside: &Beside, input: &Input, invoice: &Invoice) -> Option<Warning> {
    let (number, place) = match in_metadata(beside, input, invoice.hash()) {
        Some(number) => (number, "the _metadata.json beside it"),
        // Nobody looks for a number here: one in the name that is not this invoice's is nothing to speak of.
        None => (in_name(batch, input, invoice).ok()??, "the name of its file"),
    };
    let message = format!("OFFLINE stands under the code, and by {place} the invoice has the KSeF number {number}");
    Some(Warning::new(WarningKind::KsefNumberNotUsed, message))
}

fn in_name(batch: &Batch, input: &Input, invoice: &Invoice) -> result::Result<Option<KsefNumber>, String> {
    number_in_name(input, &Kod1::of(invoice, batch.codes.environment()), invoice.kind())
}

fn in_metadata(beside: &Beside, input: &Input, hash: &InvoiceHash) -> Option<KsefNumber> {
    beside.package(input)?.upo.as_ref().ok()?.number(hash).cloned()
}

/// The number under an invoice's code, which no other invoice may have.
pub(super) struct NumberOfInvoice {
    number: KsefNumber,
    hash: InvoiceHash,
}

impl NumberOfInvoice {
    /// None if there is no number under the code, if an earlier run's codes are used again, and where KSeF itself gives one
    /// number to two files: to one and its technical correction, to one and its duplicate.
    pub(super) fn of(batch: &Batch, beside: &Beside, input: &Input, outcome: &InvoiceOutcome) -> Option<Self> {
        let CodeSource::Link { numbers, .. } = &batch.codes else { return None };
        let (number, hash) = match outcome {
            InvoiceOutcome::Done(done) => (done.ksef_number.as_ref()?, done.invoice.hash()),
            InvoiceOutcome::Kept(kept) => (kept.record.ksef_number.as_ref()?, &kept.record.hash),
            InvoiceOutcome::Refused(_) => return None,
        };
        let is_shared = match numbers {
            Numbers::Upo(upo) => upo.warning(hash).is_some(),
            _ => beside
                .package(input)
                .is_some_and(|package| package.upo.as_ref().is_ok_and(|upo| upo.warning(hash).is_some())),
        };
        (!is_shared).then(|| Self { number: number.clone(), hash: *hash })
    }
}

/// The numbers under the codes of a run so far: about two hundred bytes an invoice that has one.
#[derive(Default)]
pub(super) struct GivenNumbers(HashMap<Box<str>, (InvoiceHash, Box<str>)>);

impl GivenNumbers {
    /// Adds one. The same invoice may come twice.
    ///
    /// # Errors
    /// `ksef_number_contradiction` if another invoice has the number already.
    pub(super) fn add(&mut self, input: &str, one: &NumberOfInvoice) -> Result<()> {
        let NumberOfInvoice { number, hash } = one;
        match self.0.get(number.as_str()) {
            Some((first, _)) if first == hash => Ok(()),
            Some((_, first)) => {
                let message = format!("the KSeF number {number} stands under another invoice of this run, {first}");
                Err(Error::new(Kind::KsefNumberContradiction, message))
            }
            None => {
                self.0.insert(number.as_str().into(), (*hash, input.into()));
                Ok(())
            }
        }
    }
}
