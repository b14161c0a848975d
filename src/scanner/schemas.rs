use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};
use ksef_qr::Error;
use ksef_qr::check::{SchemaValidator, Violation};
use ksef_qr::error::ErrorKind;
use ksef_qr::invoice::Form;

use crate::cli::scanner::{Failure, Scanner};

/// All the Ministry's schemas have 4 MB.
const LARGEST_SCHEMAS: u64 = 50_000_000;

/// The Ministry's schemas, in the process that validates.
pub struct Schemas(Mutex<Scanner>);

impl Schemas {
    /// Takes the schemas of a folder, and of those below it.
    pub fn of(folder: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        let mut size = 0;
        for entry in walkdir::WalkDir::new(folder) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => match error.io_error() {
                    Some(error) => bail!("{}: the folder cannot be read: {error}", folder.display()),
                    None => bail!("{}: the folder cannot be read: {error}", folder.display()),
                },
            };
            let is_schema = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xsd"));
            if !is_schema || !entry.file_type().is_file() {
                continue;
            }
            let cannot = || format!("{}: it cannot be read", entry.path().display());
            size += entry.metadata().with_context(cannot)?.len();
            if size > LARGEST_SCHEMAS {
                bail!("{}: schemas of more than {LARGEST_SCHEMAS} bytes are not read", folder.display());
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            files.push((parts.join("/"), std::fs::read(entry.path()).with_context(cannot)?));
        }
        let mut scanner = Scanner::default();
        scanner.take_schemas(&files).map_err(|failure| match failure {
            // Which folder it is has nothing to do with it.
            Failure::Missing(error) => error,
            other => to_error(other).about(folder.to_string_lossy()),
        })?;
        Ok(Self(Mutex::new(scanner)))
    }
}

impl SchemaValidator for Schemas {
    fn validate(&self, form: Form, text: &str) -> ksef_qr::Result<Vec<Violation>> {
        let mut scanner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let violations = scanner.validate(form, text).map_err(|failure| match failure {
            Failure::Ended => Error::new(ErrorKind::SchemaViolation, "the program that validates failed on this file"),
            other => to_error(other),
        })?;
        Ok(violations.into_iter().map(|one| Violation::new(one.message, one.offset)).collect())
    }
}

fn to_error(failure: Failure) -> Error {
    match failure {
        Failure::Missing(error) => error,
        Failure::Refused { code, message } => Error::of_code(&code, message),
        Failure::Ended => Error::new(ErrorKind::SchemaUnusable, "the program that validates failed on the schemas"),
        Failure::TimedOut => Error::new(ErrorKind::SchemaUnusable, "validating takes too long"),
    }
}
