//! Files that several processes take out of one folder, each of them once.
//!
//! ```text
//! FOLDER/.ksef-qr-taken/sign-AbCdEf.lock          locked as long as its owner lives
//! FOLDER/.ksef-qr-taken/sign-AbCdEf/2026-11-27.1/ what it took at one time
//! ```
//!
//! A file is taken by giving it another name, which only one process can do. What the dead had taken is another's once their
//! lock is free.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::lock::is_at;

/// The folder in the watched one.
pub const TAKEN: &str = ".ksef-qr-taken";

/// Where a file system knows no locks, an owner that has not touched its lock for so long is gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);

/// What one process has taken out of a folder, and what it took over from others.
#[derive(Debug)]
pub struct Claims {
    root: PathBuf,
    /// What is done with the files: a process takes over from its like only.
    kind: &'static str,
    own: Owner,
    adopted: Vec<Owner>,
    count: u64,
}

#[derive(Debug)]
struct Owner {
    folder: PathBuf,
    lock: PathBuf,
    file: File,
}

impl Claims {
    /// Makes the folder for what is taken out of `folder`.
    ///
    /// # Errors
    /// Those of the system.
    pub fn open(folder: &Path, kind: &'static str) -> io::Result<Self> {
        let root = folder.join(TAKEN);
        match fs::create_dir(&root) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            // A link would lead the files elsewhere.
            _ if !fs::symlink_metadata(&root)?.is_dir() => {
                return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{TAKEN} in it is not a folder")));
            }
            _ => {}
        }
        let mut builder = tempfile::Builder::new();
        let prefix = format!("{kind}-");
        builder.prefix(&prefix).suffix(".lock");
        // Whoever watches too, as another user, must be able to see whether it is locked.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, lock) = builder.tempfile_in(&root)?.keep().map_err(|error| error.error)?;
        // Where there are no locks, its time says that somebody lives.
        _ = file.try_lock();
        // As the folder was named: what is made of it is a name, too.
        let lock = root.join(lock.file_name().unwrap_or_default());
        let own = Owner { folder: lock.with_extension(""), lock, file };
        Ok(Self { root, kind, own, adopted: Vec::new(), count: 0 })
    }

    /// A new folder for files that are taken together on this day.
    ///
    /// # Errors
    /// Those of the system.
    pub fn begin(&mut self, day: &str) -> io::Result<PathBuf> {
        self.count += 1;
        let folder = self.own.folder.join(format!("{day}.{}", self.count));
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// What others had taken who are gone: it is ours from here on.
    ///
    /// # Errors
    /// Those of the system.
    pub fn adopt(&mut self) -> io::Result<Vec<PathBuf>> {
        let mut taken = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let lock = entry?.path();
            let name = lock.file_name().unwrap_or_default().to_string_lossy();
            let is_of_kind = name.starts_with(&format!("{}-", self.kind)) && name.ends_with(".lock");
            let is_ours = lock == self.own.lock || self.adopted.iter().any(|owner| owner.lock == lock);
            if !is_of_kind || is_ours {
                continue;
            }
            let Some(owner) = Owner::of_gone(lock) else { continue };
            for claim in fs::read_dir(&owner.folder).into_iter().flatten().flatten() {
                if claim.file_type().is_ok_and(|kind| kind.is_dir()) {
                    taken.push(claim.path());
                }
            }
            self.adopted.push(owner);
        }
        taken.sort();
        Ok(taken)
    }

    /// Says that this process lives, and removes what others left and is empty now.
    pub fn touch(&mut self) {
        for owner in std::iter::once(&self.own).chain(&self.adopted) {
            _ = owner.file.set_modified(SystemTime::now());
        }
        self.adopted.retain(|owner| !owner.remove());
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        for owner in &self.adopted {
            owner.remove();
        }
        if self.own.remove() {
            _ = fs::remove_dir(&self.root);
        }
    }
}

