//! An invoice in the book: its facts, what happened to it, and the state that follows from that.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::event::{Event, Happening, IssuedKod2};
use crate::credential::Certificate;
use crate::deadline::Mode;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::link::{Kod1, Link};
use crate::manifest::{InvoiceLinks, LabelledLink, SignedLink};
use crate::render::Label;
use crate::values::{Day, Environment, InvoiceHash, IssueDate, KsefNumber, Nip};

/// What the book knows of an invoice file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The digest of the file: what the book knows it by.
    pub hash: InvoiceHash,
    /// The seller's NIP.
    pub seller: Nip,
    /// `RodzajFaktury`; none for forms without kinds.
    pub kind: Option<String>,
    /// The invoice's number.
    pub number: String,
    /// The issue date.
    pub issue_date: IssueDate,
    /// `FA(3)`.
    pub form: String,
    /// Of the file.
    pub size_bytes: u64,
    /// As the manifest has it; none for a buyer without any number.
    pub buyer: Option<String>,
}

impl From<&Invoice> for Facts {
    fn from(invoice: &Invoice) -> Self {
        Self {
            hash: *invoice.hash(),
            seller: invoice.seller(),
            kind: invoice.kind().map(str::to_owned),
            number: invoice.number().to_owned(),
            issue_date: invoice.issue_date(),
            form: invoice.form().name().to_owned(),
            size_bytes: invoice.size() as u64,
            buyer: Some(invoice.buyer().to_string()).filter(|buyer| !buyer.is_empty()),
        }
    }
}

impl Facts {
    /// KOD I, which follows from the facts.
    pub fn kod1(&self, environment: Environment) -> Kod1 {
        Kod1 { environment, seller: self.seller, issue_date: self.issue_date, hash: self.hash }
    }

    /// Seller, kind and number: what KSeF takes once.
    pub(super) fn numbered(&self) -> (Nip, &str, &str) {
        (self.seller, self.kind.as_deref().unwrap_or_default(), &self.number)
    }
}

/// An invoice in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The file.
    pub facts: Facts,
    /// What happened to it, in this order.
    pub events: Vec<Event>,
}

/// Where an invoice is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It has KOD I alone: an online invoice, as far as the book knows.
    Linked,
    /// It has both codes, and KSeF does not have it yet.
    Issued,
    /// It is on its way to KSeF.
    Sent,
    /// KSeF did not take it, for this reason.
    Refused(String),
    /// Another file is to be sent in its place, and KSeF has not taken that one yet.
    Corrected(InvoiceHash),
    /// It is the technical correction of another file, whose codes the buyer holds.
    Correction(InvoiceHash),
    /// KSeF took it.
    Accepted(KsefNumber),
    /// It is not sent any more, because of a total failure.
    NotSent,
    /// It was withdrawn before anybody had it.
    Annulled,
}

impl State {
    /// All names, in the order of an invoice's way.
    pub const NAMES: &[&str] =
        &["linked", "issued", "sent", "refused", "corrected", "correction", "accepted", "not_sent", "annulled"];

    /// The name in JSON and tables: `accepted`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Issued => "issued",
            Self::Sent => "sent",
            Self::Refused(_) => "refused",
            Self::Corrected(_) => "corrected",
            Self::Correction(_) => "correction",
            Self::Accepted(_) => "accepted",
            Self::NotSent => "not_sent",
            Self::Annulled => "annulled",
        }
    }

    /// True if KSeF must still get it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Issued | Self::Sent | Self::Refused(_) | Self::Corrected(_))
    }
}

