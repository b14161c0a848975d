//! Where the pictures of a run go, in two steps: workers prepare them, the sink puts them in place once the line that
//! names them is in the manifest. So a picture that anybody can see always has its line, even after a kill.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::ZipArchiveWriter;
use tempfile::TempPath;

use super::archive::is_of_codes;
use super::document::Document;
use super::folder::{Workshop, exists, unwritable};
use super::manifest::Picture;
use super::output::{Existing, Output};
use super::shelf::Shelf;
use crate::error::{Error, Kind, Result};

/// In bytes. The largest picture has a megabyte; a stamped PDF has some kilobytes more than the PDF had.
const LARGEST_FILE: u64 = 101_000_000;

/// What the workers see of it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) output: Output,
    pub(super) replace: bool,
    /// True for a run that takes up an earlier one.
    #[cfg(feature = "pdf")]
    pub(super) goes_on: bool,
    pub(super) workshop: Option<Workshop>,
}

/// A picture, written but not yet in place.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) name: String,
    pub(super) content: Content,
    pub(super) replace: bool,
}

#[derive(Debug)]
pub(super) enum Content {
    File(TempPath),
    Deflated { deflated: Vec<u8>, checksum: u32, size: u64 },
    Nothing,
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
                let is_there = fs::symlink_metadata(archive).is_ok();
                if is_there && !replace && !goes_on {
                    return Err(exists(archive));
                }
                // A slip of the hand must not cost an archive of invoices.
                if is_there && !is_of_codes(archive) {
                    let message = "the archive exists and holds other things than codes, so it is not replaced";
                    return Err(Error::new(Kind::OutputExists, message).about(archive.to_string_lossy()));
                }
                let name = archive.file_name().unwrap_or_default().to_string_lossy();
                Some(archive.with_file_name(format!(".{name}.ksef-qr")))
            }
            Output::Manifest => None,
        };
        let workshop = workshop.map(Workshop::open).transpose()?;
        Ok(Self {
            output: output.clone(),
            replace: replace || (goes_on && !output.is_folder()),
            #[cfg(feature = "pdf")]
            goes_on,
            workshop,
        })
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

    /// Refuses to write where the PDFs are that documents are made of: one of them, or its neighbour, could be in the way.
    ///
    /// # Errors
    /// `stamped_over_input`.
    pub(super) fn check_apart(&self, pdf: &Path) -> Result<()> {
        let Output::Folder(folder) = &self.output else { return Ok(()) };
        let parent = pdf.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Through a link, too: the folder of the file itself.
        let behind = pdf.canonicalize().ok();
        let folders = [Some(parent), behind.as_deref().and_then(Path::parent)];
        let is_same = |place: &Path| same_file::is_same_file(place, folder).unwrap_or(false);
        match folders.into_iter().flatten().any(is_same) {
            true => {
                let message = "the PDF lies in the folder that the stamped ones go to";
                Err(Error::new(Kind::StampedOverInput, message).about(folder.to_string_lossy()))
            }
            false => Ok(()),
        }
    }

    /// Refuses to replace a file that could be somebody's document rather than one of ours. `made` is what would replace
    /// it, if that is known already.
    ///
    /// # Errors
    /// `stamped_over_input`.
    pub(super) fn check_own(&self, name: &str, document: &dyn Document, made: &[u8]) -> Result<()> {
        let Output::Folder(folder) = &self.output else { return Ok(()) };
        let path = folder.join(name);
        let found = match fs::symlink_metadata(&path) {
            Err(_) => return Ok(()),
            Ok(found) if found.len() > LARGEST_FILE => Vec::new(),
            Ok(_) => fs::read(&path).unwrap_or_default(),
        };
        // What a kill or a full disk cut short is the beginning of what is made now.
        let is_cut_short = !made.is_empty() && made.starts_with(&found) && !document.is_whole(&found);
        match is_cut_short || document.may_replace(&found) {
            true => Ok(()),
            false => {
                let message = "it exists, and is none that ksef-qr stamped";
                Err(Error::new(Kind::StampedOverInput, message).about(path.to_string_lossy()))
            }
        }
    }

    /// True if the file is there from an earlier run; false if it is missing or not whole.
    ///
    /// # Errors
    /// `resume_mismatch` for a whole file that is another one: the run before drew in another size. `output_exists`
    /// for something that is no file of ours at all.
    pub(super) fn holds(&self, name: &str, bytes: &[u8], is_whole: impl Fn(&[u8]) -> bool) -> Result<bool> {
        let Output::Folder(folder) = &self.output else { return Ok(false) };
        let path = folder.join(name);
        match fs::symlink_metadata(&path) {
            Err(_) => return Ok(false),
            Ok(found) if !found.is_file() => return Err(exists(&path)),
            Ok(found) if found.len() > LARGEST_FILE => return Err(exists(&path)),
            Ok(_) => {}
        }
        let found = fs::read(&path).unwrap_or_default();
        if found != bytes && is_whole(&found) {
            let message =
                "the file is another than this command makes (`--module-px`, `--dpi`, `--ecc`, the place of codes)";
            return Err(Error::new(Kind::ResumeMismatch, message).about(path.to_string_lossy()));
        }
        Ok(found == bytes)
    }

    /// A picture or a document as the manifest names it, and the file, unless it goes into the manifest.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(super) fn picture(
        &self,
        name: String,
        bytes: &[u8],
        is_compressed: bool,
        own: bool,
    ) -> Result<(Picture, Option<Prepared>)> {
        if self.is_manifest() {
            return Ok((Picture::Embedded(STANDARD.encode(bytes)), None));
        }
        let prepared = self.prepare(name.clone(), bytes, is_compressed, own)?;
        Ok((Picture::File(name), Some(prepared)))
    }

    /// Writes a file aside. `own` marks a name that an earlier run gave: what is there may be replaced.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(super) fn prepare(&self, name: String, bytes: &[u8], is_compressed: bool, own: bool) -> Result<Prepared> {
        let content = match (&self.output, &self.workshop) {
            (Output::Folder(folder), Some(workshop)) => {
                let prepared = workshop.prepare(bytes);
                Content::File(prepared.map_err(|error| unwritable(&folder.join(&name), &error))?)
            }
            (Output::Archive(path), _) => {
                let deflated = deflated(bytes, is_compressed).map_err(|error| unwritable(path, &error))?;
                Content::Deflated { deflated, checksum: rawzip::crc32(bytes), size: bytes.len() as u64 }
            }
            _ => Content::Nothing,
        };
        Ok(Prepared { name, content, replace: own || self.replace })
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

