//! The manifest as it is written: lines are appended and never changed, so that a kill costs at most the last one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempPath;

use super::settings::{Existing, Manifest};
use crate::error::{Error, Kind, Result};
use crate::files::{StagingFolder, exists, is_at, lock_opened, make_folder, put_in_place, unreadable, unwritable};
use crate::manifest::{Extent, LINE_START, Lines, ManifestLine};

/// A manifest being written.
pub(crate) enum ManifestWriter {
    /// Standard output, or a file that is not a regular one.
    Stream { name: PathBuf, stream: Box<dyn Write>, pending: Vec<u8> },
    /// A file.
    File(Box<ManifestFile>),
}

pub(crate) struct ManifestFile {
    path: PathBuf,
    file: File,
    /// What is written takes the place of an earlier manifest once the run has come to its end. (Dropped before the folder
    /// that it is in.)
    aside: Option<Aside>,
    staging: StagingFolder,
    /// True if each line is forced to the disk before its pictures can be seen.
    is_durable: bool,
    /// Bytes that are whole lines.
    end: u64,
    /// Lines not written yet.
    pending: Vec<u8>,
    /// The lines of this run, written, pending or of an earlier run, in the order they are to have.
    order: Vec<Extent>,
}

/// A manifest that is not yet where it is to be, and the one that it will replace.
struct Aside {
    place: TempPath,
    /// The files that the earlier one names.
    earlier_files: Vec<String>,
    // Locked until the end: its hard links are other names of it.
    _earlier: File,
}

/// What a file that may be replaced holds.
#[derive(Debug, PartialEq, Eq)]
struct Contents {
    /// Any invoice with its codes?
    has_codes: bool,
    /// The files that its lines name.
    files: Vec<String>,
}

