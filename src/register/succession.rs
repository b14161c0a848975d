//! Who follows whom, for all entries of a register at once: each is put in its place once and looked up there, because
//! comparing every entry with every other takes minutes in a register of a few thousand.

use std::collections::HashMap;
use std::time::SystemTime;

use super::entry::Entry;
use super::register::Register;
use super::select::Wanted;
use super::status::Status;
use crate::credential::{Owner, Purpose};
use crate::values::Environment;

impl Register {
    /// Who takes over from whom.
    pub fn succession(&self) -> Succession<'_> {
        let active = || self.entries().iter().filter(|entry| entry.status == Status::Active);
        let in_use = active().filter(|entry| self.revocation(entry).is_none());
        Succession { replacements: Timelines::new(in_use, Kin::of_system), active: Timelines::new(active(), Kin::of) }
    }

    /// Who signs at this moment, whatever the KSeF: a register holds certificates of production and of the tests side by
    /// side.
    pub fn signing(&self, now: SystemTime) -> Signing<'_> {
        let mut newest: HashMap<Kin<'_>, &Entry> = HashMap::new();
        for entry in self.entries() {
            let fits = |environment: &Environment| entry.facts.fits(*environment);
            let Some(environment) = Environment::ALL.into_iter().find(fits) else { continue };
            if self.obstacle(entry, &Wanted::new(environment, now)).is_some() {
                continue;
            }
            for kin in Kin::of(entry).places() {
                let known = newest.entry(kin).or_insert(entry);
                if rank(entry) >= rank(known) {
                    *known = entry;
                }
            }
        }
        Signing { newest }
    }
}

/// Who takes over from whom in a register. Made by [`Register::succession`].
#[derive(Debug)]
pub struct Succession<'r> {
    /// Those that may take over: in use, by owner, issuer, purpose and system.
    replacements: Timelines<'r>,
    /// Those that are active, whatever the system.
    active: Timelines<'r>,
}

impl<'r> Succession<'r> {
    /// The entry that takes over from `entry`: active, of the same owner, issuer and purpose, for the same system, valid
    /// for longer, and in use before `entry` ends. Of several the one that lasts longest.
    pub fn replacement(&self, entry: &Entry) -> Option<&'r Entry> {
        let old = entry.facts.valid_to;
        let longest = self.replacements.longest_of_those_begun(Kin::of_system(entry), |begin| begin <= old);
        longest.filter(|new| new.facts.valid_to > old)
    }

    /// The end of what signed before `entry` was to be used, if anything did: active, of the same owner, issuer and purpose.
    pub fn end_of_the_one_before(&self, entry: &Entry) -> Option<SystemTime> {
        let first = begin(entry);
        let before = self.active.longest_of_those_begun(Kin::of(entry), |begin| begin < first);
        before.map(|before| before.facts.valid_to)
    }
}

/// Who signs at a moment. Made by [`Register::signing`].
#[derive(Debug)]
pub struct Signing<'r> {
    newest: HashMap<Kin<'r>, &'r Entry>,
}

impl<'r> Signing<'r> {
    /// The entry of the same owner, issuer and purpose that is picked instead of `entry`, if there is one that became
    /// valid later.
    pub fn newer(&self, entry: &Entry) -> Option<&'r Entry> {
        let kin = Kin::of(entry).looked_up();
        let newest = kin.filter_map(|kin| self.newest.get(&kin).copied()).max_by_key(|entry| rank(entry));
        newest.filter(|newest| newest.name != entry.name)
    }
}

/// Of two that begin together the one that ends later.
fn rank(entry: &Entry) -> (SystemTime, SystemTime) {
    (entry.facts.valid_from, entry.facts.valid_to)
}

/// The first moment at which it signs.
fn begin(entry: &Entry) -> SystemTime {
    entry.use_from.map_or(entry.facts.valid_from, |day| day.begins().max(entry.facts.valid_from))
}

/// What entries have in common of which one may follow the other ([`Facts::may_follow`](super::Facts::may_follow)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kin<'r> {
    owner: Owner,
    /// Of people alone.
    owner_name: Option<&'r str>,
    person: Person<'r>,
    issuer: Option<&'r str>,
    purpose: Purpose,
    system: Option<&'r str>,
}

/// Namesakes are told apart where both entries have the end of their PESEL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Person<'r> {
    Anybody,
    WithoutPesel,
    PeselEnds(&'r str),
}

