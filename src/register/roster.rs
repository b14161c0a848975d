use std::cmp::Reverse;
use std::collections::HashMap;

use super::entry::{Entry, SignsFor};
use super::register::Register;
use super::select::{Obstacle, Wanted, listed, several_issuers, several_owners};
use crate::credential::Owner;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::values::{IssueDate, Nip};

/// A register, ready to choose the certificate of one invoice after the other: each is found by its issuer's NIP.
///
/// ```
/// use ksef_qr::register::{Register, Roster, Wanted};
/// use ksef_qr::{Environment, Invoice};
///
/// # fn main() -> ksef_qr::Result<()> {
/// # let (text, xml) = (include_str!("../../fixtures/register/owners.toml"), include_bytes!("../../fixtures/invoices/good/fa3-basic.xml"));
/// # let now = "2026-06-30T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
/// let roster = Roster::new(Register::parse(text)?, Wanted::new(Environment::Test, now));
/// let chosen = roster.choose(&Invoice::read(xml)?)?;
/// assert_eq!(roster.entry(chosen).unwrap().name, "client");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Roster {
    register: Register,
    wanted: Wanted,
    /// The entry that signs, if it was named.
    named: Option<usize>,
    /// True if the caller says that certificates sign for others.
    for_others: bool,
    /// Of each entry, why it does not sign now.
    obstacles: Vec<Option<Obstacle>>,
    /// The entries in use: those that sign now, or would at another time; the newest first. By the NIP of their owners,
    by_owner: HashMap<Nip, Vec<usize>>,
    /// by the NIPs that they say they sign for,
    by_listed: HashMap<Nip, Vec<usize>>,
    /// those that say they sign for anybody,
    for_any: Vec<usize>,
    /// and all of them.
    in_use: Vec<usize>,
    /// True if all in use belong to one owner.
    has_one_owner: bool,
}

impl Roster {
    /// Looks at every entry once. Of what is wanted, the owner is whose certificate signs where the issuer has none of its
    /// own in the register.
    pub fn new(register: Register, wanted: Wanted) -> Self {
        let obstacles: Vec<Option<Obstacle>> = register
            .entries()
            .iter()
            .map(|entry| register.obstacle(entry, &Wanted { owner: None, ..wanted }))
            .collect();
        let mut roster = Self {
            wanted,
            named: None,
            for_others: false,
            obstacles,
            by_owner: HashMap::new(),
            by_listed: HashMap::new(),
            for_any: Vec::new(),
            in_use: Vec::new(),
            has_one_owner: true,
            register,
        };
        let entries = roster.register.entries();
        let is_in_use = |index: &usize| {
            let obstacle = roster.obstacles.get(*index).and_then(Option::as_ref);
            obstacle.is_none_or(Obstacle::depends_on_time)
        };
        roster.in_use = (0..entries.len()).filter(is_in_use).collect();
        // Of two that begin together the one that ends later, and then the one further down.
        let rank = |index: &usize| entries.get(*index).map(|one| (one.facts.valid_from, one.facts.valid_to, *index));
        roster.in_use.sort_by_key(|index| Reverse(rank(index)));
        let mut first: Option<&Entry> = None;
        for &index in &roster.in_use {
            let Some(entry) = entries.get(index) else { continue };
            roster.has_one_owner &= first.get_or_insert(entry).facts.has_same_owner(&entry.facts);
            if let Owner::Nip(nip) = entry.facts.owner {
                roster.by_owner.entry(nip).or_default().push(index);
            }
            match &entry.signs_for {
                SignsFor::Owner => {}
                SignsFor::Listed(nips) => {
                    for nip in nips {
                        let known = roster.by_listed.entry(*nip).or_default();
                        if known.last() != Some(&index) {
                            known.push(index);
                        }
                    }
                }
                SignsFor::Any => roster.for_any.push(index),
            }
        }
        roster
    }

    /// Says that certificates sign for others too: their owners were given the right to issue invoices, or the context is
    /// given.
    #[must_use]
    pub fn signing_for_others(mut self) -> Self {
        self.for_others = true;
        self
    }

