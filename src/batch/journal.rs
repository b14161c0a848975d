//! The manifest as it is written: lines are appended and never changed, so that a kill costs at most the last one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::folder::{Workshop, exists, make_folder, unwritable};
use super::lock::is_at;
use super::output::{Existing, Manifest};
use crate::error::{Error, Kind, Result};

/// Where a line lies in the file, its newline included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) length: u32,
}

/// A manifest being written.
pub(super) enum Journal {
    /// Standard output, or a file that is no regular one.
    Stream { name: PathBuf, stream: Box<dyn Write>, pending: Vec<u8> },
    /// A file.
    File(Box<JournalFile>),
}

pub(super) struct JournalFile {
    path: PathBuf,
    file: File,
    workshop: Workshop,
    /// Bytes that are whole lines.
    end: u64,
    /// Lines not written yet.
    pending: Vec<u8>,
    /// The lines of this run, written, pending or of an earlier run, in the order they are to have.
    order: Vec<Extent>,
}

impl Journal {
    /// Opens it. The file of an earlier run is taken up only to resume.
    ///
    /// # Errors
    /// `output_exists`, `output_busy`, `output_unwritable`.
    pub(super) fn open(manifest: &Manifest, existing: Existing) -> Result<Self> {
        let Manifest::File(path) = manifest else {
            return Ok(Self::stream("standard output".into(), Box::new(io::stdout())));
        };
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let is_there = fs::symlink_metadata(path).is_ok();
        if is_there && existing == Existing::Refuse {
            return Err(exists(path));
        }
        if is_there && fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let opened = OpenOptions::new().write(true).open(path).map_err(|error| unwritable(path, &error))?;
            return Ok(Self::stream(path.clone(), Box::new(opened)));
        }
        // A link stays a link: what it leads to is replaced, should the lines have to be put in order.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let workshop = Workshop::open(target.with_file_name(format!(".{name}.ksef-qr")))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).create_new(existing == Existing::Refuse);
        let mut file = options.open(&target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => unwritable(path, &error),
        })?;
        check_is_manifest(&mut file, path)?;
        let end = match existing {
            Existing::Resume => whole_lines(&mut file),
            _ => Ok(0),
        };
        let cut = end.and_then(|end| file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end))));
        let end = cut.map_err(|error| unwritable(path, &error))?;
        let (pending, order) = (Vec::new(), Vec::new());
        Ok(Self::File(Box::new(JournalFile { path: target, file, workshop, end, pending, order })))
    }

    fn stream(name: PathBuf, stream: Box<dyn Write>) -> Self {
        Self::Stream { name, stream, pending: Vec::new() }
    }

    /// Adds a line; [`commit`](Self::commit) writes it.
    pub(super) fn push(&mut self, line: &str) {
        match self {
            Self::Stream { pending, .. } => pending.extend_from_slice(line.as_bytes()),
            Self::File(journal) => journal.push(line),
        }
    }

    /// Gives a line of an earlier run its place in the order.
    pub(super) fn keep(&mut self, line: Extent) {
        if let Self::File(journal) = self {
            journal.order.push(line);
        }
    }

    /// Writes the lines added since the last time, all of them or none.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        match self {
            Self::Stream { stream, pending, .. } => {
                let written = stream.write_all(pending).and_then(|()| stream.flush());
                pending.clear();
                written
            }
            Self::File(journal) => journal.commit(),
        }
    }

    /// Adds the last line, and leaves a file with one line for each invoice, in order.
    pub(super) fn finish(mut self, summary: &str) -> io::Result<()> {
        match &mut self {
            Self::Stream { .. } => {
                self.push(summary);
                self.commit()
            }
            Self::File(journal) => journal.finish(summary),
        }
    }

    /// The file, if it is one that an earlier run may have left.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Stream { .. } => None,
            Self::File(journal) => Some(&journal.path),
        }
    }

    /// What to call it in an error.
    pub(super) fn name(&self) -> &Path {
        match self {
            Self::Stream { name, .. } => name,
            Self::File(journal) => &journal.path,
        }
    }
}

impl JournalFile {
    fn push(&mut self, line: &str) {
        self.order.push(Extent { start: self.end + self.pending.len() as u64, length: line.len() as u32 });
        self.pending.extend_from_slice(line.as_bytes());
    }

