//! What the system says of a file without reading it. Who finds it as it was need not read the file again.
//!
//! The system writes the time of a file's last change (`ctime` of Unix) itself, whatever `cp -p`, `touch` or a restored backup
//! write into its time of writing; and a file that takes another's place has a number of its own. Where there are neither
//! (Windows), the size, the time of writing and the time of creation must do.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// No file system that is in use has coarser times (FAT).
const COARSEST_TIMES: Duration = Duration::from_secs(2);

/// Of one file, or of several together: a hash of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::batch) struct Stamp(u64);

impl Stamp {
    /// Of a file that is to be read next time, whatever it looks like.
    pub(in crate::batch) const UNKNOWN: Self = Self(0);

    /// Of no files at all, which do not change.
    pub(in crate::batch) const OF_NOTHING: Self = Self(1);

    pub(in crate::batch) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(in crate::batch) const fn bits(self) -> u64 {
        self.0
    }

    pub(in crate::batch) fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }
}

/// When a run began, by the clock of its file system: what was changed shortly before could be changed once more and look the
/// same (git calls it racy).
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Clock {
    /// In nanoseconds since 1970.
    young_from: i128,
}

impl Clock {
    /// `by_file` is the time that the file system gave to a file just now.
    pub(in crate::batch) fn new(by_file: SystemTime) -> Self {
        let began = by_file.min(SystemTime::now());
        Self { young_from: nanoseconds(began.checked_sub(COARSEST_TIMES).unwrap_or(UNIX_EPOCH)) }
    }

    /// The stamp of an invoice, through links. Taken before the file is read: what changes after has another.
    pub(in crate::batch) fn invoice(self, path: &Path) -> Stamp {
        fs::metadata(path).map_or(Stamp::UNKNOWN, |found| self.of(std::iter::once(Some(found))))
    }

    /// The stamp of pictures, which are files and no links.
    pub(in crate::batch) fn pictures<P: AsRef<Path>>(self, paths: impl Iterator<Item = P>) -> Stamp {
        self.of(paths.map(|path| fs::symlink_metadata(path).ok()))
    }

    fn of(self, files: impl Iterator<Item = Option<Metadata>>) -> Stamp {
        let mut hasher = DefaultHasher::new();
        let mut is_empty = true;
        for file in files {
            let Some(facts) = file.filter(Metadata::is_file).and_then(|file| Facts::of(&file)) else {
                return Stamp::UNKNOWN;
            };
            if facts.youngest >= self.young_from {
                return Stamp::UNKNOWN;
            }
            facts.fields.hash(&mut hasher);
            is_empty = false;
        }
        if is_empty { Stamp::OF_NOTHING } else { Stamp(hasher.finish().max(2)) }
    }
}

/// What is looked at.
struct Facts {
    /// Which file it is, how long, and when it was changed.
    fields: [i128; 5],
    /// The last of its times.
    youngest: i128,
}

impl Facts {
    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere a time may be missing")]
    fn of(file: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;

        let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        let written = time(file.mtime(), file.mtime_nsec());
        let changed = time(file.ctime(), file.ctime_nsec());
        let fields = [file.dev().into(), file.ino().into(), file.size().into(), written, changed];
        Some(Self { fields, youngest: written.max(changed) })
    }

    #[cfg(not(unix))]
    fn of(file: &Metadata) -> Option<Self> {
        let (written, created) = (nanoseconds(file.modified().ok()?), nanoseconds(file.created().ok()?));
        Some(Self { fields: [0, 0, file.len().into(), written, created], youngest: written.max(created) })
    }
}

fn nanoseconds(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock_in(seconds: u64) -> Clock {
        Clock { young_from: nanoseconds(SystemTime::now() + Duration::from_secs(seconds)) }
    }

    #[test]
    fn a_young_file_a_missing_one_and_a_folder_are_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f1.xml");
        fs::write(&file, "1").unwrap();
        let now = SystemTime::now();
        assert!(!Clock::new(now).invoice(&file).is_known());
        assert!(!Clock::new(now + Duration::from_secs(60)).invoice(&file).is_known(), "another clock");
        assert!(clock_in(60).invoice(&file).is_known());
        assert!(!clock_in(60).invoice(&folder.path().join("none")).is_known());
        assert!(!clock_in(60).invoice(folder.path()).is_known());
        assert!(!clock_in(60).pictures([file.clone(), folder.path().join("none")].iter()).is_known());
        assert_eq!(clock_in(60).pictures(std::iter::empty::<&Path>()), Stamp::OF_NOTHING);
    }

    /// Same size and same time of writing, as `cp -p`, `rsync -t`, `touch -r` and a restored backup leave them.
    #[cfg(unix)]
    #[test]
    fn what_was_changed_has_another_stamp_whatever_its_time_of_writing_says() {
        let folder = tempfile::tempdir().unwrap();
        let [file, other] = ["f1.xml", "f2.xml"].map(|name| folder.path().join(name));
        fs::write(&file, "1").unwrap();
        let written = fs::metadata(&file).unwrap().modified().unwrap();
        let put_back = |path: &Path| {
            fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
        };
        let stamp = || clock_in(60).invoice(&file);
        let pause = || std::thread::sleep(Duration::from_millis(20));
        let first = stamp();
        assert_eq!(first, stamp());
        pause();
        fs::write(&file, "2").unwrap();
        put_back(&file);
        let second = stamp();
        assert_ne!(first, second, "written over");
        pause();
        fs::write(&other, "3").unwrap();
        put_back(&other);
        fs::rename(&other, &file).unwrap();
        assert_ne!(second, stamp(), "replaced");
    }
}
