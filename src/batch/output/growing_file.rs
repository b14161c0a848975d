//! A file of the whole run: written during the run, and named at its end.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::sync::{Arc, PoisonError};

use tempfile::NamedTempFile;

use super::destination::Destination;
use super::prepared_file::{Content, Grown, PreparedFile};
use super::settings::Output;
use crate::error::{Error, Kind, Result};
use crate::files::{Prepared, cause, exists, unwritable};

/// A file without its name. It is gone if it never gets it.
pub(crate) struct GrowingFile {
    name: &'static str,
    file: BufWriter<NamedTempFile>,
    replace: bool,
    is_durable: bool,
    grown: Grown,
}

impl Destination {
    /// Refuses a name that is taken, by something else than what an earlier run made and this one may replace.
    ///
    /// # Errors
    /// `output_exists`.
    pub(crate) fn check_replaceable(&self, name: &str, is_own: impl Fn(&[u8]) -> bool) -> Result<()> {
        let Output::Folder(folder) = &self.output else { return Ok(()) };
        let path = folder.join(name);
        if !self.goes_on {
            self.check_free(name)?;
        }
        // A file of that name may be anybody's.
        if fs::symlink_metadata(&path).is_ok() && !fs::read(&path).is_ok_and(|found| is_own(&found)) {
            return Err(exists(&path));
        }
        Ok(())
    }

    /// Begins a file in the folder; none if the output is not a folder.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn begin(&self, name: &'static str) -> Result<Option<GrowingFile>> {
        let (Output::Folder(folder), Some(staging)) = (&self.output, &self.staging) else { return Ok(None) };
        let path = folder.join(name);
        let file = BufWriter::new(staging.create().map_err(|error| unwritable(&path, &error))?);
        let (replace, is_durable) = (self.replace || self.goes_on, self.is_durable);
        Ok(Some(GrowingFile { name, file, replace, is_durable, grown: Arc::clone(&self.grown) }))
    }

    /// The file that was begun, if it is whole. It has no name yet, and goes the way of the pictures.
    pub(crate) fn take_grown(&self) -> Option<PreparedFile> {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl GrowingFile {
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| not_written(self.name, &error))
    }

    /// Ends it: [`Destination::take_grown`] has it from now on.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn finish(self) -> Result<()> {
        let written = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let file = written.map_err(|error| not_written(self.name, &error))?;
        if self.is_durable {
            file.as_file().sync_all().map_err(|error| not_written(self.name, &error))?;
        }
        let content = Content::File(Prepared::Named(file.into_temp_path()));
        let whole = PreparedFile { name: self.name.to_owned(), content, replace: self.replace };
        *self.grown.lock().unwrap_or_else(PoisonError::into_inner) = Some(whole);
        Ok(())
    }
}

fn not_written(name: &str, error: &io::Error) -> Error {
    Error::new(Kind::OutputUnwritable, format!("it cannot be written: {error}")).about(name).caused_by(cause(error))
}