/// Deflated in every case, even where nothing is gained: readers of streams (Java's among them) refuse entries that are
/// stored with their size behind them.
fn deflated(bytes: &[u8], is_compressed: bool) -> io::Result<Vec<u8>> {
    match is_compressed {
        true => Ok(wrapped(bytes)),
        false => {
            let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len()), Compression::fast());
            encoder.write_all(bytes)?;
            encoder.finish()
        }
    }
}

/// What is compressed already, in blocks of deflate that are stored (RFC 1951, 3.2.4). A compressor would do the same,
/// with a quarter of a megabyte of tables for each picture.
fn wrapped(bytes: &[u8]) -> Vec<u8> {
    let mut wrapped = Vec::with_capacity(bytes.len() + 16);
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        wrapped.push(u8::from(blocks.peek().is_none()));
        wrapped.extend_from_slice(&length.to_le_bytes());
        wrapped.extend_from_slice(&(!length).to_le_bytes());
        wrapped.extend_from_slice(block);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn stored_blocks_are_deflate() {
        for length in [1, 2000, 65_535, 65_536, 200_000] {
            let bytes: Vec<u8> = (0..length).map(|index: u32| (index * 7 / 3) as u8).collect();
            let mut back = Vec::new();
            flate2::read::DeflateDecoder::new(&*wrapped(&bytes)).read_to_end(&mut back).unwrap();
            assert!(back == bytes, "{length}");
        }
    }
}
