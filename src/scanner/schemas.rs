use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::process::{Failure, Scanner};
use crate::check::{SchemaValidator, Violation};
use crate::error::{Error, Kind, Result};
use crate::invoice::Form;

/// All the Ministry's schemas have 4 MB.
const LARGEST_SCHEMAS: u64 = 50_000_000;

/// The Ministry's schemas, in processes that validate: one for each thread that validates at the same time, and no more of
/// them than processors.
#[derive(Debug)]
pub struct Schemas {
    processes: Mutex<Processes>,
    is_free: Condvar,
}

#[derive(Debug)]
struct Processes {
    free: Vec<Scanner>,
    /// Is never asked: the next one is made after it.
    pattern: Scanner,
    /// How many may still be started.
    to_start: usize,
}

impl Schemas {
    /// Takes the schemas of a folder, and of those below it. Validating ends after a time, if one is given.
    ///
    /// # Errors
    /// `file_missing` and `file_unreadable`; `scan_missing`; `schema_unusable`.
    pub fn of(folder: &Path, longest: Option<Duration>) -> Result<Self> {
        let mut files = Vec::new();
        let mut size = 0;
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry.map_err(|error| match error.io_error() {
                Some(error) => unreadable(folder, "the folder cannot be read", error),
                None => {
                    let message = format!("the folder cannot be read: {error}");
                    Error::new(Kind::FileUnreadable, message).about(folder.to_string_lossy())
                }
            })?;
            let is_schema = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xsd"));
            if !is_schema || !entry.file_type().is_file() {
                continue;
            }
            let cannot = |error: io::Error| unreadable(entry.path(), "it cannot be read", &error);
            size += entry.metadata().map_err(|error| cannot(error.into()))?.len();
            if size > LARGEST_SCHEMAS {
                let message = format!("schemas of more than {LARGEST_SCHEMAS} bytes are not read");
                return Err(Error::new(Kind::FileUnreadable, message).about(folder.to_string_lossy()));
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            files.push((parts.join("/"), std::fs::read(entry.path()).map_err(cannot)?));
        }
        let mut scanner = Scanner::default();
        if let Some(longest) = longest {
            scanner = scanner.within(longest);
        }
        scanner.take_schemas(&files).map_err(|failure| match failure {
            // Which folder it is has nothing to do with it.
            Failure::Missing(error) => error,
            other => to_error(other).about(folder.to_string_lossy()),
        })?;
        let to_start = thread::available_parallelism().map_or(0, |processors| processors.get() - 1);
        let pattern = scanner.another();
        let processes = Mutex::new(Processes { free: vec![scanner], pattern, to_start });
        Ok(Self { processes, is_free: Condvar::new() })
    }

    /// One that nobody else asks meanwhile: one that is free, else a new one, else the first that gets free.
    fn take(&self) -> Scanner {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(scanner) = processes.free.pop() {
                return scanner;
            }
            if processes.to_start > 0 {
                processes.to_start -= 1;
                return processes.pattern.another();
            }
            processes = self.is_free.wait(processes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, scanner: Scanner) {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).free.push(scanner);
        self.is_free.notify_one();
    }
}

impl SchemaValidator for Schemas {
    fn validate(&self, form: Form, text: &str) -> Result<Vec<Violation>> {
        let mut scanner = self.take();
        let violations = scanner.validate(form, text);
        self.give_back(scanner);
        let violations = violations.map_err(|failure| match failure {
            Failure::Ended => Error::new(Kind::SchemaViolation, "the program that validates failed on this file"),
            other => to_error(other),
        })?;
        Ok(violations.into_iter().map(|one| Violation::new(one.message, one.offset)).collect())
    }
}

fn to_error(failure: Failure) -> Error {
    match failure {
        Failure::Missing(error) => error,
        Failure::Refused { code, message } => Error::of_code(&code, message),
        Failure::Ended => Error::new(Kind::SchemaUnusable, "the program that validates failed on the schemas"),
        Failure::TimedOut => Error::new(Kind::SchemaUnusable, "validating takes too long"),
    }
}

fn unreadable(path: &Path, what: &str, error: &io::Error) -> Error {
    let kind = if error.kind() == io::ErrorKind::NotFound { Kind::FileMissing } else { Kind::FileUnreadable };
    Error::new(kind, format!("{what}: {error}")).about(path.to_string_lossy())
}
