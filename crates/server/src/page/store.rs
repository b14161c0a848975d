//! Results that wait to be taken away: files in a private folder, each session's for itself, for an hour, within bounds.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use ksef_qr::values::without_polish_mark;
use tempfile::TempDir;

use super::answer::{Answer, MadeFile, What};
use super::limits::{KEPT, MOST_FILES, MOST_ON_DISK, MOST_RESULTS};
use super::session::{locked, random};

/// All results of all sessions.
pub(super) struct Store {
    /// So long each is kept.
    lasting: Duration,
    kept: Mutex<HashMap<String, Arc<Results>>>,
    on_disk: Arc<AtomicU64>,
}

/// What came of the files that were sent together.
pub(super) struct Results {
    /// 256 random bits: the end of its address.
    pub id: String,
    /// True if nothing was to be signed.
    pub is_check: bool,
    /// Whose it is.
    session: [u8; 32],
    began: Instant,
    lasting: Duration,
    /// Until when it can be downloaded.
    pub until: SystemTime,
    /// Gone from the disk with the last who holds it.
    folder: TempDir,
    content: Mutex<Content>,
    size: AtomicU64,
    on_disk: Arc<AtomicU64>,
}

#[derive(Default)]
struct Content {
    answers: Vec<Answer>,
    /// Of all files that came.
    taken: usize,
}

impl Drop for Results {
    fn drop(&mut self) {
        self.on_disk.fetch_sub(self.size.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::lasting(KEPT)
    }
}

impl Store {
    /// Of nothing so far, each to be kept so long.
    pub fn lasting(lasting: Duration) -> Self {
        Self { lasting, kept: Mutex::default(), on_disk: Arc::default() }
    }

    /// Makes room for new results of a session.
    pub fn begin(&self, session: [u8; 32], is_check: bool) -> io::Result<Arc<Results>> {
        self.sweep();
        // Private: only the service's user may look into it.
        let folder = tempfile::Builder::new().prefix("ksef-qr-page-").tempdir()?;
        let results = Arc::new(Results {
            id: random().map_err(io::Error::other)?,
            is_check,
            session,
            began: Instant::now(),
            lasting: self.lasting,
            until: SystemTime::now() + self.lasting,
            folder,
            content: Mutex::default(),
            size: AtomicU64::new(0),
            on_disk: Arc::clone(&self.on_disk),
        });
        let mut kept = locked(&self.kept);
        let mut own: Vec<_> = kept
            .values()
            .filter(|other| other.session == session)
            .map(|other| (other.began, other.id.clone()))
            .collect();
        own.sort_unstable();
        for (_, id) in own.iter().rev().skip(MOST_RESULTS - 1) {
            kept.remove(id);
        }
        kept.insert(results.id.clone(), Arc::clone(&results));
        Ok(results)
    }

    /// The results of an address, if they are this session's and still there.
    pub fn find(&self, id: &str, session: &[u8; 32]) -> Option<Arc<Results>> {
        let kept = locked(&self.kept);
        kept.get(id).filter(|results| results.session == *session && !results.is_old()).cloned()
    }

    /// All of a session's, the newest first.
    pub fn of(&self, session: &[u8; 32]) -> Vec<Arc<Results>> {
        let kept = locked(&self.kept);
        let mut own: Vec<_> =
            kept.values().filter(|results| results.session == *session && !results.is_old()).cloned().collect();
        own.sort_unstable_by_key(|results| std::cmp::Reverse(results.began));
        own
    }

    /// Forgets whatever a session has.
    pub fn forget(&self, session: &[u8; 32]) {
        locked(&self.kept).retain(|_, results| results.session != *session);
    }

    /// Forgets what is old.
    pub fn sweep(&self) {
        locked(&self.kept).retain(|_, results| !results.is_old());
    }
}

impl Results {
    fn is_old(&self) -> bool {
        self.began.elapsed() > self.lasting
    }

    /// Takes so many files more; false if these are too many.
    pub fn take(&self, files: usize) -> bool {
        let mut content = locked(&self.content);
        let all = content.taken.saturating_add(files);
        if all > MOST_FILES {
            return false;
        }
        content.taken = all;
        true
    }

