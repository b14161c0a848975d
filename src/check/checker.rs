use std::fmt;
use std::sync::Arc;

use crate::deadline::{Due, Schedule};
use crate::error::{Error, Kind, Result};
use crate::invoice::{Examination, Fault, Form, Invoice};
use crate::report::{Finding, Outcome, Position};
use crate::values::{Day, Environment, IssueDate};

/// Checks files one by one. One checker serves a whole batch and all its threads.
pub struct Checker {
    environment: Environment,
    today: IssueDate,
    schedule: Option<Schedule>,
    schemas: Option<Box<dyn SchemaValidator>>,
}

/// Who knows the Ministry's schemas. Validation is not in this crate: it is much code, and reads what strangers wrote. The
/// command has it done in another process; this is how it is done in the same one:
///
/// ```
/// use ksef_qr::check::{SchemaValidator, Violation};
/// use ksef_qr::invoice::Form;
/// use ksef_qr::{Error, Result};
///
/// struct Here(ksef_qr_scan::schema::Schemas);
///
/// impl SchemaValidator for Here {
///     fn validate(&self, form: Form, text: &str) -> Result<Vec<Violation>> {
///         let violations = self.0.validate(form.name(), text);
///         let violations = violations.map_err(|error| Error::of_code(error.code(), error.message()))?;
///         Ok(violations.into_iter().map(|one| Violation::new(one.message, one.offset)).collect())
///     }
/// }
/// ```
pub trait SchemaValidator: Send + Sync {
    /// Validates a well-formed document by the schema of its form.
    ///
    /// # Errors
    /// Whatever kept it from being validated, which is a finding too: `schema_missing`.
    fn validate(&self, form: Form, text: &str) -> Result<Vec<Violation>>;
}

/// Shared by several checkers.
impl<T: SchemaValidator> SchemaValidator for Arc<T> {
    fn validate(&self, form: Form, text: &str) -> Result<Vec<Violation>> {
        (**self).validate(form, text)
    }
}

/// Something in a document that its schema does not allow: a finding, `schema_violation`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
}

impl Violation {
    /// What is wrong, in one line, and where, in bytes from the start of the text.
    pub fn new(message: impl Into<String>, offset: usize) -> Self {
        Self { message: message.into(), offset }
    }
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment, today, schedule, schemas } = self;
        let mut debug = f.debug_struct("Checker");
        debug.field("environment", environment).field("today", today).field("schedule", schedule);
        debug.field("validates", &schemas.is_some()).finish()
    }
}

/// What a check found in one file.
#[derive(Clone, Debug)]
pub struct Checked {
    findings: Vec<Finding>,
    invoice: Option<Invoice>,
    due: Option<Due>,
    is_unread: bool,
}

impl Checked {
    /// True if nothing was found for which KSeF would refuse the file.
    pub fn is_accepted(&self) -> bool {
        self.findings.iter().all(|finding| finding.outcome() != Outcome::Fail)
    }

    /// True if there was no file to check: it is missing, or could not be read or unpacked.
    pub fn is_unread(&self) -> bool {
        self.is_unread
    }

    /// All that was found, warnings and failures, in the order of the file; what is about the file as a whole comes first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the invoice says, if all of it could be read.
    pub fn invoice(&self) -> Option<&Invoice> {
        self.invoice.as_ref()
    }

    /// When to send the invoice, if a [`Schedule`] was given.
    pub fn due(&self) -> Option<Due> {
        self.due
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.findings.sort_by_key(|finding| finding.position().map(|position| (position.line(), position.column())));
    }
}

/// A file that cannot be read.
impl From<Error> for Checked {
    fn from(error: Error) -> Self {
        Self { is_unread: error.is_input(), findings: vec![error.into()], invoice: None, due: None }
    }
}

impl Checker {
    /// Checks against the rules of an environment, as if the files were sent today.
    pub fn new(environment: Environment, today: IssueDate) -> Self {
        Self { environment, today, schedule: None, schemas: None }
    }

    /// Checks the deadline too.
    #[must_use]
    pub fn with_schedule(self, schedule: Schedule) -> Self {
        Self { schedule: Some(schedule), ..self }
    }

    /// Validates against the Ministry's schemas too.
    #[must_use]
    pub fn with_schemas(self, schemas: impl SchemaValidator + 'static) -> Self {
        Self { schemas: Some(Box::new(schemas)), ..self }
    }

    /// Checks the exact bytes of a file.
    pub fn check(&self, bytes: &[u8]) -> Checked {
        let mut examination = Examination::of(bytes);
        let mut checked = Checked { findings: Vec::new(), invoice: None, due: None, is_unread: false };
        let mut faults = std::mem::take(&mut examination.faults);
        if let Some(invoice) = &examination.invoice {
            faults.extend(invoice.faults_in(self.environment));
            faults.extend(invoice.fault_on(self.today));
            faults.extend(attachment(invoice));
            faults.extend(invoice.cautions());
            if let Some(schedule) = &self.schedule {
                let (due, fault) = deadline(invoice, schedule, self.today);
                checked.due = due;
                faults.extend(fault);
            }
        }
        for fault in faults {
            let position = examination.position(&fault);
            checked.add(Finding::new(fault.kind, fault.outcome, fault.message).at(position));
        }
        let schemas = self.schemas.as_ref().filter(|_| examination.is_well_formed);
        // A document of no known form is refused for that.
        if let Some((schemas, form)) = schemas.and_then(|schemas| Some((schemas, examination.form()?))) {
            match schemas.validate(form, examination.text) {
                Ok(violations) => {
                    for Violation { message, offset } in violations {
                        let position = Position::of(examination.text, offset);
                        checked.add(Finding::fail(Kind::SchemaViolation, message).at(Some(position)));
                    }
                }
                Err(error) => checked.add(error.into()),
            }
        }
        checked.invoice = examination.invoice;
        checked
    }
}

// Rules that a check adds to those of `sign`. They give warnings only.

/// `faktury/weryfikacja-faktury.md`, "Ograniczenia dotyczące załączników".
fn attachment(invoice: &Invoice) -> Option<Fault> {
    invoice
        .has_attachment()
        .then(|| Fault::of_attachment(Kind::AttachmentConditions, "the invoice has an attachment").into_warning())
}

/// When the invoice is due, and whether that has passed: KSeF takes an invoice that comes too late; it is the issuer who
/// is late.
fn deadline(invoice: &Invoice, schedule: &Schedule, today: IssueDate) -> (Option<Due>, Option<Fault>) {
    let issued = invoice.issue_date();
    let warning = |kind, message| Some(Fault::of_issue_date(kind, message).into_warning());
    let deadline = match schedule.deadline(issued) {
        Ok(deadline) => deadline,
        Err(error) => return (None, warning(error.kind(), error.message().to_owned())),
    };
    let due = deadline.due();
    let fault = match due {
        Due::By(day) if Day::from(today) > day => {
            let message = format!("issued on {issued} in mode {}, it was to be sent by {day}", schedule.mode.name());
            warning(Kind::DeadlinePassed, message)
        }
        Due::Never => {
            let message = match deadline.total_failure() {
                Some(day) => {
                    format!("a total failure was announced on {day}, while the deadline ran: it is not sent to KSeF")
                }
                None => "invoices of a total failure are not sent to KSeF, and carry no codes".to_owned(),
            };
            warning(Kind::NotForKsef, message)
        }
        Due::By(_) | Due::Open { .. } => None,
    };
    (Some(due), fault)
}
