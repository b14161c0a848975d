//! Entries as lines of JSON, out of one book and into another.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::book::Book;
use super::entry::{Entry, Facts, InvoiceRow, State};
use super::event::{Event, EventRow};
use super::transaction::{Recorded, by_digest};
use crate::error::{Error, Kind, Result};
use crate::values::{Environment, InvoiceHash};

/// An entry as a line of JSON. A contract: fields are added, never changed or removed.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    r#type: String,
    environment: String,
    hash_base64: String,
    seller_nip: String,
    kind: Option<String>,
    invoice_number: String,
    issue_date: String,
    form: String,
    size_bytes: i64,
    buyer: Option<String>,
    /// What follows from the events, for those who read the line. It is not read back.
    #[serde(default, skip_deserializing)]
    state: &'static str,
    #[serde(default, skip_deserializing)]
    mode: Option<String>,
    #[serde(default, skip_deserializing)]
    send_by: Option<String>,
    #[serde(default, skip_deserializing)]
    ksef_number: Option<String>,
    #[serde(default, skip_deserializing)]
    refusal: Option<String>,
    #[serde(default, skip_deserializing)]
    kod1: String,
    #[serde(default, skip_deserializing)]
    kod2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventLine>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EventLine {
    r#type: String,
    at: String,
    cause: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    send_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ksef_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other_hash_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kod2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<Value>,
}

/// How the line of an entry begins.
const TYPE: &str = "book_entry";