/// The name.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Entry {
    /// Where it is on its way. What is accepted stays so, whatever is entered later; what was refused may be sent again.
    pub fn state(&self) -> State {
        let mut state = State::Linked;
        // Where it would be without its technical correction.
        let mut uncorrected = State::Linked;
        for event in &self.events {
            if matches!(state, State::Accepted(_) | State::Annulled) {
                break;
            }
            if let State::Corrected(_) = state {
                if let Happening::Refused { reason, .. } = &event.what {
                    uncorrected = State::Refused(reason.clone());
                }
            } else {
                uncorrected = state.clone();
            }
            state = match &event.what {
                Happening::Issued { kod2: Some(_), .. } if state == State::Linked => State::Issued,
                Happening::Sent { .. } if state.is_open() || state == State::Linked => State::Sent,
                Happening::Refused { reason, .. } if !matches!(state, State::Corrected(_)) => {
                    State::Refused(reason.clone())
                }
                Happening::Corrected { by } => State::Corrected(*by),
                Happening::CorrectionAnnulled { by } if state == State::Corrected(*by) => uncorrected.clone(),
                Happening::Corrects { first } => State::Correction(*first),
                Happening::Accepted { number, .. } => State::Accepted(number.clone()),
                Happening::Moved { is_not_sent: true, .. } => State::NotSent,
                Happening::Moved { is_not_sent: false, .. } | Happening::Mode { .. } if state == State::NotSent => {
                    State::Issued
                }
                Happening::Annulled => State::Annulled,
                _ => state,
            };
        }
        state
    }

    /// KOD II, if it has one: the first that was made. There is no other.
    pub fn kod2(&self) -> Option<&IssuedKod2> {
        self.events.iter().find_map(|event| match &event.what {
            Happening::Issued { kod2, .. } => kod2.as_ref(),
            _ => None,
        })
    }

    /// The number that KSeF gave it, if it did.
    pub fn ksef_number(&self) -> Option<&KsefNumber> {
        self.events.iter().find_map(|event| match &event.what {
            Happening::Accepted { number, .. } => Some(number),
            _ => None,
        })
    }

    /// The last day for sending it to KSeF, as far as the book knows.
    pub fn send_by(&self) -> Option<Day> {
        let mut by = None;
        for event in &self.events {
            match &event.what {
                Happening::Issued { send_by: Some(day), .. } => by = Some(*day),
                Happening::Moved { send_by, .. } | Happening::Mode { send_by, .. } => by = *send_by,
                _ => {}
            }
        }
        by
    }

    /// The name of the mode that it was issued in, if it is known: the last that was said.
    pub fn mode(&self) -> Option<&str> {
        let put_right = self.events.iter().rev().find_map(|event| match &event.what {
            Happening::Mode { mode, .. } => Some(&**mode),
            _ => None,
        });
        put_right.or_else(|| self.issued_modes().next())
    }

    /// The modes that were said when its codes were made.
    fn issued_modes(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| match &event.what {
            Happening::Issued { mode, .. } => mode.as_deref(),
            _ => None,
        })
    }

    /// The mode that it counts as being of: without one, somebody's own choice.
    pub fn counted_mode(&self) -> &str {
        self.mode().unwrap_or(Mode::Offline24.name())
    }

    /// True if it counts as of another mode than this, and was never said to be of this one.
    pub fn is_of_another_mode(&self, mode: &str) -> bool {
        self.counted_mode() != mode && self.issued_modes().all(|issued| issued != mode)
    }

    /// The file that is sent in its place as its technical correction, if there is one: the last, where KSeF refused others.
    /// One that was annulled is none.
    pub fn corrected_by(&self) -> Option<InvoiceHash> {
        let mut corrected_by = None;
        for event in &self.events {
            match &event.what {
                Happening::Corrected { by } => corrected_by = Some(*by),
                Happening::CorrectionAnnulled { by } if corrected_by == Some(*by) => corrected_by = None,
                _ => {}
            }
        }
        corrected_by
    }

    /// The file whose technical correction it is, if it is one.
    pub fn corrects(&self) -> Option<InvoiceHash> {
        self.events.iter().find_map(|event| match &event.what {
            Happening::Corrects { first } => Some(*first),
            _ => None,
        })
    }

    /// True if an event of that name is among those that happened.
    pub fn was(&self, name: &str) -> bool {
        self.events.iter().any(|event| event.what.name() == name)
    }

    /// Its codes, as they were given out; the number under KOD I, if KSeF has given it by now.
    pub(crate) fn links(&self, environment: Environment) -> InvoiceLinks {
        let number = self.ksef_number();
        InvoiceLinks {
            ksef_number: number.cloned(),
            kod1: LabelledLink {
                url: self.facts.kod1(environment).to_string(),
                label: number.map_or(Label::OFFLINE, Label::from),
            },
            kod2: self.kod2().map(|IssuedKod2 { url, signature }| SignedLink {
                link: LabelledLink { url: url.clone(), label: Label::CERTYFIKAT },
                signature: signature.clone(),
            }),
        }
    }

    /// Verifies the signature of KOD II by the certificate that it names. False if that is not among those given, or there is no
    /// KOD II.
    ///
    /// # Errors
    /// `codes_signature_wrong`.
    pub fn verify(&self, environment: Environment, certificates: &[Certificate]) -> Result<bool> {
        let Some(kod2) = self.kod2() else { return Ok(false) };
        let certificate = certificates.iter().find(|certificate| certificate.serial() == kod2.signature.serial);
        self.links(environment).check_signature(|_| certificate).map_err(|error| {
            let message = format!(
                "{} of {}: its KOD II is not signed by the certificate that it names, {}",
                self.facts.number, self.facts.seller, kod2.signature.serial
            );
            Error::new(error.kind(), message)
        })?;
        Ok(certificate.is_some())
    }

    /// # Errors
    /// `book_damaged`, if its codes are of another invoice or environment than it is, or its events contradict each other.
    pub(crate) fn check(&self, environment: Environment) -> Result<()> {
        let damaged = |what: &str| {
            let message = format!("the invoice {} of {}: {what}", self.facts.number, self.facts.seller);
            Err(Error::new(Kind::BookDamaged, message))
        };
        let Some(first) = self.events.first() else { return damaged("it has no events") };
        if !matches!(first.what, Happening::Issued { .. } | Happening::Corrects { .. }) {
            return damaged("it was never issued");
        }
        let mut urls = Vec::new();
        for event in &self.events {
            if let Happening::Issued { kod2: Some(kod2), .. } = &event.what {
                let Ok(Link::Kod2(link)) = Link::parse(&kod2.url) else { return damaged("its KOD II is no link") };
                let of = (link.unsigned.environment, link.unsigned.seller, link.unsigned.hash);
                if of != (environment, self.facts.seller, self.facts.hash) {
                    return damaged("its KOD II belongs to another invoice");
                }
                urls.push(&kod2.url);
            }
        }
        if urls.len() > 1 {
            return damaged("it has more than one KOD II");
        }
        let mut numbers = self.events.iter().filter_map(|event| match &event.what {
            Happening::Accepted { number, .. } => Some(number),
            _ => None,
        });
        if let Some(number) = numbers.next()
            && numbers.any(|other| other != number)
        {
            return damaged("it has two KSeF numbers");
        }
        Ok(())
    }
}

