//! The certificates: one, or a register of many that is read again when its file changes.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use ksef_qr::batch::Issuers;
use ksef_qr::error::ErrorKind;
use ksef_qr::key_files::{RegisterFile, Secret, issuer_of};
use ksef_qr::register::{Entry, Expiry, KeyPlace, Obstacle, PasswordPlace, Roster, SignsFor, Wanted};
use ksef_qr::sign::{Algorithm, SignatureEncoding};
use ksef_qr::values::{ContextId, InvoiceHash};
use ksef_qr::{Conditions, Environment, Error, Invoice, Issuer, Result};

use crate::reloaded::Reloaded;

/// Who signs which invoice.
#[derive(Debug)]
pub struct Signers {
    environment: Environment,
    /// The register's file; none for one certificate, which is never read again.
    file: Option<PathBuf>,
    opened: Reloaded<Opened>,
    /// The register, by its digest, that names a token whose PIN did not open it.
    locked: Mutex<Option<InvoiceHash>>,
}

/// Certificates with their keys ready, as of one moment.
pub struct Opened {
    environment: Environment,
    digest: Option<InvoiceHash>,
    has_token: bool,
    unused: Vec<Unused>,
    who: Who,
}

/// A certificate of the register that signs nothing now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Its name in the register.
    pub name: String,
    /// Why, for programs: `status`, `purpose`, `environment`, `owner`, `not_yet_valid`, `expired`, `not_yet_used`.
    pub code: &'static str,
    /// Why, in words.
    pub why: String,
}

impl Unused {
    fn of(entry: &Entry, obstacle: &Obstacle) -> Self {
        let code = match obstacle {
            Obstacle::Status(_) => "status",
            Obstacle::Purpose(_) => "purpose",
            Obstacle::Environment(_) => "environment",
            Obstacle::Owner(_) => "owner",
            Obstacle::NotYetValid(_) => "not_yet_valid",
            Obstacle::Expired(_) => "expired",
            Obstacle::NotYetUsed(_) => "not_yet_used",
            _ => "other",
        };
        Self { name: entry.name.clone(), code, why: obstacle.to_string() }
    }
}

enum Who {
    One(Box<Issuer>),
    Many {
        roster: Box<Roster>,
        /// One for each entry that signs now.
        issuers: Vec<Option<Arc<Issuer>>>,
    },
}

impl Signers {
    /// One certificate for all invoices.
    pub fn one(issuer: Issuer) -> Self {
        let environment = issuer.environment();
        let opened =
            Opened { environment, digest: None, has_token: false, unused: Vec::new(), who: Who::One(Box::new(issuer)) };
        Self { environment, file: None, opened: Reloaded::new(opened), locked: Mutex::default() }
    }

    /// Those of a register. Every one that may sign now is opened.
    ///
    /// # Errors
    /// Those of the register, and of what it names.
    pub fn register(file: PathBuf, environment: Environment, now: SystemTime) -> Result<Self> {
        let (register, digest) = read(&file)?;
        let opened = Opened::from_register(&register, digest, environment, now, None)?;
        Ok(Self { environment, file: Some(file), opened: Reloaded::new(opened), locked: Mutex::default() })
    }

    /// Which KSeF they are for.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// As they are now.
    pub fn opened(&self) -> Arc<Opened> {
        self.opened.now()
    }

    /// What is wrong with the register: why its file, as it is now, is not in use, or that nothing in it signs.
    pub fn fault(&self) -> Option<Error> {
        self.opened.fault().or_else(|| {
            let opened = self.opened();
            let file = self.file.as_ref().filter(|_| opened.issuers().is_empty())?;
            let unused: Vec<String> = opened.unused().iter().map(|one| format!("{:?} {}", one.name, one.why)).collect();
            let why = if unused.is_empty() { "it has no certificates".to_owned() } else { unused.join("; ") };
            let message = format!("no certificate of the register signs in {}: {why}", self.environment);
            Some(Error::new(ErrorKind::RegisterNothingFits, message).about(file.to_string_lossy()))
        })
    }

    /// Reads the register again, and takes what begins today. A file that is broken, or that names a key that does not open,
    /// changes nothing: the certificates before go on signing. True if the file changed and is in use.
    ///
    /// # Errors
    /// Why the file is not in use; the first time only.
    pub fn refresh(&self, now: SystemTime) -> Result<bool> {
        let Some(file) = &self.file else { return Ok(false) };
        let before = self.opened();
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = read(file).and_then(|(register, digest)| {
            if *locked == Some(digest) {
                return Err(self
                    .opened
                    .fault()
                    .unwrap_or_else(|| Error::new(ErrorKind::PinWrong, "the PIN was wrong")));
            }
            let opened = Opened::from_register(&register, digest, self.environment, now, Some(&before));
            *locked = Some(digest).filter(|_| opened.as_ref().is_err_and(is_of_pin));
            opened
        });
        let is_new = opened.as_ref().is_ok_and(|opened| opened.digest != before.digest);
        self.opened.renew(opened).map(|()| is_new)
    }
}

