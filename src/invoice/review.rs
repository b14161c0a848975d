use super::{Form, Invoice};
use crate::error::{Error, Kind, Result};
use crate::values::{Environment, IssueDate};
use crate::warning::Warning;

impl Invoice {
    /// The rules that depend on where and when: an FA(2) invoice and a wrong NIP checksum are refused where
    /// KSeF refuses them, the rest are warnings (`faktury/weryfikacja-faktury.md`).
    ///
    /// # Errors
    /// `form_not_accepted` for FA(2) outside the test environment; `nip_checksum` in production.
    pub fn review(&self, environment: Environment, today: IssueDate) -> Result<Vec<Warning>> {
        if self.form == Form::Fa2 && environment != Environment::Test {
            let message = format!("the form is FA(2), which the environment {environment} does not take");
            return Err(Error::new(Kind::FormNotAccepted, message));
        }
        let mut warnings = Vec::new();
        for (party, nip) in &self.mistyped {
            let message = format!("the check digit of the {party}'s NIP {nip} is wrong");
            if environment == Environment::Prod {
                return Err(Error::new(Kind::NipChecksum, message));
            }
            warnings.push(Warning::new(Kind::NipChecksum.code(), message));
        }
        if self.issue_date > today {
            let message = format!("the issue date {} is after today, {today}", self.issue_date);
            warnings.push(Warning::new("issue_date_in_future", message));
        }
        Ok(warnings)
    }
}
