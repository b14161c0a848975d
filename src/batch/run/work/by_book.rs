//! Invoices by the book: what it has of them is given out again, and what is new is in the book before it is drawn.
//!
//! Several go through the stages together, because a transaction costs as much for fifty as for one. Whatever moment the
//! process dies at: a code that was drawn is in the book, and what is in the book has its signature.

use std::time::SystemTime;

use super::stages::{Accepted, Linked, Opened, Plan};
use crate::batch::bookkeeping::Bookkeeping;
use crate::batch::code_source::CodeSource;
use crate::batch::settings::Batch;
use crate::book::{Entry, Event, Facts, Found, Happening, IssuedKod2, NewEntry, State};
use crate::deadline::Mode;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::manifest::{EarlierRecord, InvoiceLinks, InvoiceOutcome, Record, Sending};
use crate::render::Label;
use crate::values::{InvoiceHash, Rule, Rules};

/// What the book says of an invoice that is to have codes.
pub(in crate::batch) struct Answer {
    /// The codes that it has: nothing is signed.
    pub(in crate::batch) known: Option<InvoiceLinks>,
    entry: Option<Entry>,
    /// The rule that is overridden: another file has its number.
    allowed: Rules,
}

/// Asks the book about invoices, in their order.
///
/// # Errors
/// Those of the book, for all of them; `book_damaged`, `invoice_annulled`, `invoice_is_correction`, `issued_number` and
/// `codes_signature_wrong` for one.
pub(in crate::batch) fn ask(plan: Plan<'_>, keeping: &Bookkeeping, facts: &[&Facts]) -> Result<Vec<Result<Answer>>> {
    let found = plan.turns.waiting(|| keeping.book.look_up(facts))?;
    Ok(found.into_iter().map(|found| answer(plan, found)).collect())
}

fn answer(plan: Plan<'_>, found: Found) -> Result<Answer> {
    let none = Answer { known: None, entry: None, allowed: Rules::NONE };
    match found {
        Found::New => Ok(none),
        Found::NumberTaken(other) => {
            if !plan.batch.allow.contains(Rule::IssuedNumber) {
                return Err(number_taken(&other));
            }
            let mut allowed = Rules::NONE;
            allowed.insert(Rule::IssuedNumber);
            Ok(Answer { allowed, ..none })
        }
        Found::Known(entry) => {
            let codes = &plan.batch.codes;
            entry.check(codes.environment())?;
            if entry.state() == State::Annulled {
                return Err(Error::new(Kind::InvoiceAnnulled, "it was annulled, by the book"));
            }
            if let CodeSource::Booked { environment } = codes {
                let mut links = entry.links(*environment);
                links.check_signature(|_| None)?;
                // Once there is a number, KOD I with it is all that belongs on the invoice.
                if links.ksef_number.is_some() {
                    links.kod2 = None;
                }
                return Ok(Answer { known: Some(links), entry: Some(entry), ..none });
            }
            if codes.is_signing() != Some(true) {
                return Ok(Answer { entry: Some(entry), ..none });
            }
            if let Some(first) = entry.corrects() {
                let message = format!("by the book it is the technical correction of the file {}", first.base64());
                return Err(Error::new(Kind::InvoiceIsCorrection, message));
            }
            if entry.kod2().is_none() {
                return Ok(Answer { entry: Some(entry), ..none });
            }
            let links = offline(&entry, plan);
            links.check_signature(|serial| codes.certificate(serial)).map_err(|error| {
                Error::new(error.kind(), "the book's KOD II is not signed by the certificate that it names")
            })?;
            Ok(Answer { known: Some(links), entry: Some(entry), ..none })
        }
    }
}

/// The codes as they were given out, with OFFLINE under KOD I.
fn offline(entry: &Entry, plan: Plan<'_>) -> InvoiceLinks {
    let mut links = entry.links(plan.batch.codes.environment());
    links.ksef_number = None;
    links.kod1.label = Label::OFFLINE;
    links
}

fn number_not_used(entry: &Entry) -> Option<Warning> {
    let number = entry.ksef_number()?;
    let message = format!(
        "by the book the invoice has the KSeF number {number}, and OFFLINE stands under the code as it was given out"
    );
    Some(Warning::new(WarningKind::KsefNumberNotUsed, message))
}

fn number_taken(other: &Entry) -> Error {
    let (number, digest) = (&other.facts.number, other.facts.hash.base64());
    let state = other.state();
    let message = format!("the book has another file with the number {number}, {state}; its digest is {digest}");
    Error::new(Kind::IssuedNumber, message)
}

