//! Where the pictures of a run go, as its workers see it: which names are free, and files written aside.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

#[cfg(feature = "pdf")]
use super::prepared_file::Grown;
use super::prepared_file::{Content, PreparedFile};
use super::replaceable_archive::{is_name_of_result, is_of_codes};
use super::replacement::Replacement;
use super::settings::{Existing, Output};
use crate::batch::document::Document;
use crate::error::{Error, Kind, Result};
use crate::files::{Prepared, StagingFolder, exists, unreadable, unwritable};
use crate::manifest::{FileNames, Picture};
use crate::render::PictureFormat;

/// In bytes. The largest picture has a megabyte; a stamped PDF has some kilobytes more than the PDF had.
const LARGEST_FILE: u64 = 101_000_000;

/// Where the pictures of a run go; open and locked.
#[derive(Debug)]
#[cfg_attr(feature = "pdf", expect(clippy::struct_excessive_bools, reason = "each is a setting of the run"))]
pub(crate) struct Destination {
    pub(super) output: Output,
    /// The folder, if results are files.
    pub(super) folder: Option<PathBuf>,
    /// The name of the only file, if it was given.
    only: Option<String>,
    /// True if there is an archive already, which this one is to replace.
    replaces_archive: bool,
    pub(super) replace: bool,
    /// True if files are forced to the disk before their line is in the manifest.
    pub(super) is_durable: bool,
    /// True for a run that takes up an earlier one.
    #[cfg(feature = "pdf")]
    pub(super) goes_on: bool,
    // Before the folder, which is gone with it.
    #[cfg(feature = "pdf")]
    pub(super) grown: Grown,
    pub(super) staging: Option<StagingFolder>,
}

/// The names of one invoice's files: free when it was asked, or the invoice's own from an earlier run.
#[derive(Debug)]
pub(crate) struct ReservedNames {
    names: FileNames,
    /// True for names that an earlier run gave to this invoice: what is there may be replaced.
    are_own: bool,
}

impl ReservedNames {
    /// The names that an earlier run gave.
    pub(crate) fn of_earlier(stem: &str) -> Self {
        Self { names: FileNames::of(stem), are_own: true }
    }
}

impl Destination {
    /// Makes and locks it. An archive that is there is replaced by what `existing` says; a run that is taken up
    /// (`goes_on`) made it, and makes it anew from its manifest. What a killed run began to replace, together with this
    /// `manifest`, is replaced first.
    ///
    /// # Errors
    /// `output_exists`, `output_busy`, `output_unwritable`.
    pub(crate) fn open(output: &Output, existing: Existing, goes_on: bool, manifest: Option<&Path>) -> Result<Self> {
        let replace = existing == Existing::Overwrite;
        let hidden = |path: &Path| {
            path.with_file_name(format!(".{}.ksef-qr", path.file_name().unwrap_or_default().to_string_lossy()))
        };
        // The files that it names are not replaced without it.
        let own = output.manifest();
        let is_own = |manifest: &Path| manifest == own || same_file::is_same_file(manifest, &own).unwrap_or(false);
        if replace && output.path().is_some() && own.is_file() && !manifest.is_some_and(is_own) {
            let message = "it names the files of an earlier run there, and would not name those that replace them";
            return Err(Error::new(Kind::OutputExists, message)
                .about(own.to_string_lossy())
                .with_hint("Let this run write that manifest, and no other, or choose another place."));
        }
        let mut replaces_archive = false;
        let (folder, only) = match output {
            Output::Folder(folder) => (Some(folder.clone()), None),
            Output::File(file) => {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                (Some(folder.to_owned()), Some(name))
            }
            Output::Archive(_) | Output::Manifest => (None, None),
        };
        // One of the pictures could take its place.
        if let Some(path) = manifest.filter(|_| folder.is_some())
            && path.file_name().is_some_and(|name| is_name_of_result(&name.to_string_lossy()))
        {
            let message = "the manifest has a name as pictures and documents have: give it another";
            return Err(Error::new(Kind::SettingMalformed, message).about(path.to_string_lossy()));
        }
        let staging = match output {
            Output::Folder(folder) => Some(folder.join(".ksef-qr")),
            Output::File(file) => Some(hidden(file)),
            Output::Archive(archive) => {
                let is_there = fs::symlink_metadata(archive).is_ok();
                replaces_archive = is_there && replace;
                if is_there && !replace && !goes_on {
                    return Err(exists(archive));
                }
                // A slip of the hand must not cost an archive of invoices.
                if is_there && !is_of_codes(archive)? {
                    let message = "the archive exists and holds other things than codes, so it is not replaced";
                    return Err(Error::new(Kind::OutputExists, message).about(archive.to_string_lossy()));
                }
                Some(hidden(archive))
            }
            Output::Manifest => None,
        };
        let staging = staging.map(StagingFolder::open).transpose()?;
        if let (Some(staging), Some(folder)) = (&staging, &folder) {
            Replacement::recover(staging, folder, manifest, replace)?;
        }
        Ok(Self {
            output: output.clone(),
            replace: replace || (goes_on && folder.is_none()),
            folder,
            only,
            replaces_archive,
            is_durable: false,
            #[cfg(feature = "pdf")]
            goes_on,
            #[cfg(feature = "pdf")]
            grown: Grown::default(),
            staging,
        })
    }