    /// Keeps an answer, with the files that were made: what each is, its name as it is wished for, its bytes.
    pub fn add(&self, mut answer: Answer, made: Vec<(What, String, Vec<u8>)>) -> io::Result<()> {
        let mut content = locked(&self.content);
        for (what, wished, bytes) in made {
            let name = free_name(&content.answers, &answer.files, &wished);
            let size = bytes.len() as u64;
            if self.on_disk.fetch_add(size, Ordering::Relaxed) + size > MOST_ON_DISK {
                self.on_disk.fetch_sub(size, Ordering::Relaxed);
                return Err(io::Error::new(io::ErrorKind::StorageFull, "too many results are kept"));
            }
            self.size.fetch_add(size, Ordering::Relaxed);
            let mut file = fs::OpenOptions::new().write(true).create_new(true).open(self.folder.path().join(&name))?;
            file.write_all(&bytes)?;
            answer.files.push(MadeFile { what, name });
        }
        content.answers.push(answer);
        Ok(())
    }

    /// What came of the files so far, in the order of their names.
    pub fn answers(&self) -> Vec<Answer> {
        let mut answers = locked(&self.content).answers.clone();
        answers.sort_by(|one, other| one.name.cmp(&other.name));
        answers
    }

    /// The path of a file that is among the results by its very name.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let content = locked(&self.content);
        let is_there = content.answers.iter().flat_map(|answer| &answer.files).any(|file| file.name == name);
        is_there.then(|| self.folder.path().join(name))
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<String> {
        let content = locked(&self.content);
        content.answers.iter().flat_map(|answer| &answer.files).map(|file| file.name.clone()).collect()
    }

    /// The folder that they are in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A name that no other file of the results has, also where large and small letters count for the same.
fn free_name(answers: &[Answer], own: &[MadeFile], wished: &str) -> String {
    let is_taken = |name: &str| {
        let mut files = answers.iter().flat_map(|answer| &answer.files).chain(own);
        files.any(|file| file.name.to_lowercase() == name.to_lowercase())
    };
    let (stem, ending) =
        wished.split_once('.').map_or((wished, String::new()), |(stem, rest)| (stem, format!(".{rest}")));
    let names = (1..).map(|number| if number == 1 { wished.to_owned() } else { format!("{stem}-{number}{ending}") });
    names.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
}

/// A name that is safe in a folder, in a link and in a header, made of what a stranger calls a file: `FV_12.xml` of
/// `../FV/12.xml`. It has no dot.
pub(super) fn safe_stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let stem = [".xml", ".pdf"]
        .iter()
        .find(|ending| lower.ends_with(*ending))
        .map_or(name, |ending| &name[..name.len() - ending.len()]);
    let letters = stem.chars().take(80).map(|letter| match without_polish_mark(letter) {
        plain @ ('a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_') => plain,
        _ => '_',
    });
    let safe: String = letters.collect();
    match safe.trim_matches('_') {
        "" => "faktura".to_owned(),
        // Windows opens a device by such a name, whatever follows it.
        device if matches!(device.to_ascii_uppercase().as_str(), "CON" | "PRN" | "AUX" | "NUL") => format!("{device}_"),
        safe => safe.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_strangers_become_safe() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\faktury\\FV 1\"\r\nX.xml", "FV_1___X"),
            ("Żółta faktura.PDF", "Zolta_faktura"),
            ("", "faktura"),
            ("..xml", "faktura"),
            ("con.xml", "con_"),
            ("<script>.xml", "script"),
        ] {
            assert_eq!(safe_stem(name), safe, "{name:?}");
        }
    }

    #[test]
    fn results_are_of_one_session_and_of_their_names() {
        let store = Store::default();
        let results = store.begin([1; 32], false).unwrap();
        assert!(store.find(&results.id, &[1; 32]).is_some() && store.find(&results.id, &[2; 32]).is_none());
        let file = |name: &str| (What::Kod1, name.to_owned(), b"x".to_vec());
        results.add(Answer::default(), vec![file("a.kod1.png"), file("A.kod1.png")]).unwrap();
        assert_eq!(results.names(), ["a.kod1.png", "A-2.kod1.png"]);
        assert!(results.path("a.kod1.png").unwrap().exists() && results.path("../a.kod1.png").is_none());
        let folder = results.folder().to_owned();
        store.forget(&[1; 32]);
        drop(results);
        assert!(!folder.exists() && store.on_disk.load(Ordering::Relaxed) == 0);
    }

    #[test]
    fn results_are_bounded() {
        let store = Store::default();
        let first = store.begin([1; 32], true).unwrap();
        assert!(first.take(MOST_FILES) && !first.take(1));
        for _ in 0..MOST_RESULTS {
            store.begin([1; 32], true).unwrap();
        }
        assert!(store.find(&first.id, &[1; 32]).is_none());
        assert_eq!(store.of(&[1; 32]).len(), MOST_RESULTS);
    }
}
