//! The moment at which the results of an earlier run are replaced: first the manifest, then each picture that it names. A
//! note makes it one step. A run that comes after a kill finds the note, and finishes what was begun, or removes what
//! never was.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
use crate::files::{StagingFolder, open_regular, spelled_path, unwritable};
use crate::values::InvoiceHash;

/// In bytes: so much of the manifest's end is compared. It holds signatures that no other run made.
const TAIL: u64 = 1 << 16;

/// What is to get which name, once the manifest of this size and end is in its place.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Replacement {
    manifest: String,
    size: u64,
    tail: String,
    /// The names that files have while they are prepared, and those that they get.
    names: Vec<(String, String)>,
}

impl Replacement {
    /// By the manifest as it is now, whole and not yet in its place.
    pub(super) fn by(manifest: &Path, file: &File, folder: &Path, names: Vec<(String, String)>) -> io::Result<Self> {
        let (size, tail) = end_of(file)?;
        Ok(Self { manifest: named(manifest, folder), size, tail, names })
    }

    pub(super) fn leave(&self, staging: &StagingFolder) -> io::Result<()> {
        // Nothing in this structure can fail to serialise.
        staging.leave_note(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Ends what a killed run began, if it was of this manifest. Else its note stays for whoever asks for that one, and
    /// until then nobody `replaces` what is there.
    ///
    /// # Errors
    /// `output_unwritable`, `output_exists`.
    pub(super) fn recover(
        staging: &StagingFolder,
        folder: &Path,
        manifest: Option<&Path>,
        replaces: bool,
    ) -> Result<()> {
        let Some(note) = staging.note() else { return Ok(()) };
        if let Ok(replacement) = serde_json::from_slice::<Self>(&note) {
            let Some(manifest) = manifest.filter(|manifest| named(manifest, folder) == replacement.manifest) else {
                return match replaces && folder.join(&replacement.manifest).exists() {
                    true => Err(replacement.unfinished(folder)),
                    false => Ok(()),
                };
            };
            let is_placed = open_regular(manifest)
                .is_ok_and(|file| end_of(&file).is_ok_and(|(size, tail)| (size, tail) == replacement.end()));
            if is_placed {
                replacement.put_in_place(staging, folder)?;
            }
        }
        staging.forget_note();
        Ok(())
    }

    fn unfinished(&self, folder: &Path) -> Error {
        let message =
            format!("a run that was killed had begun to replace what is there by what {} names", self.manifest);
        Error::new(Kind::OutputExists, message)
            .about(folder.to_string_lossy())
            .with_hint("Resume the run of that manifest first: it ends what was begun.")
    }

    fn end(&self) -> (u64, String) {
        (self.size, self.tail.clone())
    }

    fn put_in_place(&self, staging: &StagingFolder, folder: &Path) -> Result<()> {
        for (prepared, name) in &self.names {
            // The note lies in a folder that others may write to.
            let is_plain = matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
            if is_plain {
                let path = folder.join(name);
                staging.put_left_behind(prepared, &path).map_err(|error| unwritable(&path, &error))?;
            }
        }
        Ok(())
    }
}

/// From the folder on, if it is in it or beside it: both may be moved.
fn named(manifest: &Path, folder: &Path) -> String {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (manifest, folder) = (whole(manifest), whole(folder));
    if let Ok(inside) = manifest.strip_prefix(&folder) {
        return spelled_path(inside);
    }
    match folder.parent().and_then(|parent| manifest.strip_prefix(parent).ok()) {
        Some(beside) => spelled_path(&Path::new("..").join(beside)),
        None => spelled_path(&manifest),
    }
}

fn end_of(mut file: &File) -> io::Result<(u64, String)> {
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    Ok((size, InvoiceHash::of(&tail).base64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A folder as a kill leaves it between the note and the last picture: three files, of which the first has its name.
    fn killed(folder: &Path) -> PathBuf {
        let manifest = folder.join("manifest.ndjson");
        fs::write(&manifest, "new\n").unwrap();
        let staging = StagingFolder::open(folder.join(".ksef-qr")).unwrap();
        let mut names = Vec::new();
        for name in ["a.png", "b.png", "../c.png"] {
            let prepared = staging.prepare(b"new", false).unwrap().keep().unwrap();
            names.push((prepared.file_name().unwrap().to_str().unwrap().to_owned(), name.to_owned()));
        }
        let replacement = Replacement::by(&manifest, &File::open(&manifest).unwrap(), folder, names).unwrap();
        replacement.leave(&staging).unwrap();
        fs::rename(folder.join(".ksef-qr").join(&replacement.names[0].0), folder.join("a.png")).unwrap();
        fs::write(folder.join("b.png"), "old").unwrap();
        manifest
    }

    fn recover(folder: &Path, manifest: Option<&Path>) -> String {
        let staging = StagingFolder::open(folder.join(".ksef-qr")).unwrap();
        Replacement::recover(&staging, folder, manifest, false).unwrap();
        drop(staging);
        fs::read_to_string(folder.join("b.png")).unwrap()
    }

    #[test]
    fn what_was_begun_is_finished_and_what_never_was_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let folder = &place.path().join("out");
        fs::create_dir(folder).unwrap();
        killed(folder);
        // Somebody else's run, or none with a manifest: the note waits for whoever asks for this one.
        assert_eq!(recover(folder, None), "old");
        assert_eq!(recover(folder, Some(Path::new("other.ndjson"))), "old");
        let staging = StagingFolder::open(folder.join(".ksef-qr")).unwrap();
        let other = Replacement::recover(&staging, folder, Some(Path::new("other.ndjson")), true).unwrap_err();
        assert_eq!((other.code(), other.message().contains("manifest.ndjson")), ("output_exists", true));
        drop(staging);
        // The folder may have been moved since.
        let moved = &place.path().join("moved");
        fs::rename(folder, moved).unwrap();
        let (folder, manifest) = (moved, &*moved.join("manifest.ndjson"));
        assert_eq!(recover(folder, Some(manifest)), "new");
        assert!(!folder.join(".ksef-qr").exists(), "nothing is left behind");
        assert!(!place.path().join("c.png").exists(), "a name that leads elsewhere is passed over");

        killed(folder);
        fs::write(manifest, "old\n").unwrap();
        assert_eq!(recover(folder, Some(manifest)), "old", "the manifest was not replaced, so nothing is");
        assert!(!folder.join(".ksef-qr").exists());
        assert_eq!(recover(folder, Some(manifest)), "old");
    }
}
