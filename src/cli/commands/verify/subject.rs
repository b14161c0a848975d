//! What the arguments name: links, files, standard input.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, Read as _};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ksef_qr::files::decoded;
use ksef_qr::verify::{Report, ReportSubject, Verifier};

use super::evidence::{LARGEST_PICTURE, read};
use super::files::Files;
use super::line::From;
use super::manifest;
use super::output::Output;
use super::problem::Problem;
use crate::cli::in_order::InOrder;
use crate::cli::settings::Verify;
use crate::cli::words::say;
use ksef_qr::scanner::{Contents, Found, Origin, Scanner};

/// In bytes: enough to see how a text begins.
const LONGEST_SCHEME: usize = 32;

/// In bytes.
const LARGEST_LIST: u64 = 100_000_000;

/// In bytes: no link is so long, whatever its signs are written as. What has a longer line is no list of links.
const LONGEST_LINE: u64 = 65_536;

/// So many links a thread verifies at a time, and so many are told of at once.
const LINKS_AT_ONCE: usize = 32;

const NOWHERE: From<'static> = From { source: None, place: None };

/// Verifies everything that was named. Links given as arguments belong together, as do those of one file.
pub fn all(settings: &Verify, verifier: &Verifier, output: &mut Output) {
    let links: Vec<&str> =
        settings.subjects.iter().filter_map(|subject| subject.to_str()).filter(|text| is_link(text)).collect();
    let mut subjects = Subjects { verifier, jobs: settings.jobs, output, files: Vec::new() };
    subjects.links(&links, NOWHERE);
    for path in settings.subjects.iter().filter(|path| !path.to_str().is_some_and(is_link)) {
        if path == Path::new("-") {
            subjects.standard_input();
        } else {
            subjects.files(Files::of(path));
        }
    }
    subjects.verify_files();
    for path in &settings.manifests {
        manifest::verify(path, verifier, settings.jobs, subjects.output);
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

/// What is verified, and how.
struct Subjects<'s> {
    verifier: &'s Verifier,
    jobs: NonZeroUsize,
    output: &'s mut Output,
    /// What stands in the order and is not verified yet: files are verified together, by several threads.
    files: Vec<Subject>,
}

enum Subject {
    File(PathBuf),
    /// One that is not there, or cannot be listed.
    Problem(PathBuf, Problem),
}

/// What came of a file.
enum Outcome {
    Problem(Problem),
    /// It holds links, one a line.
    List(Vec<u8>),
    /// The reports of the codes in it, each with its place.
    Codes(Vec<(Report, Option<String>)>),
}

impl Subjects<'_> {
    /// Manifests first: what they name is not read a second time.
    fn files(&mut self, files: Files) {
        self.files.extend(files.problems.into_iter().map(|(path, problem)| Subject::Problem(path, problem)));
        let mut opened = HashSet::new();
        for path in &files.manifests {
            self.verify_files();
            opened.extend(manifest::verify(path, self.verifier, self.jobs, self.output));
        }
        let is_opened =
            |path: &Path| !opened.is_empty() && path.canonicalize().is_ok_and(|real| opened.contains(&real));
        let others = files.others.into_iter().filter(|path| !is_opened(path));
        self.files.extend(others.map(Subject::File));
    }

    /// Verifies the files so far. Each thread has a process of its own that reads pictures.
    fn verify_files(&mut self) {
        let files = std::mem::take(&mut self.files);
        let jobs = NonZeroUsize::new(files.len()).unwrap_or(NonZeroUsize::MIN).min(self.jobs);
        let verifier = self.verifier;
        let work = |scanner: &mut Scanner, subject| match subject {
            Subject::File(path) => {
                let outcome = file(&path, verifier, scanner);
                (path, outcome)
            }
            Subject::Problem(path, problem) => (path, Outcome::Problem(problem)),
        };
        let feed = |each: &mut dyn FnMut(Subject) -> bool| _ = files.into_iter().all(each);
        InOrder { jobs, together: 1 }.run(feed, Scanner::default, work, |(path, outcome)| {
            let name = path.to_string_lossy();
            let from = From { source: Some(&name), place: None };
            match outcome {
                Outcome::Problem(problem) => self.output.problem(&problem, from),
                Outcome::List(bytes) => self.list(&*bytes, from),
                Outcome::Codes(reports) => {
                    for (report, place) in reports {
                        self.output.report(&report, From { place: place.as_deref(), ..from });
                    }
                }
            }
            true
        });
    }

    fn standard_input(&mut self) {
        self.verify_files();
        let from = From { source: Some("-"), place: None };
        self.list(io::stdin().lock(), from);
    }

    /// Links, one a line.
    fn list(&mut self, lines: impl BufRead, from: From<'_>) {
        let bytes = match read_list(lines) {
            Ok(bytes) => decoded(bytes),
            Err(problem) => return self.output.problem(&problem, from),
        };
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        self.links(&lines, from);
    }

    /// Links that were found together.
    fn links(&mut self, links: &[&str], from: From<'_>) {
        let together = self.verifier.links_together(links);
        let count = together.len();
        let parts = (0..count).step_by(LINKS_AT_ONCE).map(|first| first..count.min(first + LINKS_AT_ONCE));
        let jobs = NonZeroUsize::new(parts.len()).unwrap_or(NonZeroUsize::MIN).min(self.jobs);
        let feed = |each: &mut dyn FnMut(Range<usize>) -> bool| _ = { parts }.all(each);
        let work =
            |(): &mut (), part: Range<usize>| part.filter_map(|number| together.report(number)).collect::<Vec<_>>();
        InOrder { jobs, together: 1 }.run(
            feed,
            || (),
            work,
            |reports| {
                say::together(|| reports.iter().for_each(|report| self.output.report(report, from)));
                true
            },
        );
    }
}

/// A list of links, read no further than it can be one.
fn read_list(mut lines: impl BufRead) -> Result<Vec<u8>, Problem> {
    let mut list = Vec::new();
    loop {
        let length = (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut list)?;
        if length as u64 == LONGEST_LINE {
            return Err(Problem::no_list(LONGEST_LINE));
        }
        if length == 0 {
            return Ok(list);
        }
        if list.len() as u64 > LARGEST_LIST {
            return Err(Problem::too_long_a_list(LARGEST_LIST));
        }
    }
}

fn file(path: &Path, verifier: &Verifier, scanner: &mut Scanner) -> Outcome {
    let bytes = match read(path, LARGEST_PICTURE) {
        Ok(bytes) => bytes,
        Err(problem) => return Outcome::Problem(problem),
    };
    if let Some(problem) = Problem::no_picture(&bytes) {
        return Outcome::Problem(problem);
    }
    let start = decoded(bytes.iter().copied().take(LONGEST_SCHEME).collect());
    if std::str::from_utf8(&start).is_ok_and(is_link) {
        return Outcome::List(bytes);
    }
    match scanner.read(&bytes).map_err(|failure| Problem::of_file(failure, &bytes)) {
        Ok(found) => codes(found, verifier),
        Err(problem) => Outcome::Problem(problem),
    }
}

fn codes(Contents { texts, unread }: Contents, verifier: &Verifier) -> Outcome {
    let found = FoundText::all(texts, verifier);
    if found.is_empty() {
        return Outcome::Problem(Problem::nothing_about_ksef());
    }
    let texts: Vec<&str> = found.iter().map(|one| &*one.text).collect();
    let reports = verifier.links(&texts).into_iter().enumerate().map(|(index, mut report)| {
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
        (report, text.and_then(|text| text.places.clone()))
    });
    Outcome::Codes(reports.collect())
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