impl ManifestWriter {
    /// Opens it. The file of an earlier run is taken up only to resume; one that is to be overwritten stays what it is until
    /// this run has come to its end. One without a single code is in nobody's way.
    ///
    /// # Errors
    /// `output_exists`, `output_busy`, `output_unwritable`.
    pub(crate) fn open(manifest: &Manifest, existing: Existing) -> Result<Self> {
        let Manifest::File(path) = manifest else {
            return Ok(Self::stream("standard output".into(), Box::new(io::stdout())));
        };
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let found = fs::symlink_metadata(path).is_ok().then(|| fs::metadata(path));
        let is_special = found.as_ref().is_some_and(|found| found.as_ref().is_ok_and(|found| !found.is_file()));
        if is_special {
            match existing {
                Existing::Refuse => return Err(exists(path)),
                Existing::Resume => {
                    let message = "it is not a regular file, so no run can continue it";
                    return Err(Error::new(Kind::OutputExists, message).about(path.to_string_lossy()));
                }
                Existing::Overwrite => {}
            }
            let opened = OpenOptions::new().write(true).open(path).map_err(|error| unwritable(path, &error))?;
            return Ok(Self::stream(path.clone(), Box::new(opened)));
        }
        // A link stays a link: what it leads to is replaced, should the lines have to be put in order.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let staging = StagingFolder::open(target.with_file_name(format!(".{name}.ksef-qr")))?;
        let mut options = OpenOptions::new();
        let is_new = existing == Existing::Refuse && found.is_none();
        options.read(true).write(true).create(true).create_new(is_new);
        let mut file = options.open(&target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => unwritable(path, &error),
        })?;
        lock_opened(&file, path)?;
        let contents = match existing {
            // Whoever resumes reads every line, and more closely.
            Existing::Resume => check_is_manifest(&mut file, path).map(|()| None)?,
            Existing::Overwrite => Some(contents(&mut file, path)?),
            // Whatever it is, it stays.
            Existing::Refuse => Some(contents(&mut file, path).map_err(|_| exists(path))?),
        };
        let (end, pending, order) = (0, Vec::new(), Vec::new());
        let mut manifest =
            ManifestFile { path: target, file, staging, is_durable: false, end, pending, order, aside: None };
        match contents {
            None => {}
            Some(Contents { has_codes: true, .. }) if existing == Existing::Refuse => return Err(exists(path)),
            Some(Contents { has_codes: true, files }) => {
                manifest.write_aside(files).map_err(|error| unwritable(path, &error))?;
            }
            Some(_) => manifest.cut(0).map_err(|error| unwritable(path, &error))?,
        }
        Ok(Self::File(Box::new(manifest)))
    }

    fn stream(name: PathBuf, stream: Box<dyn Write>) -> Self {
        Self::Stream { name, stream, pending: Vec::new() }
    }

    /// From here on, lines are forced to the disk.
    ///
    /// # Errors
    /// `setting_malformed`, if the lines go where nobody can force them: to a program, or to standard output.
    pub(crate) fn make_durable(&mut self) -> Result<()> {
        match self {
            Self::Stream { name, .. } => {
                let message = "lines can be forced to the disk in a manifest that is a file, not in a stream";
                Err(Error::new(Kind::SettingMalformed, message).about(name.to_string_lossy()))
            }
            Self::File(manifest) => {
                manifest.is_durable = true;
                Ok(())
            }
        }
    }

    /// Goes on where an earlier run's whole lines end.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn take_up(&mut self, (end, lacks_newline): (u64, bool)) -> Result<()> {
        let Self::File(manifest) = self else { return Ok(()) };
        let mut taken_up = manifest.cut(end);
        if lacks_newline {
            taken_up = taken_up.and_then(|()| manifest.file.write_all(b"\n"));
            manifest.end += 1;
        }
        taken_up.map_err(|error| unwritable(&manifest.path, &error))
    }

    /// Adds a line; [`commit`](Self::commit) writes it.
    pub(crate) fn push(&mut self, line: &str) {
        match self {
            Self::Stream { pending, .. } => pending.extend_from_slice(line.as_bytes()),
            Self::File(manifest) => manifest.push(line),
        }
    }

    /// Gives a line of an earlier run its place in the order.
    pub(crate) fn keep(&mut self, line: Extent) {
        let Self::File(manifest) = self else { return };
        // Lines that stay beside each other are one piece.
        if let Some(last) = manifest.order.last_mut()
            && last.end() == line.start
            && let Some(length) = last.length.checked_add(line.length)
        {
            last.length = length;
            return;
        }
        manifest.order.push(line);
    }

    /// Writes the lines added since the last time, all of them or none.
    pub(crate) fn commit(&mut self) -> io::Result<()> {
        match self {
            Self::Stream { stream, pending, .. } => {
                let written = stream.write_all(pending).and_then(|()| stream.flush());
                pending.clear();
                written
            }
            Self::File(manifest) => manifest.commit(),
        }
    }

    /// Adds the last line, and leaves a file with one line for each invoice, in order.
    pub(crate) fn finish(&mut self, summary: &str) -> io::Result<()> {
        match self {
            Self::Stream { .. } => {
                self.push(summary);
                self.commit()
            }
            Self::File(manifest) => manifest.finish(summary),
        }
    }

    /// The files that an earlier manifest names, if this one is to take its place at the end.
    pub(crate) fn replaces(&self) -> Option<&[String]> {
        match self {
            Self::Stream { .. } => None,
            Self::File(manifest) => manifest.aside.as_ref().map(|aside| &*aside.earlier_files),
        }
    }

    /// Where a manifest that was written aside is to be, and the file.
    pub(crate) fn prepared(&self) -> Option<(&Path, &File)> {
        match self {
            Self::Stream { .. } => None,
            Self::File(manifest) => manifest.aside.as_ref().map(|_| (&*manifest.path, &manifest.file)),
        }
    }

    /// Puts a manifest that was written aside in its place, once it is finished.
    pub(crate) fn put_in_place(&mut self) -> io::Result<()> {
        match self {
            Self::Stream { .. } => Ok(()),
            Self::File(manifest) => match manifest.aside.take() {
                Some(aside) => aside.place.persist(&manifest.path).map_err(Into::into),
                None => Ok(()),
            },
        }
    }

    /// The file, if it is one that an earlier run may have left.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Stream { .. } => None,
            Self::File(manifest) => Some(&manifest.path),
        }
    }

    /// After an error: puts back a manifest that was removed, if that can be done.
    pub(crate) fn restore(&mut self) {
        if let Self::File(manifest) = self
            && manifest.aside.is_none()
            && fs::symlink_metadata(&manifest.path).is_err()
        {
            _ = manifest.restore();
        }
    }

    /// Where what a run saw is left for the next one; of a file only.
    pub(crate) fn place_of_seen(&self) -> Option<PathBuf> {
        let name = self.file()?.file_name()?.to_string_lossy().into_owned();
        Some(self.file()?.with_file_name(format!(".{name}.seen")))
    }

    /// Leaves it, whole or not at all. It is a cache: nobody misses one that could not be written.
    pub(crate) fn leave_seen(&self, bytes: &[u8]) {
        if let (Self::File(manifest), Some(place)) = (self, self.place_of_seen())
            && let Ok(prepared) = manifest.staging.prepare(bytes, false)
        {
            _ = put_in_place(prepared, &place, true);
        }
    }

    /// Now, by the clock of the file system that the manifest is on.
    pub(crate) fn file_time(&self) -> Option<SystemTime> {
        match self {
            Self::Stream { .. } => None,
            Self::File(manifest) => manifest.staging.create().ok()?.as_file().metadata().ok()?.modified().ok(),
        }
    }

    /// What to call it in an error.
    pub(crate) fn name(&self) -> &Path {
        match self {
            Self::Stream { name, .. } => name,
            Self::File(manifest) => &manifest.path,
        }
    }
}

