//! An archive that is written entry by entry. No clock: the same files make the same archive.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use tempfile::NamedTempFile;

use super::prepared_file::{Content, Packed};
use crate::batch::input::{ArchiveFormat, BLOCK, headers};

/// The file under the archive, which gets its name when the archive is whole.
type Target = BufWriter<NamedTempFile>;

pub(crate) enum ArchiveWriter {
    Zip(Box<ZipArchiveWriter<Target>>),
    Tar(Target),
    TarGz(Box<GzEncoder<Target>>),
}

impl ArchiveWriter {
    /// Of the format that the archive's name says.
    pub(super) fn new(archive: &Path, file: NamedTempFile) -> Self {
        let target = BufWriter::with_capacity(1 << 16, file);
        match ArchiveFormat::of(archive) {
            Some(ArchiveFormat::Tar) => Self::Tar(target),
            // Most of what is in it is compressed already.
            Some(ArchiveFormat::TarGz) => Self::TarGz(Box::new(GzEncoder::new(target, Compression::fast()))),
            Some(ArchiveFormat::Zip) | None => Self::Zip(Box::new(ZipArchiveWriter::new(target))),
        }
    }

    pub(super) fn add(&mut self, name: &str, content: &Content) -> io::Result<()> {
        match (self, content) {
            (Self::Zip(zip), Content::Zipped { packed, checksum, size }) => {
                add_to_zip(zip, name, packed, DataDescriptorOutput::new(*checksum, *size)).map_err(cause)
            }
            (Self::Tar(tar), Content::Plain(bytes)) => add_to_tar(tar, name, bytes),
            (Self::TarGz(tar), Content::Plain(bytes)) => add_to_tar(tar, name, bytes),
            // Prepared for another destination.
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Ends the archive.
    pub(super) fn finish(self) -> io::Result<NamedTempFile> {
        let end = [0; 2 * BLOCK];
        let target = match self {
            Self::Zip(zip) => zip.finish().map_err(cause)?,
            Self::Tar(mut tar) => {
                tar.write_all(&end)?;
                tar
            }
            Self::TarGz(mut tar) => {
                tar.write_all(&end)?;
                tar.finish()?
            }
        };
        target.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

fn add_to_zip(
    zip: &mut ZipArchiveWriter<Target>,
    name: &str,
    packed: &Packed,
    descriptor: DataDescriptorOutput,
) -> Result<(), rawzip::Error> {
    // The first day that a ZIP archive can name.
    let day = UtcDateTime::from_components(1980, 1, 1, 0, 0, 0, 0);
    let mut file = zip.new_file(name).compression_method(CompressionMethod::DEFLATE);
    if let Some(day) = day {
        file = file.last_modified(day);
    }
    let (mut entry, _) = file.start()?;
    packed.write_to(&mut entry)?;
    entry.finish(descriptor)?;
    Ok(())
}

fn add_to_tar(tar: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    tar.write_all(&headers(name, bytes.len() as u64))?;
    tar.write_all(bytes)?;
    let padding = bytes.len().next_multiple_of(BLOCK) - bytes.len();
    tar.write_all([0; BLOCK].get(..padding).unwrap_or_default())
}

fn cause(error: rawzip::Error) -> io::Error {
    match error.into_kind() {
        rawzip::ErrorKind::IO(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
