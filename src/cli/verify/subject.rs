//! What the arguments name: links, files, standard input.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ksef_qr::verify::Verifier;

use super::line::From;
use super::output::Output;
use super::problem::Problem;
use crate::cli::args::VerifyArgs;

/// In bytes. A list of links on standard input, a picture, a PDF.
const LARGEST_LIST: u64 = 100_000_000;

const NOWHERE: From<'static> = From { source: None, place: None };

/// Verifies everything that was named. Links given as arguments belong together, as do those of one file.
pub fn all(args: &VerifyArgs, verifier: &Verifier, output: &mut Output) {
    let links: Vec<&str> =
        args.subjects.iter().filter_map(|subject| subject.to_str()).filter(|text| is_link(text)).collect();
    for report in verifier.links(&links) {
        output.report(&report, NOWHERE);
    }
    for path in args.subjects.iter().filter(|path| !path.to_str().is_some_and(is_link)) {
        if path == Path::new("-") {
            standard_input(verifier, output);
        } else {
            file(path, verifier, output);
        }
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
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for report in verifier.links(&lines) {
        output.report(&report, from);
    }
}

fn file(path: &Path, _verifier: &Verifier, output: &mut Output) {
    let name = path.to_string_lossy();
    let from = From { source: Some(&name), place: None };
    if let Err(problem) = read(path, LARGEST_LIST) {
        output.problem(&problem, from);
    }
}

/// Reads a file of at most `largest` bytes.
pub fn read(path: &Path, largest: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        return Err(io::Error::other(format!("it has more than {largest} bytes")).into());
    }
    Ok(bytes)
}
