//! What happens to an invoice, one after the other.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
use crate::link::Link;
use crate::manifest::{Signature, SignedLink};
use crate::sign::{Algorithm, ContextChoice, ContextSource};
use crate::values::{Day, InvoiceHash, KsefNumber};

/// Something that happened to an invoice. It is never changed or taken out again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub what: Happening,
    /// When it was entered, to the second.
    pub at: SystemTime,
    /// Who or what says so: a command, the name of a file.
    pub cause: String,
}

/// What can happen to an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// Its codes were made.
    Issued {
        /// KOD II, of an invoice that is issued offline.
        kod2: Option<IssuedKod2>,
        /// The name of the mode ([`Mode::name`](crate::deadline::Mode::name)), if it was known.
        mode: Option<String>,
        /// By when KSeF must have it; none while an outage lasts, or if no mode was known.
        send_by: Option<Day>,
        /// True if the run acted as if it were another moment than it was.
        is_rehearsed: bool,
    },
    /// Its codes were drawn: `png`, `png, svg`, `stamped`.
    Drawn {
        /// In which formats and documents.
        formats: String,
    },
    /// The buyer has it.
    HandedOver,
    /// It is on its way to KSeF.
    Sent {
        /// The number of the session, if it is known.
        reference: Option<String>,
    },
    /// KSeF took it.
    Accepted {
        /// The number that it has now.
        number: KsefNumber,
        /// The file that KSeF took in place of this one, if that was a technical correction.
        corrected_by: Option<InvoiceHash>,
    },
    /// KSeF did not take it.
    Refused {
        /// The code that KSeF gave: 450.
        status: Option<u16>,
        /// What KSeF said of it.
        reason: String,
    },
    /// Another file is sent in its place, as its technical correction.
    Corrected {
        /// That file.
        by: InvoiceHash,
    },
    /// It is the technical correction of another file.
    Corrects {
        /// That file, whose codes the buyer holds.
        first: InvoiceHash,
    },
    /// Its technical correction was annulled: it is where it was before.
    CorrectionAnnulled {
        /// The file that is not sent in its place any more.
        by: InvoiceHash,
    },
    /// It was issued in another mode than was said: somebody put that right.
    Mode {
        /// The name of the mode ([`Mode::name`](crate::deadline::Mode::name)).
        mode: String,
        /// By when KSeF must have it; none while an outage lasts.
        send_by: Option<Day>,
    },
    /// The day by which KSeF must have it is another: an outage ended, or began.
    Moved {
        /// That day; none while the outage lasts.
        send_by: Option<Day>,
        /// True if it is not to be sent any more: a total failure was announced.
        is_not_sent: bool,
    },
    /// It was never given to anybody, and never will be.
    Annulled,
}

/// A KOD II that was made, and how it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedKod2 {
    /// The link.
    pub url: String,
    /// How it was signed.
    pub signature: Signature,
}

impl From<&SignedLink> for IssuedKod2 {
    fn from(signed: &SignedLink) -> Self {
        Self { url: signed.link.url.clone(), signature: signed.signature.clone() }
    }
}

impl Happening {
    /// The name in the database and in JSON: `handed_over`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issued",
            Self::Drawn { .. } => "drawn",
            Self::HandedOver => "handed_over",
            Self::Sent { .. } => "sent",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Corrected { .. } => "corrected",
            Self::Corrects { .. } => "corrects",
            Self::CorrectionAnnulled { .. } => "correction_annulled",
            Self::Mode { .. } => "mode",
            Self::Moved { .. } => "moved",
            Self::Annulled => "annulled",
        }
    }
}

/// An event as it stands in the database. A column that an event has no use for is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EventRow {
    /// [`Happening::name`].
    pub(super) r#type: String,
    /// `2026-06-30T12:00:00Z`.
    pub(super) at: String,
    pub(super) cause: String,
    /// The last day for sending it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ksef_number: Option<String>,
    /// The digest of the other file of a technical correction, in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) other_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kod2: Option<String>,
    /// JSON: see [`Detail`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
}

/// What of an event has no column of its own.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Detail {
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    deterministic: bool,
    #[serde(skip_serializing_if = "is_false")]
    rehearsed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    formats: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    not_sent: bool,
}

