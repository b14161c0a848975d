//! Files that several processes take out of one folder, each of them once.
//!
//! ```text
//! FOLDER/.ksef-qr-taken/sign-AbCdEf.lock          locked as long as its owner lives
//! FOLDER/.ksef-qr-taken/sign-AbCdEf/2026-11-27.1/ what it took at one time
//! ```
//!
//! A file is taken by giving it another name, which only one process can do. What the dead had taken is another's once their
//! lock is free. Whoever may drop files may write nothing there: all these folders are their owner's alone.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::lock::is_at;

/// The folder in the watched one.
pub const TAKEN: &str = ".ksef-qr-taken";

/// What the names of locks end in.
const LOCK: &str = ".lock";

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

/// What was found of others who are gone.
#[derive(Debug, Default)]
pub struct Adopted {
    /// Folders with what each of them had taken at one time; ours from here on.
    pub taken: Vec<PathBuf>,
    /// What may have been put there by somebody else: links, folders that others own or may write into, other names.
    pub left_alone: Vec<PathBuf>,
}

impl Claims {
    /// Makes the folder for what is taken out of `folder`.
    ///
    /// # Errors
    /// Those of the system.
    pub fn open(folder: &Path, kind: &'static str) -> io::Result<Self> {
        let root = folder.join(TAKEN);
        match new_folder().create(&root) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            // A link would lead the files elsewhere.
            _ if !fs::symlink_metadata(&root)?.is_dir() => {
                return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{TAKEN} in it is not a folder")));
            }
            _ => {}
        }
        let prefix = format!("{kind}-");
        let lock = tempfile::Builder::new().prefix(&prefix).suffix(LOCK).tempfile_in(&root);
        let lock = match lock {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(not_own()),
            lock => lock?,
        };
        check_own(&root, lock.as_file())?;
        let (file, lock) = lock.keep().map_err(|error| error.error)?;
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
        new_folder().recursive(true).create(&folder)?;
        for place in [&self.root, &self.own.folder, &folder] {
            check_own(place, &self.own.file)?;
        }
        Ok(folder)
    }

    /// What others had taken who are gone: it is ours from here on.
    ///
    /// # Errors
    /// Those of the system.
    pub fn adopt(&mut self) -> io::Result<Adopted> {
        check_own(&self.root, &self.own.file)?;
        let mut found = Adopted::default();
        for entry in fs::read_dir(&self.root)? {
            let lock = entry?.path();
            let is_ours = lock == self.own.lock || self.adopted.iter().any(|owner| owner.lock == lock);
            if is_ours || !is_lock_of(self.kind, &lock.file_name().unwrap_or_default().to_string_lossy()) {
                continue;
            }
            let Some(owner) = Owner::of_gone(lock) else { continue };
            match is_own(&owner.folder, &self.own.file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Ok(true) => {
                    for claim in fs::read_dir(&owner.folder)?.flatten() {
                        let is_claim = is_day_and_number(&claim.file_name().to_string_lossy())
                            && is_own(&claim.path(), &self.own.file).unwrap_or(false);
                        let list = if is_claim { &mut found.taken } else { &mut found.left_alone };
                        list.push(claim.path());
                    }
                }
                _ => {
                    found.left_alone.push(owner.folder);
                    continue;
                }
            }
            self.adopted.push(owner);
        }
        found.taken.sort();
        Ok(found)
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

/// Makes folders that are their owner's alone.
fn new_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are of Unix"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// True for a folder, and no link to one, that belongs to whoever made the file and that nobody else may write into. Elsewhere
/// than on Unix it has the rights of the folder that is watched.
fn is_own(folder: &Path, file: &File) -> io::Result<bool> {
    let found = fs::symlink_metadata(folder)?;
    #[cfg(unix)]
    let is_of_others = {
        use std::os::unix::fs::MetadataExt as _;
        let file = file.metadata()?;
        // A share that shows the same rights for all files says nothing by them. Nor is the owner compared with the user: on a
        // share, all files may be another's.
        let says_rights = file.mode() & 0o777 == 0o600;
        found.uid() != file.uid() || says_rights && found.mode() & 0o022 != 0
    };
    #[cfg(not(unix))]
    let is_of_others = file.metadata().is_err();
    Ok(found.is_dir() && !is_of_others)
}

fn check_own(folder: &Path, file: &File) -> io::Result<()> {
    if is_own(folder, file)? { Ok(()) } else { Err(not_own()) }
}

/// What stands there would be signed, and written into the manifest.
fn not_own() -> io::Error {
    let message = format!(
        "{TAKEN} in it belongs to another user, or others may write into it: move the invoices in it back, then remove it"
    );
    io::Error::new(io::ErrorKind::PermissionDenied, message)
}

/// `sign-AbCdEf.lock`, as [`Claims::open`] names it.
fn is_lock_of(kind: &str, name: &str) -> bool {
    let name = name.strip_prefix(kind).and_then(|name| name.strip_prefix('-'));
    let letters = name.and_then(|name| name.strip_suffix(LOCK));
    letters.is_some_and(|letters| letters.len() == 6 && letters.bytes().all(|letter| letter.is_ascii_alphanumeric()))
}

/// `2026-11-27.1`, as [`Claims::begin`] names it.
fn is_day_and_number(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let is_day = |day: &str| {
        let parts: Vec<&str> = day.split('-').collect();
        parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.into_iter().all(is_number)
    };
    name.split_once('.').is_some_and(|(day, number)| is_day(day) && is_number(number))
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
        assert!(other.adopt().unwrap().taken.is_empty(), "its owner lives");
        let mut stamping = Claims::open(folder.path(), "stamp").unwrap();
        drop(one);
        assert!(stamping.adopt().unwrap().taken.is_empty(), "it is to be signed");
        assert_eq!(other.adopt().unwrap().taken, std::slice::from_ref(&claim));
        assert!(other.adopt().unwrap().taken.is_empty(), "once");
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

    #[cfg(unix)]
    #[test]
    fn what_others_may_have_put_there_is_left_alone() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(TAKEN);
        let open_to = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        fs::create_dir(&root).unwrap();
        for mode in [0o777, 0o770, 0o720] {
            open_to(&root, mode);
            let refused = Claims::open(folder.path(), "sign").unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{mode:o}");
            assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
        }
        fs::remove_dir(&root).unwrap();
        let mut claims = Claims::open(folder.path(), "sign").unwrap();
        let own = claims.begin("2026-11-27").unwrap();
        for place in [&root, own.parent().unwrap(), &own] {
            assert_eq!(fs::metadata(place).unwrap().mode() & 0o777, 0o700);
        }
        let place = |name: &str, is_locked: bool| {
            let place = root.join(name);
            fs::create_dir_all(&place).unwrap();
            if is_locked {
                fs::write(place.parent().unwrap().with_extension("lock"), "").unwrap();
            }
            place
        };
        let good = place("sign-AAAAAA/2026-11-27.1", true);
        let mut strange = vec![place("sign-AAAAAA/2026-11-27.x", false), place("sign-AAAAAA/archive", false)];
        let shared = place("sign-AAAAAA/2026-11-27.2", false);
        open_to(&shared, 0o777);
        let link = root.join("sign-AAAAAA/2026-11-27.3");
        symlink(&good, &link).unwrap();
        let other = place("sign-BBBBBB/2026-11-27.1", true).parent().unwrap().to_owned();
        open_to(&other, 0o775);
        let linked = root.join("sign-CCCCCC");
        symlink(folder.path(), &linked).unwrap();
        fs::write(root.join("sign-CCCCCC.lock"), "").unwrap();
        place("sign-../2026-11-27.1", false);
        strange.extend([shared, link, other, linked]);
        strange.sort();
        let mut found = claims.adopt().unwrap();
        found.left_alone.sort();
        assert_eq!((found.taken, found.left_alone), (vec![good], strange));
        // It was its owner's alone when it was made.
        open_to(&root, 0o777);
        assert!(claims.adopt().is_err() && claims.begin("2026-11-27").is_err());
    }
}
