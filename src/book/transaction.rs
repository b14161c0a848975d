//! What goes into the book, or is asked of it, within one transaction: the same on both databases.
//!
//! Functions here may be called again from their beginning, if another program was in the way.

use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use super::database::{FoundRow, Rows};
use super::entry::{Entry, Facts, InvoiceRow, State};
use super::event::{Event, EventRow, Happening, IssuedKod2};
use crate::error::{Error, Kind, Result};
use crate::manifest::Signature;
use crate::sign::SignedLinks;
use crate::values::{InvoiceHash, KsefNumber, Nip};

/// An invoice that is to be entered, with the codes that were made for it.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The file.
    pub facts: Facts,
    /// [`Happening::Issued`].
    pub issued: Event,
    /// True if another file may have been issued with its number before.
    pub may_repeat: bool,
}

impl NewEntry {
    /// An invoice that was signed now.
    pub fn signed(facts: Facts, links: &SignedLinks, at: SystemTime, cause: &str) -> Self {
        let signature = Signature {
            context: links.context.clone(),
            algorithm: links.algorithm,
            serial: links.serial,
            is_deterministic: links.is_deterministic,
        };
        let kod2 = Some(IssuedKod2 { url: links.kod2.clone(), signature });
        let what = Happening::Issued { kod2, mode: None, send_by: None, is_rehearsed: false };
        Self { facts, issued: Event { what, at, cause: cause.to_owned() }, may_repeat: false }
    }
}

/// What the book has of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The invoice, and its codes if it has both.
    Known(Entry),
    /// Neither the file nor its number.
    New,
    /// Another file that was issued with its seller, kind and number, and was not annulled.
    NumberTaken(Entry),
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is in the book now.
    Added,
    /// The book knew it already, or knows better: what is accepted is not sent any more.
    Known,
    /// The book has no invoice with this digest.
    Unknown,
    /// It cannot be, after what happened before: `book_contradiction`.
    Contradiction(Error),
}

impl Recorded {
    /// `added`, `known`, `unknown` or `contradiction`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Known => "known",
            Self::Unknown => "unknown",
            Self::Contradiction(_) => "contradiction",
        }
    }
}

pub(super) fn entry(((_, invoice), events): FoundRow) -> Result<Entry> {
    let facts = Facts::of_row(invoice)?;
    let of_invoice =
        |error: Error| Error::new(error.kind(), format!("{} of {}: {}", facts.number, facts.seller, error.message()));
    let events = events.into_iter().map(Event::of_row).collect::<Result<_>>().map_err(of_invoice)?;
    Ok(Entry { facts, events })
}

/// Rows as they are, from another book.
#[cfg(feature = "postgres")]
pub(super) fn insert(rows: &mut dyn Rows, found: &[FoundRow]) -> Result<()> {
    let invoices: Vec<InvoiceRow> = found.iter().map(|((_, invoice), _)| invoice.clone()).collect();
    let ids = rows.insert_invoices(&invoices)?;
    let mut events = Vec::new();
    for (id, (_, of)) in ids.into_iter().zip(found) {
        let id = id.ok_or_else(|| Error::new(Kind::BookDamaged, "an invoice is in it twice"))?;
        events.extend(of.iter().map(|event| (id, event.clone())));
    }
    rows.insert_events(&events)
}

/// The invoices of a number, oldest first.
pub(super) fn numbered(rows: &mut dyn Rows, number: (&str, &str, &str)) -> Result<Vec<Entry>> {
    let digests = rows.by_number(&[number])?.pop().unwrap_or_default();
    let digests: Vec<&str> = digests.iter().map(|(_, digest)| &**digest).collect();
    rows.by_digest(&digests)?.into_iter().map(entry).collect()
}

/// By digest, with the number that each has in the database.
pub(super) fn by_digest(rows: &mut dyn Rows, digests: &[&str]) -> Result<HashMap<String, (i64, Entry)>> {
    let found = rows.by_digest(digests)?;
    found.into_iter().map(|row| Ok((row.0.1.sha256.clone(), (row.0.0, entry(row)?)))).collect()
}