impl EventRow {
    /// True if KSeF may have to get the invoice from now on, as far as this event says.
    pub(super) fn opens(&self) -> bool {
        matches!(&*self.r#type, "sent" | "refused" | "corrected" | "moved")
            || (self.r#type == "issued" && self.kod2.is_some())
    }

    /// True if KSeF need not get it any more, whatever else happens.
    pub(super) fn closes(&self) -> bool {
        matches!(&*self.r#type, "accepted" | "annulled")
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Event {
    /// How the cause of what KSeF said itself begins: behind it stands the reference number of the sending, or the name of
    /// the file that says so.
    pub(super) const KSEF: &str = "KSeF ";

    /// Something that happened. The moment is kept to the second.
    pub fn new(what: Happening, at: SystemTime, cause: impl Into<String>) -> Self {
        Self { what, at, cause: cause.into() }
    }

    pub(super) fn to_row(&self) -> EventRow {
        let mut row = EventRow {
            r#type: self.what.name().to_owned(),
            at: moment(self.at),
            cause: self.cause.clone(),
            ..EventRow::default()
        };
        let mut detail = None;
        match &self.what {
            Happening::Issued { kod2, mode, send_by, is_rehearsed } => {
                row.send_by = send_by.map(|day| day.to_string());
                row.kod2 = kod2.as_ref().map(|kod2| kod2.url.clone());
                let signature = kod2.as_ref().map(|kod2| &kod2.signature);
                detail = Some(Detail {
                    mode: mode.clone(),
                    context_source: signature.map(|signature| signature.context.source.name().to_owned()),
                    algorithm: signature.map(|signature| signature.algorithm.name().to_owned()),
                    deterministic: signature.is_some_and(|signature| signature.is_deterministic),
                    rehearsed: *is_rehearsed,
                    ..Detail::default()
                });
            }
            Happening::Drawn { formats } => {
                detail = Some(Detail { formats: Some(formats.clone()), ..Detail::default() });
            }
            Happening::Sent { reference: Some(reference) } => {
                detail = Some(Detail { reference: Some(reference.clone()), ..Detail::default() });
            }
            Happening::Accepted { number, corrected_by } => {
                row.ksef_number = Some(number.to_string());
                row.other_sha256 = corrected_by.as_ref().map(InvoiceHash::base64);
            }
            Happening::Refused { status, reason } => {
                detail = Some(Detail { status: *status, reason: Some(reason.clone()), ..Detail::default() });
            }
            Happening::Corrected { by: other }
            | Happening::Corrects { first: other }
            | Happening::CorrectionAnnulled { by: other } => {
                row.other_sha256 = Some(other.base64());
            }
            Happening::Mode { mode, send_by } => {
                row.send_by = send_by.map(|day| day.to_string());
                detail = Some(Detail { mode: Some(mode.clone()), ..Detail::default() });
            }
            Happening::Moved { send_by, is_not_sent } => {
                row.send_by = send_by.map(|day| day.to_string());
                detail = is_not_sent.then(|| Detail { not_sent: true, ..Detail::default() });
            }
            Happening::HandedOver | Happening::Sent { reference: None } | Happening::Annulled => {}
        }
        row.detail = detail.and_then(|detail| serde_json::to_string(&detail).ok()).filter(|text| text != "{}");
        row
    }

    /// # Errors
    /// `book_damaged`, if its columns do not fit each other.
    pub(super) fn of_row(row: EventRow) -> Result<Self> {
        let damaged = |what: &str| Error::new(Kind::BookDamaged, format!("the event {}: {what}", row.r#type));
        let detail: Detail = match &row.detail {
            Some(text) => {
                serde_json::from_str(text).map_err(|_| damaged("its detail is not the JSON that it should be"))?
            }
            None => Detail::default(),
        };
        let at: jiff::Timestamp = row.at.parse().map_err(|_| damaged("its time cannot be read"))?;
        let send_by = match &row.send_by {
            Some(day) => Some(day.parse().map_err(|_| damaged("its day for sending is no day"))?),
            None => None,
        };
        let number = match &row.ksef_number {
            Some(number) => Some(KsefNumber::parse(number).map_err(|error| damaged(error.message()))?),
            None => None,
        };
        let other = match &row.other_sha256 {
            Some(digest) => {
                Some(InvoiceHash::from_base64(digest).map_err(|_| damaged("its other digest is not a digest"))?)
            }
            None => None,
        };
        let what = match (&*row.r#type, number, other) {
            ("issued", None, None) => {
                let kod2 = match &row.kod2 {
                    Some(url) => Some(kod2(url, &detail).ok_or_else(|| damaged("its KOD II is not a link of KOD II"))?),
                    None => None,
                };
                Happening::Issued { kod2, mode: detail.mode, send_by, is_rehearsed: detail.rehearsed }
            }
            ("drawn", None, None) => Happening::Drawn { formats: detail.formats.unwrap_or_default() },
            ("handed_over", None, None) => Happening::HandedOver,
            ("sent", None, None) => Happening::Sent { reference: detail.reference },
            ("accepted", Some(number), corrected_by) => Happening::Accepted { number, corrected_by },
            ("refused", None, None) => {
                Happening::Refused { status: detail.status, reason: detail.reason.unwrap_or_default() }
            }
            ("corrected", None, Some(by)) => Happening::Corrected { by },
            ("corrects", None, Some(first)) => Happening::Corrects { first },
            ("correction_annulled", None, Some(by)) => Happening::CorrectionAnnulled { by },
            ("mode", None, None) => match detail.mode {
                Some(mode) => Happening::Mode { mode, send_by },
                None => return Err(damaged("it names no mode")),
            },
            ("moved", None, None) => Happening::Moved { send_by, is_not_sent: detail.not_sent },
            ("annulled", None, None) => Happening::Annulled,
            _ => return Err(damaged("this version does not know it, or a part that belongs to it is missing")),
        };
        Ok(Self { what, at: at.into(), cause: row.cause })
    }
}

fn kod2(url: &str, detail: &Detail) -> Option<IssuedKod2> {
    let Ok(Link::Kod2(parts)) = Link::parse(url) else { return None };
    let source = ContextSource::parse(detail.context_source.as_deref()?)?;
    let signature = Signature {
        context: ContextChoice { context: parts.unsigned.context, source },
        algorithm: Algorithm::parse(detail.algorithm.as_deref()?)?,
        serial: parts.unsigned.serial,
        is_deterministic: detail.deterministic,
    };
    Some(IssuedKod2 { url: url.to_owned(), signature })
}

/// `2026-06-30T12:00:00Z`.
pub(super) fn moment(time: SystemTime) -> String {
    let seconds =
        jiff::Timestamp::try_from(time).ok().and_then(|time| jiff::Timestamp::from_second(time.as_second()).ok());
    seconds.unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
