//! A manifest: every line, and every picture beside it.

use std::collections::HashMap;
use std::fs;
use std::io::BufReader;
use std::iter;
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ksef_qr::PictureFormat;
use ksef_qr::batch::{ArchiveEntry, Output as Place, entries_of_kinds};
use ksef_qr::files::open_text;
use ksef_qr::manifest::Lines;
use ksef_qr::pdf::Original;
use ksef_qr::verify::{Check, ManifestCodes, ManifestEntry, ManifestPicture, Verifier};

use super::evidence::{LARGEST_INVOICE, LARGEST_PICTURE, read};
use super::line::From;
use super::output::Output;
use super::problem::Problem;
use crate::cli::scanner::{Failure, Origin, Scanner};

/// Why a picture is not checked.
const NO_SCANNER: &str = "ksef-qr-scan is missing";

pub fn verify(path: &Path, verifier: &Verifier, scanner: &mut Scanner, output: &mut Output) {
    let source = path.to_string_lossy();
    let from = From { source: Some(&source), place: None };
    // What PowerShell wrote is read as well.
    let opened = fs::metadata(path).map_err(Problem::from).and_then(|_| open_text(path).map_err(Problem::from));
    let mut lines = match opened {
        Ok(text) => Lines::new(BufReader::new(text)),
        Err(problem) => return output.problem(&problem, from),
    };
    let mut surroundings = Surroundings::of(path, scanner);
    loop {
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => return,
            Err(error) => return output.problem(&error.into(), from),
        };
        let place = format!("line {}", line.number);
        let from = From { place: Some(&place), ..from };
        match ManifestEntry::read(&String::from_utf8_lossy(line.text)) {
            Ok(ManifestEntry::Codes(codes)) => entry(codes, &mut surroundings, verifier, output, from),
            Ok(_) => output.passed_over(),
            Err(error) => {
                output.problem(&error.into(), from);
                // What is no manifest is not reported line by line.
                if line.is_too_long() || line.number == 1 {
                    return;
                }
            }
        }
    }
}

fn entry(
    mut codes: ManifestCodes,
    surroundings: &mut Surroundings<'_, '_>,
    verifier: &Verifier,
    output: &mut Output,
    from: From<'_>,
) {
    for picture in &codes.pictures {
        let check = surroundings.check(picture).unwrap_or_else(|problem| {
            output.problem(&problem, From { place: None, ..from });
            picture.not_read(NO_SCANNER)
        });
        codes.report.checks.push(check);
    }
    output.report(&codes.report, from);
    // An invoice that was given is taken before the one that the line names.
    let invoice = match verifier.has_invoices() {
        true => None,
        false => surroundings.invoice_of(&codes),
    };
    let reports = match invoice {
        Some(bytes) => verifier.links_of_invoice(&codes.links, &codes.input, bytes),
        None => verifier.links(&codes.links),
    };
    for report in &reports {
        output.report(report, from);
    }
}

/// What a manifest leads to: the invoices that were read for it, and the pictures in its folder, in the archive beside it or
/// in itself.
struct Surroundings<'m, 's> {
    folder: &'m Path,
    /// Where an archive of them can be.
    pictures: Vec<PathBuf>,
    archives: Archives,
    scanner: &'s mut Scanner,
    /// True once it was said that there is nothing to read pictures with.
    scanner_is_missing: bool,
}

impl<'m, 's> Surroundings<'m, 's> {
    fn of(manifest: &'m Path, scanner: &'s mut Scanner) -> Self {
        let folder = manifest.parent().unwrap_or(Path::new(""));
        let (pictures, archives) = (Place::archives_of(manifest).collect(), Archives::default());
        Self { folder, pictures, archives, scanner, scanner_is_missing: false }
    }

    /// The invoice of a line, if it can be found from here.
    fn invoice_of(&mut self, codes: &ManifestCodes) -> Option<Vec<u8>> {
        let Some(name) = &codes.invoice else { return self.invoice(&codes.input) };
        // Beside the PDF, or in it. A password is not known here.
        let embedded = || {
            let bytes = read(Path::new(&codes.input), LARGEST_PICTURE).ok()?;
            let pdf = Original::read(bytes.clone(), None).or_else(|_| Original::repaired(bytes)).ok()?;
            Some(pdf.embedded_xml().ok()?.into_iter().find(|file| file.name == *name)?.bytes)
        };
        self.invoice(name).or_else(embedded)
    }

    /// The invoice at a line's `input`, if that leads somewhere from here.
    fn invoice(&mut self, input: &str) -> Option<Vec<u8>> {
        if let Ok(bytes) = read(Path::new(input), LARGEST_INVOICE) {
            return Some(bytes);
        }
        let (archive, name) = ArchiveEntry::split(input)?;
        self.archives.entry(archive, name)?.bytes(LARGEST_INVOICE).ok()
    }

    /// Reads a picture back. That there is nothing to read them with is reported once, for all of them.
    fn check(&mut self, picture: &ManifestPicture) -> Result<Check, Problem> {
        let bytes = match self.bytes(picture) {
            Ok(bytes) => bytes,
            Err(problem) => return Ok(picture.unreadable(&problem.message)),
        };
        match self.scanner.read(&bytes) {
            Ok(found) => {
                // A PDF holds its link twice: in the code, and where the code is clicked on.
                let counted =
                    found.into_iter().filter(|one| one.origin == Origin::Code || !picture.urls.contains(&one.text));
                Ok(picture.check(&counted.map(|one| one.text).collect::<Vec<_>>()))
            }
            Err(failure @ Failure::Missing(_)) if !std::mem::replace(&mut self.scanner_is_missing, true) => {
                Err(Problem::of_file(failure, &bytes))
            }
            Err(Failure::Missing(_)) => Ok(picture.not_read(NO_SCANNER)),
            Err(failure) => Ok(picture.unreadable(&Problem::of_file(failure, &bytes).message)),
        }
    }

    fn bytes(&mut self, picture: &ManifestPicture) -> Result<Vec<u8>, Problem> {
        if let Some(text) = &picture.embedded {
            return STANDARD.decode(text).map_err(|_| Problem::picture("it is no Base64"));
        }
        let name = Path::new(&picture.name);
        // A manifest names what is beside it; it does not send its reader elsewhere.
        if !name.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Problem::picture("the name leads out of the manifest's folder"));
        }
        let Self { pictures, archives, .. } = self;
        let archive = pictures.iter().find(|archive| archives.entry(archive, &picture.name).is_some());
        match archive.and_then(|archive| archives.entry(archive, &picture.name)) {
            Some(entry) => Ok(entry.bytes(LARGEST_PICTURE)?),
            None => read(&self.folder.join(name), LARGEST_PICTURE),
        }
    }
}

/// Archives by path, each listed once; one that is not there has no entries.
#[derive(Default)]
struct Archives(HashMap<PathBuf, HashMap<String, ArchiveEntry>>);

impl Archives {
    fn entry(&mut self, archive: &Path, name: &str) -> Option<&ArchiveEntry> {
        if !self.0.contains_key(archive) {
            // The invoices of a run, and what it draws; documents are PDFs as well.
            let kinds: Vec<_> =
                iter::once("xml").chain(PictureFormat::ALL.iter().map(|format| format.extension())).collect();
            let entries = entries_of_kinds(archive, &kinds).unwrap_or_default();
            let by_name = entries.into_iter().map(|entry| (entry.name().to_owned(), entry)).collect();
            self.0.insert(archive.to_owned(), by_name);
        }
        self.0.get(archive)?.get(name)
    }
}
