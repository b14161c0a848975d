//! Where results go. Pictures are written beside their name and renamed, so none is ever half there.

use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

/// A folder for pictures, and what may happen to files that are there already.
#[derive(Clone, Debug)]
pub struct Output {
    folder: PathBuf,
    overwrite: bool,
}

impl Output {
    /// Names the folder; it is made when the first file is written.
    pub fn new(folder: impl Into<PathBuf>, overwrite: bool) -> Self {
        Self { folder: folder.into(), overwrite }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// Refuses, before anything is drawn, a name that is taken.
    pub(super) fn check_free(&self, name: &str) -> Result<()> {
        let path = self.folder.join(name);
        if !self.overwrite && fs::symlink_metadata(&path).is_ok() {
            return Err(exists(&path));
        }
        Ok(())
    }

    /// Writes a file whole, or not at all.
    ///
    /// # Errors
    /// `output_exists`, unless files may be replaced; `output_unwritable`.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".ksef-qr-").suffix(".tmp");
        // A temporary file is private by default; a picture is like any other file, as the umask says.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(&self.folder).map_err(|error| unwritable(&self.folder, &error))?;
        file.write_all(bytes).map_err(|error| unwritable(&path, &error))?;
        let persisted = if self.overwrite { file.persist(&path) } else { file.persist_noclobber(&path) };
        persisted.map(drop).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&path),
            _ => unwritable(&path, &error.error),
        })
    }

    /// Takes back a file of an invoice whose other files could not be written.
    pub(super) fn remove(&self, name: &str) {
        // The first failure is the one reported; if this fails too there is nothing left to try.
        _ = fs::remove_file(self.folder.join(name));
    }

    /// Makes the folder.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub fn prepare(&self) -> Result<()> {
        if self.folder.is_file() {
            let message = "it is a file, and a folder is needed";
            return Err(Error::new(Kind::OutputUnwritable, message).about(self.folder.to_string_lossy()));
        }
        fs::create_dir_all(&self.folder).map_err(|error| unwritable(&self.folder, &error))
    }
}

/// Where the manifest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// A file.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

impl Manifest {
    /// Opens it: an existing file is refused unless it may be overwritten.
    pub(super) fn open(&self, overwrite: bool) -> Result<Box<dyn Write>> {
        let Self::File(path) = self else { return Ok(Box::new(io::stdout())) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        if overwrite {
            check_is_manifest(path)?;
        }
        let file = if overwrite { File::create(path) } else { File::create_new(path) };
        match file {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
            Err(error) => Err(unwritable(path, &error)),
        }
    }

    /// An error of writing to it.
    pub(super) fn unwritable(&self, error: &io::Error) -> Error {
        match self {
            Self::File(path) => unwritable(path, error),
            Self::Stdout => unwritable(Path::new("standard output"), error),
        }
    }
}

/// Refuses to replace what this program did not write: a slip of the hand must not cost an invoice or a key.
fn check_is_manifest(path: &Path) -> Result<()> {
    const START: &[u8] = b"{\"type\":\"";
    let mut start = Vec::new();
    match File::open(path).and_then(|file| file.take(START.len() as u64).read_to_end(&mut start)) {
        Ok(0) => Ok(()),
        Ok(_) if start == START => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(_) => Err(Error::new(Kind::OutputExists, "the file exists and is no manifest, so it is not replaced")
            .about(path.to_string_lossy())),
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn exists(path: &Path) -> Error {
    Error::new(Kind::OutputExists, "the file exists already").about(path.to_string_lossy())
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(Kind::OutputUnwritable, format!("it cannot be written: {error}")).about(path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_unasked_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::new(folder.path(), false);
        output.write("a.png", b"one").unwrap();
        assert_eq!(output.check_free("a.png").unwrap_err().code(), "output_exists");
        assert_eq!(output.write("a.png", b"two").unwrap_err().code(), "output_exists");
        assert_eq!(fs::read(folder.path().join("a.png")).unwrap(), b"one");
        Output::new(folder.path(), true).write("a.png", b"two").unwrap();
        assert_eq!(fs::read(folder.path().join("a.png")).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_a_manifest_is_replaced_by_a_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let open = |overwrite| Manifest::File(path.clone()).open(overwrite).map(drop).map_err(|error| error.code());
        assert_eq!(open(true), Ok(()));
        for (content, expected) in
            [("", Ok(())), ("{\"type\":\"summary\"}", Ok(())), ("<Faktura/>", Err("output_exists"))]
        {
            fs::write(&path, content).unwrap();
            assert_eq!(open(false), Err("output_exists"));
            assert_eq!(open(true), expected, "{content}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "<Faktura/>");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let output = Output::new("/nonexistent/folder", false);
        assert_eq!(output.write("a.png", b"x").unwrap_err().code(), "output_unwritable");
        assert_eq!(Output::new("/dev/null/x", false).prepare().unwrap_err().code(), "output_unwritable");
    }
}
