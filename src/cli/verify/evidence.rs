//! The invoices and certificates that links are compared with.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::Error;
use ksef_qr::credential::Certificate;
use ksef_qr::error::ErrorKind;
use ksef_qr::verify::Verifier;
use walkdir::WalkDir;

use super::problem::Problem;
use crate::cli::args::VerifyArgs;

/// In bytes: no invoice and no certificate is larger. As for signing.
const LARGEST_INVOICE: u64 = 100_000_000;
const LARGEST_CERTIFICATE: u64 = 1_000_000;

pub fn verifier(args: &VerifyArgs) -> anyhow::Result<Verifier> {
    let mut verifier = Verifier::new(args.now.unwrap_or_else(SystemTime::now));
    for path in &args.cert {
        let name = path.to_string_lossy();
        let bytes = read(path, LARGEST_CERTIFICATE)?;
        let certificate = Certificate::parse(&bytes).map_err(|error| error.about(name.as_ref()))?;
        verifier = verifier.with_certificate(name, certificate);
    }
    for path in &args.invoice {
        for path in invoices(path)? {
            let bytes = read(&path, LARGEST_INVOICE)?;
            verifier = verifier.with_invoice(path.to_string_lossy(), bytes);
        }
    }
    Ok(verifier)
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
        bail!("{}: the folder holds no *.xml", path.display());
    }
    Ok(found)
}

fn read(path: &Path, largest: u64) -> anyhow::Result<Vec<u8>> {
    let unreadable = |problem: Problem| {
        let kind = if problem.is_missing() { ErrorKind::FileMissing } else { ErrorKind::FileUnreadable };
        Error::new(kind, problem.message).about(path.to_string_lossy())
    };
    Ok(super::subject::read(path, largest).map_err(unreadable)?)
}
