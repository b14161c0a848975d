//! Where the pictures of a run go, in two steps: workers prepare them, the sink puts them in place once the line that
//! names them is in the manifest. So a picture that anybody can see always has its line, even after a kill.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use tempfile::{NamedTempFile, TempPath};

use super::folder::{Workshop, exists, put, unwritable};
use super::output::{Existing, Output};
use crate::error::{Error, Result};
use crate::render::PictureFormat;

/// What the workers see of it.
#[derive(Debug)]
pub(super) struct Place {
    output: Output,
    replace: bool,
    workshop: Option<Workshop>,
}

/// A picture, written but not yet in place.
#[derive(Debug)]
pub(super) struct Prepared {
    name: String,
    format: PictureFormat,
    content: Content,
    replace: bool,
}

#[derive(Debug)]
enum Content {
    File(TempPath),
    Bytes(Vec<u8>),
}

impl Place {
    /// Makes and locks it. An archive that is there is replaced by what `existing` says; a run that is taken up
    /// (`goes_on`) made it, and makes it anew from its manifest.
    ///
    /// # Errors
    /// `output_exists`, `output_busy`, `output_unwritable`.
    pub(super) fn open(output: &Output, existing: Existing, goes_on: bool) -> Result<Self> {
        let replace = existing == Existing::Overwrite;
        let workshop = match output {
            Output::Folder(folder) => Some(folder.join(".ksef-qr")),
            Output::Archive(archive) => {
                if !replace && !goes_on && fs::symlink_metadata(archive).is_ok() {
                    return Err(exists(archive));
                }
                let name = archive.file_name().unwrap_or_default().to_string_lossy();
                Some(archive.with_file_name(format!(".{name}.ksef-qr")))
            }
            Output::Manifest => None,
        };
        let workshop = workshop.map(Workshop::open).transpose()?;
        Ok(Self { output: output.clone(), replace: replace || (goes_on && !output.is_folder()), workshop })
    }

    /// True if pictures go into the manifest's lines.
    pub(super) fn is_manifest(&self) -> bool {
        self.output == Output::Manifest
    }

    /// True if pictures are files of their own.
    pub(super) fn is_folder(&self) -> bool {
        self.output.is_folder()
    }

    /// Refuses, before anything is signed, a name that is taken.
    pub(super) fn check_free(&self, name: &str) -> Result<()> {
        let Output::Folder(folder) = &self.output else { return Ok(()) };
        let path = folder.join(name);
        match fs::symlink_metadata(&path) {
            Ok(found) if !self.replace || found.is_dir() => Err(exists(&path)),
            _ => Ok(()),
        }
    }

    /// True if the picture is there, whole, from an earlier run.
    pub(super) fn holds(&self, name: &str, bytes: &[u8]) -> bool {
        let Output::Folder(folder) = &self.output else { return false };
        let path = folder.join(name);
        // Asked first: nobody waits for a FIFO, and no endless file is read.
        fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64)
            && fs::read(&path).is_ok_and(|found| found == bytes)
    }

    /// Writes a picture aside. `own` marks a name that an earlier run gave: what is there may be replaced.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(super) fn prepare(&self, name: String, format: PictureFormat, bytes: Vec<u8>, own: bool) -> Result<Prepared> {
        let content = match (&self.output, &self.workshop) {
            (Output::Folder(folder), Some(workshop)) => {
                let prepared = workshop.prepare(&bytes);
                Content::File(prepared.map_err(|error| unwritable(&folder.join(&name), &error))?)
            }
            _ => Content::Bytes(bytes),
        };
        Ok(Prepared { name, format, content, replace: own || self.replace })
    }

    /// What the sink needs to put pictures in place.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(super) fn shelf(&self) -> Result<Shelf> {
        Ok(match (&self.output, &self.workshop) {
            (Output::Folder(folder), _) => Shelf::Folder(folder.clone()),
            (Output::Archive(path), Some(workshop)) => {
                let file = workshop.create().map_err(|error| unwritable(path, &error))?;
                let writer = Box::new(ZipArchiveWriter::new(BufWriter::with_capacity(1 << 16, file)));
                Shelf::Archive { writer, path: path.clone(), replace: self.replace }
            }
            _ => Shelf::None,
        })
    }
}

/// Where prepared pictures become visible, one after the other.
pub(super) enum Shelf {
    Folder(PathBuf),
    Archive { writer: Box<ZipArchiveWriter<BufWriter<NamedTempFile>>>, path: PathBuf, replace: bool },
    None,
}

impl Shelf {
    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(super) fn put(&mut self, prepared: Prepared) -> Result<()> {
        let Prepared { name, format, content, replace } = prepared;
        match (self, content) {
            (Self::Folder(folder), Content::File(file)) => put(file, &folder.join(name), replace),
            (Self::Archive { writer, path, .. }, Content::Bytes(bytes)) => {
                add(writer, &name, format, &bytes).map_err(|error| failed(path, error))
            }
            _ => Ok(()),
        }
    }

    /// Ends an archive and gives it its name.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(super) fn finish(self) -> Result<()> {
        let Self::Archive { writer, path, replace } = self else { return Ok(()) };
        let buffered = writer.finish().map_err(|error| failed(&path, error))?;
        let file = buffered.into_inner().map_err(|error| unwritable(&path, error.error()))?;
        put(file.into_temp_path(), &path, replace)
    }
}

fn add(
    writer: &mut ZipArchiveWriter<BufWriter<NamedTempFile>>,
    name: &str,
    format: PictureFormat,
    bytes: &[u8],
) -> std::result::Result<(), rawzip::Error> {
    // Deflate in every case, even where nothing is gained: readers of streams (Java's among them) refuse entries
    // that are stored with their size behind them.
    let level = match format {
        PictureFormat::Png => Compression::none(),
        PictureFormat::Svg => Compression::fast(),
    };
    let (mut entry, config) = writer.new_file(name).compression_method(CompressionMethod::DEFLATE).start()?;
    let mut data = config.wrap(DeflateEncoder::new(&mut entry, level));
    data.write_all(bytes)?;
    let (encoder, descriptor) = data.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}

fn failed(path: &Path, error: rawzip::Error) -> Error {
    match error.into_kind() {
        rawzip::ErrorKind::IO(error) => unwritable(path, &error),
        other => unwritable(path, &std::io::Error::other(format!("{other:?}"))),
    }
}
