//! Where invoices come from: files, folders, patterns, a list, standard input.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, Kind, Result};

/// No file of more bytes is read, whatever is allowed: it is no invoice, and memory is finite.
const LARGEST_READ: u64 = 100_000_000;

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, a folder (every `*.xml` in it and below), or a pattern such as `in/*.xml`.
    Path(PathBuf),
    /// One invoice on standard input.
    Stdin,
    /// A file that names one path a line; `-` is standard input.
    List(PathBuf),
}

/// One invoice to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// Something that was named and cannot be read; its refusal takes a place in the order too.
    Unusable(Error),
}

impl Source {
    /// True if [`each`](Self::each) may be called twice: standard input and pipes are used up by the first call.
    pub fn can_be_counted(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::Path(_) => true,
            Self::List(list) => list.is_file(),
        }
    }

    /// Calls `take` for each invoice, in an order that depends on the names alone: as given, folders and
    /// patterns sorted by name. Stops when `take` returns false.
    pub fn each(&self, take: &mut dyn FnMut(Input) -> bool) -> bool {
        match self {
            Self::Stdin => take(Input::Stdin),
            Self::Path(path) => each_of_path(path, take),
            Self::List(path) => each_of_list(path, take),
        }
    }
}

fn each_of_path(path: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => each_of_folder(path, take),
        Ok(_) => take(Input::File(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => each_of_pattern(path, take),
        Err(error) => take(unreadable(path, &error)),
    }
}

fn each_of_folder(folder: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
    let mut found = false;
    // Links to folders are not followed, so a loop of them ends the walk nowhere.
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let next = match entry {
            Ok(entry) if !entry.file_type().is_dir() && is_xml(entry.path()) => Input::File(entry.into_path()),
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
    found || take(missing(folder, "the folder holds no .xml file"))
}

fn describe_walk(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "it leads back to itself".to_owned(), ToString::to_string)
}

fn is_xml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
}

/// Shells expand patterns; Windows and quotes do not.
fn each_of_pattern(path: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        return take(missing(path, "there is no such file"));
    }
    let Ok(paths) = glob::glob(&text) else {
        return take(missing(path, "there is no such file, and it is no pattern either"));
    };
    let mut found = false;
    for path in paths {
        found = true;
        let next = match path {
            Ok(path) if path.is_dir() => {
                if !each_of_folder(&path, take) {
                    return false;
                }
                continue;
            }
            Ok(path) => Input::File(path),
            Err(error) => unreadable(error.path(), error.error()),
        };
        if !take(next) {
            return false;
        }
    }
    found || take(missing(path, "no file matches the pattern"))
}

fn each_of_list(list: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
    let lines: Box<dyn BufRead> = if list == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        match File::open(list) {
            Ok(file) => Box::new(BufReader::new(file)),
            Err(error) => return take(unreadable(list, &error)),
        }
    };
    let mut found = false;
    for line in lines.split(b'\n') {
        let line = match line {
            Ok(line) => line,
            Err(error) => return take(unreadable(list, &error)),
        };
        // Windows editors put a byte order mark at the start and a carriage return at the end of a line.
        let path = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
        let path = path.strip_suffix(b"\r").unwrap_or(path);
        if path.trim_ascii().is_empty() {
            continue;
        }
        found = true;
        let whole = match path_from_bytes(path) {
            Some(path) => each_of_path(path, take),
            None => take(missing(list, &format!("{:?} is no path", String::from_utf8_lossy(path)))),
        };
        if !whole {
            return false;
        }
    }
    found || take(missing(list, "the list names no file"))
}

/// Unix takes any bytes for a name.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
fn path_from_bytes(bytes: &[u8]) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: &[u8]) -> Option<&Path> {
    std::str::from_utf8(bytes).ok().map(Path::new)
}

fn missing(path: &Path, message: &str) -> Input {
    Input::Unusable(Error::new(Kind::InputMissing, message).about(path.to_string_lossy()))
}

fn unreadable(path: &Path, error: &io::Error) -> Input {
    let message = format!("it cannot be read: {error}");
    Input::Unusable(Error::new(Kind::InputUnreadable, message).about(path.to_string_lossy()))
}

impl Input {
    /// The name as the user gave it, for the manifest.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Stdin => "-".to_owned(),
            Self::Unusable(error) => error.input().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn is_unusable(&self) -> bool {
        matches!(self, Self::Unusable(_))
    }

