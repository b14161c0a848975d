//! `ksef-qr number`: what a number of KSeF is, in words or as JSON.

use std::fmt::{self, Write as _};
use std::io::{self, BufRead as _, Read as _, Write as _};

use anyhow::{Context as _, bail};
use ksef_qr::Error;
use ksef_qr::error::{ErrorKind, Warning};
use ksef_qr::values::{Day, NumberForm, WrittenNumber};
use serde::Serialize;

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
        let tidied = tidied(text);
        // What is no number at all may be a secret that was pasted.
        let shown = if WrittenNumber::of(&tidied).is_some() { text.trim().into() } else { told(text.trim()) };
        let explained = Explained::of(&shown, &tidied, self.settings.today);
        self.count += 1;
        self.wrong += u64::from(!explained.errors.is_empty());
        let said = match self.settings.json {
            true => serde_json::to_string(&explained)? + "\n",
            false => {
                let gap = if self.count > 1 { "\n" } else { "" };
                format!("{gap}{}", explained.in_words()?)
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

/// As KSeF would write it: capitals, no spaces, plain hyphens. Word processors make dashes of them.
fn tidied(text: &str) -> String {
    let text = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}');
    let text = text.map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c });
    text.map(|c| c.to_ascii_uppercase()).collect()
}

/// What `--json` prints for a number. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct Explained<'n> {
    r#type: &'static str,
    text: &'n str,
    /// `right` or `wrong`.
    status: &'static str,
    form: Option<&'static str>,
    nip: Option<&'n str>,
    /// A day, or the month of an IZ.
    date: Option<String>,
    letters: Option<&'n str>,
    reference: Option<&'static str>,
    technical: Option<String>,
    check_sum: Option<&'n str>,
    expected_check_sum: Option<String>,
    errors: Vec<ErrorLine>,
    warnings: Vec<WarningLine>,
    #[serde(skip)]
    written: Option<WrittenNumber<'n>>,
}

#[derive(Serialize)]
struct ErrorLine {
    code: &'static str,
    message: String,
    hint: &'static str,
}

#[derive(Serialize)]
struct WarningLine {
    code: &'static str,
    message: String,
}

impl From<&Error> for ErrorLine {
    fn from(error: &Error) -> Self {
        Self { code: error.code(), message: error.message().to_owned(), hint: hints::of(error) }
    }
}

impl From<&Warning> for WarningLine {
    fn from(warning: &Warning) -> Self {
        Self { code: warning.code(), message: warning.message().to_owned() }
    }
}

impl<'n> Explained<'n> {
    fn of(text: &'n str, tidied: &'n str, today: Day) -> Self {
        let written = WrittenNumber::of(tidied);
        let mut faults = Vec::new();
        match &written {
            None => {
                let message = "it has the form of no number that KSeF gives";
                faults.push(Error::new(ErrorKind::KsefNumberMalformed, message));
            }
            Some(_) if tidied != text => {
                let message = format!("KSeF writes it {tidied}: capitals, no spaces, plain hyphens");
                faults.push(Error::new(ErrorKind::KsefNumberMalformed, message));
            }
            Some(_) => {}
        }
        faults.extend(written.iter().flat_map(|written| written.faults(today)));
        let warnings = written.iter().flat_map(WrittenNumber::warnings);
        Self {
            r#type: "number",
            text,
            status: if faults.is_empty() { "right" } else { "wrong" },
            form: written.map(|written| written.form().name()),
            nip: written.and_then(|written| written.nip()),
            date: written.and_then(|written| written.date()),
            letters: written.and_then(|written| written.letters()),
            reference: written.and_then(|written| written.reference_kind()),
            technical: written.map(|written| written.technical()),
            check_sum: written.map(|written| written.check_sum()),
            expected_check_sum: written.and_then(|written| written.expected_check_sum()),
            errors: faults.iter().map(ErrorLine::from).collect(),
            warnings: warnings.map(|warning| WarningLine::from(&warning)).collect(),
            written,
        }
    }

    fn in_words(&self) -> Result<String, fmt::Error> {
        let mut words = String::new();
        let verdict = match self.errors.is_empty() {
            true => words!("{GOOD}right{GOOD:#}"),
            false => words!("{BAD}wrong{BAD:#}"),
        };
        writeln!(words, "{}", words!("{}  {verdict}", printable(self.text)))?;
        if let Some(written) = &self.written {
            writeln!(words, "  {}", translated(written.form().meaning()))?;
            self.parts(written.form(), &mut words)?;
        }
        for error in &self.errors {
            writeln!(words, "{}", words!("  {BAD}{}{BAD:#} {DIM}[{}]{DIM:#}", translated(&error.message), error.code))?;
            writeln!(words, "{}", words!("    {DIM}{}{DIM:#}", translated(error.hint)))?;
        }
        for warning in &self.warnings {
            writeln!(
                words,
                "{}",
                words!("  {ODD}warning{ODD:#}: {} {DIM}[{}]{DIM:#}", translated(&warning.message), warning.code)
            )?;
        }
        Ok(words)
    }

    fn parts(&self, form: NumberForm, words: &mut String) -> fmt::Result {
        let mut part = |name: &str, value: &str| writeln!(words, "    {:<15} {}", translated(name), translated(value));
        if let Some(nip) = self.nip {
            part("seller's NIP", nip)?;
        }
        let date = self.date.as_deref().unwrap_or("no such date");
        part(if form == NumberForm::Collective { "month" } else { "day" }, date)?;
        if let Some(letters) = self.letters {
            part(
                "of",
                &words!(
                    "{letters}: {}",
                    translated(self.reference.unwrap_or("a kind that this version does not know"))
                ),
            )?;
        }
        part("technical part", self.technical.as_deref().unwrap_or_default())?;
        let sum = self.check_sum.unwrap_or_default();
        part(
            "check sum",
            &match self.expected_check_sum.as_deref() {
                Some(expected) if expected == sum => words!("{sum}, which fits"),
                Some(expected) => words!("{sum}, and {expected} would fit"),
                None => words!("{sum}, not checked"),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        let number = "5265877635-20250826-0100001AF629-AF";
        for text in [
            number,
            " 5265877635-20250826-0100001af629-af\r\n",
            "5265877635–20250826—0100001AF629‑AF",
            "526 587 76 35 -20250826-0100001AF629-AF",
        ] {
            assert_eq!(tidied(text), number, "{text}");
        }
    }
}
