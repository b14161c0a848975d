//! The file of API keys: who may do what, for whom, how often; read again when it changes. A key is 256 random bits; the file holds its SHA-256, which says
//! nothing of it.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ksef_qr::error::ErrorKind;
use ksef_qr::values::Nip;
use ksef_qr::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::desk::{Caller, Scope};
use crate::reloaded::Reloaded;

/// What keys begin with, so that people and scanners of secrets know them.
pub const PREFIX: &str = "kqr_";

/// How often a key may be used in a minute, if its line does not say.
const PER_MINUTE: u32 = 6000;

/// In bytes: so much may come in one request, if its line does not say.
const LARGEST: u64 = 110_000_000;

/// A key, as far as the service knows it.
#[derive(Debug)]
pub struct Key {
    /// Who it is, and what they may.
    pub caller: Caller,
    /// In bytes: no larger request.
    pub largest: u64,
    digest: [u8; 32],
    per_minute: u32,
    bucket: Mutex<(f64, Instant)>,
}

/// The keys of the file.
#[derive(Debug, Default)]
pub struct Keys {
    /// None for a service without keys: a demonstration.
    file: Option<PathBuf>,
    known: Reloaded<Vec<Arc<Key>>>,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    sha256: String,
    scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owners: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per_minute: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    largest_bytes: Option<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    keys: Vec<Line>,
}

impl Keys {
    /// Reads the file, which nobody else may read.
    ///
    /// # Errors
    /// `file_missing`, `file_unreadable`, `key_file_open`, `setting_malformed`.
    pub fn read(path: &Path) -> Result<Self> {
        let keys = of_file(path)?;
        if keys.is_empty() {
            let error = malformed("there is no key in it: make one with `ksef-qr-server key new`");
            return Err(error.about(path.to_string_lossy()));
        }
        let known = Reloaded::new(keys.into_iter().map(Arc::new).collect());
        Ok(Self { file: Some(path.to_owned()), known })
    }

    /// Reads the file again. A file that is broken, or that others may read, changes nothing. What is in it no more opens nothing
    /// any more, even if that is all of it. True if something changed.
    ///
    /// # Errors
    /// Why the file is not in use; the first time only.
    pub fn refresh(&self) -> Result<bool> {
        let Some(file) = &self.file else { return Ok(false) };
        let before = self.known.now();
        let read = of_file(file).map(|keys| {
            let same = |key: Key| before.iter().find(|known| ***known == key).cloned().unwrap_or_else(|| Arc::new(key));
            keys.into_iter().map(same).collect::<Vec<_>>()
        });
        let is_new = read.as_ref().is_ok_and(|keys| {
            let are_same = keys.len() == before.len() && keys.iter().zip(&*before).all(|(a, b)| Arc::ptr_eq(a, b));
            !are_same
        });
        self.known.renew(read).map(|()| is_new)
    }

    /// Why the file, as it is now, is not in use, if it is not.
    pub fn fault(&self) -> Option<Error> {
        self.known.fault()
    }

    /// All that are in the file now.
    pub fn all(&self) -> Arc<Vec<Arc<Key>>> {
        self.known.now()
    }

    /// The key that this is, if it is one. How long that takes says nothing of the keys.
    pub fn find(&self, text: &str) -> Option<Arc<Key>> {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let mut found = None;
        for key in &*self.known.now() {
            if bool::from(key.digest.ct_eq(&digest)) {
                found = Some(key.clone());
            }
        }
        found
    }
}

/// All but how often it was used.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let all = |key: &Self| (key.caller.clone(), key.largest, key.digest, key.per_minute);
        all(self) == all(other)
    }
}

impl Key {
    fn of(line: Line) -> Result<Self> {
        let scopes = line.scopes.iter().map(|name| {
            Scope::parse(name).ok_or_else(|| malformed(&format!("{name:?} is none of sign, stamp, verify, read")))
        });
        let scopes = scopes.collect::<Result<_>>()?;
        let owners = line.owners.iter().map(|nip| Nip::parse(nip)).collect::<Result<Vec<_>>>()?;
        let digest = of_hex(&line.sha256).ok_or_else(|| malformed("sha256 has 64 digits of 0-9 and a-f"))?;
        let caller = Caller { name: line.name, scopes, owners: Some(owners).filter(|owners| !owners.is_empty()) };
        let per_minute = line.per_minute.unwrap_or(PER_MINUTE).max(1);
        let largest = line.largest_bytes.unwrap_or(LARGEST);
        let bucket = Mutex::new((f64::from(per_minute), Instant::now()));
        Ok(Self { caller, largest, digest, per_minute, bucket })
    }