impl Entry {
    /// A line of JSON, without its newline: what the book knows of the invoice now, and with `events` all that happened, from
    /// which [`read_json`](Self::read_json) makes the entry again.
    pub fn to_json(&self, environment: Environment, events: bool) -> String {
        let row = self.facts.to_row(0);
        let state = self.state();
        let line = Line {
            r#type: TYPE.to_owned(),
            environment: environment.name().to_owned(),
            hash_base64: row.sha256,
            seller_nip: row.seller,
            kind: self.facts.kind.clone(),
            invoice_number: row.number,
            issue_date: row.issue_date,
            form: row.form,
            size_bytes: row.size_bytes,
            buyer: row.buyer,
            state: state.name(),
            mode: self.mode().map(str::to_owned),
            send_by: self.send_by().map(|day| day.to_string()),
            ksef_number: self.ksef_number().map(ToString::to_string),
            refusal: if let State::Refused(reason) = &state { Some(reason.clone()) } else { None },
            kod1: self.facts.kod1(environment).to_string(),
            kod2: self.kod2().map(|kod2| kod2.url.clone()),
            events: events.then(|| self.events.iter().map(|event| EventLine::of(event.to_row())).collect()),
        };
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// True if the line seems to be one of [`to_json`](Self::to_json).
    pub fn is_json(line: &[u8]) -> bool {
        line.starts_with(format!("{{\"type\":\"{TYPE}\"").as_bytes())
    }

    /// The entry that a line of [`to_json`](Self::to_json) is of, whole and fitting itself.
    ///
    /// # Errors
    /// `book_import_damaged`; `book_wrong_environment` if it is of another KSeF.
    pub fn read_json(line: &[u8], environment: Environment) -> Result<Self> {
        let damaged = |what: String| Error::new(Kind::BookImportDamaged, what);
        let line: Line = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
        if line.r#type != TYPE {
            return Err(damaged(format!("it is of the type {:?}", line.r#type)));
        }
        if line.environment != environment.name() {
            let message =
                format!("it is of the environment {}, and the book is of {}", line.environment, environment.name());
            return Err(Error::new(Kind::BookWrongEnvironment, message));
        }
        let Some(events) = line.events else {
            return Err(damaged("it lacks its events: it is of a list, not of an export".to_owned()));
        };
        let row = InvoiceRow {
            sha256: line.hash_base64,
            seller: line.seller_nip,
            kind: line.kind.unwrap_or_default(),
            number: line.invoice_number,
            copy: 0,
            issue_date: line.issue_date,
            form: line.form,
            size_bytes: line.size_bytes,
            buyer: line.buyer,
        };
        let read = || {
            let events = events.into_iter().map(|event| Event::of_row(event.into_row())).collect::<Result<_>>()?;
            let entry = Self { facts: Facts::of_row(row)?, events };
            entry.check(environment)?;
            Ok(entry)
        };
        read().map_err(|error: Error| damaged(error.message().to_owned()))
    }
}

impl EventLine {
    fn of(row: EventRow) -> Self {
        let EventRow { r#type, at, cause, send_by, ksef_number, other_sha256, kod2, detail } = row;
        let detail = detail.and_then(|text| serde_json::from_str(&text).ok());
        Self { r#type, at, cause, send_by, ksef_number, other_hash_base64: other_sha256, kod2, detail }
    }

    fn into_row(self) -> EventRow {
        let Self { r#type, at, cause, send_by, ksef_number, other_hash_base64, kod2, detail } = self;
        let detail = detail.map(|value| value.to_string());
        EventRow { r#type, at, cause, send_by, ksef_number, other_sha256: other_hash_base64, kod2, detail }
    }
}

impl Book {
    /// Enters entries of another book, with all that happened to each, all or none. Of one that is here already, what happened
    /// since is added; if each of the two books went on by itself, that is a contradiction.
    ///
    /// # Errors
    /// Those of the database.
    pub fn restore(&self, entries: &[Entry]) -> Result<Vec<Recorded>> {
        let mut restored = Vec::new();
        self.database().store().transaction(&mut |rows| {
            restored.clear();
            for entry in entries {
                restored.push(restore(rows, entry)?);
            }
            Ok(())
        })?;
        Ok(restored)
    }
}

fn restore(rows: &mut dyn super::database::Rows, entry: &Entry) -> Result<Recorded> {
    let digest = entry.facts.hash.base64();
    let contradiction = |message: String| Ok(Recorded::Contradiction(Error::new(Kind::BookContradiction, message)));
    let of_books = |message: String| {
        let error = Error::new(Kind::BookContradiction, message);
        Ok(Recorded::Contradiction(
            error.with_hint("Look at the invoice in both books, and enter here what is missing."),
        ))
    };
    let number = &entry.facts.number;
    let mut known = by_digest(rows, &[&digest])?;
    if let Some((id, _)) = known.get(&digest)
        && rows.lock(&[*id])?
    {
        known = by_digest(rows, &[&digest])?;
    }
    if let Some(of_ksef) = entry.ksef_number() {
        let related: Vec<String> =
            [entry.corrects(), entry.corrected_by()].iter().flatten().map(InvoiceHash::base64).collect();
        let owners = rows.by_ksef_number(&[of_ksef.as_str()])?;
        if let Some((_, other)) = owners.iter().find(|(_, owner)| *owner != digest && !related.contains(owner)) {
            return contradiction(format!(
                "the KSeF number {of_ksef} is that of another file in the book, with the digest {other}"
            ));
        }
    }
    let (id, before) = match known.get(&digest) {
        None => {
            let (seller, kind, number) = entry.facts.numbered();
            let digests = rows.by_number(&[(seller.as_str(), kind, number)])?.pop().unwrap_or_default();
            let copy = digests.last().map_or(0, |(copy, _)| copy + 1);
            let id = rows.insert_invoices(&[entry.facts.to_row(copy)])?.pop().flatten();
            let Some(id) = id else {
                return contradiction(format!("another program entered {number} at the same moment"));
            };
            (id, 0)
        }
        Some((_, known)) if known.facts != entry.facts => {
            return of_books(format!("{number} is in the book with other facts"));
        }
        Some((id, known)) => {
            // Moments are kept to the second on both sides.
            let [here, there] =
                [&known.events, &entry.events].map(|events| events.iter().map(Event::to_row).collect::<Vec<_>>());
            if here.len() >= there.len() && there.iter().all(|event| here.contains(event)) {
                return Ok(Recorded::Known);
            }
            if there.get(..here.len()) != Some(&*here) {
                return of_books(format!("{number} was changed in both books, in each in another way"));
            }
            (*id, here.len())
        }
    };
    let events: Vec<(i64, EventRow)> = entry.events.iter().skip(before).map(|event| (id, event.to_row())).collect();
    rows.insert_events(&events)?;
    Ok(Recorded::Added)
}
