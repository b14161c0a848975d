//! What was found, in words or as JSON.

use std::fmt;
use std::io::{self, BufWriter, Write as _};

use anstyle::Style;
use ksef_qr::Environment;
use ksef_qr::check::{Checked, Finding, SessionSize};
use ksef_qr::deadline::Due;
use ksef_qr::error::Warning;
use ksef_qr::report::Outcome;
use ksef_qr::values::{Day, IssueDate};
use serde::Serialize;

use crate::cli::exit::ExitStatus;
use crate::cli::settings::Check;
use crate::cli::words::failure::ErrorLine;
use crate::cli::words::hints;
use crate::cli::words::say::{translated, unwritable, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, ODD, counted, printable};

/// Tells what was found, file by file.
#[expect(clippy::struct_excessive_bools, reason = "options, and what came of them")]
pub struct Report {
    json: bool,
    quiet: bool,
    environment: Environment,
    today: IssueDate,
    /// True if a schema was asked.
    validates: bool,
    mode: Option<&'static str>,
    accepted: u64,
    refused: u64,
    /// Of the accepted ones.
    size: SessionSize,
    /// True once there was a file to check, good or bad.
    found: bool,
    /// The first file that could not be read.
    unread: Option<ErrorLine>,
    /// The earliest day by which an accepted invoice is to be sent.
    first_due: Option<Day>,
    out: BufWriter<anstream::Stdout>,
    /// The findings are all there is: unlike a line about work that was done, one that is lost is a failure.
    written: io::Result<()>,
}

impl Report {
    pub fn new(settings: &Check, today: IssueDate, mode: Option<&'static str>) -> Self {
        Self {
            json: settings.json,
            quiet: settings.quiet,
            environment: settings.environment,
            today,
            validates: settings.schemas.is_some(),
            mode,
            accepted: 0,
            refused: 0,
            size: SessionSize::default(),
            found: false,
            unread: None,
            first_due: None,
            out: BufWriter::new(anstream::stdout()),
            written: Ok(()),
        }
    }

    /// False once nobody reads the output.
    pub fn is_read(&self) -> bool {
        self.written.is_ok()
    }

