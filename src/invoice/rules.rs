//! The rules that depend on where and when an invoice is sent, and on the number it was given.

use super::fault::{At, Fault};
use super::form::Form;
use super::invoice::{Invoice, Mistyped};
use super::party::Party;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::report::Outcome;
use crate::values::{Environment, IssueDate, KsefNumber};

impl Invoice {
    /// The rules that depend on where and when: an FA(2) invoice and a wrong NIP checksum are refused where
    /// KSeF refuses them, the rest are warnings (`faktury/weryfikacja-faktury.md`).
    ///
    /// # Errors
    /// `form_not_accepted` for FA(2) outside the test environment; `nip_checksum` in production.
    pub fn review(&self, environment: Environment, today: IssueDate) -> Result<Vec<Warning>> {
        self.check_environment(environment)?;
        // An invoice may be signed now and sent on its day, so a future date is no reason to refuse it.
        let faults = self.faults_in(environment).into_iter().chain(self.fault_on(today));
        Ok(faults.filter_map(|fault| Some(Warning::new(WarningKind::of(fault.kind)?, fault.message))).collect())
    }

    /// Whether a KSeF number can be this invoice's: it begins with the seller's NIP, and is not older than the invoice
    /// (`faktury/numer-ksef.md`). Whether it is, only KSeF knows.
    ///
    /// # Errors
    /// `ksef_number_of_another`.
    pub fn check_ksef_number(&self, number: &KsefNumber) -> Result<()> {
        let message = if number.seller() != self.seller {
            format!("the KSeF number is of the seller {}, the invoice of {}", number.seller(), self.seller)
        } else if !number.is_of_or_after(self.issue_date) {
            format!("the KSeF number was given before the invoice's issue date, {}", self.issue_date)
        } else {
            return Ok(());
        };
        Err(Error::new(Kind::KsefNumberOfAnother, message))
    }

    /// The part that needs no date: what an environment refuses.
    pub(crate) fn check_environment(&self, environment: Environment) -> Result<()> {
        match self.faults_in(environment).into_iter().find(|fault| fault.outcome == Outcome::Fail) {
            Some(fault) => Err(fault.into_error("")),
            None => Ok(()),
        }
    }

    /// What is wrong with the invoice in an environment.
    pub(crate) fn faults_in(&self, environment: Environment) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.form == Form::Fa2 && environment != Environment::Test {
            let message = format!("the form is FA(2), which the environment {environment} does not take");
            faults.push(Fault::new(Kind::FormNotAccepted, message, At::Root));
        }
        faults.extend(self.mistyped.iter().map(|mistyped| {
            let Mistyped { party, nip, .. } = mistyped;
            let message = match party {
                Party::ThirdUnit => format!("the check digit of the NIP {nip} in a third party's IDWew is wrong"),
                party => format!("the check digit of the {party}'s NIP {nip} is wrong"),
            };
            let fault = Fault::new(Kind::NipChecksum, message, mistyped.at);
            if environment == Environment::Prod { fault } else { fault.into_warning() }
        }));
        faults
    }

    /// What KSeF takes, and somebody should look at before it is sent.
    pub(crate) fn cautions(&self) -> impl Iterator<Item = Fault> {
        self.cautions.iter().cloned()
    }

    /// What would be wrong with the invoice if KSeF received it today.
    pub(crate) fn fault_on(&self, today: IssueDate) -> Option<Fault> {
        (self.issue_date > today).then(|| {
            let message = format!("the issue date {} is after today, {today}", self.issue_date);
            Fault::of_issue_date(Kind::IssueDateInFuture, message)
        })
    }
}