impl Entry {
    /// True if KSeF said so before of the same sending. Its older answers may be read again after newer ones.
    pub(super) fn was_said(&self, event: &Event) -> bool {
        let of_answer = |known: &Event| match &event.what {
            Happening::Refused { .. } => known.what == event.what,
            Happening::Sent { .. } => matches!(known.what, Happening::Sent { .. } | Happening::Refused { .. }),
            _ => false,
        };
        event.cause.starts_with(Event::KSEF)
            && self.events.iter().any(|known| known.cause == event.cause && of_answer(known))
    }

    /// False if this is no news.
    ///
    /// # Errors
    /// `book_contradiction`.
    pub(super) fn takes(&self, what: &Happening) -> Result<bool> {
        let state = self.state();
        let contradiction = |message: String| Err(Error::new(Kind::BookContradiction, message));
        let number = &self.facts.number;
        match (what, &state) {
            (
                Happening::Issued { .. }
                | Happening::Corrected { .. }
                | Happening::Corrects { .. }
                | Happening::CorrectionAnnulled { .. },
                _,
            ) => contradiction(format!("{number}: {} is not entered by itself", what.name())),
            (Happening::Accepted { number: new, .. }, State::Accepted(old)) if new != old => {
                contradiction(format!("{number} has the KSeF number {old}, and is said to have {new}"))
            }
            (_, State::Annulled) if !matches!(what, Happening::Annulled) => {
                contradiction(format!("{number} was annulled, and is said to be {}", what.name()))
            }
            (Happening::Annulled, State::Accepted(_) | State::Sent | State::Corrected(_)) => {
                contradiction(format!("{number} is {state}: what KSeF may have cannot be annulled"))
            }
            (Happening::Annulled, _) if self.was("handed_over") => {
                let message = format!("{number} was handed over: what the buyer has cannot be annulled");
                Err(Error::new(Kind::BookContradiction, message).with_hint(
                    "What the buyer holds is sent to KSeF. What is wrong in it is corrected by a correcting invoice (KOR).",
                ))
            }
            (Happening::Accepted { .. } | Happening::Annulled, State::Accepted(_) | State::Annulled)
            | (
                Happening::Sent { .. } | Happening::Refused { .. } | Happening::Moved { .. } | Happening::Mode { .. },
                State::Accepted(_),
            ) => Ok(false),
            (Happening::Mode { .. }, _) if self.kod2().is_none() => {
                let message = format!("{number} has no KOD II: it was not issued offline, and has no mode");
                Err(Error::new(Kind::BookContradiction, message).with_hint(
                    "A mode is of an invoice with both codes. Of a technical correction, that of the first file counts.",
                ))
            }
            (Happening::Mode { mode, send_by }, _) => {
                Ok(self.mode() != Some(mode) || (send_by.is_some() && *send_by != self.send_by()))
            }
            (Happening::HandedOver, _) => Ok(!self.was("handed_over")),
            (Happening::Drawn { .. }, _) => Ok(!self.events.iter().any(|event| event.what == *what)),
            (Happening::Moved { send_by, is_not_sent }, _) => {
                Ok(*is_not_sent != (state == State::NotSent) || (!is_not_sent && *send_by != self.send_by()))
            }
            // Sent and refused, and sent again: each is news if it is not the last of its kind.
            (Happening::Sent { .. } | Happening::Refused { .. }, _) => {
                let of_ksef = |event: &&Event| matches!(event.what, Happening::Sent { .. } | Happening::Refused { .. });
                Ok(self.events.iter().rev().find(of_ksef).is_none_or(|last| last.what != *what))
            }
            (Happening::Accepted { .. } | Happening::Annulled, _) => Ok(true),
        }
    }
}

