use std::fmt;
use std::time::SystemTime;

use super::entry::Entry;
use super::register::Register;
use super::status::Status;
use crate::credential::{Owner, Purpose};
use crate::error::{Error, Kind, Result};
use crate::values::{Day, Environment, Nip};

/// What a certificate is needed for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Wanted {
    /// The KSeF that the links lead to.
    pub environment: Environment,
    /// The moment of signing: the clock belongs to the caller.
    pub now: SystemTime,
    /// Whose certificate it must be, if that is known.
    pub owner: Option<Nip>,
    /// In whose context invoices are issued, if that is known: decides between owners, but a certificate of somebody
    /// else (an accountant's) will do where it is the only one.
    pub context: Option<Nip>,
    /// True if one that has ended, or has not begun, will do where none is valid now.
    pub ignores_dates: bool,
}

impl Wanted {
    /// A certificate of any owner, to sign in this environment at this moment.
    pub fn new(environment: Environment, now: SystemTime) -> Self {
        Self { environment, now, owner: None, context: None, ignores_dates: false }
    }

    /// Only a certificate of this owner, or of any if there is none.
    #[must_use]
    pub fn owned_by(mut self, owner: Option<Nip>) -> Self {
        self.owner = owner;
        self
    }

    /// Of several owners' certificates the one of this taxpayer, in whose context invoices are issued.
    #[must_use]
    pub fn in_context_of(mut self, taxpayer: Option<Nip>) -> Self {
        self.context = taxpayer;
        self
    }

    /// Where no certificate is valid now, one that was or will be ([`Rule::CertificateDates`](crate::values::Rule::CertificateDates)).
    #[must_use]
    pub fn ignoring_dates(mut self, ignores: bool) -> Self {
        self.ignores_dates = ignores;
        self
    }

    /// True if an entry with this obstacle will do where none is without any.
    pub(super) fn may_ignore(&self, obstacle: &Obstacle) -> bool {
        self.ignores_dates && matches!(obstacle, Obstacle::Expired(_) | Obstacle::NotYetValid(_))
    }
}

/// Why an entry is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// It is retired or revoked.
    Status(Status),
    /// It is for logging in, or its purpose is unclear.
    Purpose(Purpose),
    /// It is from another KSeF.
    Environment(Environment),
    /// It belongs to somebody else.
    Owner(String),
    /// Its validity begins on this day, in Warsaw.
    NotYetValid(Day),
    /// Its validity ended on this day, in Warsaw.
    Expired(Day),
    /// The register wants it used from this day on.
    NotYetUsed(Day),
}

impl Obstacle {
    /// True if the entry was or will be chosen at another time.
    pub(super) fn depends_on_time(&self) -> bool {
        matches!(self, Self::NotYetValid(_) | Self::Expired(_) | Self::NotYetUsed(_))
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Purpose(Purpose::Authentication) => f.write_str("for logging in (type 1)"),
            Self::Purpose(_) => f.write_str("its purpose is unclear"),
            Self::Environment(environment) => write!(f, "not from the KSeF environment {environment}"),
            Self::Owner(owner) => write!(f, "belongs to {owner}"),
            Self::NotYetValid(day) => write!(f, "valid from {day}"),
            Self::Expired(day) => write!(f, "expired on {day}"),
            Self::NotYetUsed(day) => write!(f, "to be used from {day}"),
        }
    }
}

impl Entry {
    /// The first reason in the entry itself, if any, why it is not to be chosen. The context is no reason against a
    /// single entry.
    fn obstacle(&self, wanted: &Wanted) -> Option<Obstacle> {
        super::facts::count_step();
        let facts = &self.facts;
        let today = Day::of(wanted.now);
        if self.status != Status::Active {
            return Some(Obstacle::Status(self.status.clone()));
        }
        if facts.purpose != Purpose::Offline {
            return Some(Obstacle::Purpose(facts.purpose));
        }
        if !facts.fits(wanted.environment) {
            return Some(Obstacle::Environment(wanted.environment));
        }
        if wanted.owner.is_some_and(|owner| facts.owner != Owner::Nip(owner)) {
            return Some(Obstacle::Owner(facts.owner_in_words()));
        }
        if wanted.now > facts.valid_to {
            return Some(Obstacle::Expired(Day::of(facts.valid_to)));
        }
        if wanted.now < facts.valid_from {
            return Some(Obstacle::NotYetValid(Day::of(facts.valid_from)));
        }
        self.use_from.filter(|&from| today < from).map(Obstacle::NotYetUsed)
    }
}

/// How many entries a refusal names, so that its line stays readable.
const MOST_NAMED: usize = 5;

impl Register {
    /// The first reason, if any, why an entry is not to be chosen. A certificate that is revoked in one entry is revoked
    /// in all.
    pub fn obstacle(&self, entry: &Entry, wanted: &Wanted) -> Option<Obstacle> {
        entry.obstacle(wanted).or_else(|| self.revocation(entry).cloned().map(Obstacle::Status))
    }

