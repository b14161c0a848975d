//! A manifest: every line, and every picture beside it, on all processors.

use std::collections::HashSet;
use std::fs;
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ksef_qr::error::ErrorKind;
use ksef_qr::files::open_text;
use ksef_qr::manifest::Lines;
use ksef_qr::scanner::{Contents, Failure, Origin, Scanner};
use ksef_qr::threads::Room;
use ksef_qr::verify::{Check, ManifestCodes, ManifestEntry, ManifestPicture, Redraw, Report, Verifier};

use super::line::From;
use super::output::Output;
use super::problem::Problem;
use super::surroundings::Surroundings;
use crate::cli::commands::run::progress;
use crate::cli::words::say;

/// Why a picture is not checked.
const NO_SCANNER: &str = "ksef-qr-scan is missing";

/// So many lines are looked at together, by all threads, before what came of them is said.
const LINES_AT_ONCE: usize = 256;

/// In bytes: lines with pictures or documents in them are long, and so fewer.
const BYTES_AT_ONCE: usize = 8_000_000;

/// Verifies a manifest. Returns the files that were opened for it.
pub fn verify(path: &Path, verifier: &Verifier, jobs: NonZeroUsize, output: &mut Output) -> HashSet<PathBuf> {
    let source = path.to_string_lossy();
    let from = From { source: Some(&source), place: None };
    let mut checks: Vec<ManifestCheck> = (0..jobs.get()).map(|_| ManifestCheck::new(path, verifier)).collect();
    all_lines(path, from, &mut checks, output);
    checks.into_iter().flat_map(|check| check.surroundings.into_opened()).collect()
}

/// A line as it was read.
struct ReadLine {
    number: u64,
    text: Vec<u8>,
    is_too_long: bool,
}

fn all_lines(path: &Path, from: From<'_>, checks: &mut [ManifestCheck<'_>], output: &mut Output) {
    // What PowerShell wrote is read as well.
    let size = fs::metadata(path).map_err(Problem::from);
    let opened = size.and_then(|file| Ok((file.len(), open_text(path)?)));
    let (mut lines, bar) = match opened {
        Ok((size, text)) => (Lines::new(BufReader::new(text)), progress::of_bytes(size, output.is_for_people())),
        Err(problem) => return output.problem(&problem, from),
    };
    let mut scanner_is_missing = false;
    loop {
        let (mut part, mut bytes, mut ended) = (Vec::new(), 0, None);
        while part.len() < LINES_AT_ONCE && bytes < BYTES_AT_ONCE && ended.is_none() {
            match lines.next_line() {
                Ok(Some(line)) => {
                    bytes += line.text.len();
                    let (number, text, is_too_long) = (line.number, line.text.to_vec(), line.is_too_long());
                    part.push(ReadLine { number, text, is_too_long });
                }
                Ok(None) => ended = Some(Ok(())),
                Err(error) => ended = Some(Err(error)),
            }
        }
        let done = looked_at(&part, checks);
        let mut is_manifest = true;
        let tell = || {
            for (line, done) in part.iter().zip(done) {
                let place = format!("line {}", line.number);
                let from = From { place: Some(&place), ..from };
                let entry = match done {
                    Ok(Some(entry)) => entry,
                    Ok(None) => {
                        output.passed_over();
                        continue;
                    }
                    Err(problem) => {
                        output.problem(&problem, from);
                        // What is no manifest is not reported line by line.
                        is_manifest = !line.is_too_long && line.number != 1;
                        if is_manifest {
                            continue;
                        }
                        return;
                    }
                };
                if let Some(problem) = entry.no_scanner
                    && !std::mem::replace(&mut scanner_is_missing, true)
                {
                    output.problem(&problem, From { place: None, ..from });
                }
                if !entry.is_compared {
                    output.not_compared();
                }
                for report in &entry.reports {
                    output.report(report, from);
                }
            }
        };
        bar.suspend(|| say::together(tell));
        bar.inc(bytes as u64);
        match ended {
            _ if !is_manifest => break,
            None => {}
            Some(Ok(())) => break,
            Some(Err(error)) => {
                bar.suspend(|| output.problem(&error.into(), from));
                break;
            }
        }
    }
    bar.finish_and_clear();
}