    fn commit(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.pending);
        match written {
            Ok(()) => self.end += self.pending.len() as u64,
            Err(_) => {
                // A full disk takes part of a line. What was not written has no place in the order.
                _ = self.file.set_len(self.end);
                _ = self.file.seek(SeekFrom::Start(self.end));
                self.order.retain(|line| line.start < self.end);
            }
        }
        self.pending.clear();
        written
    }

    fn finish(&mut self, summary: &str) -> io::Result<()> {
        self.commit()?;
        let mut end = 0;
        let is_in_order = self.order.iter().all(|line| {
            let follows = line.start == end;
            end += u64::from(line.length);
            follows
        });
        if !(is_in_order && end == self.end) {
            return self.rewrite(summary);
        }
        self.push(summary);
        self.commit()?;
        if is_at(&self.file, &self.path) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "it was removed or replaced while the run wrote it"))
    }

    /// Lines of several runs, in one order: a new file takes the place of the old one in one step.
    fn rewrite(&mut self, summary: &str) -> io::Result<()> {
        let mut copy = BufWriter::with_capacity(1 << 16, self.workshop.create()?);
        let mut lines = BufReader::with_capacity(1 << 16, &self.file);
        lines.seek(SeekFrom::Start(0))?;
        let mut at = 0;
        for line in &self.order {
            // Relative, so that the buffer is kept where the next line is in it.
            lines.seek_relative(line.start as i64 - at as i64)?;
            io::copy(&mut (&mut lines).take(line.length.into()), &mut copy)?;
            at = line.start + u64::from(line.length);
        }
        copy.write_all(summary.as_bytes())?;
        let copy = copy.into_inner()?;
        copy.as_file().sync_all()?;
        copy.persist(&self.path)?;
        Ok(())
    }
}

/// Refuses to take up what this program did not write: a slip of the hand must not cost an invoice or a key.
fn check_is_manifest(file: &mut File, path: &Path) -> Result<()> {
    const START: &[u8] = b"{\"type\":\"";
    let mut start = Vec::new();
    let read = file.take(START.len() as u64).read_to_end(&mut start);
    read.map_err(|error| unwritable(path, &error))?;
    // A run killed at once may leave the beginning of a line.
    if START.starts_with(&start) {
        return Ok(());
    }
    Err(Error::new(Kind::OutputExists, "the file exists and is no manifest, so it is not replaced")
        .about(path.to_string_lossy()))
}

/// The length of the file without a line that was cut short.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    const STEP: usize = 1 << 16;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = vec![0; STEP];
    while end > 0 {
        let start = end.saturating_sub(STEP as u64);
        let block = block.get_mut(..(end - start) as usize).unwrap_or_default();
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(block)?;
        if let Some(newline) = memchr::memrchr(b'\n', block) {
            return Ok(start + newline as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, existing: Existing) -> std::result::Result<Journal, &'static str> {
        Journal::open(&Manifest::File(path.to_owned()), existing).map_err(|error| error.code())
    }

    fn line(name: &str) -> String {
        format!("{{\"type\":\"{name}\"}}\n")
    }

    #[test]
    fn only_a_manifest_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for existing in [Existing::Overwrite, Existing::Resume] {
            for (content, expected) in [
                ("", None),
                ("{\"ty", None),
                ("{\"type\":\"summary\"}\n", None),
                ("<Faktura/>", Some("output_exists")),
                ("{\"kty\":\"EC\"}", Some("output_exists")),
            ] {
                fs::write(&path, content).unwrap();
                assert_eq!(open(&path, Existing::Refuse).err(), Some("output_exists"));
                assert_eq!(open(&path, existing).err(), expected, "{content}");
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), "{\"kty\":\"EC\"}");
        }
    }

    #[test]
    fn lines_are_put_in_order_and_what_was_cut_short_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let [a, b, c] = ["a", "b", "c"].map(line);
        fs::write(&path, [&a, &b, "{\"type\":\"half"].concat()).unwrap();
        let mut journal = open(&path, Existing::Resume).unwrap();
        let extent = |start: usize| Extent { start: start as u64, length: a.len() as u32 };
        journal.push(&c);
        journal.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), [&*a, &b, &c].concat());
        journal.keep(extent(a.len()));
        journal.keep(extent(0));
        journal.finish(&line("summary")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), [&*c, &b, &a, &line("summary")].concat());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        // In order as they are: nothing is rewritten, the last line is added.
        let mut journal = open(&path, Existing::Overwrite).unwrap();
        journal.push(&a);
        journal.commit().unwrap();
        journal.finish(&b).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), [&*a, &b].concat());
    }

    #[test]
    fn a_second_run_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let first = open(&path, Existing::Refuse).unwrap();
        assert_eq!(open(&path, Existing::Overwrite).err(), Some("output_busy"));
        assert_eq!(open(&path, Existing::Resume).err(), Some("output_busy"));
        drop(first);
        assert!(open(&path, Existing::Resume).is_ok());
    }

    #[test]
    fn a_manifest_that_vanished_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut journal = open(&path, Existing::Refuse).unwrap();
        journal.push(&line("a"));
        fs::remove_file(&path).unwrap();
        assert!(journal.finish(&line("summary")).is_err());
    }

    #[test]
    fn a_cut_line_is_found_across_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (whole, cut) in [(0, 5), (0, 200_000), (10, 0), (70_000, 70_000), (65_536, 1), (65_535, 65_537)] {
            let mut text = "x".repeat(whole);
            text.extend((whole > 0).then_some('\n'));
            let expected = text.len() as u64;
            fs::write(&path, text + &"y".repeat(cut)).unwrap();
            assert_eq!(whole_lines(&mut File::open(&path).unwrap()).unwrap(), expected, "{whole} {cut}");
        }
    }
}