    /// Picks the entry that signs: active, of type Offline, for this environment, owner and moment; of several the one
    /// that became valid last. So a certificate that replaces another takes over by its date, or from its `use_from`
    /// on, and the old one is used again where the new one is revoked.
    ///
    /// Between owners nothing is guessed, not even if only one of them has a certificate that is valid now: whoever forgot
    /// to renew a certificate does not want another's signature.
    ///
    /// # Errors
    /// `register_nothing_fits`, saying why each was passed over; `register_ambiguous`, if those that fit, or would at
    /// another time, belong to several owners and nothing tells whose is wanted, or if those that fit are from several
    /// issuers.
    pub fn select(&self, wanted: &Wanted) -> Result<&Entry> {
        let mut in_use: Vec<Standing<'_>> = self
            .entries()
            .iter()
            .map(|entry| (entry, self.obstacle(entry, wanted)))
            .filter(|(_, obstacle)| obstacle.as_ref().is_none_or(Obstacle::depends_on_time))
            .collect();
        let of_context =
            |(entry, _): &Standing<'_>| wanted.context.is_some_and(|nip| entry.facts.owner == Owner::Nip(nip));
        if in_use.iter().any(of_context) {
            in_use.retain(of_context);
        }
        let of = |fits: &dyn Fn(&Option<Obstacle>) -> bool| -> Vec<&Entry> {
            in_use.iter().filter(|(_, obstacle)| fits(obstacle)).map(|(entry, _)| *entry).collect()
        };
        let mut fitting = of(&Option::is_none);
        if fitting.is_empty() {
            fitting = of(&|obstacle| obstacle.as_ref().is_some_and(|obstacle| wanted.may_ignore(obstacle)));
        }
        // Of two that begin together the one that ends later, and then the one further down.
        let newest = fitting.iter().max_by_key(|entry| (entry.facts.valid_from, entry.facts.valid_to));
        let Some(&newest) = newest else { return Err(self.nothing_fits(wanted)) };
        if in_use.iter().any(|(entry, _)| !entry.facts.has_same_owner(&newest.facts)) {
            return Err(several_owners(&in_use));
        }
        if fitting.iter().any(|entry| entry.facts.issuer != newest.facts.issuer) {
            return Err(several_issuers(&fitting));
        }
        Ok(newest)
    }

    /// The entry of the same owner that is picked instead of `entry`, if there is one that became valid later.
    pub fn newer(&self, entry: &Entry, wanted: &Wanted) -> Option<&Entry> {
        let rank = |entry: &Entry| (entry.facts.valid_from, entry.facts.valid_to);
        let fitting = self.entries().iter().filter(|other| self.obstacle(other, wanted).is_none());
        let newest = fitting.filter(|other| other.facts.may_follow(&entry.facts)).max_by_key(|other| rank(other));
        newest.filter(|newest| newest.name != entry.name)
    }

    /// The entry of that name, whatever its dates and its purpose: they are judged when the credential is made.
    ///
    /// # Errors
    /// `register_entry_unknown`, `register_entry_retired`, `register_entry_revoked`.
    pub fn named(&self, name: &str) -> Result<&Entry> {
        let entry = self.entry(name)?;
        let status = self.revocation(entry).unwrap_or(&entry.status);
        let kind = match status {
            Status::Active => return Ok(entry),
            Status::Retired { .. } => Kind::RegisterEntryRetired,
            Status::Revoked { .. } => Kind::RegisterEntryRevoked,
        };
        Err(Error::new(kind, format!("the certificate {name:?} is {status}")))
    }

    fn nothing_fits(&self, wanted: &Wanted) -> Error {
        let mut passed: Vec<(&Entry, Obstacle)> =
            self.entries().iter().filter_map(|entry| self.obstacle(entry, wanted).map(|why| (entry, why))).collect();
        // What was retired or revoked long ago explains least.
        passed.sort_by_key(|(_, why)| matches!(why, Obstacle::Status(_)));
        let message = match &passed[..] {
            [] => "the register holds no certificate yet".to_owned(),
            passed => {
                let reasons = passed.iter().map(|(entry, why)| format!("{:?} {why}", entry.name));
                format!("no certificate of the register fits: {}", listed(reasons))
            }
        };
        Error::new(Kind::RegisterNothingFits, message)
    }
}

/// An entry, and why it is not to be chosen.
pub(super) type Standing<'r> = (&'r Entry, Option<Obstacle>);

pub(super) fn several_issuers(fitting: &[&Entry]) -> Error {
    let issuer = |entry: &&Entry| entry.facts.issuer.clone().unwrap_or_default();
    let names = fitting.iter().map(|entry| format!("{:?}, issued by {:?}", entry.name, issuer(entry)));
    Error::new(Kind::RegisterAmbiguous, format!("certificates of several issuers fit: {}", listed(names)))
}

pub(super) fn several_owners(in_use: &[Standing<'_>]) -> Error {
    let all_fit = in_use.iter().all(|(_, obstacle)| obstacle.is_none());
    let names = in_use.iter().map(|(entry, obstacle)| {
        let why = obstacle.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        format!("{:?}, owned by {}{why}", entry.name, entry.facts.owner_in_words())
    });
    let found =
        if all_fit { "certificates of several owners fit" } else { "certificates of several owners are in use" };
    Error::new(Kind::RegisterAmbiguous, format!("{found}: {}", listed(names)))
}

pub(super) fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(MOST_NAMED);
    let mut listed: Vec<String> = items.take(MOST_NAMED).collect();
    if more > 0 {
        listed.push(format!("and {more} more"));
    }
    listed.join("; ")
}
