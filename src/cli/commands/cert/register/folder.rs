//! Which files of a folder belong together: a certificate, its key, and the file of the key's password.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use ksef_qr::Error;
use ksef_qr::credential::{Certificate, KeyFile, PrivateKey};
use ksef_qr::error::ErrorKind;
use ksef_qr::register::PasswordPlace;
use walkdir::WalkDir;

use super::candidate::Candidate;
use crate::cli::credential::key_file::read_key_file;
use crate::cli::credential::secret::EXTENSIONS;
use crate::cli::settings::{AddedKey, EntryNotes};

/// What certificates and keys are called. What is in a file, the file itself says.
const KEYS_AND_CERTIFICATES: [&str; 8] = ["crt", "cer", "pem", "der", "key", "p8", "p12", "pfx"];

/// More are not looked at: somebody gave the wrong folder.
const MOST_FILES: usize = 50_000;

/// Certificates with their keys, each with its place in a table (none here), and what is wrong with the rest.
pub type Found = (Vec<(Option<String>, Candidate)>, Vec<anyhow::Error>);

/// Looks through a folder and what is below it.
pub fn candidates(folder: &Path, notes: &EntryNotes) -> anyhow::Result<Found> {
    let mut files = Files::default();
    let mut count = 0;
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.with_context(|| format!("{}: the folder cannot be read", folder.display()))?;
        count += 1;
        if count > MOST_FILES {
            bail!("{}: it holds more than {MOST_FILES} files: give a folder of certificates", folder.display());
        }
        if entry.path().is_file() {
            files.take(entry.path());
        }
    }
    if files.certificates.is_empty() && files.containers.is_empty() && files.problems.is_empty() {
        bail!("{}: there is no certificate in the folder (.crt, .cer, .pem, .der, .p12, .pfx)", folder.display());
    }
    Ok(files.paired(notes))
}

/// A key. One that is locked says nothing of whose it is.
struct Key {
    path: PathBuf,
    /// Its public half, if it is open.
    public: Option<Vec<u8>>,
    is_used: bool,
}

#[derive(Default)]
struct Files {
    certificates: Vec<(PathBuf, Certificate)>,
    keys: Vec<Key>,
    containers: Vec<PathBuf>,
    secrets: Vec<PathBuf>,
    passwords: Beside,
    problems: Vec<anyhow::Error>,
}

impl Files {
    fn take(&mut self, path: &Path) {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let Some(extension) = extension else { return };
        let may_be_password = EXTENSIONS.contains(&&*extension);
        if !may_be_password && !KEYS_AND_CERTIFICATES.contains(&&*extension) {
            return;
        }
        let file = match read_key_file(path) {
            Ok(file) => file,
            Err(_) if may_be_password => return,
            Err(error) => return self.problems.push(error),
        };
        let mut problem = |error: Error| self.problems.push(error.about(path.to_string_lossy()).into());
        match PrivateKey::read(&file) {
            Ok(key) => {
                let public = match key {
                    KeyFile::Open(key) => key.public_key_der().ok(),
                    KeyFile::Locked(_) => None,
                };
                // A file of both, as OpenSSL writes it.
                self.certificates.extend(Certificate::parse(&file).ok().map(|found| (path.to_owned(), found)));
                self.keys.push(Key { path: path.to_owned(), public, is_used: false });
            }
            Err(error) => match error.kind() {
                ErrorKind::KeyIsCertificate => match Certificate::parse(&file) {
                    Ok(certificate) => self.certificates.push((path.to_owned(), certificate)),
                    // Those of issuers come with the others.
                    Err(error) if error.kind() == ErrorKind::CertificateIsAuthority => {}
                    Err(error) => problem(error),
                },
                ErrorKind::KeyIsPkcs12 => self.containers.push(path.to_owned()),
                ErrorKind::KeyIsRequest | ErrorKind::KeyIsPublic => {}
                ErrorKind::KeyUnreadable if may_be_password => {
                    self.passwords.add(path, self.secrets.len());
                    self.secrets.push(path.to_owned());
                }
                _ => problem(error),
            },
        }
    }

