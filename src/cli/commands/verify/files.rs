//! The files that an argument leads to: itself, those of a folder and below, those that a pattern matches.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::problem::Problem;

/// What is taken out of a folder, by the ends of names.
const PICTURES: [&str; 5] = ["pdf", "png", "jpg", "jpeg", "svg"];
const MANIFEST: &str = "ndjson";

/// Most manifests are known by their first bytes: the first line begins with a brace.
const FIRST_BYTES: u64 = 16;

/// What an argument leads to.
#[derive(Debug, Default)]
pub struct Files {
    pub manifests: Vec<PathBuf>,
    pub others: Vec<PathBuf>,
    /// Of what is not there, or cannot be listed: the path, and why.
    pub problems: Vec<(PathBuf, Problem)>,
}

impl Files {
    /// Files in the order of their names; of a folder, those that may hold codes.
    pub fn of(path: &Path) -> Self {
        let mut files = Self::default();
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => files.pattern(path, error),
            Ok(found) if found.is_dir() => files.folder(path),
            _ => files.file(path.to_owned()),
        }
        files
    }

    fn file(&mut self, path: PathBuf) {
        // What cannot be opened is reported where it is read.
        match is_manifest(&path).unwrap_or(false) {
            true => self.manifests.push(path),
            false => self.others.push(path),
        }
    }

    fn folder(&mut self, folder: &Path) {
        let before = self.manifests.len() + self.others.len() + self.problems.len();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            match entry {
                // Links, pipes and devices are left alone: the folder may be a stranger's.
                Ok(entry) if entry.file_type().is_file() => {
                    if has_extension(entry.path(), &[MANIFEST]) {
                        self.manifests.push(entry.into_path());
                    } else if has_extension(entry.path(), &PICTURES) {
                        self.others.push(entry.into_path());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    self.problems.push((path, io::Error::from(error).into()));
                }
            }
        }
        if self.manifests.len() + self.others.len() + self.problems.len() == before {
            self.problems.push((folder.to_owned(), Problem::nothing_in_folder()));
        }
    }

    /// Shells expand patterns; Windows and quotes do not.
    fn pattern(&mut self, path: &Path, missing: io::Error) {
        let text = path.to_string_lossy();
        let mut found = match glob::glob(&text) {
            Ok(found) if text.contains(['*', '?', '[']) => found.peekable(),
            _ => return self.problems.push((path.to_owned(), missing.into())),
        };
        if found.peek().is_none() {
            self.problems.push((path.to_owned(), missing.into()));
        }
        for path in found {
            match path {
                Ok(path) if path.is_dir() => self.folder(&path),
                Ok(path) => self.file(path),
                Err(error) => self.problems.push((error.path().to_owned(), io::Error::from(error).into())),
            }
        }
    }
}

fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    path.extension().is_some_and(|extension| wanted.iter().any(|wanted| extension.eq_ignore_ascii_case(wanted)))
}

/// True for lines of JSON. A pipe cannot be looked into beforehand: its name decides.
fn is_manifest(path: &Path) -> io::Result<bool> {
    if has_extension(path, &[MANIFEST]) {
        return Ok(true);
    }
    if !fs::metadata(path)?.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    File::open(path)?.take(FIRST_BYTES).read_to_end(&mut start)?;
    // A byte order mark, of UTF-16 as well, as PowerShell writes it.
    let start = [&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF\0"]
        .iter()
        .find_map(|mark| start.strip_prefix(*mark))
        .unwrap_or(&start);
    Ok(start.trim_ascii_start().starts_with(b"{"))
}
