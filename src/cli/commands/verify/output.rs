//! What a person reads, a line for each check, and the exit status.

use ksef_qr::error::ErrorKind;
use ksef_qr::verify::{CodeKind, Outcome, Report, ReportSubject};

use super::line::{From, Line, to_json};
use super::problem::Problem;
use crate::cli::exit::ExitStatus;
use crate::cli::words::failure::ErrorLine;
use crate::cli::words::hints;
use crate::cli::words::say::{say, tell, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, counted, printable};

/// Writes reports as they come and counts.
pub struct Output {
    json: bool,
    quiet: bool,
    subjects: u64,
    ok: u64,
    failed: u64,
    not_checked: u64,
    /// Lines of manifests whose invoice could not be compared.
    not_compared: u64,
    /// True once something could be looked into, right or wrong.
    was_read: bool,
    /// The first file that could not be.
    unread: Option<ErrorLine>,
}

impl Output {
    pub fn new(json: bool, quiet: bool) -> Self {
        Self {
            json,
            quiet,
            subjects: 0,
            ok: 0,
            failed: 0,
            not_checked: 0,
            not_compared: 0,
            was_read: false,
            unread: None,
        }
    }

    /// True if somebody sees what happens meanwhile.
    pub fn is_for_people(&self) -> bool {
        !self.json && !self.quiet
    }

    pub fn report(&mut self, report: &Report, from: From<'_>) {
        self.subjects += 1;
        self.was_read = true;
        for check in &report.checks {
            match check.outcome() {
                Outcome::Ok => self.ok += 1,
                Outcome::Fail => self.failed += 1,
                _ => self.not_checked += 1,
            }
        }
        if self.json {
            say!("{}", to_json(report, from));
        } else if report.has_failed() || !(self.quiet || from.is_manifest()) {
            self.words(report, from);
        }
    }

    /// Counts what was looked at and has nothing to check: a refused invoice, a summary.
    pub fn passed_over(&mut self) {
        self.subjects += 1;
        self.was_read = true;
    }

    /// Counts an invoice that a manifest names, and that was not at hand.
    pub fn not_compared(&mut self) {
        self.not_compared += 1;
    }

    pub fn problem(&mut self, problem: &Problem, from: From<'_>) {
        self.subjects += 1;
        self.failed += 1;
        self.was_read |= problem.was_read;
        self.unread.get_or_insert_with(|| ErrorLine::new(problem.code, &problem.message, problem.hint, from.source));
        if self.json {
            say!("{}", Line::File { from, result: "fail", error: problem }.to_json());
            return;
        }
        let (message, code) = (translated(&printable(&problem.message)).into_owned(), problem.code);
        say!("{BOLD}{}{BOLD:#}", heading(from));
        say!("  {BAD}FAIL{BAD:#}         {message} {DIM}[{code}]{DIM:#}");
        say!("{}{DIM}{}{DIM:#}", below_words(), translated(problem.hint));
        say!();
    }

    /// Says how it went.
    pub fn finish(self) -> ExitStatus {
        let Self { subjects, ok, failed, not_checked, quiet, .. } = self;
        if self.json {
            let result = if failed == 0 { "ok" } else { "fail" };
            let version = env!("CARGO_PKG_VERSION");
            say!("{}", Line::Summary { result, subjects, ok, failed, not_checked, version }.to_json());
        } else if subjects == 0 {
            tell!("{BAD}error{BAD:#}: there is nothing to verify");
        } else if quiet {
            // What failed was told, and the exit status says the rest.
        } else if failed == 0 {
            say!("{GOOD}nothing failed{GOOD:#}: {ok} checks OK, {not_checked} not checked");
        } else {
            say!("{BAD}{failed} failed{BAD:#}, {ok} checks OK, {not_checked} not checked");
        }
        if !self.json && !self.quiet && self.not_compared > 0 {
            let count = counted(self.not_compared, "invoice");
            tell!(
                "{count} of a manifest not compared: not in the folder of the manifest. Give the invoices with --invoice."
            );
        }
        let status = match failed {
            _ if subjects == 0 || !self.was_read => ExitStatus::Nothing,
            0 => ExitStatus::Done,
            _ => ExitStatus::SomeRefused,
        };
        if self.json && status == ExitStatus::Nothing {
            let nothing = || {
                let kind = ErrorKind::InputMissing;
                ErrorLine::new(kind.code(), "there is nothing to verify", hints::of_kind(kind), None)
            };
            say!("{}", self.unread.unwrap_or_else(nothing).to_json());
        }
        status
    }

    fn words(&self, report: &Report, from: From<'_>) {
        let heading = heading(from);
        let gap = if heading.is_empty() { "" } else { ": " };
        match &report.subject {
            ReportSubject::Link { text, kind, .. } => {
                let kind = kind.map_or("no KOD I and no KOD II", CodeKind::name);
                say!("{BOLD}{heading}{gap}{}{BOLD:#}", translated(kind));
                say!("  {}", printable(text));
            }
            ReportSubject::Entry { input } => say!("{BOLD}{heading}{gap}{}{BOLD:#}", printable(input)),
            ReportSubject::Pair { .. } => say!("{BOLD}{heading}{gap}KOD I and KOD II together{BOLD:#}"),
        }
        for check in &report.checks {
            let (style, word) = match check.outcome() {
                Outcome::Fail => (BAD, words!("FAIL       ")),
                _ if self.quiet => continue,
                Outcome::Ok => (GOOD, words!("OK         ")),
                _ => (DIM, words!("not checked")),
            };
            say!(
                "  {style}{word}{style:#}  {} {DIM}[{}]{DIM:#}",
                printable(&translated(check.message())),
                check.code()
            );
            if check.outcome() == Outcome::Fail {
                say!("{}{DIM}{}{DIM:#}", below_words(), translated(hints::remedy(check)));
            }
        }
        say!();
    }
}

fn heading(from: From<'_>) -> String {
    let source = from.source.map(|source| printable(source).into_owned());
    let parts = source.into_iter().chain(from.place.map(|place| printable(&in_words(place)).into_owned()));
    parts.collect::<Vec<_>>().join(", ")
}

/// `page 1; page 1, link`, `line 3`, in the language of the user.
fn in_words(place: &str) -> String {
    place.split("; ").map(translated).collect::<Vec<_>>().join("; ")
}

/// As wide as what stands before the words of a check.
fn below_words() -> String {
    " ".repeat(words!("not checked").chars().count() + 4)
}
