use super::{Form, Invoice, Party};
use crate::error::{Error, Kind, Result};
use crate::values::{Environment, IssueDate, Nip};
use crate::warning::Warning;

impl Invoice {
    /// The rules that depend on where and when: an FA(2) invoice and a wrong NIP checksum are refused where
    /// KSeF refuses them, the rest are warnings (`faktury/weryfikacja-faktury.md`).
    ///
    /// # Errors
    /// `form_not_accepted` for FA(2) outside the test environment; `nip_checksum` in production.
    pub fn review(&self, environment: Environment, today: IssueDate) -> Result<Vec<Warning>> {
        self.check_environment(environment)?;
        let mut warnings = Vec::new();
        for (party, nip) in &self.mistyped {
            warnings.push(Warning::new(Kind::NipChecksum.code(), mistyped(*party, *nip)));
        }
        if self.issue_date > today {
            let message = format!("the issue date {} is after today, {today}", self.issue_date);
            warnings.push(Warning::new("issue_date_in_future", message));
        }
        Ok(warnings)
    }

    /// The part that needs no date: what an environment refuses.
    pub(crate) fn check_environment(&self, environment: Environment) -> Result<()> {
        if self.form == Form::Fa2 && environment != Environment::Test {
            let message = format!("the form is FA(2), which the environment {environment} does not take");
            return Err(Error::new(Kind::FormNotAccepted, message));
        }
        match self.mistyped.first() {
            Some((party, nip)) if environment == Environment::Prod => {
                Err(Error::new(Kind::NipChecksum, mistyped(*party, *nip)))
            }
            _ => Ok(()),
        }
    }
}

fn mistyped(party: Party, nip: Nip) -> String {
    format!("the check digit of the {party}'s NIP {nip} is wrong")
}
