//! Results as a ZIP, written as a stream; and an archive of PDFs and invoices that is unpacked.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use ksef_qr::batch::entries_of_kinds;
use ksef_qr::error::ErrorKind;
use ksef_qr::{Error, Result};
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A ZIP that is being written.
pub struct ZipWriter<W: Write>(ZipArchiveWriter<W>);

impl<W: Write> ZipWriter<W> {
    /// Of nothing so far.
    pub fn new(writer: W) -> Self {
        Self(ZipArchiveWriter::new(writer))
    }

    /// Adds a file. Its name is taken as it is: no folder leads out of where it is unpacked.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn add(&mut self, name: &str, mut content: impl Read) -> io::Result<()> {
        let name = safe_name(name);
        let (mut entry, config) =
            self.0.new_file(&name).compression_method(CompressionMethod::DEFLATE).start().map_err(io::Error::other)?;
        let mut writer = config.wrap(StoredBlocks(&mut entry));
        io::copy(&mut content, &mut writer)?;
        let (blocks, descriptor) = writer.finish().map_err(io::Error::other)?;
        blocks.end()?;
        entry.finish(descriptor).map_err(io::Error::other)?;
        Ok(())
    }

    /// The end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish().map_err(io::Error::other)
    }
}

/// Blocks of deflate that are stored as they are (RFC 1951, 3.2.4): pictures and PDFs are compressed already, and readers of
/// streams (Java's among them) refuse entries that are stored with their size behind them.
struct StoredBlocks<W: Write>(W);

impl<W: Write> StoredBlocks<W> {
    fn block(&mut self, is_last: bool, bytes: &[u8]) -> io::Result<()> {
        let length = bytes.len() as u16;
        self.0.write_all(&[u8::from(is_last)])?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(&(!length).to_le_bytes())?;
        self.0.write_all(bytes)
    }

    fn end(mut self) -> io::Result<()> {
        self.block(true, &[])
    }
}

impl<W: Write> Write for StoredBlocks<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(usize::from(u16::MAX));
        self.block(false, bytes.get(..length).unwrap_or_default())?;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// No PDF and no invoice is larger, in bytes.
const LARGEST_ENTRY: u64 = 101_000_000;

/// What an archive of PDFs and their invoices became.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// The invoices.
    pub invoices: Vec<PathBuf>,
    /// What could not be unpacked, by its name in the archive, and why.
    pub refused: Vec<(String, Error)>,
}

/// Unpacks the PDFs and invoices of an archive into a folder, `most` bytes of them.
///
/// # Errors
/// `input_archive_unreadable` and its like, for the archive as a whole; `too_large` if there is more than that in it;
/// `output_unwritable`.
pub fn unpack(archive: &Path, folder: &Path, most: u64) -> Result<Unpacked> {
    let mut unpacked = Unpacked::default();
    let mut size = 0_u64;
    let unwritable = |error: io::Error| Error::new(ErrorKind::OutputUnwritable, error.to_string());
    fs::create_dir(folder).map_err(unwritable)?;
    for entry in entries_of_kinds(archive, &["pdf", "xml"])? {
        let bytes = match entry.bytes(LARGEST_ENTRY) {
            Ok(bytes) => bytes,
            Err(error) => {
                unpacked.refused.push((entry.name().to_owned(), error));
                continue;
            }
        };
        size += bytes.len() as u64;
        if size > most {
            return Err(Error::new(ErrorKind::TooLarge, format!("what is packed in it has more than {most} bytes")));
        }
        // The library gives no entry whose name leads elsewhere; nor does this.
        let name = Path::new(entry.name());
        let is_plain = name.components().all(|part| matches!(part, Component::Normal(_)));
        let path = folder.join(name);
        let made = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(&bytes)
        };
        match is_plain.then(made) {
            Some(Ok(())) if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")) => {
                unpacked.invoices.push(path);
            }
            Some(Ok(())) => {}
            Some(Err(error)) if error.kind() == io::ErrorKind::StorageFull => return Err(unwritable(error)),
            // Two names that are one here, or a name that is too long.
            _ => {
                let error = Error::new(ErrorKind::InputEntryName, "no file can be made under this name");
                unpacked.refused.push((entry.name().to_owned(), error));
            }
        }
    }
    Ok(unpacked)
}

/// The last part of a path, without what a file system or a header would read otherwise.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_odd = |c: char| c.is_control() || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = last.chars().map(|c| if is_odd(c) { '_' } else { c }).take(120).collect();
    match name.trim_matches(['.', ' ']) {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("a\\b.xml", "b.xml"),
            ("", "file"),
            ("..", "file"),
            ("a\r\nb\".xml", "a__b_.xml"),
        ] {
            assert_eq!(safe_name(name), expected);
        }
    }
}
