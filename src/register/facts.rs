use std::ops::RangeInclusive;
use std::time::SystemTime;

use crate::credential::{Certificate, Owner, Purpose, mask_pesel};
use crate::values::{CertificateSerial, Environment, IssueDate};

/// What a register knows of a certificate from the certificate itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The serial number.
    pub serial: CertificateSerial,
    /// What it may be used for.
    pub purpose: Purpose,
    /// Whom it was issued to.
    pub owner: Owner,
    /// The subject's common name.
    pub owner_name: Option<String>,
    /// The last three digits of a person's PESEL, which tell namesakes apart and name nobody.
    pub pesel_ends: Option<String>,
    /// The issuer's common name, by which environments are told apart.
    pub issuer: Option<String>,
    /// The first moment of its validity, in whole seconds.
    pub valid_from: SystemTime,
    /// The last moment of its validity, in whole seconds.
    pub valid_to: SystemTime,
}

impl Facts {
    /// Takes them from the certificate.
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            serial: certificate.serial(),
            purpose: certificate.purpose(),
            owner: certificate.owner(),
            owner_name: certificate.common_name().map(|name| printable(&mask_pesel(name))),
            pesel_ends: match certificate.owner() {
                Owner::Pesel => certificate.pesel().and_then(|pesel| Some(pesel.get(8..)?.to_owned())),
                _ => None,
            },
            issuer: certificate.issuer_common_name().map(printable),
            valid_from: writable(certificate.not_before()),
            valid_to: writable(certificate.not_after()),
        }
    }

    /// True if the certificate is from the KSeF of this environment, by its issuer's name.
    pub fn fits(&self, environment: Environment) -> bool {
        crate::credential::check_issuer(self.issuer.as_deref(), environment).is_ok()
    }

    /// The first and the last day, in Poland, on which it is valid.
    pub(super) fn days_of_validity(&self) -> RangeInclusive<IssueDate> {
        IssueDate::today(self.valid_from)..=IssueDate::today(self.valid_to)
    }

    /// `NIP 5265877635`, or the name where there is no NIP.
    pub fn owner_in_words(&self) -> String {
        match (self.owner, &self.owner_name) {
            (Owner::Nip(nip), _) => format!("NIP {nip}"),
            (Owner::Pesel, None) => "a person with a PESEL".to_owned(),
            (Owner::Unknown, None) => "an unknown owner".to_owned(),
            (_, Some(name)) => match &self.pesel_ends {
                Some(ends) => format!("{name} (PESEL ********{ends})"),
                None => name.clone(),
            },
        }
    }

    /// True if both belong to one owner. People are told apart by their names and by the end of their PESEL, where both
    /// entries have it: a register keeps nothing else about them.
    pub fn has_same_owner(&self, other: &Self) -> bool {
        count_step();
        let is_namesake =
            || matches!((&self.pesel_ends, &other.pesel_ends), (Some(ours), Some(theirs)) if ours != theirs);
        self.owner == other.owner
            && (matches!(self.owner, Owner::Nip(_)) || (self.owner_name == other.owner_name && !is_namesake()))
    }

    /// True if one may follow the other: of the same owner, from the same KSeF, for the same purpose.
    pub fn may_follow(&self, other: &Self) -> bool {
        self.has_same_owner(other) && (self.purpose, &self.issuer) == (other.purpose, &other.issuer)
    }

    /// True if both are facts of one certificate: an issuer uses no serial number twice.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.serial, &self.issuer) == (other.serial, &other.issuer)
    }

    /// The names of the fields in which `found` differs, as the register spells them.
    pub(super) fn differences(&self, found: &Self) -> Vec<&'static str> {
        let fields = [
            ("serial", self.serial != found.serial),
            ("purpose", self.purpose != found.purpose),
            ("owner", self.owner != found.owner),
            ("owner_name", self.owner_name != found.owner_name),
            // Older registers have none.
            ("pesel_ends", self.pesel_ends.is_some() && self.pesel_ends != found.pesel_ends),
            ("issuer", self.issuer != found.issuer),
            ("valid_from", self.valid_from != found.valid_from),
            ("valid_to", self.valid_to != found.valid_to),
        ];
        fields.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
    }
}

/// One line, whatever a certificate's name holds.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// "No end" (RFC 5280, section 4.1.2.5) is a day later than jiff can write.
fn writable(time: SystemTime) -> SystemTime {
    let last = jiff::Timestamp::MAX;
    let seconds = jiff::Timestamp::try_from(time).unwrap_or(last).as_second();
    jiff::Timestamp::from_second(seconds).unwrap_or(last).into()
}

/// Counted for the tests of growth, which are the only ones to look.
pub(super) fn count_step() {
    #[cfg(test)]
    steps::count();
}

/// How often an entry was looked at.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        STEPS.set(STEPS.get() + 1);
    }

    /// The steps of this work.
    pub(in crate::register) fn of(work: impl FnOnce()) -> usize {
        let before = STEPS.get();
        work();
        STEPS.get() - before
    }
}
