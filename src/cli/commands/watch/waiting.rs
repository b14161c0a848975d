//! What lies in the watched folder, and which of it is complete.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::cli::settings::Work;

/// Many programs make an empty file first and fill it later.
const EMPTY_FOR: Duration = Duration::from_secs(30);

/// Which files are taken, and what for.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Sign,
    Stamp { pair_wait: Duration },
    Confirm,
}

impl Kind {
    pub fn of(work: &Work) -> Self {
        match work {
            Work::Sign(_) => Self::Sign,
            Work::Stamp { pair_wait, .. } => Self::Stamp { pair_wait: *pair_wait },
            Work::Confirm(_) => Self::Confirm,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Stamp { .. } => "stamp",
            Self::Confirm => "confirm",
        }
    }

    /// True for a name that is taken: what hides itself, or has the ending of what is not there as a whole yet, is not.
    pub fn takes(self, name: &OsStr) -> bool {
        let bytes = name.as_encoded_bytes();
        let is_hidden = bytes.starts_with(b".") || bytes.starts_with(b"~");
        !is_hidden && (has_extension(name, "xml") || matches!(self, Self::Stamp { .. }) && has_extension(name, "pdf"))
    }

    /// Files that are worked on together, by their names in order.
    pub fn units(self, names: impl IntoIterator<Item = OsString>) -> Vec<Vec<OsString>> {
        let mut units: BTreeMap<OsString, Vec<OsString>> = BTreeMap::new();
        for name in names {
            let key = match self {
                Self::Stamp { .. } => Path::new(&name).file_stem().unwrap_or_default().to_owned(),
                _ => name.clone(),
            };
            units.entry(key).or_default().push(name);
        }
        units
            .into_values()
            .map(|mut unit| {
                unit.sort();
                unit
            })
            .collect()
    }
}

fn has_extension(name: &OsStr, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub settle: Duration,
    pub kind: Kind,
    /// True if there is no later look: how long a file is there its own times say.
    pub once: bool,
}

/// The files of the folder, as they were seen.
#[derive(Debug)]
pub struct Waiting {
    rules: Rules,
    seen: HashMap<OsString, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    first: Instant,
    still_since: Instant,
    /// When it came into the folder, if the system knows it.
    arrived: Option<SystemTime>,
}

/// What a look at the folder came to.
#[derive(Debug, Default)]
pub struct Look {
    /// What can be taken: the names of files that belong together.
    pub ready: Vec<Vec<OsString>>,
    /// How many others there are.
    pub waiting: usize,
    /// True if some of them may be ready in a moment.
    pub may_follow: bool,
}

impl Waiting {
    pub fn new(rules: Rules) -> Self {
        Self { rules, seen: HashMap::new() }
    }

    /// Looks at the folder. Links are not followed, and folders not entered.
    pub fn look(&mut self, folder: &Path) -> io::Result<Look> {
        let mut found = HashMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            // Somebody may take it meanwhile.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_file() && self.rules.kind.takes(&name) {
                let seen = Seen::now(&metadata, self.seen.get(&name));
                found.insert(name, seen);
            }
        }
        self.seen = found;
        let mut look = Look::default();
        for unit in self.rules.kind.units(self.seen.keys().cloned()) {
            let of_unit = || unit.iter().filter_map(|name| self.seen.get(name));
            let is_still = of_unit().all(|seen| seen.is_still(self.rules));
            if is_still && self.has_waited(&unit) && of_unit().all(|seen| seen.size > 0 || self.age(seen) >= EMPTY_FOR)
            {
                look.ready.push(unit);
                continue;
            }
            look.waiting += 1;
            let moment = 2 * self.rules.settle + Duration::from_secs(1);
            look.may_follow |= !is_still && of_unit().any(|seen| seen.first.elapsed() < moment);
        }
        Ok(look)
    }

    /// Forgets a file that was taken: the next one of that name is another.
    pub fn forget(&mut self, name: &OsStr) {
        self.seen.remove(name);
    }

    /// True if a file is as it was when it was found complete.
    pub fn is_as_seen(&self, name: &OsStr, metadata: &Metadata) -> bool {
        let is_same = |seen: &Seen| {
            metadata.is_file() && (seen.size, seen.modified) == (metadata.len(), metadata.modified().ok())
        };
        self.seen.get(name).is_some_and(is_same)
    }

    /// False for a PDF or an invoice whose other half may still come.
    fn has_waited(&self, unit: &[OsString]) -> bool {
        let Kind::Stamp { pair_wait } = self.rules.kind else { return true };
        let has = |extension| unit.iter().any(|name| has_extension(name, extension));
        let is_pair = has("pdf") && has("xml");
        is_pair || unit.iter().filter_map(|name| self.seen.get(name)).all(|seen| self.age(seen) >= pair_wait)
    }

    /// How long a file has been here.
    fn age(&self, seen: &Seen) -> Duration {
        let by_clock = seen.arrived.and_then(|arrived| arrived.elapsed().ok()).filter(|_| self.rules.once);
        by_clock.unwrap_or_default().max(seen.first.elapsed())
    }
}