/// The same, each digest once.
fn by_digests<'d>(
    rows: &mut dyn Rows,
    digests: impl Iterator<Item = &'d str>,
) -> Result<HashMap<String, (i64, Entry)>> {
    let digests: HashSet<&str> = digests.collect();
    if digests.is_empty() { Ok(HashMap::new()) } else { by_digest(rows, &digests.into_iter().collect::<Vec<_>>()) }
}

/// The first file of a number that was not annulled.
fn live<'k>(known: &'k HashMap<String, (i64, Entry)>, of_number: &[(i64, String)]) -> Option<&'k Entry> {
    let entries = of_number.iter().filter_map(|(_, digest)| known.get(digest)).map(|(_, entry)| entry);
    entries.into_iter().find(|entry| entry.state() != State::Annulled)
}

/// A file has one number, so that whoever asks for the number hears of the file.
pub(super) fn look_up(rows: &mut dyn Rows, invoices: &[&Facts]) -> Result<Vec<Found>> {
    let numbers: Vec<(Nip, &str, &str)> = invoices.iter().map(|facts| facts.numbered()).collect();
    let numbers: Vec<(&str, &str, &str)> =
        numbers.iter().map(|(seller, kind, number)| (seller.as_str(), *kind, *number)).collect();
    let of_numbers = rows.by_number(&numbers)?;
    let digests: Vec<String> = invoices.iter().map(|facts| facts.hash.base64()).collect();
    // The file itself, and the first of its number: rarely was that annulled, and the others asked for. They may be many.
    let asked = digests.iter().zip(&of_numbers);
    let firsts = asked.filter_map(|(digest, of_number)| Some([&**digest, &*of_number.first()?.1])).flatten();
    let mut known = by_digests(rows, firsts)?;
    let is_annulled = |digest: &str| known.get(digest).is_none_or(|(_, entry)| entry.state() == State::Annulled);
    let undecided = of_numbers.iter().zip(&digests).filter(|(of_number, digest)| {
        !known.contains_key(*digest) && of_number.first().is_some_and(|(_, first)| is_annulled(first))
    });
    let others = undecided.flat_map(|(of_number, _)| of_number.iter().skip(1)).map(|(_, digest)| &**digest);
    let others: Vec<&str> = others.collect();
    known.extend(by_digests(rows, others.into_iter())?);
    let found = |(digest, of_number): (&String, &Vec<(i64, String)>)| match known.get(digest) {
        _ if of_number.is_empty() => Found::New,
        Some((_, entry)) => Found::Known(entry.clone()),
        None => live(&known, of_number).map_or(Found::New, |entry| Found::NumberTaken(entry.clone())),
    };
    Ok(digests.iter().zip(&of_numbers).map(found).collect())
}

/// Nearly all that are entered are new: they are put in at once, and only of those that cannot be it is asked why.
pub(super) fn enter(rows: &mut dyn Rows, new: &[&NewEntry]) -> Result<Vec<Found>> {
    let digests: Vec<String> = new.iter().map(|one| one.facts.hash.base64()).collect();
    // Each file once: the same again is known as soon as the first is in.
    let mut seen: HashSet<&str> = HashSet::new();
    let at_once: Vec<usize> = (0..new.len()).filter(|at| seen.insert(&digests[*at])).collect();
    let invoices: Vec<InvoiceRow> = at_once.iter().map(|at| new[*at].facts.to_row(0)).collect();
    let mut is_in = vec![false; new.len()];
    let mut events = Vec::with_capacity(invoices.len());
    for (at, id) in at_once.into_iter().zip(rows.insert_invoices(&invoices)?) {
        if let Some(id) = id {
            events.push((id, new[at].issued.to_row()));
            is_in[at] = true;
        }
    }
    rows.insert_events(&events)?;
    let each = new.iter().zip(&digests).zip(is_in);
    each.map(|((one, digest), is_in)| if is_in { Ok(Found::New) } else { enter_one(rows, one, digest) }).collect()
}

/// So often an entry is tried again that another program's came before. More is not chance.
const RACES: u32 = 8;

