use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ksef_qr::batch::Issuers;
use ksef_qr::credential::{Certificate, KeyFile, Owner, Pkcs12, PrivateKey};
use ksef_qr::error::ErrorKind;
use ksef_qr::files::open_patiently;
use ksef_qr::register::{Entry, Expiry, KeyPlace, PasswordPlace, Register, Roster, SignsFor, Wanted};
use ksef_qr::sign::{Algorithm, SignatureEncoding, deterministic_signer, signer};
use ksef_qr::values::{ContextId, Rule};
use ksef_qr::{Conditions, Credential, Environment, Error, Invoice, Result};
use zeroize::Zeroizing;

use crate::answer::{Answer, Item};
use crate::options::Options;

/// A register of ten thousand certificates has 5 MB; no key and no certificate is as large. In bytes.
const LARGEST: u64 = 10_000_000;

/// How soon a certificate is due: so many days before it is to be replaced, as for `cert expiring`.
const ENDS_SOON: u32 = 30;

/// What is said of who signs, whatever its key is in.
const SIGNING: &[&str] =
    &["environment", "context", "on_behalf", "signature_encoding", "deterministic", "allow", "now"];
const FILES: &[&str] = &["cert", "key", "p12", "p12_entry", "register", "password_file"];
const BYTES: &[&str] = &["p12_entry"];

/// Who signs: one certificate with its key, or a register of many, of which each invoice has its own. Cheap to clone; shared by
/// any number of threads.
#[derive(Clone)]
pub struct Issuer(Arc<Signatories>);

struct Signatories {
    settings: Settings,
    who: Who,
}

struct Settings {
    conditions: Conditions,
    context: Option<ContextId>,
    on_behalf: bool,
    encoding: SignatureEncoding,
    deterministic: bool,
}

enum Who {
    One(Box<ksef_qr::Issuer>),
    Many {
        roster: Box<Roster>,
        /// One for each entry that signs now.
        issuers: Vec<Option<ksef_qr::Issuer>>,
    },
}

impl Issuer {
    /// Opens the files that the options name: `cert` and `key`, or `p12`, or `register`. The password, if there is one, is
    /// `password` or the first line of `password_file`; a register says itself where its passwords are.
    ///
    /// # Errors
    /// `setting_malformed`; those of the files, and of [`Credential::new`].
    pub fn from_files(options: &str, password: Option<&[u8]>) -> Result<Self> {
        let options = Options::read(options, &[SIGNING, FILES])?;
        let settings = Settings::of(&options)?;
        let path = |name| options.text(name).map(|text| text.map(PathBuf::from));
        let of_file = match (password, path("password_file")?) {
            (None, Some(file)) => Some(password_of_file(&file)?),
            (Some(_), Some(_)) => return Err(refuse("password_file is given, and a password as well")),
            (_, None) => None,
        };
        let password = password.or(of_file.as_ref().map(|password| &***password));
        let who = match (path("cert")?, path("key")?, path("p12")?, path("register")?) {
            (Some(cert), Some(key), None, None) => {
                Who::One(Box::new(settings.of_pair(&cert.to_string_lossy(), pair_of_files(&cert, &key, password)?)?))
            }
            (None, None, Some(file), None) => {
                let pair = pair_of_pkcs12(&file, options.text("p12_entry")?, password)?;
                Who::One(Box::new(settings.of_pair(&file.to_string_lossy(), pair)?))
            }
            (None, None, None, Some(_)) if password.is_some() => {
                return Err(refuse("a register says where its passwords are; give none"));
            }
            (None, None, None, Some(file)) => settings.of_register(&file)?,
            _ => return Err(refuse("give cert and key, or p12, or register")),
        };
        Ok(Self(Arc::new(Signatories { settings, who })))
    }

