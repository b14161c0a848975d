//! Where prepared files become visible, one after the other: each once the line that names it is in the manifest. So a picture
//! that anybody can see always has its line, even after a kill.

use std::path::PathBuf;

use super::archive_writer::ArchiveWriter;
use super::destination::Destination;
use super::prepared_file::{Content, PreparedFile};
use super::settings::Output;
use crate::error::Result;
use crate::files::{put_in_place, unwritable};

/// Makes prepared files visible.
pub(crate) enum Publisher {
    Folder(PathBuf),
    Archive { writer: ArchiveWriter, path: PathBuf, replace: bool },
    None,
}

impl Publisher {
    /// For the files that this destination prepares.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn open(destination: &Destination) -> Result<Self> {
        Ok(match (&destination.output, &destination.staging) {
            (Output::Folder(folder), _) => Self::Folder(folder.clone()),
            (Output::Archive(path), Some(staging)) => {
                let file = staging.create().map_err(|error| unwritable(path, &error))?;
                let writer = ArchiveWriter::new(path, file);
                Self::Archive { writer, path: path.clone(), replace: destination.replace }
            }
            _ => Self::None,
        })
    }

    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(crate) fn publish(&mut self, file: PreparedFile) -> Result<()> {
        let PreparedFile { name, content, replace } = file;
        match (self, content) {
            (Self::Folder(folder), Content::File(file)) => put_in_place(file, &folder.join(name), replace),
            (Self::Archive { writer, path, .. }, content) => {
                writer.add(&name, &content).map_err(|error| unwritable(path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Ends an archive and gives it its name.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(crate) fn finish(self) -> Result<()> {
        let Self::Archive { writer, path, replace } = self else { return Ok(()) };
        let file = writer.finish().map_err(|error| unwritable(&path, &error))?;
        put_in_place(file.into_temp_path(), &path, replace)
    }
}