/// One whose file or number may be in the book.
fn enter_one(rows: &mut dyn Rows, one: &NewEntry, digest: &str) -> Result<Found> {
    for _ in 0..RACES {
        if let Some((id, entry)) = by_digest(rows, &[digest])?.remove(digest) {
            return with_kod2(rows, id, entry, one, digest).map(Found::Known);
        }
        let (seller, kind, number) = one.facts.numbered();
        let of_number = rows.by_number(&[(seller.as_str(), kind, number)])?.pop().unwrap_or_default();
        if of_number.iter().any(|(_, other)| other == digest) {
            // Another program entered it between the two questions.
            continue;
        }
        if !one.may_repeat {
            let known = by_digests(rows, of_number.iter().map(|(_, other)| &**other))?;
            if let Some(earlier) = live(&known, &of_number) {
                return Ok(Found::NumberTaken(earlier.clone()));
            }
        }
        let copy = of_number.last().map_or(0, |(copy, _)| copy + 1);
        if let Some(id) = rows.insert_invoices(&[one.facts.to_row(copy)])?.pop().flatten() {
            rows.insert_events(&[(id, one.issued.to_row())])?;
            return Ok(Found::New);
        }
    }
    Err(Error::new(Kind::BookUnavailable, "other programs were always faster"))
}

/// An invoice that had KOD I alone gets KOD II, once.
fn with_kod2(rows: &mut dyn Rows, id: i64, mut entry: Entry, new: &NewEntry, digest: &str) -> Result<Entry> {
    let has_kod2 = matches!(new.issued.what, Happening::Issued { kod2: Some(_), .. });
    if !has_kod2 || entry.state() != State::Linked {
        return Ok(entry);
    }
    if rows.lock(&[id])?
        && let Some((_, now)) = by_digest(rows, &[digest])?.remove(digest)
    {
        entry = now;
    }
    if entry.state() == State::Linked {
        rows.insert_events(&[(id, new.issued.to_row())])?;
        entry.events.push(new.issued.clone());
    }
    Ok(entry)
}

pub(super) fn record(rows: &mut dyn Rows, events: &[(InvoiceHash, Event)]) -> Result<Vec<Recorded>> {
    let digests: Vec<String> = events.iter().map(|(hash, _)| hash.base64()).collect();
    let mut names: Vec<&str> = digests.iter().map(|digest| &**digest).collect();
    names.sort_unstable();
    names.dedup();
    let mut known = by_digest(rows, &names)?;
    // The first file of each technical correction, which gets its number.
    let firsts: Vec<String> =
        known.values().filter_map(|(_, entry)| entry.corrects()).map(|first| first.base64()).collect();
    let firsts: Vec<&str> = firsts.iter().map(|name| &**name).filter(|name| !known.contains_key(*name)).collect();
    let others = by_digest(rows, &firsts)?;
    known.extend(others);
    names.extend(firsts);
    let mut ids: Vec<i64> = known.values().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    if rows.lock(&ids)? {
        known.extend(by_digest(rows, &names)?);
    }
    let numbers: Vec<&str> = events
        .iter()
        .filter_map(|(_, event)| match &event.what {
            Happening::Accepted { number, .. } => Some(number.as_str()),
            _ => None,
        })
        .collect();
    let mut owners: HashMap<String, Vec<String>> = HashMap::new();
    for (number, digest) in rows.by_ksef_number(&numbers)? {
        owners.entry(number).or_default().push(digest);
    }
    let mut added: Vec<(i64, EventRow)> = Vec::new();
    let mut recorded = Vec::with_capacity(events.len());
    for ((hash, event), digest) in events.iter().zip(&digests) {
        let Some((id, entry)) = known.get_mut(digest) else {
            recorded.push(Recorded::Unknown);
            continue;
        };
        let outcome = match entry.takes(&event.what) {
            Ok(true) if entry.was_said(event) => Recorded::Known,
            Ok(false) => check_again(event, entry).map_or_else(Recorded::Contradiction, |()| Recorded::Known),
            Err(error) => Recorded::Contradiction(error),
            Ok(true) => match &event.what {
                Happening::Accepted { number, corrected_by } => {
                    check_owner(number, digest, *corrected_by, entry, &owners)
                        .map_or_else(Recorded::Contradiction, |()| Recorded::Added)
                }
                _ => Recorded::Added,
            },
        };
        // What is annulled or taken may be the technical correction of another file.
        let (id, first) = (*id, entry.corrects().map(|first| first.base64()));
        let outcome = match (outcome, first.as_ref().and_then(|first| known.get(first))) {
            (Recorded::Added, Some((_, first))) => {
                check_first(&event.what, first).map_or_else(Recorded::Contradiction, |()| Recorded::Added)
            }
            (outcome, _) => outcome,
        };
        if outcome == Recorded::Added {
            added.push((id, event.to_row()));
            if let Some((_, entry)) = known.get_mut(digest) {
                entry.events.push(event.clone());
            }
            if let Happening::Accepted { number, .. } = &event.what {
                owners.entry(number.to_string()).or_default().push(digest.clone());
            }
            if let Some((id, first)) = first.and_then(|first| known.get_mut(&first))
                && let Some(what) = of_first(&event.what, hash, first)
            {
                let event = Event { what, ..event.clone() };
                added.push((*id, event.to_row()));
                first.events.push(event);
            }
        }
        recorded.push(outcome);
    }
    rows.insert_events(&added)?;
    Ok(recorded)
}

