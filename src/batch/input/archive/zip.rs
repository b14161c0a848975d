use std::io::{self, Read as _};
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive, ZipArchiveEntryWayfinder,
    ZipFileHeaderRecord,
};

use super::refusal::{Refusal, TakeEntry, damaged, is_harmless};
use crate::batch::input::bytes::too_large;
use crate::error::{Error, Kind, Result};
use crate::files::{open_regular, unreadable};

/// A local header without the entry's name.
const LOCAL_HEADER: u64 = 30;

/// A ZIP archive. Several threads read its entries at once.
pub(super) struct Zip(ZipArchive<FileReader>);

/// Where an entry is.
#[derive(Clone, Copy, Debug)]
pub(super) struct ZipPlace {
    way: ZipArchiveEntryWayfinder,
    is_deflated: bool,
}

impl Zip {
    /// Opens it, and gives its wanted entries to `take`.
    ///
    /// # Errors
    /// `input_archive_unreadable`, `input_unreadable`, `input_not_regular`.
    pub(super) fn open(
        path: &Path,
        is_wanted: &dyn Fn(&[u8]) -> bool,
        take: &mut TakeEntry<'_, ZipPlace>,
    ) -> Result<Self> {
        let file = open_regular(path)?;
        let size = file.metadata().map_err(|error| unreadable(&error))?.len();
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let zip = ZipArchive::from_file(file, &mut buffer).map_err(|error| not_read(&error))?;

        let mut ranges = Vec::new();
        let mut read = 0;
        let mut records = zip.entries(&mut buffer);
        while let Some(record) = records.next_entry().map_err(|error| not_read(&error))? {
            read += 1;
            if read > zip.entries_hint() {
                return Err(damaged("ZIP", "its directory lists more entries than it says"));
            }
            let name = record.file_path().as_bytes();
            if record.is_dir() || !is_wanted(name) {
                continue;
            }
            let start = record.local_header_offset();
            let length = LOCAL_HEADER.saturating_add(name.len() as u64).saturating_add(record.compressed_size_hint());
            ranges.push((start, start.saturating_add(length)));
            take(name, place(&record, name))?;
        }
        if read < zip.entries_hint() {
            return Err(damaged("ZIP", "its directory lists fewer entries than it says"));
        }
        check_apart(ranges, size)?;
        Ok(Self(zip))
    }

    /// Appends the exact bytes of an entry, checked against the archive's checksum.
    pub(super) fn read(&self, place: ZipPlace, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
        let ZipPlace { way, is_deflated } = place;
        let size = way.uncompressed_size_hint();
        if size > largest {
            return Err(too_large(size, largest));
        }
        let entry = self.0.get_entry(way).map_err(|error| not_read(&error))?;
        // One byte more than there should be: it makes the verifier look at the end, and say so if there is more.
        let read = match is_deflated {
            true => entry.verifying_reader(DeflateDecoder::new(entry.reader())).take(size + 1).read_to_end(buffer),
            false => entry.verifying_reader(entry.reader()).take(size + 1).read_to_end(buffer),
        };
        match read {
            Ok(read) if read as u64 == size => Ok(()),
            Ok(_) => Err(Error::new(Kind::InputEntryDamaged, "its size is not what the archive says")),
            Err(error) => {
                let message = format!("it cannot be unpacked: {error}");
                Err(Error::new(Kind::InputEntryDamaged, message).caused_by(error))
            }
        }
    }
}

/// A small archive can hold an endless amount of data only if its entries share it.
fn check_apart(mut ranges: Vec<(u64, u64)>, size: u64) -> Result<()> {
    ranges.sort_unstable();
    let overlap = ranges.windows(2).any(|pair| matches!(pair, [(_, end), (next, _)] if end > next));
    if overlap || ranges.last().is_some_and(|(_, end)| *end > size) {
        return Err(damaged("ZIP", "its entries overlap, or lie outside of it"));
    }
    Ok(())
}

fn place(record: &ZipFileHeaderRecord<'_>, name: &[u8]) -> std::result::Result<ZipPlace, Refusal> {
    if !is_harmless(name) {
        return Err(Refusal::Name);
    }
    if record.flags().is_encrypted() {
        return Err(Refusal::Encrypted);
    }
    let is_deflated = match record.compression_method() {
        CompressionMethod::STORE => false,
        CompressionMethod::DEFLATE => true,
        other => return Err(Refusal::Method(other.as_u16())),
    };
    Ok(ZipPlace { way: record.wayfinder(), is_deflated })
}

fn not_read(error: &rawzip::Error) -> Error {
    match error.kind() {
        rawzip::ErrorKind::IO(error) if error.kind() != io::ErrorKind::UnexpectedEof => unreadable(error),
        _ => damaged("ZIP", &error.to_string()),
    }
}