    /// Takes what was read already: a certificate and its key, or, without a key, a PKCS#12 file of both.
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files).
    pub fn from_bytes(cert: &[u8], key: Option<&[u8]>, password: Option<&[u8]>, options: &str) -> Result<Self> {
        let options = Options::read(options, &[SIGNING, BYTES])?;
        let settings = Settings::of(&options)?;
        let entry = options.text("p12_entry")?;
        let pair = match key {
            Some(_) if entry.is_some() => return Err(refuse("p12_entry is of a PKCS#12 file, and a key is given")),
            Some(key) => (Certificate::parse(cert)?, PrivateKey::read(key)?.open(password)?),
            None => Pkcs12::open(cert, password)?.pair(entry)?,
        };
        let who = Who::One(Box::new(settings.issuer(Credential::new(pair.0, pair.1, &settings.conditions)?)?));
        Ok(Self(Arc::new(Signatories { settings, who })))
    }

    /// Which KSeF it is for.
    pub fn environment(&self) -> Environment {
        self.0.settings.conditions.environment
    }

    /// The certificates, by the day by which each is to be replaced: lines of `cert expiring`.
    ///
    /// # Errors
    /// `setting_malformed`.
    pub fn certificates(&self, options: &str) -> Result<Answer> {
        let (now, _) = Options::read(options, &[&["now"]])?.now()?;
        let mut expiries = match &self.0.who {
            Who::One(issuer) => vec![Expiry::new("certificate", issuer.credential().certificate())],
            Who::Many { roster, .. } => roster.register().expiries(),
        };
        expiries.sort_by_key(Expiry::deadline);
        let items = expiries.iter().map(|one| Item::new(one.to_json(now, ENDS_SOON), false));
        Ok(Answer { items: items.collect() })
    }

    /// Those that sign now.
    pub(crate) fn all(&self) -> Vec<&ksef_qr::Issuer> {
        match &self.0.who {
            Who::One(issuer) => vec![issuer],
            Who::Many { issuers, .. } => issuers.iter().flatten().collect(),
        }
    }

    /// The same at this moment, for a batch.
    pub(crate) fn at(&self, now: SystemTime) -> Box<dyn Issuers> {
        Box::new(IssuersNow { issuer: self.clone(), now })
    }
}

/// Says nothing of keys.
impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("environment", &self.environment()).finish_non_exhaustive()
    }
}

fn refuse(message: &str) -> Error {
    Error::new(ErrorKind::SettingMalformed, message)
}

impl Settings {
    fn of(options: &Options) -> Result<Self> {
        let (now, _) = options.now()?;
        let environment = options.environment()?.unwrap_or(Environment::Prod);
        let encodings = [("p1363", SignatureEncoding::P1363), ("der", SignatureEncoding::Der)];
        Ok(Self {
            conditions: Conditions::new(environment, now).allowing(options.allow()?),
            context: options.parsed("context")?,
            on_behalf: options.is_set("on_behalf")?,
            encoding: options.one_of("signature_encoding", &encodings)?.unwrap_or_default(),
            deterministic: options.is_set("deterministic")?,
        })
    }

    fn issuer(&self, credential: Credential) -> Result<ksef_qr::Issuer> {
        let signer = match self.deterministic {
            true => deterministic_signer(&credential, self.encoding)?,
            false => signer(&credential, self.encoding)?,
        };
        let issuer = ksef_qr::Issuer::with_signer(credential, signer);
        let issuer = if self.on_behalf { issuer.on_behalf() } else { issuer };
        Ok(match &self.context {
            Some(context) => issuer.in_context(context.clone()),
            None => issuer,
        })
    }

    fn of_pair(&self, about: &str, (certificate, key): (Certificate, PrivateKey)) -> Result<ksef_qr::Issuer> {
        let of_file = |error: Error| error.about(about);
        self.issuer(Credential::new(certificate, key, &self.conditions).map_err(of_file)?)
    }

    /// Every certificate that may sign now is opened.
    fn of_register(&self, file: &Path) -> Result<Who> {
        let about = |error: Error| error.about(file.to_string_lossy());
        let register = Register::text(&read(file)?).and_then(Register::parse).map_err(about)?;
        let wanted = Wanted::new(self.conditions.environment, self.conditions.now);
        let mut issuers = Vec::with_capacity(register.entries().len());
        for entry in register.entries() {
            issuers.push(match register.obstacle(entry, &wanted) {
                Some(_) => None,
                None => Some(self.of_entry(entry, file)?),
            });
        }
        Ok(Who::Many { roster: Box::new(Roster::new(register, wanted)), issuers })
    }

