//! Where prepared files become visible, one after the other: each once the line that names it is in the manifest. So a picture
//! that anybody can see always has its line, even after a kill.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use tempfile::NamedTempFile;

use super::destination::Destination;
use super::prepared_file::{Content, PreparedFile};
use super::settings::Output;
use crate::error::{Error, Result};
use crate::files::{put_in_place, unwritable};

/// Makes prepared files visible.
pub(crate) enum Publisher {
    Folder {
        folder: PathBuf,
        /// What waits for the end of the run, if it does.
        waiting: Option<Vec<PreparedFile>>,
    },
    Archive {
        writer: Box<ZipArchiveWriter<BufWriter<NamedTempFile>>>,
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
                let writer = Box::new(ZipArchiveWriter::new(BufWriter::with_capacity(1 << 16, file)));
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
            Content::Deflated { .. } => None,
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
            (Self::Archive { writer, path, .. }, Content::Deflated { deflated, checksum, size }) => {
                add(writer, &name, &deflated, DataDescriptorOutput::new(checksum, size))
                    .map_err(|error| failed(path, error))
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
        let buffered = writer.finish().map_err(|error| failed(&path, error))?;
        let file = buffered.into_inner().map_err(|error| unwritable(&path, error.error()))?;
        put_in_place(file.into_temp_path(), &path, replace)
    }
}

fn add(
    writer: &mut ZipArchiveWriter<BufWriter<NamedTempFile>>,
    name: &str,
    deflated: &[u8],
    descriptor: DataDescriptorOutput,
) -> std::result::Result<(), rawzip::Error> {
    // No clock: the same pictures make the same archive. The first day that a ZIP archive can name.
    let day = UtcDateTime::from_components(1980, 1, 1, 0, 0, 0, 0);
    let mut file = writer.new_file(name).compression_method(CompressionMethod::DEFLATE);
    if let Some(day) = day {
        file = file.last_modified(day);
    }
    let (mut entry, _) = file.start()?;
    entry.write_all(deflated)?;
    entry.finish(descriptor)?;
    Ok(())
}

fn failed(path: &Path, error: rawzip::Error) -> Error {
    match error.into_kind() {
        rawzip::ErrorKind::IO(error) => unwritable(path, &error),
        other => unwritable(path, &io::Error::other(format!("{other:?}"))),
    }
}
