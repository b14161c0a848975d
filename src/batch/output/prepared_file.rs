//! A file that is written, and that nobody sees yet.

use std::io::{self, Write as _};
use std::path::Path;
#[cfg(feature = "pdf")]
use std::sync::{Arc, Mutex};

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

/// A file of the whole run, once it is whole.
#[cfg(feature = "pdf")]
pub(super) type Grown = Arc<Mutex<Option<PreparedFile>>>;

#[derive(Debug)]
pub(super) enum Content {
    File(Prepared),
    /// For a ZIP archive.
    Zipped {
        packed: Packed,
        checksum: u32,
        size: u64,
    },
    /// For a tar, which is compressed as a whole.
    Plain(Vec<u8>),
}

/// An entry of a ZIP archive. It is deflated in every case, even where nothing is gained: readers of streams (Java's among them)
/// refuse entries that are stored with their size behind them.
#[derive(Debug)]
pub(super) enum Packed {
    Deflated(Vec<u8>),
    /// What is compressed already, in blocks of deflate that are stored. A compressor would do the same, with a quarter of a
    /// megabyte of tables for each picture.
    Wrapped(Vec<u8>),
}

impl Content {
    /// An entry of an archive of this name.
    pub(super) fn of_archive(archive: &Path, bytes: Vec<u8>, is_compressed: bool) -> io::Result<Self> {
        match ArchiveFormat::of(archive) {
            Some(ArchiveFormat::Tar | ArchiveFormat::TarGz) => Ok(Self::Plain(bytes)),
            Some(ArchiveFormat::Zip) | None => {
                let (checksum, size) = (crc32fast::hash(&bytes), bytes.len() as u64);
                Ok(Self::Zipped { packed: Packed::of(bytes, is_compressed)?, checksum, size })
            }
        }
    }
}

impl Packed {
    fn of(bytes: Vec<u8>, is_compressed: bool) -> io::Result<Self> {
        if is_compressed {
            return Ok(Self::Wrapped(bytes));
        }
        let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len()), Compression::fast());
        encoder.write_all(&bytes)?;
        encoder.finish().map(Self::Deflated)
    }

    /// Writes it as a stream of deflate.
    pub(super) fn write_to(&self, target: &mut impl io::Write) -> io::Result<()> {
        let bytes = match self {
            Self::Deflated(deflated) => return target.write_all(deflated),
            Self::Wrapped(bytes) => bytes,
        };
        // Blocks that are stored (RFC 1951, 3.2.4).
        let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
        while let Some(block) = blocks.next() {
            let is_last = u8::from(blocks.peek().is_none());
            let [low, high] = (block.len() as u16).to_le_bytes();
            target.write_all(&[is_last, low, high, !low, !high])?;
            target.write_all(block)?;
        }
        Ok(())
    }
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
            let mut wrapped = Vec::new();
            Packed::of(bytes.clone(), true).unwrap().write_to(&mut wrapped).unwrap();
            flate2::read::DeflateDecoder::new(&*wrapped).read_to_end(&mut back).unwrap();
            assert!(back == bytes && wrapped.len() > length as usize, "{length}");
        }
    }
}
