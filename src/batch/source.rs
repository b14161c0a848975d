//! Where invoices come from: files, folders, archives, patterns, a list, standard input, PDFs.

use std::fs::{self, File, Metadata};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use walkdir::WalkDir;

use super::archive;
use super::input::Input;
use super::pair_table;
use super::pairs::Pdfs;
use crate::error::{Error, Kind};

/// In bytes: no system has longer ones.
const LONGEST_PATH: u64 = 1 << 16;

/// How long to wait for a line before asking whether anybody still wants it.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, a folder (every `*.xml` in it and below), a ZIP archive (the same), or a pattern such as `in/*.xml`.
    Path(PathBuf),
    /// One invoice on standard input.
    Stdin,
    /// A file that names one path a line; `-` is standard input.
    List(PathBuf),
    /// PDFs, and their invoices.
    Pdfs(Pdfs),
    /// A CSV table with the columns `pdf` and `invoice`.
    PairTable(PathBuf),
}

impl Source {
    /// True if [`each`](Self::each) may be called twice: standard input and pipes are used up by the first call.
    pub fn can_be_counted(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::Path(_) | Self::Pdfs(_) => true,
            Self::List(list) | Self::PairTable(list) => list.is_file(),
        }
    }

    /// Calls `take` for each invoice, in an order that depends on the names alone: as given, folders and
    /// patterns sorted by name. Stops when `take` returns false; and while it waits for a list, when `go_on` does.
    pub fn each(&self, take: &mut dyn FnMut(Input) -> bool, go_on: &dyn Fn() -> bool) -> bool {
        match self {
            Self::Stdin => take(Input::Stdin),
            Self::Path(path) => INVOICES.each_of_path(path, take),
            Self::List(path) => each_of_list(path, take, go_on),
            Self::Pdfs(pdfs) => pdfs.each(take),
            Self::PairTable(table) => pair_table::each_of(table, take),
        }
    }
}

/// What to look for in folders.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) extension: &'static str,
    /// True if ZIP archives are folders too.
    pub(super) archives: bool,
}

const INVOICES: Wanted = Wanted { extension: "xml", archives: true };

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
            Ok(_) if self.archives && has_extension(path, "zip") => self.each_of_archive(path, take),
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
                    let refused = Error::new(Kind::InputUnreadable, message).about(path.to_string_lossy());
                    Input::Unusable(refused.caused_by(error))
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
            return take(missing(path, "there is no such file, and it is no pattern either"));
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

fn each_of_list(list: &Path, take: &mut dyn FnMut(Input) -> bool, go_on: &dyn Fn() -> bool) -> bool {
    let lines = match lines(list) {
        Ok(lines) => lines,
        Err(error) => return take(unreadable(list, &error)),
    };
    let mut found = false;
    loop {
        let line = match lines.recv_timeout(PATIENCE) {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return take(unreadable(list, &error)),
            Err(RecvTimeoutError::Timeout) if go_on() => continue,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        // Windows editors put a byte order mark at the start and a carriage return at the end of a line.
        let path = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
        let path = path.strip_suffix(b"\n").unwrap_or(path);
        let path = path.strip_suffix(b"\r").unwrap_or(path);
        if path.trim_ascii().is_empty() {
            continue;
        }
        found = true;
        let whole = match path_from_bytes(path) {
            Some(path) => INVOICES.each_of_path(path, take),
            None => take(missing(list, &format!("{:?} is no path", String::from_utf8_lossy(path)))),
        };
        if !whole {
            return false;
        }
    }
    found || take(missing(list, "the list names no file"))
}

/// The lines of a list, read by a thread of their own: whoever writes the list may take their time, or wait for us.
fn lines(list: &Path) -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let file = match list == Path::new("-") {
        true => None,
        false => Some(File::open(list)?),
    };
    let (send, lines) = bounded(256);
    thread::spawn(move || {
        let mut from: Box<dyn BufRead> = match file {
            None => Box::new(io::stdin().lock()),
            Some(file) => Box::new(BufReader::new(file)),
        };
        loop {
            let mut line = Vec::new();
            let is_taken = match (&mut from).take(LONGEST_PATH).read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(length) if length as u64 == LONGEST_PATH => {
                    _ = send.send(Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long for a path")));
                    return;
                }
                Ok(_) => send.send(Ok(line)),
                Err(error) => send.send(Err(error)),
            };
            if is_taken.is_err() {
                return;
            }
        }
    });
    Ok(lines)
}

/// Unix takes any bytes for a name.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
pub(super) fn path_from_bytes(bytes: &[u8]) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
pub(super) fn path_from_bytes(bytes: &[u8]) -> Option<&Path> {
    std::str::from_utf8(bytes).ok().map(Path::new)
}

fn missing(path: &Path, message: &str) -> Input {
    Input::Unusable(Error::new(Kind::InputMissing, message).about(path.to_string_lossy()))
}

fn unreadable(path: &Path, error: &io::Error) -> Input {
    Input::Unusable(super::input::unreadable(error).about(path.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &Source) -> Vec<String> {
        let mut names = Vec::new();
        source.each(
            &mut |input| {
                names.push(match &input {
                    Input::Unusable(error) => error.code().to_owned(),
                    _ => input.name(),
                });
                true
            },
            &|| true,
        );
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
    fn a_loop_of_links_is_not_entered() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        fs::write(folder.path().join("f.xml"), "x").unwrap();
        assert_eq!(names(&Source::Path(folder.path().to_owned())).len(), 1);
    }
}
