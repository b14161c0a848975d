//! A manifest: every line, and every picture beside it.

use std::collections::HashSet;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use ksef_qr::files::open_text;
use ksef_qr::manifest::Lines;
use ksef_qr::verify::{Check, ManifestCodes, ManifestEntry, ManifestPicture, Verifier};

use super::line::From;
use super::output::Output;
use super::problem::Problem;
use super::surroundings::Surroundings;
use ksef_qr::scanner::{Failure, Origin, Scanner};

/// Why a picture is not checked.
const NO_SCANNER: &str = "ksef-qr-scan is missing";

/// Verifies a manifest. Returns the files that were opened for it.
pub fn verify(path: &Path, verifier: &Verifier, scanner: &mut Scanner, output: &mut Output) -> HashSet<PathBuf> {
    let source = path.to_string_lossy();
    let from = From { source: Some(&source), place: None };
    let mut check =
        ManifestCheck { surroundings: Surroundings::of(path), verifier, scanner, scanner_is_missing: false, output };
    check.lines(path, from);
    check.surroundings.into_opened()
}

struct ManifestCheck<'m, 'v> {
    surroundings: Surroundings<'m>,
    verifier: &'v Verifier,
    scanner: &'v mut Scanner,
    /// True once it was said that there is nothing to read pictures with.
    scanner_is_missing: bool,
    output: &'v mut Output,
}

impl ManifestCheck<'_, '_> {
    fn lines(&mut self, path: &Path, from: From<'_>) {
        // What PowerShell wrote is read as well.
        let opened = fs::metadata(path).map_err(Problem::from).and_then(|_| open_text(path).map_err(Problem::from));
        let mut lines = match opened {
            Ok(text) => Lines::new(BufReader::new(text)),
            Err(problem) => return self.output.problem(&problem, from),
        };
        loop {
            let line = match lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return,
                Err(error) => return self.output.problem(&error.into(), from),
            };
            let place = format!("line {}", line.number);
            let from = From { place: Some(&place), ..from };
            match ManifestEntry::read(&String::from_utf8_lossy(line.text)) {
                Ok(ManifestEntry::Codes(codes)) => self.entry(codes, from),
                Ok(_) => self.output.passed_over(),
                Err(error) => {
                    self.output.problem(&error.into(), from);
                    // What is no manifest is not reported line by line.
                    if line.is_too_long() || line.number == 1 {
                        return;
                    }
                }
            }
        }
    }

    fn entry(&mut self, mut codes: ManifestCodes, from: From<'_>) {
        for picture in &codes.pictures {
            match self.picture(picture) {
                Ok(checks) => codes.report.checks.extend(checks),
                Err(problem) => {
                    self.output.problem(&problem, From { place: None, ..from });
                    codes.report.checks.push(picture.not_read(NO_SCANNER));
                }
            }
        }
        // An invoice that was given is taken before the one that the line names.
        let invoice = match self.verifier.has_invoices() {
            true => None,
            false => self.surroundings.invoice_of(&codes),
        };
        if invoice.is_none() && !self.verifier.has_invoices() {
            codes.report.checks.push(codes.invoice_elsewhere());
            self.output.not_compared();
        }
        self.output.report(&codes.report, from);
        let reports = match invoice {
            Some(bytes) => self.verifier.links_of_invoice(&codes.links, &codes.input, bytes),
            None => self.verifier.links(&codes.links),
        };
        for report in &reports {
            self.output.report(report, from);
        }
    }

    /// Reads a picture back. That there is nothing to read them with is reported once, for all of them.
    fn picture(&mut self, picture: &ManifestPicture) -> Result<Vec<Check>, Problem> {
        let bytes = match self.surroundings.picture(picture) {
            Ok(bytes) => bytes,
            Err(problem) => return Ok(vec![picture.unreadable(&problem.message)]),
        };
        match self.scanner.read(&bytes) {
            Ok(found) => {
                let over = |opens: bool| {
                    let links = found.iter().filter(move |link| link.opens == opens);
                    links.flat_map(|link| link.over.iter().map(|code| (&*link.text, &**code)))
                };
                let misled = picture.check_links(over(false)).or_else(|| picture.check_opened_links(over(true)));
                // A PDF holds its link twice: in the code, and where the code is clicked on.
                let counted =
                    found.into_iter().filter(|one| one.origin == Origin::Code || !picture.urls.contains(&one.text));
                let read = picture.check(&counted.map(|one| one.text).collect::<Vec<_>>());
                Ok([read].into_iter().chain(misled).collect())
            }
            Err(failure @ Failure::Missing(_)) if !std::mem::replace(&mut self.scanner_is_missing, true) => {
                Err(Problem::of_file(failure, &bytes))
            }
            Err(Failure::Missing(_)) => Ok(vec![picture.not_read(NO_SCANNER)]),
            Err(failure) => Ok(vec![picture.unreadable(&Problem::of_file(failure, &bytes).message)]),
        }
    }
}
