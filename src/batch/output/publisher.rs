//! Where prepared files become visible, one after the other: each once the line that names it is in the manifest. So a picture
//! that anybody can see always has its line, even after a kill.

use std::path::PathBuf;

use tempfile::TempPath;

use super::archive_writer::ArchiveWriter;
use super::destination::Destination;
use super::prepared_file::{Content, PreparedFile};
use super::settings::Output;
use crate::error::Result;
use crate::files::{Prepared, put_in_place, sync_folder, unwritable};

/// Makes prepared files visible.
pub(crate) enum Publisher {
    Folder {
        folder: PathBuf,
        /// True if the names that files get are forced to the disk.
        is_durable: bool,
        /// What waits for the end of the run, if it does.
        waiting: Option<Vec<PreparedFile>>,
    },
    Archive {
        writer: ArchiveWriter,
        path: PathBuf,
        replace: bool,
        is_durable: bool,
    },
    /// An archive that is whole, and has no name yet.
    WholeArchive {
        file: TempPath,
        path: PathBuf,
        replace: bool,
    },
    None,
}

impl Publisher {
    /// For the files that this destination prepares.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn open(destination: &Destination) -> Result<Self> {
        Ok(match (&destination.output, &destination.staging) {
            _ if destination.folder.is_some() => {
                let folder = destination.folder.clone().unwrap_or_default();
                Self::Folder { folder, is_durable: destination.is_durable, waiting: None }
            }
            (Output::Archive(path), Some(staging)) => {
                let file = staging.create().map_err(|error| unwritable(path, &error))?;
                let writer = ArchiveWriter::new(path, file);
                let Destination { replace, is_durable, .. } = *destination;
                Self::Archive { writer, path: path.clone(), replace, is_durable }
            }
            _ => Self::None,
        })
    }

    /// Lets the files wait for the end of the run, because they replace those of an earlier one.
    pub(crate) fn wait(&mut self) {
        if let Self::Folder { waiting, .. } = self {
            *waiting = Some(Vec::new());
        }
    }

    /// The files that wait, by the names that they have now and those that they get.
    pub(crate) fn waiting(&self) -> Vec<(String, String)> {
        let Self::Folder { waiting, .. } = self else { return Vec::new() };
        let names = |file: &PreparedFile| match &file.content {
            Content::File(Prepared::Named(prepared)) => {
                Some((prepared.file_name()?.to_string_lossy().into_owned(), file.name.clone()))
            }
            // What replaces something has a name.
            _ => None,
        };
        waiting.iter().flatten().filter_map(names).collect()
    }

    /// Leaves the files that wait to the run that comes after, should this one not come to place them: a note tells of them.
    pub(crate) fn leave_waiting(&mut self) {
        if let Self::Folder { waiting: Some(waiting), .. } = self {
            for file in waiting {
                if let Content::File(Prepared::Named(prepared)) = &mut file.content {
                    prepared.disable_cleanup(true);
                }
            }
        }
    }

    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(crate) fn publish(&mut self, file: PreparedFile) -> Result<()> {
        if let Self::Folder { waiting: Some(waiting), .. } = self {
            waiting.push(file);
            return Ok(());
        }
        let PreparedFile { name, content, replace } = file;
        match (self, content) {
            (Self::Folder { folder, .. }, Content::File(file)) => file.put_in_place(&folder.join(name), replace),
            (Self::Archive { writer, path, .. }, content) => {
                writer.add(&name, &content).map_err(|error| unwritable(path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Forces to the disk that the files have their names: once for all that were published since the last time.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn settle(&self) -> Result<()> {
        match self {
            Self::Folder { folder, is_durable: true, waiting: None } => {
                sync_folder(folder).map_err(|error| unwritable(folder, &error))
            }
            _ => Ok(()),
        }
    }

    /// Ends an archive: after that nothing more is written, and a full disk has said so.
    ///
    /// # Errors
    /// `output_unwritable`.
    pub(crate) fn end(self) -> Result<Self> {
        let Self::Archive { writer, path, replace, is_durable } = self else { return Ok(self) };
        let file = writer.finish().map_err(|error| unwritable(&path, &error))?;
        if is_durable {
            file.as_file().sync_all().map_err(|error| unwritable(&path, &error))?;
        }
        Ok(Self::WholeArchive { file: file.into_temp_path(), path, replace })
    }

    /// Gives an archive its name; puts in place what waited.
    ///
    /// # Errors
    /// `output_exists`, `output_unwritable`.
    pub(crate) fn finish(mut self) -> Result<()> {
        if let Self::Folder { waiting, .. } = &mut self
            && let Some(waiting) = waiting.take()
        {
            waiting.into_iter().try_for_each(|file| self.publish(file))?;
            return self.settle();
        }
        match self.end()? {
            Self::WholeArchive { file, path, replace } => put_in_place(file, &path, replace),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;
    use crate::batch::output::Existing;

    /// A rename that fails half way: the run that comes after does the rest.
    #[test]
    fn what_could_not_be_placed_is_left_to_the_next_run() {
        let place = tempfile::tempdir().unwrap();
        let (output, manifest) = (Output::at(place.path().join("out")), place.path().join("manifest.ndjson"));
        let open = || Destination::open(&output, Existing::Overwrite, false, Some(&manifest)).unwrap();
        let destination = open();
        let mut publisher = Publisher::open(&destination).unwrap();
        publisher.wait();
        for name in ["a.png", "b.png", "c.png"] {
            publisher.publish(destination.repair(name, b"new".to_vec(), true).unwrap().unwrap()).unwrap();
        }
        fs::write(&manifest, "new\n").unwrap();
        let prepared = File::open(&manifest).unwrap();
        destination.begin_replacement(Some((&manifest, &prepared)), publisher.waiting()).unwrap();
        publisher.leave_waiting();
        let at = |name: &str| place.path().join("out").join(name);
        fs::create_dir(at("b.png")).unwrap();
        assert_eq!(publisher.finish().unwrap_err().code(), "output_unwritable");
        drop(destination);
        assert!(at("a.png").exists() && !at("c.png").exists());

        fs::remove_dir(at("b.png")).unwrap();
        drop(open());
        for name in ["a.png", "b.png", "c.png"] {
            assert_eq!(fs::read(at(name)).unwrap(), b"new", "{name}");
        }
        assert_eq!(fs::read_dir(place.path().join("out")).unwrap().count(), 3, "and nothing else is there");
    }
}
