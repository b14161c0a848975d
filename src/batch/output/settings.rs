//! Where results go, as the user says it.

use std::path::{Path, PathBuf};

use crate::batch::input::ArchiveFormat;

/// Where pictures go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Files in a folder.
    Folder(PathBuf),
    /// One file, of one document: for a run with one invoice.
    File(PathBuf),
    /// One archive, written whole at the end of the run: a tar if its name ends in `.tar`, `.tar.gz` or `.tgz`, else ZIP.
    Archive(PathBuf),
    /// The manifest itself, in Base64.
    Manifest,
}

/// Where the manifest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Manifest {
    /// A file.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

/// What happens to pictures and a manifest that are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Existing {
    /// They are kept: the invoice, or the run, is refused.
    #[default]
    Refuse,
    /// They are replaced.
    Overwrite,
    /// The manifest says what an earlier run signed; that stays as it is, and the run continues with the rest.
    Resume,
}

impl Output {
    /// An archive if the name ends in `.zip`, `.tar`, `.tar.gz` or `.tgz`, and is not that of a folder; else a folder.
    pub fn at(path: PathBuf) -> Self {
        let is_archive = ArchiveFormat::of(&path).is_some();
        let is_folder = path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator);
        if is_archive && !is_folder { Self::Archive(path) } else { Self::Folder(path) }
    }

    /// True if results are files of their own, which appear as they are made.
    pub(crate) fn is_files(&self) -> bool {
        matches!(self, Self::Folder(_) | Self::File(_))
    }

    /// The manifest's usual place: `DIR/manifest.ndjson`, `codes.ndjson` beside `codes.zip`, `f1.ndjson` beside `f1.pdf`.
    pub fn manifest(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join("manifest.ndjson"),
            Self::File(file) => file.with_extension("ndjson"),
            Self::Archive(archive) => ArchiveFormat::with_ending(archive, ".ndjson"),
            Self::Manifest => PathBuf::from("manifest.ndjson"),
        }
    }

    /// Where the pictures of a manifest are, if they are in an archive that has its usual place: all names that it can have.
    pub fn archives_of(manifest: &Path) -> impl Iterator<Item = PathBuf> {
        ArchiveFormat::beside(manifest)
    }

    /// The folder or archive; none if there is nothing but the manifest.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) | Self::File(path) | Self::Archive(path) => Some(path),
            Self::Manifest => None,
        }
    }
}
