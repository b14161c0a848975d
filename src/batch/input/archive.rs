//! Invoices in ZIP archives, read where they lie: nothing is unpacked, so no name in an archive leads anywhere.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive, ZipArchiveEntryWayfinder,
    ZipFileHeaderRecord,
};

use super::bytes::too_large;
use crate::error::{Error, Kind, Result};
use crate::files::{open_regular, spelled, unreadable};

/// More entries than any invoicing system packs, few enough to keep a list of.
const MOST_ENTRIES: usize = 1_000_000;

/// A local header without the entry's name.
const LOCAL_HEADER: u64 = 30;

/// A file in an archive.
#[derive(Clone)]
pub struct ArchiveEntry {
    archive: Arc<Archive>,
    name: Box<str>,
    found: std::result::Result<Data, Refusal>,
}

struct Archive {
    path: PathBuf,
    zip: ZipArchive<FileReader>,
}

#[derive(Clone, Copy)]
struct Data {
    way: ZipArchiveEntryWayfinder,
    is_deflated: bool,
}

/// Why an entry is not read, known from the archive's directory.
#[derive(Clone, Copy)]
enum Refusal {
    Encrypted,
    Method(u16),
    Name,
    Repeated,
}

/// The entries of a ZIP archive whose names end in a dot and `extension`, in capitals or not, sorted by name as the files of
/// a folder are.
///
/// # Errors
/// `input_archive_unreadable`, `input_unreadable`, `input_not_regular`.
pub fn entries(path: &Path, extension: &str) -> Result<Vec<ArchiveEntry>> {
    let file = open_regular(path)?;
    let size = file.metadata().map_err(|error| unreadable(&error))?.len();
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let zip = ZipArchive::from_file(file, &mut buffer).map_err(|error| damaged(&error))?;
    let archive = Arc::new(Archive { path: path.to_owned(), zip });

    let mut entries = Vec::new();
    let mut ranges = Vec::new();
    let mut read = 0;
    let mut records = archive.zip.entries(&mut buffer);
    while let Some(record) = records.next_entry().map_err(|error| damaged(&error))? {
        read += 1;
        if read > archive.zip.entries_hint() || entries.len() == MOST_ENTRIES {
            return Err(refuse("its directory lists more entries than it says, or more than 1 000 000"));
        }
        let raw = record.file_path().as_bytes();
        if record.is_dir() || !is_wanted(raw, extension) {
            continue;
        }
        let start = record.local_header_offset();
        let length = LOCAL_HEADER.saturating_add(raw.len() as u64).saturating_add(record.compressed_size_hint());
        ranges.push((start, start.saturating_add(length)));
        entries.push(ArchiveEntry {
            archive: Arc::clone(&archive),
            name: spelled(raw).into(),
            found: data(&record, raw),
        });
    }
    if read < archive.zip.entries_hint() {
        return Err(refuse("its directory lists fewer entries than it says"));
    }
    check_apart(ranges, size)?;
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    for start in 1..entries.len() {
        if let Some([one, other]) = entries.get_mut(start - 1..=start)
            && one.name == other.name
        {
            one.found = Err(Refusal::Repeated);
            other.found = Err(Refusal::Repeated);
        }
    }
    Ok(entries)
}

/// A small archive can hold an endless amount of data only if its entries share it.
fn check_apart(mut ranges: Vec<(u64, u64)>, size: u64) -> Result<()> {
    ranges.sort_unstable();
    let overlap = ranges.windows(2).any(|pair| matches!(pair, [(_, end), (next, _)] if end > next));
    if overlap || ranges.last().is_some_and(|(_, end)| *end > size) {
        return Err(refuse("its entries overlap, or lie outside of it"));
    }
    Ok(())
}

/// The Finder of macOS packs a shadow of each file under `__MACOSX`, with the same extension.
fn is_wanted(name: &[u8], extension: &str) -> bool {
    let found = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    found.eq_ignore_ascii_case(extension.as_bytes()) && found.len() < name.len() && !name.starts_with(b"__MACOSX/")
}

fn data(record: &ZipFileHeaderRecord<'_>, name: &[u8]) -> std::result::Result<Data, Refusal> {
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
    Ok(Data { way: record.wayfinder(), is_deflated })
}

/// Nothing is written under an entry's name, but whoever reads the manifest may join it to a folder.
fn is_harmless(name: &[u8]) -> bool {
    let is_drive = name.get(1) == Some(&b':');
    let mut parts = name.split(|&byte| matches!(byte, b'/' | b'\\'));
    !is_drive && !name.iter().any(u8::is_ascii_control) && parts.all(|part| !part.is_empty() && part != b"..")
}

impl ArchiveEntry {
    /// The name in the archive, each byte that is not UTF-8 as `\xB3`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The archive that it is in.
    pub(crate) fn archive_path(&self) -> &Path {
        &self.archive.path
    }

    /// `archive.zip!entry.xml`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}!{}", spelled(self.archive.path.as_os_str().as_encoded_bytes()), self.name)
    }

    /// The exact bytes, `largest` at most, checked against the archive's checksum.
    ///
    /// # Errors
    /// `too_large`, `input_unreadable`, and what the archive is to blame for: `input_entry_damaged`,
    /// `input_entry_encrypted`, `input_entry_method`, `input_entry_name`, `input_entry_repeated`.
    pub fn bytes(&self, largest: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read(&mut bytes, largest)?;
        Ok(bytes)
    }

    /// Appends the exact bytes, checked against the archive's checksum.
    pub(crate) fn read(&self, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
        let Data { way, is_deflated } = self.found.map_err(Refusal::error)?;
        let size = way.uncompressed_size_hint();
        if size > largest {
            return Err(too_large(size, largest));
        }
        let entry = self.archive.zip.get_entry(way).map_err(|error| damaged(&error))?;
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

impl fmt::Debug for ArchiveEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArchiveEntry({})", self.full_name())
    }
}

impl Refusal {
    fn error(self) -> Error {
        match self {
            Self::Encrypted => Error::new(Kind::InputEntryEncrypted, "this entry of the archive is encrypted"),
            Self::Method(number) => Error::new(
                Kind::InputEntryMethod,
                format!("this entry of the archive is compressed by method {number}, which is not read"),
            ),
            Self::Name => Error::new(Kind::InputEntryName, "the name is not a plain relative path"),
            Self::Repeated => Error::new(Kind::InputEntryRepeated, "the archive holds this name more than once"),
        }
    }
}

fn damaged(error: &rawzip::Error) -> Error {
    match error.kind() {
        rawzip::ErrorKind::IO(error) if error.kind() != io::ErrorKind::UnexpectedEof => unreadable(error),
        _ => refuse(&error.to_string()),
    }
}

fn refuse(why: &str) -> Error {
    Error::new(Kind::InputArchiveUnreadable, format!("it is not a ZIP archive, or a damaged one: {why}"))
}