impl Owner {
    /// Takes the place of an owner who is gone.
    fn of_gone(lock: PathBuf) -> Option<Self> {
        // Opening a pipe would wait.
        let found = fs::symlink_metadata(&lock).ok().filter(fs::Metadata::is_file)?;
        let file = OpenOptions::new().write(true).open(&lock).ok()?;
        let is_gone = match file.try_lock() {
            Ok(()) => is_at(&file, &lock).unwrap_or(false),
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(_)) => {
                found.modified().is_ok_and(|last| last.elapsed().is_ok_and(|silence| silence > LONGEST_SILENCE))
            }
        };
        is_gone.then(|| Self { folder: lock.with_extension(""), lock, file })
    }

    /// Gives up what is empty; false if something is left.
    fn remove(&self) -> bool {
        match fs::remove_dir(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => false,
            _ => {
                _ = fs::remove_file(&self.lock);
                true
            }
        }
    }
}

/// Gives a file another name, where there is none of that name.
///
/// # Errors
/// `AlreadyExists`; others of the system.
pub fn move_new(from: &Path, to: &Path) -> io::Result<()> {
    match rename_new(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy_new(from, to),
        moved => moved,
    }
}

/// Takes a file out of a folder, into one that is ours alone.
///
/// # Errors
/// `NotFound`, if somebody else took it; others of the system.
pub fn take(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Removes a folder with the files of these names, and what a run that was killed left of the first.
pub fn remove_claim(folder: &Path, names: &[&str]) {
    for name in names {
        _ = fs::remove_file(folder.join(name));
    }
    if let Some(first) = names.first() {
        _ = fs::remove_dir_all(folder.join(format!(".{first}.ksef-qr")));
    }
    // Not what nobody knows of.
    _ = fs::remove_dir(folder);
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(io::Error::from) {
        // Not every file system can do that.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            link_new(from, to)
        }
        moved => moved,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    link_new(from, to)
}

/// The same in two steps: a kill between them leaves both names, of one file.
fn link_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Err(error),
        Err(_) if fs::symlink_metadata(to).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

/// To another disk: whole, or not at all.
fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut file = super::temporary::temporary_in(to.parent().unwrap_or(Path::new(".")))?;
    io::copy(&mut File::open(from)?, &mut file)?;
    // The only copy is removed next.
    file.as_file().sync_all()?;
    file.into_temp_path().persist_noclobber(to).map_err(|error| error.error)?;
    fs::remove_file(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_had_taken_is_anothers() {
        let folder = tempfile::tempdir().unwrap();
        let dropped = folder.path().join("f1.xml");
        fs::write(&dropped, "x").unwrap();
        let mut one = Claims::open(folder.path(), "sign").unwrap();
        let claim = one.begin("2026-11-27").unwrap();
        take(&dropped, &claim.join("f1.xml")).unwrap();
        assert_eq!(take(&dropped, &claim.join("f2.xml")).unwrap_err().kind(), io::ErrorKind::NotFound);
        let mut other = Claims::open(folder.path(), "sign").unwrap();
        assert!(other.adopt().unwrap().is_empty(), "its owner lives");
        let mut stamping = Claims::open(folder.path(), "stamp").unwrap();
        drop(one);
        assert!(stamping.adopt().unwrap().is_empty(), "it is to be signed");
        assert_eq!(other.adopt().unwrap(), std::slice::from_ref(&claim));
        assert!(other.adopt().unwrap().is_empty(), "once");
        move_new(&claim.join("f1.xml"), &dropped).unwrap();
        remove_claim(&claim, &[]);
        other.touch();
        drop((other, stamping));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn nothing_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for way in [move_new, link_new, copy_new] {
            fs::write(at("a"), "a").unwrap();
            fs::write(at("b"), "b").unwrap();
            assert_eq!(way(&at("a"), &at("b")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!((fs::read(at("a")).unwrap(), fs::read(at("b")).unwrap()), (b"a".to_vec(), b"b".to_vec()));
            way(&at("a"), &at("c")).unwrap();
            assert!(!at("a").exists());
            fs::remove_file(at("c")).unwrap();
            assert_eq!(way(&at("none"), &at("c")).unwrap_err().kind(), io::ErrorKind::NotFound);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nothing_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(std::env::temp_dir(), folder.path().join(TAKEN)).unwrap();
        assert!(Claims::open(folder.path(), "sign").is_err());
    }
}