impl ManifestFile {
    /// Leaves the file as it is, and writes another.
    fn write_aside(&mut self, earlier_files: Vec<String>) -> io::Result<()> {
        let (file, place) = self.staging.create()?.into_parts();
        file.set_permissions(self.file.metadata()?.permissions())?;
        let earlier = mem::replace(&mut self.file, file);
        self.aside = Some(Aside { place, earlier_files, _earlier: earlier });
        Ok(())
    }

    fn cut(&mut self, end: u64) -> io::Result<()> {
        self.end = end;
        // What is cut to nothing, even if it was empty, ext4 sends to the disk as soon as it is closed: a tenth of a millisecond.
        if self.file.metadata()?.len() != end {
            self.file.set_len(end)?;
        }
        self.file.seek(SeekFrom::Start(end)).map(drop)
    }

    fn push(&mut self, line: &str) {
        self.order.push(Extent { start: self.end + self.pending.len() as u64, length: line.len() as u32 });
        self.pending.extend_from_slice(line.as_bytes());
    }

    fn commit(&mut self) -> io::Result<()> {
        // Asked each time: pictures must not appear whose lines nobody can find.
        let place = self.aside.as_ref().map_or(&*self.path, |aside| &*aside.place);
        let written = match is_at(&self.file, place) {
            Ok(true) => self.file.write_all(&self.pending).and_then(|()| self.force()),
            Err(error) => Err(error),
            Ok(false) => Err(io::Error::new(io::ErrorKind::NotFound, "it was removed or replaced during the run")),
        };
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

    fn force(&self) -> io::Result<()> {
        match self.is_durable && !self.pending.is_empty() {
            true => self.file.sync_data(),
            false => Ok(()),
        }
    }

    fn finish(&mut self, summary: &str) -> io::Result<()> {
        self.commit()?;
        let mut end = 0;
        let is_in_order = self.order.iter().all(|line| {
            let follows = line.start == end;
            end = line.end();
            follows
        });
        if !(is_in_order && end == self.end) {
            return self.rewrite(summary);
        }
        self.push(summary);
        self.commit()?;
        match self.aside {
            Some(_) => self.file.sync_all(),
            None => Ok(()),
        }
    }

    /// Puts back a manifest that somebody removed: its lines are all there is of the signatures in them.
    fn restore(&mut self) -> io::Result<()> {
        let mut copy = self.staging.create()?;
        self.file.seek(SeekFrom::Start(0))?;
        io::copy(&mut (&mut self.file).take(self.end), &mut copy)?;
        copy.as_file().sync_all()?;
        copy.persist_noclobber(&self.path)?;
        Ok(())
    }

    /// Lines of several runs, in one order: a new file takes the place of the old one in one step.
    fn rewrite(&mut self, summary: &str) -> io::Result<()> {
        let mut copy = BufWriter::with_capacity(1 << 16, self.staging.create()?);
        let mut lines = BufReader::with_capacity(1 << 16, &self.file);
        lines.seek(SeekFrom::Start(0))?;
        let mut at = 0;
        for line in &self.order {
            // Relative, so that the buffer is kept where the next line is in it.
            lines.seek_relative(line.start as i64 - at as i64)?;
            io::copy(&mut (&mut lines).take(line.length.into()), &mut copy)?;
            at = line.end();
        }
        copy.write_all(summary.as_bytes())?;
        let copy = copy.into_inner()?;
        copy.as_file().set_permissions(self.file.metadata()?.permissions())?;
        copy.as_file().sync_all()?;
        copy.persist(&self.path)?;
        Ok(())
    }
}

/// Refuses to take up what this program did not write: a slip of the hand must not cost an invoice or a key.
fn check_is_manifest(file: &mut File, path: &Path) -> Result<()> {
    let mut start = Vec::new();
    let read = file.take(LINE_START.len() as u64).read_to_end(&mut start);
    read.map_err(|error| unwritable(path, &error))?;
    // A run killed at once may leave the beginning of a line.
    if LINE_START.starts_with(&start) {
        return Ok(());
    }
    Err(Error::new(Kind::OutputExists, "the file exists and is not a manifest, so it is not replaced")
        .about(path.to_string_lossy()))
}

/// What a file holds that is to be replaced. Every line must be one of a manifest: the beginning alone could be that of
/// anything.
fn contents(file: &mut File, path: &Path) -> Result<Contents> {
    check_is_manifest(file, path)?;
    let cannot = |error: io::Error| unreadable(&error).about(path.to_string_lossy());
    file.rewind().map_err(cannot)?;
    let mut found = Contents { has_codes: false, files: Vec::new() };
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, &*file));
    while let Some(line) = lines.next_line().map_err(cannot)? {
        match line.read() {
            Ok(ManifestLine::Invoice(fields)) if fields.kod1.is_some() => {
                found.has_codes = true;
                found.files.extend(fields.files().map(str::to_owned));
            }
            Ok(ManifestLine::Refused | ManifestLine::Summary) => {}
            Err(error) if error.is_eof() && line.is_cut_short() && is_begun(line.text) => break,
            _ => {
                let message =
                    format!("the file exists and line {} is not of a manifest, so it is not replaced", line.number);
                return Err(Error::new(Kind::OutputExists, message).about(path.to_string_lossy()));
            }
        }
    }
    Ok(found)
}