impl<'r> Kin<'r> {
    fn of(entry: &'r Entry) -> Self {
        let facts = &entry.facts;
        let is_firm = matches!(facts.owner, Owner::Nip(_));
        Self {
            owner: facts.owner,
            owner_name: facts.owner_name.as_deref().filter(|_| !is_firm),
            person: match &facts.pesel_ends {
                _ if is_firm => Person::Anybody,
                None => Person::WithoutPesel,
                Some(ends) => Person::PeselEnds(ends),
            },
            issuer: facts.issuer.as_deref(),
            purpose: facts.purpose,
            system: None,
        }
    }

    fn of_system(entry: &'r Entry) -> Self {
        Self { system: entry.system.as_deref(), ..Self::of(entry) }
    }

    /// Under what an entry is kept.
    fn places(self) -> impl Iterator<Item = Self> {
        let anybody = Self { person: Person::Anybody, ..self };
        [Some(anybody), Some(self).filter(|kin| *kin != anybody)].into_iter().flatten()
    }

    /// Under what its kin are found.
    fn looked_up(self) -> impl Iterator<Item = Self> {
        let with = |person| Self { person, ..self };
        let kin = match self.person {
            Person::Anybody | Person::WithoutPesel => [Some(with(Person::Anybody)), None],
            Person::PeselEnds(_) => [Some(self), Some(with(Person::WithoutPesel))],
        };
        kin.into_iter().flatten()
    }
}

