//! What is read to verify by: the invoices and certificates that links are compared with, and the book.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ksef_qr::batch::{ArchiveEntry, Output, entries};
use ksef_qr::credential::read_certificates;
use ksef_qr::error::ErrorKind;
use ksef_qr::files::open_patiently;
use ksef_qr::verify::Verifier;
use ksef_qr::{Error, Invoice};
use walkdir::WalkDir;

use super::problem::Problem;
use crate::cli::book;
use crate::cli::credential::key_file::open;
use crate::cli::settings::Verify;

/// In bytes: no invoice, no picture and no certificate is larger. As for signing.
pub const LARGEST_INVOICE: u64 = 100_000_000;
pub const LARGEST_PICTURE: u64 = 100_000_000;
const LARGEST_CERTIFICATE: u64 = 1_000_000;

pub fn verifier(settings: &Verify) -> anyhow::Result<Verifier> {
    let mut verifier = Verifier::new(settings.now);
    if let Some(place) = &settings.book {
        verifier = verifier.with_book(book::open_to_read(place, settings.now)?);
    }
    for path in &settings.certificates {
        let name = path.to_string_lossy();
        let bytes = needed(path, LARGEST_CERTIFICATE)?;
        for found in open(path, read_certificates(&bytes), &settings.password)?.0 {
            verifier = verifier.with_certificate(name.clone(), found.certificate);
        }
    }
    for path in &settings.invoices {
        if let Some(entries) = in_archive(path)? {
            for entry in entries {
                let bytes = entry.bytes(LARGEST_INVOICE).map_err(|error| error.about(entry.full_name()))?;
                verifier = verifier.with_invoice(entry.full_name(), bytes);
            }
            continue;
        }
        for path in invoices(path)? {
            let bytes = needed(&path, LARGEST_INVOICE)?;
            check_kind(&bytes).map_err(|error| error.about(path.to_string_lossy()))?;
            verifier = verifier.with_invoice(path.to_string_lossy(), bytes);
        }
    }
    Ok(verifier)
}

/// The invoices of an archive, if it is one by its name.
fn in_archive(path: &Path) -> anyhow::Result<Option<Vec<ArchiveEntry>>> {
    let is_archive = matches!(Output::at(path.to_owned()), Output::Archive(_));
    if !is_archive {
        return Ok(None);
    }
    let found = entries(path, "xml").map_err(|error| error.about(path.to_string_lossy()))?;
    if found.is_empty() {
        bail!("{}: there is no *.xml in the archive", path.display());
    }
    Ok(Some(found))
}

/// What is something else altogether is no invoice whose digest could be compared. A damaged one may be.
fn check_kind(bytes: &[u8]) -> ksef_qr::Result<()> {
    let is_other = |kind: ErrorKind| {
        matches!(
            kind,
            ErrorKind::EmptyFile
                | ErrorKind::InputIsPlaceholder
                | ErrorKind::InputIsPdf
                | ErrorKind::InputIsArchive
                | ErrorKind::InputIsCertificate
                | ErrorKind::InputIsKey
                | ErrorKind::InputIsSigned
                | ErrorKind::InputIsPicture
                | ErrorKind::InputIsJson
        )
    };
    match Invoice::read(bytes) {
        Err(error) if is_other(error.kind()) => Err(error),
        _ => Ok(()),
    }
}

/// The file itself, or the `*.xml` of a folder.
fn invoices(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.with_context(|| format!("{}: the folder cannot be read", path.display()))?;
        let is_xml = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
        if is_xml && entry.file_type().is_file() {
            found.push(entry.into_path());
        }
    }
    if found.is_empty() {
        bail!("{}: there is no *.xml in the folder", path.display());
    }
    Ok(found)
}

fn needed(path: &Path, largest: u64) -> anyhow::Result<Vec<u8>> {
    let unreadable = |problem: Problem| {
        let kind = if problem.is_missing() { ErrorKind::FileMissing } else { ErrorKind::FileUnreadable };
        Error::new(kind, problem.message).about(path.to_string_lossy())
    };
    Ok(read(path, largest).map_err(unreadable)?)
}

/// Reads a file of at most `largest` bytes.
pub fn read(path: &Path, largest: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let file = open_patiently(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        let size = path.metadata().map_or(0, |file| file.len());
        return Err(Problem::too_large(size.max(bytes.len() as u64), largest));
    }
    Ok(bytes)
}