    /// What pictures are named after: the file's name without its extension.
    pub(super) fn stem(&self) -> String {
        match self {
            Self::File(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            Self::Stdin | Self::Unusable(_) => "invoice".to_owned(),
        }
    }

    /// Reads the exact bytes into `buffer`, which is emptied first.
    pub(super) fn read(&self, buffer: &mut Vec<u8>) -> Result<()> {
        buffer.clear();
        match self {
            Self::File(path) => read_file(path, buffer),
            Self::Stdin => read_all(io::stdin().lock(), buffer),
            Self::Unusable(error) => Err(error.clone()),
        }
    }
}

fn read_file(path: &Path, buffer: &mut Vec<u8>) -> Result<()> {
    let unreadable = |error: io::Error| Error::new(Kind::InputUnreadable, format!("it cannot be read: {error}"));
    // Asked before opening: opening a FIFO waits for a writer that may never come.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Error::new(Kind::InputNotRegular, "it is not a regular file"));
    }
    let file = File::open(path).map_err(unreadable)?;
    let before = file.metadata().map_err(unreadable)?;
    if before.len() > LARGEST_READ {
        return Err(too_large(before.len()));
    }
    buffer.reserve(usize::try_from(before.len()).unwrap_or(0));
    read_all(&file, buffer)?;
    let after = file.metadata().map_err(unreadable)?;
    let unchanged = after.len() == buffer.len() as u64
        && before.len() == after.len()
        && before.modified().ok() == after.modified().ok();
    if unchanged { Ok(()) } else { Err(Error::new(Kind::InputChanged, "it changed while it was read")) }
}

fn read_all(from: impl Read, buffer: &mut Vec<u8>) -> Result<()> {
    let read = from.take(LARGEST_READ + 1).read_to_end(buffer);
    read.map_err(|error| Error::new(Kind::InputUnreadable, format!("it cannot be read: {error}")))?;
    if buffer.len() as u64 > LARGEST_READ { Err(too_large(buffer.len() as u64)) } else { Ok(()) }
}

fn too_large(size: u64) -> Error {
    Error::new(Kind::TooLarge, format!("the file has {size} bytes or more, no invoice has more than {LARGEST_READ}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &Source) -> Vec<String> {
        let mut names = Vec::new();
        source.each(&mut |input| {
            names.push(match &input {
                Input::Unusable(error) => error.code().to_owned(),
                _ => input.name(),
            });
            true
        });
        names
    }

    #[test]
    fn folders_are_walked_in_order_and_only_xml_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.xml", "a.XML", "c.txt", "sub/d.xml", "sub/.hidden.xml"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let expected = ["a.XML", "b.xml", "sub/.hidden.xml", "sub/d.xml"]
            .map(|name| folder.path().join(name).to_string_lossy().into_owned());
        assert_eq!(names(&Source::Path(folder.path().to_owned())), expected);
        assert_eq!(names(&Source::Path(folder.path().join("*.xml"))), [expected[1].clone()]);
        let list = folder.path().join("list");
        fs::write(&list, format!("{}\r\n\n{}\n", expected[1], expected[3])).unwrap();
        assert_eq!(names(&Source::List(list)), [expected[1].clone(), expected[3].clone()]);
    }

    #[test]
    fn what_is_not_there_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["nothing.xml", "*.xml", ""] {
            assert_eq!(names(&Source::Path(folder.path().join(path))), ["input_missing"], "{path}");
        }
        assert_eq!(names(&Source::List(folder.path().join("no-list"))), ["input_unreadable"]);
    }

    #[cfg(unix)]
    #[test]
    fn fifos_devices_and_loops_are_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo.xml");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        std::os::unix::fs::symlink("self.xml", folder.path().join("self.xml")).unwrap();
        let read = |path: &Path| Input::File(path.to_owned()).read(&mut Vec::new()).unwrap_err().code();
        assert_eq!(read(&fifo), "input_not_regular");
        assert_eq!(read(Path::new("/dev/zero")), "input_not_regular");
        assert_eq!(read(&folder.path().join("self.xml")), "input_unreadable");
        assert_eq!(names(&Source::Path(folder.path().to_owned())).len(), 2, "the loop is not entered");
    }
}
