use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format::ArchiveFormat;
use super::refusal::{Refusal, damaged};
use super::tar::{Tar, TarPlace};
use super::zip::{Zip, ZipPlace};
use crate::error::Result;
use crate::files::{spelled, spelled_path};

/// More entries than any invoicing system packs, few enough to keep a list of.
const MOST_ENTRIES: usize = 1_000_000;

/// In bytes, of all names together. A compressed archive of a megabyte could name a gigabyte of them.
const MOST_OF_NAMES: usize = 200_000_000;

/// A file in an archive.
#[derive(Clone)]
pub struct ArchiveEntry {
    archive: Arc<Archive>,
    name: Box<str>,
    found: std::result::Result<Place, Refusal>,
}

struct Archive {
    path: PathBuf,
    content: Content,
}

enum Content {
    Zip(Zip),
    Tar(Tar),
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Zip(ZipPlace),
    Tar(TarPlace),
}

/// The entries of an archive whose names end in a dot and `extension`, in capitals or not, sorted by name as the files of a
/// folder are. The archive's own name says what it is: `.tar`, `.tar.gz` and `.tgz`, and ZIP whatever else it ends in.
///
/// A tar is read to its end first: one that is cut short or damaged gives no entries at all.
///
/// # Errors
/// `input_archive_unreadable`, `input_unreadable`, `input_not_regular`.
pub fn entries(path: &Path, extension: &str) -> Result<Vec<ArchiveEntry>> {
    entries_of_kinds(path, &[extension])
}

/// As [`entries`], with any of these extensions: an archive is read once for all of them.
///
/// # Errors
/// As [`entries`].
pub fn entries_of_kinds(path: &Path, extensions: &[&str]) -> Result<Vec<ArchiveEntry>> {
    let mut found = Vec::new();
    let is_wanted = |name: &[u8]| extensions.iter().any(|extension| has_extension(name, extension));
    let content = open(path, &is_wanted, &mut |name, place| {
        found.push((name, place));
        Ok(())
    })?;
    let archive = Arc::new(Archive { path: path.to_owned(), content });
    let entry = |(name, found)| ArchiveEntry { archive: Arc::clone(&archive), name, found };
    let mut entries: Vec<ArchiveEntry> = found.into_iter().map(entry).collect();
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

/// Calls `take` with the name of everything that an archive holds, folders aside.
///
/// # Errors
/// As [`entries`].
pub(crate) fn every_name(path: &Path, take: &mut dyn FnMut(&str)) -> Result<()> {
    let take = RefCell::new(take);
    // No more is wanted of an entry than its name.
    let is_wanted = |name: &[u8]| {
        take.borrow_mut()(&spelled(name));
        false
    };
    open(path, &is_wanted, &mut |_, _| Ok(())).map(drop)
}

fn open(
    path: &Path,
    is_wanted: &dyn Fn(&[u8]) -> bool,
    take: &mut dyn FnMut(Box<str>, std::result::Result<Place, Refusal>) -> Result<()>,
) -> Result<Content> {
    let (mut count, mut length) = (0, 0);
    let format = ArchiveFormat::of(path).unwrap_or(ArchiveFormat::Zip);
    let what = if format == ArchiveFormat::Zip { "ZIP" } else { "tar" };
    let mut add = |name: &[u8], found| {
        (count, length) = (count + 1, length + name.len());
        match count > MOST_ENTRIES || length > MOST_OF_NAMES {
            true => Err(damaged(what, "it holds more than 1 000 000 entries")),
            false => take(spelled(name).into(), found),
        }
    };
    Ok(match format {
        ArchiveFormat::Zip => {
            Content::Zip(Zip::open(path, is_wanted, &mut |name, found| add(name, found.map(Place::Zip)))?)
        }
        ArchiveFormat::Tar | ArchiveFormat::TarGz => {
            Content::Tar(Tar::open(path, is_wanted, &mut |name, found| add(name, found.map(Place::Tar)))?)
        }
    })
}

/// macOS packs a shadow of each file, with the same extension: the Finder under `__MACOSX`, its tar under `._` and the name.
fn has_extension(name: &[u8], extension: &str) -> bool {
    let file = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let found = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let is_shadow = name.starts_with(b"__MACOSX/") || file.starts_with(b"._");
    found.eq_ignore_ascii_case(extension.as_bytes()) && found.len() < name.len() && !is_shadow
}

impl ArchiveEntry {
    /// The name in the archive, each byte that is not UTF-8 as `\xB3`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The archive and the name in it of `archive.zip!entry.xml`, as a manifest names an entry; none for the name of a file.
    pub fn split(full_name: &str) -> Option<(&Path, &str)> {
        let mut marks = full_name.match_indices('!').map(|(at, _)| full_name.split_at(at));
        let (archive, name) = marks.find(|(archive, _)| ArchiveFormat::of(Path::new(archive)).is_some())?;
        Some((Path::new(archive), name.get(1..)?))
    }

    /// The archive that it is in.
    pub(crate) fn archive_path(&self) -> &Path {
        &self.archive.path
    }

    /// `archive.zip!entry.xml`.
    pub fn full_name(&self) -> String {
        format!("{}!{}", spelled_path(&self.archive.path), self.name)
    }

    /// The exact bytes, `largest` at most; those of a ZIP archive are checked against its checksum, those of a compressed tar
    /// were when it was opened.
    ///
    /// # Errors
    /// `too_large`, `input_unreadable`, `input_changed`, and what the archive is to blame for: `input_entry_damaged`,
    /// `input_entry_encrypted`, `input_entry_method`, `input_entry_name`, `input_entry_repeated`, `input_entry_not_regular`.
    pub fn bytes(&self, largest: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read(&mut bytes, largest)?;
        Ok(bytes)
    }

    /// Appends the exact bytes.
    pub(crate) fn read(&self, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
        match (&self.archive.content, self.found.map_err(Refusal::error)?) {
            (Content::Zip(zip), Place::Zip(place)) => zip.read(place, buffer, largest),
            (Content::Tar(tar), Place::Tar(place)) => tar.read(place, buffer, largest),
            // An entry's place is of its own archive.
            _ => Err(damaged("ZIP", "an entry of another archive")),
        }
    }
}

impl PartialEq for ArchiveEntry {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.archive, &other.archive) && self.name == other.name
    }
}

impl fmt::Debug for ArchiveEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArchiveEntry({})", self.full_name())
    }
}