/// What happens to the first file by what happens to its technical correction.
fn of_first(what: &Happening, correction: &InvoiceHash, first: &Entry) -> Option<Happening> {
    match what {
        Happening::Accepted { number, .. } => {
            let what = Happening::Accepted { number: number.clone(), corrected_by: Some(*correction) };
            (first.takes(&what) == Ok(true)).then_some(what)
        }
        Happening::Annulled if first.corrected_by() == Some(*correction) => {
            Some(Happening::CorrectionAnnulled { by: *correction })
        }
        _ => None,
    }
}

/// KSeF takes the first file or its technical correction, never both.
fn check_first(what: &Happening, first: &Entry) -> Result<()> {
    let Happening::Accepted { number, .. } = what else { return Ok(()) };
    // Somebody else may have looked the number up for the codes of the first file, which lead to the correction.
    let is_of_ksef = |event: &&Event| event.cause.starts_with(Event::KSEF);
    let taken = first.events.iter().filter(is_of_ksef).find_map(|event| match &event.what {
        Happening::Accepted { number, corrected_by: None } => Some(number),
        _ => None,
    });
    match taken {
        Some(taken) => Err(both_taken(number, &first.facts.number, taken)),
        None => Ok(()),
    }
}

/// The same the other way round: KSeF took the correction, and is now said to have taken the first file itself.
fn check_again(event: &Event, entry: &Entry) -> Result<()> {
    let Happening::Accepted { number, corrected_by: None } = &event.what else { return Ok(()) };
    let is_by_correction = entry.events.iter().any(|known| {
        let is_so = matches!(known.what, Happening::Accepted { corrected_by: Some(_), .. });
        is_so && known.cause.starts_with(Event::KSEF)
    });
    match is_by_correction && event.cause.starts_with(Event::KSEF) {
        true => Err(both_taken(number, &entry.facts.number, number)),
        false => Ok(()),
    }
}

fn both_taken(number: &KsefNumber, invoice: &str, taken: &KsefNumber) -> Error {
    let message = if number == taken {
        format!(
            "KSeF is said to have given one number, {number}, to the first file of {invoice} and to its technical correction"
        )
    } else {
        format!(
            "KSeF is said to have taken the first file of {invoice}, as {taken}, and its technical correction, as {number}"
        )
    };
    Error::new(Kind::BookContradiction, message)
}

