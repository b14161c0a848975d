//! What a manifest leads to: files in its folder, entries of the archive beside it, and nothing else. Whoever wrote the
//! manifest, or a PDF that it is about, does not choose which files of this computer are opened: not `/etc/shadow`, not a
//! device, not a pipe that never ends, and not an `invoice.xml` that happens to lie in the current folder.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::iter;
use std::path::{Component, Path, PathBuf, absolute};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ksef_qr::PictureFormat;
use ksef_qr::batch::{ArchiveEntry, Output, entries_of_kinds};
use ksef_qr::pdf::Original;
use ksef_qr::verify::{ManifestCodes, ManifestPicture};

use super::evidence::{LARGEST_INVOICE, LARGEST_PICTURE, read};
use super::problem::Problem;

const LEADS_OUT: &str = "the name leads out of the manifest's folder";

/// What may be opened for the lines of a manifest.
pub struct Surroundings<'m> {
    folder: &'m Path,
    /// Where an archive of them can be.
    pictures: Vec<PathBuf>,
    archives: Archives,
    /// The files that were opened.
    opened: HashSet<PathBuf>,
}

impl<'m> Surroundings<'m> {
    pub fn of(manifest: &'m Path) -> Self {
        let folder = manifest.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (pictures, archives) = (Output::archives_of(manifest).collect(), Archives::default());
        Self { folder, pictures, archives, opened: HashSet::new() }
    }

    /// The files that were opened, each by its true path.
    pub fn into_opened(self) -> HashSet<PathBuf> {
        self.opened
    }

    /// The invoice of a line, if it is here: in the PDF that the line is about, or a file.
    pub fn invoice_of(&mut self, codes: &ManifestCodes) -> Option<Vec<u8>> {
        let Some(name) = &codes.invoice else { return self.invoice(&codes.input) };
        // A name out of a PDF is the embedded file's before it is that of any other. A password is not known here.
        let documents: Vec<_> = codes.pictures.iter().filter(|picture| picture.is_document).collect();
        let embedded = documents.into_iter().find_map(|document| {
            let bytes = self.picture(document).ok()?;
            let pdf = Original::read(bytes.clone(), None).or_else(|_| Original::repaired(bytes)).ok()?;
            Some(pdf.embedded_xml().ok()?.into_iter().find(|file| file.name == *name)?.bytes)
        });
        embedded.or_else(|| self.invoice(name))
    }

    fn invoice(&mut self, name: &str) -> Option<Vec<u8>> {
        if let Some(path) = self.inside(name) {
            return self.open(path, LARGEST_INVOICE).ok();
        }
        let (archive, name) = ArchiveEntry::split(name)?;
        let archive = self.inside(archive.to_str()?)?;
        self.archives.entry(&archive, name)?.bytes(LARGEST_INVOICE).ok()
    }

    /// The bytes of a picture, or of a document.
    pub fn picture(&mut self, picture: &ManifestPicture) -> Result<Vec<u8>, Problem> {
        if let Some(text) = &picture.embedded {
            return STANDARD.decode(text).map_err(|_| Problem::picture("it is no Base64"));
        }
        // A manifest names what is beside it; it does not send its reader elsewhere.
        if !is_plain(Path::new(&picture.name)) {
            return Err(Problem::picture(LEADS_OUT));
        }
        for archive in &self.pictures {
            if let Some(entry) = self.archives.entry(archive, &picture.name) {
                return Ok(entry.bytes(LARGEST_PICTURE)?);
            }
        }
        self.picture_file(&picture.name)
    }

    fn picture_file(&mut self, name: &str) -> Result<Vec<u8>, Problem> {
        let real = fs::canonicalize(self.folder.join(name))?;
        // A link in the folder may lead out of it.
        match self.holds(&real) {
            true => self.open(real, LARGEST_PICTURE),
            false => Err(Problem::picture(LEADS_OUT)),
        }
    }