impl Seen {
    fn now(metadata: &Metadata, before: Option<&Self>) -> Self {
        let (size, modified, now) = (metadata.len(), metadata.modified().ok(), Instant::now());
        let same = before.filter(|before| (before.size, before.modified) == (size, modified));
        Self {
            size,
            modified,
            first: before.map_or(now, |before| before.first),
            still_since: same.map_or(now, |before| before.still_since),
            arrived: arrived(metadata),
        }
    }

    fn is_still(&self, rules: Rules) -> bool {
        self.still_since.elapsed() >= rules.settle
    }
}

/// The time of the last change may be that of the file it was copied from.
#[cfg(unix)]
fn arrived(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

#[cfg(not(unix))]
fn arrived(metadata: &Metadata) -> Option<SystemTime> {
    metadata.created().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_as_a_whole_is_left() {
        let stamp = Kind::Stamp { pair_wait: Duration::ZERO };
        for name in ["f1.xml", "F1.XML", "żółć 1.xml", "f1.part.xml"] {
            assert!(Kind::Sign.takes(OsStr::new(name)) && stamp.takes(OsStr::new(name)), "{name}");
        }
        for name in [
            "f1.xml.part",
            "f1.xml.filepart",
            "f1.xml.tmp",
            "f1.xml.crdownload",
            "~$f1.xml",
            ".f1.xml",
            "f1.txt",
            "xml",
        ] {
            assert!(!Kind::Sign.takes(OsStr::new(name)) && !stamp.takes(OsStr::new(name)), "{name}");
        }
        assert!(stamp.takes(OsStr::new("f1.PDF")) && !Kind::Confirm.takes(OsStr::new("f1.pdf")));
    }

    #[test]
    fn files_are_taken_when_they_are_still_and_together() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let look = |waiting: &mut Waiting| {
            let look = waiting.look(folder.path()).unwrap();
            (look.ready.into_iter().flatten().map(|name| name.into_string().unwrap()).collect::<Vec<_>>(), look.waiting)
        };
        let settle = Duration::from_millis(100);
        let mut signing = Waiting::new(Rules { settle, kind: Kind::Sign, once: false });
        fs::write(at("b.xml"), "<").unwrap();
        fs::write(at("empty.xml"), "").unwrap();
        fs::create_dir(at("folder.xml")).unwrap();
        assert_eq!(look(&mut signing), (vec![], 2));
        std::thread::sleep(settle);
        fs::write(at("c.xml"), "<").unwrap();
        assert_eq!(look(&mut signing), (vec!["b.xml".into()], 2));
        fs::write(at("b.xml"), "<x").unwrap();
        assert_eq!(look(&mut signing).0, Vec::<String>::new(), "it grew");
        let pair_wait = Duration::from_millis(300);
        let rules = Rules { settle: Duration::ZERO, kind: Kind::Stamp { pair_wait }, once: false };
        let mut stamping = Waiting::new(rules);
        fs::write(at("b.pdf"), "%").unwrap();
        assert_eq!(look(&mut stamping), (vec!["b.pdf".into(), "b.xml".into()], 2));
        std::thread::sleep(pair_wait);
        assert_eq!(look(&mut stamping).0, ["b.pdf", "b.xml", "c.xml"]);
    }
}
