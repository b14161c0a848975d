//! Rules that a check adds to those of `sign`. They give warnings only.

use crate::deadline::{Due, Schedule};
use crate::error::Kind;
use crate::invoice::{Fault, Invoice};
use crate::values::{Day, IssueDate};

/// `faktury/weryfikacja-faktury.md`, "Ograniczenia dotyczące załączników".
pub(super) fn attachment(invoice: &Invoice) -> Option<Fault> {
    invoice
        .has_attachment()
        .then(|| Fault::of_attachment(Kind::AttachmentConditions, "the invoice has an attachment").into_warning())
}

/// When the invoice is due, and whether that has passed: KSeF takes an invoice that comes too late; it is the issuer who
/// is late.
pub(super) fn deadline(invoice: &Invoice, schedule: &Schedule, today: IssueDate) -> (Option<Due>, Option<Fault>) {
    let issued = invoice.issue_date();
    let warning = |kind, message| Some(Fault::of_issue_date(kind, message).into_warning());
    let due = match schedule.deadline(issued) {
        Ok(deadline) => deadline.due(),
        Err(error) => return (None, warning(error.kind(), error.message().to_owned())),
    };
    let fault = match due {
        Due::By(day) if Day::from(today) > day => {
            let message = format!("issued on {issued} in mode {}, it was to be sent by {day}", schedule.mode.name());
            warning(Kind::DeadlinePassed, message)
        }
        Due::Never => {
            let message = "invoices of a total failure are not sent to KSeF, and carry no codes".to_owned();
            warning(Kind::NotForKsef, message)
        }
        Due::By(_) | Due::Open { .. } => None,
    };
    (Some(due), fault)
}