impl Opened {
    fn from_register(
        file: &RegisterFile,
        digest: InvoiceHash,
        environment: Environment,
        now: SystemTime,
        before: Option<&Self>,
    ) -> Result<Self> {
        let register = &file.register;
        // By their names, of which each is there once.
        let mut known: HashMap<&str, (&Entry, Arc<Issuer>)> = HashMap::new();
        if let Some(Self { who: Who::Many { roster, issuers }, .. }) = before {
            let pairs = roster.register().entries().iter().zip(issuers);
            known.extend(pairs.filter_map(|(entry, issuer)| Some((&*entry.name, (entry, issuer.clone()?)))));
        }
        let wanted = Wanted::new(environment, now);
        let mut issuers = Vec::with_capacity(register.entries().len());
        let (mut unused, mut faults) = (Vec::new(), Vec::new());
        for entry in register.entries() {
            let obstacle = register.obstacle(entry, &wanted);
            let opened = match (&obstacle, known.get(&*entry.name)) {
                (Some(_), _) => None,
                (None, Some((before, issuer))) if *before == entry => Some(Ok(issuer.clone())),
                (None, _) => Some(open_entry(file, entry, environment, now).map(Arc::new)),
            };
            unused.extend(obstacle.map(|obstacle| Unused::of(entry, &obstacle)));
            issuers.push(match opened.transpose() {
                Ok(issuer) => issuer,
                Err(fault) => {
                    // A token is not asked again after a wrong PIN.
                    let is_last = is_of_pin(&fault);
                    faults.push((entry, fault));
                    if is_last {
                        break;
                    }
                    None
                }
            });
        }
        if let Some(fault) = together(file, faults) {
            return Err(fault);
        }
        let roster = Box::new(Roster::new(register.clone(), wanted));
        let is_token =
            |(entry, open): (&Entry, &Option<_>)| open.is_some() && matches!(entry.key, KeyPlace::Pkcs11 { .. });
        let has_token = register.entries().iter().zip(&issuers).any(is_token);
        Ok(Self { environment, digest: Some(digest), has_token, unused, who: Who::Many { roster, issuers } })
    }

    /// Certificates by the day by which each is to be replaced.
    pub fn expiries(&self) -> Vec<Expiry> {
        let mut expiries = match &self.who {
            Who::One(issuer) => vec![Expiry::new("certificate", issuer.credential().certificate())],
            Who::Many { roster, .. } => roster.register().expiries(),
        };
        expiries.sort_by_key(Expiry::deadline);
        expiries
    }

    /// Those of the register that sign nothing now, and why.
    pub fn unused(&self) -> &[Unused] {
        &self.unused
    }

    /// True if a key is on a token, which takes its time.
    pub(super) fn has_token(&self) -> bool {
        self.has_token
    }

    /// How many there are, whether they sign now or not.
    fn count(&self) -> usize {
        match &self.who {
            Who::One(_) => 1,
            Who::Many { issuers, .. } => issuers.len(),
        }
    }

    /// Who signs an invoice, in a context that may be given, and its place among all.
    pub(super) fn of(&self, invoice: &Invoice, context: Option<&ContextId>) -> Result<(usize, &Issuer)> {
        match &self.who {
            Who::One(issuer) => Ok((0, issuer)),
            Who::Many { roster, issuers } => {
                let index = match context {
                    None => roster.choose(invoice)?,
                    Some(context) => roster.choose_in_context(invoice, context.taxpayer())?,
                };
                let missing = || Error::new(ErrorKind::Internal, "the register chose a certificate that is not open");
                Ok((index, issuers.get(index).and_then(Option::as_deref).ok_or_else(missing)?))
            }
        }
    }

    /// For whom a certificate signs beside its owner, as the register says.
    pub(super) fn signs_for(&self, index: usize) -> &SignsFor {
        match &self.who {
            Who::One(_) => &SignsFor::Owner,
            Who::Many { roster, .. } => roster.entry(index).map_or(&SignsFor::Owner, |entry| &entry.signs_for),
        }
    }