    /// One that is in no file, for a demonstration.
    pub fn of_caller(caller: Caller) -> Self {
        let bucket = Mutex::new((f64::from(u32::MAX), Instant::now()));
        Self { caller, largest: LARGEST, digest: [0; 32], per_minute: u32::MAX, bucket }
    }

    /// Of the key itself; in the file as well.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait, if there were too many.
    pub fn count(&self) -> std::result::Result<(), Duration> {
        let rate = f64::from(self.per_minute) / 60.0;
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // Never more than ten seconds' worth at once.
        let most = (rate * 10.0).max(1.0);
        bucket.0 = (bucket.0 + rate * now.duration_since(bucket.1).as_secs_f64()).min(most);
        bucket.1 = now;
        if bucket.0 >= 1.0 {
            bucket.0 -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.0) / rate))
    }
}

/// Makes a key, and adds it to the file, which is made if it is not there. Returns the key itself: it stands nowhere else.
///
/// # Errors
/// `file_unreadable`, `key_file_open`, `setting_malformed`, `output_unwritable`.
pub fn new_key(
    path: &Path,
    name: &str,
    scopes: &[Scope],
    owners: &[Nip],
    per_minute: Option<u32>,
) -> Result<Zeroizing<String>> {
    let about = |error: Error| error.about(path.to_string_lossy());
    let mut file = match path.exists() {
        true => {
            check_private(path, FILE_OF_KEYS, FIRST_KEY).map_err(about)?;
            read(path).map_err(about)?
        }
        false => File::default(),
    };
    let is_odd = |c: char| c.is_control() || c == '"';
    if name.is_empty() || name.len() > 100 || name.contains(is_odd) {
        let hint = "Take another name, without quotes and line breaks.";
        return Err(malformed("the name of a key is one to a hundred letters").with_hint(hint));
    }
    if file.keys.iter().any(|line| line.name == name) {
        let hint = "Take another name. To replace a key, take its lines out of the file first: it opens nothing any more then.";
        return Err(about(malformed(&format!("there is a key called {name:?} already")).with_hint(hint)));
    }
    let key = random()?;
    let digest = Sha256::digest(key.as_bytes());
    let mut sha256 = String::new();
    for byte in digest {
        _ = write!(sha256, "{byte:02x}");
    }
    file.keys.push(Line {
        name: name.to_owned(),
        sha256,
        scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        owners: owners.iter().map(ToString::to_string).collect(),
        per_minute,
        largest_bytes: None,
    });
    let text = serde_json::to_string_pretty(&file).unwrap_or_default() + "\n";
    write_private(path, text.as_bytes()).map_err(about)?;
    Ok(key)
}

/// The key that seals the sessions of the page on every replica: whatever bytes are in the file, which nobody else may read.
///
/// # Errors
/// `file_missing`, `file_unreadable`, `key_file_open`; `setting_malformed` if there are less than 32.
pub fn session_key(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    const LEAST: usize = 32;
    let about = |error: Error| error.about(path.to_string_lossy());
    let hint = "Make one with `openssl rand -out FILE 32`, and give it to every replica.";
    check_private(path, "the session key", hint).map_err(about)?;
    let bytes = fs::read(path).map_err(|error| about(Error::new(ErrorKind::FileUnreadable, error.to_string())))?;
    if bytes.len() < LEAST {
        let message = format!("the session key has {} bytes, which is less than {LEAST}", bytes.len());
        return Err(about(malformed(&message).with_hint(hint)));
    }
    Ok(Zeroizing::new(bytes))
}

/// A new key.
///
/// # Errors
/// `internal`, if the system has no randomness.
pub fn random() -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
    Ok(Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(*bytes))))
}

fn of_file(path: &Path) -> Result<Vec<Key>> {
    let keys =
        check_private(path, FILE_OF_KEYS, FIRST_KEY).and_then(|()| read(path)?.keys.into_iter().map(Key::of).collect());
    keys.map_err(|error| error.about(path.to_string_lossy()))
}