    /// The end: the summary, and the exit status.
    pub fn into_status(mut self) -> anyhow::Result<ExitStatus> {
        self.tell_the_end();
        if let Some(unread) = self.unread.take().filter(|_| self.json && !self.found) {
            self.say(format_args!("{}", unread.to_json()));
        }
        match self.written.and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(unwritable(error));
            }
            _ => {}
        }
        Ok(match (self.found, self.refused) {
            (false, _) => ExitStatus::Nothing,
            (true, 0) => ExitStatus::Done,
            (true, _) => ExitStatus::SomeRefused,
        })
    }

    fn say(&mut self, line: fmt::Arguments<'_>) {
        if self.written.is_ok() {
            self.written = writeln!(self.out, "{line}");
        }
    }

    /// Tells of one file.
    pub fn file(&mut self, input: &str, checked: &Checked) {
        self.found |= !checked.is_unread();
        if let ([first, ..], true) = (checked.findings(), checked.is_unread()) {
            let line = || ErrorLine::new(first.code(), first.message(), hints::of_finding(first), Some(input));
            self.unread.get_or_insert_with(line);
        }
        if let Some(Due::By(day)) = checked.due().filter(|_| checked.is_accepted()) {
            self.first_due = Some(self.first_due.map_or(day, |first| first.min(day)));
        }
        if let Some(invoice) = checked.invoice().filter(|_| checked.is_accepted()) {
            self.size.add(invoice.size());
        }
        *(if checked.is_accepted() { &mut self.accepted } else { &mut self.refused }) += 1;
        match self.json {
            true => self.say(format_args!("{}", checked.to_json(input, hints::of_finding))),
            false => self.tell(input, checked),
        }
    }

    fn tell(&mut self, input: &str, checked: &Checked) {
        let quiet = self.quiet;
        let shown = |finding: &&Finding| !quiet || finding.outcome() == Outcome::Fail;
        if checked.findings().iter().any(|finding| shown(&finding)) {
            self.say(format_args!("{}", words!("{BOLD}{}{BOLD:#}", printable(input))));
        }
        let mut hinted = Vec::new();
        for finding in checked.findings().iter().filter(shown) {
            let (style, word) = match finding.outcome() {
                Outcome::Fail => (BAD, words!("refused")),
                _ => (ODD, words!("warning")),
            };
            self.say(format_args!(
                "{}",
                words!("  {style}{word}{style:#}: {} {DIM}[{}]{DIM:#}", printable(&found(finding)), finding.code())
            ));
            if !hinted.contains(&finding.code()) {
                self.say(format_args!("{}", words!("    {DIM}{}{DIM:#}", translated(hints::of_finding(finding)))));
                hinted.push(finding.code());
            }
        }
    }

    fn tell_the_end(&mut self) {
        if self.json {
            self.say(format_args!("{}", to_json(&SummaryLine::of(self))));
            return;
        }
        if self.quiet {
            return;
        }
        let colour = if self.accepted > 0 { GOOD } else { Style::new() };
        let refused = match self.refused {
            0 => String::new(),
            refused => words!(", {BAD}{refused} would not{BAD:#}"),
        };
        let accepted = counted(self.accepted, "file");
        let (environment, today) = (self.environment, self.today);
        self.say(format_args!(
            "{}",
            words!("{colour}{accepted}{colour:#} would be accepted{refused} ({environment}, sent on {today})")
        ));
        if let Some(day) = self.first_due {
            self.say(format_args!(
                "{}",
                words!("  the first of them must be sent by {day} ({})", translated(day.weekday()))
            ));
        }
        if let Some(warning) = self.size.warning() {
            self.say(format_args!(
                "{}",
                words!("  {ODD}warning{ODD:#}: {} {DIM}[{}]{DIM:#}", translated(warning.message()), warning.code())
            ));
            self.say(format_args!("{}", words!("    {DIM}{}{DIM:#}", translated(warning.hint()))));
        }
        let schema = match self.validates {
            true => String::new(),
            false => words!("whether the files fit the Ministry's schemas (see --xsd), and "),
        };
        self.say(format_args!("{}", words!(
            "  {DIM}Not checked: {schema}what only KSeF knows, such as permissions and invoices sent earlier.{DIM:#}"
        )));
    }
}

/// `line 11, column 7: the check digit ...`, in the language of the user.
fn found(finding: &Finding) -> String {
    let message = translated(finding.message());
    match finding.position() {
        Some(position) => format!("{}: {message}", translated(&position.to_string())),
        None => message.into_owned(),
    }
}

/// What `--json` prints at the end. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct SummaryLine {
    r#type: &'static str,
    accepted: u64,
    refused: u64,
    environment: &'static str,
    today: String,
    mode: Option<&'static str>,
    schema_validated: bool,
    warnings: Vec<SummaryWarning>,
    version: &'static str,
}

/// Something about the files taken together.
#[derive(Serialize)]
struct SummaryWarning {
    code: &'static str,
    message: String,
}

impl SummaryWarning {
    fn of(warning: &Warning) -> Self {
        Self { code: warning.code(), message: warning.message().to_owned() }
    }
}

impl SummaryLine {
    fn of(report: &Report) -> Self {
        Self {
            r#type: "summary",
            accepted: report.accepted,
            refused: report.refused,
            environment: report.environment.name(),
            today: report.today.to_string(),
            mode: report.mode,
            schema_validated: report.validates,
            warnings: report.size.warning().iter().map(SummaryWarning::of).collect(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

fn to_json(line: &impl Serialize) -> String {
    // Nothing in these structures can fail to serialise.
    serde_json::to_string(line).unwrap_or_default()
}