/// What came of each line, in their order. Threads that cannot be had are done without.
fn looked_at(part: &[ReadLine], checks: &mut [ManifestCheck<'_>]) -> Vec<Result<Option<Entry>, Problem>> {
    let next = AtomicUsize::new(0);
    let work = |check: &mut ManifestCheck<'_>| {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(line) = part.get(at) else { return done };
            done.push((at, check.line(&line.text)));
        }
    };
    let Some((first, others)) = checks.split_first_mut() else { return Vec::new() };
    let mut done = thread::scope(|scope| {
        let others = others.iter_mut().take(part.len().saturating_sub(1));
        let mut room = Room::take(others.len());
        let started: Vec<_> =
            others.take(room.threads()).map_while(|check| room.start(scope, || work(check)).ok()).collect();
        drop(room);
        let mut done = work(first);
        for thread in started {
            done.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, entry)| entry).collect()
}

/// What came of a line with codes.
struct Entry {
    /// That of the line first, then those of its links.
    reports: Vec<Report>,
    /// True if the invoice was at hand.
    is_compared: bool,
    /// That there is nothing to read pictures with.
    no_scanner: Option<Problem>,
}

/// What one thread looks at lines with.
struct ManifestCheck<'m> {
    surroundings: Surroundings<'m>,
    verifier: &'m Verifier,
    redraw: Redraw,
    scanner: Scanner,
}

impl<'m> ManifestCheck<'m> {
    fn new(path: &'m Path, verifier: &'m Verifier) -> Self {
        let (redraw, scanner) = (Redraw::default(), Scanner::default());
        Self { surroundings: Surroundings::of(path), verifier, redraw, scanner }
    }

    /// None for a refused invoice and for a summary.
    fn line(&mut self, text: &[u8]) -> Result<Option<Entry>, Problem> {
        match ManifestEntry::read(&String::from_utf8_lossy(text))? {
            ManifestEntry::Codes(codes) => Ok(Some(self.entry(codes))),
            _ => Ok(None),
        }
    }

    fn entry(&mut self, mut codes: ManifestCodes) -> Entry {
        let mut no_scanner = None;
        for picture in &codes.pictures {
            match self.picture(picture) {
                Ok(checks) => codes.report.checks.extend(checks),
                Err(problem) => {
                    no_scanner = Some(problem);
                    codes.report.checks.push(picture.not_read(NO_SCANNER));
                }
            }
        }
        // An invoice that was given is taken before the one that the line names.
        let invoice = match self.verifier.has_invoices() {
            true => None,
            false => self.surroundings.invoice_of(&codes),
        };
        let is_compared = invoice.is_some() || self.verifier.has_invoices();
        if !is_compared {
            codes.report.checks.push(codes.invoice_elsewhere());
        }
        Entry { reports: self.verifier.line(codes, invoice), is_compared, no_scanner }
    }

    /// Compares a picture with what it should be, or reads it back. An error says that there is nothing to read it with.
    fn picture(&mut self, picture: &ManifestPicture) -> Result<Vec<Check>, Problem> {
        let bytes = match self.surroundings.picture(picture) {
            Ok(bytes) => bytes,
            Err(problem) => return Ok(vec![picture.unreadable(&problem.message)]),
        };
        if let Some(check) = self.redraw.check(picture, &bytes) {
            return Ok(vec![check]);
        }
        match self.scanner.read(&bytes) {
            Ok(Contents { texts: found, .. }) => {
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
            // That is what the line says.
            Err(Failure::Refused { code, .. }) if picture.urls.is_empty() && code == ErrorKind::NoCodeFound.code() => {
                Ok(vec![picture.check(&[])])
            }
            Err(failure @ Failure::Missing(_)) => Err(Problem::of_file(failure, &bytes)),
            Err(failure) => Ok(vec![picture.unreadable(&Problem::of_file(failure, &bytes).message)]),
        }
    }
}