/// The facts as they stand in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct InvoiceRow {
    /// Of the file, in Base64.
    pub(super) sha256: String,
    pub(super) seller: String,
    /// Empty for forms without kinds.
    pub(super) kind: String,
    pub(super) number: String,
    /// How many files with this number were entered before.
    pub(super) copy: i64,
    pub(super) issue_date: String,
    pub(super) form: String,
    pub(super) size_bytes: i64,
    pub(super) buyer: Option<String>,
}

impl Facts {
    pub(super) fn to_row(&self, copy: i64) -> InvoiceRow {
        InvoiceRow {
            sha256: self.hash.base64(),
            seller: self.seller.to_string(),
            kind: self.kind.clone().unwrap_or_default(),
            number: self.number.clone(),
            copy,
            issue_date: self.issue_date.to_string(),
            form: self.form.clone(),
            size_bytes: i64::try_from(self.size_bytes).unwrap_or(i64::MAX),
            buyer: self.buyer.clone(),
        }
    }

    /// # Errors
    /// `book_damaged`.
    pub(super) fn of_row(row: InvoiceRow) -> Result<Self> {
        let damaged = |error: Error| {
            Error::new(Kind::BookDamaged, format!("the invoice with the digest {}: {}", row.sha256, error.message()))
        };
        Ok(Self {
            hash: InvoiceHash::from_base64(&row.sha256).map_err(damaged)?,
            seller: Nip::parse(&row.seller).map_err(damaged)?,
            kind: Some(row.kind).filter(|kind| !kind.is_empty()),
            number: row.number,
            issue_date: IssueDate::parse(&row.issue_date).map_err(damaged)?,
            form: row.form,
            size_bytes: u64::try_from(row.size_bytes).unwrap_or_default(),
            buyer: row.buyer,
        })
    }
}