impl Answer {
    /// What the book says besides the codes is put to them: the number that KSeF gave.
    ///
    /// # Errors
    /// `ksef_number_contradiction`, `book_contradiction`.
    pub(in crate::batch) fn complete(self, plan: Plan<'_>, linked: &mut Linked<'_>) -> Result<()> {
        linked.allow(self.allowed);
        let Some(entry) = self.entry else { return Ok(()) };
        if let (Some(made), Some(known)) = (&linked.links.kod2, entry.kod2())
            && made.link.url != known.url
        {
            return Err(another_kod2());
        }
        linked.is_from_book = linked.links.kod2.is_none() || entry.kod2().is_some();
        follow_mode(plan, &entry, linked);
        if entry.ksef_number().is_some() {
            linked.is_in_ksef();
        }
        match (&linked.links.ksef_number, entry.ksef_number()) {
            (Some(said), Some(known)) if said != known => {
                let message = format!(
                    "{said} would stand under the code, and by the book the invoice has the KSeF number {known}"
                );
                Err(Error::new(Kind::KsefNumberContradiction, message))
            }
            // Codes of offline invoices stay as they are.
            (None, Some(_)) if linked.links.kod2.is_some() => {
                linked.warn(number_not_used(&entry));
                Ok(())
            }
            (None, Some(known)) => {
                linked.links.kod1.label = Label::from(known);
                linked.links.ksef_number = Some(known.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The mode and the day for sending are those of the book, whatever the run is told: `due` and announcements go by them.
fn follow_mode(plan: Plan<'_>, entry: &Entry, linked: &mut Linked<'_>) {
    let Some(mode) = plan.mode().filter(|_| entry.kod2().is_some()) else { return };
    if entry.counted_mode() == mode.name() {
        // What was announced since stands in the book; what the run knows of an end, it may not.
        if let Some(day) = entry.send_by() {
            linked.send(Some(Sending { mode, by: Some(day) }));
        }
        return;
    }
    let known = match entry.mode() {
        Some(known) => format!("in the mode {known}"),
        None => format!("without a mode, as if of the issuer's own choice ({})", entry.counted_mode()),
    };
    let message =
        format!("the book has the invoice {known}, and this run says {}: what the book has counts", mode.name());
    let warning = Warning::new(WarningKind::BookMode, message);
    linked.warn([plan.batch.hints.complete_warning(warning)]);
    let of_book = entry.mode().and_then(Mode::of_name);
    linked.send(of_book.map(|mode| Sending { mode, by: entry.send_by() }));
}

fn another_kod2() -> Error {
    Error::new(Kind::BookContradiction, "the book has another KOD II of this invoice than the manifest").with_hint(
        "Which of the two codes does the buyer hold? The book gives out its own: make the codes again by the book, into another place. KSeF knows nothing of codes.",
    )
}

/// Enters invoices with the codes that were made for them now. Of one that another program entered meanwhile, its codes are
/// taken, and those made here are shown to nobody.
///
/// # Errors
/// Those of the book, for all of them; `book_damaged`, `issued_number`, `invoice_annulled` for one.
pub(in crate::batch) fn enter(
    plan: Plan<'_>,
    keeping: &Bookkeeping,
    linked: Vec<(&str, Facts, &mut Linked<'_>)>,
) -> Result<Vec<Result<()>>> {
    let at = moment(plan.batch);
    let (mut new, mut codes) = (Vec::with_capacity(linked.len()), Vec::with_capacity(linked.len()));
    for (input, facts, linked) in linked {
        new.push(NewEntry {
            facts,
            issued: Event {
                what: Happening::Issued {
                    kod2: linked.links.kod2.as_ref().map(IssuedKod2::from),
                    mode: plan.mode().map(Mode::name).map(str::to_owned),
                    send_by: linked.send_by(),
                    is_rehearsed: plan.batch.rehearsed_at.is_some(),
                },
                at,
                cause: format!("{} {input}", keeping.cause),
            },
            may_repeat: plan.batch.allow.contains(Rule::IssuedNumber),
        });
        codes.push(linked);
    }
    let entered = plan.turns.waiting(|| keeping.book.enter(&new.iter().collect::<Vec<_>>()))?;
    Ok(entered.into_iter().zip(codes).map(|(found, linked)| settle(plan, found, linked)).collect())
}

fn settle(plan: Plan<'_>, found: Found, linked: &mut Linked<'_>) -> Result<()> {
    match found {
        Found::New => Ok(()),
        Found::NumberTaken(other) => Err(number_taken(&other)),
        Found::Known(entry) if entry.state() == State::Annulled => {
            Err(Error::new(Kind::InvoiceAnnulled, "it was annulled, by the book"))
        }
        Found::Known(entry) => {
            entry.check(plan.batch.codes.environment())?;
            if let (Some(made), Some(known)) = (&linked.links.kod2, entry.kod2())
                && made.link.url != known.url
            {
                if plan.batch.codes.is_signing().is_none() {
                    return Err(another_kod2());
                }
                linked.links = offline(&entry, plan);
                linked.is_from_book = true;
            }
            follow_mode(plan, &entry, linked);
            Ok(())
        }
    }
}

/// A line of an earlier run is kept: its codes are the book's, or come into it now.
///
/// # Errors
/// `book_contradiction`, `issued_number`; those of the book and of the invoice.
pub(in crate::batch) fn keep(
    plan: Plan<'_>,
    keeping: &Bookkeeping,
    earlier: &EarlierRecord,
    opened: &Opened<'_, '_>,
) -> Result<()> {
    let kod2 = earlier
        .kod2
        .as_ref()
        .map(|signed| IssuedKod2 { url: signed.code.url.clone(), signature: signed.signature.clone() });
    let is_same = |entry: &Entry| match (entry.kod2(), &kod2) {
        (Some(known), Some(kept)) if known.url != kept.url => Err(another_kod2()),
        (known, kept) => Ok(known.is_some() || kept.is_none()),
    };
    if let Some(entry) = plan.turns.waiting(|| keeping.book.find(&earlier.hash))?
        && is_same(&entry)?
    {
        return Ok(());
    }
    earlier.links().check_signature(|serial| plan.batch.codes.certificate(serial))?;
    let invoice = opened.invoice(plan)?;
    let mode = plan.mode().map(Mode::name).map(str::to_owned);
    let send_by =
        plan.batch.schedule.as_ref().and_then(|schedule| schedule.deadline(invoice.issue_date()).ok()?.send_by());
    let is_rehearsed = plan.batch.rehearsed_at.is_some();
    let new = NewEntry {
        facts: Facts::from(&invoice),
        issued: Event {
            what: Happening::Issued { kod2: kod2.clone(), mode, send_by, is_rehearsed },
            at: moment(plan.batch),
            cause: format!("{} {}", keeping.cause, earlier.input),
        },
        may_repeat: plan.batch.allow.contains(Rule::IssuedNumber),
    };
    match plan.turns.waiting(|| keeping.book.enter(&[&new]))?.pop() {
        Some(Found::NumberTaken(other)) => Err(number_taken(&other)),
        Some(Found::Known(entry)) => is_same(&entry).map(|_| ()),
        Some(Found::New) | None => Ok(()),
    }
}

/// The run's own clock, or the one that it is given.
fn moment(batch: &Batch) -> SystemTime {
    batch.rehearsed_at.unwrap_or_else(SystemTime::now)
}

/// What can be seen by now, to be entered as drawn: many at a time. A kill leaves the last of them without this event; their
/// codes are in the book all the same.
pub(in crate::batch) struct DrawnCodes<'b> {
    keeping: &'b Bookkeeping,
    batch: &'b Batch,
    formats: String,
    waiting: Vec<(InvoiceHash, Event)>,
}

impl<'b> DrawnCodes<'b> {
    /// So many are entered at once.
    const AT_ONCE: usize = 1024;

    /// None for a run that keeps no book, or draws nothing.
    pub(in crate::batch) fn of(batch: &'b Batch) -> Option<Self> {
        let keeping = batch.book.as_ref().filter(|_| !batch.drawing.is_empty())?;
        let formats = batch.drawing.formats.iter().map(|format| format.extension());
        let document = batch.drawing.document.iter().map(|document| document.kind());
        let formats = formats.chain(document).collect::<Vec<_>>().join(", ");
        Some(Self { keeping, batch, formats, waiting: Vec::new() })
    }

    /// # Errors
    /// Those of the book.
    pub(in crate::batch) fn add(&mut self, record: &Record) -> Result<()> {
        let InvoiceOutcome::Done(done) = &record.outcome else { return Ok(()) };
        let what = Happening::Drawn { formats: self.formats.clone() };
        let cause = format!("{} {}", self.keeping.cause, record.input);
        self.waiting.push((*done.invoice.hash(), Event { what, at: moment(self.batch), cause }));
        if self.waiting.len() >= Self::AT_ONCE { self.finish() } else { Ok(()) }
    }

    /// Enters those that wait.
    ///
    /// # Errors
    /// Those of the book.
    pub(in crate::batch) fn finish(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let entered = self.keeping.book.enter_drawn(&self.waiting);
        self.waiting.clear();
        entered.map(|_| ())
    }
}

/// The facts that the book knows an invoice by.
pub(in crate::batch) fn facts(accepted: &Accepted<'_>) -> Facts {
    Facts::from(accepted.invoice())
}
