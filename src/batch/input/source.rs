//! Where invoices come from: files, folders, archives, patterns, a list, standard input, PDFs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::archive::ArchiveFormat;
use super::input::Input;
use super::pair_table;
use super::pairs::Pdfs;
use super::walk::{Wanted, missing, unreadable};
use crate::error::{Error, Kind, Result};
use crate::files::{self, Decoded, open_patiently, path_from_bytes};

/// In bytes: no system has longer ones.
const LONGEST_PATH: u64 = 1 << 16;

/// In bytes, of a list: as of a table of pairs.
const LARGEST_LIST: u64 = 100_000_000;

/// As many invoices as an archive may hold.
const MOST_LISTED: usize = 1_000_000;

/// How long to wait for a line before asking whether anybody still wants it.
const PATIENCE: Duration = Duration::from_millis(100);

const INVOICES: Wanted = Wanted { extension: "xml", archives: true };

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A file, a folder (every `*.xml` in it and below), an archive (`.zip`, `.tar`, `.tar.gz`, `.tgz`; the same), or a
    /// pattern such as `in/*.xml`.
    Path(PathBuf),
    /// One invoice on standard input.
    Stdin,
    /// A file that names one path a line; `-` is standard input.
    List(PathBuf),
    /// PDFs, and their invoices.
    Pdfs(Pdfs),
    /// A CSV table with the columns `pdf`, `invoice` and `ksef_number`, of which the last two may be left out.
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

    /// True for sources that are one invoice together, as far as can be seen before it is opened: no work for several threads.
    pub(crate) fn are_one(sources: &[Self]) -> bool {
        matches!(sources, [source] if source.is_one())
    }

    /// True for what is one invoice, as far as can be seen before it is opened.
    fn is_one(&self) -> bool {
        match self {
            Self::Stdin => true,
            Self::Path(path) => path.is_file() && ArchiveFormat::of(path).is_none(),
            Self::List(_) | Self::Pdfs(_) | Self::PairTable(_) => false,
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

fn each_of_list(list: &Path, take: &mut dyn FnMut(Input) -> bool, go_on: &dyn Fn() -> bool) -> bool {
    let paths = match listed(list) {
        Ok(paths) => paths,
        Err(error) => return take(unreadable(list, &error)),
    };
    let mut found = false;
    loop {
        let path = match paths.recv_timeout(PATIENCE) {
            Ok(Ok(path)) => path,
            Ok(Err(error)) => return take(Input::Unusable(error.about(list.to_string_lossy()))),
            Err(RecvTimeoutError::Timeout) if go_on() => continue,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        found = true;
        let whole = match path_from_bytes(&path) {
            Some(path) => INVOICES.each_of_path(path, take),
            None => take(missing(list, &format!("{:?} is not a path", String::from_utf8_lossy(&path)))),
        };
        if !whole {
            return false;
        }
    }
    found || take(missing(list, "the list names no file"))
}

/// The paths in a list, read by a thread of their own: whoever writes the list may take their time, or wait for us.
fn listed(list: &Path) -> io::Result<Receiver<Result<Vec<u8>>>> {
    let file = match list == Path::new("-") {
        true => None,
        false => Some(open_list(list)?),
    };
    let (send, paths) = bounded(256);
    thread::Builder::new().spawn(move || {
        let from: Box<dyn BufRead> = match file {
            None => Box::new(BufReader::new(Decoded::new(io::stdin().lock()))),
            Some(file) => Box::new(BufReader::new(Decoded::new(file))),
        };
        // Nobody takes more once one was refused.
        _ = ListedPaths::new(from).try_for_each(|path| send.send(path));
    })?;
    Ok(paths)
}

/// The paths in a list, read no further than it can be one.
struct ListedPaths {
    from: Box<dyn BufRead>,
    bytes_left: u64,
    paths_left: usize,
}

impl ListedPaths {
    fn new(from: Box<dyn BufRead>) -> Self {
        Self { from, bytes_left: LARGEST_LIST, paths_left: MOST_LISTED }
    }

    /// The next line with more than white space on it; empty at the end.
    fn line(&mut self) -> Result<Vec<u8>> {
        let refuse = |why| Err(Error::new(Kind::InputUnreadable, why));
        let mut line = Vec::new();
        loop {
            let read = (&mut self.from).take(LONGEST_PATH).read_until(b'\n', &mut line);
            let length = read.map_err(|error| files::unreadable(&error))? as u64;
            if length == LONGEST_PATH {
                return refuse("a line is too long for a path");
            }
            let Some(left) = self.bytes_left.checked_sub(length) else {
                return refuse("it has more than 100 000 000 bytes: split it");
            };
            self.bytes_left = left;
            let path = without_marks(&line);
            if length == 0 || !path.trim_ascii().is_empty() {
                return Ok(path.to_owned());
            }
            line.clear();
        }
    }
}

impl Iterator for ListedPaths {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.line();
        if line.as_ref().is_ok_and(Vec::is_empty) {
            return None;
        }
        match self.paths_left.checked_sub(1) {
            Some(left) => self.paths_left = left,
            None => {
                return Some(Err(Error::new(Kind::InputUnreadable, "it names more than 1 000 000 files: split it")));
            }
        }
        Some(line)
    }
}

/// Lists that were joined have a byte order mark amid them, and Windows ends a line with a carriage return.
fn without_marks(line: &[u8]) -> &[u8] {
    let path = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let path = path.strip_suffix(b"\n").unwrap_or(path);
    path.strip_suffix(b"\r").unwrap_or(path)
}

/// A list may come from another program, by a pipe; what never ends is none.
fn open_list(list: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let kind = std::fs::metadata(list)?.file_type();
        let is_own = list.starts_with("/dev/fd") || list == Path::new("/dev/stdin") || list == Path::new("/dev/tty");
        if kind.is_block_device() || kind.is_char_device() && !is_own {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device, and no list"));
        }
    }
    open_patiently(list)
}

#[cfg(test)]
mod tests {
    use std::fs;

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

    #[test]
    fn a_list_is_read_no_further_than_it_can_be_one() {
        let codes = |from: Box<dyn io::Read>| {
            let paths =
                ListedPaths { bytes_left: 1_000, paths_left: 20, ..ListedPaths::new(Box::new(BufReader::new(from))) };
            let codes = paths.take(100).map(|path| path.map_err(|error| error.message().to_owned()));
            codes.collect::<std::result::Result<Vec<_>, String>>().map(|paths| paths.len())
        };
        let lines = |count: usize| Box::new(io::Cursor::new("f.xml\r\n\n".repeat(count)));
        assert_eq!(codes(lines(20)), Ok(20));
        assert_eq!(codes(lines(21)), Err("it names more than 1 000 000 files: split it".to_owned()));
        for endless in [b'\n', b' '] {
            let refused = codes(Box::new(io::repeat(endless))).unwrap_err();
            let why = if endless == b'\n' { "it has more than 100 000 000 bytes" } else { "a line is too long" };
            assert!(refused.starts_with(why), "{refused}");
        }
    }

    /// Whoever asks for an end gets it, though the list goes on.
    #[cfg(unix)]
    #[test]
    fn empty_lines_without_end_are_waited_for_no_longer_than_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        assert!(std::process::Command::new("mkfifo").arg(&list).status().unwrap().success());
        let written = list.clone();
        thread::spawn(move || io::copy(&mut io::repeat(b'\n'), &mut File::create(written).unwrap()));
        assert!(!Source::List(list).each(&mut |input| panic!("{input:?}"), &|| false));
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