    /// The file that a line names, by a path from the manifest's folder or from where the run was started, if that is a
    /// file in the folder. Nothing outside is as much as looked at.
    fn inside(&self, name: &str) -> Option<PathBuf> {
        let name = Path::new(name);
        let from_folder = is_plain(name).then(|| self.folder.join(name));
        let from_here = || {
            let (named, folder) = (absolute(name).ok()?, absolute(self.folder).ok()?);
            let below = named.strip_prefix(&folder).ok()?;
            is_plain(below).then(|| self.folder.join(below))
        };
        let candidates = from_here().into_iter().chain(from_folder);
        candidates.filter_map(|path| fs::canonicalize(path).ok()).find(|real| self.holds(real) && real.is_file())
    }

    fn holds(&self, real: &Path) -> bool {
        fs::canonicalize(self.folder).is_ok_and(|folder| real.starts_with(folder))
    }

    fn open(&mut self, real: PathBuf, largest: u64) -> Result<Vec<u8>, Problem> {
        if !fs::metadata(&real)?.is_file() {
            return Err(Problem::picture("it is not a regular file"));
        }
        let bytes = read(&real, largest)?;
        self.opened.insert(real);
        Ok(bytes)
    }
}

/// True for a name that leads down and nowhere else.
fn is_plain(name: &Path) -> bool {
    let mut parts = name.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Archives by path, each listed once; one that is not there has no entries.
#[derive(Default)]
struct Archives(HashMap<PathBuf, HashMap<String, ArchiveEntry>>);

impl Archives {
    fn entry(&mut self, archive: &Path, name: &str) -> Option<&ArchiveEntry> {
        if !self.0.contains_key(archive) {
            // The invoices of a run, and what it draws; documents are PDFs as well.
            let kinds = iter::once("xml").chain(PictureFormat::ALL.iter().map(|format| format.extension()));
            let entries = entries_of_kinds(archive, &kinds.collect::<Vec<_>>()).unwrap_or_default();
            let by_name = entries.into_iter().map(|entry| (entry.name().to_owned(), entry)).collect();
            self.0.insert(archive.to_owned(), by_name);
        }
        self.0.get(archive)?.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_the_folder_is_inside() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("out");
        fs::create_dir_all(folder.join("sub")).unwrap();
        for file in ["secret.xml", "out/f.xml", "out/sub/g.xml"] {
            fs::write(root.path().join(file), "x").unwrap();
        }
        let manifest = folder.join("manifest.ndjson");
        let surroundings = Surroundings::of(&manifest);
        let inside = |name: &str| surroundings.inside(name).is_some();
        assert!(inside("f.xml") && inside("sub/g.xml"));
        assert!(inside(&folder.join("f.xml").to_string_lossy()), "by its whole path");
        for name in ["", ".", "..", "sub", "missing.xml", "../secret.xml", "sub/../../secret.xml", "/etc/hostname"] {
            assert!(!inside(name), "{name}");
        }
        assert!(!inside(&root.path().join("secret.xml").to_string_lossy()));
        assert!(!inside(&format!("{}/../secret.xml", folder.display())));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_pipes_and_devices_are_not_opened() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("out");
        fs::create_dir(&folder).unwrap();
        fs::write(root.path().join("secret.xml"), "x").unwrap();
        std::os::unix::fs::symlink("../secret.xml", folder.join("link.xml")).unwrap();
        std::os::unix::fs::symlink("..", folder.join("up")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.join("zero.png")).unwrap();
        let pipe = folder.join("pipe.png");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let manifest = folder.join("manifest.ndjson");
        let mut surroundings = Surroundings::of(&manifest);
        for name in ["link.xml", "up/secret.xml", "zero.png", "pipe.png"] {
            assert_eq!(surroundings.inside(name), None, "{name}");
            assert!(surroundings.picture_file(name).is_err(), "{name}");
        }
    }
}
