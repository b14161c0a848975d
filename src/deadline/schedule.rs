use super::{Calendar, Deadline, Failure, Mode};
use crate::error::Result;
use crate::values::IssueDate;

/// Why a batch of invoices was issued outside of KSeF, and so by when it must have each.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The mode they were issued in.
    pub mode: Mode,
    /// The failures that came later.
    pub failures: Vec<Failure>,
    /// The working days.
    pub calendar: Calendar,
}

impl Schedule {
    /// The deadline of an invoice.
    ///
    /// # Errors
    /// Those of [`Deadline::of`].
    pub fn deadline(&self, issued: IssueDate) -> Result<Deadline> {
        Deadline::of(self.mode, issued, &self.failures, &self.calendar)
    }
}
