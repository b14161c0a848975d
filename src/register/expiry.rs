use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::entry::Entry;
use super::facts::Facts;
use super::register::Register;
use super::status::Status;
use crate::credential::{Certificate, Owner};
use crate::values::Day;

/// The end of a certificate, as somebody who has to replace it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiry {
    /// Its name in the register, or its file.
    pub name: String,
    /// What the certificate says of itself.
    pub facts: Facts,
    /// Which system uses it.
    pub system: Option<String>,
    /// Who replaces it.
    pub responsible: Option<String>,
    /// By which day, if the register says so.
    pub replace_by: Option<Day>,
}

impl Expiry {
    /// Of a certificate that is in no register.
    pub fn new(name: impl Into<String>, certificate: &Certificate) -> Self {
        let facts = Facts::of(certificate);
        Self { name: name.into(), facts, system: None, responsible: None, replace_by: None }
    }

    fn of(entry: &Entry) -> Self {
        Self {
            name: entry.name.clone(),
            facts: entry.facts.clone(),
            system: entry.system.clone(),
            responsible: entry.responsible.clone(),
            replace_by: entry.replace_by,
        }
    }

    /// The day on which its validity ends, in Warsaw.
    pub fn last_day(&self) -> Day {
        Day::of(self.facts.valid_to)
    }

    /// The last day on which it is valid from midnight to midnight, in Warsaw: a certificate that ends at two in the
    /// morning is useless on that day.
    pub fn last_whole_day(&self) -> Day {
        Day::of(self.facts.valid_to + Duration::from_secs(1)).minus(1)
    }

    /// The day by which it is to be replaced: as the register says, and no later than its last whole one.
    pub fn deadline(&self) -> Day {
        self.replace_by.map_or(self.last_whole_day(), |day| day.min(self.last_whole_day()))
    }

    /// Days from today to [`deadline`](Self::deadline); negative if that has passed.
    pub fn days_left(&self, now: SystemTime) -> i64 {
        Day::of(now).days_until(self.deadline())
    }

    /// True after its last moment.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        now > self.facts.valid_to
    }

    /// True if the deadline is at most `within` days away, or has passed.
    pub fn is_due(&self, now: SystemTime, within: u32) -> bool {
        self.is_expired(now) || self.days_left(now) <= i64::from(within)
    }

    /// A line of JSON, without its newline; `within` as for [`is_due`](Self::is_due).
    pub fn to_json(&self, now: SystemTime, within: u32) -> String {
        let facts = &self.facts;
        let owner_nip = match facts.owner {
            Owner::Nip(nip) => Some(nip.to_string()),
            _ => None,
        };
        let line = ExpiryLine {
            r#type: "expiring",
            name: &self.name,
            status: match (self.is_expired(now), self.is_due(now, within)) {
                (true, _) => "expired",
                (false, true) => "due",
                (false, false) => "active",
            },
            replace_by: self.deadline().to_string(),
            days_left: self.days_left(now),
            last_day: self.last_day().to_string(),
            valid_to: jiff::Timestamp::try_from(facts.valid_to).map(|time| time.to_string()).unwrap_or_default(),
            serial: facts.serial.to_string(),
            owner_nip,
            owner_name: facts.owner_name.as_deref(),
            system: self.system.as_deref(),
            responsible: self.responsible.as_deref(),
        };
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// A contract (`docs/schema`): fields are added, never changed or removed.
#[derive(Serialize)]
struct ExpiryLine<'e> {
    r#type: &'static str,
    name: &'e str,
    /// `expired`, `due` or `active`.
    status: &'static str,
    replace_by: String,
    days_left: i64,
    last_day: String,
    valid_to: String,
    serial: String,
    owner_nip: Option<String>,
    owner_name: Option<&'e str>,
    system: Option<&'e str>,
    responsible: Option<&'e str>,
}

impl Register {
    /// What has to be replaced, in the order of the deadlines. Left out are the retired and the revoked, and those for
    /// which a replacement is ready (see [`Succession::replacement`](super::Succession::replacement)).
    pub fn expiries(&self) -> Vec<Expiry> {
        let succession = self.succession();
        let in_use = |entry: &&Entry| entry.status == Status::Active && self.revocation(entry).is_none();
        let open = self.entries().iter().filter(in_use).filter(|entry| succession.replacement(entry).is_none());
        let mut expiries: Vec<Expiry> = open.map(Expiry::of).collect();
        expiries.sort_by_cached_key(Expiry::deadline);
        expiries
    }

    /// The entry that takes over from `entry`. Of many entries [`succession`](Self::succession) tells it sooner.
    pub fn replacement(&self, entry: &Entry) -> Option<&Entry> {
        self.succession().replacement(entry)
    }
}