    /// Those that may sign now.
    pub fn issuers(&self) -> Vec<&Issuer> {
        match &self.who {
            Who::One(issuer) => vec![issuer],
            Who::Many { issuers, .. } => issuers.iter().filter_map(Option::as_deref).collect(),
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("environment", &self.environment).finish_non_exhaustive()
    }
}

/// The certificates, in a context that may be given.
#[derive(Debug)]
pub(super) struct SignersInContext {
    opened: Arc<Opened>,
    context: Option<ContextId>,
    /// With a context: one for each that there is, made when an invoice needs it.
    in_context: Vec<OnceLock<Box<Issuer>>>,
}

impl SignersInContext {
    pub(super) fn new(opened: Arc<Opened>, context: Option<ContextId>) -> Self {
        let count = if context.is_some() { opened.count() } else { 0 };
        let in_context = (0..count).map(|_| OnceLock::new()).collect();
        Self { opened, context, in_context }
    }
}

impl Issuers for SignersInContext {
    fn environment(&self) -> Environment {
        self.opened.environment
    }

    fn of(&self, invoice: &Invoice) -> Result<&Issuer> {
        let (index, issuer) = self.opened.of(invoice, self.context.as_ref())?;
        Ok(match (&self.context, self.in_context.get(index)) {
            (Some(context), Some(place)) => place.get_or_init(|| Box::new(issuer.clone().in_context(context.clone()))),
            _ => issuer,
        })
    }

    fn context(&self) -> Option<&ContextId> {
        self.context.as_ref()
    }

    fn ec_algorithm(&self) -> Algorithm {
        Algorithm::ecdsa(SignatureEncoding::default())
    }

    fn is_deterministic(&self) -> bool {
        false
    }

    fn opened(&self) -> Vec<&Issuer> {
        self.opened.issuers()
    }
}

/// Opens a certificate and its key by the paths of their files.
///
/// # Errors
/// Those of [`issuer_of`].
pub fn open_one(
    cert: &Path,
    key: &Path,
    password: Option<&Path>,
    environment: Environment,
    now: SystemTime,
) -> Result<Issuer> {
    let place = KeyPlace::Files { cert: cert.to_owned(), key: key.to_owned() };
    let password = |_: &Path| password.map(Secret::of_key).transpose();
    issuer_of(&place, password, &Conditions::new(environment, now))
}

/// The register, and the digest of its file.
fn read(file: &Path) -> Result<(RegisterFile, InvoiceHash)> {
    let (file, bytes) = RegisterFile::read_with_bytes(file)?;
    Ok((file, InvoiceHash::of(&bytes)))
}

const WITHOUT_TOKENS: &str = "Install one that does: it was built without the feature `pkcs11`.";

/// What a token said of its PIN stays so until somebody changes the register: tried again and again, a wrong PIN would lock it.
fn is_of_pin(fault: &Error) -> bool {
    matches!(fault.kind(), ErrorKind::PinMissing | ErrorKind::PinWrong | ErrorKind::PinLastTry | ErrorKind::PinLocked)
}

/// What is wrong with all that do not open, in one error; the first one's own if it is alone.
fn together(file: &RegisterFile, mut faults: Vec<(&Entry, Error)>) -> Option<Error> {
    if faults.len() < 2 {
        return faults.pop().map(|(_, fault)| fault);
    }
    let kind = faults.first()?.1.kind();
    let each: Vec<String> =
        faults.iter().map(|(entry, fault)| format!("{:?}: {fault} [{}]", entry.name, fault.code())).collect();
    Some(Error::new(kind, each.join("; ")).about(file.path().to_string_lossy()))
}

fn open_entry(file: &RegisterFile, entry: &Entry, environment: Environment, now: SystemTime) -> Result<Issuer> {
    let about = |error: Error| error.about(file.path().to_string_lossy());
    let entry = file.entry_from_here(entry);
    let missing = |why: String| about(Error::new(ErrorKind::PasswordMissing, why));
    let password = |_: &Path| match &entry.password {
        None => Ok(None),
        Some(PasswordPlace::File(file)) => Secret::of_key(file).map(Some),
        Some(PasswordPlace::Variable(name)) => match Secret::from_variable(name)? {
            Some(secret) => Ok(Some(secret)),
            None => {
                Err(missing(format!("the password of {:?} is in the variable {name}, which is not set", entry.name)))
            }
        },
        Some(PasswordPlace::Keyring { .. }) => {
            Err(missing(format!("the password of {:?} is in a keyring, which a service does not open", entry.name)))
        }
    };
    if !cfg!(feature = "pkcs11")
        && let KeyPlace::Pkcs11 { .. } = entry.key
    {
        let message = format!("the key of {:?} is on a token, which this build does not reach", entry.name);
        return Err(about(Error::new(ErrorKind::SignerUnavailable, message).with_hint(WITHOUT_TOKENS)));
    }
    let issuer = issuer_of(&entry.key, password, &Conditions::new(environment, now))?;
    entry.check(issuer.credential().certificate()).map_err(about)?;
    Ok(if entry.signs_for == SignsFor::Owner { issuer } else { issuer.on_behalf() })
}