    fn paired(mut self, notes: &EntryNotes) -> Found {
        let (mut open, mut locked, mut alone) = (HashMap::new(), Beside::default(), Beside::default());
        for (index, key) in self.keys.iter().enumerate() {
            match &key.public {
                Some(public) => drop(open.entry(public.clone()).or_insert(index)),
                None => locked.add(&key.path, index),
            }
        }
        self.certificates.iter().enumerate().for_each(|(index, (path, _))| alone.add(path, index));
        let mut candidates = Vec::new();
        let mut add = |name: &Path, key: AddedKey, password: Option<PathBuf>| {
            let mut notes = notes.clone();
            notes.password = password.map(PasswordPlace::File).or(notes.password);
            candidates.push((None, Candidate { name: name_of(name), key, notes }));
        };
        for (cert, certificate) in &self.certificates {
            // Its own, wherever it is, if that is open; else the locked one beside it of the same name, or the only one
            // there if the certificate is the only one as well.
            let own = open.get(certificate.public_key_der()).copied();
            let only = || alone.only(cert).and_then(|_| locked.only(cert));
            let Some(index) = own.or_else(|| locked.of_name(cert)).or_else(only) else {
                let message =
                    "there is no key in the folder that belongs to this certificate, by its name or by itself";
                self.problems.push(Error::new(ErrorKind::KeyMissing, message).about(cert.to_string_lossy()).into());
                continue;
            };
            let Some(key) = self.keys.get_mut(index) else { continue };
            key.is_used = true;
            let password = match key.public {
                Some(_) => None,
                None => password_of(&self.passwords, &self.secrets, &[&key.path, cert]),
            };
            add(cert, AddedKey::Files { cert: cert.clone(), key: key.path.clone() }, password);
        }
        for file in &self.containers {
            let password = password_of(&self.passwords, &self.secrets, &[file]);
            add(file, AddedKey::Pkcs12 { file: file.clone(), entry: None }, password);
        }
        // Copies of a key belong to the certificate of one of them.
        let used: HashSet<_> =
            self.keys.iter().filter(|key| key.is_used).filter_map(|key| key.public.as_ref()).collect();
        let is_copy = |key: &&Key| key.public.as_ref().is_some_and(|public| used.contains(public));
        let unused = self.keys.iter().filter(|key| !key.is_used && !is_copy(key));
        let unused =
            unused.map(|key| anyhow!("{}: no certificate in the folder belongs to this key", key.path.display()));
        self.problems.extend(unused);
        (candidates, self.problems)
    }
}

/// `firm.password` or `firm.key.password` for `firm.key`; else the only one of the folder.
fn password_of(passwords: &Beside, files: &[PathBuf], of: &[&PathBuf]) -> Option<PathBuf> {
    let with_extension = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        passwords.of_name(&file.with_file_name(format!("{name}.password")))
    };
    let named = of.iter().find_map(|file| passwords.of_name(file)).or_else(|| of.iter().find_map(with_extension));
    let index = named.or_else(|| passwords.only(of.first()?))?;
    files.get(index).cloned()
}

/// Files by their folder and their name without its extension, as numbers.
#[derive(Default)]
struct Beside {
    by_name: HashMap<(PathBuf, String), usize>,
    /// How many there are in a folder, and the first of them.
    by_folder: HashMap<PathBuf, (usize, usize)>,
}

impl Beside {
    fn add(&mut self, path: &Path, index: usize) {
        self.by_name.entry((folder_of(path), stem(path))).or_insert(index);
        self.by_folder.entry(folder_of(path)).or_insert((0, index)).0 += 1;
    }

    /// The one beside the file that has its name.
    fn of_name(&self, path: &Path) -> Option<usize> {
        self.by_name.get(&(folder_of(path), stem(path))).copied()
    }

    /// The only one beside the file.
    fn only(&self, path: &Path) -> Option<usize> {
        self.by_folder.get(&folder_of(path)).filter(|(count, _)| *count == 1).map(|(_, index)| *index)
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// In small letters, so that `Firm.crt` and `firm.key` are of one name.
fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// What an entry is called: the certificate's file without its extension.
pub fn name_of(path: &Path) -> String {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}
