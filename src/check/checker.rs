use super::Finding;
#[cfg(feature = "xsd")]
use super::Schemas;
use crate::deadline::{Due, Schedule};
use crate::error::{Error, Kind};
use crate::invoice::{Examination, Fault, Invoice, Severity};
use crate::values::{Day, Environment, IssueDate};

/// Checks files one by one; the same for all of a batch, and for all threads.
#[derive(Debug)]
pub struct Checker {
    environment: Environment,
    today: IssueDate,
    schedule: Option<Schedule>,
    #[cfg(feature = "xsd")]
    schemas: Option<Schemas>,
}

/// What a check found in one file.
#[derive(Clone, Debug)]
pub struct Checked {
    findings: Vec<Finding>,
    invoice: Option<Invoice>,
    due: Option<Due>,
}

impl Checked {
    /// True if nothing was found for which KSeF would refuse the file.
    pub fn is_accepted(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity() != Severity::Error)
    }

    /// All that was found, in the order of the file; what is of the file as a whole comes first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The facts, if none of them is amiss.
    pub fn invoice(&self) -> Option<&Invoice> {
        self.invoice.as_ref()
    }

    /// When to send the invoice, if a [`Schedule`] was given.
    pub fn due(&self) -> Option<Due> {
        self.due
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
        let place = |finding: &Finding| finding.place().map(|place| (place.line(), place.column()));
        self.findings.sort_by_key(place);
    }
}

/// A file that cannot be read.
impl From<Error> for Checked {
    fn from(error: Error) -> Self {
        Self { findings: vec![error.into()], invoice: None, due: None }
    }
}

impl Checker {
    /// Checks against the rules of an environment, as if the files were sent today.
    pub fn new(environment: Environment, today: IssueDate) -> Self {
        Self {
            environment,
            today,
            schedule: None,
            #[cfg(feature = "xsd")]
            schemas: None,
        }
    }

    /// Looks at the deadline too.
    #[must_use]
    pub fn with_schedule(self, schedule: Schedule) -> Self {
        Self { schedule: Some(schedule), ..self }
    }

    /// Validates too.
    #[cfg(feature = "xsd")]
    #[must_use]
    pub fn with_schemas(self, schemas: Schemas) -> Self {
        Self { schemas: Some(schemas), ..self }
    }

    /// Checks the exact bytes of a file.
    pub fn check(&self, bytes: &[u8]) -> Checked {
        let mut examination = Examination::of(bytes);
        let mut checked = Checked { findings: Vec::new(), invoice: None, due: None };
        let mut faults = std::mem::take(&mut examination.faults);
        if let Some(invoice) = &examination.invoice {
            faults.extend(invoice.faults_in(self.environment));
            faults.extend(invoice.fault_on(self.today));
            faults.extend(self.attachment(invoice));
            faults.extend(self.deadline(invoice, &mut checked.due));
        }
        for fault in faults {
            let place = examination.place(&fault);
            checked.add(Finding::new(fault.severity, fault.kind, fault.message, place));
        }
        #[cfg(feature = "xsd")]
        if let Some(schemas) = self.schemas.as_ref().filter(|_| examination.is_well_formed) {
            for finding in schemas.validate(examination.text, examination.form()) {
                checked.add(finding);
            }
        }
        checked.invoice = examination.invoice;
        checked
    }

    /// `faktury/weryfikacja-faktury.md`, "Ograniczenia dotyczące załączników".
    #[expect(clippy::unused_self, reason = "a rule like the others")]
    fn attachment(&self, invoice: &Invoice) -> Option<Fault> {
        invoice.has_attachment().then(|| {
            let message = "the invoice has an attachment";
            Fault::of_attachment(Kind::AttachmentConditions, message).with_severity(Severity::Warning)
        })
    }

    /// KSeF takes an invoice that comes too late; it is the issuer who is late.
    fn deadline(&self, invoice: &Invoice, due: &mut Option<Due>) -> Option<Fault> {
        let schedule = self.schedule.as_ref()?;
        let issued = invoice.issue_date();
        let warning = |kind, message| Fault::of_issue_date(kind, message).with_severity(Severity::Warning);
        let deadline = match schedule.deadline(issued) {
            Ok(deadline) => deadline,
            Err(error) => return Some(warning(error.kind(), error.message().to_owned())),
        };
        *due = Some(deadline.due());
        match deadline.due() {
            Due::By(day) if Day::from(self.today) > day => {
                let message =
                    format!("issued on {issued} in mode {}, it was to be sent by {day}", schedule.mode.name());
                Some(warning(Kind::DeadlinePassed, message))
            }
            Due::Never => {
                let message = "invoices of a total failure are not sent to KSeF, and carry no codes".to_owned();
                Some(warning(Kind::NotForKsef, message))
            }
            Due::By(_) | Due::Open { .. } => None,
        }
    }
}