/// KSeF gives one number to one file, and to the one that it replaced.
fn check_owner(
    number: &KsefNumber,
    digest: &str,
    by: Option<InvoiceHash>,
    entry: &Entry,
    owners: &HashMap<String, Vec<String>>,
) -> Result<()> {
    let pair = [entry.corrects(), entry.corrected_by(), by].map(|other| other.map(|other| other.base64()));
    let is_other = |owner: &String| owner != digest && !pair.iter().flatten().any(|other| other == owner);
    match owners.get(number.as_str()).into_iter().flatten().find(|owner| is_other(owner)) {
        None => Ok(()),
        Some(other) => {
            let message =
                format!("the KSeF number {number} is that of another file in the book, with the digest {other}");
            Err(Error::new(Kind::BookContradiction, message))
        }
    }
}

pub(super) fn correct(
    rows: &mut dyn Rows,
    first: &InvoiceHash,
    corrected: &Facts,
    at: SystemTime,
    cause: &str,
) -> Result<bool> {
    let (first_digest, digest) = (first.base64(), corrected.hash.base64());
    let mut known = by_digest(rows, &[&first_digest, &digest])?;
    // The correction that was made before, if there was one: KSeF may have refused it.
    let earlier = known.get(&first_digest).and_then(|(_, entry)| entry.corrected_by()).map(|by| by.base64());
    let names = [&*first_digest, &*digest, earlier.as_deref().unwrap_or(&digest)];
    known.extend(by_digest(rows, &names[2..])?);
    let ids: Vec<i64> = known.values().map(|(id, _)| *id).collect();
    if rows.lock(&ids)? {
        known = by_digest(rows, &names)?;
    }
    let Some((first_id, entry)) = known.get(&first_digest) else {
        return Err(Error::new(
            Kind::BookLacksInvoice,
            format!("the book has no invoice with the digest {first_digest}"),
        ));
    };
    let number = &entry.facts.number;
    let mut refused_id = None;
    if let Some(by) = entry.corrected_by() {
        if by == corrected.hash {
            return Ok(false);
        }
        match known.get(&by.base64()) {
            Some((id, correction)) if matches!(correction.state(), State::Refused(_)) => refused_id = Some(*id),
            Some((_, correction)) if correction.state() == State::Annulled => {}
            _ => {
                let message = format!("{number} was corrected before, by the file with the digest {}", by.base64());
                return Err(Error::new(Kind::CorrectedAlready, message));
            }
        }
    }
    match entry.state() {
        State::Accepted(ksef_number) => {
            let message = format!("KSeF took {number}, and gave it the number {ksef_number}");
            return Err(Error::new(Kind::CorrectionOfAccepted, message));
        }
        State::Annulled => {
            return Err(Error::new(Kind::BookContradiction, format!("{number} was annulled")));
        }
        // Whatever KSeF said of it meanwhile.
        _ if entry.corrects().is_some() => {
            let message = format!("{number} is itself the technical correction of another file");
            return Err(Error::new(Kind::CorrectedAlready, message)
                .with_hint("Give the file whose codes the buyer holds, and the new file that is to take its place."));
        }
        _ => {}
    }
    let event = |what| Event { what, at, cause: cause.to_owned() };
    let corrects = event(Happening::Corrects { first: *first });
    let id = match known.get(&digest) {
        Some((_, second)) => {
            let message = format!("{} is in the book already: {}", second.facts.number, second.state());
            return Err(Error::new(Kind::BookContradiction, message));
        }
        None => {
            let (seller, kind, number) = corrected.numbered();
            let digests = rows.by_number(&[(seller.as_str(), kind, number)])?.pop().unwrap_or_default();
            let copy = digests.last().map_or(0, |(copy, _)| copy + 1);
            rows.insert_invoices(&[corrected.to_row(copy)])?.pop().flatten().ok_or_else(|| {
                Error::new(Kind::BookContradiction, "another program entered the corrected file at the same moment")
            })?
        }
    };
    let corrected = event(Happening::Corrected { by: corrected.hash });
    let mut events = vec![(*first_id, corrected.to_row()), (id, corrects.to_row())];
    // It is not sent again.
    events.extend(refused_id.map(|id| (id, event(Happening::Annulled).to_row())));
    rows.insert_events(&events)?;
    Ok(true)
}