/// True for the beginning of a line, all that a kill left of it.
fn is_begun(text: &[u8]) -> bool {
    let lines: [&[u8]; 2] = [b"{\"type\":\"invoice\",\"status\":\"", b"{\"type\":\"summary\",\"signed\":"];
    lines.into_iter().any(|start| text.starts_with(start) || start.starts_with(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, existing: Existing) -> std::result::Result<ManifestWriter, &'static str> {
        ManifestWriter::open(&Manifest::File(path.to_owned()), existing).map_err(|error| error.code())
    }

    fn line(name: &str) -> String {
        format!("{{\"type\":\"{name}\"}}\n")
    }

    const CODES: &str =
        r#"{"type":"invoice","status":"linked","kod1":{"url":"u","label":"OFFLINE","png":"f1.kod1.png"}}"#;

    #[test]
    fn only_a_manifest_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let of_check = "{\"type\":\"check\",\"accepted\":true}\n";
        for (content, refuse, overwrite) in [
            ("", None, None),
            ("{\"ty", None, None),
            ("{\"type\":\"summary\"}\n", None, None),
            ("{\"type\":\"invoice\",\"status\":\"refused\"}\n{\"type\":\"summary\"}\n", None, None),
            (CODES, Some("output_exists"), None),
            ("<Faktura/>", Some("output_exists"), Some("output_exists")),
            ("{\"kty\":\"EC\"}", Some("output_exists"), Some("output_exists")),
            (of_check, Some("output_exists"), Some("output_exists")),
            (&format!("{CODES}\n{of_check}"), Some("output_exists"), Some("output_exists")),
            (&format!("{CODES}\n\0\0\0\0"), Some("output_exists"), Some("output_exists")),
            ("{\"type\":\"service_account\",\"private_key\":\"x\"}", Some("output_exists"), Some("output_exists")),
            ("{\"type\":\"service_acc", Some("output_exists"), Some("output_exists")),
            (&CODES[..70], None, None),
        ] {
            for (existing, expected) in [(Existing::Refuse, refuse), (Existing::Overwrite, overwrite)] {
                fs::write(&path, content).unwrap();
                assert_eq!(open(&path, existing).err(), expected, "{content} {existing:?}");
                let stays = content.starts_with(CODES) || expected.is_some();
                assert_eq!(fs::read_to_string(&path).unwrap(), if stays { content } else { "" }, "{existing:?}");
            }
        }
        for (content, expected) in [("", None), (of_check, None), ("<Faktura/>", Some("output_exists"))] {
            fs::write(&path, content).unwrap();
            // Every line is read by whoever goes on with it.
            assert_eq!(open(&path, Existing::Resume).err(), expected, "{content}");
        }
    }

    #[test]
    fn an_earlier_manifest_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("hard"));
        fs::write(&path, CODES).unwrap();
        let mut manifest = open(&path, Existing::Overwrite).unwrap();
        assert_eq!(manifest.replaces(), Some(&["f1.kod1.png".to_owned()][..]));
        manifest.push(&line("a"));
        manifest.commit().unwrap();
        manifest.finish(&line("summary")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), CODES);
        drop(manifest);
        assert_eq!(fs::read_to_string(&path).unwrap(), CODES, "nothing done, nothing replaced");
        let mut manifest = open(&path, Existing::Overwrite).unwrap();
        #[cfg(unix)]
        {
            fs::hard_link(&path, &link).unwrap();
            assert_eq!(open(&link, Existing::Resume).err(), Some("output_busy"), "the same file by another name");
        }
        manifest.finish(&line("summary")).unwrap();
        manifest.put_in_place().unwrap();
        drop(manifest);
        assert_eq!(fs::read_to_string(&path).unwrap(), line("summary"));
        _ = fs::remove_file(link);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn lines_are_put_in_order_and_what_was_cut_short_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let [a, b, c] = ["a", "b", "c"].map(line);
        fs::write(&path, [&a, &b, "{\"type\":\"half"].concat()).unwrap();
        let mut manifest = open(&path, Existing::Resume).unwrap();
        manifest.take_up((2 * a.len() as u64, false)).unwrap();
        let extent = |start: usize| Extent { start: start as u64, length: a.len() as u32 };
        manifest.push(&c);
        manifest.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), [&*a, &b, &c].concat());
        manifest.keep(extent(a.len()));
        manifest.keep(extent(0));
        manifest.finish(&line("summary")).unwrap();
        drop(manifest);
        assert_eq!(fs::read_to_string(&path).unwrap(), [&*c, &b, &a, &line("summary")].concat());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        // In order as they are: nothing is rewritten, the last line is added.
        fs::remove_file(&path).unwrap();
        let mut manifest = open(&path, Existing::Overwrite).unwrap();
        manifest.push(&a);
        manifest.commit().unwrap();
        manifest.finish(&b).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), [&*a, &b].concat());
    }

    #[test]
    fn a_second_run_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let first = open(&path, Existing::Refuse).unwrap();
        assert_eq!(open(&path, Existing::Refuse).err(), Some("output_busy"));
        assert_eq!(open(&path, Existing::Overwrite).err(), Some("output_busy"));
        assert_eq!(open(&path, Existing::Resume).err(), Some("output_busy"));
        drop(first);
        assert!(open(&path, Existing::Resume).is_ok());
    }

    #[test]
    fn a_manifest_that_vanished_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut manifest = open(&path, Existing::Refuse).unwrap();
        manifest.push(&line("a"));
        manifest.commit().unwrap();
        fs::remove_file(&path).unwrap();
        manifest.push(&line("b"));
        assert!(manifest.commit().is_err(), "before the pictures of b are seen");
        manifest.restore();
        assert_eq!(fs::read_to_string(&path).unwrap(), line("a"));
    }
}