fn read(path: &Path) -> Result<File> {
    let bytes = fs::read(path).map_err(|error| Error::new(ErrorKind::FileUnreadable, error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| malformed(&format!("it is no file of keys: {error}")))
}

const FILE_OF_KEYS: &str = "the file of keys";
const FIRST_KEY: &str = "Make the first key with `ksef-qr-server key new`.";

/// Nobody else may read a file of secrets; `what` it is called, and what to do if there is none.
fn check_private(path: &Path, what: &str, if_missing: &'static str) -> Result<()> {
    let found = fs::metadata(path).map_err(|error| {
        Error::new(ErrorKind::FileMissing, format!("{what} cannot be read: {error}")).with_hint(if_missing)
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = found.permissions().mode() & 0o777;
        // What systemd hands over is in a folder of the service's own; the group's bits are those of an access list (root's file,
        // read by the service's user).
        let others = if is_handed_over(path) { 0o037 } else { 0o077 };
        if mode & others != 0 {
            let message = format!("others may read or change {what} (its mode is {mode:o})");
            return Err(Error::new(ErrorKind::KeyFileOpen, message).with_hint("Make it yours alone: chmod 600."));
        }
    }
    _ = found;
    Ok(())
}

/// True for a credential of systemd (`LoadCredential=`).
#[cfg(unix)]
fn is_handed_over(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY")
        .is_some_and(|folder| !folder.is_empty() && path.parent() == Some(Path::new(&folder)))
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::new(ErrorKind::OutputUnwritable, error.to_string());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
    file.persist(path).map_err(|error| unwritable(error.error))?;
    Ok(())
}

fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::SettingMalformed, message)
}

fn of_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_once_and_found_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        assert_eq!(Keys::read(&path).unwrap_err().code(), "file_missing");
        let nip = Nip::parse("5265877635").unwrap();
        let key = new_key(&path, "till", &[Scope::Sign], &[nip], Some(60)).unwrap();
        assert!(new_key(&path, "till", &[Scope::Sign], &[], None).is_err(), "one name, one key");
        let other = new_key(&path, "office", &[Scope::Read], &[], None).unwrap();
        let keys = Keys::read(&path).unwrap();
        let found = keys.find(&key).unwrap();
        assert_eq!(
            (&*found.caller.name, found.caller.may(Scope::Sign), found.caller.may(Scope::Read)),
            ("till", true, false)
        );
        assert!(found.caller.acts_for(nip) && !found.caller.acts_for(Nip::parse("7781464139").unwrap()));
        assert!(keys.find(&other).unwrap().caller.acts_for(nip));
        for wrong in ["", "kqr_", &key[..key.len() - 1], &format!("{}x", &*key)] {
            assert!(keys.find(wrong).is_none());
        }
        // A new key opens at once, and one that is taken out no more; what stays was used as often as it was.
        assert!(!keys.refresh().unwrap());
        let third = new_key(&path, "third", &[Scope::Read], &[], None).unwrap();
        assert!(keys.find(&third).is_none() && keys.refresh().unwrap() && keys.find(&third).is_some());
        assert!(keys.all().iter().any(|key| Arc::ptr_eq(key, &found)), "as often as it was used");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, "{").unwrap();
        assert_eq!(keys.refresh().unwrap_err().code(), "setting_malformed");
        assert!(!keys.refresh().unwrap() && keys.fault().is_some() && keys.find(&key).is_some());
        fs::write(&path, "{\"keys\":[]}").unwrap();
        assert!(
            keys.refresh().unwrap() && keys.find(&key).is_none() && keys.all().is_empty() && keys.fault().is_none()
        );
        fs::write(&path, &text).unwrap();
        assert!(keys.refresh().unwrap() && keys.find(&key).is_some());
        assert!(!text.contains(&**key) && !text.contains(&key[PREFIX.len()..]));
        // Ten at once, and then one a second.
        assert_eq!((0..20).filter(|_| found.count().is_ok()).count(), 10);
        assert!(found.count().unwrap_err() <= Duration::from_secs(1));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert_eq!(Keys::read(&path).unwrap_err().code(), "key_file_open");
        }
    }
}