    /// From here on, files are forced to the disk.
    pub(crate) fn make_durable(&mut self) {
        self.is_durable = true;
    }

    /// True if pictures go into the manifest's lines.
    pub(crate) fn is_manifest(&self) -> bool {
        self.output == Output::Manifest
    }

    /// True if pictures are files of their own.
    pub(crate) fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// True if an archive of an earlier run is to be replaced.
    pub(crate) fn replaces_archive(&self) -> bool {
        self.replaces_archive
    }

    /// Notes what is about to be replaced: the manifest, by its place and its new file, and `names`, each with the name that
    /// it has now. From here on it is one step.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn begin_replacement(
        &self,
        manifest: Option<(&Path, &File)>,
        names: Vec<(String, String)>,
    ) -> Result<()> {
        let (Some(staging), Some((path, file))) = (&self.staging, manifest) else { return Ok(()) };
        // An archive is one file, and made anew from the manifest.
        let Some(folder) = &self.folder else { return Ok(()) };
        let noted = Replacement::by(path, file, folder, names).and_then(|replacement| replacement.leave(staging));
        let noted = noted.and_then(|()| if self.is_durable { staging.sync() } else { Ok(()) });
        noted.map_err(|error| unwritable(path, &error))
    }

    /// All is in its place.
    pub(crate) fn end_replacement(&self) {
        if let Some(staging) = &self.staging {
            staging.forget_note();
        }
    }

    /// Those of the named files that are there.
    pub(crate) fn present<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
        let Some(folder) = &self.folder else { return Vec::new() };
        names.filter(|name| fs::symlink_metadata(folder.join(name)).is_ok()).collect()
    }

    /// Reserves the names of an invoice's files, before anything is signed: one for each format of each of `codes`, and one
    /// for the document.
    ///
    /// # Errors
    /// `output_exists`, `stamped_over_input`.
    pub(crate) fn reserve(
        &self,
        stem: &str,
        codes: &[&str],
        formats: &[PictureFormat],
        document: Option<&dyn Document>,
    ) -> Result<ReservedNames> {
        let names = FileNames::of(stem);
        // Elsewhere nothing is in the way, and no name is made to ask for it.
        if self.folder.is_some() {
            for code in codes {
                for format in formats {
                    self.check_picture(&names.picture(code, *format), *format)?;
                }
            }
            if let Some(document) = document {
                let name = self.document_name(&names, document);
                self.check_free(&name)?;
                self.check_own(&name, document, &[])?;
            }
        }
        Ok(ReservedNames { names, are_own: false })
    }

    fn document_name(&self, names: &FileNames, document: &dyn Document) -> String {
        self.only.clone().unwrap_or_else(|| names.document(document.ending()))
    }

    /// Refuses a name that is taken.
    ///
    /// # Errors
    /// `output_exists`.
    pub(super) fn check_free(&self, name: &str) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        match fs::symlink_metadata(&path) {
            Ok(found) if !self.replace || found.is_dir() => Err(exists(&path)),
            _ => Ok(()),
        }
    }

    /// As [`check_free`](Self::check_free), and refuses to replace a file that is no picture of this format.
    ///
    /// # Errors
    /// `output_exists`.
    fn check_picture(&self, name: &str, format: PictureFormat) -> Result<()> {
        self.check_free(name)?;
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        let is_ours = match fs::symlink_metadata(&path) {
            Err(_) => true,
            // A power cut leaves empty ones.
            Ok(found) if found.is_file() && found.len() == 0 => true,
            Ok(found) if found.is_file() => begins(&path).is_ok_and(|start| format.is_begun(&start)),
            Ok(_) => false,
        };
        match is_ours {
            true => Ok(()),
            false => {
                let message = "it exists, and is no picture of this program, so it is not replaced";
                Err(Error::new(Kind::OutputExists, message).about(path.to_string_lossy()))
            }
        }
    }

    /// Refuses to write where the PDFs are that documents are made of: one of them, or its neighbour, could be in the way.
    ///
    /// # Errors
    /// `stamped_over_input`.
    pub(crate) fn check_apart(&self, pdf: &Path) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        if let Some(only) = &self.only {
            return match same_file::is_same_file(pdf, folder.join(only)) {
                Ok(true) => {
                    let message = "the PDF itself is where the stamped one is to go";
                    Err(Error::new(Kind::StampedOverInput, message).about(folder.join(only).to_string_lossy()))
                }
                _ => Ok(()),
            };
        }
        let parent = pdf.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Through a link, too: the folder of the file itself.
        let is_link = fs::symlink_metadata(pdf).is_ok_and(|found| found.is_symlink());
        let behind = if is_link { pdf.canonicalize().ok() } else { None };
        let folders = [Some(parent), behind.as_deref().and_then(Path::parent)];
        let is_same = |place: &Path| same_file::is_same_file(place, folder).unwrap_or(false);
        match folders.into_iter().flatten().any(is_same) {
            true => {
                let message = "the PDF lies in the folder that the stamped ones go to";
                Err(Error::new(Kind::StampedOverInput, message).about(folder.to_string_lossy()))
            }
            false => Ok(()),
        }
    }

    /// Refuses to replace a file that could be somebody's document rather than one of ours. `made` is what would replace
    /// it, if that is known already.
    ///
    /// # Errors
    /// `stamped_over_input`.
    pub(crate) fn check_own(&self, name: &str, document: &dyn Document, made: &[u8]) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        let found = match fs::symlink_metadata(&path) {
            Err(_) => return Ok(()),
            Ok(found) if found.len() > LARGEST_FILE => Vec::new(),
            // What cannot be read today may be anything.
            Ok(_) => fs::read(&path).map_err(|error| unreadable(&error).about(path.to_string_lossy()))?,
        };
        // What a kill or a full disk cut short is the beginning of what is made now.
        let is_cut_short = !made.is_empty() && made.starts_with(&found) && !document.is_whole(&found);
        match is_cut_short || document.may_replace(&found) {
            true => Ok(()),
            false => {
                let message = "it exists, and was not made by this program";
                Err(Error::new(Kind::StampedOverInput, message).about(path.to_string_lossy()))
            }
        }
    }

    /// True if the file is there from an earlier run; false if it is missing or not whole.
    ///
    /// # Errors
    /// `resume_mismatch` for a whole file that is another one: the run before drew in another size. `output_exists`
    /// for something that is not a file of ours at all. What the other one differs in, `difference` says.
    pub(crate) fn holds(
        &self,
        name: &str,
        bytes: &[u8],
        is_whole: impl Fn(&[u8]) -> bool,
        difference: impl FnOnce(&[u8]) -> String,
    ) -> Result<bool> {
        let (Some(found), Some(folder)) = (self.found(name)?, &self.folder) else { return Ok(false) };
        if found != bytes && is_whole(&found) {
            let message = format!("the file differs from what this run makes: {}", difference(&found));
            return Err(Error::new(Kind::ResumeMismatch, message).about(folder.join(name).to_string_lossy()));
        }
        Ok(found == bytes)
    }

    /// True if a file of this name is there from an earlier run, and whole; what is in it is not compared.
    ///
    /// # Errors
    /// `output_exists`, as [`holds`](Self::holds).
    pub(crate) fn holds_whole(&self, name: &str, is_whole: impl Fn(&[u8]) -> bool) -> Result<bool> {
        Ok(self.found(name)?.is_some_and(|found| is_whole(&found)))
    }

    /// What stands under a name in the folder.
    fn found(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let path = folder.join(name);
        match fs::symlink_metadata(&path) {
            Err(_) => Ok(None),
            Ok(found) if !found.is_file() || found.len() > LARGEST_FILE => Err(exists(&path)),
            Ok(_) => {
                // The run that wrote it may have left it to the system.
                if self.is_durable {
                    let synced = File::open(&path).and_then(|file| file.sync_all());
                    synced.map_err(|error| unwritable(&path, &error))?;
                }
                fs::read(&path).map(Some).map_err(|error| unreadable(&error).about(path.to_string_lossy()))
            }
        }
    }

    /// A picture as the manifest names it, and the file, unless it goes into the manifest.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn picture(
        &self,
        names: &ReservedNames,
        code: &str,
        format: PictureFormat,
        bytes: Vec<u8>,
    ) -> Result<(Picture, Option<PreparedFile>)> {
        if self.is_manifest() {
            return Ok((Picture::Bytes(bytes), None));
        }
        self.write(names.names.picture(code, format), bytes, format.is_compressed(), names.are_own)
    }

    /// A document as the manifest names it, and the file, unless it goes into the manifest.
    ///
    /// # Errors
    /// `output_unwritable`, `stamped_over_input`.
    pub(crate) fn document(
        &self,
        names: &ReservedNames,
        document: &dyn Document,
        bytes: Vec<u8>,
    ) -> Result<(Picture, Option<PreparedFile>)> {
        if self.is_manifest() {
            return Ok((Picture::Bytes(bytes), None));
        }
        let name = self.document_name(&names.names, document);
        if names.are_own {
            self.check_own(&name, document, &bytes)?;
        }
        self.write(name, bytes, false, names.are_own)
    }

    fn write(
        &self,
        name: String,
        bytes: Vec<u8>,
        is_compressed: bool,
        own: bool,
    ) -> Result<(Picture, Option<PreparedFile>)> {
        let prepared = self.prepare(name.clone(), bytes, is_compressed, own)?;
        Ok((Picture::File(name), prepared))
    }

    /// A file of an earlier run, made again: what is there of it may be replaced.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn repair(&self, name: &str, bytes: Vec<u8>, is_compressed: bool) -> Result<Option<PreparedFile>> {
        self.prepare(name.to_owned(), bytes, is_compressed, true)
    }

    /// Writes a file aside. `own` marks a name that an earlier run gave: what is there may be replaced.
    fn prepare(&self, name: String, bytes: Vec<u8>, is_compressed: bool, own: bool) -> Result<Option<PreparedFile>> {
        let content = match (&self.output, &self.staging) {
            (Output::Folder(_) | Output::File(_), Some(staging)) => {
                let prepared = match own || self.replace {
                    true => staging.prepare(&bytes, self.is_durable).map(Prepared::Named),
                    false => staging.prepare_new(&bytes, self.is_durable),
                };
                let path = self.folder.as_deref().unwrap_or(Path::new("")).join(&name);
                Content::File(prepared.map_err(|error| unwritable(&path, &error))?)
            }
            (Output::Archive(path), _) => {
                Content::of_archive(path, bytes, is_compressed).map_err(|error| unwritable(path, &error))?
            }
            _ => return Ok(None),
        };
        Ok(Some(PreparedFile { name, content, replace: own || self.replace }))
    }
}

/// The first bytes of a file that may be a picture.
fn begins(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(PictureFormat::BEGINNING).read_to_end(&mut start)?;
    Ok(start)
}
