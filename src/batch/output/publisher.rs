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
    Folder(PathBuf),
    Archive { writer: Box<ZipArchiveWriter<BufWriter<NamedTempFile>>>, path: PathBuf, replace: bool },
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
                let writer = Box::new(ZipArchiveWriter::new(BufWriter::with_capacity(1 << 16, file)));
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
            (Self::Archive { writer, path, .. }, Content::Deflated { deflated, checksum, size }) => {
                add(writer, &name, &deflated, DataDescriptorOutput::new(checksum, size))
                    .map_err(|error| failed(path, error))
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
