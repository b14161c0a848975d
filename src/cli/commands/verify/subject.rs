//! What the arguments name: links, files, standard input.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::Path;

use ksef_qr::files::decoded;
use ksef_qr::verify::{Report, ReportSubject, Verifier};

use super::evidence::{LARGEST_PICTURE, read};
use super::files::Files;
use super::line::From;
use super::manifest;
use super::output::Output;
use super::problem::Problem;
use crate::cli::settings::Verify;
use ksef_qr::scanner::{Contents, Found, Origin, Scanner};

/// In bytes: enough to see how a text begins.
const LONGEST_SCHEME: usize = 32;

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
            files(Files::of(path), verifier, &mut scanner, output);
        }
    }
    for path in &settings.manifests {
        manifest::verify(path, verifier, output);
    }
}

/// True for an argument that is meant as a link, whatever stands around it.
fn is_link(text: &str) -> bool {
    let small = text.trim_start_matches(|sign: char| !sign.is_alphanumeric()).to_ascii_lowercase();
    let has_scheme =
        ["http:/", "https:/", r"https:\/", r"http:\/", r"https:\u002f"].iter().any(|scheme| small.starts_with(scheme));
    // Readers leave the scheme out, and people do.
    let is_host = |host: &str| host.contains("ksef") && host.ends_with(".gov.pl");
    has_scheme || (small.split_once(['/', '\\']).is_some_and(|(host, _)| is_host(host)) && !Path::new(text).exists())
}

/// Manifests first: what they name is not read a second time.
fn files(files: Files, verifier: &Verifier, scanner: &mut Scanner, output: &mut Output) {
    for (path, problem) in files.problems {
        let source = path.to_string_lossy();
        output.problem(&problem, From { source: Some(&source), place: None });
    }
    let mut opened = HashSet::new();
    for path in &files.manifests {
        opened.extend(manifest::verify(path, verifier, output));
    }
    for path in &files.others {
        let is_opened = !opened.is_empty() && path.canonicalize().is_ok_and(|real| opened.contains(&real));
        if !is_opened {
            file(path, verifier, scanner, output);
        }
    }
}

fn standard_input(verifier: &Verifier, output: &mut Output) {
    let from = From { source: Some("-"), place: None };
    let mut text = Vec::new();
    if let Err(error) = io::stdin().lock().take(LARGEST_LIST).read_to_end(&mut text) {
        output.problem(&error.into(), from);
        return;
    }
    list(text, verifier, output, from);
}

/// Links, one a line.
fn list(bytes: Vec<u8>, verifier: &Verifier, output: &mut Output, from: From<'_>) {
    let bytes = decoded(bytes);
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for report in verifier.links(&lines) {
        output.report(&report, from);
    }
}

fn file(path: &Path, verifier: &Verifier, scanner: &mut Scanner, output: &mut Output) {
    let name = path.to_string_lossy();
    let from = From { source: Some(&name), place: None };
    let bytes = match read(path, LARGEST_PICTURE) {
        Ok(bytes) => bytes,
        Err(problem) => return output.problem(&problem, from),
    };
    if let Some(problem) = Problem::no_picture(&bytes) {
        return output.problem(&problem, from);
    }
    let start = decoded(bytes.iter().copied().take(LONGEST_SCHEME).collect());
    if std::str::from_utf8(&start).is_ok_and(is_link) {
        return list(bytes, verifier, output, from);
    }
    match scanner.read(&bytes).map_err(|failure| Problem::of_file(failure, &bytes)) {
        Ok(found) => codes(found, verifier, output, from),
        Err(problem) => output.problem(&problem, from),
    }
}

fn codes(Contents { texts, unread }: Contents, verifier: &Verifier, output: &mut Output, from: From<'_>) {
    let found = FoundText::all(texts, verifier);
    if found.is_empty() {
        return output.problem(&Problem::nothing_about_ksef(), from);
    }
    let texts: Vec<&str> = found.iter().map(|one| &*one.text).collect();
    for (index, mut report) in verifier.links(&texts).into_iter().enumerate() {
        // The pairs come after the links, and have no single place.
        let text = found.get(index);
        if is_foreign(&report) && texts.len() > 1 {
            report = report.passed_over();
        } else if let Some(text) = text {
            if !text.is_code {
                report.add_link_without_code();
            }
            for (link, opens) in &text.links {
                match opens {
                    false => report.add_link_over_code(link),
                    true => report.add_opened_link(link),
                }
            }
        }
        if let Some(pages) = unread.as_deref().filter(|_| index == 0) {
            report.add_unread_pages(pages);
        }
        let place = text.and_then(|text| text.places.as_deref());
        output.report(&report, From { place, ..from });
    }
}

/// A text that was found in a file, once or several times.
struct FoundText {
    text: String,
    places: Option<String>,
    /// True if a code holds it, and not only a link that can be clicked on.
    is_code: bool,
    /// The links that lie over the code; true for those that opening the page follows.
    links: Vec<(String, bool)>,
}

impl FoundText {
    /// What is worth a report: each text once, with all its places, and no links to elsewhere.
    fn all(found: Vec<Found>, verifier: &Verifier) -> Vec<Self> {
        let mut kept: Vec<Self> = Vec::new();
        let mut by_text: HashMap<String, usize> = HashMap::new();
        let mut over: Vec<(String, String, bool)> = Vec::new();
        for one in found {
            let is_code = one.origin == Origin::Code;
            over.extend(one.over.into_iter().map(|code| (code, one.text.clone(), one.opens)));
            if let Some(known) = by_text.get(&one.text).and_then(|place| kept.get_mut(*place)) {
                known.is_code |= is_code;
                if let (Some(places), Some(place)) = (&mut known.places, &one.place) {
                    places.push_str("; ");
                    places.push_str(place);
                }
            } else if is_code || !is_foreign(&verifier.link(&one.text)) {
                by_text.insert(one.text.clone(), kept.len());
                kept.push(Self { text: one.text, places: one.place, is_code, links: Vec::new() });
            }
        }
        for (code, link, opens) in over {
            if let Some(code) = by_text.get(&code).and_then(|place| kept.get_mut(*place)) {
                code.links.push((link, opens));
            }
        }
        kept
    }
}

/// A code for a bank transfer beside those of KSeF is no mistake.
fn is_foreign(report: &Report) -> bool {
    matches!(report.subject, ReportSubject::Link { is_foreign: true, .. })
}
