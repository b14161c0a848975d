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
    Folder {
        folder: PathBuf,
        /// What waits for the end of the run, if it does.
        waiting: Option<Vec<PreparedFile>>,
    },
    Archive {
        writer: ArchiveWriter,
        path: PathBuf,
        replace: bool,
    },
    None,
}

impl Publisher {
    /// For the files that this destination prepares.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn open(destination: &Destination) -> Result<Self> {
        Ok(match (&destination.output, &destination.staging) {
            _ if destination.folder.is_some() => {
                Self::Folder { folder: destination.folder.clone().unwrap_or_default(), waiting: None }
            }
            (Output::Archive(path), Some(staging)) => {
                let file = staging.create().map_err(|error| unwritable(path, &error))?;
                let writer = ArchiveWriter::new(path, file);
                Self::Archive { writer, path: path.clone(), replace: destination.replace }
            }
            _ => Self::None,
        })
    }

    /// Lets the files wait for the end of the run, because they replace those of an earlier one.
    pub(crate) fn wait(&mut self) {
        if let Self::Folder { waiting, .. } = self {
            *waiting = Some(Vec::new());
        }
    }

    /// The files that wait, by the names that they have now and those that they get.
    pub(crate) fn waiting(&self) -> Vec<(String, String)> {
        let Self::Folder { waiting, .. } = self else { return Vec::new() };
        let names = |file: &PreparedFile| match &file.content {
            Content::File(prepared) => Some((prepared.file_name()?.to_string_lossy().into_owned(), file.name.clone())),
            Content::Deflated { .. } | Content::Plain(_) => None,
        };
        waiting.iter().flatten().filter_map(names).collect()
    }

    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(crate) fn publish(&mut self, file: PreparedFile) -> Result<()> {
        if let Self::Folder { waiting: Some(waiting), .. } = self {
            waiting.push(file);
            return Ok(());
        }
        let PreparedFile { name, content, replace } = file;
        match (self, content) {
            (Self::Folder { folder, .. }, Content::File(file)) => put_in_place(file, &folder.join(name), replace),
            (Self::Archive { writer, path, .. }, content) => {
                writer.add(&name, &content).map_err(|error| unwritable(path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Ends an archive and gives it its name; puts in place what waited.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(crate) fn finish(mut self) -> Result<()> {
        if let Self::Folder { waiting, .. } = &mut self
            && let Some(waiting) = waiting.take()
        {
            return waiting.into_iter().try_for_each(|file| self.publish(file));
        }
        let Self::Archive { writer, path, replace } = self else { return Ok(()) };
        let file = writer.finish().map_err(|error| unwritable(&path, &error))?;
        put_in_place(file.into_temp_path(), &path, replace)
    }
}
