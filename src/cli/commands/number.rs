//! `ksef-qr number`: what a number of KSeF is, in words or as JSON.

use std::fmt::{self, Write as _};
use std::io::{self, BufRead as _, Read as _, Write as _};

use anyhow::{Context as _, bail};
use ksef_qr::report::NumberReport;
use ksef_qr::values::{NumberForm, WrittenNumber};

use crate::cli::exit::ExitStatus;
use crate::cli::settings::{Number, NumberText};
use crate::cli::words::hints;
use crate::cli::words::likely_secret::told;
use crate::cli::words::say::{translated, words};
use crate::cli::words::text::{BAD, DIM, GOOD, ODD, printable};

/// In bytes: no number has a tenth of it.
const LONGEST_LINE: u64 = 1 << 12;

/// Explains the numbers, one after the other.
pub fn run(settings: &Number) -> anyhow::Result<ExitStatus> {
    let mut explaining = Explaining { settings, count: 0, wrong: 0, is_read: true };
    for text in &settings.texts {
        match text {
            NumberText::Given(text) => explaining.explain(text)?,
            NumberText::Stdin => explaining.explain_lines()?,
        }
    }
    match explaining {
        Explaining { count: 0, .. } => bail!("there is no number on standard input"),
        Explaining { wrong: 0, .. } => Ok(ExitStatus::Done),
        _ => Ok(ExitStatus::SomeRefused),
    }
}

struct Explaining<'s> {
    settings: &'s Number,
    count: u64,
    wrong: u64,
    /// False once nobody reads standard output any more.
    is_read: bool,
}

impl Explaining<'_> {
    fn explain_lines(&mut self) -> anyhow::Result<()> {
        let mut lines = io::stdin().lock();
        let mut line = Vec::new();
        while self.is_read {
            line.clear();
            let read = (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line);
            if read.context("standard input cannot be read")? == 0 {
                break;
            }
            if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
                bail!("a line of standard input is too long for a number");
            }
            let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
            let text = String::from_utf8_lossy(text);
            if !text.trim().is_empty() {
                self.explain(&text)?;
            }
        }
        Ok(())
    }

    fn explain(&mut self, text: &str) -> anyhow::Result<()> {
        let mut report = NumberReport::of(text, self.settings.today);
        if report.written().is_none() {
            // What is no number at all may be a secret that was pasted.
            let shown = told(report.text()).into_owned();
            report = report.shown_as(shown);
        }
        self.count += 1;
        self.wrong += u64::from(!report.is_right());
        let said = match self.settings.json {
            true => report.to_json(hints::of) + "\n",
            false => {
                let gap = if self.count > 1 { "\n" } else { "" };
                format!("{gap}{}", in_words(&report)?)
            }
        };
        // The answer is all there is: one that got lost is a failure. A reader that went away has what it wanted.
        match anstream::stdout().write_all(said.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.is_read = false,
            written => written.context("standard output cannot be written")?,
        }
        Ok(())
    }
}

fn in_words(report: &NumberReport) -> Result<String, fmt::Error> {
    let mut words = String::new();
    let verdict = match report.is_right() {
        true => words!("{GOOD}right{GOOD:#}"),
        false => words!("{BAD}wrong{BAD:#}"),
    };
    writeln!(words, "{}", words!("{}  {verdict}", printable(report.text())))?;
    if let Some(written) = &report.written() {
        writeln!(words, "  {}", translated(written.form().meaning()))?;
        parts(written, &mut words)?;
    }
    for error in report.errors() {
        let (message, code) = (translated(error.message()), error.code());
        writeln!(words, "{}", words!("  {BAD}{}{BAD:#} {DIM}[{}]{DIM:#}", message, code))?;
        writeln!(words, "{}", words!("    {DIM}{}{DIM:#}", translated(hints::of(error))))?;
    }
    for warning in report.warnings() {
        let (message, code) = (translated(warning.message()), warning.code());
        writeln!(words, "{}", words!("  {ODD}warning{ODD:#}: {} {DIM}[{}]{DIM:#}", message, code))?;
    }
    Ok(words)
}

fn parts(written: &WrittenNumber<'_>, words: &mut String) -> fmt::Result {
    let mut part = |name: &str, value: &str| writeln!(words, "    {:<15} {}", translated(name), translated(value));
    if let Some(nip) = written.nip() {
        part("seller's NIP", nip)?;
    }
    let date = written.date();
    let date = date.as_deref().unwrap_or("no such date");
    part(if written.form() == NumberForm::Collective { "month" } else { "day" }, date)?;
    if let Some(letters) = written.letters() {
        let kind = written.reference_kind().unwrap_or("a kind that this version does not know");
        part("of", &words!("{letters}: {}", translated(kind)))?;
    }
    part("technical part", &written.technical())?;
    let sum = written.check_sum();
    part(
        "check sum",
        &match written.expected_check_sum().as_deref() {
            Some(expected) if expected == sum => words!("{sum}, which fits"),
            Some(expected) => words!("{sum}, and {expected} would fit"),
            None => words!("{sum}, not checked"),
        },
    )
}
