//! A deadline as a line of JSON. A contract (`docs/schema/deadline.json`): fields are added, never changed or removed.

use serde::Serialize;

use super::deadline::{Deadline, Due, Since, Step};
use super::mode::Mode;
use crate::values::Day;

impl Deadline {
    /// The line, without its newline: of an invoice that was issued on this day, in this mode.
    pub fn to_json(&self, mode: Mode, issued: Day) -> String {
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&DeadlineLine::of(mode, issued, self)).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct DeadlineLine<'d> {
    r#type: &'static str,
    mode: &'static str,
    article: &'static str,
    issued: String,
    /// `due`, `open` or `never`.
    status: &'static str,
    send_by: Option<String>,
    weekday: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_failure: Option<String>,
    steps: Vec<StepLine>,
    warnings: Vec<WarningLine<'d>>,
}

#[derive(Serialize)]
struct StepLine {
    since: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    announced: Option<String>,
    from: String,
    working_days: u32,
    send_by: String,
    skipped: Vec<SkippedLine>,
}

#[derive(Serialize)]
struct SkippedLine {
    date: String,
    weekday: &'static str,
    reason: &'static str,
    name: String,
}

#[derive(Serialize)]
struct WarningLine<'d> {
    code: &'static str,
    message: &'d str,
}

impl<'d> DeadlineLine<'d> {
    fn of(mode: Mode, issued: Day, deadline: &'d Deadline) -> Self {
        let warnings = deadline.warnings().iter();
        Self {
            r#type: "deadline",
            mode: mode.name(),
            article: mode.article(),
            issued: issued.to_string(),
            status: match deadline.due() {
                Due::By(_) => "due",
                Due::Open { .. } => "open",
                Due::Never => "never",
            },
            send_by: deadline.send_by().map(|day| day.to_string()),
            weekday: deadline.send_by().map(Day::weekday),
            total_failure: deadline.total_failure().map(|day| day.to_string()),
            steps: deadline.steps().iter().map(StepLine::of).collect(),
            warnings: warnings
                .map(|warning| WarningLine { code: warning.code(), message: warning.message() })
                .collect(),
        }
    }
}

impl StepLine {
    fn of(step: &Step) -> Self {
        let announced = match step.since {
            Since::Failure { announced } => announced,
            Since::Issue | Since::Unavailability => None,
        };
        let skipped = step.skipped.iter().map(|skipped| SkippedLine {
            date: skipped.day.to_string(),
            weekday: skipped.day.weekday(),
            reason: skipped.reason.code(),
            name: skipped.reason.to_string(),
        });
        Self {
            since: step.since.code(),
            announced: announced.map(|day| day.to_string()),
            from: step.from.to_string(),
            working_days: step.working_days,
            send_by: step.send_by.to_string(),
            skipped: skipped.collect(),
        }
    }
}
