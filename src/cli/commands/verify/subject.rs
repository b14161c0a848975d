//! What the arguments name: links, files, standard input.

use std::io::{self, Read as _};
use std::path::Path;

use ksef_qr::files::decoded;
use ksef_qr::verify::{Report, ReportSubject, Verifier};

use super::evidence::{LARGEST_PICTURE, read};
use super::line::From;
use super::manifest;
use super::output::Output;
use super::problem::Problem;
use crate::cli::scanner::{Found, Origin, Scanner};
use crate::cli::settings::Verify;

/// In bytes.
const LARGEST_LIST: u64 = 100_000_000;

const NOWHERE: From<'static> = From { source: None, place: None };

/// Verifies everything that was named. Links given as arguments belong together, as do those of one file.
pub fn all(settings: &Verify, verifier: &Verifier, output: &mut Output) {
    let links: Vec<&str> =
        settings.subjects.iter().filter_map(|subject| subject.to_str()).filter(|text| is_link(text)).collect();
    for report in verifier.links(&links) {
        output.report(&report, NOWHERE);
    }
    let mut scanner = Scanner::default();
    for path in settings.subjects.iter().filter(|path| !path.to_str().is_some_and(is_link)) {
        if path == Path::new("-") {
            standard_input(verifier, output);
        } else {
            file(path, verifier, &mut scanner, output);
        }
    }
    for path in &settings.manifests {
        manifest::verify(path, verifier, &mut scanner, output);
    }
}

/// True for an argument that is meant as a link.
fn is_link(text: &str) -> bool {
    let small = text.trim_start().to_ascii_lowercase();
    ["http://", "https://", "https:/"].iter().any(|scheme| small.starts_with(scheme))
}

fn standard_input(verifier: &Verifier, output: &mut Output) {
    let from = From { source: Some("-"), place: None };
    let mut text = Vec::new();
    if let Err(error) = io::stdin().lock().take(LARGEST_LIST).read_to_end(&mut text) {
        output.problem(&error.into(), from);
        return;
    }
    let text = decoded(text);
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for report in verifier.links(&lines) {
        output.report(&report, from);
    }
}

fn file(path: &Path, verifier: &Verifier, scanner: &mut Scanner, output: &mut Output) {
    let name = path.to_string_lossy();
    let from = From { source: Some(&name), place: None };
    let found = match found(path, scanner) {
        Ok(found) => found,
        Err(problem) => return output.problem(&problem, from),
    };
    let found = relevant(found, verifier);
    if found.is_empty() {
        return output.problem(&Problem::nothing_about_ksef(), from);
    }
    let texts: Vec<&str> = found.iter().map(|one| &*one.text).collect();
    for (index, report) in verifier.links(&texts).into_iter().enumerate() {
        // The pairs come after the links, and have no single place.
        let place = found.get(index).and_then(|one| one.place.as_deref());
        let report = if is_foreign(&report) && texts.len() > 1 { report.passed_over() } else { report };
        output.report(&report, From { place, ..from });
    }
}

fn found(path: &Path, scanner: &mut Scanner) -> Result<Vec<Found>, Problem> {
    let bytes = read(path, LARGEST_PICTURE)?;
    scanner.read(&bytes).map_err(|failure| Problem::of_file(failure, &bytes))
}

/// What is worth a report: each text once, with all its places, and no links to elsewhere.
fn relevant(found: Vec<Found>, verifier: &Verifier) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        match kept.iter_mut().find(|other| other.text == one.text) {
            Some(Found { place: Some(places), .. }) => {
                places.push_str("; ");
                places.push_str(one.place.as_deref().unwrap_or_default());
            }
            Some(_) => {}
            None if one.origin == Origin::Link && is_foreign(&verifier.link(&one.text)) => {}
            None => kept.push(one),
        }
    }
    kept
}

/// A code for a bank transfer beside those of KSeF is no mistake.
fn is_foreign(report: &Report) -> bool {
    matches!(report.subject, ReportSubject::Link { is_foreign: true, .. })
}
