//! What a path leads to: a file, the files of a folder or an archive, those that a pattern matches.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::archive::{self, ArchiveFormat};
use super::input::Input;
use crate::error::{Error, Kind};
use crate::files;

/// What to look for in folders.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) extension: &'static str,
    /// True if archives are folders too.
    pub(super) archives: bool,
}

impl Wanted {
    pub(super) fn each_of_path(self, path: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.each_of_pattern(path, take),
            found => self.each_of_found(path, found, take),
        }
    }

    fn each_of_found(self, path: &Path, found: io::Result<Metadata>, take: &mut dyn FnMut(Input) -> bool) -> bool {
        match found {
            Ok(metadata) if metadata.is_dir() => self.each_of_folder(path, take),
            Ok(_) if self.archives && ArchiveFormat::of(path).is_some() => self.each_of_archive(path, take),
            Ok(_) => take(Input::File(path.to_owned())),
            Err(error) => take(unreadable(path, &error)),
        }
    }

    fn each_of_folder(self, folder: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
        let mut found = false;
        // Links to folders are not followed, so a loop of them ends the walk nowhere.
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let next = match entry {
                Ok(entry) if !entry.file_type().is_dir() && has_extension(entry.path(), self.extension) => {
                    Input::File(entry.into_path())
                }
                Ok(_) => continue,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let message = format!("the folder cannot be read: {}", describe_walk(&error));
                    Input::Unusable(Error::new(Kind::InputUnreadable, message).about(path.to_string_lossy()))
                }
            };
            found = true;
            if !take(next) {
                return false;
            }
        }
        found || take(missing(folder, &format!("the folder holds no .{} file", self.extension)))
    }

    fn each_of_archive(self, path: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
        match archive::entries(path, self.extension) {
            Ok(entries) if entries.is_empty() => {
                take(missing(path, &format!("the archive holds no .{} file", self.extension)))
            }
            Ok(entries) => entries.into_iter().all(|entry| take(Input::Entry(entry))),
            Err(error) => take(Input::Unusable(error.about(path.to_string_lossy()))),
        }
    }

    /// Shells expand patterns; Windows and quotes do not.
    fn each_of_pattern(self, path: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
        let text = path.to_string_lossy();
        if !text.contains(['*', '?', '[']) {
            return take(missing(path, "there is no such file"));
        }
        let Ok(paths) = glob::glob(&text) else {
            return take(missing(path, "there is no such file, and it is not a pattern either"));
        };
        let mut found = false;
        for path in paths {
            found = true;
            let whole = match path {
                // Not as a pattern again: a name may hold an asterisk, and lead nowhere.
                Ok(path) => self.each_of_found(&path, fs::metadata(&path), take),
                Err(error) => take(unreadable(error.path(), error.error())),
            };
            if !whole {
                return false;
            }
        }
        found || take(missing(path, "no file matches the pattern"))
    }
}

fn describe_walk(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "it leads back to itself".to_owned(), ToString::to_string)
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

pub(super) fn missing(path: &Path, message: &str) -> Input {
    Input::Unusable(Error::new(Kind::InputMissing, message).about(path.to_string_lossy()))
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Input {
    Input::Unusable(files::unreadable(error).about(path.to_string_lossy()))
}