/// For each kin, in the order in which they begin: which one ends last of all that have begun by then.
#[derive(Debug)]
struct Timelines<'r>(HashMap<Kin<'r>, Vec<(SystemTime, &'r Entry)>>);

impl<'r> Timelines<'r> {
    fn new(entries: impl Iterator<Item = &'r Entry>, kin: impl Fn(&'r Entry) -> Kin<'r>) -> Self {
        let mut timelines: HashMap<_, Vec<_>> = HashMap::new();
        for entry in entries {
            for kin in kin(entry).places() {
                timelines.entry(kin).or_default().push((begin(entry), entry));
            }
        }
        for timeline in timelines.values_mut() {
            timeline.sort_by_key(|(begin, _)| {
                super::facts::count_step();
                *begin
            });
            let mut longest: Option<&Entry> = None;
            for (_, entry) in timeline {
                let last = longest.filter(|last| last.facts.valid_to >= entry.facts.valid_to).unwrap_or(entry);
                (*entry, longest) = (last, Some(last));
            }
        }
        Self(timelines)
    }

    fn longest_of_those_begun(&self, kin: Kin<'_>, begun: impl Fn(SystemTime) -> bool) -> Option<&'r Entry> {
        let of = |kin: Kin<'_>| {
            let timeline = self.0.get(&kin)?;
            let count = timeline.partition_point(|(begin, _)| {
                super::facts::count_step();
                begun(*begin)
            });
            timeline.get(count.checked_sub(1)?).map(|(_, entry)| *entry)
        };
        kin.looked_up().filter_map(of).max_by_key(|entry| entry.facts.valid_to)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::super::facts::steps;
    use super::*;
    use crate::values::Day;

    /// Entries of one register: owner, PESEL's end, system, first and last day, first day of use, status.
    type Drawn = (u8, u8, u8, u8, u8, Option<u8>, u8);

    fn register(drawn: &[Drawn]) -> Register {
        let mut text = String::new();
        for (index, (owner, pesel, system, from, length, use_from, status)) in drawn.iter().enumerate() {
            let owner = ["Nip:5265877635", "Nip:1111111111", "Pesel", "Unknown"][usize::from(*owner) % 4];
            let serial = if *status == 3 { index / 2 } else { index };
            let from = u32::from(*from);
            let day = |days: u32| "2026-06-30".parse::<Day>().unwrap().minus(400 - days);
            write!(
                text,
                "[[certificate]]\nname = \"n{index}\"\nowner = \"{owner}\"\nowner_name = \"Jan\"\npurpose = \"offline\"\n\
                 serial = \"{serial:016X}\"\nissuer = \"TEST CCK KSeF\"\nvalid_from = {}T00:00:00Z\nvalid_to = {}T00:00:00Z\n\
                 cert = \"c\"\nkey = \"k\"\n",
                day(from),
                day(from + 1 + u32::from(*length)),
            )
            .unwrap();
            if owner == "Pesel" && *pesel % 3 > 0 {
                writeln!(text, "pesel_ends = \"00{}\"", pesel % 3).unwrap();
            }
            if system % 2 == 1 {
                text.push_str("system = \"tills\"\n");
            }
            if let Some(days) = use_from {
                writeln!(text, "use_from = {}", day(u32::from(*days))).unwrap();
            }
            match status % 4 {
                1 => text.push_str("status = \"retired\"\nstatus_since = 2026-01-01\n"),
                2 => text.push_str("status = \"revoked\"\nstatus_since = 2026-01-01\nstatus_reason = \"Superseded\"\n"),
                _ => {}
            }
        }
        Register::parse(&text).unwrap()
    }

    /// As it is said, entry by entry.
    fn slow_replacement(register: &Register, entry: &Entry) -> Option<SystemTime> {
        let old = &entry.facts;
        let may = |other: &&Entry| {
            let new = &other.facts;
            other.status == Status::Active
                && register.revocation(other).is_none()
                && new.may_follow(old)
                && other.system == entry.system
                && new.valid_to > old.valid_to
                && new.valid_from <= old.valid_to
                && other.use_from.is_none_or(|day| day <= Day::of(old.valid_to))
        };
        register.entries().iter().filter(may).map(|other| other.facts.valid_to).max()
    }

    fn slow_end_of_the_one_before(register: &Register, entry: &Entry) -> Option<SystemTime> {
        let before = |other: &&Entry| {
            other.status == Status::Active && other.facts.may_follow(&entry.facts) && begin(other) < begin(entry)
        };
        register.entries().iter().filter(before).map(|other| other.facts.valid_to).max()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn fast_and_slow_agree(
            drawn in proptest::collection::vec(
                (0..4u8, 0..3u8, 0..2u8, 0..20u8, 0..20u8, proptest::option::of(0..30u8), 0..4u8), 0..12,
            ),
            day in 0..40u32,
        ) {
            let register = register(&drawn);
            let now = "2026-06-30".parse::<Day>().unwrap().minus(400 - day).begins();
            let (succession, signing) = (register.succession(), register.signing(now));
            for entry in register.entries() {
                let found = succession.replacement(entry).map(|new| new.facts.valid_to);
                prop_assert_eq!(found, slow_replacement(&register, entry));
                prop_assert_eq!(
                    succession.end_of_the_one_before(entry),
                    slow_end_of_the_one_before(&register, entry)
                );
                let wanted = Wanted::new(Environment::Demo, now);
                if register.obstacle(entry, &wanted).is_none() {
                    let slow = register.newer(entry, &wanted).map(|newer| &newer.name);
                    prop_assert_eq!(signing.newer(entry).map(|newer| &newer.name), slow);
                }
            }
        }
    }

    /// Entries of one owner, so that nothing is gained by telling owners apart: each valid for a year and a day more than
    /// the one before.
    fn one_owner(count: u32) -> Register {
        let mut text = String::new();
        let first = "2026-06-30".parse::<Day>().unwrap();
        for index in 0..count {
            let (from, to) = (first.minus(count - index + 365), first.minus(count - index));
            let status = match index % 3 {
                0 => "status = \"revoked\"\nstatus_since = 2026-01-01\nstatus_reason = \"Superseded\"\n",
                _ => "",
            };
            write!(
                text,
                "[[certificate]]\nname = \"n{index}\"\nowner = \"Nip:5265877635\"\npurpose = \"offline\"\nserial = \
                 \"{index:016X}\"\nissuer = \"TEST CCK KSeF\"\nvalid_from = {from}T00:00:00Z\nvalid_to = {to}T00:00:00Z\n\
                 cert = \"c\"\nkey = \"k\"\n{status}",
            )
            .unwrap();
        }
        Register::parse(&text).unwrap()
    }

    #[test]
    fn the_work_grows_with_the_entries() {
        let now = "2026-06-01".parse::<Day>().unwrap().begins();
        let work = |count| {
            let register = one_owner(count);
            [
                steps::of(|| drop(register.expiries())),
                steps::of(|| {
                    let signing = register.signing(now);
                    assert!(register.entries().iter().any(|entry| signing.newer(entry).is_some()));
                    register.entries().iter().for_each(|entry| _ = signing.newer(entry));
                }),
                steps::of(|| {
                    let succession = register.succession();
                    register.entries().iter().for_each(|entry| _ = succession.end_of_the_one_before(entry));
                }),
                steps::of(|| drop(register.select(&Wanted::new(Environment::Demo, now)))),
            ]
        };
        let (once, twice, four_times) = (work(250), work(500), work(1000));
        for way in 0..once.len() {
            let (n, n2, n4) = (once[way], twice[way], four_times[way]);
            assert!(n2 <= 3 * n + 100 && n4 <= 3 * n2 + 100 && n4 < 40_000, "{way}: {n}, {n2}, {n4} steps");
        }
    }
}
