//! A manifest: every line, and every picture beside it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Component, Path};

use ksef_qr::verify::{Check, Codes, Entry, Picture, Verifier};

use super::line::From;
use super::output::Output;
use super::subject::{LARGEST_PICTURE, read};

/// In bytes; a line has about two thousand.
const LONGEST_LINE: u64 = 1_000_000;

const LARGEST_INVOICE: u64 = 100_000_000;

pub fn verify(path: &Path, verifier: &Verifier, output: &mut Output) {
    let source = path.to_string_lossy();
    let from = From { source: Some(&source), place: None };
    let mut lines = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) => return output.problem(&error.into(), from),
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        match lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return output.problem(&error.into(), from),
        }
        let place = format!("line {number}");
        let from = From { place: Some(&place), ..from };
        match Entry::read(&String::from_utf8_lossy(&line)) {
            Ok(Entry::Codes(codes)) => entry(codes, folder, verifier, output, from),
            Ok(Entry::Refused | Entry::Summary) => output.passed_over(),
            Err(error) => {
                output.problem(&error.into(), from);
                // What is no manifest is not told of line by line.
                if line.len() as u64 == LONGEST_LINE || number == 1 {
                    return;
                }
            }
        }
    }
}

fn entry(mut codes: Codes, folder: &Path, verifier: &Verifier, output: &mut Output, from: From<'_>) {
    for picture in &codes.pictures {
        codes.report.checks.push(check(picture, folder));
    }
    output.report(&codes.report, from);
    // An invoice that was given is taken before the one that the line names.
    let invoice = match verifier.has_invoices() {
        true => None,
        false => read(Path::new(&codes.input), LARGEST_INVOICE).ok(),
    };
    let reports = match invoice {
        Some(bytes) => verifier.links_of_invoice(&codes.links, &codes.input, bytes),
        None => verifier.links(&codes.links),
    };
    for report in &reports {
        output.report(report, from);
    }
}

fn check(picture: &Picture, folder: &Path) -> Check {
    let name = Path::new(&picture.name);
    if !name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
        return picture.passed_over();
    }
    // A manifest names what is beside it; it does not send its reader elsewhere.
    if !name.components().all(|part| matches!(part, Component::Normal(_))) {
        return picture.unreadable("the name leads out of the manifest's folder");
    }
    let read = read(&folder.join(name), LARGEST_PICTURE).and_then(|bytes| Ok(ksef_qr::scan::picture(&bytes)?));
    match read {
        Ok(found) => picture.check(&found),
        Err(problem) => picture.unreadable(&problem.message),
    }
}
