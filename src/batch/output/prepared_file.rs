//! A file that is written, and that nobody sees yet.

use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::batch::input::ArchiveFormat;
use crate::files::Prepared;

/// A picture or a document, written but not yet in place.
#[derive(Debug)]
pub(crate) struct PreparedFile {
    pub(super) name: String,
    pub(super) content: Content,
    /// True if it may take the place of what has its name.
    pub(super) replace: bool,
}

#[derive(Debug)]
pub(super) enum Content {
    File(Prepared),
    /// For a ZIP archive.
    Deflated {
        deflated: Vec<u8>,
        checksum: u32,
        size: u64,
    },
    /// For a tar, which is compressed as a whole.
    Plain(Vec<u8>),
}

impl Content {
    /// An entry of an archive of this name.
    pub(super) fn of_archive(archive: &Path, bytes: &[u8], is_compressed: bool) -> io::Result<Self> {
        match ArchiveFormat::of(archive) {
            Some(ArchiveFormat::Tar | ArchiveFormat::TarGz) => Ok(Self::Plain(bytes.to_vec())),
            Some(ArchiveFormat::Zip) | None => Self::deflated(bytes, is_compressed),
        }
    }

    fn deflated(bytes: &[u8], is_compressed: bool) -> io::Result<Self> {
        let deflated = deflated(bytes, is_compressed)?;
        Ok(Self::Deflated { deflated, checksum: rawzip::crc32(bytes), size: bytes.len() as u64 })
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