    /// Has the entry of that name sign, whatever its dates and its purpose: they are judged when the credential is made.
    ///
    /// # Errors
    /// Those of [`Register::named`].
    pub fn naming(mut self, name: &str) -> Result<Self> {
        self.register.named(name)?;
        self.named = self.register.entries().iter().position(|entry| entry.name == name);
        Ok(self)
    }

    /// The register.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The entry of that place.
    pub fn entry(&self, index: usize) -> Option<&Entry> {
        self.register.entries().get(index)
    }

    /// True if all entries in use are of one owner, so that it is clear who signs.
    pub fn has_one_owner(&self) -> bool {
        self.has_one_owner
    }

    /// The entry to open before the first invoice is read, if there is one that signs first of all: the one that was named,
    /// or that of the owner who is wanted, or of the only owner there is.
    ///
    /// # Errors
    /// Those of [`Register::select`], if nothing in the register can sign, or if nothing is of the owner.
    pub fn foremost(&self) -> Result<Option<usize>> {
        if self.named.is_some() {
            return Ok(self.named);
        }
        let fits = |index: &usize| self.obstacle(*index).is_none_or(|obstacle| self.wanted.may_ignore(obstacle));
        let can_sign = self.in_use.iter().any(fits);
        if can_sign && self.wanted.owner.is_none() && !self.has_one_owner {
            return Ok(None);
        }
        let name = &self.register.select(&self.wanted)?.name;
        Ok(self.register.entries().iter().position(|entry| entry.name == *name))
    }

    /// Picks the entry that signs an invoice, by its place among [`Register::entries`]. The first that there is:
    ///
    /// 1. the issuer's own, or of several that may have issued it (see [`Invoice::issuers`]) the likeliest's; if it is in the
    ///    register, nobody else's company certificate signs, even if its own has ended;
    /// 2. one that the register says signs for the issuer (`signs_for`);
    /// 3. the one that was named, or one of the owner that was wanted, or of the given context's taxpayer;
    /// 4. one that the register says signs for anybody;
    /// 5. the only owner's.
    ///
    /// Of several of one owner it is the newest that is valid now and was on the issue date, or else the newest that is valid
    /// now; where none is, and dates are ignored, the newest. Whether it may sign this invoice, the room `sign` decides (`ContextChoice::of`).
    ///
    /// # Errors
    /// `register_nothing_fits`, `register_ambiguous`; `certificate_of_another`, if the one that was named is of another
    /// company than the issuer, whose own is in the register.
    pub fn choose(&self, invoice: &Invoice) -> Result<usize> {
        self.choose_as(invoice, self.wanted.context, self.for_others)
    }

    /// The same for one invoice whose context is given: that of this taxpayer, or of nobody who has a NIP.
    ///
    /// # Errors
    /// As [`choose`](Self::choose).
    pub fn choose_in_context(&self, invoice: &Invoice, taxpayer: Option<Nip>) -> Result<usize> {
        self.choose_as(invoice, taxpayer, true)
    }

    fn choose_as(&self, invoice: &Invoice, context: Option<Nip>, for_others: bool) -> Result<usize> {
        let date = invoice.issue_date();
        let given = context.filter(|nip| may_issue(invoice, *nip));
        let issuers = || given.into_iter().chain(invoice.issuers());
        if let Some((nip, own)) = issuers().find_map(|nip| Some((nip, self.by_owner.get(&nip)?))) {
            return match self.named {
                Some(named) => self.named_beside_own(named, nip, own),
                None => self.pick(own, date),
            };
        }
        if self.named.is_none()
            && let Some(listed) = issuers().find_map(|nip| self.by_listed.get(&nip))
        {
            return self.pick(listed, date);
        }
        let wanted = self.wanted.owner.or(context);
        let index = match (self.named, wanted.and_then(|nip| self.by_owner.get(&nip))) {
            (Some(named), _) => named,
            (None, Some(of_wanted)) => self.pick(of_wanted, date)?,
            (None, None) if !self.for_any.is_empty() => self.pick(&self.for_any, date)?,
            (None, None) if self.has_one_owner || for_others => self.pick(&self.in_use, date)?,
            (None, None) => return Err(nobody_of(invoice)),
        };
        match self.entry(index).map(|entry| &entry.signs_for) {
            // It says for whom it signs, and this is somebody else.
            Some(SignsFor::Listed(nips)) if !for_others && !issuers().any(|nip| nips.contains(&nip)) => {
                Err(nobody_of(invoice))
            }
            _ => Ok(index),
        }
    }

