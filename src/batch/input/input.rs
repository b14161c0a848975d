//! One invoice to read: its name, and its exact bytes.

use std::io;
use std::path::{Path, PathBuf};

use super::archive::ArchiveEntry;
use super::bytes::{read_all, read_invoice};
use crate::error::{Error, Kind, Result};
use crate::files::spelled_path;
use crate::values::KsefNumber;

/// One invoice to read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// An entry of an archive.
    Entry(ArchiveEntry),
    /// Standard input.
    Stdin,
    /// What was read from standard input already.
    Held(Vec<u8>),
    /// A PDF that shows an invoice, to be stamped.
    Pdf {
        /// The PDF.
        pdf: PathBuf,
        /// The invoice; none if the PDF holds it as an embedded file.
        invoice: Option<InvoiceFile>,
        /// Its KSeF number, if a table of pairs says it.
        ksef_number: Option<KsefNumber>,
    },
    /// What is in memory: an invoice, a PDF that shows it, or both; the PDF may hold the invoice.
    Memory {
        /// What people call it.
        name: String,
        /// The invoice's exact bytes, where they are not in the PDF.
        xml: Option<Vec<u8>>,
        /// The PDF, to be stamped.
        pdf: Option<Vec<u8>>,
    },
    /// Something that was named and cannot be read; its refusal takes a place in the order too.
    Unusable(Error),
}

/// The invoice of a PDF, where it is not in the PDF.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InvoiceFile {
    /// The file that was named for it.
    File(PathBuf),
    /// The file of its name that lies beside it, or was given along with it. If the PDF holds an invoice as well, the two
    /// have to be one.
    Beside(PathBuf),
    /// The entry of its name in an archive.
    Entry(ArchiveEntry),
}

impl InvoiceFile {
    /// The file's path, or that within the archive.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Beside(path) => path,
            Self::Entry(entry) => Path::new(entry.name()),
        }
    }

    /// The name, as that of an [`Input`].
    pub fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Beside(path) => spelled_path(path),
            Self::Entry(entry) => entry.full_name(),
        }
    }

    fn read(&self, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
        let read = match self {
            Self::File(path) | Self::Beside(path) => read_invoice(path, buffer, largest),
            Self::Entry(entry) => entry.read(buffer, largest),
        };
        read.map_err(|error| error.about(self.name()))
    }
}

impl Input {
    /// The name as the user gave it, for the manifest; an entry's is `archive.zip!entry.xml`.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Pdf { pdf: path, .. } => spelled_path(path),
            Self::Entry(entry) => entry.full_name(),
            Self::Stdin | Self::Held(_) => "-".to_owned(),
            Self::Memory { name, .. } => name.clone(),
            Self::Unusable(error) => error.input().unwrap_or_default().to_owned(),
        }
    }

    /// What pictures are named after: the file's name without its extension.
    pub(crate) fn stem(&self) -> String {
        let of_path = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match self {
            Self::File(path) | Self::Pdf { pdf: path, .. } => of_path(path),
            Self::Entry(entry) => of_path(Path::new(entry.name())),
            Self::Memory { name, .. } => of_path(Path::new(name)),
            Self::Stdin | Self::Held(_) | Self::Unusable(_) => "invoice".to_owned(),
        }
    }

    /// The number that a table of pairs gives to the invoice.
    pub fn ksef_number(&self) -> Option<&KsefNumber> {
        match self {
            Self::Pdf { ksef_number, .. } => ksef_number.as_ref(),
            _ => None,
        }
    }

    /// Reads the invoice's exact bytes into `buffer`, which is emptied first. More than `largest` bytes are not read.
    ///
    /// # Errors
    /// `too_large`, and the codes that begin with `input_`; `invoice_not_embedded` for a PDF that comes without one,
    /// because only a run that stamps looks into it.
    pub fn read(&self, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
        buffer.clear();
        match self {
            Self::File(path) => read_invoice(path, buffer, largest),
            Self::Entry(entry) => entry.read(buffer, largest),
            Self::Stdin => read_all(io::stdin().lock(), buffer, largest),
            Self::Held(bytes) | Self::Memory { xml: Some(bytes), .. } => read_all(&**bytes, buffer, largest),
            Self::Pdf { invoice: Some(invoice), .. } => invoice.read(buffer, largest),
            Self::Pdf { invoice: None, .. } | Self::Memory { xml: None, .. } => {
                Err(Error::new(Kind::InvoiceNotEmbedded, "the invoice is to be taken from the PDF itself"))
            }
            Self::Unusable(error) => Err(error.clone()),
        }
    }

    /// The same, without a copy of what is in memory.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(crate) fn bytes<'b>(&'b self, buffer: &'b mut Vec<u8>, largest: u64) -> Result<&'b [u8]> {
        match self {
            Self::Held(bytes) | Self::Memory { xml: Some(bytes), .. } if bytes.len() as u64 <= largest => Ok(bytes),
            _ => {
                self.read(buffer, largest)?;
                Ok(buffer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn fifos_devices_and_loops_are_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo.xml");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        std::os::unix::fs::symlink("self.xml", folder.path().join("self.xml")).unwrap();
        let read = |path: &Path| Input::File(path.to_owned()).read(&mut Vec::new(), 100).unwrap_err().code();
        assert_eq!(read(&fifo), "input_not_regular");
        assert_eq!(read(Path::new("/dev/zero")), "input_not_regular");
        assert_eq!(read(&folder.path().join("self.xml")), "input_unreadable");
    }

    /// Half an invoice, still being exported, must not be signed.
    #[test]
    fn a_file_that_grows_while_it_is_read_is_refused() {
        use std::io::Write as _;
        use std::sync::atomic::{AtomicBool, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.xml");
        let whole = vec![b'x'; 1_000_000];
        fs::write(&path, &whole).unwrap();
        let done = AtomicBool::new(false);
        let codes: std::collections::HashSet<_> = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
                while !done.load(Ordering::Relaxed) {
                    file.write_all(b"y").unwrap();
                }
            });
            let read = |_| {
                let mut buffer = Vec::new();
                Input::File(path.clone()).read(&mut buffer, LARGEST).map_err(|error| error.code()).err()
            };
            // The other thread may take its time to begin.
            let codes = (0..100_000).find_map(read).into_iter().collect();
            done.store(true, Ordering::Relaxed);
            codes
        });
        assert_eq!(codes, ["input_changed"].into());
    }

    const LARGEST: u64 = 1 << 40;

    #[test]
    fn what_is_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.xml");
        fs::write(&path, "12345").unwrap();
        let mut buffer = b"from before".to_vec();
        let input = Input::File(path);
        assert_eq!(input.read(&mut buffer, 4).unwrap_err().code(), "too_large");
        assert_eq!(buffer, b"");
        input.read(&mut buffer, 5).unwrap();
        assert_eq!(buffer, b"12345");
        assert_eq!(read_all(io::repeat(0), &mut buffer, 1000).unwrap_err().code(), "too_large");
    }
}
