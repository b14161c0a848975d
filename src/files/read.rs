//! Files that people name: regular ones, and their names as text.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// Opens a regular file, and nothing else.
///
/// # Errors
/// `input_not_regular`, `input_unreadable`.
pub(crate) fn open_regular(path: &Path) -> Result<File> {
    // Asked before opening: opening a FIFO waits for a writer that may never come.
    if !fs::metadata(path).map_err(|error| unreadable(&error))?.is_file() {
        return Err(Error::new(Kind::InputNotRegular, "it is not a regular file"));
    }
    File::open(path).map_err(|error| unreadable(&error))
}

/// How long somebody may take to begin writing into a named pipe.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Opens a file that may be a pipe, such as a shell's `<(...)`. Opening a named pipe waits for who writes into it: that may be
/// nobody.
///
/// # Errors
/// Those of the system; `TimedOut`, if nobody begins to write.
pub fn open_patiently(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if fs::metadata(path)?.file_type().is_fifo() {
            let (send, opened) = std::sync::mpsc::channel();
            let path = path.to_owned();
            // If it waits for ever, it ends with the program.
            std::thread::Builder::new().spawn(move || send.send(File::open(path)))?;
            let nobody = |_| io::Error::new(io::ErrorKind::TimedOut, "it is a pipe, and nobody writes into it");
            return opened.recv_timeout(PATIENCE).map_err(nobody)?;
        }
    }
    File::open(path)
}

pub(crate) fn unreadable(error: &io::Error) -> Error {
    match is_held(error) {
        true => Error::new(Kind::FileInUse, HELD).caused_by(cause(error)),
        false => Error::new(Kind::InputUnreadable, format!("it cannot be read: {error}")).caused_by(cause(error)),
    }
}

/// What is said of a file that another program has open.
pub(crate) const HELD: &str = "another program has it open, and does not share it";

/// True if the system keeps a file from us because another program has it open: Windows does. Elsewhere nobody is kept out.
pub(crate) fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error().is_some_and(is_code_of_held)
}

/// `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`, `ERROR_USER_MAPPED_FILE`.
const fn is_code_of_held(code: i32) -> bool {
    matches!(code, 32 | 33 | 1224)
}

/// The same error once more, to be kept as the cause of ours.
pub(crate) fn cause(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

/// A path as text.
pub(crate) fn spelled_path(path: &Path) -> String {
    spelled(path.as_os_str().as_encoded_bytes())
}

/// A name as text, each byte that is not UTF-8 as `\xB3`: two files never share a name. Of a name in which those four
/// characters stand, the backslash is written so too, `\x5CxB3`. (On Windows a backslash is no part of a name.)
pub(crate) fn spelled(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    let is_hexadecimal = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    for chunk in name.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find("\\x").filter(|_| !cfg!(windows)) {
            let (before, found) = rest.split_at(at);
            let is_read_as_byte =
                matches!(found.as_bytes(), [_, _, high, low, ..] if [high, low].into_iter().all(is_hexadecimal));
            text.push_str(before);
            text.push_str(if is_read_as_byte { "\\x5C" } else { "\\" });
            rest = &found[1..];
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

/// The path that a list or a table holds. Unix takes any bytes for a name.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

/// The path that a list or a table holds.
#[cfg(not(unix))]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> Option<&Path> {
    std::str::from_utf8(bytes).ok().map(Path::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_if_somebody_writes_into_it() {
        use std::io::Read as _;
        let folder = tempfile::tempdir().unwrap();
        let pipe = |name: &str| {
            let pipe = folder.path().join(name);
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            pipe
        };
        assert_eq!(open_patiently(&pipe("silent")).unwrap_err().kind(), io::ErrorKind::TimedOut);
        let pipe = pipe("written");
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::write(pipe, "text")
        });
        let mut text = String::new();
        open_patiently(&pipe).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
        writer.join().unwrap().unwrap();
        assert_eq!(open_patiently(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_another_program_keeps_open_is_told_apart() {
        assert!(
            [32, 33, 1224].into_iter().all(is_code_of_held) && ![2, 3, 5, 80, 112].into_iter().any(is_code_of_held)
        );
        // Elsewhere these numbers mean something else: 32 is a broken pipe.
        let error = unreadable(&io::Error::from_raw_os_error(32));
        assert_eq!(error.code(), if cfg!(windows) { "file_in_use" } else { "input_unreadable" });
    }

    #[test]
    fn names_are_told_apart() {
        assert_eq!(spelled("in/zażółć.xml".as_bytes()), "in/zażółć.xml");
        assert_eq!(spelled(b"f\xB3\xBF.xml"), "f\\xB3\\xBF.xml");
        #[cfg(not(windows))]
        assert_eq!(spelled(b"f\\xB3\xBF.xml"), "f\\x5CxB3\\xBF.xml");
        assert_eq!(spelled(b"f\\x\\xg\\"), "f\\x\\xg\\");
    }
}