    fn named_beside_own(&self, index: usize, nip: Nip, own: &[usize]) -> Result<usize> {
        let Some(named) = self.entry(index) else { return Ok(index) };
        let is_said = matches!(&named.signs_for, SignsFor::Listed(nips) if nips.contains(&nip));
        match named.facts.owner {
            Owner::Nip(other) if other != nip && !is_said => {
                let own = own.first().and_then(|own| self.entry(*own)).map_or("", |own| &own.name);
                let message = format!(
                    "NIP {nip} issues this invoice, and its own certificate {own:?} is in the register: {:?} of NIP {other} \
                     does not sign in its place",
                    named.name
                );
                let hint = "Leave the choice to the register. If the issuer's own certificate is not to sign any more, retire it there.";
                Err(Error::new(Kind::CertificateOfAnother, message).with_hint(hint))
            }
            _ => Ok(index),
        }
    }

    fn obstacle(&self, index: usize) -> Option<&Obstacle> {
        self.obstacles.get(index).and_then(Option::as_ref)
    }

    /// Of these, the newest first.
    fn pick(&self, of: &[usize], date: IssueDate) -> Result<usize> {
        let is_valid = |index: &usize| self.obstacle(*index).is_none();
        let some_are = of.iter().any(is_valid);
        let may_sign = |index: &usize| match self.obstacle(*index) {
            None => true,
            Some(obstacle) => !some_are && self.wanted.may_ignore(obstacle),
        };
        let fitting = || of.iter().copied().filter(may_sign);
        let entry = |index: usize| self.entry(index);
        let Some((newest, first)) = fitting().next().and_then(|index| Some((index, entry(index)?))) else {
            return Err(self.nothing_fits(of));
        };
        if of.iter().filter_map(|index| entry(*index)).any(|other| !other.facts.has_same_owner(&first.facts)) {
            let standing = |index: &usize| Some((entry(*index)?, self.obstacle(*index).cloned()));
            return Err(several_owners(&of.iter().filter_map(standing).collect::<Vec<_>>()));
        }
        if fitting().filter_map(entry).any(|other| other.facts.issuer != first.facts.issuer) {
            return Err(several_issuers(&fitting().filter_map(entry).collect::<Vec<_>>()));
        }
        let was_valid =
            |index: &usize| entry(*index).is_some_and(|entry| entry.facts.days_of_validity().contains(&date));
        Ok(fitting().find(was_valid).unwrap_or(newest))
    }

    fn nothing_fits(&self, of: &[usize]) -> Error {
        let why = |index: &usize| Some(format!("{:?} {}", self.entry(*index)?.name, self.obstacle(*index)?));
        let reasons: Vec<String> = of.iter().filter_map(why).collect();
        let message = format!("no certificate of the register fits: {}", listed(reasons.into_iter()));
        Error::new(Kind::RegisterNothingFits, message)
    }
}

/// True for who issues the invoice, or may.
fn may_issue(invoice: &Invoice, nip: Nip) -> bool {
    invoice.authorised() == Some(nip) || invoice.issuers().any(|issuer| issuer == nip)
}

fn nobody_of(invoice: &Invoice) -> Error {
    let who = match invoice.issuers().next() {
        Some(nip) => format!("of NIP {nip}, who issues this invoice"),
        None => "of the buyer, who issues this invoice and has no NIP".to_owned(),
    };
    let message = format!("the register has no certificate {who}, and none that signs for it");
    Error::new(Kind::RegisterNothingFits, message)
}