    fn of_entry(&self, entry: &Entry, register: &Path) -> Result<ksef_qr::Issuer> {
        let folder = register.parent().unwrap_or(Path::new(""));
        let about = |error: Error| error.about(register.to_string_lossy());
        let missing = |kind, why: String| about(Error::new(kind, format!("{:?}: {why}", entry.name)));
        let password = match &entry.password {
            None => None,
            Some(PasswordPlace::File(file)) => Some(password_of_file(&folder.join(file))?),
            Some(PasswordPlace::Variable(name)) => {
                let unset = |_| missing(ErrorKind::PasswordMissing, format!("its variable {name} is not set"));
                Some(Zeroizing::new(std::env::var(name).map_err(unset)?.into_bytes()))
            }
            Some(PasswordPlace::Keyring { .. }) => {
                let why = "its password is in a keyring, which this library does not open".to_owned();
                return Err(missing(ErrorKind::PasswordMissing, why));
            }
        };
        let password = password.as_ref().map(|password| &***password);
        let (name, pair) = match &entry.key {
            KeyPlace::Files { cert, key } => {
                let cert = folder.join(cert);
                let pair = pair_of_files(&cert, &folder.join(key), password)?;
                (cert, pair)
            }
            KeyPlace::Pkcs12 { file, entry } => {
                let file = folder.join(file);
                let pair = pair_of_pkcs12(&file, entry.as_deref(), password)?;
                (file, pair)
            }
            KeyPlace::Pkcs11 { .. } => {
                let why = "its key is on a token, which this library does not reach".to_owned();
                return Err(missing(ErrorKind::SignerUnavailable, why));
            }
        };
        let issuer = self.of_pair(&name.to_string_lossy(), pair)?;
        entry.check(issuer.credential().certificate()).map_err(about)?;
        Ok(if entry.signs_for == SignsFor::Owner { issuer } else { issuer.on_behalf() })
    }
}

/// The issuers at one moment.
#[derive(Debug)]
struct IssuersNow {
    issuer: Issuer,
    now: SystemTime,
}

impl Issuers for IssuersNow {
    fn environment(&self) -> Environment {
        self.issuer.environment()
    }

    fn of(&self, invoice: &Invoice) -> Result<&ksef_qr::Issuer> {
        let issuer = match &self.issuer.0.who {
            Who::One(issuer) => issuer,
            Who::Many { roster, issuers } => {
                let missing = || Error::new(ErrorKind::Internal, "the register chose a certificate that is not open");
                issuers.get(roster.choose(invoice)?).and_then(Option::as_ref).ok_or_else(missing)?
            }
        };
        // It was valid when it was opened, which may have been months ago.
        let certificate = issuer.credential().certificate();
        if certificate.not_after() < self.now && !issuer.credential().allowed().contains(Rule::CertificateDates) {
            let [_, end] = certificate.validity_in_poland();
            let owner = match certificate.owner() {
                Owner::Nip(nip) => format!(" of NIP {nip}"),
                _ => String::new(),
            };
            let message = format!("the certificate {}{owner} ended on {end}", certificate.serial());
            return Err(Error::new(ErrorKind::CertificateExpired, message));
        }
        Ok(issuer)
    }

    fn context(&self) -> Option<&ContextId> {
        self.issuer.0.settings.context.as_ref()
    }

    fn ec_algorithm(&self) -> Algorithm {
        Algorithm::ecdsa(self.issuer.0.settings.encoding)
    }

    fn is_deterministic(&self) -> bool {
        self.issuer.0.settings.deterministic
    }

    fn opened(&self) -> Vec<&ksef_qr::Issuer> {
        self.issuer.all()
    }
}

fn pair_of_files(cert: &Path, key: &Path, password: Option<&[u8]>) -> Result<(Certificate, PrivateKey)> {
    let certificate = Certificate::parse(&read(cert)?).map_err(|error| error.about(cert.to_string_lossy()))?;
    Ok((certificate, open(key, PrivateKey::read(&read(key)?), password)?))
}

fn pair_of_pkcs12(file: &Path, entry: Option<&str>, password: Option<&[u8]>) -> Result<(Certificate, PrivateKey)> {
    let opened = open(file, Pkcs12::read(&read(file)?), password)?;
    opened.pair(entry).map_err(|error| error.about(file.to_string_lossy()))
}

fn open<T: 'static>(path: &Path, file: Result<KeyFile<T>>, password: Option<&[u8]>) -> Result<T> {
    file.and_then(|file| file.open(password)).map_err(|error| error.about(path.to_string_lossy()))
}

/// The first line of a file, without its newline.
fn password_of_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = read(path)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let end = if bytes.get(..end).is_some_and(|line| line.ends_with(b"\r")) { end - 1 } else { end };
    bytes.truncate(end);
    Ok(bytes)
}

/// Room for all of it from the start: growing would leave copies of a key behind that nobody wipes.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let cannot = |error: std::io::Error| {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::FileMissing,
            _ => ErrorKind::FileUnreadable,
        };
        Error::new(kind, format!("it cannot be read: {error}")).about(path.to_string_lossy())
    };
    let size = fs::metadata(path).map_err(cannot)?.len().min(LARGEST);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size as usize + 1));
    let file = open_patiently(path).map_err(cannot)?;
    file.take(LARGEST).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}
